/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Asking the database for a judgement. The rules are in migrations/0003. */
#include "db/judge.h"

#include "db/query.h"

#define JUDGEMENT_COLUMNS "verdict, label, us(due_at), basis, why, late_min, late_work_min"

static const char as_written_sql[] =
    "set local join_collapse_limit = 1; set local from_collapse_limit = 1";

bool judge_as_written(struct db *db, struct err *err)
{
    return db_script(db, as_written_sql, err);
}

static const char item_sql[] =
    "select " JUDGEMENT_COLUMNS " from item_judgement(from_us($2::bigint), $1)";
static const char expectation_sql[] =
    "select " JUDGEMENT_COLUMNS " from expectation_judgement(from_us($2::bigint), $1)";

static const char list_sql[] =
    "select j.verdict, j.label, us(j.due_at), j.basis, j.why, j.late_min, j.late_work_min,"
    " j.expectation_id, m.no || '/' || m.year, m.title, m.class, g.code, g.name_th,"
    " us(j.received_at), count(*) over ()"
    " from expectation_judgement(from_us($1::bigint)) j join matter m on m.id = j.matter_id"
    " join agency g on g.id = j.agency_id where ($2::bigint = 0 or j.matter_id = $2)"
    " and ($3::int = 0 or j.agency_id = $3) and ($4::text is null or j.verdict = $4)"
    " and ($7::int = 0 or j.meeting_id = $7 or m.meeting_id = $7)"
    " order by j.due_at nulls last, m.year, m.no, g.code limit $5 offset $6";

enum { LIST_DEFAULT = 1000 };

static struct judgement judgement_row(struct arena *a, const struct rows *r, int i)
{
    return (struct judgement){.verdict = row_dup(a, r, i, 0),
                              .label = row_dup(a, r, i, 1),
                              .due_at_us = row_time(r, i, 2),
                              .basis = row_dup(a, r, i, 3),
                              .why = row_dup(a, r, i, 4),
                              .late_min = row_int(r, i, 5),
                              .late_work_min = row_int(r, i, 6)};
}

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
    *out = judgement_row(a, &r, 0);
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

bool judge_list(struct db *db, struct arena *a, const struct judged_filter *f,
                struct judged_list *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_time(&p, f->as_of_us);
    param_int(&p, f->matter_id);
    param_int(&p, f->agency_id);
    param_text(&p, f->verdict);
    param_int(&p, f->limit ? f->limit : LIST_DEFAULT);
    param_int(&p, f->offset);
    param_int(&p, f->meeting_id);
    if (!db_query(db, list_sql, &p, &r, err))
        return false;
    struct judged_list list = {.row = arena_array(a, (size_t)r.n, sizeof *list.row), .n = r.n};
    for (int i = 0; i < r.n; i++)
        list.row[i] = (struct judged){.expectation_id = row_int(&r, i, 7),
                                      .matter_no = row_dup(a, &r, i, 8),
                                      .title = row_dup(a, &r, i, 9),
                                      .class_name = row_dup(a, &r, i, 10),
                                      .agency_code = row_dup(a, &r, i, 11),
                                      .agency = row_dup(a, &r, i, 12),
                                      .j = judgement_row(a, &r, i),
                                      .received_us = row_time(&r, i, 13)};
    list.total = r.n ? row_int(&r, 0, 14) : 0;
    *out = list;
    return true;
}
