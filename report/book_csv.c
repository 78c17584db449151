/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A book as one CSV table (RFC 4180): its sheets of the main columns, one after another, with the
 * sheet's key in front, and a last row that names the head of the chain of events; else its first
 * sheet. */
#include "report/formats.h"

#include "base/csv_cell.h"
#include <string.h>

/* Numbers and instants in forms that programs read; "2021-04-09 16:30:00" is Bangkok time. */
static const char *field_text(struct arena *a, enum cell_kind kind, const struct cell *c)
{
    char iso[40];
    if (kind == CELL_TEXT)
        return c->text;
    if (kind == CELL_PERCENT)
        return c->of ? cell_text(a, kind, c) : "";
    if (c->n == TIME_NONE)
        return "";
    if (kind != CELL_TIME && kind != CELL_DAY)
        return arena_printf(a, "%lld", (long long)c->n);
    time_format_iso(c->n, iso);
    iso[kind == CELL_DAY ? 10 : 19] = 0;
    if (kind == CELL_TIME)
        iso[10] = ' ';
    return arena_strdup(a, iso);
}

static void write_rows(const struct sheet *s, bool with_key, struct buf *out)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    for (int r = 0; r < sheet_rows(s); r++) {
        if (with_key)
            csv_cell(out, s->key, false);
        for (int i = 0; i < s->n_columns; i++)
            csv_cell(out, field_text(a, s->columns[i].kind, sheet_cell(s, r, i)),
                     i == s->n_columns - 1);
    }
}

static void write_head(const struct sheet *s, bool with_key, struct buf *out)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    buf_adds(out, "\xEF\xBB\xBF"); /* spreadsheets read UTF-8 by it */
    if (with_key)
        csv_cell(out, "รายการ", false);
    for (int i = 0; i < s->n_columns; i++)
        csv_cell(out, column_title(a, &s->columns[i]), i == s->n_columns - 1);
}

/* A row as wide as the others: its key, and the text in their first column. */
static void write_fact(const struct book *b, const char *key, int n_columns, struct buf *out)
{
    for (int i = 0; i < b->n_facts; i++) {
        if (strcmp(b->facts[i].key, key) != 0)
            continue;
        csv_cell(out, key, false);
        for (int j = 0; j < n_columns; j++)
            csv_cell(out, j ? "" : b->facts[i].text, j == n_columns - 1);
    }
}

bool book_csv(const struct book *b, int width, bool color, struct buf *out, struct err *err)
{
    int n_columns = 0;
    (void)width, (void)color, (void)err;
    if (!b->csv) {
        write_head(b->sheets[0], false, out);
        write_rows(b->sheets[0], false, out);
        return true;
    }
    for (int i = 0; i < b->n_sheets; i++) {
        if (b->sheets[i]->columns != b->csv)
            continue;
        if (!n_columns)
            write_head(b->sheets[i], true, out);
        n_columns = b->sheets[i]->n_columns;
        write_rows(b->sheets[i], true, out);
    }
    write_fact(b, "chain_head", n_columns, out);
    return true;
}
