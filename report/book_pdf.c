/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A book on A4 pages that an agency can be shown. Thai digits in the head, Arabic in data. */
#include "report/formats.h"

#include "base/refusals.h"
#include "base/thai.h"
#include "report/chart.h"
#include "report/paper.h"

static const double label_mm = 85, cell_pt = 12;

static void draw_facts(const struct book *b, struct paper *p)
{
    struct arena *a = paper_arena(p);
    const struct paper_type calm = {.pt = 16, .bold = true, .ink = PAPER_GREEN};
    const struct paper_type plain = {.pt = 14},
                            warning = {.pt = 14, .bold = true, .ink = PAPER_RED};
    paper_skip(p, 3);
    if (b->calm)
        paper_text(p, &calm, b->calm);
    for (int i = 0; i < b->n_facts; i++) {
        const struct fact *f = &b->facts[i];
        paper_field(p, label_mm, f->warns ? &warning : &plain, f->label,
                    f->text ? f->text : arena_printf(a, "%lld", (long long)f->n));
    }
}

/* Letters of cell_pt that stand beside each other on a page, and between two columns. */
static const struct sheet_room page_room = {.room = 118, .gap = 3, .shrunk_min = 20};

/* Columns that do not shrink get what they need, the others the rest, by what they have to say. */
static void shares(const struct sheet *s, const int *at, int n, struct paper_column *columns)
{
    int fixed = 0, wanted = 0;
    for (int i = 0; i < n; i++) {
        int wide = sheet_wide(s, at[i]) + page_room.gap;
        columns[i].share = wide;
        fixed += s->columns[at[i]].shrinks ? 0 : wide;
        wanted += s->columns[at[i]].shrinks ? wide : 0;
    }
    int rest = page_room.room > fixed ? page_room.room - fixed : wanted;
    for (int i = 0; i < n; i++) {
        if (!s->columns[at[i]].shrinks || wanted <= rest)
            continue;
        double share = columns[i].share * rest / wanted;
        columns[i].share = share < page_room.shrunk_min ? page_room.shrunk_min : share;
    }
}

static void draw_rows(const struct book *b, const struct sheet *s, struct paper *p)
{
    struct arena *a = paper_arena(p);
    int rows = sheet_rows(s), shown = sheet_shown(b, s);
    int at[BOOK_COLUMNS_MAX], n = sheet_columns(s, &page_room, at);
    struct paper_column columns[BOOK_COLUMNS_MAX] = {0};
    const char *cells[BOOK_COLUMNS_MAX];
    n = n < PAPER_COLUMNS_MAX ? n : PAPER_COLUMNS_MAX;
    shares(s, at, n, columns);
    for (int i = 0; i < n; i++) {
        columns[i].title = s->columns[at[i]].title;
        columns[i].align = column_is_right(&s->columns[at[i]]) ? PAPER_RIGHT : PAPER_LEFT;
    }
    struct paper_table *t = paper_table(p, columns, n, cell_pt);
    for (int r = 0; r < shown; r++) {
        for (int i = 0; i < n; i++)
            cells[i] = cell_text(a, s->columns[at[i]].kind, sheet_cell(s, r, at[i]));
        paper_row(t, cells);
    }
    const struct paper_type note = {.pt = 12, .ink = PAPER_GREY};
    if (shown < rows)
        paper_text(p, &note,
                   arena_printf(a, "… และอีก %d รายการ: thanwela report %s --list %s", rows - shown,
                                b->key, s->key));
}

static void draw_sheet(const struct book *b, const struct sheet *s, struct paper *p)
{
    const struct paper_type heading = {.pt = 16, .bold = true},
                            grey = {.pt = 13, .ink = PAPER_GREY};
    paper_skip(p, 5);
    paper_need(p, 30);
    paper_text(p, &heading, arena_printf(paper_arena(p), "%s (%d)", s->title, sheet_rows(s)));
    if (s->note)
        paper_text(p, &grey, s->note);
    if (sheet_rows(s) == 0)
        paper_text(p, &grey, s->empty);
    else
        draw_rows(b, s, p);
}

static void draw(struct paper *p, const void *facts)
{
    const struct book *b = facts;
    struct arena *a = paper_arena(p);
    const struct paper_type title = {.pt = 22, .bold = true}, under = {.pt = 16};
    paper_text(p, &title, b->title);
    if (*b->office)
        paper_text(p, &under, b->office);
    paper_text(
        p, &under,
        arena_printf(a, "ณ วันที่ %s", thai_digits(a, thai_time(a, b->as_of_us, THAI_LONG_TIME))));
    draw_facts(b, p);
    if (b->n_months) {
        const struct paper_type heading = {.pt = 16, .bold = true};
        paper_skip(p, 4);
        paper_need(p, 90);
        paper_text(p, &heading, b->chart_title);
        chart_paper(b, p);
    }
    for (int i = 0; i < b->n_sheets; i++)
        draw_sheet(b, b->sheets[i], p);
}

bool book_pdf(const struct book *b, int width, bool color, struct buf *out, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    const char *when = thai_time(a, b->as_of_us, THAI_DATE_LONG);
    const struct paper_setup setup = {
        .title = b->title,
        .author = b->office,
        .at_us = b->as_of_us,
        .landscape = true,
        .head = arena_printf(a, "%s ณ วันที่ %s", b->title, thai_digits(a, when)),
        .foot = *b->office ? b->office : NULL};
    int rows = 0;
    (void)width, (void)color;
    for (int i = 0; i < b->n_sheets; i++)
        rows += sheet_shown(b, b->sheets[i]);
    if (rows > BOOK_PAPER_ROWS_MAX)
        return err_say(err, REFUSE_PAPER_ROWS, b->key, rows, BOOK_PAPER_ROWS_MAX);
    return paper_pdf(&setup, draw, b, out, err);
}
