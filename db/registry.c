/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Registering. Everything slow (bytes, look-ups) comes before the counter's lock, which is held
 * until the commit; an event ends each, because the chain's lock is held as well. */
#include "db/registry.h"

#include "db/blob.h"
#include "db/event.h"
#include "db/query.h"
#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static const char settle_sql[] =
    "select m.state = 'stored', f.id, i.id, i.year, i.no from message m"
    " left join message f on f.content_key = $2 and f.id <> m.id left join item i on i.message_fk "
    "= f.id"
    " where m.id = $1 for update of m";
static const char duplicate_sql[] =
    "update message set state = 'duplicate', duplicate_of = $2, message_id = $3 where id = $1";
static const char registered_sql[] = "update message set state = 'registered', content_key = $2, "
                                     "message_id = $3, why = '' where id = $1";
static const char allot_sql[] = "select year, first_no, us(at) from allot($1, $2::int)";
static const char item_sql[] =
    "insert into item (message_fk, series, year, no, registered_at, sent_at_claimed, entered_at, "
    "deemed_at,"
    "  digest, mailbox_id, from_addr, from_name, agency_id, agency_how, sender_state, check_why,"
    "  subject, subject_fold, letter_no, letter_date, urgency, secrecy, within_at, meeting_id,"
    "  matter_id, matter_how, class, message_id, in_reply_to, refs, no_receipt_why, n_claimed)"
    " select nullif($1::bigint, 0), $2, $3, $4, from_us($5::bigint), from_us($6::bigint), "
    "from_us($7::bigint),"
    "  deemed(from_us($7::bigint)), $8, nullif($9::int, 0), $10, $11, nullif($12::int, 0), $13, "
    "$14, $15, $16, "
    "$17, $18,"
    "  bangkok_date(from_us($19::bigint)), $20, $21, from_us($22::bigint),"
    "  meeting_on((select body from mailbox where id = $9), bangkok_date(from_us($23::bigint))),"
    "  t.id, case when t.id is null then '' when $13 = 'officer' then 'officer' else 'subject' "
    "end, coalesce(t.class, 'OTHER'), $25, "
    "$26, $27, $28, $29"
    " from (select 1) one left join matter t on t.no || '/' || t.year = $24"
    " returning id";
static const char attachment_sql[] =
    "with a as (insert into attachment (item_id, seq, blob_id, filename, label_type, type, "
    "is_attachment, depth)"
    "  values ($1, $2, $3, $4, $5, $6, $7, $8) returning id)"
    " insert into job (item_id, attachment_id) select $1, id from a where $9::boolean";
static const char empty_job_sql[] =
    "insert into job (item_id) select $1 where not exists (select from job where item_id = $1)";
static const char notify_sql[] = "notify thanwela_job";

struct draft {
    const struct registry_mail *mail;
    struct registry_result *result;
    int64_t *blob_ids; /* one for each part */
};

/* Is the mail still ours to register, and new? */
static bool settle(struct db *db, const struct draft *d, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_int(&p, d->mail->message_id);
    param_bytes(&p, d->mail->content_key, 32);
    if (!db_query(db, settle_sql, &p, &r, err))
        return false;
    if (r.n == 0 || !row_bool(&r, 0, 0)) {
        d->result->fate = REGISTRY_SETTLED;
        return true;
    }
    if (row_null(&r, 0, 1)) {
        d->result->fate = REGISTRY_NUMBERED;
        return true;
    }
    *d->result = (struct registry_result){.fate = REGISTRY_DUPLICATE,
                                          .item_id = row_int(&r, 0, 2),
                                          .year = (int)row_int(&r, 0, 3),
                                          .no = row_int(&r, 0, 4)};
    p = (struct params){0};
    param_int(&p, d->mail->message_id);
    param_int(&p, row_int(&r, 0, 1));
    param_text(&p, d->mail->rfc_message_id);
    return db_query(db, duplicate_sql, &p, NULL, err);
}

/* One that is on its way at this moment is waited for; then the register is looked at. */
static const char hand_lock_sql[] = "select pg_advisory_xact_lock(('x' || $1)::bit(64)::bigint)";
static const char hand_first_sql[] =
    "select id, year, no from item where digest = $1 and message_fk is null and status <> 'ยกเลิก'"
    " order by id limit 1";

/* What came by hand: new, or sent by the same form twice? */
static bool settle_hand(struct db *db, const struct draft *d, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params lock = {0}, first = {0};
    char start[17];
    sodium_bin2hex(start, sizeof start, d->mail->content_key, 8);
    param_text(&lock, start);
    param_bytes(&first, d->mail->content_key, 32);
    if (!db_query(db, hand_lock_sql, &lock, NULL, err) ||
        !db_query(db, hand_first_sql, &first, &r, err))
        return false;
    *d->result = (struct registry_result){.fate = REGISTRY_NUMBERED};
    if (r.n > 0)
        *d->result = (struct registry_result){.fate = REGISTRY_DUPLICATE,
                                              .item_id = row_int(&r, 0, 0),
                                              .year = (int)row_int(&r, 0, 1),
                                              .no = row_int(&r, 0, 2)};
    return true;
}

/* Taking the content key at once lets a second daemon with the same mail wait here, and not later.
 */
static bool take_key(struct db *db, const struct draft *d, struct err *err)
{
    struct params p = {0};
    param_int(&p, d->mail->message_id);
    param_bytes(&p, d->mail->content_key, 32);
    param_text(&p, d->mail->rfc_message_id);
    return db_query(db, registered_sql, &p, NULL, err);
}

static bool store_parts(struct db *db, const struct draft *d, struct err *err)
{
    for (uint32_t i = 0; i < d->mail->n_parts; i++) {
        const struct registry_part *part = &d->mail->parts[i];
        struct blob_source source = {.fd = d->mail->parts_fd,
                                     .offset = part->offset,
                                     .size = part->size,
                                     .sha256 = part->sha256};
        if (!blob_store(db, &source, &d->blob_ids[i], err))
            return false;
    }
    return true;
}

static bool prepare(struct db *db, const struct draft *d, struct err *err)
{
    bool by_hand = !d->mail->message_id;
    if (!(by_hand ? settle_hand(db, d, err) : settle(db, d, err)))
        return false;
    if (d->result->fate != REGISTRY_NUMBERED)
        return true;
    return (by_hand || take_key(db, d, err)) && store_parts(db, d, err);
}

static void item_params(struct params *p, const struct registry_mail *m, const char *series,
                        const struct registry_result *r, int64_t registered_at_us)
{
    param_int(p, m->message_id);
    param_text(p, series);
    param_int(p, r->year);
    param_int(p, r->no);
    param_time(p, registered_at_us);
    param_time(p, m->sent_at_us);
    param_time(p, m->entered_at_us);
    param_bytes(p, m->content_key, 32);
    param_int(p, m->mailbox_id);
    param_text(p, m->from_addr);
    param_text(p, m->from_name);
    param_int(p, m->agency_id);
    param_text(p, m->agency_how);
    param_text(p, m->is_verified ? "verified" : "unverified");
    param_text(p, m->check_why);
    param_text(p, m->subject);
    param_text(p, m->subject_fold);
    param_text(p, m->letter_no);
    param_time(p, m->letter_date_us);
    param_text(p, m->urgency);
    param_text(p, m->secrecy);
    param_time(p, m->within_us);
    param_time(p, m->meeting_date_us);
    param_text(p, m->matter_ref);
    param_text(p, m->rfc_message_id);
    param_text(p, m->in_reply_to);
    param_text(p, m->references);
    param_text(p, m->no_receipt_why);
    if (m->n_claimed < 0)
        param_null(p);
    else
        param_int(p, m->n_claimed);
}

static bool insert_parts(struct db *db, const struct draft *d, struct err *err)
{
    for (uint32_t i = 0; i < d->mail->n_parts; i++) {
        const struct registry_part *part = &d->mail->parts[i];
        struct params p = {0};
        param_int(&p, d->result->item_id);
        param_int(&p, i);
        param_int(&p, d->blob_ids[i]);
        param_text(&p, part->filename);
        param_text(&p, part->label_type);
        param_text(&p, part->type);
        param_bool(&p, part->is_attachment);
        param_int(&p, part->depth);
        param_bool(&p, part->is_scanned);
        if (!db_query(db, attachment_sql, &p, NULL, err))
            return false;
    }
    struct params p = {0};
    param_int(&p, d->result->item_id);
    return db_query(db, empty_job_sql, &p, NULL, err);
}

static bool insert_item(struct db *db, const char *series, const struct draft *d,
                        int64_t registered_at_us, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    item_params(&p, d->mail, series, d->result, registered_at_us);
    if (!db_query(db, item_sql, &p, &r, err))
        return false;
    d->result->item_id = row_int(&r, 0, 0);
    struct event e = {.who = "thanwelad", .item_id = d->result->item_id, .what = "register"};
    if (!d->mail->message_id)
        e = (struct event){.who = d->mail->who,
                           .item_id = d->result->item_id,
                           .what = "register by hand",
                           .why = d->mail->why};
    return insert_parts(db, d, err) && event_append(db, &e, err);
}

/* Numbers last: from here to the commit every other registration waits. */
static bool number(struct db *db, const char *series, const struct draft *drafts, uint32_t n,
                   uint32_t n_new, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_text(&p, series);
    param_int(&p, n_new);
    if (!db_query(db, allot_sql, &p, &r, err))
        return false;
    int64_t no = row_int(&r, 0, 1), at_us = row_time(&r, 0, 2);
    for (uint32_t i = 0; i < n; i++) {
        if (drafts[i].result->fate != REGISTRY_NUMBERED)
            continue;
        drafts[i].result->year = (int)row_int(&r, 0, 0);
        drafts[i].result->no = no++;
        if (!insert_item(db, series, &drafts[i], at_us++, err))
            return false;
    }
    return db_query(db, notify_sql, NULL, NULL, err);
}

bool registry_add(struct db *db, const char *series, const struct registry_mail *mails, uint32_t n,
                  struct registry_result *results_out, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct draft *drafts = arena_array(a, n, sizeof *drafts);
    uint32_t n_new = 0;
    if (!db_begin(db, err))
        return false;
    struct db *tx CLEANUP(db_rollbackp) = db;
    for (uint32_t i = 0; i < n; i++) {
        results_out[i] = (struct registry_result){0};
        drafts[i] = (struct draft){.mail = &mails[i],
                                   .result = &results_out[i],
                                   .blob_ids = arena_array(a, mails[i].n_parts, sizeof(int64_t))};
        if (!prepare(db, &drafts[i], err))
            return false;
        n_new += results_out[i].fate == REGISTRY_NUMBERED;
    }
    if (n_new > 0 && !number(db, series, drafts, n, n_new, err))
        return false;
    return db_commit(tx, err);
}
