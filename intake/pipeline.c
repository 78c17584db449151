/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the daemon does with one mailbox. Each step works on what the one before committed: it may
 * be killed at any instant and may run twice.
 *
 * Nothing here trusts a UID over a session: a mail is moved only when this session fetched and
 * hashed the bytes that the UID stands for now, and only under the mailbox's lease. */
#include "intake/pipeline.h"

#include "base/log.h"
#include "db/ledger.h"
#include "db/mailbox.h"
#include "db/primary.h"
#include "db/registry.h"
#include "intake/batch.h"
#include "intake/filing.h"
#include "intake/inbox.h"
#include "intake/lease.h"
#include "intake/register.h"
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

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

enum { NOTE_POLL_S = 60 }; /* so much older than the truth may last_poll_at be */
struct pipeline {
    struct pipeline_parts parts;
    int mailbox_id;
    struct lease lease;
    struct inbox inbox;
    struct copied copied; /* where settled mail goes, as this session found it */
    struct batch *batch;  /* the mails of this round */
    bool has_polled;      /* what is met from now on cannot be a half of an earlier move */
    bool is_idle;         /* the round found nothing to look at */
    bool has_worked;      /* this poll changed something */
    int64_t noted_ms;     /* by our clock, when a poll was last written down; 0: not yet */
};

bool pipeline_open(const struct pipeline_parts *parts, struct pipeline **out, struct err *err)
{
    struct pipeline *p CLEANUP(pipeline_closep) = calloc(1, sizeof *p);
    if (!p)
        abort();
    p->parts = *parts;
    p->batch = batch_new();
    const struct config_mailbox *c = parts->mailbox;
    struct mailbox_where m = {c->name, c->host, c->login, c->folder, c->body};
    bool changed;
    if (!mailbox_row(parts->db, &m, &p->mailbox_id, err))
        return false;
    p->lease = (struct lease){parts->db, p->mailbox_id, m.name, parts->owner,
                              .ttl_s = parts->config->lease_s};
    if (!lease_open(&p->lease, err) ||
        !mailbox_uidvalidity(parts->db, p->mailbox_id, parts->uidvalidity, &changed, err))
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
    if (p->mailbox_id)
        lease_end(&p->lease);
    batch_free(p->batch);
    inbox_fini(&p->inbox);
    copied_fini(&p->copied);
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
        (void)!mailbox_poll_failed(p->parts.db, p->mailbox_id, why->text, &ignored);
}

int pipeline_mailbox_id(const struct pipeline *p)
{
    return p->mailbox_id;
}

uint32_t pipeline_last_uid(const struct pipeline *p)
{
    return p->inbox.n ? p->inbox.entries[p->inbox.n - 1].uid : 0;
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

/* Not each: the disk would be asked to keep every look at an empty mailbox. No gap is missed by
 * that; one may seem longer than it was, by as much. */
static bool note_poll(struct pipeline *p, struct err *err)
{
    int64_t now_ms = clock_mono_ms(), gap_s = p->parts.mailbox->gap_s;
    int64_t every_s = gap_s / 4 < NOTE_POLL_S ? gap_s / 4 : NOTE_POLL_S;
    if (p->noted_ms && now_ms - p->noted_ms < every_s * 1000)
        return true;
    p->noted_ms = now_ms;
    return mailbox_polled(p->parts.db, p->mailbox_id, (int)gap_s, err);
}

bool pipeline_poll(struct pipeline *p, bool *worked_out, struct err *err)
{
    p->has_worked = false;
    if (!lease_renew(&p->lease, err) || !inbox_list(&p->inbox, p->parts.imap, MAIL_BYTES_MAX, err))
        return false;
    do {
        if (!run_round(p, err))
            return false;
    } while (!p->is_idle);
    *worked_out |= p->has_worked;
    p->has_polled = true;
    copied_fini(&p->copied);
    return note_poll(p, err);
}

/* ---- fetch */

static struct ledger_mail place_of(const struct pipeline *p, uint32_t uid)
{
    return (struct ledger_mail){
        .mailbox_id = p->mailbox_id, .uidvalidity = p->parts.uidvalidity, .uid = uid, .raw_fd = -1};
}

/* The server's word. One that has none for a mail leaves when it was seen. */
static int64_t time_of(const struct imap_entry *e)
{
    return e->internaldate_us != TIME_NONE ? e->internaldate_us : clock_now_us();
}

static bool take_too_large(struct pipeline *p, const struct imap_entry *e, struct err *err)
{
    struct ledger_mail m = place_of(p, e->uid);
    struct ledger_message message;
    m.entered_at_us = time_of(e);
    m.size_bytes = e->size_bytes;
    if (!db_begin(p->parts.db, err))
        return false;
    struct db *tx CLEANUP(db_rollbackp) = p->parts.db;
    if (!ledger_too_large(p->parts.db, &m, MAIL_BYTES_MAX, &message, err) || !db_commit(tx, err))
        return false;
    seen_add(&p->inbox.seen,
             (struct seen){.uid = e->uid, .message_id = message.id, .is_done = true});
    log_event(LOG_LEVEL_WARN, "fetch", "why", "too large: it stays in the mailbox", NULL);
    return true;
}

/* The next UIDs of the listing that this session has not seen: as many as one command and the spool
 * take. */
static bool choose_uids(struct pipeline *p, uint32_t *uids, uint32_t *n_out, struct err *err)
{
    uint64_t bytes = 0;
    for (*n_out = 0; p->inbox.next < p->inbox.n && *n_out < BATCH_MAILS_MAX; p->inbox.next++) {
        const struct imap_entry *e = &p->inbox.entries[p->inbox.next];
        if (seen_find(&p->inbox.seen, e->uid))
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
    const struct imap_entry *e = inbox_find(&p->inbox, uid);
    if (!e || seen_find(&p->inbox.seen, uid))
        return true; /* not asked for: a server may speak of other mail */
    if (size_bytes == 0 && e->size_bytes > 0)
        return true; /* expunged meanwhile: so Dovecot answers. If not, the next poll has it */
    return batch_spool(p->batch, uid, time_of(e), raw_fd, size_bytes, err);
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
        raw->was_settled = message.state != MESSAGE_STORED;
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
        seen_add(&p->inbox.seen,
                 (struct seen){.uid = raw->uid,
                               .message_id = raw->message_id,
                               .was_settled = raw->was_settled && !p->has_polled,
                               .is_deleted = inbox_find(&p->inbox, raw->uid)->is_deleted});
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
    return pending->attempts + 1 < ATTEMPTS_MAX ||
           set_aside(p, pending->id, MESSAGE_QUARANTINED, why.text, err);
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
            register_log(mails[i]->pending.id, &mails[i]->mail, &results[i]);
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

static bool move(struct pipeline *p, struct seen *s, enum message_state state, struct err *err)
{
    struct filing filing = {.mailbox = p->parts.mailbox,
                            .db = p->parts.db,
                            .imap = p->parts.imap,
                            .lease = &p->lease,
                            .copied = &p->copied};
    struct filing_mail mail = {.place = place_of(p, s->uid),
                               .message_id = s->message_id,
                               .state = state,
                               .is_deleted = s->is_deleted,
                               .may_lie_there = s->was_settled};
    bool moved;
    if (!filing_move(&filing, &mail, &moved, err))
        return false;
    s->is_done = true;
    p->has_worked |= moved;
    return true;
}

static bool step_file(struct pipeline *p, struct err *err)
{
    for (uint32_t i = 0; i < p->inbox.seen.n; i++) {
        struct seen *s = &p->inbox.seen.list[i];
        enum message_state state;
        if (s->is_done)
            continue;
        if (!ledger_state(p->parts.db, s->message_id, &state, err))
            return false;
        if (state != MESSAGE_STORED && !move(p, s, state, err))
            return err_add(err, "uid %" PRIu32, s->uid);
    }
    return true;
}
