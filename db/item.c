/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Reading the register. See item.h. Judging is dear, so a page is cut first and only its rows are
 * judged, unless the judgement itself is what was asked for; and numbers without a gap need no
 * counting. Planning is dearer than that: what is asked all day (the newest, today's, one by its
 * number) has statements of its own, whose plans the connection keeps. */
#include "db/item.h"

#include "base/refusals.h"
#include "base/thai.h"
#include "db/judge.h"
#include "db/query.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char *const states[] = {"registered",  "cancelled", "check",      "unverified",
                                     "on_time",     "late",      "incomplete", "overdue",
                                     "no_deadline", "exempt"};
enum { FIRST_VERDICT = 4 };

const char *const *item_states(size_t *n_out)
{
    *n_out = ARRAY_LEN(states);
    return states;
}

/* As the indexes of migrations/0076 have them, where s is item. s: where the state of an item
 * stands. */
#define UNVERIFIED(s)                                                                              \
    s ".status <> 'ยกเลิก' and " s ".sender_state = 'unverified' and " s ".agency_how <> 'officer'"
#define WAITS(s)                                                                                   \
    s ".status not in ('ปิด', 'ถอน', 'ยกเลิก') and " s ".agency_how <> 'officer' and (" s            \
      ".sender_state = 'unverified' or " s ".agency_id is null or " s ".check_why <> '')"
#define STATE(s)                                                                                   \
    "i.*, " s ".status as its_status, " s ".cancelled_why as its_cancelled_why, " s                \
    ".check_why as its_check_why, " s ".incomplete_why as its_incomplete_why, " s                  \
    ".agency_id as its_agency_id, " s ".agency_how as its_agency_how, " s                          \
    ".matter_id as its_matter_id"

/* $1 as-of, $2 state, $3 from, $4 to, $5 agency, $6 matter's year and $7 number, $8 search, $9
 * number's year and $10 number, $11 verdict, $12 whether $3 and $4 are of the number */
#define MATCHES(s)                                                                                 \
    " case when $12::bool then ($3::bigint is null or i.registered_at >= from_us($3))"             \
    "   and ($4::bigint is null or i.registered_at < from_us($4))"                                 \
    "  else ($3::bigint is null or i.entered_at >= from_us($3))"                                   \
    "   and ($4::bigint is null or i.entered_at < from_us($4)) end"                                \
    " and ($5::text is null or " s ".agency_id = (select id from agency where code = $5))"         \
    " and ($6::int is null or"                                                                     \
    "  " s ".matter_id = (select id from matter where year = $6 and no = $7::int))"                \
    " and ($8::text is null or i.id = any ((select array(select item_search($8)))::bigint[]))"     \
    " and ($9::int is null or i.year = $9 and i.no = $10::bigint)"                                 \
    " and case $2::text when 'any' then true when 'open' then " s ".status <> 'ยกเลิก'"             \
    "  when 'unverified' then " UNVERIFIED(s) " when 'check' then " WAITS(                         \
        s) " else " s ".status = $2 end"                                                           \
           " and ($11::text is null or i.id in"                                                    \
           "  (select item_id from item_judgement(from_us($1)) where verdict = $11))"

/* page: what selects the rows; $1 as-of */
#define JUDGED(page, order)                                                                        \
    "with page as materialized (" page "),"                                                        \
    " judged as materialized (select * from item_judgement(from_us($1))"                           \
    "  where item_id = any ((select array(select id from page))::bigint[]))"                       \
    "select i.id, i.series, i.no || '/' || i.year, us(i.entered_at), us(i.registered_at),"         \
    " us(i.deemed_at), us(i.sent_at_claimed), us(bangkok(i.letter_date, '00:00')),"                \
    " coalesce(i.from_addr, ''), coalesce(i.from_name, ''), coalesce(g.code, ''),"                 \
    " coalesce(nullif(g.short_th, ''), g.name_th, ''), i.its_agency_how, case when i.secrecy <> "  \
    "'' "                                                                                          \
    "then '(ลับ)' else i.subject end,"                                                              \
    " coalesce(i.letter_no, ''), i.urgency, i.secrecy, i.class,"                                   \
    " coalesce(m.no || '/' || m.year, ''), case when m.secrecy <> '' then '(ลับ)' else"             \
    " coalesce(m.title, '') end, i.its_status, i.its_cancelled_why,"                               \
    " i.its_check_why, i.its_incomplete_why, i.no_receipt_why, i.sender_state = 'verified',"       \
    " coalesce(j.verdict, ''), coalesce(j.label, ''), coalesce(j.why, ''),"                        \
    " coalesce(j.basis, ''), us(j.due_at), coalesce(j.late_min, 0), i.total"                       \
    " from page i left join agency g on g.id = i.its_agency_id"                                    \
    " left join matter m on m.id = i.its_matter_id"                                                \
    " left join judged j on j.item_id = i.id order by " order
#define NEWEST "i.registered_at desc, i.id desc"
#define OLDEST "i.series, i.year, i.no"
#define NOW    "item i"
/* The register as it stood at the as-of: what had not entered was not in it. */
#define THEN                                                                                       \
    "item i join item_state s on s.item_id = i.id and s.from_at <= from_us($1)"                    \
    " and s.until_at > from_us($1) and s.entered_at <= from_us($1)"
#define PAGE(source, s, order, total)                                                              \
    JUDGED("select " STATE(s) ", " total " as total from " source " where" MATCHES(                \
               s) " order by " order " limit nullif($13::bigint, 0) offset $14::bigint",           \
           order)
/* Where all had to be judged to be found, they are counted in the same breath. */
#define PAGES(source, s)                                                                           \
    {                                                                                              \
        {PAGE(source, s, NEWEST, "null::bigint"), PAGE(source, s, NEWEST, "count(*) over ()")},    \
        {                                                                                          \
            PAGE(source, s, OLDEST, "null::bigint"), PAGE(source, s, OLDEST, "count(*) over ()")   \
        }                                                                                          \
    }
static const char *const page_sql[2][2][2] = {PAGES(NOW, "i"), PAGES(THEN, "s")};
enum { TOTAL_COLUMN = 32 };
static const char *const count_sql[2] = {"select count(*) from " NOW " where" MATCHES("i"),
                                         "select count(*) from " THEN " where" MATCHES("s")};

/* Kept. $2 whether cancelled ones count, $3 offset, $4 since when. The limit is a literal: of a
 * parameter the planner would expect a tenth of the register. */
#define LISTED "($2::bool or i.status <> 'ยกเลิก')"
static const char kept_whole_sql[] =
    JUDGED("select " STATE("i") ", null::bigint as total from item i where " LISTED
                                " order by " NEWEST " limit 50 offset $3::bigint",
           NEWEST);
/* offset 0: the day is found by its own index, not on the way through the whole register */
static const char kept_since_sql[] = JUDGED(
    "select " STATE("i") ", null::bigint as total from (select * from item i where i.entered_at >= "
                         "from_us($4::bigint)"
                         " offset 0) i where " LISTED " order by " NEWEST
                         " limit 50 offset $3::bigint",
    NEWEST);
static const char kept_one_sql[] =
    JUDGED("select " STATE("i") ", null::bigint as total from item i where "
                                "i.series = any (array(select series from reg_counter))"
                                " and i.year = $2::int and i.no = $3::bigint limit 50",
           OLDEST);
static_assert(ITEM_PAGE == 50, "as the kept statements say");

/* Of the whole register: as many as its counters say, less those that were cancelled. */
static const char whole_sql[] =
    "select coalesce(sum(last_no), 0)::bigint - case when $1 then 0 else"
    " (select count(*) from item where status = 'ยกเลิก') end from reg_counter";
static const char since_sql[] =
    "select count(*) from item i where ($1::bool or i.status <> 'ยกเลิก')"
    " and i.entered_at >= from_us($2::bigint)";

static const char waiting_sql[] = "select (select count(*) from item i where " WAITS(
    "i") "),"
         " (select count(*) from item i where " UNVERIFIED(
             "i") "),"
                  " (select count(*) from message where state = 'quarantined')";

/* "12/2564"; false where it is none. */
static bool number_parse(const char *text, int64_t *no, int64_t *year)
{
    char *end;
    *no = strtoll(text, &end, 10);
    if (end == text || *end != '/' || *no <= 0)
        return false;
    const char *rest = end + 1;
    *year = strtoll(rest, &end, 10);
    return end != rest && !*end && *year >= 2500 && *year <= 2800;
}

static bool param_number(struct params *p, const char *text, const char *what, struct err *err)
{
    int64_t no, year;
    if (!text) {
        param_null(p);
        param_null(p);
        return true;
    }
    if (!number_parse(text, &no, &year))
        return err_say(err, REFUSE_NUMBER_FORM, what, text);
    param_int(p, year);
    param_int(p, no);
    return true;
}

/* The word for SQL, and the verdict in capitals where the word is one. A word that is none of ours
 * is a status in Thai. */
static const char *state_word(struct arena *a, const char *state, const char **verdict_out)
{
    *verdict_out = NULL;
    if (!*state || strcmp(state, "registered") == 0)
        return "open";
    if (strcmp(state, "cancelled") == 0)
        return "ยกเลิก";
    for (size_t i = FIRST_VERDICT; i < ARRAY_LEN(states); i++) {
        if (strcmp(states[i], state) != 0)
            continue;
        char *capitals = arena_strdup(a, state);
        for (char *c = capitals; *c; c++)
            *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 32 : *c);
        *verdict_out = capitals;
        return "open";
    }
    return state;
}

static bool filter_params(struct arena *a, const struct item_filter *f, struct params *p,
                          struct err *err)
{
    const char *verdict;
    param_time(p, f->as_of_us);
    param_text(p, state_word(a, f->state, &verdict));
    param_time(p, f->from_us);
    param_time(p, f->to_us);
    param_text(p, f->agency);
    if (!param_number(p, f->matter, "matter", err))
        return false;
    param_text(p, f->search && *f->search ? like_pattern(a, f->search) : NULL);
    if (!param_number(p, f->register_no, "item", err))
        return false;
    param_text(p, verdict);
    param_bool(p, f->by_number);
    return true;
}

static void row_from(struct arena *a, const struct rows *r, int i, struct item_row *out)
{
    *out = (struct item_row){.id = row_int(r, i, 0),
                             .series = row_dup(a, r, i, 1),
                             .register_no = row_dup(a, r, i, 2),
                             .entered_us = row_time(r, i, 3),
                             .registered_us = row_time(r, i, 4),
                             .deemed_us = row_time(r, i, 5),
                             .sent_us = row_time(r, i, 6),
                             .letter_date_us = row_time(r, i, 7),
                             .from_addr = row_dup(a, r, i, 8),
                             .from_name = row_dup(a, r, i, 9),
                             .agency_code = row_dup(a, r, i, 10),
                             .agency = row_dup(a, r, i, 11),
                             .agency_how = row_dup(a, r, i, 12),
                             .subject = row_dup(a, r, i, 13),
                             .letter_no = row_dup(a, r, i, 14),
                             .urgency = row_dup(a, r, i, 15),
                             .secrecy = row_dup(a, r, i, 16),
                             .class_name = row_dup(a, r, i, 17),
                             .matter_no = row_dup(a, r, i, 18),
                             .matter_title = row_dup(a, r, i, 19),
                             .status = row_dup(a, r, i, 20),
                             .cancelled_why = row_dup(a, r, i, 21),
                             .check_why = row_dup(a, r, i, 22),
                             .incomplete_why = row_dup(a, r, i, 23),
                             .no_receipt_why = row_dup(a, r, i, 24),
                             .is_verified = row_bool(r, i, 25),
                             .verdict = row_dup(a, r, i, 26),
                             .label = row_dup(a, r, i, 27),
                             .why = row_dup(a, r, i, 28),
                             .basis = row_dup(a, r, i, 29),
                             .due_us = row_time(r, i, 30),
                             .late_min = row_int(r, i, 31)};
}

static bool is_listed(const struct item_filter *f)
{
    return !*f->state || strcmp(f->state, "registered") == 0 || strcmp(f->state, "any") == 0;
}

/* Asked for by nothing but when it came. */
static bool is_bare(const struct item_filter *f)
{
    return is_listed(f) && f->to_us == TIME_NONE && !f->agency && !f->matter &&
           !(f->search && *f->search) && !f->register_no;
}

/* ---------------------------------------------------------------- with a plan that is kept */

static bool by_number(const struct item_filter *f)
{
    return f->register_no && !f->as_it_stood && strcmp(f->state, "any") == 0 &&
           f->from_us == TIME_NONE && f->to_us == TIME_NONE && !f->agency && !f->matter &&
           !f->search;
}

static bool is_first_list(const struct item_filter *f)
{
    return is_bare(f) && !f->as_it_stood && f->limit == ITEM_PAGE && !f->oldest_first &&
           !f->by_number;
}

static bool count_kept(struct db *db, const struct item_filter *f, int64_t *total_out,
                       struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    bool whole = f->from_us == TIME_NONE;
    param_bool(&p, strcmp(f->state, "any") == 0);
    if (!whole)
        param_time(&p, f->from_us);
    if (!db_query_kept(db, whole ? whole_sql : since_sql, &p, &r, err))
        return false;
    *total_out = row_int(&r, 0, 0);
    return true;
}

static bool read_list_kept(struct db *db, const struct item_filter *f, int64_t *total_out,
                           struct rows *r, struct err *err)
{
    struct params p = {0};
    bool whole = f->from_us == TIME_NONE;
    param_time(&p, f->as_of_us);
    param_bool(&p, strcmp(f->state, "any") == 0);
    param_int(&p, f->offset);
    if (!whole)
        param_time(&p, f->from_us);
    return count_kept(db, f, total_out, err) &&
           db_query_kept(db, whole ? kept_whole_sql : kept_since_sql, &p, r, err);
}

static bool read_one_kept(struct db *db, const struct item_filter *f, int64_t *total_out,
                          struct rows *r, struct err *err)
{
    struct params p = {0};
    param_time(&p, f->as_of_us);
    if (!param_number(&p, f->register_no, "item", err) ||
        !db_query_kept(db, kept_one_sql, &p, r, err))
        return false;
    *total_out = r->n;
    return true;
}

static bool read_kept(struct db *db, const struct item_filter *f, int64_t *total_out,
                      struct rows *r, struct err *err)
{
    if (!db_begin_kept(db, err))
        return false;
    struct db *open CLEANUP(db_rollbackp) = db;
    return (f->register_no ? read_one_kept : read_list_kept)(db, f, total_out, r, err);
}

/* ---------------------------------------------------------------- with a plan for what is asked */

static bool count(struct db *db, const struct item_filter *f, const struct params *p,
                  int64_t *total_out, struct err *err)
{
    struct params any = {0};
    struct rows r CLEANUP(rows_fini) = {0};
    bool whole = is_bare(f) && !f->as_it_stood && f->from_us == TIME_NONE;
    param_bool(&any, strcmp(f->state, "any") == 0);
    if (!db_query(db, whole ? whole_sql : count_sql[f->as_it_stood], whole ? &any : p, &r, err))
        return false;
    *total_out = row_int(&r, 0, 0);
    return true;
}

static bool read_planned(struct arena *a, struct db *db, const struct item_filter *f,
                         int64_t *total_out, struct rows *r, struct err *err)
{
    struct params p = {0};
    const char *verdict;
    state_word(a, f->state, &verdict);
    if (!filter_params(a, f, &p, err) || !db_begin_snapshot(db, err))
        return false;
    struct db *open CLEANUP(db_rollbackp) = db;
    const struct params wanted = p;
    if (!verdict && (!judge_as_written(db, err) || !count(db, f, &wanted, total_out, err)))
        return false;
    param_int(&p, f->limit);
    param_int(&p, f->offset);
    if (!db_query(db, page_sql[f->as_it_stood][f->oldest_first][verdict != NULL], &p, r, err))
        return false;
    if (verdict && r->n > 0)
        *total_out = row_int(r, 0, TOTAL_COLUMN);
    return !verdict || r->n > 0 || count(db, f, &wanted, total_out, err); /* behind the last page */
}

/* A page and its total are of one moment. */
bool item_list(struct arena *a, struct db *db, const struct item_filter *f, struct item_rows *out,
               struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    int64_t total;
    if (!(by_number(f) || is_first_list(f) ? read_kept(db, f, &total, &r, err)
                                           : read_planned(a, db, f, &total, &r, err)))
        return false;
    *out = (struct item_rows){
        .item = arena_array(a, (size_t)r.n, sizeof *out->item), .n = r.n, .total = total};
    for (int i = 0; i < r.n; i++)
        row_from(a, &r, i, &out->item[i]);
    return true;
}

bool item_waiting(struct db *db, struct item_waiting *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params none = {0};
    if (!db_query_kept(db, waiting_sql, &none, &r, err))
        return false;
    *out = (struct item_waiting){.check = row_int(&r, 0, 0),
                                 .unverified = row_int(&r, 0, 1),
                                 .quarantined = row_int(&r, 0, 2)};
    return true;
}
