/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A book as one HTML document. Mail programs drop style sheets, so what matters stands inline; the
 * sheet is for paper alone. */
#include "report/formats.h"

#include "base/thai.h"
#include "report/chart.h"
#include "report/html.h"
#include <string.h>

static const char print_sheet[] =
    "@page{size:A4 landscape;margin:12mm}"
    "@media print{body{font-size:10pt;background:#fff}thead{display:table-header-group}"
    "tr{break-inside:avoid}h2{break-after:avoid}}";

enum { PAGE_CELLS = 150 }; /* letters that stand beside each other */

#define FONT "'Sarabun','TH Sarabun New','Laksaman','Noto Sans Thai',Tahoma,sans-serif"
static const char body_style[] = "margin:0;padding:24px;background:#ffffff;color:#1c2530;"
                                 "font-family:" FONT ";font-size:15px;line-height:1.5";
static const char page_style[] = "max-width:1080px;margin:0 auto";
static const char title_style[] = "margin:0;font-size:24px;line-height:1.3;color:#12304f";
static const char under_style[] = "margin:2px 0 0 0;color:#51606f";
static const char calm_style[] = "margin:16px 0;padding:12px 16px;background:#e8f4ec;"
                                 "border-left:4px solid #2e7d4f;font-weight:bold";
static const char section_style[] = "margin:28px 0 6px 0;font-size:18px;color:#12304f";
static const char note_style[] = "margin:0 0 6px 0;color:#51606f;font-size:13px";
static const char table_style[] = "border-collapse:collapse;width:100%;font-size:14px";
static const char head_style[] = "padding:5px 8px;border-bottom:2px solid #12304f;text-align:left;"
                                 "vertical-align:bottom;white-space:nowrap";
static const char head_right_style[] =
    "padding:5px 8px;border-bottom:2px solid #12304f;text-align:right;vertical-align:bottom";
static const char cell_style[] = "padding:5px 8px;border-bottom:1px solid #d5dce3;"
                                 "vertical-align:top;white-space:nowrap";
static const char long_style[] = "padding:5px 8px;border-bottom:1px solid #d5dce3;"
                                 "vertical-align:top;min-width:120px";
static const char right_style[] = "padding:5px 8px;border-bottom:1px solid #d5dce3;"
                                  "vertical-align:top;text-align:right;white-space:nowrap";
static const char chart_style[] = "display:block;width:100%;max-width:960px;margin-top:18px";
static const char warn_style[] = "padding:3px 8px;font-weight:bold;color:#b3261e";
static const char value_style[] = "padding:3px 8px;font-weight:bold";
static const char label_style[] = "padding:3px 8px 3px 0;color:#51606f;white-space:nowrap";

static void styled(struct html *h, const char *name, const char *style, const char *text)
{
    html_start(h, name);
    html_attr(h, "style", style);
    html_text(h, text);
    html_end(h);
}

static void write_facts(const struct book *b, struct html *h)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    if (b->n_facts == 0)
        return;
    html_start(h, "table");
    html_attr(h, "role", "presentation");
    html_attr(h, "style", "border-collapse:collapse;margin-top:14px");
    for (int i = 0; i < b->n_facts; i++) {
        const struct fact *f = &b->facts[i];
        html_start(h, "tr");
        styled(h, "td", label_style, f->label);
        html_start(h, "td");
        html_attr(h, "style", f->warns ? warn_style : value_style);
        const char *value = f->text ? f->text : arena_printf(a, "%lld", (long long)f->n);
        if (f->sheet && f->n > 0) {
            html_start(h, "a");
            html_attr(h, "style", "color:inherit");
            html_url(h, "href", arena_printf(a, "#%s", f->sheet));
            html_text(h, value);
            html_end(h);
        } else {
            html_text(h, value);
        }
        html_end(h);
        html_end(h);
    }
    html_end(h);
}

static void write_head(const struct sheet *s, const int *at, int n, struct html *h)
{
    html_start(h, "thead");
    html_start(h, "tr");
    for (int i = 0; i < n; i++) {
        const struct book_column *c = &s->columns[at[i]];
        html_start(h, "th");
        html_attr(h, "scope", "col");
        html_attr(h, "style", column_is_right(c) ? head_right_style : head_style);
        html_text(h, c->title);
        html_end(h);
    }
    html_end(h);
    html_end(h);
}

/* bdi keeps a subject in Arabic or Hebrew letters from turning its neighbours around. */
static void write_cell(struct arena *a, const struct book_column *c, const struct cell *cell,
                       struct html *h)
{
    html_start(h, "td");
    html_attr(h, "style", c->shrinks ? long_style : column_is_right(c) ? right_style : cell_style);
    if (c->kind == CELL_TEXT)
        html_element(h, "bdi", cell->text);
    else
        html_text(h, cell_text(a, c->kind, cell));
    html_end(h);
}

static void write_rows(const struct book *b, const struct sheet *s, struct html *h)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    int rows = sheet_rows(s), shown = sheet_shown(b, s);
    const struct sheet_room room = {.room = PAGE_CELLS, .gap = 3, .shrunk_min = 18};
    int at[BOOK_COLUMNS_MAX], n = sheet_columns(s, &room, at);
    html_start(h, "table");
    html_attr(h, "style", table_style);
    write_head(s, at, n, h);
    html_start(h, "tbody");
    for (int r = 0; r < shown; r++) {
        html_start(h, "tr");
        for (int i = 0; i < n; i++)
            write_cell(a, &s->columns[at[i]], sheet_cell(s, r, at[i]), h);
        html_end(h);
    }
    html_end(h);
    html_end(h);
    if (shown < rows)
        styled(h, "p", note_style,
               arena_printf(a, "… และอีก %d รายการ: thanwela report %s --list %s", rows - shown,
                            b->key, s->key));
}

static void write_sheet(const struct book *b, const struct sheet *s, struct html *h)
{
    html_start(h, "h2");
    html_attr(h, "id", s->key);
    html_attr(h, "style", section_style);
    html_textf(h, "%s (%d)", s->title, sheet_rows(s));
    html_end(h);
    if (s->note)
        styled(h, "p", note_style, s->note);
    if (sheet_rows(s) == 0)
        styled(h, "p", under_style, s->empty);
    else
        write_rows(b, s, h);
}

/* Mail programs show no SVG: there the chart is a picture of the mail. */
static void write_chart(const struct book *b, struct html *h)
{
    if (b->n_months == 0)
        return;
    styled(h, "h2", section_style, b->chart_title);
    if (!b->chart_cid) {
        chart_svg(b, chart_style, NULL, h);
        return;
    }
    html_start(h, "img");
    html_url(h, "src", b->chart_cid);
    html_attr(h, "alt", b->chart_title);
    html_attrf(h, "width", "%d", CHART_WIDTH);
    html_attr(h, "style", "display:block;width:100%;max-width:960px;height:auto");
    html_end(h);
}

static void write_title(const struct book *b, struct html *h)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    styled(h, "h1", title_style, b->title);
    if (*b->office)
        styled(h, "p", under_style, b->office);
    styled(h, "p", under_style,
           arena_printf(a, "ณ วันที่ %s", thai_time(a, b->as_of_us, THAI_LONG_TIME)));
    if (b->calm)
        styled(h, "p", calm_style, b->calm);
}

bool book_html(const struct book *b, int width, bool color, struct buf *out, struct err *err)
{
    struct html h = {.out = out};
    (void)width, (void)color, (void)err;
    html_document(&h, "th");
    html_head(&h, b->title);
    html_style(&h, print_sheet);
    html_end(&h);
    html_start(&h, "body");
    html_attr(&h, "style", body_style);
    html_start(&h, "div");
    html_attr(&h, "style", page_style);
    write_title(b, &h);
    write_facts(b, &h);
    write_chart(b, &h);
    for (int i = 0; i < b->n_sheets; i++)
        write_sheet(b, b->sheets[i], &h);
    html_end(&h);
    html_end(&h);
    html_end(&h);
    return true;
}
