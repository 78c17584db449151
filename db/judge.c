/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Asking the database for a judgement. The rules are in migrations/0003. */
#include "db/judge.h"

#include "db/query.h"

#define JUDGEMENT_COLUMNS "verdict, label, us(due_at), basis, why, late_min, late_work_min"

static const char item_sql[] =
    "select " JUDGEMENT_COLUMNS " from item_judgement(from_us($2::bigint), $1)";
static const char expectation_sql[] =
    "select " JUDGEMENT_COLUMNS " from expectation_judgement(from_us($2::bigint), $1)";

static bool judge(struct db *db, struct arena *a, const char *sql, int64_t id, int64_t as_of_us,
                  struct judgement *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_int(&p, id);
    param_time(&p, as_of_us);
    if (!db_query(db, sql, &p, &r, err))
        return false;
    if (r.n == 0)
        return err_set(err, ERR_REFUSE, "judge %lld: it was not there at that instant",
                       (long long)id);
    *out = (struct judgement){.verdict = row_dup(a, &r, 0, 0),
                              .label = row_dup(a, &r, 0, 1),
                              .due_at_us = row_time(&r, 0, 2),
                              .basis = row_dup(a, &r, 0, 3),
                              .why = row_dup(a, &r, 0, 4),
                              .late_min = row_int(&r, 0, 5),
                              .late_work_min = row_int(&r, 0, 6)};
    return true;
}

bool judge_item(struct db *db, struct arena *a, int64_t item_id, int64_t as_of_us,
                struct judgement *out, struct err *err)
{
    return judge(db, a, item_sql, item_id, as_of_us, out, err);
}

bool judge_expectation(struct db *db, struct arena *a, int64_t expectation_id, int64_t as_of_us,
                       struct judgement *out, struct err *err)
{
    return judge(db, a, expectation_sql, expectation_id, as_of_us, out, err);
}
