/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Holidays and working days. The arithmetic is the database's (migrations/0002), so that reports,
 * views and programs cannot disagree. */
#include "db/calendar.h"

#include "base/refusals.h"
#include "db/change.h"
#include "db/query.h"
#include <stdio.h>
#include <string.h>

static const char rule_sql[] = "select office_setting_put($1, $2)";
static const char *const working_sql[] = {
    [WORKING_ADD] = "select us(bangkok(working_day_add(bangkok_date(from_us($1::bigint)), $2,"
                    " from_us($3::bigint), $4), '0:00'))",
    [WORKING_SUB] = "select us(bangkok(working_day_sub(bangkok_date(from_us($1::bigint)), $2,"
                    " from_us($3::bigint), $4), '0:00'))",
    [WORKING_DEEMED] = "select us(deemed(from_us($1::bigint), from_us($3::bigint), $4)), $2::int",
};
/* Versions of the calendar follow each other: the lock makes `at` and `version` agree. */
static const char lock_sql[] = "lock table calendar_version in share row exclusive mode";
static const char change_sql[] =
    "insert into calendar_version (who, why) values ($1, $2) returning version";
/* A holiday that stands, or whose time of validity h falls into, is brought to what h says; one
 * that was revoked before h was announced stays on record, and h is another row. */
static const char put_sql[] =
    "with said as (select bangkok_date(from_us($1::bigint)) as date, $2::text as name, $3::text as"
    "  kind, $4::text as region, $5::text as source, coalesce(from_us($6::bigint), '-infinity') as"
    "  announced_at, from_us($7::bigint) as revoked_at, $8::int as version),"
    " old as (select h.id from holiday h join said s using (date, name, region)"
    "  where h.revoked_at is null or h.announced_at = s.announced_at"
    "  or h.revoked_at > s.announced_at order by h.announced_at desc limit 1),"
    " changed as (update holiday h set kind = s.kind, source = s.source, announced_at ="
    "  s.announced_at, revoked_at = s.revoked_at, version = s.version from said s, old"
    "  where h.id = old.id and (h.kind, h.source, h.announced_at, h.revoked_at) is distinct from"
    "  (s.kind, s.source, s.announced_at, s.revoked_at) returning 1),"
    " added as (insert into holiday (date, name, kind, region, source, announced_at, revoked_at,"
    "  version) select * from said where not exists (select from old) returning 1)"
    " select (select count(*) from added), (select count(*) from changed)";
static const char revoke_sql[] = "update holiday set revoked_at = from_us($4::bigint), version = $5"
                                 " where date = bangkok_date(from_us($1::bigint)) and region = $2"
                                 " and ($3::text is null or name = $3) and revoked_at is null"
                                 " and announced_at <= from_us($4::bigint)";
static const char list_sql[] =
    "select us(bangkok(date, '0:00')), name, kind, region, source,"
    " us(nullif(announced_at, '-infinity')), us(revoked_at), version from holiday"
    " where date between bangkok_date(from_us($1::bigint)) and bangkok_date(from_us($2::bigint))"
    " order by date, region, announced_at, name";
static const char version_sql[] = "select calendar_version_at(from_us($1::bigint))";

/* ---------------------------------------------------------------- settings */

static bool rule_put(struct db *db, const char *key, const char *value, struct err *err)
{
    struct params p = {0};
    param_text(&p, key);
    param_text(&p, value);
    return db_query(db, rule_sql, &p, NULL, err);
}

bool office_rules_put(struct db *db, const struct office_rules *rules, struct err *err)
{
    char soon[12];
    snprintf(soon, sizeof soon, "%d", rules->soon_days);
    return rule_put(db, "receipt_basis", rules->receipt_basis, err) &&
           rule_put(db, "region", rules->region, err) && rule_put(db, "soon_days", soon, err);
}

/* ---------------------------------------------------------------- working days */

bool working_time(struct db *db, enum working_op op, int64_t from_us, int n, int64_t as_of_us,
                  const char *region, int64_t *out_us, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    if (n < 0 || n > WORKING_DAYS_MAX)
        return err_say(err, REFUSE_DAYS_RANGE, n, WORKING_DAYS_MAX);
    param_time(&p, from_us);
    param_int(&p, n);
    param_time(&p, as_of_us);
    param_text(&p, region);
    if (!db_query(db, working_sql[op], &p, &r, err))
        return false;
    *out_us = row_time(&r, 0, 0);
    return true;
}

/* ---------------------------------------------------------------- holidays */

bool calendar_change(struct db *db, const char *who, const char *why, int *version_out,
                     struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_text(&p, who);
    param_text(&p, why);
    if (!db_query(db, lock_sql, NULL, NULL, err) || !db_query(db, change_sql, &p, &r, err))
        return false;
    *version_out = (int)row_int(&r, 0, 0);
    return true;
}

static bool holiday_ok(const struct holiday *h, struct err *err)
{
    static const char *const kinds[] = {"annual", "substitute", "special", "regional"};
    bool known = false;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        known = known || strcmp(h->kind, kinds[i]) == 0;
    if (!known)
        return err_say(err, REFUSE_HOLIDAY_KIND, h->kind);
    if (!*h->name)
        return err_say(err, REFUSE_HOLIDAY_NAME);
    if ((strcmp(h->kind, "regional") == 0) != (*h->region != 0))
        return err_say(err, REFUSE_HOLIDAY_REGION, h->name);
    if (h->revoked_us != TIME_NONE && h->announced_us != TIME_NONE &&
        h->revoked_us < h->announced_us)
        return err_say(err, REFUSE_HOLIDAY_REVOKED, h->name);
    return true;
}

bool holiday_put(struct db *db, int version, const struct holiday *h, const char *who,
                 enum row_change *out, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    if (!holiday_ok(h, err))
        return false;
    param_time(&p, h->date_us);
    param_text(&p, h->name);
    param_text(&p, h->kind);
    param_text(&p, h->region);
    param_text(&p, h->source);
    param_time(&p, h->announced_us);
    param_time(&p, h->revoked_us);
    param_int(&p, version);
    if (!db_query(db, put_sql, &p, &r, err))
        return false;
    *out = row_int(&r, 0, 0) ? ROW_ADDED : row_int(&r, 0, 1) ? ROW_CHANGED : ROW_SAME;
    if (*out == ROW_SAME)
        return true;
    struct change c = {.who = who, .what = *out == ROW_ADDED ? "add holiday" : "change holiday"};
    return change_record(db, err, &c, "date", change_time(a, h->date_us), "name", h->name, "kind",
                         h->kind, "region", h->region, "announced", change_time(a, h->announced_us),
                         "revoked", change_time(a, h->revoked_us), "calendar",
                         change_number(a, version), NULL);
}

bool holiday_revoke(struct db *db, int version, const struct holiday *which, int64_t at_us,
                    const char *who, int *n_out, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_time(&p, which->date_us);
    param_text(&p, which->region);
    param_text(&p, which->name);
    param_time(&p, at_us);
    param_int(&p, version);
    if (!db_query(db, revoke_sql, &p, &r, err))
        return false;
    *n_out = (int)r.touched;
    if (r.touched == 0)
        return true;
    struct change c = {.who = who, .what = "revoke holiday"};
    return change_record(db, err, &c, "date", change_time(a, which->date_us), "name", which->name,
                         "region", which->region, "revoked", change_time(a, at_us), "calendar",
                         change_number(a, version), NULL);
}

bool holiday_list(struct arena *a, struct db *db, int64_t from_us, int64_t to_us,
                  struct holidays *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_time(&p, from_us);
    param_time(&p, to_us);
    if (!db_query(db, list_sql, &p, &r, err))
        return false;
    struct holidays list = {.holiday = arena_array(a, (size_t)r.n, sizeof *list.holiday), .n = r.n};
    for (int i = 0; i < r.n; i++)
        list.holiday[i] = (struct holiday){.date_us = row_time(&r, i, 0),
                                           .name = row_dup(a, &r, i, 1),
                                           .kind = row_dup(a, &r, i, 2),
                                           .region = row_dup(a, &r, i, 3),
                                           .source = row_dup(a, &r, i, 4),
                                           .announced_us = row_time(&r, i, 5),
                                           .revoked_us = row_time(&r, i, 6),
                                           .version = (int)row_int(&r, i, 7)};
    *out = list;
    return true;
}

bool calendar_version(struct db *db, int64_t as_of_us, int *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_time(&p, as_of_us);
    if (!db_query(db, version_sql, &p, &r, err))
        return false;
    *out = (int)row_int(&r, 0, 0);
    return true;
}
