/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Between the files of the PDF reader: looking at a page, planning what to draw, drawing it.
 * Boxes are points (1/72 in) from the page's top left. Every function that takes a context may
 * throw (fz_throw): call it inside fz_try. */
#ifndef QR_PDF_H
#define QR_PDF_H

#include "qr/grey.h"
#include <stdbool.h>
#include <stddef.h>

struct fz_context;
struct fz_display_list;
struct fz_image;
struct fz_page;

enum {
    PDF_IMAGES_MAX = 256,  /* images remembered of a page; more are counted, the page is drawn */
    PDF_SHAPES_MAX = 256,  /* shapes that may be a whole code */
    PDF_CELLS = 64,        /* the page in 64 x 64 cells, to find where small marks crowd */
    PDF_REGIONS_MAX = 64,  /* drawn on one page; more: the page is drawn */
    PDF_GLYPHS_MAX = 20000 /* type 3 glyphs looked into on one page */
};

struct box {
    double x0, y0, x1, y1;
};

struct pdf_image {
    struct fz_image *image; /* kept by the look */
    struct affine place;    /* unit square → page */
    struct box box;
};

struct pdf_cell {
    float marks; /* corners of small fills, strokes and images */
    uint16_t n_glyphs;
    uint8_t rows;    /* eighths of the cell's height that hold glyphs */
    uint32_t shapes; /* a bit for each kind of glyph, hashed */
};

/* What a page would draw. */
struct pdf_look {
    struct box page;
    double cell_pt; /* side of a cell */
    struct pdf_image images[PDF_IMAGES_MAX];
    int n_images; /* may be more than PDF_IMAGES_MAX */
    struct box shapes[PDF_SHAPES_MAX];
    int n_shapes; /* may be more than PDF_SHAPES_MAX */
    int n_glyphs; /* of type 3, looked into */
    int depth;    /* glyphs inside glyphs */
    struct pdf_cell cells[PDF_CELLS][PDF_CELLS];
};

/* A page that is a scan in JPEG 2000: decode it in grey, for what reads the page next. Throws
 * nothing; what cannot be had this way is left to MuPDF. */
void pdf_jpx(struct fz_context *ctx, struct fz_page *page);

/* What a page would draw, read once; an error leaves in the list what came before it. */
struct fz_display_list *pdf_list_new(struct fz_context *ctx, struct fz_page *page);
void pdf_record(struct fz_context *ctx, struct fz_page *page, struct fz_display_list *list);

/* Fill look (zeroed by the caller) from what the page would draw. Drop it in every case. */
void pdf_look(struct fz_context *ctx, struct fz_display_list *list, struct pdf_look *look);
void pdf_look_drop(struct fz_context *ctx, struct pdf_look *look);

/* What to look at. */
struct pdf_plan {
    int page_image;            /* index of the image that is the page; -1: there is none */
    bool page_image_is_all;    /* nothing else could hold a code */
    int alone[PDF_IMAGES_MAX]; /* images taken as they are */
    int n_alone;
    int strips[PDF_IMAGES_MAX]; /* images to be put together; 0 or more than one */
    int n_strips;
    struct {
        struct box box;
        double dpi;
    } regions[PDF_REGIONS_MAX]; /* to be drawn */
    int n_regions;
    bool whole_page; /* draw all of it */
    double dpi;      /* for the whole page */
};

void pdf_plan(const struct pdf_look *look, struct pdf_plan *plan);

/* Pixels of an image over an inch of paper. */
double pdf_image_dpi(const struct pdf_image *i);
/* Its pixels, were it w by h of them → the page. */
struct affine pdf_image_to_page(const struct pdf_image *i, int w, int h);

/* The image's own pixels as grey, at most max_dpi where that comes cheap. The grey is the caller's;
 * to_page_out leads from its pixels to the page. false: they did not come out. *whole_out false:
 * only part of them. */
bool pdf_image_grey(struct fz_context *ctx, const struct pdf_image *i, double max_dpi,
                    struct grey *out, struct affine *to_page_out, bool *whole_out);

/* Are the images of one scale, so that their pixels can be laid side by side, within the limit? */
bool pdf_strips_fit(const struct pdf_look *look, const int *strips, int n);
/* That is done, of strips that fit; out as pdf_image_grey, and white where no strip is. */
bool pdf_strips_grey(struct fz_context *ctx, const struct pdf_look *look, const int *strips, int n,
                     struct grey *out, struct affine *to_page_out, bool *whole_out);

/* The page, or a box of it, drawn. false: more pixels than SCAN_PX_MAX. */
bool pdf_draw(struct fz_context *ctx, struct fz_display_list *list, struct box box, double dpi,
              struct grey *out, struct affine *to_page_out);

double pdf_image_px(const struct pdf_image *i); /* pixels it has */

#endif
