/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The outbox. Claims and marks do not wait for the disk: what a power cut takes back is sent again,
 * with the same Message-ID and the same bytes. */
#include "db/outbox.h"

#include "db/query.h"

static const char add_sql[] =
    "insert into outbox (kind, item_id, rfc_message_id, envelope_from, rcpt, body)"
    " values ($1, nullif($2::bigint, 0), $3, $4, $5, $6)"
    " on conflict (item_id) where kind = 'receipt' do update set kind = excluded.kind returning id";
static const char add_line_sql[] =
    "insert into outbox (channel, kind, rcpt, body) values ('line', $1, $2, $3)"
    " on conflict (bangkok_date(created_at)) where channel = 'line' and kind = 'digest' do nothing"
    " returning id";
static const char notify_sql[] = "notify thanwela_outbox";
static const char today_sql[] = "select count(*) from outbox where kind = 'receipt' and rcpt = $1"
                                " and created_at > office_now() - interval '1 day'";
static const char claim_sql[] =
    "update outbox set state = 'sending', attempts = attempts + 1, claimed_by = $1,"
    " claimed_until = clock_timestamp() + $2::int * interval '1 second'"
    " where id = (select id from outbox where channel = any (string_to_array($3, ' '))"
    "  and (state = 'ready' and next_at <= clock_timestamp()"
    "    or state = 'sending' and claimed_until < clock_timestamp())"
    "  order by next_at, id for update skip locked limit 1)"
    " returning id, item_id, rfc_message_id, envelope_from, rcpt, body, attempts, channel, kind,"
    " retry_key, us(created_at), posted_at is not null";
static const char sent_sql[] = "update outbox set state = 'sent', sent_at = clock_timestamp(), "
                               "last_reply = $2, claimed_until = null"
                               " where id = $1 and state = 'sending'";
static const char retry_sql[] =
    "update outbox set last_reply = $2, claimed_until = null,"
    " state = case when created_at < office_now() - interval '5 days' then 'dead' else 'ready' end,"
    " next_at = clock_timestamp() + least(interval '30 seconds' * power(2, least(attempts, 10) - "
    "1),"
    "  interval '1 hour') * (0.9 + random() * 0.2)"
    " where id = $1 and state = 'sending'";
static const char posting_sql[] =
    "update outbox set posted_at = coalesce(posted_at, clock_timestamp()) where id = $1";
static const char dead_sql[] = "update outbox set state = 'dead', last_reply = $2, claimed_until = "
                               "null where id = $1 and state = 'sending'";
static const char waiting_sql[] =
    "select count(*) filter (where next_at <= clock_timestamp() and state = 'ready'"
    "  or claimed_until < clock_timestamp()), count(*) from outbox where state in ('ready', "
    "'sending')";

bool outbox_add(struct db *db, const struct outbox_mail *m, int64_t *id_out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_text(&p, m->kind);
    param_int(&p, m->item_id);
    param_text(&p, m->rfc_message_id);
    param_text(&p, m->envelope_from);
    param_text(&p, m->rcpt);
    param_bytes(&p, m->body, m->n_body);
    if (!db_query(db, add_sql, &p, &r, err))
        return false;
    *id_out = row_int(&r, 0, 0);
    return db_query(db, notify_sql, NULL, NULL, err);
}

bool outbox_add_line(struct db *db, const struct outbox_line *m, int64_t *id_out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_text(&p, m->kind);
    param_text(&p, m->group);
    param_bytes(&p, m->body, m->n_body);
    if (!db_query(db, add_line_sql, &p, &r, err))
        return false;
    *id_out = r.n ? row_int(&r, 0, 0) : 0;
    return db_query(db, notify_sql, NULL, NULL, err);
}

bool outbox_receipts_today(struct db *db, const char *rcpt, int64_t *n_out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_text(&p, rcpt);
    if (!db_query(db, today_sql, &p, &r, err))
        return false;
    *n_out = row_int(&r, 0, 0);
    return true;
}

static void read_claim(struct arena *a, const struct rows *r, struct outbox_claim *out)
{
    out->id = row_int(r, 0, 0);
    out->item_id = row_int(r, 0, 1);
    out->rfc_message_id = row_dup(a, r, 0, 2);
    out->envelope_from = row_dup(a, r, 0, 3);
    out->rcpt = row_dup(a, r, 0, 4);
    out->body = row_bytes(a, r, 0, 5, &out->n_body);
    out->attempts = (int)row_int(r, 0, 6);
    out->channel = row_dup(a, r, 0, 7);
    out->kind = row_dup(a, r, 0, 8);
    out->retry_key = row_dup(a, r, 0, 9);
    out->created_us = row_time(r, 0, 10);
    out->is_posted = row_bool(r, 0, 11);
}

bool outbox_claim(struct db *db, struct arena *a, const struct outbox_worker *w,
                  struct outbox_claim *out, bool *found_out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_text(&p, w->owner);
    param_int(&p, w->lease_s);
    param_text(&p, w->channels);
    if (!db_begin_async(db, err))
        return false;
    struct db *tx CLEANUP(db_rollbackp) = db;
    if (!db_query(db, claim_sql, &p, &r, err) || !db_commit(tx, err))
        return false;
    *found_out = r.n == 1;
    if (*found_out)
        read_claim(a, &r, out);
    return true;
}

static bool mark(struct db *db, const char *sql, int64_t id, const char *reply, struct err *err)
{
    struct params p = {0};
    param_int(&p, id);
    param_text(&p, reply);
    if (!db_begin_async(db, err))
        return false;
    struct db *tx CLEANUP(db_rollbackp) = db;
    return db_query(db, sql, &p, NULL, err) && db_commit(tx, err);
}

bool outbox_sent(struct db *db, int64_t id, const char *reply, struct err *err)
{
    return mark(db, sent_sql, id, reply, err);
}

bool outbox_retry(struct db *db, int64_t id, const char *reply, struct err *err)
{
    return mark(db, retry_sql, id, reply, err);
}

/* This one does wait for the disk: after a power cut a message that may have arrived must not look
 * as if nobody had ever been asked to send it. */
bool outbox_posting(struct db *db, int64_t id, struct err *err)
{
    struct params p = {0};
    param_int(&p, id);
    if (!db_begin(db, err))
        return false;
    struct db *tx CLEANUP(db_rollbackp) = db;
    return db_query(db, posting_sql, &p, NULL, err) && db_commit(tx, err);
}

bool outbox_dead(struct db *db, int64_t id, const char *reply, struct err *err)
{
    return mark(db, dead_sql, id, reply, err);
}

bool outbox_waiting(struct db *db, int64_t *due_out, int64_t *all_out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!db_query(db, waiting_sql, NULL, &r, err))
        return false;
    *due_out = row_int(&r, 0, 0);
    *all_out = row_int(&r, 0, 1);
    return true;
}
