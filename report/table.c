/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Rows and columns as aligned text. See table.h. */
#include "report/table.h"

#include "base/thai.h"
#include <assert.h>
#include <string.h>

enum { GAP = 2, COLUMNS_MAX = 32, SHRINK_MIN = 4 };

struct table {
    struct arena *a;
    const struct column *columns;
    int n_columns;
    int n_cells;
    int cap;
    char **cells;          /* row by row */
    int wide[COLUMNS_MAX]; /* widest text so far, in terminal cells */
};

/* One line, whatever a subject brings: breaks and tabs are blanks, other controls are shown. */
static char *one_line(struct arena *a, const char *text)
{
    char *copy = arena_strdup(a, text);
    for (char *p = copy; *p; p++)
        if (*p == '\n' || *p == '\r' || *p == '\t')
            *p = ' ';
    return text_clean(a, copy, strlen(copy));
}

struct table *table_new(struct arena *a, const struct column *columns, int n_columns)
{
    assert(n_columns > 0 && n_columns <= COLUMNS_MAX);
    struct table *t = arena_alloc(a, sizeof *t);
    t->a = a;
    t->columns = columns;
    t->n_columns = n_columns;
    for (int i = 0; i < n_columns; i++)
        t->wide[i] = text_columns(columns[i].title);
    return t;
}

void table_cell(struct table *t, const char *text)
{
    if (t->n_cells == t->cap) {
        int cap = t->cap ? 2 * t->cap : 16 * t->n_columns;
        char **grown = arena_array(t->a, (size_t)cap, sizeof *grown);
        if (t->n_cells)
            memcpy(grown, t->cells, (size_t)t->n_cells * sizeof *grown);
        t->cells = grown;
        t->cap = cap;
    }
    char *cell = one_line(t->a, text ? text : "");
    int column = t->n_cells % t->n_columns, width = text_columns(cell);
    if (width > t->wide[column])
        t->wide[column] = width;
    t->cells[t->n_cells++] = cell;
}

int table_rows(const struct table *t)
{
    return t->n_cells / t->n_columns;
}

static int least_width(const struct column *c)
{
    return c->min > SHRINK_MIN ? c->min : SHRINK_MIN;
}

int table_least(const struct table *t)
{
    int total = GAP * (t->n_columns - 1);
    for (int i = 0; i < t->n_columns; i++) {
        int least = least_width(&t->columns[i]);
        total += t->columns[i].shrinks && t->wide[i] > least ? least : t->wide[i];
    }
    return total;
}

/* The widest of the columns that may still give way, or -1. */
static int next_to_shrink(const struct table *t, const int *wide)
{
    int found = -1;
    for (int i = 0; i < t->n_columns; i++) {
        if (t->columns[i].shrinks && wide[i] > least_width(&t->columns[i]) &&
            (found < 0 || wide[i] > wide[found]))
            found = i;
    }
    return found;
}

static void fit_columns(const struct table *t, int width, int *wide)
{
    int total = GAP * (t->n_columns - 1);
    for (int i = 0; i < t->n_columns; i++)
        total += wide[i] = t->wide[i];
    for (int i; width > 0 && total > width && (i = next_to_shrink(t, wide)) >= 0; total--)
        wide[i]--;
}

static void pad(struct buf *out, int n)
{
    for (int i = 0; i < n; i++)
        buf_addc(out, ' ');
}

static void print_row(const struct table *t, const char *const *cells, const int *wide, int width,
                      bool bold, struct buf *out)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf line CLEANUP(buf_fini) = {0};
    for (int i = 0; i < t->n_columns; i++) {
        const char *cell = text_fit(a, cells[i], wide[i]);
        int room = wide[i] - text_columns(cell);
        pad(&line, i ? GAP : 0);
        pad(&line, t->columns[i].right ? room : 0);
        buf_adds(&line, cell);
        pad(&line, !t->columns[i].right ? room : 0);
    }
    while (line.len > 0 && line.data[line.len - 1] == ' ')
        line.data[--line.len] = 0;
    buf_adds(out, bold ? "\033[1m" : "");
    buf_adds(out, width > 0 ? text_fit(a, buf_str(&line), width) : buf_str(&line));
    buf_adds(out, bold ? "\033[0m\n" : "\n");
}

/* A rule under the titles, so that they stand apart without colour too. */
static void print_rule(const struct table *t, const int *wide, int width, struct buf *out)
{
    int total = GAP * (t->n_columns - 1);
    for (int i = 0; i < t->n_columns; i++)
        total += wide[i];
    if (width > 0 && total > width)
        total = width;
    for (int i = 0; i < total; i++)
        buf_adds(out, "─");
    buf_addc(out, '\n');
}

void table_print(const struct table *t, int width, bool color, struct buf *out)
{
    int wide[COLUMNS_MAX];
    const char *titles[COLUMNS_MAX];
    assert(t->n_cells % t->n_columns == 0);
    fit_columns(t, width, wide);
    for (int i = 0; i < t->n_columns; i++)
        titles[i] = t->columns[i].title;
    print_row(t, titles, wide, width, color, out);
    print_rule(t, wide, width, out);
    for (int i = 0; i < t->n_cells; i += t->n_columns)
        print_row(t, (const char *const *)t->cells + i, wide, width, false, out);
}
