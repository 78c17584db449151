/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A report inside a page: the same book that the mail, the PDF and the files are written from. */
#include "web/parts.h"

#include "qr/draw.h"
#include "report/book.h"
#include "report/chart.h"
#include <inttypes.h>
#include <string.h>

void part_qr(const struct qr_matrix *m, struct html *h)
{
    struct buf path CLEANUP(buf_fini) = {0};
    int side = qr_side(m);
    for (int y = 0; y < side; y++)
        for (int x = 0, n; (n = qr_run(m, y, &x)) > 0; x += n)
            buf_addf(&path, "M%d %dh%dv1h-%dz", x, y, n, n);
    html_start(h, "svg");
    html_attrf(h, "viewBox", "0 0 %d %d", side, side);
    html_attr(h, "width", "240");
    html_attr(h, "height", "240");
    html_attr(h, "role", "img");
    html_attr(h, "aria-label", "QR");
    html_start(h, "path");
    html_attr(h, "d", buf_str(&path));
    html_attr(h, "fill", "#000");
    html_end(h);
    html_end(h);
}

static void write_fact(struct web_request *r, struct html *h, const struct fact *f,
                       const char *list_url)
{
    html_start(h, "li");
    if (f->sheet && list_url) {
        html_start(h, "a");
        html_url(h, "href", arena_printf(r->a, "%s%s", list_url, f->sheet));
    } else {
        html_start(h, "span");
    }
    html_start(h, "strong");
    html_attr(h, "class", f->warns && f->n ? "bad" : "");
    html_text(h, f->text ? f->text : arena_printf(r->a, "%" PRId64, f->n));
    html_end(h);
    html_text(h, f->label);
    html_end(h);
    html_end(h);
}

static bool is_number(enum cell_kind kind)
{
    return kind == CELL_INT || kind == CELL_MINUTES || kind == CELL_PERCENT;
}

/* Numbers and times are read as one word. */
static bool is_short(const struct book_column *column)
{
    return !column->shrinks && column->kind != CELL_TEXT ? true
                                                         : strstr(column->key, "_no") != NULL;
}

/* Rows of a table of counts, by what stands in their first cell: each count leads to its list. */
static const struct {
    const char *sheet, *parameter;
    bool is_digit; /* "1/2570" is quarter 1; what begins otherwise is the whole year */
} tallies[] = {{"agencies", "agency", false}, {"quarters", "quarter", true}};

static const char *tally_url(struct web_request *r, const struct sheet *s, int row,
                             const struct book_column *column, const char *list_url)
{
    static const char *const lists[] = {"expected", "in_time",    "late",
                                        "missing",  "incomplete", "waiting"};
    const char *first = sheet_cell(s, row, 0)->text;
    bool has_list = false;
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        has_list |= strcmp(column->key, lists[i]) == 0;
    for (size_t i = 0; has_list && list_url && i < ARRAY_LEN(tallies); i++) {
        if (strcmp(tallies[i].sheet, s->key) != 0)
            continue;
        const char *url = arena_printf(r->a, "%syear.%s", list_url, column->key);
        if (!tallies[i].is_digit)
            return arena_printf(r->a, "%s?%s=%s", url, tallies[i].parameter,
                                web_escape(r->a, first));
        return *first >= '1' && *first <= '4'
                   ? arena_printf(r->a, "%s?%s=%c", url, tallies[i].parameter, *first)
                   : url;
    }
    return NULL;
}

/* Register and matter numbers lead to their pages. */
static void write_cell(struct web_request *r, struct html *h, const struct book_column *column,
                       const struct cell *c, const char *url)
{
    const char *text = cell_text(r->a, column->kind, c);
    html_start(h, "td");
    html_attr(h, "data-label", column->title);
    html_attr(h, "class", is_number(column->kind) ? "number" : is_short(column) ? "short" : "");
    if (url)
        part_link(h, url, text);
    else if (*text && strcmp(column->key, "register_no") == 0)
        part_link(h, part_item_url(r->a, text), text);
    else if (*text && (strcmp(column->key, "matter_no") == 0 || strcmp(column->key, "matter") == 0))
        part_link(h, part_matter_url(r->a, text), text);
    else
        html_text(h, text);
    html_end(h);
}

static void write_rows(struct web_request *r, struct html *h, const struct book *b,
                       const struct sheet *s, const char *list_url)
{
    const struct sheet_room room = {0};
    int columns[BOOK_COLUMNS_MAX], n = sheet_columns(s, &room, columns);
    html_start(h, "table");
    html_attr(h, "class", "cards");
    html_start(h, "thead");
    html_start(h, "tr");
    for (int k = 0; k < n; k++) {
        html_start(h, "th");
        html_attr(h, "class", is_number(s->columns[columns[k]].kind) ? "number" : "");
        html_text(h, s->columns[columns[k]].title);
        html_end(h);
    }
    html_end(h);
    html_end(h);
    html_start(h, "tbody");
    for (int row = 0; row < sheet_shown(b, s); row++) {
        html_start(h, "tr");
        for (int k = 0; k < n; k++)
            write_cell(r, h, &s->columns[columns[k]], sheet_cell(s, row, columns[k]),
                       tally_url(r, s, row, &s->columns[columns[k]], list_url));
        html_end(h);
    }
    html_end(h);
    html_end(h);
}

static void write_sheet(struct web_request *r, struct html *h, const struct book *b,
                        const struct sheet *s, const char *list_url)
{
    html_start(h, "h2");
    html_attrf(h, "id", "list-%s", s->key);
    html_textf(h, "%s (%d)", s->title, sheet_rows(s));
    html_end(h);
    if (s->note)
        html_element(h, "p", s->note);
    if (sheet_rows(s) == 0)
        html_element(h, "p", s->empty);
    else
        write_rows(r, h, b, s, list_url);
    if (sheet_rows(s) > sheet_shown(b, s) && list_url)
        part_link(h, arena_printf(r->a, "%s%s", list_url, s->key),
                  web_tr(r, "ดูทั้งหมด", "All of them"));
}

void part_book(struct web_request *r, struct html *h, const struct book *b, const char *list_url)
{
    if (b->calm)
        html_element(h, "p", b->calm);
    html_start(h, "ul");
    html_attr(h, "class", "figures");
    for (int i = 0; i < b->n_facts; i++)
        write_fact(r, h, &b->facts[i], list_url);
    html_end(h);
    if (b->n_months > 0) {
        html_element(h, "h2", b->chart_title);
        chart_svg(b, NULL, h);
    }
    for (int i = 0; i < b->n_sheets; i++)
        write_sheet(r, h, b, b->sheets[i], list_url);
}
