/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The register as a list: today, and by every filter that an officer needs. */
#include "web/pages.h"
#include "web/parts.h"

#include "base/clock.h"
#include <inttypes.h>
#include <string.h>

enum { PAGES_MAX = 100000 };

/* ---------------------------------------------------------------- today */

struct figure {
    const char *url, *th, *en;
    int64_t n;
};

static void write_figures(struct web_request *r, struct html *h, const struct figure *f, size_t n)
{
    html_start(h, "ul");
    html_attr(h, "class", "figures");
    for (size_t i = 0; i < n; i++) {
        html_start(h, "li");
        html_start(h, "a");
        html_url(h, "href", f[i].url);
        html_element(h, "strong", arena_printf(r->a, "%" PRId64, f[i].n));
        html_text(h, web_tr(r, f[i].th, f[i].en));
        html_end(h);
        html_end(h);
    }
    html_end(h);
}

static int64_t day_of(int64_t us)
{
    struct civil c = civil_from(us);
    c.hour = c.minute = c.second = c.micros = 0;
    return civil_to(&c);
}

bool page_home(struct web_request *r, struct web_answer *out, struct err *err)
{
    struct item_rows rows;
    struct item_waiting waiting;
    struct html h;
    struct figure figures[] = {
        {"/items?today=1", "รับวันนี้", "Received today", 0},
        {"/items?state=check", "รอเจ้าหน้าที่ตรวจ", "Waiting for an officer", 0},
        {"/items?state=unverified", "ผู้ส่งยังไม่ยืนยัน", "Senders not verified", 0},
        {"/mails?state=quarantined", "กันไว้", "Set aside", 0}};
    const struct item_filter today = {.state = "",
                                      .from_us = day_of(r->now_us),
                                      .to_us = TIME_NONE,
                                      .as_of_us = r->now_us,
                                      .limit = ITEM_PAGE};
    if (!item_list(r->a, r->db, &today, &rows, err) || !item_waiting(r->db, &waiting, err))
        return false;
    figures[0].n = rows.total;
    figures[1].n = waiting.check;
    figures[2].n = waiting.unverified;
    figures[3].n = waiting.quarantined;
    web_page_start(r, out, &h, web_tr(r, "วันนี้", "Today"));
    write_figures(r, &h, figures, ARRAY_LEN(figures));
    part_items(r, &h, &rows);
    web_page_end(&h);
    return true;
}

/* ---------------------------------------------------------------- the list */

static const char *filled(const struct web_fields *f, const char *name)
{
    const char *value = web_find(f, name);
    return value && *value ? value : NULL;
}

/* A day of a date field: its first instant; with after its end. */
static int64_t day_field(const struct web_fields *f, const char *name, bool after)
{
    int64_t us;
    const char *text = filled(f, name);
    bool has_time;
    if (!text || !part_read_time(text, &us, &has_time))
        return TIME_NONE;
    return after ? us + US_PER_DAY : us;
}

static void write_filter(struct web_request *r, struct html *h)
{
    size_t n;
    const char *const *states = item_states(&n);
    html_start(h, "form");
    html_attr(h, "method", "get");
    html_attr(h, "class", "row");
    html_url(h, "action", "/items");
    part_input(h, web_tr(r, "ค้นหา เรื่อง เลขที่หนังสือ ผู้ส่ง", "Subject, letter number or sender"), "q",
               "search", web_get(&r->query, "q"));
    part_select(r, h, web_tr(r, "สถานะ", "State"), "state", states, n, web_get(&r->query, "state"),
                true);
    part_input(h, web_tr(r, "รหัสหน่วยงาน", "Agency code"), "agency", "text",
               web_get(&r->query, "agency"));
    part_input(h, web_tr(r, "เรื่องที่", "Matter"), "matter", "text", web_get(&r->query, "matter"));
    part_input(h, web_tr(r, "ตั้งแต่ เช่น 1 ต.ค. 2569", "From, as 2026-10-01"), "from", "text",
               web_get(&r->query, "from"));
    part_input(h, web_tr(r, "ถึง", "To"), "to", "text", web_get(&r->query, "to"));
    html_element(h, "button", web_tr(r, "ค้นหา", "Search"));
    html_end(h);
}

/* The same list's address without its page. */
static const char *list_url(struct web_request *r)
{
    const char *url = "/items?";
    for (int i = 0; i < r->query.n; i++) {
        const struct web_field *f = &r->query.field[i];
        if (*f->value && strcmp(f->name, "page") != 0 && strcmp(f->name, "lang") != 0)
            url = arena_printf(r->a, "%s%s=%s&", url, web_escape(r->a, f->name),
                               web_escape(r->a, f->value));
    }
    return arena_printf(r->a, "%spage=", url);
}

bool page_items(struct web_request *r, struct web_answer *out, struct err *err)
{
    int64_t page = web_int(&r->query, "page", 1, PAGES_MAX, 1);
    struct item_rows rows;
    struct html h;
    struct item_filter f = {.state = web_get(&r->query, "state"),
                            .from_us = day_field(&r->query, "from", false),
                            .to_us = day_field(&r->query, "to", true),
                            .agency = filled(&r->query, "agency"),
                            .matter = filled(&r->query, "matter"),
                            .search = filled(&r->query, "q"),
                            .as_of_us = r->now_us,
                            .limit = ITEM_PAGE,
                            .offset = (int)(page - 1) * ITEM_PAGE};
    if (web_find(&r->query, "today"))
        f.from_us = day_of(r->now_us);
    if (!item_list(r->a, r->db, &f, &rows, err))
        return false;
    web_page_start(r, out, &h, web_tr(r, "ทะเบียนหนังสือรับ", "Register"));
    write_filter(r, &h);
    part_items(r, &h, &rows);
    part_pages(r, &h, list_url(r), page, ITEM_PAGE, rows.total);
    web_page_end(&h);
    return true;
}
