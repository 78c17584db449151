/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The reports, live: tonight's lateness as it stands, the KPI by quarter, each figure with its
 * list, and the same as files. */
#include "web/pages.h"
#include "web/parts.h"

#include "base/clock.h"
#include "report/kpi.h"
#include "report/lateness.h"
#include "report/register.h"
#include <stdlib.h>
#include <string.h>

enum { THAI_YEAR = 543, FIRST_MONTH = 10 };

static int fiscal_year(int64_t us)
{
    struct civil c = civil_from(us);
    return c.year + THAI_YEAR + (c.month >= FIRST_MONTH);
}

/* ---------------------------------------------------------------- formats */

static const struct {
    const char *name, *type;
} files[] = {{"pdf", "application/pdf"},
             {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
             {"csv", "text/csv; charset=utf-8"},
             {"json", "application/json"}};

static void write_formats(struct web_request *r, struct html *h, const char *url)
{
    html_start(h, "p");
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        part_link(h, arena_printf(r->a, "%sformat=%s", url, files[i].name), files[i].name);
        html_text(h, " ");
    }
    html_end(h);
}

/* The format that was asked for as a file; NULL: a page. */
static const char *asked_format(struct web_request *r, struct web_answer *out, const char *name,
                                enum report_format *format_out)
{
    const char *asked = web_get(&r->query, "format");
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        if (strcmp(files[i].name, asked) == 0 && report_format_from(asked, format_out)) {
            out->type = files[i].type;
            out->disposition = arena_printf(r->a, "attachment; filename=\"%s.%s\"", name, asked);
            return asked;
        }
    return NULL;
}

/* ---------------------------------------------------------------- the list behind a number */

/* Columns of a table of counts, and the list that each leads to: a share to what it is a share of,
 * the time in between to those that were late. */
static const char *list_of(const struct book_column *column)
{
    static const struct {
        const char *column, *list;
    } lists[] = {
        {"expected", "expected"}, {"in_time", "in_time"},          {"late", "late"},
        {"missing", "missing"},   {"incomplete", "incomplete"},    {"waiting", "waiting"},
        {"percent", "expected"},  {"median_late_minutes", "late"},
    };
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        if (strcmp(lists[i].column, column->key) == 0)
            return lists[i].list;
    return NULL;
}

/* By agency, and by quarter: "1/2570" is quarter 1, what begins otherwise is the whole year. */
static const char *lateness_cell(struct web_request *r, const struct book_lists *lists,
                                 const struct sheet *s, int row, const struct book_column *column)
{
    const char *first = sheet_cell(s, row, 0)->text, *list = list_of(column);
    bool is_quarters = strcmp(s->key, "quarters") == 0;
    if (!list || (!is_quarters && strcmp(s->key, "agencies") != 0))
        return NULL;
    const char *url = arena_printf(r->a, "%syear.%s", lists->before, list);
    if (!is_quarters)
        return arena_printf(r->a, "%s?agency=%s", url, web_escape(r->a, first));
    return *first >= '1' && *first <= '4' ? arena_printf(r->a, "%s?quarter=%c", url, *first) : url;
}

static const char *lateness_fact(const char *key)
{
    return strcmp(key, "calendar_version") == 0 ? "/calendar"
           : strcmp(key, "fiscal_quarter") == 0 ? "#list-quarters"
                                                : NULL;
}

/* The KPI's counts by quarter, population and scope; a computed figure leads to the counts that it
 * was computed from. */
static const char *kpi_cell(struct web_request *r, const struct book_lists *lists,
                            const struct sheet *s, int row, const struct book_column *column)
{
    const char *first = sheet_cell(s, row, 0)->text, *population, *scope;
    bool is_share = strcmp(column->key, "presented") == 0 || strcmp(column->key, "percent") == 0;
    if (strcmp(s->key, "reported") == 0 && strcmp(column->key, "computed") == 0)
        return arena_printf(r->a, "%sresults&quarter=%c", lists->before, *first);
    if (strcmp(s->key, "results") != 0 || (!is_share && strcmp(column->key, "in_time") != 0))
        return NULL;
    kpi_result_row(row, &population, &scope);
    return arena_printf(r->a, "%s%s&quarter=%c&population=%s&scope=%s", lists->before,
                        is_share ? "presented" : "in_time", *first, population, scope);
}

/* ---------------------------------------------------------------- the pages */

bool page_reports(struct web_request *r, struct web_answer *out, struct err *err)
{
    struct html h;
    int year = fiscal_year(r->now_us);
    (void)err;
    web_page_start(r, out, &h, web_tr(r, "รายงาน", "Reports"));
    html_start(&h, "ul");
    html_start(&h, "li");
    part_link(&h, "/reports/lateness", web_tr(r, "ความล่าช้า ณ ขณะนี้", "Lateness, now"));
    html_end(&h);
    for (int y = year; y > year - 3; y--)
        for (int q = 0; q <= 4; q++) {
            html_start(&h, "li");
            part_link(
                &h, arena_printf(r->a, "/reports/kpi/%d?quarter=%d", y, q),
                q ? arena_printf(r->a, "KPI %d/%d", q, y)
                  : arena_printf(r->a, "KPI %s %d", web_tr(r, "ทั้งปีงบประมาณ", "fiscal year"), y));
            html_end(&h);
        }
    web_page_end(&h);
    return true;
}

bool page_lateness(struct web_request *r, struct web_answer *out, struct err *err)
{
    struct lateness *l;
    struct html h;
    enum report_format format;
    bool has_words = strcmp(web_get(&r->query, "format"), "xlsx") == 0;
    if (!(has_words ? lateness_gather : lateness_gather_sections)(r->a, r->db, r->site->config,
                                                                  r->now_us, &l, err))
        return false;
    if (asked_format(r, out, "lateness", &format))
        return lateness_write(l, format, 0, false, &out->body, err);
    const struct book *b = lateness_book(l);
    web_page_start(r, out, &h, b->title);
    write_formats(r, &h, "?");
    part_book(r, &h, b,
              &(struct book_lists){.before = "/reports/lateness/",
                                   .after = "",
                                   .chart = "/reports/lateness/",
                                   .of_cell = lateness_cell,
                                   .of_fact = lateness_fact});
    web_page_end(&h);
    return true;
}

bool page_lateness_list(struct web_request *r, struct web_answer *out, struct err *err)
{
    const char *agency = web_find(&r->query, "agency");
    const struct lateness_ask ask = {.key = r->param[0],
                                     .agency = agency && *agency ? agency : NULL,
                                     .quarter = (int)web_int(&r->query, "quarter", 1, 4, 0),
                                     .month = (int)web_int(&r->query, "month", 1, 12, 0)};
    struct lateness *l;
    struct book *b;
    struct html h;
    if (!lateness_gather(r->a, r->db, r->site->config, r->now_us, &l, err) ||
        !lateness_list(l, &ask, &b, err))
        return false;
    b->shows_all = true;
    web_page_start(r, out, &h, b->title);
    part_book(r, &h, b, &(struct book_lists){0});
    web_page_end(&h);
    return true;
}

static const char *asked_word(const struct web_request *r, const char *name)
{
    const char *value = web_find(&r->query, name);
    return value && *value ? value : NULL;
}

/* The whole report, or the list behind one of its numbers. */
static bool read_kpi(struct web_request *r, int year, const struct kpi_ask *ask, struct book **out,
                     struct err *err)
{
    const struct config *c = r->site->config;
    if (!ask->key)
        return kpi_gather(r->a, r->db, c, year, ask->quarter, r->now_us, out, err);
    if (!kpi_list(r->a, r->db, c, year, ask, r->now_us, out, err))
        return false;
    (*out)->shows_all = true;
    return true;
}

bool page_kpi(struct web_request *r, struct web_answer *out, struct err *err)
{
    int year = (int)strtol(r->param[0], NULL, 10);
    const struct kpi_ask ask = {.key = asked_word(r, "list"),
                                .population = asked_word(r, "population"),
                                .scope = asked_word(r, "scope"),
                                .quarter = (int)web_int(&r->query, "quarter", 0, 4, 0)};
    enum report_format format;
    struct book *b;
    struct html h;
    if (!read_kpi(r, year, &ask, &b, err))
        return false;
    if (asked_format(r, out, "kpi", &format))
        return book_write(b, format, 0, false, &out->body, err);
    const char *url = arena_printf(r->a, "/reports/kpi/%d?", year);
    web_page_start(r, out, &h, b->title);
    write_formats(r, &h, arena_printf(r->a, "%squarter=%d&", url, ask.quarter));
    part_book(r, &h, b,
              &(struct book_lists){.before = arena_printf(r->a, "%slist=", url),
                                   .after = arena_printf(r->a, "&quarter=%d", ask.quarter),
                                   .of_cell = kpi_cell});
    web_page_end(&h);
    return true;
}
