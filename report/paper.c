/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Pages, lines and codes. See paper.h; text is in paper_text.c, tables in paper_table.c, surfaces
 * in paper_out.c. */
#include "report/paper_page.h"

#include "base/thai.h"
#include <assert.h>
#include <pango/pangocairo.h>
#include <string.h>

#define MARGIN_LEFT   24.0
#define MARGIN_RIGHT  20.0
#define MARGIN_TOP    18.0
#define MARGIN_BOTTOM 20.0
#define FOOT_RISE     15.0 /* of the foot line above the paper's edge */

static const struct paper_type small_left = {.pt = 10, .ink = PAPER_GREY};
static const struct paper_type small_right = {.pt = 10, .align = PAPER_RIGHT, .ink = PAPER_GREY};
static const struct paper_type mark_type = {
    .pt = 18, .bold = true, .align = PAPER_CENTER, .ink = PAPER_RED};

/* ---------------------------------------------------------------- pages */

struct arena *paper_arena(struct paper *p)
{
    return p->a;
}

double paper_left(const struct paper *p)
{
    (void)p;
    return MARGIN_LEFT;
}

double paper_width(const struct paper *p)
{
    return p->page_width - MARGIN_LEFT - MARGIN_RIGHT;
}

double paper_y(const struct paper *p)
{
    return p->y;
}

double paper_bottom(const struct paper *p)
{
    return p->bottom;
}

static char *page_words(struct paper *p)
{
    return thai_digits(p->a, arena_printf(p->a, "หน้า %d/%d", p->page, p->n_pages));
}

/* One line, whatever the text; returns its height. */
static double frame_line(struct paper *p, double x, double y, double width,
                         const struct paper_type *type, const char *text)
{
    PangoLayout *layout CLEANUP(layout_unrefp) = paper_lay(p, width, type, paper_clean(p, text), 1);
    paper_show(p, layout, x, y, type->ink);
    return paper_layout_height(layout);
}

/* What stands on every page, written when the page begins. */
static void page_frame(struct paper *p)
{
    const struct paper_setup *s = p->setup;
    double foot = p->page_height - FOOT_RISE, width = paper_width(p);
    if (s->mark) {
        frame_line(p, MARGIN_LEFT, 8, width, &mark_type, s->mark);
        frame_line(p, MARGIN_LEFT, foot - 2, width, &mark_type, s->mark);
    }
    if (s->foot)
        frame_line(p, MARGIN_LEFT, foot, width * (s->mark ? 0.4 : 0.8), &small_left, s->foot);
    if (p->n_pages > 1)
        frame_line(p, MARGIN_LEFT + width * 0.8, foot, width * 0.2, &small_right, page_words(p));
    if (s->head && p->page > 1) {
        p->y += frame_line(p, MARGIN_LEFT, p->y, width, &small_left, s->head) + 0.5;
        paper_line(p, MARGIN_LEFT, p->y, MARGIN_LEFT + width, p->y, 0.2);
        p->y += 3;
    }
}

void paper_first_page(struct paper *p)
{
    p->page++;
    p->y = MARGIN_TOP;
    p->bottom = p->page_height - MARGIN_BOTTOM;
    cairo_save(p->cr);
    if (p->wanted && p->wanted != p->page) {
        cairo_rectangle(p->cr, 0, 0, 0, 0);
        cairo_clip(p->cr);
    }
    page_frame(p);
}

void paper_last_page(struct paper *p)
{
    cairo_restore(p->cr);
    cairo_show_page(p->cr);
}

void paper_break(struct paper *p)
{
    assert(p->page < PAPER_PAGES_MAX);
    paper_last_page(p);
    paper_first_page(p);
}

void paper_skip(struct paper *p, double mm)
{
    p->y += mm;
}

void paper_need(struct paper *p, double mm)
{
    if (p->y + mm > p->bottom)
        paper_break(p);
}

double paper_reserve(struct paper *p, double mm)
{
    p->bottom -= mm;
    return p->bottom;
}

/* ---------------------------------------------------------------- ink */

void paper_set_ink(struct paper *p, enum paper_ink ink)
{
    static const double rgb[][3] = {[PAPER_BLACK] = {0, 0, 0},
                                    [PAPER_GREY] = {0.25, 0.25, 0.25},
                                    [PAPER_GREEN] = {0.04, 0.38, 0.16},
                                    [PAPER_RED] = {0.66, 0.05, 0.08},
                                    [PAPER_AMBER] = {0.55, 0.33, 0}};
    cairo_set_source_rgb(p->cr, rgb[ink][0], rgb[ink][1], rgb[ink][2]);
}

void paper_line(struct paper *p, double x, double y, double x2, double y2, double thick_mm)
{
    paper_set_ink(p, PAPER_BLACK);
    cairo_set_line_width(p->cr, thick_mm * PT_PER_MM);
    cairo_move_to(p->cr, x * PT_PER_MM, y * PT_PER_MM);
    cairo_line_to(p->cr, x2 * PT_PER_MM, y2 * PT_PER_MM);
    cairo_stroke(p->cr);
}

void paper_box(struct paper *p, double x, double y, double width, double height, bool shaded)
{
    cairo_rectangle(p->cr, x * PT_PER_MM, y * PT_PER_MM, width * PT_PER_MM, height * PT_PER_MM);
    if (shaded) {
        cairo_set_source_rgb(p->cr, 0.94, 0.94, 0.94);
        cairo_fill(p->cr);
        return;
    }
    paper_set_ink(p, PAPER_BLACK);
    cairo_set_line_width(p->cr, 0.25 * PT_PER_MM);
    cairo_stroke(p->cr);
}

/* One path, so that no viewer shows hairlines between the rows. */
void paper_code(struct paper *p, const struct qr_matrix *m, double x, double y, double side,
                const char *link)
{
    int n = qr_side(m);
    double module = side * PT_PER_MM / n;
    cairo_save(p->cr);
    bool is_link = link && !strpbrk(link, "'\\"); /* the tag's own grammar */
    if (is_link)
        cairo_tag_begin(p->cr, CAIRO_TAG_LINK,
                        arena_printf(p->a, "uri='%s' rect=[%.3f %.3f %.3f %.3f]", link,
                                     x * PT_PER_MM, y * PT_PER_MM, side * PT_PER_MM,
                                     side * PT_PER_MM));
    cairo_translate(p->cr, x * PT_PER_MM, y * PT_PER_MM);
    for (int row = 0; row < n; row++)
        for (int col = 0, run; (run = qr_run(m, row, &col)) > 0; col += run)
            cairo_rectangle(p->cr, col * module, row * module, run * module, module);
    paper_set_ink(p, PAPER_BLACK);
    cairo_fill(p->cr);
    if (is_link)
        cairo_tag_end(p->cr, CAIRO_TAG_LINK);
    cairo_restore(p->cr);
}
