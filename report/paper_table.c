/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tables on paper: titles on every page, rows in one piece, hairlines between them. */
#include "report/paper_page.h"

#include <assert.h>
#include <pango/pangocairo.h>

#define CELL_PAD_X 1.2 /* mm */
#define CELL_PAD_Y 0.25
#define RIGHT_GAP  1.8 /* behind what stands to the right, before words that begin */

struct paper_table {
    struct paper *p;
    const struct paper_column *columns;
    int n_columns;
    double pt;
    double x[PAPER_COLUMNS_MAX + 1]; /* edges */
    int titled_page;                 /* where the titles stand last */
    const char *heading, *note;      /* still to be shown, or NULL */
};

const struct paper_type paper_heading_type = {.pt = 16, .bold = true},
                        paper_note_type = {.pt = 13, .ink = PAPER_GREY};

struct paper_table *paper_table(struct paper *p, const struct paper_column *columns, int n_columns,
                                double pt)
{
    assert(n_columns >= 1 && n_columns <= PAPER_COLUMNS_MAX);
    struct paper_table *t = arena_alloc(p->a, sizeof *t);
    *t = (struct paper_table){.p = p, .columns = columns, .n_columns = n_columns, .pt = pt};
    double sum = 0, done = 0;
    for (int i = 0; i < n_columns; i++)
        sum += columns[i].share;
    for (int i = 0; i <= n_columns; i++) {
        t->x[i] = paper_left(p) + paper_width(p) * done / sum;
        done += i < n_columns ? columns[i].share : 0;
    }
    return t;
}

struct row {
    PangoLayout *cell[PAPER_COLUMNS_MAX];
    double height;
    int baseline; /* pango units: the lowest of the cells' first */
};

static void row_fini(struct row *r)
{
    for (int i = 0; i < PAPER_COLUMNS_MAX; i++)
        g_clear_object(&r->cell[i]);
}

/* Strangers' line breaks are blanks here: a cell is one paragraph. */
static char *cell_text(struct paper *p, const char *text)
{
    char *one_line = arena_strdup(p->a, text ? text : "");
    for (char *c = one_line; *c; c++)
        if (*c == '\n' || *c == '\r' || *c == '\t')
            *c = ' ';
    return paper_clean(p, one_line);
}

static void row_add(struct paper_table *t, struct row *r, int column, double width,
                    const struct paper_type *type, const char *text)
{
    bool gap = column + 1 < t->n_columns && t->columns[column].align == PAPER_RIGHT &&
               t->columns[column + 1].align == PAPER_LEFT;
    double room = width - 2 * CELL_PAD_X - (gap ? RIGHT_GAP : 0);
    r->cell[column] = paper_lay(t->p, room, type, cell_text(t->p, text), PAPER_CELL_LINES_MAX);
    double height = paper_layout_height(r->cell[column]) + 2 * CELL_PAD_Y;
    int baseline = pango_layout_get_baseline(r->cell[column]);
    r->baseline = baseline > r->baseline ? baseline : r->baseline;
    if (height > r->height)
        r->height = height;
}

static void row_show(struct paper_table *t, const struct row *r, double thick_mm)
{
    struct paper *p = t->p;
    for (int i = 0; i < t->n_columns && r->cell[i]; i++) {
        int drop = r->baseline - pango_layout_get_baseline(r->cell[i]);
        paper_show(p, r->cell[i], t->x[i] + CELL_PAD_X,
                   p->y + CELL_PAD_Y + (double)drop / PANGO_SCALE / PT_PER_MM, PAPER_BLACK);
    }
    p->y += r->height;
    paper_line(p, t->x[0], p->y, t->x[t->n_columns], p->y, thick_mm);
}

void paper_heading(struct paper_table *t, const char *heading, const char *note)
{
    t->heading = heading;
    t->note = note;
}

static double above_height(struct paper_table *t)
{
    double width = paper_width(t->p), height = 0;
    if (t->heading)
        height += paper_text_height(t->p, width, &paper_heading_type, t->heading);
    if (t->note)
        height += paper_text_height(t->p, width, &paper_note_type, t->note);
    return height;
}

static void show_above(struct paper_table *t)
{
    if (t->heading)
        paper_text(t->p, &paper_heading_type, t->heading);
    if (t->note)
        paper_text(t->p, &paper_note_type, t->note);
    t->heading = t->note = NULL;
}

static void titles(struct paper_table *t, double row_height)
{
    struct row r CLEANUP(row_fini) = {0};
    for (int i = 0; i < t->n_columns; i++) {
        const struct paper_type type = {.pt = t->pt, .bold = true, .align = t->columns[i].align};
        row_add(t, &r, i, t->x[i + 1] - t->x[i], &type, t->columns[i].title);
    }
    paper_need(t->p, above_height(t) + r.height + row_height);
    show_above(t);
    paper_line(t->p, t->x[0], t->p->y, t->x[t->n_columns], t->p->y, 0.3);
    paper_box(t->p, t->x[0], t->p->y, t->x[t->n_columns] - t->x[0], r.height, true);
    row_show(t, &r, 0.3);
    t->titled_page = t->p->page;
}

/* Room for a row, under titles. */
static void make_room(struct paper_table *t, double height)
{
    if (t->titled_page == t->p->page && t->p->y + height > t->p->bottom)
        paper_break(t->p);
    if (t->titled_page != t->p->page)
        titles(t, height);
}

void paper_row(struct paper_table *t, const char *const *cells)
{
    struct row r CLEANUP(row_fini) = {0};
    for (int i = 0; i < t->n_columns; i++) {
        const struct paper_column *c = &t->columns[i];
        const struct paper_type type = {
            .pt = c->mono ? t->pt * 0.78 : t->pt, .mono = c->mono, .align = c->align};
        row_add(t, &r, i, t->x[i + 1] - t->x[i], &type, cells[i]);
    }
    make_room(t, r.height);
    row_show(t, &r, 0.1);
}

void paper_group(struct paper_table *t, const char *text)
{
    struct row r CLEANUP(row_fini) = {0};
    const struct paper_type type = {.pt = t->pt, .bold = true};
    row_add(t, &r, 0, t->x[t->n_columns] - t->x[0], &type, text);
    make_room(t, 2 * r.height);
    paper_box(t->p, t->x[0], t->p->y, t->x[t->n_columns] - t->x[0], r.height, true);
    row_show(t, &r, 0.1);
}
