/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Meetings. What moving one does to deadlines is in migrations/0010. */
#include "db/meeting.h"

#include "base/refusals.h"
#include "db/change.h"
#include "db/query.h"
#include <string.h>

enum { CUTOFF_DAYS_MAX = 365, DAY_MINUTES = 1440, NOT_GIVEN = -1 };

/* $4 days, $5 minute of the day and $6 instant: one rule or the other */
#define CUTOFF_COLUMNS                                                                             \
    "case when $4::int < 0 then from_us($6::bigint) else meeting_cutoff(from_us($2::bigint),"      \
    " $4::int, time '0:00' + $5::int * interval '1 minute', n.at) end as cutoff_at,"               \
    " nullif($4::int, -1) as days, case when $4::int >= 0 then time '0:00' + $5::int * interval"   \
    " '1 minute' end as at_time"

static const char add_sql[] =
    "insert into meeting (body, starts_at, kind, cutoff_at, cutoff_days, cutoff_time, place,"
    " source, created_at, cutoff_rule, calendar_version)"
    " select $1, from_us($2::bigint), $3, c.cutoff_at, c.days, c.at_time, $7, $8, n.at,"
    " meeting_rule_words(c.days, c.at_time, c.cutoff_at),"
    " case when c.days is not null then calendar_version_at(n.at) end"
    " from (select coalesce(from_us($9::bigint), office_now()) as at) n,"
    " lateral (select " CUTOFF_COLUMNS ") c returning id";
static const char taken_sql[] = "select id from meeting where body = $1 and starts_at ="
                                " from_us($2::bigint) and status = 'planned' and id <> $3";
static const char same_sql[] =
    "select id, kind = $6 and case when $3::int < 0 then cutoff_days is null and cutoff_at ="
    " from_us($5::bigint) else cutoff_days is not distinct from $3::int and cutoff_time ="
    " time '0:00' + $4::int * interval '1 minute' end from meeting"
    " where body = $1 and starts_at = from_us($2::bigint) and status = 'planned'";
static const char move_sql[] =
    "select new_id, n_moved from meeting_replace($1, from_us($2::bigint), nullif($3::int, -1),"
    " case when $3::int >= 0 then time '0:00' + $4::int * interval '1 minute' end,"
    " from_us($5::bigint), $6, $7, $8, $9)";
static const char drop_sql[] = "select meeting_drop($1, $2, $3, $4)";
static const char find_sql[] = "select meeting_on($1, bangkok_date(from_us($2::bigint)))";
#define MEETING_COLUMNS                                                                            \
    "id, body, us(starts_at), kind, place, coalesce(cutoff_days, -1),"                             \
    " coalesce(extract(epoch from cutoff_time) / 60, 0)::int, us(cutoff_at), cutoff_rule, source," \
    " status, status_why, moved_to, us(created_at)"
static const char list_sql[] = "select " MEETING_COLUMNS " from meeting where ($1::text is null or"
                               " body = $1) and starts_at >= from_us($2::bigint)"
                               " and starts_at < from_us($3::bigint) order by starts_at, id";
static const char get_sql[] = "select " MEETING_COLUMNS " from meeting where id = $1";
static const char propose_sql[] =
    "select us(bangkok(d::date, '0:00')), (select string_agg(distinct h.name, ', ')"
    "  from holidays_at(office_now()) h where h.date = d::date),"
    " (select string_agg(thai_instant(m.starts_at), ', ' order by m.starts_at) from meeting m"
    "  where m.body = $1 and m.status = 'planned' and date_trunc('week', m.starts_at at time zone"
    "  'Asia/Bangkok') = date_trunc('week', d))"
    " from generate_series(bangkok_date(from_us($2::bigint))::timestamp,"
    " bangkok_date(from_us($3::bigint))::timestamp, interval '1 day') d"
    " where extract(isodow from d) = 2 order by d";

static bool one_of(const char *word, const char *a, const char *b, const char *c)
{
    return strcmp(word, a) == 0 || strcmp(word, b) == 0 || (c && strcmp(word, c) == 0);
}

static bool cutoff_ok(int days, int minute, int64_t cutoff_us, int64_t starts_us, struct err *err)
{
    if (days > CUTOFF_DAYS_MAX || days < NOT_GIVEN)
        return err_say(err, REFUSE_CUTOFF_DAYS, CUTOFF_DAYS_MAX);
    if (days >= 0 && (minute < 0 || minute >= DAY_MINUTES))
        return err_say(err, REFUSE_CUTOFF_TIME);
    if (days < 0 && cutoff_us == TIME_NONE)
        return err_say(err, REFUSE_CUTOFF_WHAT);
    if (days < 0 && cutoff_us > starts_us)
        return err_say(err, REFUSE_CUTOFF_AFTER);
    return true;
}

static bool start_is_free(struct db *db, const char *body, int64_t starts_us, int but_id,
                          struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_text(&p, body);
    param_time(&p, starts_us);
    param_int(&p, but_id);
    if (!db_query(db, taken_sql, &p, &r, err))
        return false;
    return r.n == 0 || err_say(err, REFUSE_MEETING_TAKEN, (long long)row_int(&r, 0, 0));
}

bool meeting_add(struct db *db, const struct meeting *m, const char *who, int *id_out,
                 struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    if (!one_of(m->body, "cabinet", "parliament", NULL))
        return err_say(err, REFUSE_MEETING_BODY, m->body);
    if (!one_of(m->kind, "regular", "special", "mobile"))
        return err_say(err, REFUSE_MEETING_KIND, m->kind);
    if (!cutoff_ok(m->cutoff_days, m->cutoff_minute, m->cutoff_us, m->starts_us, err) ||
        !start_is_free(db, m->body, m->starts_us, 0, err))
        return false;
    param_text(&p, m->body);
    param_time(&p, m->starts_us);
    param_text(&p, m->kind);
    param_int(&p, m->cutoff_days);
    param_int(&p, m->cutoff_minute);
    param_time(&p, m->cutoff_us);
    param_text(&p, m->place ? m->place : "");
    param_text(&p, m->source ? m->source : "");
    param_time(&p, m->created_us);
    if (!db_query(db, add_sql, &p, &r, err))
        return false;
    *id_out = (int)row_int(&r, 0, 0);
    struct change c = {.who = who, .what = "add meeting"};
    return change_record(db, err, &c, "meeting", change_number(a, *id_out), "body", m->body,
                         "starts", change_time(a, m->starts_us), "source", m->source, NULL);
}

bool meeting_put(struct db *db, const struct meeting *m, const char *who, enum row_change *out,
                 struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    int id;
    param_text(&p, m->body);
    param_time(&p, m->starts_us);
    param_int(&p, m->cutoff_days);
    param_int(&p, m->cutoff_minute);
    param_time(&p, m->cutoff_us);
    param_text(&p, m->kind);
    if (!db_query(db, same_sql, &p, &r, err))
        return false;
    *out = r.n ? ROW_SAME : ROW_ADDED;
    if (r.n == 0)
        return meeting_add(db, m, who, &id, err);
    return row_bool(&r, 0, 1) || err_say(err, REFUSE_MEETING_OTHER, (long long)row_int(&r, 0, 0));
}

/* What the change asks for, with the old rule where it names none. */
static bool complete_change(struct arena *a, struct db *db, const struct meeting_change *c,
                            struct meeting_change *out, struct err *err)
{
    struct meeting old;
    if (!meeting_get(a, db, c->id, &old, err))
        return false;
    if (strcmp(old.status, "planned") != 0)
        return err_say(err, REFUSE_MEETING_OVER, c->id, old.status);
    if (!c->why || !*c->why)
        return err_say(err, REFUSE_MEETING_WHY, c->id);
    *out = *c;
    if (c->cutoff_days < 0 && c->cutoff_us == TIME_NONE) {
        out->cutoff_days = old.cutoff_days;
        out->cutoff_minute = old.cutoff_minute;
    }
    return cutoff_ok(out->cutoff_days, out->cutoff_minute, out->cutoff_us, out->starts_us, err) &&
           start_is_free(db, old.body, out->starts_us, c->id, err);
}

bool meeting_move(struct db *db, const struct meeting_change *change, int *id_out, int *n_moved_out,
                  struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    struct meeting_change c;
    if (!complete_change(a, db, change, &c, err))
        return false;
    param_int(&p, c.id);
    param_time(&p, c.starts_us);
    param_int(&p, c.cutoff_days);
    param_int(&p, c.cutoff_minute);
    param_time(&p, c.cutoff_us);
    param_text(&p, c.why);
    param_text(&p, c.source ? c.source : "");
    param_bool(&p, c.erases_lateness);
    param_text(&p, c.who);
    if (!db_query(db, move_sql, &p, &r, err))
        return false;
    *id_out = (int)row_int(&r, 0, 0);
    *n_moved_out = (int)row_int(&r, 0, 1);
    struct change e = {.who = c.who, .what = "move meeting", .why = c.why};
    return change_record(db, err, &e, "meeting", change_number(a, c.id), "moved_to",
                         change_number(a, *id_out), "starts", change_time(a, c.starts_us),
                         "deadlines", change_number(a, *n_moved_out), "source", c.source,
                         "erases_lateness", c.erases_lateness ? "yes" : NULL, NULL);
}

bool meeting_cancel(struct db *db, const struct meeting_change *c, int *n_moved_out,
                    struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    struct meeting old;
    if (!meeting_get(a, db, c->id, &old, err))
        return false;
    if (strcmp(old.status, "planned") != 0)
        return err_say(err, REFUSE_MEETING_OVER, c->id, old.status);
    if (!c->why || !*c->why)
        return err_say(err, REFUSE_MEETING_WHY, c->id);
    param_int(&p, c->id);
    param_text(&p, c->why);
    param_text(&p, c->source ? c->source : "");
    param_text(&p, c->who);
    if (!db_query(db, drop_sql, &p, &r, err))
        return false;
    *n_moved_out = (int)row_int(&r, 0, 0);
    struct change e = {.who = c->who, .what = "cancel meeting", .why = c->why};
    return change_record(db, err, &e, "meeting", change_number(a, c->id), "starts",
                         change_time(a, old.starts_us), "deadlines", change_number(a, *n_moved_out),
                         "source", c->source, NULL);
}

/* ---------------------------------------------------------------- reading */

bool meeting_find(struct db *db, const char *body, int64_t day_us, int *id_out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_text(&p, body);
    param_time(&p, day_us);
    if (!db_query(db, find_sql, &p, &r, err))
        return false;
    *id_out = (int)row_int(&r, 0, 0);
    return true;
}

static struct meeting meeting_row(struct arena *a, const struct rows *r, int i)
{
    return (struct meeting){.id = (int)row_int(r, i, 0),
                            .body = row_dup(a, r, i, 1),
                            .starts_us = row_time(r, i, 2),
                            .kind = row_dup(a, r, i, 3),
                            .place = row_dup(a, r, i, 4),
                            .cutoff_days = (int)row_int(r, i, 5),
                            .cutoff_minute = (int)row_int(r, i, 6),
                            .cutoff_us = row_time(r, i, 7),
                            .cutoff_rule = row_dup(a, r, i, 8),
                            .source = row_dup(a, r, i, 9),
                            .status = row_dup(a, r, i, 10),
                            .status_why = row_dup(a, r, i, 11),
                            .moved_to = (int)row_int(r, i, 12),
                            .created_us = row_time(r, i, 13)};
}

bool meeting_list(struct arena *a, struct db *db, const char *body, int64_t from_us, int64_t to_us,
                  struct meetings *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_text(&p, body);
    param_time(&p, from_us);
    param_time(&p, to_us);
    if (!db_query(db, list_sql, &p, &r, err))
        return false;
    struct meetings list = {.meeting = arena_array(a, (size_t)r.n, sizeof *list.meeting), .n = r.n};
    for (int i = 0; i < r.n; i++)
        list.meeting[i] = meeting_row(a, &r, i);
    *out = list;
    return true;
}

bool meeting_get(struct arena *a, struct db *db, int id, struct meeting *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_int(&p, id);
    if (!db_query(db, get_sql, &p, &r, err))
        return false;
    if (r.n == 0)
        return err_say(err, REFUSE_MEETING_UNKNOWN, id);
    *out = meeting_row(a, &r, 0);
    return true;
}

bool meeting_propose(struct arena *a, struct db *db, const char *body, int64_t from_us,
                     int64_t to_us, struct meeting_proposals *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_text(&p, body);
    param_time(&p, from_us);
    param_time(&p, to_us);
    if (!db_query(db, propose_sql, &p, &r, err))
        return false;
    struct meeting_proposals list = {.day = arena_array(a, (size_t)r.n, sizeof *list.day),
                                     .n = r.n};
    for (int i = 0; i < r.n; i++)
        list.day[i] = (struct meeting_proposal){.day_us = row_time(&r, i, 0),
                                                .holiday = row_dup(a, &r, i, 1),
                                                .planned = row_dup(a, &r, i, 2)};
    *out = list;
    return true;
}
