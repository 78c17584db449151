/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A report as data. See book.h; each format has its own book_<format>.c. */
#include "report/book.h"

#include "base/thai.h"
#include "report/formats.h"
#include <assert.h>
#include <string.h>

static const struct format {
    const char *name;
    bool (*write)(const struct book *b, int width, bool color, struct buf *out, struct err *err);
} formats[] = {
    [REPORT_TEXT] = {"text", book_text}, [REPORT_HTML] = {"html", book_html},
    [REPORT_JSON] = {"json", book_json}, [REPORT_CSV] = {"csv", book_csv},
    [REPORT_XLSX] = {"xlsx", book_xlsx}, [REPORT_PDF] = {"pdf", book_pdf},
};
static_assert(ARRAY_LEN(formats) == REPORT_N_FORMATS, "a writer for each format");

bool report_format_from(const char *name, enum report_format *out)
{
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        if (strcmp(formats[i].name, name) == 0) {
            *out = (enum report_format)i;
            return true;
        }
    }
    return false;
}

bool book_write(const struct book *b, enum report_format f, int width, bool color, struct buf *out,
                struct err *err)
{
    return formats[f].write(b, width, color, out, err);
}

struct book *book_new(struct arena *a, const char *key, const char *office, const char *title,
                      int64_t as_of_us)
{
    struct book *b = arena_alloc(a, sizeof *b);
    *b = (struct book){
        .a = a, .key = key, .office = office ? office : "", .title = title, .as_of_us = as_of_us};
    return b;
}

/* A spreadsheet filters and sums by these words. */
static bool titles_differ(const struct book_column *columns, int n)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++)
            if (strcmp(columns[i].title, columns[j].title) == 0 ||
                strcmp(columns[i].key, columns[j].key) == 0)
                return false;
    return true;
}

struct sheet *book_sheet(struct book *b, const char *key, const char *title, const char *empty,
                         const struct book_column *columns, int n_columns)
{
    assert(b->n_sheets < BOOK_SHEETS_MAX && n_columns <= BOOK_COLUMNS_MAX);
    assert(titles_differ(columns, n_columns));
    struct sheet *s = arena_alloc(b->a, sizeof *s);
    *s = (struct sheet){.key = key,
                        .title = title,
                        .empty = empty,
                        .columns = columns,
                        .n_columns = n_columns,
                        .a = b->a};
    b->sheets[b->n_sheets++] = s;
    return s;
}

static struct fact *fact_new(struct book *b)
{
    assert(b->n_facts < BOOK_FACTS_MAX);
    return &b->facts[b->n_facts++];
}

void book_fact(struct book *b, const char *key, const char *label, const char *text)
{
    *fact_new(b) =
        (struct fact){.key = key, .label = label, .text = text_clean(b->a, text, strlen(text))};
}

void book_count(struct book *b, const char *key, const char *label, int64_t n, const char *sheet,
                bool warns)
{
    *fact_new(b) =
        (struct fact){.key = key, .label = label, .n = n, .sheet = sheet, .warns = warns && n > 0};
}

struct sheet *book_find(const struct book *b, const char *key)
{
    for (int i = 0; i < b->n_sheets; i++)
        if (strcmp(b->sheets[i]->key, key) == 0)
            return b->sheets[i];
    return NULL;
}

struct book *book_only(const struct book *b, const struct sheet *s)
{
    struct book *only = book_new(b->a, b->key, b->office, b->title, b->as_of_us);
    struct sheet *copy = arena_memdup(b->a, s, sizeof *s);
    only->sheets[only->n_sheets++] = copy;
    return only;
}

static struct cell *cell_new(struct sheet *s, enum cell_kind *kind_out)
{
    if (s->n_cells == s->cap) {
        int cap = s->cap ? 2 * s->cap : 16 * s->n_columns;
        struct cell *grown = arena_array(s->a, (size_t)cap, sizeof *grown);
        if (s->n_cells)
            memcpy(grown, s->cells, (size_t)s->n_cells * sizeof *grown);
        s->cells = grown;
        s->cap = cap;
    }
    *kind_out = s->columns[s->n_cells % s->n_columns].kind;
    return &s->cells[s->n_cells++];
}

void sheet_text(struct sheet *s, const char *text)
{
    enum cell_kind kind;
    struct cell *c = cell_new(s, &kind);
    assert(kind == CELL_TEXT);
    c->text = text ? text_clean(s->a, text, strlen(text)) : "";
}

void sheet_number(struct sheet *s, int64_t n)
{
    enum cell_kind kind;
    struct cell *c = cell_new(s, &kind);
    assert(kind != CELL_TEXT && kind != CELL_PERCENT);
    c->n = n;
}

void sheet_time_beside(struct sheet *s, int64_t us, int64_t limit_us)
{
    enum cell_kind kind;
    struct cell *c = cell_new(s, &kind);
    assert(kind == CELL_TIME);
    c->n = us;
    c->of = thai_form_beside(us, limit_us) == THAI_DATE_SECOND;
}

void sheet_percent(struct sheet *s, int64_t n, int64_t of)
{
    enum cell_kind kind;
    struct cell *c = cell_new(s, &kind);
    assert(kind == CELL_PERCENT && n >= 0 && of >= 0);
    c->n = n;
    c->of = of;
}

int sheet_rows(const struct sheet *s)
{
    assert(s->n_cells % s->n_columns == 0);
    return s->n_cells / s->n_columns;
}

int sheet_shown(const struct book *b, const struct sheet *s)
{
    int rows = sheet_rows(s);
    return b->shows_all || rows < BOOK_SHOWN_MAX ? rows : BOOK_SHOWN_MAX;
}

const struct cell *sheet_cell(const struct sheet *s, int row, int column)
{
    assert(row < sheet_rows(s) && column < s->n_columns);
    return &s->cells[row * s->n_columns + column];
}

/* Enough to tell widths by. */
static int rows_sampled(const struct sheet *s)
{
    int rows = sheet_rows(s);
    return rows < BOOK_SHOWN_MAX ? rows : BOOK_SHOWN_MAX;
}

int sheet_wide(const struct sheet *s, int column)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    const struct book_column *c = &s->columns[column];
    int wide = text_columns(c->title);
    for (int r = 0; r < rows_sampled(s); r++) {
        int n = text_columns(cell_text(a, c->kind, sheet_cell(s, r, column)));
        wide = n > wide ? n : wide;
    }
    return wide;
}

/* Has something to say: not empty, and not the same in every row where that is all it tells. */
static bool speaks(const struct sheet *s, int column)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    const struct book_column *c = &s->columns[column];
    bool filled = c->kind == CELL_PERCENT, differs = false;
    const char *first = "";
    for (int r = 0; r < rows_sampled(s); r++) {
        const char *text = cell_text(a, c->kind, sheet_cell(s, r, column));
        filled = filled || *text;
        differs = differs || (r > 0 && strcmp(text, first) != 0);
        first = r == 0 ? text : first;
    }
    return filled && (differs || !c->mixed);
}

int sheet_columns(const struct sheet *s, const struct sheet_room *room,
                  int columns_out[BOOK_COLUMNS_MAX])
{
    int n = 0, least[BOOK_COLUMNS_MAX], total = 0;
    for (int i = 0; i < s->n_columns; i++) {
        if (!speaks(s, i))
            continue;
        int wide = sheet_wide(s, i);
        least[n] = s->columns[i].shrinks && wide > room->shrunk_min ? room->shrunk_min : wide;
        total += least[n] + room->gap;
        columns_out[n++] = i;
    }
    for (int i = n - 1; i >= 0 && room->room && total - room->gap > room->room; i--) {
        if (!s->columns[columns_out[i]].extra)
            continue;
        total -= least[i] + room->gap;
        for (int j = i; j + 1 < n; j++) {
            columns_out[j] = columns_out[j + 1];
            least[j] = least[j + 1];
        }
        n--;
    }
    return n;
}

char *minutes_text(struct arena *a, int64_t minutes)
{
    long long days = minutes / 1440, hours = minutes / 60 % 24, rest = minutes % 60;
    if (minutes < 60)
        return arena_printf(a, "%lld นาที", rest);
    if (days && hours)
        return arena_printf(a, "%lld วัน %lld ชม.", days, hours);
    if (days)
        return arena_printf(a, "%lld วัน", days);
    if (rest)
        return arena_printf(a, "%lld ชม. %lld นาที", hours, rest);
    return arena_printf(a, "%lld ชม.", hours);
}

const char *column_title(struct arena *a, const struct book_column *c)
{
    return c->kind == CELL_MINUTES ? arena_printf(a, "%s (นาที)", c->title) : c->title;
}

int64_t percent_hundredths(int64_t n, int64_t of)
{
    assert(of > 0);
    return (n * 10000 + of / 2) / of;
}

bool column_is_right(const struct book_column *c)
{
    return c->right || c->kind == CELL_INT || c->kind == CELL_PERCENT || c->kind == CELL_MINUTES;
}

const char *cell_text(struct arena *a, enum cell_kind kind, const struct cell *c)
{
    if (kind == CELL_TEXT)
        return c->text;
    if (kind == CELL_PERCENT) {
        if (c->of == 0)
            return "ไม่มีข้อมูล";
        int64_t p = percent_hundredths(c->n, c->of);
        return arena_printf(a, "%lld.%02lld", (long long)(p / 100), (long long)(p % 100));
    }
    if (c->n == TIME_NONE)
        return "";
    switch (kind) {
    case CELL_TIME:
        return thai_time(a, c->n, c->of ? THAI_DATE_SECOND : THAI_DATE_TIME);
    case CELL_DAY:
        return thai_time(a, c->n, THAI_DATE_SHORT);
    case CELL_MINUTES:
        return minutes_text(a, c->n);
    default:
        return arena_printf(a, "%lld", (long long)c->n);
    }
}
