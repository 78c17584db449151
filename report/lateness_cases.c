/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What is owed, and what became of it: the lists of the lateness report, and the numbers by agency,
 * quarter and month. Lists and numbers are taken from the same rows by the same words, so that
 * every number has as many rows as it says. */
#include "report/lateness_part.h"

#include "base/thai.h"
#include <stdlib.h>
#include <string.h>

static bool is_verdict(const struct late_case *c, const char *verdict)
{
    return strcmp(c->verdict, verdict) == 0;
}

/* ---- the lists */

static const struct book_column case_columns[] = {
    {.key = "register_no", .title = "เลขรับ", .kind = CELL_TEXT},
    {.key = "matter_no", .title = "เรื่องที่", .kind = CELL_TEXT},
    {.key = "agency", .title = "หน่วยงาน", .kind = CELL_TEXT, .shrinks = true},
    {.key = "title", .title = "เรื่อง", .kind = CELL_TEXT, .shrinks = true},
    {.key = "due_at", .title = "กำหนด", .kind = CELL_TIME},
    {.key = "received_at", .title = "รับเมื่อ", .kind = CELL_TIME},
    {.key = "late_minutes", .title = "ช้า", .kind = CELL_MINUTES},
    {.key = "contact", .title = "ผู้ประสานงาน", .kind = CELL_TEXT, .shrinks = true, .extra = true},
    {.key = "why", .title = "เหตุ", .kind = CELL_TEXT, .shrinks = true, .extra = true},
    {.key = "verdict", .title = "ผล", .kind = CELL_TEXT, .extra = true, .mixed = true},
    {.key = "is_new", .title = "ใหม่", .kind = CELL_TEXT, .extra = true, .mixed = true},
    {.key = "late_work_minutes", .title = "ช้าในเวลาทำการ", .kind = CELL_MINUTES, .extra = true},
};

static void add_case(struct sheet *s, const struct late_case *c, const struct report_window *w)
{
    bool is_late = c->late_min > 0; /* or overdue */
    sheet_text(s, c->register_no);
    sheet_text(s, c->matter_no);
    sheet_text(s, c->agency);
    sheet_text(s, c->title);
    sheet_number(s, c->due_us);
    sheet_time_beside(s, c->decided_us, c->due_us);
    sheet_number(s, is_late ? c->late_min : TIME_NONE);
    sheet_text(s, c->contact);
    sheet_text(s, c->why);
    sheet_text(s, c->label);
    sheet_text(s,
               is_late && c->decided_us != TIME_NONE && c->decided_us > w->since_us ? "ใหม่" : "");
    sheet_number(s, is_late ? c->late_work_min : TIME_NONE);
}

/* This quarter's, and all since the report before, so that none falls between two quarters. */
static bool is_late(const struct late_case *c, const struct report_window *w)
{
    return is_verdict(c, "LATE") && (c->decided_us >= w->quarter_us || c->decided_us > w->since_us);
}

static bool is_overdue(const struct late_case *c, const struct report_window *w)
{
    (void)w;
    return is_verdict(c, "OVERDUE");
}

static bool is_waiting(const struct late_case *c)
{
    return is_verdict(c, "DUE_SOON") || is_verdict(c, "PENDING");
}

static bool is_soon(const struct late_case *c, const struct report_window *w)
{
    return is_waiting(c) && c->due_us < w->soon_us;
}

static bool is_soon_3(const struct late_case *c, const struct report_window *w)
{
    return is_waiting(c) && c->due_us >= w->soon_us && c->due_us < w->soon_3_us;
}

static bool is_incomplete(const struct late_case *c, const struct report_window *w)
{
    (void)w;
    return is_verdict(c, "INCOMPLETE");
}

static bool has_no_deadline(const struct late_case *c, const struct report_window *w)
{
    (void)w;
    return is_verdict(c, "NO_DEADLINE");
}

static const struct list {
    const char *key, *title, *empty;
    bool warns;
    bool (*has)(const struct late_case *c, const struct report_window *w);
} lists[] = {
    {"late", "รับไม่ทันกำหนด", "ไม่มีเรื่องที่รับไม่ทันกำหนดในไตรมาสนี้", true, is_late},
    {"overdue", "เกินกำหนดและยังไม่ได้รับ", "ไม่มีเรื่องที่เกินกำหนดและยังไม่ได้รับ", true, is_overdue},
    {"soon", "ครบกำหนดภายใน 1 วันทำการ", "ไม่มีเรื่องที่จะครบกำหนดภายใน 1 วันทำการ", false, is_soon},
    {"soon_3", "ครบกำหนดใน 2-3 วันทำการ", "ไม่มีเรื่องที่จะครบกำหนดใน 2-3 วันทำการ", false, is_soon_3},
    {"incomplete", "มาทันแต่ไม่ครบ", "ไม่มีเรื่องที่มาทันแต่ไม่ครบ", true, is_incomplete},
    {"no_deadline", "ยังไม่กำหนดวันส่ง", "ทุกเรื่องมีกำหนดส่งแล้ว", false, has_no_deadline},
};

void lateness_case_sheets(struct book *b, const struct lateness_rows *l)
{
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        struct sheet *s = book_sheet(b, lists[i].key, lists[i].title, lists[i].empty, case_columns,
                                     ARRAY_LEN(case_columns));
        for (int j = 0; j < l->n_cases; j++)
            if (lists[i].has(&l->cases[j], &l->window))
                add_case(s, &l->cases[j], &l->window);
        book_count(b, lists[i].key, lists[i].title, sheet_rows(s), s->key, lists[i].warns);
    }
    b->csv = case_columns;
    if (sheet_rows(book_find(b, "late")) == 0 && sheet_rows(book_find(b, "overdue")) == 0)
        b->calm = "ไม่มีรายการล่าช้า";
}

/* ---- the numbers of the fiscal year */

static bool is_expected(const struct late_case *c)
{
    return !is_verdict(c, "EXEMPT");
}
static bool came_in_time(const struct late_case *c)
{
    return is_verdict(c, "ON_TIME");
}
static bool came_late(const struct late_case *c)
{
    return is_verdict(c, "LATE");
}
static bool is_missing(const struct late_case *c)
{
    return is_verdict(c, "OVERDUE");
}
static bool came_incomplete(const struct late_case *c)
{
    return is_verdict(c, "INCOMPLETE");
}

enum { EXPECTED, IN_TIME, CAME_LATE, MISSING, INCOMPLETE, WAITING, N_COUNTS };
static const struct {
    const char *key, *title;
    bool (*has)(const struct late_case *c);
} counts[N_COUNTS] = {
    [EXPECTED] = {"expected", "ที่ต้องส่ง", is_expected},
    [IN_TIME] = {"in_time", "ทัน", came_in_time},
    [CAME_LATE] = {"late", "ไม่ทัน", came_late},
    [MISSING] = {"missing", "ยังไม่ได้รับ", is_missing},
    [INCOMPLETE] = {"incomplete", "ไม่ครบ", came_incomplete},
    [WAITING] = {"waiting", "รอรับ", is_waiting},
};

#define TALLY_COLUMNS                                                                              \
    {"expected", "ที่ต้องส่ง", CELL_INT, false, false, false, false},                                  \
        {"in_time", "ทัน", CELL_INT, false, false, false, false},                                   \
        {"late", "ไม่ทัน", CELL_INT, false, false, false, false},                                    \
        {"missing", "ยังไม่ได้รับ", CELL_INT, false, false, false, false},                             \
        {"incomplete", "ไม่ครบ", CELL_INT, false, false, false, false},                             \
        {"waiting", "รอรับ", CELL_INT, false, false, false, false},                                 \
        {"percent", "ร้อยละที่ทัน", CELL_PERCENT, false, false, false, false},                         \
        {"median_late_minutes", "มัธยฐานที่ช้า", CELL_MINUTES, false, false, false, false},
static const struct book_column agency_columns[] = {
    {"code", "รหัส", CELL_TEXT, false, true, false, false},
    {"agency", "หน่วยงาน", CELL_TEXT, true, false, false, false},
    TALLY_COLUMNS};
static const struct book_column quarter_columns[] = {
    {"quarter", "ไตรมาส", CELL_TEXT, false, false, false, false}, TALLY_COLUMNS};

/* An expectation whose deadline lies in the fiscal year of the report. */
static bool is_of_year(const struct late_case *c, const struct report_window *w)
{
    return c->expectation_id && c->due_us != TIME_NONE && c->due_us >= w->year_us &&
           c->due_us < w->year_to_us;
}

static int quarter_of(const struct late_case *c)
{
    return (civil_from(c->due_us).month + 2) % 12 / 3 + 1;
}

static int compare_minutes(const void *x, const void *y)
{
    int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return (a > b) - (a < b);
}

/* Of an even number of cases the middle lies between two: rounded down to a minute. */
static int64_t median_late(struct arena *a, const struct late_case *const *cases, int n)
{
    int64_t *minutes = arena_array(a, (size_t)n, sizeof *minutes);
    size_t n_late = 0;
    for (int i = 0; i < n; i++)
        if (came_late(cases[i]))
            minutes[n_late++] = cases[i]->late_min;
    if (n_late == 0)
        return TIME_NONE;
    qsort(minutes, n_late, sizeof *minutes, compare_minutes);
    return (minutes[(n_late - 1) / 2] + minutes[n_late / 2]) / 2;
}

static void add_tally(struct sheet *s, const struct late_case *const *cases, int n)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    int64_t count[N_COUNTS] = {0};
    for (int i = 0; i < n; i++)
        for (int k = 0; k < N_COUNTS; k++)
            count[k] += counts[k].has(cases[i]);
    for (int k = 0; k < N_COUNTS; k++)
        sheet_number(s, count[k]);
    sheet_percent(s, count[IN_TIME], count[EXPECTED] - count[WAITING]);
    sheet_number(s, median_late(a, cases, n));
}

static int by_agency(const void *x, const void *y)
{
    const struct late_case *a = *(const struct late_case *const *)x;
    const struct late_case *b = *(const struct late_case *const *)y;
    int order = strcmp(a->agency_code, b->agency_code);
    if (order)
        return order;
    return (a->expectation_id > b->expectation_id) - (a->expectation_id < b->expectation_id);
}

static void agency_sheet(struct book *b, const struct late_case **cases, int n)
{
    struct sheet *s =
        book_sheet(b, "agencies", "รายหน่วยงาน ปีงบประมาณนี้", "ยังไม่มีเรื่องที่มีกำหนดส่งในปีงบประมาณนี้",
                   agency_columns, ARRAY_LEN(agency_columns));
    qsort(cases, (size_t)n, sizeof(const struct late_case *), by_agency);
    for (int i = 0, next; i < n; i = next) {
        for (next = i; next < n && strcmp(cases[next]->agency_code, cases[i]->agency_code) == 0;)
            next++;
        sheet_text(s, cases[i]->agency_code);
        sheet_text(s, cases[i]->agency);
        add_tally(s, cases + i, next - i);
    }
}

/* cases by due. */
static void quarter_sheet(struct book *b, const struct report_window *w,
                          const struct late_case **cases, int n)
{
    struct sheet *s = book_sheet(b, "quarters", "รายไตรมาส และสะสมถึงปัจจุบัน", "", quarter_columns,
                                 ARRAY_LEN(quarter_columns));
    int i = 0;
    for (int q = 1; q <= 4; q++) {
        int next = i;
        while (next < n && quarter_of(cases[next]) == q)
            next++;
        if (q <= w->fiscal_quarter || next > i) {
            sheet_text(s, arena_printf(b->a, "%d/%d", q, w->fiscal_year));
            add_tally(s, cases + i, next - i);
        }
        i = next;
    }
    sheet_text(s, "สะสม");
    add_tally(s, cases, n);
}

static void month_bars(struct book *b, const struct report_window *w,
                       const struct late_case *const *cases, int n)
{
    const int first = 10; /* October */
    b->chart_title = arena_printf(b->a, "เรื่องตามเดือนที่ครบกำหนด ปีงบประมาณ พ.ศ. %d", w->fiscal_year);
    b->n_months = n ? BOOK_MONTHS : 0;
    for (int i = 0; i < BOOK_MONTHS; i++) {
        b->months[i].month = (first - 1 + i) % 12 + 1;
        b->months[i].label = thai_month(b->months[i].month, true);
    }
    for (int i = 0; i < n; i++) {
        struct book_month *m = &b->months[(civil_from(cases[i]->due_us).month - first + 12) % 12];
        m->in_time += came_in_time(cases[i]);
        m->late += came_late(cases[i]);
        m->missing += is_missing(cases[i]);
    }
}

void lateness_tally_sheets(struct book *b, const struct lateness_rows *l)
{
    int n = 0;
    const struct late_case **cases = arena_array(b->a, (size_t)l->n_cases, sizeof *cases);
    for (int i = 0; i < l->n_cases; i++)
        if (is_of_year(&l->cases[i], &l->window))
            cases[n++] = &l->cases[i];
    month_bars(b, &l->window, cases, n);
    quarter_sheet(b, &l->window, cases, n);
    agency_sheet(b, cases, n);
}

bool lateness_year_sheet(struct book *b, const struct lateness_rows *l, const char *which,
                         const struct lateness_ask *ask)
{
    int k = 0;
    while (k < N_COUNTS && strcmp(counts[k].key, which) != 0)
        k++;
    if (k == N_COUNTS)
        return false;
    struct sheet *s = book_sheet(
        b, "year",
        arena_printf(b->a, "ปีงบประมาณ พ.ศ. %d: %s", l->window.fiscal_year, counts[k].title),
        "ไม่มีรายการ", case_columns, ARRAY_LEN(case_columns));
    for (int i = 0; i < l->n_cases; i++) {
        const struct late_case *c = &l->cases[i];
        if (is_of_year(c, &l->window) && counts[k].has(c) &&
            (!ask->agency || strcmp(c->agency_code, ask->agency) == 0) &&
            (!ask->quarter || quarter_of(c) == ask->quarter) &&
            (!ask->month || civil_from(c->due_us).month == ask->month))
            add_case(s, c, &l->window);
    }
    return true;
}
