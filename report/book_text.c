/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A book for a terminal or a plain mail. */
#include "report/formats.h"

#include "base/thai.h"
#include "report/table.h"
#include <string.h>

enum { LABEL_COLUMNS = 34, SHRUNK_MIN = 18, SHRUNK_LEAST = 6, GAP = 2 };

static void heading(const char *text, bool color, struct buf *out)
{
    buf_addf(out, "%s%s%s\n", color ? "\033[1m" : "", text, color ? "\033[0m" : "");
}

static void write_fact(struct arena *a, const struct fact *f, bool color, struct buf *out)
{
    const char *value = f->text ? f->text : arena_printf(a, "%lld", (long long)f->n);
    buf_addf(out, "  %s", f->label);
    for (int i = text_columns(f->label); i < LABEL_COLUMNS; i++)
        buf_addc(out, ' ');
    buf_addf(out, "  %s%s%s\n", color && f->warns ? "\033[31m" : "", value,
             color && f->warns ? "\033[0m" : "");
}

static struct table *table_of(struct arena *a, const struct sheet *s, int rows, int width)
{
    const struct sheet_room room = {.room = width, .gap = GAP, .shrunk_min = SHRUNK_MIN};
    int at[BOOK_COLUMNS_MAX], n = sheet_columns(s, &room, at);
    struct column *columns = arena_array(a, (size_t)n, sizeof *columns);
    for (int i = 0; i < n; i++) {
        const struct book_column *c = &s->columns[at[i]];
        columns[i] = (struct column){.title = c->title,
                                     .right = column_is_right(c),
                                     .shrinks = c->shrinks,
                                     .min = SHRUNK_LEAST};
    }
    struct table *t = table_new(a, columns, n);
    for (int r = 0; r < rows; r++)
        for (int i = 0; i < n; i++)
            table_cell(t, cell_text(a, s->columns[at[i]].kind, sheet_cell(s, r, at[i])));
    return t;
}

static void write_sheet(const struct book *b, const struct sheet *s, int width, bool color,
                        struct buf *out)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    int rows = sheet_rows(s), shown = sheet_shown(b, s);
    buf_addc(out, '\n');
    heading(arena_printf(a, "%s (%d)", s->title, rows), color, out);
    if (s->note)
        buf_addf(out, "%s\n", s->note);
    if (rows == 0) {
        buf_addf(out, "  %s\n", s->empty);
        return;
    }
    struct table *t = table_of(a, s, shown, width);
    table_print(t, width, color, out);
    if (shown < rows)
        buf_addf(out, "… และอีก %d รายการ: thanwela report %s --list %s\n", rows - shown, b->key,
                 s->key);
}

bool book_text(const struct book *b, int width, bool color, struct buf *out, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)err;
    heading(b->title, color, out);
    if (*b->office)
        buf_addf(out, "%s\n", b->office);
    buf_addf(out, "ณ วันที่ %s\n", thai_time(a, b->as_of_us, THAI_LONG_TIME));
    if (b->calm)
        buf_addf(out, "\n%s\n", b->calm);
    if (b->n_facts)
        buf_addc(out, '\n');
    for (int i = 0; i < b->n_facts; i++)
        write_fact(a, &b->facts[i], color, out);
    for (int i = 0; i < b->n_sheets; i++)
        write_sheet(b, b->sheets[i], width, color, out);
    return true;
}
