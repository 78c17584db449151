/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Entering deadlines. Which one holds is decided by the trigger of migrations/0003; the dates and
 * words of each rule are functions of migrations/0010. */
#include "db/deadline.h"

#include "base/refusals.h"
#include "db/change.h"
#include "db/query.h"
#include <string.h>

#define DEADLINE_COLUMNS                                                                           \
    "expectation_id, version, level, us(due_at), basis, source, reason, holds, is_extension,"      \
    " erases_lateness, calendar_version, us(created_at), created_by"

/* What a rule comes to. $1 expectation, $2 level, $3 at, $4 has time, $5 days, $6 day 0,
 * $7 meeting, $8 source, $9 reason, $10 erases, $11 entered, $12 who */
#define RULE_SELECT                                                                                \
    "select $1::bigint as expectation_id, 1 as version, l.level, d.due as due_at, case l.level"    \
    " when 1 then 'คำสั่งเจ้าหน้าที่: ' || $9 || ' (' || $8 || ')'"                                      \
    " when 2 then 'หนังสือ' || coalesce(' ' || nullif(coalesce(nullif($8, ''), m.letter_no), ''),"   \
    "  'ขอเรื่อง') || ' ระบุไว้'"                                                                      \
    " when 3 then 'ด่วนภายใน' || case when $8 = '' then '' else ' (' || $8 || ')' end"              \
    " when 4 then meeting_words(t.body, t.starts_at, t.cutoff_rule, t.calendar_version)"           \
    " when 7 then 'ยังไม่กำหนด' else counted_words(l.days, l.level = 5, l.from_date, false,"         \
    "  bangkok_date(d.due), calendar_version_at(l.entered)) end as basis,"                         \
    " case l.level when 4 then coalesce(nullif($8, ''), t.source) else $8 end as source,"          \
    " $9::text as reason, $10::boolean as erases, t.id as meeting_id, l.days, l.from_date,"        \
    " case when l.days is not null then l.level = 5 end as working,"                               \
    " case when l.days is not null then calendar_version_at(l.entered)"                            \
    "  when l.level = 4 then t.calendar_version end as calendar_version, true as holds,"           \
    " l.entered, $12::text as who"                                                                 \
    " from (select $2::int as level, coalesce(from_us($11::bigint), office_now()) as entered,"     \
    "  case when $2::int in (5, 6) then $5::int end as days, case when $2::int in (5, 6) then"     \
    "  coalesce(bangkok_date(from_us($6::bigint)), bangkok_date(m.received_at)) end as from_date"  \
    "  from expectation e join matter m on m.id = e.matter_id where e.id = $1) l"                  \
    " join expectation e on e.id = $1 join matter m on m.id = e.matter_id"                         \
    " left join meeting t on l.level = 4 and t.id = $7,"                                           \
    " lateral (select case when l.level <= 3 then said_due(from_us($3::bigint), $4, l.entered)"    \
    "  when l.level = 4 then t.cutoff_at when l.level < 7 then counted_due(l.days, l.level = 5,"   \
    "  l.from_date, l.entered) end as due) d"                                                      \
    " where l.level = 7 or d.due is not null"

static const char set_sql[] =
    "insert into deadline (expectation_id, version, level, due_at, basis, source, reason,"
    " erases_lateness, meeting_id, days, from_date, working, calendar_version, holds, created_at,"
    " created_by) " RULE_SELECT " returning " DEADLINE_COLUMNS
    ", (select matter_id from expectation where id = $1)";
/* An extension is the same as the date that it ends on. */
static const char same_sql[] =
    "select from (" RULE_SELECT ") n cross join lateral (select * from deadline x where"
    " x.expectation_id = n.expectation_id and (x.level = n.level or x.is_extension)"
    " order by x.version desc limit 1) o"
    " where (o.due_at, o.source, o.reason) is not distinct from (n.due_at, n.source, n.reason)"
    " and (o.is_extension or (o.meeting_id, o.days, o.from_date) is not distinct from"
    "  (n.meeting_id, n.days, n.from_date))";

/* $1 expectation, $2 days, $3 working, $4 at, $5 has time, $6 source, $7 reason, $8 erases,
 * $9 entered, $10 who */
static const char extend_sql[] =
    "insert into deadline (expectation_id, version, level, due_at, basis, source, reason,"
    " is_extension, erases_lateness, meeting_id, days, from_date, working, calendar_version,"
    " holds, created_at, created_by)"
    " select $1, 1, o.level, d.due, case when l.days is null then 'ขยายจากเดิม ' ||"
    " thai_instant(o.due_at) else counted_words(l.days, $3, l.from_date, true,"
    " bangkok_date(d.due), calendar_version_at(l.entered)) end, $6, $7, true, $8, o.meeting_id,"
    " l.days, l.from_date, case when l.days is not null then $3 end,"
    " case when l.days is not null then calendar_version_at(l.entered) end, true, l.entered, $10"
    " from (select coalesce(from_us($9::bigint), office_now()) as entered) n"
    " cross join lateral (select * from deadline x where x.expectation_id = $1 and x.holds"
    "  and x.created_at <= n.entered order by x.version desc limit 1) o"
    " cross join lateral (select n.entered, nullif($2::int, 0) as days,"
    "  case when $2::int > 0 then bangkok_date(o.due_at) end as from_date) l"
    " cross join lateral (select case when l.days is null then said_due(from_us($4::bigint), $5,"
    "  l.entered) else counted_due(l.days, $3, l.from_date, l.entered) end as due) d"
    " where o.due_at is not null and d.due > o.due_at"
    " returning " DEADLINE_COLUMNS ", (select matter_id from expectation where id = $1)";

static const char closed_sql[] = "select from expectation_judgement(office_now(), $1)"
                                 " where verdict in ('ON_TIME', 'LATE')";
static const char history_sql[] =
    "select " DEADLINE_COLUMNS " from deadline where expectation_id = $1 order by version";
static const char standing_sql[] =
    "select m.no || '/' || m.year, g.code, d.level, d.is_extension, us(d.due_at), d.source,"
    " d.reason, us(t.starts_at), t.body, d.days, us(bangkok(d.from_date, '0:00'))"
    " from deadline_current(from_us($1::bigint)) d join expectation e on e.id = d.expectation_id"
    " join matter m on m.id = e.matter_id join agency g on g.id = e.agency_id"
    " left join meeting t on t.id = d.meeting_id where d.due_at is not null"
    " order by m.year, m.no, g.code";
static const char moves_sql[] =
    "select 0 as expectation_id, c.meeting_id, meeting_words(m.body, m.starts_at, m.cutoff_rule,"
    "  null), us(c.cutoff_at), us(c.new_cutoff_at), m.cutoff_rule, c.cutoff_at as was"
    " from meeting_cutoff_moves(office_now()) c join meeting m on m.id = c.meeting_id"
    " union all"
    " select j.expectation_id, j.meeting_id, m.no || '/' || m.year || ' ' || g.name_th,"
    "  us(j.due_at), us(c.new_cutoff_at), j.basis, j.due_at"
    " from meeting_cutoff_moves(office_now()) c"
    " join expectation_judgement(office_now()) j on j.meeting_id = c.meeting_id and j.level = 4"
    " join matter m on m.id = j.matter_id join agency g on g.id = j.agency_id"
    " where is_open(j.verdict)"
    " union all"
    " select d.expectation_id, 0, m.no || '/' || m.year || ' ' || g.name_th, us(d.due_at),"
    "  us(d.new_due_at), '', d.due_at from deadline_moves(office_now()) d"
    " join expectation e on e.id = d.expectation_id join matter m on m.id = e.matter_id"
    " join agency g on g.id = e.agency_id"
    " order by was, expectation_id";
static const char move_all_sql[] = "select calendar_move_all($1, $2)";

static struct deadline deadline_row(struct arena *a, const struct rows *r, int i)
{
    return (struct deadline){.expectation_id = row_int(r, i, 0),
                             .version = (int)row_int(r, i, 1),
                             .level = (enum deadline_level)row_int(r, i, 2),
                             .due_us = row_time(r, i, 3),
                             .basis = row_dup(a, r, i, 4),
                             .source = row_dup(a, r, i, 5),
                             .reason = row_dup(a, r, i, 6),
                             .holds = row_bool(r, i, 7),
                             .is_extension = row_bool(r, i, 8),
                             .erases_lateness = row_bool(r, i, 9),
                             .calendar_version = (int)row_int(r, i, 10),
                             .created_us = row_time(r, i, 11),
                             .created_by = row_dup(a, r, i, 12)};
}

/* The new version as an event of its matter. */
static bool record(struct db *db, const struct deadline *d, int64_t matter_id, const char *what,
                   const char *who, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct change c = {.who = who, .what = what, .why = d->reason, .matter_id = matter_id};
    return change_record(db, err, &c, "expectation", change_number(a, d->expectation_id), "version",
                         change_number(a, d->version), "level", change_number(a, d->level), "due",
                         change_time(a, d->due_us), "basis", d->basis, "source", d->source, "holds",
                         d->holds ? "yes" : "no", "erases_lateness",
                         d->erases_lateness ? "yes" : NULL, NULL);
}

/* ---------------------------------------------------------------- setting */

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static bool rule_ok(const struct deadline_rule *rule, struct err *err)
{
    if (rule->level < DEADLINE_OVERRIDE || rule->level > DEADLINE_NONE)
        return err_say(err, REFUSE_DEADLINE_LEVEL, rule->level);
    if (rule->level == DEADLINE_OVERRIDE && (!*or_empty(rule->reason) || !*or_empty(rule->source)))
        return err_say(err, REFUSE_DEADLINE_OVERRIDE_WANTS);
    if (rule->level <= DEADLINE_WITHIN && rule->at_us == TIME_NONE)
        return err_say(err, REFUSE_DEADLINE_WHEN);
    if ((rule->level == DEADLINE_WORKING_DAYS || rule->level == DEADLINE_CALENDAR_DAYS) &&
        (rule->days < 0 || rule->days > WORKING_DAYS_MAX))
        return err_say(err, REFUSE_DEADLINE_DAYS, rule->days, WORKING_DAYS_MAX);
    return true;
}

/* Closed items are never silently judged again: only an officer's override reaches them. */
static bool is_still_owed(struct db *db, int64_t expectation_id, const struct deadline_rule *rule,
                          struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_int(&p, expectation_id);
    if (rule->level == DEADLINE_OVERRIDE)
        return true;
    if (!db_query(db, closed_sql, &p, &r, err))
        return false;
    return r.n == 0 || err_say(err, REFUSE_DEADLINE_JUDGED);
}

static void set_params(struct params *p, int64_t expectation_id, const struct deadline_rule *rule,
                       const char *who)
{
    param_int(p, expectation_id);
    param_int(p, rule->level);
    param_time(p, rule->level <= DEADLINE_WITHIN ? rule->at_us : TIME_NONE);
    param_bool(p, rule->has_time);
    param_int(p, rule->days);
    param_time(p, rule->from_us);
    param_int(p, rule->meeting_id);
    param_text(p, or_empty(rule->source));
    param_text(p, or_empty(rule->reason));
    param_bool(p, rule->erases_lateness);
    param_time(p, rule->created_us);
    param_text(p, who);
}

bool deadline_set(struct arena *a, struct db *db, int64_t expectation_id,
                  const struct deadline_rule *rule, const char *who, struct deadline *out,
                  struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    if (!rule_ok(rule, err) || !is_still_owed(db, expectation_id, rule, err))
        return false;
    set_params(&p, expectation_id, rule, who);
    if (!db_query(db, set_sql, &p, &r, err))
        return false;
    if (r.n == 0)
        return err_set(err, ERR_REFUSE,
                       rule->level == DEADLINE_MEETING
                           ? "deadline: there is no such meeting"
                           : "deadline: the matter has no day of receipt to count from; name one");
    *out = deadline_row(a, &r, 0);
    return record(db, out, row_int(&r, 0, 13), "set deadline", who, err);
}

bool deadline_put(struct arena *a, struct db *db, int64_t expectation_id,
                  const struct deadline_rule *rule, const char *who, enum row_change *out,
                  struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    struct deadline d;
    if (!rule_ok(rule, err))
        return false;
    set_params(&p, expectation_id, rule, who);
    if (!db_query(db, same_sql, &p, &r, err))
        return false;
    *out = r.n ? ROW_SAME : ROW_ADDED;
    return r.n > 0 || deadline_set(a, db, expectation_id, rule, who, &d, err);
}

bool deadline_extend(struct arena *a, struct db *db, int64_t expectation_id,
                     const struct extension *x, const char *who, struct deadline *out,
                     struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    if (!*or_empty(x->reason))
        return err_say(err, REFUSE_EXTENSION_WHY);
    if (x->days < 0 || x->days > WORKING_DAYS_MAX || (x->days == 0 && x->at_us == TIME_NONE))
        return err_say(err, REFUSE_EXTENSION_WHAT);
    param_int(&p, expectation_id);
    param_int(&p, x->days);
    param_bool(&p, x->working);
    param_time(&p, x->at_us);
    param_bool(&p, x->has_time);
    param_text(&p, or_empty(x->source));
    param_text(&p, x->reason);
    param_bool(&p, x->erases_lateness);
    param_time(&p, x->created_us);
    param_text(&p, who);
    if (!db_query(db, extend_sql, &p, &r, err))
        return false;
    if (r.n == 0)
        return err_say(err, REFUSE_EXTENSION_NONE);
    *out = deadline_row(a, &r, 0);
    return record(db, out, row_int(&r, 0, 13), "extend deadline", who, err);
}

bool deadline_history(struct arena *a, struct db *db, int64_t expectation_id, struct deadlines *out,
                      struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_int(&p, expectation_id);
    if (!db_query(db, history_sql, &p, &r, err))
        return false;
    struct deadlines list = {.deadline = arena_array(a, (size_t)r.n, sizeof *list.deadline),
                             .n = r.n};
    for (int i = 0; i < r.n; i++)
        list.deadline[i] = deadline_row(a, &r, i);
    *out = list;
    return true;
}

bool deadline_standing(struct arena *a, struct db *db, int64_t as_of_us,
                       struct standing_deadlines *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_time(&p, as_of_us);
    if (!db_query(db, standing_sql, &p, &r, err))
        return false;
    struct standing_deadlines list = {.row = arena_array(a, (size_t)r.n, sizeof *list.row),
                                      .n = r.n};
    for (int i = 0; i < r.n; i++)
        list.row[i] = (struct standing_deadline){.matter_no = row_dup(a, &r, i, 0),
                                                 .agency_code = row_dup(a, &r, i, 1),
                                                 .level = (enum deadline_level)row_int(&r, i, 2),
                                                 .is_extension = row_bool(&r, i, 3),
                                                 .due_us = row_time(&r, i, 4),
                                                 .source = row_dup(a, &r, i, 5),
                                                 .reason = row_dup(a, &r, i, 6),
                                                 .meeting_us = row_time(&r, i, 7),
                                                 .meeting_body = row_dup(a, &r, i, 8),
                                                 .days = (int)row_int(&r, i, 9),
                                                 .from_us = row_time(&r, i, 10)};
    *out = list;
    return true;
}

/* ---------------------------------------------------------------- a changed calendar */

bool deadline_moves(struct arena *a, struct db *db, struct deadline_moves *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!db_query(db, moves_sql, NULL, &r, err))
        return false;
    struct deadline_moves list = {.move = arena_array(a, (size_t)r.n, sizeof *list.move), .n = r.n};
    for (int i = 0; i < r.n; i++)
        list.move[i] = (struct deadline_move){.expectation_id = row_int(&r, i, 0),
                                              .meeting_id = (int)row_int(&r, i, 1),
                                              .what = row_dup(a, &r, i, 2),
                                              .due_us = row_time(&r, i, 3),
                                              .new_due_us = row_time(&r, i, 4),
                                              .basis = row_dup(a, &r, i, 5)};
    *out = list;
    return true;
}

bool deadline_move_all(struct db *db, const char *why, const char *who, int *n_out, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_text(&p, why);
    param_text(&p, who);
    if (!db_query(db, move_all_sql, &p, &r, err))
        return false;
    *n_out = (int)row_int(&r, 0, 0);
    if (*n_out == 0)
        return true;
    struct change c = {.who = who, .what = "move deadlines", .why = why};
    return change_record(db, err, &c, "deadlines", change_number(a, *n_out), NULL);
}
