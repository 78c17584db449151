/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the daemon does with one mailbox. Each step works on what the one before committed: it may
 * be killed at any instant and may run twice.
 *
 * Nothing here trusts a UID over a session: a mail is moved only when this session fetched and
 * hashed the bytes that the UID stands for now, and only under the mailbox's lease. */
#include "intake/pipeline.h"

#include "base/log.h"
#include "db/ledger.h"
#include "db/primary.h"
#include "db/registry.h"
#include "intake/batch.h"
#include "intake/copied.h"
#include "intake/register.h"
#include "intake/seen.h"
#include "role/common.h"
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* In order, over and over until a whole round had nothing to do. */
static bool step_fetch(struct pipeline *p, struct err *err);
static bool step_parse(struct pipeline *p, struct err *err);
static bool step_register(struct pipeline *p, struct err *err);
static bool step_file(struct pipeline *p, struct err *err);

static const struct {
    const char *name;
    bool (*run)(struct pipeline *p, struct err *err);
} steps[] = {
    {"fetch", step_fetch},       /* new mails of the folder → raw bytes in the ledger (T1) */
    {"parse", step_parse},       /* stored mails → headers and files, by the child */
    {"register", step_register}, /* read mails → items with numbers (T2), or set aside */
    {"file", step_file},         /* settled mails leave the folder */
};

enum { HANDOVER_S = 10 }; /* after a holder is found dead: longer than its last move may take */

struct pipeline {
    struct pipeline_parts parts;
    int mailbox_id;
    int64_t lease_end_ms;       /* by our clock, from before it was asked for */
    struct imap_entry *entries; /* the folder as last listed, by UID; lives in listing */
    uint32_t n_entries;
    uint32_t next_entry; /* the first one that this poll has not looked at */
    struct arena *listing;
    struct seen_set seen; /* mails of the folder whose bytes this session has hashed */
    struct batch *batch;  /* the mails of this round */
    bool is_idle;         /* the round found nothing to look at */
    bool has_worked;      /* this poll changed something */
};

/* ---- the lease */

static bool take_lease(struct pipeline *p, struct err *err)
{
    int64_t epoch, asked_ms = clock_mono_ms();
    int ttl_s = p->parts.config->lease_s;
    if (!ledger_lease(p->parts.db, p->mailbox_id, p->parts.owner, ttl_s, &epoch, err))
        return false;
    if (epoch == 0)
        return err_set(err, ERR_RETRY, "mailbox %s: another daemon holds its lease",
                       p->parts.mailbox->name);
    p->lease_end_ms = asked_ms + (int64_t)ttl_s * 1000;
    return true;
}

/* The database says whether it is still ours; while more than half of it is left, that is asked and
 * nothing written. */
static bool renew_lease(struct pipeline *p, struct err *err)
{
    int half_s = p->parts.config->lease_s / 2;
    bool held = clock_mono_ms() + (int64_t)half_s * 1000 < p->lease_end_ms;
    if (held &&
        !ledger_lease_held(p->parts.db, p->mailbox_id, p->parts.owner, half_s - 1, &held, err))
        return false;
    return held || take_lease(p, err);
}

/* The lease of a process of this machine that is gone need not run out: only what it asked of the
 * mail server last must be over. Its epoch ends with it. */
static bool bury_holder(struct pipeline *p, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    const char *holder;
    if (!ledger_lease_holder(p->parts.db, a, p->mailbox_id, &holder, err))
        return false;
    return !role_owner_gone(holder) ||
           ledger_lease_bury(p->parts.db, p->mailbox_id, holder, HANDOVER_S, err);
}

/* ---- opening and closing */

bool pipeline_open(const struct pipeline_parts *parts, struct pipeline **out, struct err *err)
{
    struct pipeline *p CLEANUP(pipeline_closep) = calloc(1, sizeof *p);
    if (!p)
        abort();
    p->parts = *parts;
    p->batch = batch_new();
    struct ledger_mailbox m = {.name = parts->mailbox->name,
                               .host = parts->mailbox->host,
                               .login = parts->mailbox->login,
                               .folder = parts->mailbox->folder,
                               .body = parts->mailbox->body};
    bool changed;
    if (!ledger_mailbox(parts->db, &m, &p->mailbox_id, err) || !bury_holder(p, err) ||
        !renew_lease(p, err) ||
        !ledger_uidvalidity(parts->db, p->mailbox_id, parts->uidvalidity, &changed, err))
        return false;
    if (changed)
        log_event(LOG_LEVEL_WARN, "fetch", "mailbox", m.name, "note",
                  "UIDVALIDITY changed: every mail is looked at again", NULL);
    *out = TAKE(p);
    return true;
}

void pipeline_close(struct pipeline *p)
{
    if (!p)
        return;
    struct err ignored;
    if (p->mailbox_id && !db_broken(p->parts.db))
        (void)!ledger_lease_end(p->parts.db, p->mailbox_id, p->parts.owner, &ignored);
    batch_free(p->batch);
    arena_free(p->listing);
    seen_fini(&p->seen);
    free(p);
}

void pipeline_closep(struct pipeline **p)
{
    pipeline_close(*p);
    *p = NULL;
}

void pipeline_failed(struct pipeline *p, const struct err *why)
{
    struct err ignored;
    if (!db_broken(p->parts.db))
        (void)!ledger_poll_failed(p->parts.db, p->mailbox_id, why->text, &ignored);
}

int pipeline_mailbox_id(const struct pipeline *p)
{
    return p->mailbox_id;
}

uint32_t pipeline_last_uid(const struct pipeline *p)
{
    return p->n_entries ? p->entries[p->n_entries - 1].uid : 0;
}

/* ---- a poll */

static bool run_round(struct pipeline *p, struct err *err)
{
    p->is_idle = true;
    batch_clear(p->batch);
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        meter_step(p->parts.meter, steps[i].name);
        if (!steps[i].run(p, err))
            return err_add(err, "%s", steps[i].name);
    }
    meter_step(p->parts.meter, NULL);
    return true;
}

/* A human took back the mark for which the mail was left: it is filed like any other. */
static void heed_marks(struct pipeline *p)
{
    for (uint32_t i = 0; i < p->n_entries; i++) {
        struct seen *s = seen_find(&p->seen, p->entries[i].uid);
        bool is_ours = p->entries[i].size_bytes <= MAIL_BYTES_MAX;
        if (s && is_ours && s->is_deleted != p->entries[i].is_deleted) {
            s->is_deleted = p->entries[i].is_deleted;
            s->is_done = s->is_done && s->is_deleted;
        }
    }
}

bool pipeline_poll(struct pipeline *p, bool *worked_out, struct err *err)
{
    arena_freep(&p->listing);
    p->listing = arena_new();
    p->next_entry = 0;
    p->has_worked = false;
    if (!renew_lease(p, err) ||
        !imap_list(p->parts.imap, p->listing, &p->entries, &p->n_entries, err))
        return false;
    heed_marks(p);
    do {
        if (!run_round(p, err))
            return false;
    } while (!p->is_idle);
    *worked_out |= p->has_worked;
    return ledger_polled(p->parts.db, p->mailbox_id, p->parts.mailbox->gap_s, err);
}

/* ---- fetch */

static const struct imap_entry *find_entry(const struct pipeline *p, uint32_t uid)
{
    for (uint32_t i = 0; i < p->n_entries; i++)
        if (p->entries[i].uid == uid)
            return &p->entries[i];
    return NULL;
}

static struct ledger_mail place_of(const struct pipeline *p, uint32_t uid)
{
    return (struct ledger_mail){
        .mailbox_id = p->mailbox_id, .uidvalidity = p->parts.uidvalidity, .uid = uid, .raw_fd = -1};
}

static bool take_too_large(struct pipeline *p, const struct imap_entry *e, struct err *err)
{
    struct ledger_mail m = place_of(p, e->uid);
    struct ledger_message message;
    m.entered_at_us = e->internaldate_us;
    m.size_bytes = e->size_bytes;
    if (!db_begin(p->parts.db, err))
        return false;
    struct db *tx CLEANUP(db_rollbackp) = p->parts.db;
    if (!ledger_too_large(p->parts.db, &m, MAIL_BYTES_MAX, &message, err) || !db_commit(tx, err))
        return false;
    seen_add(&p->seen, (struct seen){.uid = e->uid, .message_id = message.id, .is_done = true});
    log_event(LOG_LEVEL_WARN, "fetch", "why", "too large: it stays in the mailbox", NULL);
    return true;
}

/* The next UIDs of the listing that this session has not seen: as many as one command and the spool
 * take. */
static bool choose_uids(struct pipeline *p, uint32_t *uids, uint32_t *n_out, struct err *err)
{
    uint64_t bytes = 0;
    for (*n_out = 0; p->next_entry < p->n_entries && *n_out < BATCH_MAILS_MAX; p->next_entry++) {
        const struct imap_entry *e = &p->entries[p->next_entry];
        if (seen_find(&p->seen, e->uid))
            continue;
        if (e->size_bytes > MAIL_BYTES_MAX) {
            if (!take_too_large(p, e, err))
                return false;
            continue;
        }
        if (*n_out > 0 && bytes + e->size_bytes > BATCH_BYTES_MAX)
            break;
        bytes += e->size_bytes;
        uids[(*n_out)++] = e->uid;
    }
    return true;
}

static bool spool_mail(void *user, uint32_t uid, int raw_fd, uint64_t size_bytes, struct err *err)
{
    struct pipeline *p = user;
    const struct imap_entry *e = find_entry(p, uid);
    if (!e || seen_find(&p->seen, uid))
        return true; /* not asked for: a server may speak of other mail */
    return batch_spool(p->batch, uid, e->internaldate_us, raw_fd, size_bytes, err);
}

/* T1. It need not wait for the disk: the mail leaves the folder only after T2, which does. */
static bool store_spooled(struct pipeline *p, struct err *err)
{
    if (!db_begin_async(p->parts.db, err))
        return false;
    struct db *tx CLEANUP(db_rollbackp) = p->parts.db;
    for (uint32_t i = 0; i < p->batch->n_spooled; i++) {
        struct batch_raw *raw = &p->batch->spooled[i];
        struct ledger_mail m = place_of(p, raw->uid);
        struct ledger_message message;
        m.entered_at_us = raw->entered_at_us;
        m.raw_fd = raw->fd;
        m.size_bytes = raw->size_bytes;
        m.sha256 = raw->sha256;
        if (!ledger_store(p->parts.db, &m, &message, err))
            return false;
        raw->message_id = message.id;
        p->has_worked |= message.state == MESSAGE_STORED;
    }
    return db_commit(tx, err);
}

static bool step_fetch(struct pipeline *p, struct err *err)
{
    uint32_t uids[BATCH_MAILS_MAX], n;
    if (!choose_uids(p, uids, &n, err))
        return false;
    if (n == 0)
        return true;
    p->is_idle = false;
    bool whole = imap_fetch(p->parts.imap, uids, n, MAIL_BYTES_MAX, spool_mail, p, err);
    if (p->batch->n_spooled == 0)
        return whole;
    /* what came before the line was cut is kept: a server that always cuts would else starve us */
    struct err stored;
    if (!store_spooled(p, &stored)) {
        *err = whole ? stored : *err;
        return false;
    }
    for (uint32_t i = 0; i < p->batch->n_spooled; i++) {
        const struct batch_raw *raw = &p->batch->spooled[i];
        seen_add(&p->seen, (struct seen){.uid = raw->uid,
                                         .message_id = raw->message_id,
                                         .is_deleted = find_entry(p, raw->uid)->is_deleted});
    }
    return whole;
}

/* ---- parse */

static bool set_aside(struct pipeline *p, int64_t message_id, enum message_state state,
                      const char *why, struct err *err)
{
    char id[24];
    snprintf(id, sizeof id, "%" PRId64, message_id);
    log_event(LOG_LEVEL_WARN, "register", "mail", id, "state", message_state_name(state), "why",
              why, NULL);
    return ledger_aside(p->parts.db, message_id, state, why, err);
}

/* A child that died on this mail may have been unlucky; one that died three times was not. */
static bool parse_one(struct pipeline *p, const struct ledger_pending *pending, struct err *err)
{
    struct batch_mail *m = batch_add(p->batch, pending);
    struct err why;
    bool go;
    if (!ledger_attempt(p->parts.db, pending, &go, err))
        return false;
    if (!go)
        return set_aside(p, pending->id, MESSAGE_QUARANTINED,
                         "เปิดอ่านอีเมลนี้แล้วระบบล้มถึงสามครั้ง กันไว้ให้เจ้าหน้าที่ตรวจ", err);
    if (!batch_raw_fd(p->batch, p->parts.db, m, err))
        return false;
    m->is_read = mail_parse(m->a, p->parts.zygote, m->raw_fd, &m->mail, &why);
    if (m->is_read)
        return true;
    if (why.kind != ERR_REFUSE) {
        *err = why;
        return false;
    }
    if (pending->attempts + 1 < ATTEMPTS_MAX)
        return true;
    return set_aside(p, pending->id, MESSAGE_QUARANTINED, why.text, err);
}

/* A mail that a death has left behind may be what caused it: it goes all the way alone, so that
 * further deaths count against it and not against those that only lay beside it. */
static bool may_join(const struct ledger_pending *pending, uint32_t i)
{
    return i == 0 || (pending[0].attempts == 0 && pending[i].attempts == 0);
}

static bool step_parse(struct pipeline *p, struct err *err)
{
    struct ledger_pending *pending;
    uint32_t n;
    if (!ledger_pending(p->parts.db, p->batch->a, p->mailbox_id, BATCH_MAILS_MAX, &pending, &n,
                        err))
        return false;
    for (uint32_t i = 0; i < n && may_join(pending, i) && !batch_full(p->batch); i++) {
        p->is_idle = false;
        p->has_worked = true;
        if (!parse_one(p, &pending[i], err))
            return err_add(err, "mail %" PRId64, pending[i].id);
    }
    return true;
}

/* ---- register */

static void log_registered(const struct batch_mail *m, const struct registry_result *r)
{
    static const char *const fates[] = {"numbered", "duplicate", "settled"};
    char id[24], no[40];
    snprintf(id, sizeof id, "%" PRId64, m->pending.id);
    snprintf(no, sizeof no, "%" PRId64 "/%d", r->no, r->year);
    log_event(LOG_LEVEL_INFO, "register", "mail", id, "fate", fates[r->fate], "no",
              r->no ? no : NULL, "from", m->mail.from_addr, "message_id", m->mail.message_id, NULL);
}

/* All in one commit; where the tables refuse it, one by one, to find the mail that they refuse. */
static bool register_all(struct pipeline *p, struct batch_mail **mails, uint32_t n, struct err *err)
{
    struct registry_mail rows[BATCH_MAILS_MAX];
    struct registry_result results[BATCH_MAILS_MAX];
    assert(n <= BATCH_MAILS_MAX);
    if (p->parts.config->db_require_standby && !primary_has_standby(p->parts.db, err))
        return false;
    for (uint32_t i = 0; i < n; i++)
        rows[i] = mails[i]->weighed.mail;
    if (registry_add(p->parts.db, p->parts.config->series, rows, n, results, err)) {
        for (uint32_t i = 0; i < n; i++)
            log_registered(mails[i], &results[i]);
        return true;
    }
    if (err->kind != ERR_REFUSE)
        return false;
    if (n == 1)
        return set_aside(p, mails[0]->pending.id, MESSAGE_QUARANTINED, err->text, err);
    for (uint32_t i = 0; i < n; i++)
        if (!register_all(p, &mails[i], 1, err))
            return false;
    return true;
}

static bool step_register(struct pipeline *p, struct err *err)
{
    struct register_rules rules = {
        .config = p->parts.config, .mailbox = p->parts.mailbox, .mailbox_id = p->mailbox_id};
    struct batch_mail *take[BATCH_MAILS_MAX];
    uint32_t n_take = 0;
    for (uint32_t i = 0; i < p->batch->n_mails; i++) {
        struct batch_mail *m = &p->batch->mails[i];
        if (!m->is_read)
            continue;
        if (!register_weigh(m->a, p->parts.db, &rules, &m->pending, &m->mail, &m->weighed, err))
            return false;
        if (m->weighed.verdict == REGISTER_TAKE)
            take[n_take++] = m;
        else if (!set_aside(p, m->pending.id,
                            m->weighed.verdict == REGISTER_IGNORE ? MESSAGE_IGNORED
                                                                  : MESSAGE_QUARANTINED,
                            m->weighed.why, err))
            return false;
    }
    return n_take == 0 || register_all(p, take, n_take, err);
}

/* ---- file */

static const char *folder_for(const struct pipeline *p, enum message_state state)
{
    if (state == MESSAGE_QUARANTINED)
        return p->parts.mailbox->aside_folder;
    return p->parts.mailbox->done_folder;
}

/* Without MOVE: was it copied by one who died before removing it? */
static bool was_copied(struct pipeline *p, const struct seen *s, const struct ledger_mail *place,
                       const char *folder, bool *copied_out, struct err *err)
{
    bool begun_before;
    uint8_t sha256[32];
    const struct imap_entry *e = find_entry(p, s->uid);
    struct copied_mail mail = {.sha256 = sha256};
    *copied_out = false;
    if (!ledger_filing(p->parts.db, place, s->message_id, &begun_before, err))
        return false;
    if (!begun_before || !e)
        return true;
    mail.internaldate_us = e->internaldate_us;
    return ledger_identity(p->parts.db, s->message_id, sha256, &mail.size_bytes, err) &&
           copied_is_there(p->parts.mailbox, folder, &mail, copied_out, err);
}

static bool move_away(struct pipeline *p, const struct seen *s, const struct ledger_mail *place,
                      const char *folder, bool *moved_out, struct err *err)
{
    bool copied = false;
    *moved_out = false;
    if (!p->parts.has_move && !was_copied(p, s, place, folder, &copied, err))
        return false;
    *moved_out = copied;
    if (copied)
        return imap_remove(p->parts.imap, s->uid, err);
    /* a mark that is not ours is a human's: the mail is left where it is */
    return s->is_deleted || imap_move(p->parts.imap, s->uid, folder, moved_out, err);
}

/* MOVE is no compare-and-swap: two sessions that move one UID both hear OK and the mail is doubled.
 * So the lease is renewed before, and an answer that comes after its end is not believed. */
static bool move(struct pipeline *p, struct seen *s, const char *folder, struct err *err)
{
    bool moved;
    struct ledger_mail place = place_of(p, s->uid);
    if (!renew_lease(p, err) || !move_away(p, s, &place, folder, &moved, err))
        return false;
    if (clock_mono_ms() >= p->lease_end_ms)
        return err_set(err, ERR_RETRY, "mailbox %s: the lease ended during a move",
                       p->parts.mailbox->name);
    s->is_done = true;
    p->has_worked |= moved;
    return ledger_filed(p->parts.db, &place, s->message_id, moved ? folder : NULL, err);
}

static bool step_file(struct pipeline *p, struct err *err)
{
    for (uint32_t i = 0; i < p->seen.n; i++) {
        struct seen *s = &p->seen.list[i];
        enum message_state state;
        if (s->is_done)
            continue;
        if (!ledger_state(p->parts.db, s->message_id, &state, err))
            return false;
        if (state != MESSAGE_STORED && !move(p, s, folder_for(p, state), err))
            return err_add(err, "uid %" PRIu32, s->uid);
    }
    return true;
}
