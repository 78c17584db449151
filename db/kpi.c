/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Reading what the KPI is made of. See kpi.h; counting and scoring are report/kpi_score.c. */
#include "db/kpi.h"

#include "base/refusals.h"
#include "db/query.h"
#include <assert.h>
#include <string.h>

const char *const kpi_population_names[] = {"parliament", "cabinet", "combined"};
const char *const kpi_scope_names[] = {"quarter", "half", "cumulative"};
const char *const kpi_scoring_names[] = {"step", "interpolated"};

static int word_at(const char *const *words, int n, const char *word)
{
    int i = 0;
    while (i < n && strcmp(words[i], word) != 0)
        i++;
    assert(i < n); /* the database's CHECK lets no other in */
    return i;
}

static const char snapshot_sql[] = "set transaction isolation level repeatable read, read only";
static const char definition_sql[] =
    "select fiscal_year, version, population, scope, scoring, success = 'in_time_and_correct',"
    " levels[1], levels[2], levels[3], levels[4], levels[5], target, weight, why, created_by,"
    " us(created_at) from kpi_definition_of($2::int, from_us($1))";

static bool read_definition(struct arena *a, struct db *db, const struct params *p, int fiscal_year,
                            struct kpi_definition *d, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!db_query(db, definition_sql, p, &r, err))
        return false;
    if (r.n == 0)
        return err_say(err, REFUSE_KPI_UNDEFINED, fiscal_year);
    *d = (struct kpi_definition){
        .fiscal_year = (int)row_int(&r, 0, 0),
        .version = (int)row_int(&r, 0, 1),
        .population = (enum kpi_population)word_at(kpi_population_names, KPI_N_POPULATIONS,
                                                   row_text(&r, 0, 2)),
        .scope = (enum kpi_scope)word_at(kpi_scope_names, KPI_N_SCOPES, row_text(&r, 0, 3)),
        .scoring = (enum kpi_scoring)word_at(kpi_scoring_names, KPI_N_SCORINGS, row_text(&r, 0, 4)),
        .wants_correct = row_bool(&r, 0, 5),
        .target = (int)row_int(&r, 0, 11),
        .weight = (int)row_int(&r, 0, 12),
        .why = row_dup(a, &r, 0, 13),
        .who = row_dup(a, &r, 0, 14),
        .created_us = row_time(&r, 0, 15)};
    for (int i = 0; i < KPI_LEVELS; i++)
        d->levels[i] = (int)row_int(&r, 0, 6 + i);
    return true;
}

/* A matter belongs to the quarter in which it was presented; one that was not, to that of its due,
 * where the due has passed. */
static const char matters_sql[] =
    "select m.no || '/' || m.year, case when m.secrecy <> '' then '(ลับ)' else m.title end, m.class,"
    " m.class like 'CAB-%', us(p.due_at), us(h.at), fiscal_quarter(bangkok_date(w.at)),"
    " p.is_correct, p.late_why, p.source, p.created_by,"
    " coalesce((select string_agg(i.no || '/' || i.year, ', ' order by i.year, i.no) from item i"
    "  where i.matter_id = m.id and i.entered_at <= from_us($1) and i.status <> 'ยกเลิก'), '')"
    " from presentation_current(from_us($1)) p join matter m on m.id = p.matter_id"
    " cross join lateral (select case when p.presented_at <= from_us($1) then p.presented_at end "
    "as at) h"
    " cross join lateral (select coalesce(h.at, p.due_at) as at) w"
    " where m.class <> 'OTHER' and fiscal_year(bangkok_date(w.at)) = $2::int"
    "  and (h.at is not null or p.due_at < from_us($1))"
    " order by h.at nulls last, m.year, m.no";

static bool read_matters(struct arena *a, struct db *db, const struct params *p,
                         struct kpi_rows *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!db_query(db, matters_sql, p, &r, err))
        return false;
    out->n_matters = r.n;
    out->matters = arena_array(a, (size_t)r.n, sizeof *out->matters);
    for (int i = 0; i < r.n; i++)
        out->matters[i] =
            (struct kpi_matter){.matter_no = row_dup(a, &r, i, 0),
                                .title = row_dup(a, &r, i, 1),
                                .class_name = row_dup(a, &r, i, 2),
                                .population = row_bool(&r, i, 3) ? KPI_CABINET : KPI_PARLIAMENT,
                                .due_us = row_time(&r, i, 4),
                                .presented_us = row_time(&r, i, 5),
                                .quarter = (int)row_int(&r, i, 6),
                                .is_correct = row_bool(&r, i, 7),
                                .late_why = row_dup(a, &r, i, 8),
                                .source = row_dup(a, &r, i, 9),
                                .who = row_dup(a, &r, i, 10),
                                .register_nos = row_dup(a, &r, i, 11)};
    return true;
}

static const char reported_sql[] =
    "select distinct on (quarter) quarter, percent, coalesce(score, -1), coalesce(weighted, -1),"
    " why, created_by, us(created_at) from kpi_reported"
    " where fiscal_year = $2::int and created_at <= from_us($1) order by quarter, id desc";

static bool read_reported(struct arena *a, struct db *db, const struct params *p,
                          struct kpi_rows *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!db_query(db, reported_sql, p, &r, err))
        return false;
    for (int i = 0; i < r.n; i++)
        out->reported[row_int(&r, i, 0) - 1] =
            (struct kpi_reported){.is_there = true,
                                  .percent = (int)row_int(&r, i, 1),
                                  .score = (int)row_int(&r, i, 2),
                                  .weighted = (int)row_int(&r, i, 3),
                                  .why = row_dup(a, &r, i, 4),
                                  .who = row_dup(a, &r, i, 5),
                                  .created_us = row_time(&r, i, 6)};
    return true;
}

bool kpi_read(struct arena *a, struct db *db, int fiscal_year, int64_t as_of_us,
              struct kpi_rows *out, struct err *err)
{
    struct kpi_rows k = {.fiscal_year = fiscal_year};
    struct params p = {0};
    param_time(&p, as_of_us);
    param_int(&p, fiscal_year);
    if (!db_begin(db, err))
        return false;
    struct db *open CLEANUP(db_rollbackp) = db;
    if (!db_query(db, snapshot_sql, NULL, NULL, err) ||
        !read_definition(a, db, &p, fiscal_year, &k.definition, err) ||
        !read_matters(a, db, &p, &k, err) || !read_reported(a, db, &p, &k, err))
        return false;
    *out = k;
    return true;
}
