/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A4 pages with Thai text, by pango and cairo in Laksaman: one drawing → PDF or PNG. The same facts
 * give the same bytes.
 *
 * A document is a function that draws; it is run once more where it turned out to have several
 * pages, because each says "หน้า ๑/๒". Lengths are millimetres, type sizes points. Text flows down
 * the page from paper_y() and goes on the next page by itself; nothing is cut at a margin: what has
 * no place to break is broken between letters. Text is expected in UTF-8 and is cleaned. */
#ifndef REPORT_PAPER_H
#define REPORT_PAPER_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "qr/draw.h"
#include <stdint.h>

enum {
    PAPER_PAGES_MAX = 2000,
    PAPER_COLUMNS_MAX = 16,
    PAPER_CELL_LINES_MAX = 12, /* of a table's cell; what is longer ends in "…" */
};

struct paper_setup {
    const char *title, *author; /* the file's own: shown by viewers */
    int64_t at_us;              /* the document's date: clocks are not asked */
    bool landscape;
    const char *head; /* small, at the top of every page but the first; NULL: none */
    const char *foot; /* small, at the bottom left of every page; NULL: none */
    const char *mark; /* red, above and below each page: "ลับ"; NULL: none */
};

enum paper_align { PAPER_LEFT, PAPER_CENTER, PAPER_RIGHT };
enum paper_ink { PAPER_BLACK, PAPER_GREY, PAPER_GREEN, PAPER_RED, PAPER_AMBER };

struct paper_type {
    double pt;
    bool bold;
    bool mono; /* codes and hashes */
    enum paper_align align;
    enum paper_ink ink;
};

struct paper; /* opaque */
typedef void paper_draw(struct paper *p, const void *facts);

/* err  RETRY cairo is out of memory; FATAL the font is not installed, or cairo gave up */
bool paper_pdf(const struct paper_setup *setup, paper_draw *draw, const void *facts,
               struct buf *out, struct err *err) MUST_CHECK;
/* One page (from 1) as a picture. */
bool paper_png(const struct paper_setup *setup, paper_draw *draw, const void *facts, int page,
               int dpi, struct buf *out, struct err *err) MUST_CHECK;

/* ------------------------------------------------------------ inside the draw function */

struct arena *paper_arena(struct paper *p); /* for texts; lives as long as the drawing */
double paper_left(const struct paper *p);   /* of the text: where x begins */
double paper_width(const struct paper *p);  /* of the text */
double paper_y(const struct paper *p);      /* where the next thing goes, from the page's top */
double paper_bottom(const struct paper *p); /* where the text of this page ends */
void paper_skip(struct paper *p, double mm);
void paper_break(struct paper *p);
/* A new page where less than mm are left. */
void paper_need(struct paper *p, double mm);
/* Keep the lowest mm of this page free; returns where they begin. */
double paper_reserve(struct paper *p, double mm);

/* A paragraph, full width; may go on over several pages. */
void paper_text(struct paper *p, const struct paper_type *type, const char *text);
/* A bold label, and beside it, from label_mm on, the value; may go on over several pages. */
void paper_field(struct paper *p, double label_mm, const struct paper_type *type, const char *label,
                 const char *value);

/* A paragraph in a place of its own; returns its height. Does not move paper_y(). */
double paper_text_at(struct paper *p, double x, double y, double width,
                     const struct paper_type *type, const char *text);
double paper_text_height(struct paper *p, double width, const struct paper_type *type,
                         const char *text);

void paper_line(struct paper *p, double x, double y, double x2, double y2, double thick_mm);
void paper_box(struct paper *p, double x, double y, double width, double height, bool shaded);
/* The code with its quiet zone, side mm wide; a link for those who read on a screen, or NULL. */
void paper_code(struct paper *p, const struct qr_matrix *m, double x, double y, double side,
                const char *link);

/* ------------------------------------------------------------ tables */

struct paper_column {
    const char *title;
    double share; /* of the width, relative to the other columns' */
    enum paper_align align;
    bool mono;
};

/* Titles are repeated on every page; a row is never split. cells: one text a column, NULL is "".
 * pt is the type size. */
struct paper_table;
struct paper_table *paper_table(struct paper *p, const struct paper_column *columns, int n_columns,
                                double pt);
extern const struct paper_type paper_heading_type, paper_note_type;
/* What stands above the titles in those types, once, on the page of the first row; note may be
 * NULL. To be called before the first row. The words are not copied. */
void paper_heading(struct paper_table *t, const char *heading, const char *note);
void paper_row(struct paper_table *t, const char *const *cells);
/* A row across all columns, shaded: the name of a group. */
void paper_group(struct paper_table *t, const char *text);

#endif
