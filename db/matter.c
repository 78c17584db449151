/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Matters and expectations. */
#include "db/matter.h"

#include "base/refusals.h"
#include "base/thai.h"
#include "db/change.h"
#include "db/query.h"
#include <stdlib.h>
#include <string.h>

enum {
    MATTER_YEAR_MIN = 2500,
    MATTER_YEAR_MAX = 2800,
    MATTER_NO_MAX = 1000000,
    LIST_DEFAULT = 1000
};

static const char lock_sql[] = "lock table matter in share row exclusive mode";
static const char add_sql[] =
    "insert into matter (year, no, class, title, urgency, secrecy, letter_no, received_at,"
    " meeting_id, created_at, created_by)"
    " select y.year, case when $2::int > 0 then $2::int else 1 + coalesce((select max(no) from"
    " matter m where m.year = y.year), 0) end, $3, $4, $5, $6, $7, from_us($8::bigint),"
    " nullif($9::int, 0), n.at, $11"
    " from (select coalesce(from_us($10::bigint), office_now()) as at) n, lateral (select case"
    " when $1::int > 0 then $1::int else extract(year from bangkok_date(n.at))::int + 543 end as"
    " year) y on conflict (year, no) do nothing returning id, year, no";
static const char find_sql[] = "select id from matter where year = $1 and no = $2";
static const char meet_sql[] = "update matter set meeting_id = $2 where id = $1"
                               " and exists (select from meeting where id = $2 and status = "
                               "'planned')";
static const char meet_all_sql[] =
    "select deadline_enter_meeting(j.expectation_id, $2, '', '', false, office_now(), $3)"
    " from expectation_judgement(office_now()) j where j.matter_id = $1 and is_open(j.verdict)";
static const char expect_sql[] = "insert into expectation (matter_id, agency_id, created_at)"
                                 " values ($1, $2, coalesce(from_us($3::bigint), office_now()))"
                                 " on conflict (matter_id, agency_id) do nothing returning id";
static const char expect_meeting_sql[] =
    "select deadline_enter_meeting(e.id, m.meeting_id, '', '', false, e.created_at, $2)"
    " from expectation e join matter m on m.id = e.matter_id where e.id = $1 and m.meeting_id is"
    " not null";
static const char expect_find_sql[] =
    "select id from expectation where matter_id = $1 and agency_id = $2";
static const char exempt_sql[] =
    "update expectation set exempt_at = case when $2 <> '' then office_now() end, exempt_why = $2,"
    " exempt_by = $3 where id = $1 returning matter_id";
static const char list_sql[] =
    "select m.id, m.year, m.no, m.class, m.title, m.urgency, m.secrecy, m.letter_no,"
    " us(m.received_at), m.meeting_id, us(m.created_at), us(t.starts_at), t.body,"
    " coalesce((select string_agg(g.code, '; ' order by g.code) from expectation e"
    "  join agency g on g.id = e.agency_id where e.matter_id = m.id), '')"
    " from matter m left join meeting t on t.id = m.meeting_id"
    " where ($1::text is null or m.class = $1)"
    " and ($2::int = 0 or m.year = $2) and ($3::bigint = 0 or m.id = $3)"
    " order by m.year desc, m.no desc limit $4 offset $5";

/* ---------------------------------------------------------------- matters */

static bool in_list(const char *word, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(word, list[i]) == 0)
            return true;
    return false;
}

static bool matter_ok(const struct matter *m, struct err *err)
{
    static const char *const classes[] = {"CAB-SUBMIT",   "CAB-OPINION",  "CAB-URGENT",
                                          "CAB-FOLLOWUP", "PARL-CONSULT", "PARL-QUESTION",
                                          "PARL-BILL",    "OTHER"};
    static const char *const urgencies[] = {"", "ด่วน", "ด่วนมาก", "ด่วนที่สุด", "ด่วนภายใน"};
    static const char *const secrecies[] = {"", "ลับ", "ลับมาก", "ลับที่สุด"};
    if (!in_list(m->class_name, classes, ARRAY_LEN(classes)))
        return err_say(err, REFUSE_MATTER_CLASS, m->class_name);
    if (!*m->title)
        return err_say(err, REFUSE_MATTER_TITLE);
    if (!in_list(m->urgency, urgencies, ARRAY_LEN(urgencies)))
        return err_say(err, REFUSE_URGENCY_UNKNOWN, m->urgency);
    if (!in_list(m->secrecy, secrecies, ARRAY_LEN(secrecies)))
        return err_say(err, REFUSE_SECRECY_UNKNOWN, m->secrecy);
    if (m->year && (m->year < MATTER_YEAR_MIN || m->year > MATTER_YEAR_MAX))
        return err_say(err, REFUSE_YEAR_NOT_THAI, m->year);
    return true;
}

bool matter_add(struct db *db, const struct matter *m, const char *who, int64_t *id_out,
                int *no_out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    if (!matter_ok(m, err) || !db_query(db, lock_sql, NULL, NULL, err))
        return false;
    param_int(&p, m->year);
    param_int(&p, m->no);
    param_text(&p, m->class_name);
    param_text(&p, m->title);
    param_text(&p, m->urgency);
    param_text(&p, m->secrecy);
    param_text(&p, m->letter_no);
    param_time(&p, m->received_us);
    param_int(&p, m->meeting_id);
    param_time(&p, m->created_us);
    param_text(&p, who);
    if (!db_query(db, add_sql, &p, &r, err))
        return false;
    if (r.n == 0)
        return err_say(err, REFUSE_MATTER_TAKEN, m->no, m->year);
    *id_out = row_int(&r, 0, 0);
    *no_out = (int)row_int(&r, 0, 2);
    struct change c = {.who = who, .what = "add matter", .matter_id = *id_out};
    return change_record(db, err, &c, "class", m->class_name, "year", row_text(&r, 0, 1), "no",
                         row_text(&r, 0, 2), "letter", m->letter_no, NULL);
}

bool matter_find(struct db *db, int year, int no, int64_t *id_out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_int(&p, year);
    param_int(&p, no);
    if (!db_query(db, find_sql, &p, &r, err))
        return false;
    *id_out = r.n ? row_int(&r, 0, 0) : 0;
    return true;
}

bool matter_no_parse(const char *text, int *year_out, int *no_out)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    char *end, *folded = thai_fold(a, text);
    if (folded[0] < '0' || folded[0] > '9')
        return false;
    long no = strtol(folded, &end, 10);
    if (*end != '/' || end[1] < '0' || end[1] > '9')
        return false;
    long year = strtol(end + 1, &end, 10);
    if (*end || no < 1 || no > MATTER_NO_MAX || year < MATTER_YEAR_MIN || year > MATTER_YEAR_MAX)
        return false;
    *no_out = (int)no;
    *year_out = (int)year;
    return true;
}

bool matter_meet(struct db *db, int64_t matter_id, int meeting_id, const char *who, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_int(&p, matter_id);
    param_int(&p, meeting_id);
    if (!db_query(db, meet_sql, &p, &r, err))
        return false;
    if (r.touched == 0)
        return err_say(err, REFUSE_MEETING_NOT_PLANNED, meeting_id);
    param_text(&p, who);
    if (!db_query(db, meet_all_sql, &p, NULL, err))
        return false;
    struct change c = {.who = who, .what = "meeting of matter", .matter_id = matter_id};
    return change_record(db, err, &c, "meeting", change_number(a, meeting_id), NULL);
}

static struct matter matter_row(struct arena *a, const struct rows *r, int i)
{
    return (struct matter){.id = row_int(r, i, 0),
                           .year = (int)row_int(r, i, 1),
                           .no = (int)row_int(r, i, 2),
                           .class_name = row_dup(a, r, i, 3),
                           .title = row_dup(a, r, i, 4),
                           .urgency = row_dup(a, r, i, 5),
                           .secrecy = row_dup(a, r, i, 6),
                           .letter_no = row_dup(a, r, i, 7),
                           .received_us = row_time(r, i, 8),
                           .meeting_id = (int)row_int(r, i, 9),
                           .created_us = row_time(r, i, 10),
                           .meeting_us = row_time(r, i, 11),
                           .meeting_body = row_dup(a, r, i, 12),
                           .agencies = row_dup(a, r, i, 13)};
}

bool matter_list(struct arena *a, struct db *db, const struct matter_filter *f, struct matters *out,
                 struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_text(&p, f->class_name);
    param_int(&p, f->year);
    param_int(&p, f->id);
    param_int(&p, f->limit ? f->limit : LIST_DEFAULT);
    param_int(&p, f->offset);
    if (!db_query(db, list_sql, &p, &r, err))
        return false;
    struct matters list = {.matter = arena_array(a, (size_t)r.n, sizeof *list.matter), .n = r.n};
    for (int i = 0; i < r.n; i++)
        list.matter[i] = matter_row(a, &r, i);
    *out = list;
    return true;
}

/* ---------------------------------------------------------------- expectations */

bool expectation_add(struct db *db, int64_t matter_id, int agency_id, int64_t created_us,
                     const char *who, int64_t *id_out, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_int(&p, matter_id);
    param_int(&p, agency_id);
    param_time(&p, created_us);
    if (!db_query(db, expect_sql, &p, &r, err))
        return false;
    if (r.n == 0)
        return expectation_find(db, matter_id, agency_id, id_out, err);
    *id_out = row_int(&r, 0, 0);
    p = (struct params){0};
    param_int(&p, *id_out);
    param_text(&p, who);
    if (!db_query(db, expect_meeting_sql, &p, NULL, err))
        return false;
    struct change c = {.who = who, .what = "expect answer", .matter_id = matter_id};
    return change_record(db, err, &c, "agency", change_number(a, agency_id), NULL);
}

bool expectation_find(struct db *db, int64_t matter_id, int agency_id, int64_t *id_out,
                      struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_int(&p, matter_id);
    param_int(&p, agency_id);
    if (!db_query(db, expect_find_sql, &p, &r, err))
        return false;
    *id_out = r.n ? row_int(&r, 0, 0) : 0;
    return true;
}

bool expectation_exempt(struct db *db, int64_t expectation_id, const char *why, const char *who,
                        struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_int(&p, expectation_id);
    param_text(&p, why);
    param_text(&p, who);
    if (!db_query(db, exempt_sql, &p, &r, err))
        return false;
    if (r.n == 0)
        return err_say(err, REFUSE_EXPECTATION_UNKNOWN, (long long)expectation_id);
    struct change c = {.who = who,
                       .what = *why ? "exempt" : "end exemption",
                       .why = why,
                       .matter_id = row_int(&r, 0, 0)};
    return change_record(db, err, &c, "expectation", change_number(a, expectation_id), NULL);
}
