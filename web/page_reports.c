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
    if (!lateness_gather(r->a, r->db, r->site->config, r->now_us, &l, err))
        return false;
    if (asked_format(r, out, "lateness", &format))
        return lateness_write(l, format, 0, false, &out->body, err);
    const struct book *b = lateness_book(l);
    web_page_start(r, out, &h, b->title);
    write_formats(r, &h, "?");
    part_book(r, &h, b, "/reports/lateness/");
    web_page_end(&h);
    return true;
}

bool page_lateness_list(struct web_request *r, struct web_answer *out, struct err *err)
{
    const char *agency = web_find(&r->query, "agency");
    const struct lateness_ask ask = {.key = r->param[0],
                                     .agency = agency && *agency ? agency : NULL,
                                     .quarter = (int)web_int(&r->query, "quarter", 1, 4, 0)};
    struct lateness *l;
    struct book *b;
    struct html h;
    if (!lateness_gather(r->a, r->db, r->site->config, r->now_us, &l, err) ||
        !lateness_list(l, &ask, &b, err))
        return false;
    b->shows_all = true;
    web_page_start(r, out, &h, b->title);
    part_book(r, &h, b, NULL);
    web_page_end(&h);
    return true;
}

bool page_kpi(struct web_request *r, struct web_answer *out, struct err *err)
{
    int year = (int)strtol(r->param[0], NULL, 10);
    int quarter = (int)web_int(&r->query, "quarter", 0, 4, 0);
    const char *list = web_find(&r->query, "list");
    enum report_format format;
    struct book *b;
    struct html h;
    if (!kpi_gather(r->a, r->db, r->site->config, year, quarter, r->now_us, &b, err))
        return false;
    if (asked_format(r, out, "kpi", &format))
        return book_write(b, format, 0, false, &out->body, err);
    const struct sheet *only = list ? book_find(b, list) : NULL;
    if (only)
        b = book_only(b, only);
    b->shows_all = only != NULL;
    const char *url = arena_printf(r->a, "/reports/kpi/%d?quarter=%d&", year, quarter);
    web_page_start(r, out, &h, b->title);
    write_formats(r, &h, url);
    part_book(r, &h, b, arena_printf(r->a, "%slist=", url));
    web_page_end(&h);
    return true;
}
