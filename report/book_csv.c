/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A book as one CSV table (RFC 4180): its sheets of the main columns, one after another, with the
 * sheet's key in front; else its first sheet. */
#include "report/formats.h"

#include <string.h>

/* What a spreadsheet would take for a formula stays text behind a quote mark. */
static bool looks_like_formula(const char *text)
{
    return *text && strchr("=+-@\t\r", *text);
}

static void add_field(const char *text, bool first, struct buf *out)
{
    if (!first)
        buf_addc(out, ',');
    bool quoted = strpbrk(text, ",\"\r\n'") || *text == ' ' || looks_like_formula(text);
    if (!quoted) {
        buf_adds(out, text);
        return;
    }
    buf_adds(out, looks_like_formula(text) ? "\"'" : "\"");
    for (const char *p = text; *p; p++) {
        if (*p == '"')
            buf_addc(out, '"');
        buf_addc(out, *p);
    }
    buf_addc(out, '"');
}

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
            add_field(s->key, true, out);
        for (int i = 0; i < s->n_columns; i++)
            add_field(field_text(a, s->columns[i].kind, sheet_cell(s, r, i)), !with_key && i == 0,
                      out);
        buf_adds(out, "\r\n");
    }
}

static void write_head(const struct sheet *s, bool with_key, struct buf *out)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    buf_adds(out, "\xEF\xBB\xBF");
    if (with_key)
        add_field("รายการ", true, out);
    for (int i = 0; i < s->n_columns; i++)
        add_field(column_title(a, &s->columns[i]), !with_key && i == 0, out);
    buf_adds(out, "\r\n");
}

bool book_csv(const struct book *b, int width, bool color, struct buf *out, struct err *err)
{
    bool headed = false;
    (void)width, (void)color, (void)err;
    if (!b->csv) {
        write_head(b->sheets[0], false, out);
        write_rows(b->sheets[0], false, out);
        return true;
    }
    for (int i = 0; i < b->n_sheets; i++) {
        if (b->sheets[i]->columns != b->csv)
            continue;
        if (!headed)
            write_head(b->sheets[i], true, out);
        headed = true;
        write_rows(b->sheets[i], true, out);
    }
    return true;
}
