/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The chart of a fiscal year: by month of the deadline, how many were in time, late, and not
 * received. One bar a month, stacked. One drawing, three pens: SVG for HTML, cairo for PDF and for
 * the PNG that mail programs show. */
#ifndef REPORT_CHART_H
#define REPORT_CHART_H

#include "base/err.h"
#include "report/book.h"
#include "report/html.h"

enum { CHART_WIDTH = 960, CHART_HEIGHT = 260 }; /* units of the drawing */

enum chart_anchor { CHART_START, CHART_MIDDLE, CHART_END };

struct chart_pen { /* what a drawing needs; user is passed through */
    void *user;
    void (*rect)(void *user, int x, int y, int width, int height, unsigned rgb);
    /* y is the text's baseline */
    void (*text)(void *user, int x, int y, enum chart_anchor anchor, const char *text);
    /* Around the bar of n cases, which lead to their list; NULL both: nothing leads anywhere. what:
     * the bar's meaning in Thai; list: as lateness_ask has it, "year.late". */
    void (*open_list)(void *user, const struct book_month *m, const char *what, const char *list,
                      int64_t n);
    void (*close_list)(void *user);
};

/* Nothing where the book has no months. */
void chart_draw(const struct book *b, const struct chart_pen *pen);

/* An <svg> element inside the page; nothing where the book has no chart. style: of the element, or
 * NULL where the page's sheet has it. list_url: each bar is a link to this and
 * "year.late?month=11"; NULL: none is. */
void chart_svg(const struct book *b, const char *style, const char *list_url, struct html *h);

/* The chart as a picture, two pixels a unit; the book must have months.
 * err  FATAL cairo gave up */
bool chart_png(const struct book *b, struct buf *out, struct err *err) MUST_CHECK;

/* The chart on a page of report/paper.h, as wide as its text; or, down to a half, as high as what
 * is left of the page. */
struct paper;
void chart_paper(const struct book *b, struct paper *p);

#endif
