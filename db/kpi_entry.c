/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Entries of the KPI: each with its event, in the caller's transaction. See kpi.h. */
#include "base/refusals.h"
#include "db/event.h"
#include "db/kpi.h"
#include "db/query.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static bool tell(struct db *db, const char *who, int64_t matter_id, const char *what,
                 const char *why, json_t *detail, struct err *err)
{
    char *text = json_dumps(detail, JSON_COMPACT);
    json_decref(detail);
    const struct event e = {
        .who = who, .matter_id = matter_id, .what = what, .why = why, .detail_json = text};
    bool told = event_append(db, &e, err);
    free(text);
    return told;
}

static const char matter_sql[] =
    "select id, class, coalesce(from_us($2::bigint) > office_now(), false) from matter"
    " where no || '/' || year = $1";
static const char present_sql[] =
    "insert into presentation (matter_id, due_at, presented_at, is_correct, late_why, source,"
    " created_by)"
    " select $1, from_us($2), from_us($3), $4::bool, $5, $6, $7 where not exists"
    " (select from presentation_current('infinity') p where p.matter_id = $1"
    "  and (p.due_at, p.is_correct, p.late_why, p.source)"
    "   = (from_us($2), $4::bool, $5::text, $6::text)"
    "  and p.presented_at is not distinct from from_us($3))";

bool kpi_present(struct db *db, const struct kpi_presentation *p, const char *who,
                 bool *changed_out, struct err *err)
{
    struct params find = {0}, add = {0};
    struct rows found CLEANUP(rows_fini) = {0}, added CLEANUP(rows_fini) = {0};
    char at[40];
    param_text(&find, p->matter);
    param_time(&find, p->presented_us);
    if (!db_query(db, matter_sql, &find, &found, err))
        return false;
    if (found.n == 0)
        return err_say(err, REFUSE_MATTER_UNKNOWN, p->matter);
    if (strcmp(row_text(&found, 0, 1), "OTHER") == 0)
        return err_set(err, ERR_REFUSE, "matter %s: class OTHER is not in the KPI", p->matter);
    if (row_bool(&found, 0, 2))
        return err_say(err, REFUSE_PRESENTED_LATER, p->matter,
                       time_format_iso(p->presented_us, at));
    if (!p->is_correct && p->presented_us == TIME_NONE)
        return err_set(err, ERR_REFUSE, "matter %s: what was not presented cannot be incorrect",
                       p->matter);
    int64_t id = row_int(&found, 0, 0);
    param_int(&add, id);
    param_time(&add, p->due_us);
    param_time(&add, p->presented_us);
    param_bool(&add, p->is_correct);
    param_text(&add, p->late_why ? p->late_why : "");
    param_text(&add, p->source ? p->source : "");
    param_text(&add, who);
    if (!db_query(db, present_sql, &add, &added, err))
        return false;
    *changed_out = added.touched > 0;
    return !*changed_out ||
           tell(db, who, id, "present", p->late_why,
                json_pack("{s:b}", "presented", p->presented_us != TIME_NONE), err);
}

static const char define_sql[] =
    "insert into kpi_definition (fiscal_year, version, population, scope, scoring, success, why,"
    " created_by) select $1::int, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6, $7"
    " from kpi_definition where fiscal_year = $1::int";

bool kpi_define(struct db *db, const struct kpi_definition *d, const char *who, struct err *err)
{
    struct params p = {0};
    param_int(&p, d->fiscal_year);
    param_text(&p, kpi_population_names[d->population]);
    param_text(&p, kpi_scope_names[d->scope]);
    param_text(&p, kpi_scoring_names[d->scoring]);
    param_text(&p, d->wants_correct ? "in_time_and_correct" : "in_time");
    param_text(&p, d->why);
    param_text(&p, who);
    return db_query(db, define_sql, &p, NULL, err) &&
           tell(db, who, 0, "define kpi", d->why,
                json_pack("{s:i, s:s, s:s, s:s}", "year", d->fiscal_year, "population",
                          kpi_population_names[d->population], "scope", kpi_scope_names[d->scope],
                          "scoring", kpi_scoring_names[d->scoring]),
                err);
}

static const char report_sql[] =
    "insert into kpi_reported (fiscal_year, quarter, percent, score, weighted, why, created_by)"
    " values ($1, $2, $3, nullif($4::int, -1), nullif($5::int, -1), $6, $7)";

bool kpi_report(struct db *db, int fiscal_year, int quarter, const struct kpi_reported *r,
                const char *who, struct err *err)
{
    struct params p = {0};
    param_int(&p, fiscal_year);
    param_int(&p, quarter);
    param_int(&p, r->percent);
    param_int(&p, r->score);
    param_int(&p, r->weighted);
    param_text(&p, r->why);
    param_text(&p, who);
    return db_query(db, report_sql, &p, NULL, err) &&
           tell(db, who, 0, "report kpi", r->why,
                json_pack("{s:i, s:i, s:i}", "year", fiscal_year, "quarter", quarter, "percent",
                          r->percent),
                err);
}
