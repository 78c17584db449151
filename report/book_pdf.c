/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A book on A4 pages that an agency can be shown. Thai digits in the head, Arabic in data. */
#include "report/formats.h"

#include "base/refusals.h"
#include "base/thai.h"
#include "report/chart.h"
#include "report/paper.h"

static const double cell_pt = 12;

/* What is short stands in two columns; what is long has a line of its own below. */
enum { FACT_SHORT_MAX = 24 /* letters */ };
static const double label_mm = 80, fact_gap_mm = 4, chart_need_mm = 55;

static bool is_long(const struct fact *f)
{
    return f->text && text_columns(f->text) > FACT_SHORT_MAX;
}

static const char *fact_value(struct paper *p, const struct fact *f)
{
    return f->text ? f->text : arena_printf(paper_arena(p), "%lld", (long long)f->n);
}

/* At paper_y(), in the left or the right column; returns its height. */
static double draw_fact(struct paper *p, const struct fact *f, bool is_right)
{
    const struct paper_type label = {.pt = 13, .bold = true};
    const struct paper_type value = {
        .pt = 13, .bold = f->warns, .ink = f->warns ? PAPER_RED : PAPER_BLACK};
    double half = paper_width(p) / 2, x = paper_left(p) + (is_right ? half : 0), y = paper_y(p);
    double high = paper_text_at(p, x, y, label_mm - 2, &label, f->label);
    double beside =
        paper_text_at(p, x + label_mm, y, half - label_mm - fact_gap_mm, &value, fact_value(p, f));
    return high > beside ? high : beside;
}

static void draw_facts(const struct book *b, struct paper *p)
{
    const struct paper_type calm = {.pt = 16, .bold = true, .ink = PAPER_GREEN}, plain = {.pt = 12};
    double row = 0;
    int n = 0;
    paper_skip(p, 3);
    if (b->calm)
        paper_text(p, &calm, b->calm);
    for (int i = 0; i < b->n_facts; i++) {
        if (is_long(&b->facts[i]))
            continue;
        if (n % 2 == 0)
            paper_need(p, 12);
        double high = draw_fact(p, &b->facts[i], n % 2);
        row = n % 2 && row > high ? row : high;
        if (n++ % 2)
            paper_skip(p, row);
    }
    paper_skip(p, n % 2 ? row : 0);
    for (int i = 0; i < b->n_facts; i++)
        if (is_long(&b->facts[i]))
            paper_field(p, label_mm, &plain, b->facts[i].label, b->facts[i].text);
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

static void draw_rows(const struct book *b, const struct sheet *s, const char *heading,
                      struct paper *p)
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
    paper_heading(t, heading, s->note);
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

static void draw_no_rows(const struct sheet *s, const char *heading, struct paper *p)
{
    paper_need(p, 30);
    paper_text(p, &paper_heading_type, heading);
    if (s->note)
        paper_text(p, &paper_note_type, s->note);
    paper_text(p, &paper_note_type, s->empty);
}

static void draw_sheet(const struct book *b, const struct sheet *s, struct paper *p)
{
    const char *heading = arena_printf(paper_arena(p), "%s (%d)", s->title, sheet_rows(s));
    paper_skip(p, 5);
    if (sheet_rows(s) == 0)
        draw_no_rows(s, heading, p);
    else
        draw_rows(b, s, heading, p);
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
        paper_skip(p, 4);
        paper_need(p, chart_need_mm);
        paper_text(p, &paper_heading_type, b->chart_title);
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
