/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The rows of mailboxes. See mailbox.h. */
#include "db/mailbox.h"

#include "db/query.h"

static const char mailbox_sql[] =
    "insert into mailbox (name, host, login, folder, body) values ($1, $2, $3, $4, $5)"
    " on conflict (host, login, folder) do update set name = excluded.name, body = excluded.body "
    "returning id";
static const char lease_take_sql[] =
    "select coalesce(lease_take($1::int, $2, $3::int * interval '1 second'), 0)";
static const char lease_end_sql[] =
    "update mailbox set lease_until = null, lease_owner = null where id = $1 and lease_owner = $2";
static const char lease_holder_sql[] =
    "select lease_owner from mailbox where id = $1 and lease_until >= clock_timestamp()";
static const char lease_bury_sql[] =
    "update mailbox set lease_until = clock_timestamp() + $3::int * interval '1 second'"
    " where id = $1 and lease_owner = $2"
    " and lease_until > clock_timestamp() + $3::int * interval '1 second'";
static const char lease_held_sql[] =
    "select exists (select from mailbox where id = $1 and lease_owner = $2"
    " and lease_until > clock_timestamp() + $3::int * interval '1 second')";
static const char uidvalidity_sql[] =
    "update mailbox m set uidvalidity = $2 from (select uidvalidity from mailbox where id = $1 for "
    "update) old"
    " where m.id = $1 returning old.uidvalidity is not null and old.uidvalidity <> $2::bigint";
static const char gap_sql[] =
    "insert into poll_gap (mailbox_id, from_at, to_at, why)"
    " select id, last_poll_at, office_now(), coalesce(last_error, '') from mailbox"
    " where id = $1 and last_poll_at < office_now() - $2::int * interval '1 second' on "
    "conflict do nothing";
static const char polled_sql[] = "update mailbox set last_poll_at = office_now(), last_error = "
                                 "null, last_error_at = null where id = $1";
static const char poll_failed_sql[] =
    "update mailbox set last_error = $2, last_error_at = office_now() where id = $1";

bool mailbox_row(struct db *db, const struct mailbox_where *m, int *id_out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_text(&p, m->name);
    param_text(&p, m->host);
    param_text(&p, m->login);
    param_text(&p, m->folder);
    param_text(&p, m->body);
    if (!db_query(db, mailbox_sql, &p, &r, err))
        return false;
    *id_out = (int)row_int(&r, 0, 0);
    return true;
}

bool mailbox_lease_take(struct db *db, int mailbox_id, const char *owner, int ttl_s,
                        int64_t *epoch_out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_int(&p, mailbox_id);
    param_text(&p, owner);
    param_int(&p, ttl_s);
    if (!db_query(db, lease_take_sql, &p, &r, err))
        return false;
    *epoch_out = row_int(&r, 0, 0);
    return true;
}

bool mailbox_lease_end(struct db *db, int mailbox_id, const char *owner, struct err *err)
{
    struct params p = {0};
    param_int(&p, mailbox_id);
    param_text(&p, owner);
    return db_query(db, lease_end_sql, &p, NULL, err);
}

bool mailbox_lease_holder(struct db *db, struct arena *a, int mailbox_id, const char **owner_out,
                          struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_int(&p, mailbox_id);
    if (!db_query(db, lease_holder_sql, &p, &r, err))
        return false;
    *owner_out = r.n ? arena_strdup(a, row_text(&r, 0, 0)) : "";
    return true;
}

bool mailbox_lease_bury(struct db *db, int mailbox_id, const char *owner, int grace_s,
                        struct err *err)
{
    struct params p = {0};
    param_int(&p, mailbox_id);
    param_text(&p, owner);
    param_int(&p, grace_s);
    return db_query(db, lease_bury_sql, &p, NULL, err);
}

bool mailbox_lease_held(struct db *db, int mailbox_id, const char *owner, int left_s,
                        bool *held_out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_int(&p, mailbox_id);
    param_text(&p, owner);
    param_int(&p, left_s);
    if (!db_query(db, lease_held_sql, &p, &r, err))
        return false;
    *held_out = row_bool(&r, 0, 0);
    return true;
}

bool mailbox_uidvalidity(struct db *db, int mailbox_id, uint32_t uidvalidity, bool *changed_out,
                         struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_int(&p, mailbox_id);
    param_int(&p, uidvalidity);
    if (!db_query(db, uidvalidity_sql, &p, &r, err))
        return false;
    *changed_out = r.n == 1 && row_bool(&r, 0, 0);
    return true;
}

bool mailbox_polled(struct db *db, int mailbox_id, int gap_s, struct err *err)
{
    struct params p = {0};
    param_int(&p, mailbox_id);
    param_int(&p, gap_s);
    if (!db_begin_async(db, err))
        return false;
    struct db *tx CLEANUP(db_rollbackp) = db;
    if (!db_query(db, gap_sql, &p, NULL, err))
        return false;
    p.n = 1;
    return db_query(db, polled_sql, &p, NULL, err) && db_commit(tx, err);
}

bool mailbox_poll_failed(struct db *db, int mailbox_id, const char *why, struct err *err)
{
    struct params p = {0};
    param_int(&p, mailbox_id);
    param_text(&p, why);
    return db_query(db, poll_failed_sql, &p, NULL, err);
}
