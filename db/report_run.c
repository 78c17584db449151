/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Runs of reports. A row stands before the work begins: one that dies leaves its trace. */
#include "db/lateness.h"
#include "db/query.h"

static const char begin_sql[] =
    "insert into report_run (kind, as_of) values ($1, from_us($2)) returning id";
/* The same instant told twice is told alike: its first report fixes what it says of the mailboxes.
 */
static const char told_sql[] =
    "insert into mailbox_told select from_us($1), mailbox_id, "
    "last_poll_at, last_error, last_error_at"
    " from mailbox_at(from_us($1)) where $2 = 'lateness' on conflict do nothing";
static const char done_sql[] = "update report_run set done_at = clock_timestamp(), error = null,"
                               " calendar_version = nullif($2::int, 0), digest = $3 where id = $1";
static const char failed_sql[] =
    "update report_run set done_at = clock_timestamp(), error = $2 where id = $1";

bool report_run_begin(struct db *db, const char *kind, int64_t as_of_us, int64_t *id_out,
                      struct err *err)
{
    struct params p = {0};
    struct rows r CLEANUP(rows_fini) = {0};
    struct params told = {0};
    param_text(&p, kind);
    param_time(&p, as_of_us);
    param_time(&told, as_of_us);
    param_text(&told, kind);
    if (!db_query(db, begin_sql, &p, &r, err) || !db_query(db, told_sql, &told, NULL, err))
        return false;
    *id_out = row_int(&r, 0, 0);
    return true;
}

bool report_run_done(struct db *db, int64_t id, int calendar_version, const uint8_t digest[32],
                     struct err *err)
{
    struct params p = {0};
    param_int(&p, id);
    param_int(&p, calendar_version);
    param_bytes(&p, digest, 32);
    return db_query(db, done_sql, &p, NULL, err);
}

bool report_run_failed(struct db *db, int64_t id, const char *why, struct err *err)
{
    struct params p = {0};
    param_int(&p, id);
    param_text(&p, why);
    return db_query(db, failed_sql, &p, NULL, err);
}
