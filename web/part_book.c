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

static const char *fact_url(struct web_request *r, const struct fact *f,
                            const struct book_lists *lists)
{
    if (f->sheet && lists->before)
        return arena_printf(r->a, "%s%s%s", lists->before, f->sheet, lists->after);
    return lists->of_fact ? lists->of_fact(f->key) : NULL;
}

static void write_fact(struct web_request *r, struct html *h, const struct fact *f,
                       const struct book_lists *lists)
{
    const char *url = fact_url(r, f, lists);
    html_start(h, "li");
    html_start(h, url ? "a" : "span");
    if (url)
        html_url(h, "href", url);
    html_start(h, "strong");
    html_attr(h, "class", f->text ? "text" : f->warns && f->n ? "bad" : "");
    html_text(h, f->text ? f->text : arena_printf(r->a, "%" PRId64, f->n));
    html_end(h);
    html_text(h, f->label);
    html_end(h);
    html_end(h);
}

/* Numbers and times are read as one word; of what is ours no word is torn, what a stranger wrote
 * may be one long word. */
static const char *cell_class(const struct book_column *c)
{
    if (column_is_right(c))
        return "number";
    if ((!c->shrinks && c->kind != CELL_TEXT) || strstr(c->key, "_no"))
        return "short";
    return c->shrinks ? "" : "words";
}

/* Register and matter numbers lead to their pages. */
static void write_cell(struct web_request *r, struct html *h, const struct book_column *column,
                       const struct cell *c, const char *url)
{
    const char *text = cell_text(r->a, column->kind, c);
    html_start(h, "td");
    html_attr(h, "data-label", column->title);
    html_attr(h, "class", cell_class(column));
    if (url && *text)
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
                       const struct sheet *s, const struct book_lists *lists)
{
    const struct sheet_room room = {0};
    int columns[BOOK_COLUMNS_MAX], n = sheet_columns(s, &room, columns);
    html_start(h, "table");
    html_attr(h, "class", "cards");
    html_start(h, "thead");
    html_start(h, "tr");
    for (int k = 0; k < n; k++) {
        html_start(h, "th");
        html_attr(h, "scope", "col");
        html_attr(h, "class", column_is_right(&s->columns[columns[k]]) ? "number" : "");
        html_text(h, s->columns[columns[k]].title);
        html_end(h);
    }
    html_end(h);
    html_end(h);
    html_start(h, "tbody");
    for (int row = 0; row < sheet_shown(b, s); row++) {
        html_start(h, "tr");
        for (int k = 0; k < n; k++) {
            const struct book_column *column = &s->columns[columns[k]];
            write_cell(r, h, column, sheet_cell(s, row, columns[k]),
                       lists->of_cell ? lists->of_cell(r, lists, s, row, column) : NULL);
        }
        html_end(h);
    }
    html_end(h);
    html_end(h);
}

static void write_sheet(struct web_request *r, struct html *h, const struct book *b,
                        const struct sheet *s, const struct book_lists *lists)
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
        write_rows(r, h, b, s, lists);
    if (sheet_rows(s) > sheet_shown(b, s) && lists->before)
        part_link(h, arena_printf(r->a, "%s%s%s", lists->before, s->key, lists->after),
                  web_tr(r, "ดูทั้งหมด", "All of them"));
}

void part_book(struct web_request *r, struct html *h, const struct book *b,
               const struct book_lists *lists)
{
    if (b->calm)
        html_element(h, "p", b->calm);
    html_start(h, "ul");
    html_attr(h, "class", "figures");
    for (int i = 0; i < b->n_facts; i++)
        write_fact(r, h, &b->facts[i], lists);
    html_end(h);
    if (b->n_months > 0) {
        html_element(h, "h2", b->chart_title);
        chart_svg(b, NULL, lists->chart, h);
    }
    for (int i = 0; i < b->n_sheets; i++)
        write_sheet(r, h, b, b->sheets[i], lists);
}
