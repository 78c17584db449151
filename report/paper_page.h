/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What a page in the making is, for report/paper*.c alone. */
#ifndef REPORT_PAPER_PAGE_H
#define REPORT_PAPER_PAGE_H

#include "report/paper.h"

/* cairo_t, PangoContext and PangoLayout by their own tags: headers of ours include no library. */
struct _cairo;
struct _PangoContext;
struct _PangoLayout;

#define PT_PER_MM (72.0 / 25.4)

struct paper {
    const struct paper_setup *setup;
    struct arena *a;
    struct _cairo *cr; /* a unit is a point */
    struct _PangoContext *context;
    double page_width, page_height; /* mm */
    double y, bottom;               /* mm */
    int page;                       /* from 1 */
    int n_pages;                    /* 0: not known yet */
    int wanted;                     /* the only page that is drawn; 0: all */
};

/* Strangers' text made fit to draw; line ends stay. */
char *paper_clean(struct paper *p, const char *text);
/* A paragraph made ready; to be given to g_object_unref. max_lines 0: as many as it takes. */
struct _PangoLayout *paper_lay(struct paper *p, double width, const struct paper_type *type,
                               const char *text, int max_lines);
double paper_layout_height(struct _PangoLayout *layout);
void paper_show(struct paper *p, struct _PangoLayout *layout, double x, double y,
                enum paper_ink ink);
void layout_unrefp(struct _PangoLayout **layout);

void paper_set_ink(struct paper *p, enum paper_ink ink);
void paper_first_page(struct paper *p);
void paper_last_page(struct paper *p);

/* What cairo says of a drawing (a cairo_status_t); what names it. One without memory is worth
 * another try.
 * err  RETRY out of memory; FATAL anything else */
bool paper_drawn(int status, const char *what, struct err *err);

#endif
