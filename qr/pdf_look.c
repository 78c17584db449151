/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Look at a page before drawing it: a device that paints nothing and remembers where images lie,
 * where single shapes are as intricate as a code, and where small marks crowd. Marks are fills,
 * strokes, images and glyphs: a code can be drawn with each of them. */
#include "qr/pdf.h"
#include <math.h>
#include <mupdf/fitz.h>

enum {
    SHAPE_CORNERS_MIN = 24, /* a path with fewer cannot be a whole code */
    GLYPH_CORNERS_MIN = 60, /* letters have up to about 40 */
    GLYPH_SIZE_MIN_PT = 14,
    T3_DEPTH_MAX = 3,
};

static const double shape_min_pt = 14, mark_max_pt = 60, mark_min_pt = 0.15;

struct look_device {
    fz_device super;
    struct pdf_look *look;
};

static struct pdf_look *look_of(fz_device *d)
{
    return ((struct look_device *)d)->look;
}

static struct pdf_cell *cell_at(struct pdf_look *l, double x, double y)
{
    int cx = (int)floor((x - l->page.x0) / l->cell_pt),
        cy = (int)floor((y - l->page.y0) / l->cell_pt);
    return cx < 0 || cy < 0 || cx >= PDF_CELLS || cy >= PDF_CELLS ? NULL : &l->cells[cy][cx];
}

static void add_shape(struct pdf_look *l, fz_rect r)
{
    if (l->n_shapes < PDF_SHAPES_MAX)
        l->shapes[l->n_shapes] = (struct box){r.x0, r.y0, r.x1, r.y1};
    l->n_shapes++;
}

static void add_mark(struct pdf_look *l, fz_rect r, int corners)
{
    double w = r.x1 - r.x0, h = r.y1 - r.y0;
    if (w > mark_max_pt || h > mark_max_pt || w < mark_min_pt || h < mark_min_pt)
        return;
    struct pdf_cell *c = cell_at(l, (r.x0 + r.x1) / 2, (r.y0 + r.y1) / 2);
    if (c)
        c->marks += (float)corners;
}

/* Corners are what tells a code's outline from a letterhead's curve. */
static void on_corner(fz_context *ctx, void *n, float x, float y)
{
    (void)ctx, (void)x, (void)y;
    ++*(int *)n;
}

static void on_line(fz_context *ctx, void *n, float x, float y)
{
    (void)ctx, (void)n, (void)x, (void)y;
}

static void on_curve(fz_context *ctx, void *n, float a, float b, float c, float d, float e, float f)
{
    (void)ctx, (void)n, (void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
}

static void on_close(fz_context *ctx, void *n)
{
    (void)ctx, (void)n;
}

static void on_rect(fz_context *ctx, void *n, float a, float b, float c, float d)
{
    (void)ctx, (void)a, (void)b, (void)c, (void)d;
    ++*(int *)n;
}

static const fz_path_walker corners_walker = {on_corner, on_line, on_curve, on_close,
                                              NULL,      NULL,    NULL,     on_rect};
/* One outline in a single line: every step of it is a corner. */
static const fz_path_walker lines_walker = {on_corner, on_corner, on_curve, on_close,
                                            NULL,      NULL,      NULL,     on_rect};

static void add_path(fz_context *ctx, struct pdf_look *l, const fz_path *path, fz_rect r)
{
    enum { LINES_MIN = 40 };
    int corners = 0, lines = 0;
    fz_walk_path(ctx, path, &corners_walker, &corners);
    fz_walk_path(ctx, path, &lines_walker, &lines);
    bool large = r.x1 - r.x0 > (float)shape_min_pt && r.y1 - r.y0 > (float)shape_min_pt;
    if (large && (corners >= SHAPE_CORNERS_MIN || lines >= LINES_MIN))
        add_shape(l, r);
    else
        add_mark(l, r, corners);
}

static void fill_path(fz_context *ctx, fz_device *d, const fz_path *path, int even_odd, fz_matrix m,
                      fz_colorspace *cs, const float *color, float alpha, fz_color_params params)
{
    (void)even_odd, (void)cs, (void)color, (void)alpha, (void)params;
    add_path(ctx, look_of(d), path, fz_bound_path(ctx, path, NULL, m));
}

static void stroke_path(fz_context *ctx, fz_device *d, const fz_path *path,
                        const fz_stroke_state *stroke, fz_matrix m, fz_colorspace *cs,
                        const float *color, float alpha, fz_color_params params)
{
    (void)cs, (void)color, (void)alpha, (void)params;
    add_path(ctx, look_of(d), path, fz_bound_path(ctx, path, stroke, m));
}

static void clip_path(fz_context *ctx, fz_device *d, const fz_path *path, int even_odd, fz_matrix m,
                      fz_rect scissor)
{
    (void)even_odd, (void)scissor;
    add_path(ctx, look_of(d), path, fz_bound_path(ctx, path, NULL, m));
}

static void add_image(fz_context *ctx, struct pdf_look *l, fz_image *image, fz_matrix m)
{
    fz_rect r = fz_transform_rect(fz_unit_rect, m);
    add_mark(l, r, 1);
    if (l->n_images < PDF_IMAGES_MAX) {
        l->images[l->n_images] = (struct pdf_image){
            .image = fz_keep_image(ctx, image),
            .place = {m.a, m.b, m.c, m.d, m.e, m.f},
            .box = {r.x0, r.y0, r.x1, r.y1},
        };
    }
    l->n_images++;
}

static void fill_image(fz_context *ctx, fz_device *d, fz_image *image, fz_matrix m, float alpha,
                       fz_color_params params)
{
    (void)alpha, (void)params;
    add_image(ctx, look_of(d), image, m);
}

static void fill_image_mask(fz_context *ctx, fz_device *d, fz_image *image, fz_matrix m,
                            fz_colorspace *cs, const float *color, float alpha,
                            fz_color_params params)
{
    (void)cs, (void)color, (void)alpha, (void)params;
    add_image(ctx, look_of(d), image, m);
}

static void clip_image_mask(fz_context *ctx, fz_device *d, fz_image *image, fz_matrix m,
                            fz_rect scissor)
{
    (void)scissor;
    add_image(ctx, look_of(d), image, m);
}

static void fill_shade(fz_context *ctx, fz_device *d, fz_shade *shade, fz_matrix m, float alpha,
                       fz_color_params params)
{
    enum { SHADE_WEIGHT = 2 };
    (void)alpha, (void)params;
    add_mark(look_of(d), fz_bound_shade(ctx, shade, m), SHADE_WEIGHT);
}

static int begin_tile(fz_context *ctx, fz_device *d, fz_rect area, fz_rect view, float xstep,
                      float ystep, fz_matrix m, int id)
{
    (void)ctx, (void)view, (void)xstep, (void)ystep, (void)id;
    fz_rect r = fz_transform_rect(area, m);
    if (r.x1 - r.x0 > (float)shape_min_pt && r.y1 - r.y0 > (float)shape_min_pt)
        add_shape(look_of(d), r);
    return 0; /* show us the tile's content too */
}

/* A glyph in a large size and with an intricate outline may be a whole code. */
static void look_at_large_glyph(fz_context *ctx, struct pdf_look *l, fz_font *font, int gid,
                                fz_matrix m)
{
    int corners = 0;
    fz_path *outline = fz_outline_glyph(ctx, font, gid, m);
    if (!outline)
        return;
    fz_rect r = fz_bound_path(ctx, outline, NULL, fz_identity);
    fz_walk_path(ctx, outline, &lines_walker, &corners);
    fz_drop_path(ctx, outline);
    if (corners >= GLYPH_CORNERS_MIN && r.x1 - r.x0 > (float)shape_min_pt &&
        r.y1 - r.y0 > (float)shape_min_pt)
        add_shape(l, r);
}

static void look_at_glyph(fz_context *ctx, fz_device *d, const fz_text_span *span, int i,
                          fz_matrix ctm)
{
    struct pdf_look *l = look_of(d);
    const fz_text_item *item = &span->items[i];
    if (item->gid < 0)
        return;
    fz_matrix m = span->trm;
    m.e = item->x;
    m.f = item->y;
    m = fz_concat(m, ctm);
    struct pdf_cell *c = cell_at(l, m.e, m.f);
    if (c) {
        if (c->n_glyphs < UINT16_MAX)
            c->n_glyphs++;
        c->shapes |= 1u << ((uint32_t)item->gid * 2654435761u >> 27);
        c->rows |= (uint8_t)(1u << ((int)floor(m.f / l->cell_pt * 8) & 7));
    }
    if (fz_font_t3_procs(ctx, span->font) && l->depth < T3_DEPTH_MAX &&
        l->n_glyphs++ < PDF_GLYPHS_MAX) {
        l->depth++;
        fz_run_t3_glyph(ctx, span->font, item->gid, m, d);
        l->depth--;
    } else if (fz_matrix_expansion(m) >= GLYPH_SIZE_MIN_PT) {
        look_at_large_glyph(ctx, l, span->font, item->gid, m);
    }
}

static void look_at_text(fz_context *ctx, fz_device *d, const fz_text *text, fz_matrix ctm)
{
    for (const fz_text_span *span = text->head; span; span = span->next) {
        for (int i = 0; i < span->len; i++)
            look_at_glyph(ctx, d, span, i, ctm);
    }
}

static void fill_text(fz_context *ctx, fz_device *d, const fz_text *text, fz_matrix m,
                      fz_colorspace *cs, const float *color, float alpha, fz_color_params params)
{
    (void)cs, (void)color, (void)alpha, (void)params;
    look_at_text(ctx, d, text, m);
}

static void clip_text(fz_context *ctx, fz_device *d, const fz_text *text, fz_matrix m,
                      fz_rect scissor)
{
    (void)scissor;
    look_at_text(ctx, d, text, m);
}

static fz_device *device_new(fz_context *ctx, struct pdf_look *look)
{
    struct look_device *d = fz_new_derived_device(ctx, struct look_device);
    d->look = look;
    d->super.fill_path = fill_path;
    d->super.stroke_path = stroke_path;
    d->super.clip_path = clip_path;
    d->super.fill_text = fill_text;
    d->super.clip_text = clip_text;
    d->super.fill_image = fill_image;
    d->super.fill_image_mask = fill_image_mask;
    d->super.clip_image_mask = clip_image_mask;
    d->super.fill_shade = fill_shade;
    d->super.begin_tile = begin_tile;
    return &d->super;
}

fz_display_list *pdf_list_new(fz_context *ctx, fz_page *page)
{
    return fz_new_display_list(ctx, fz_bound_page(ctx, page));
}

void pdf_record(fz_context *ctx, fz_page *page, fz_display_list *list)
{
    fz_device *d = fz_new_list_device(ctx, list);
    fz_try(ctx)
    {
        fz_run_page(ctx, page, d, fz_identity, NULL);
        fz_close_device(ctx, d);
    }
    fz_always(ctx) fz_drop_device(ctx, d);
    fz_catch(ctx) fz_rethrow(ctx);
}

void pdf_look(fz_context *ctx, fz_display_list *list, struct pdf_look *look)
{
    enum { CELL_MIN_PT = 28 };
    fz_rect r = fz_bound_display_list(ctx, list);
    look->page = (struct box){r.x0, r.y0, r.x1, r.y1};
    look->cell_pt = fmax(fmax(r.x1 - r.x0, r.y1 - r.y0) / PDF_CELLS, CELL_MIN_PT);
    fz_device *d = device_new(ctx, look);
    fz_try(ctx)
    {
        fz_run_display_list(ctx, list, d, fz_identity, fz_infinite_rect, NULL);
        fz_close_device(ctx, d);
    }
    fz_always(ctx) fz_drop_device(ctx, d);
    fz_catch(ctx) fz_rethrow(ctx);
}

void pdf_look_drop(fz_context *ctx, struct pdf_look *look)
{
    int n = look->n_images < PDF_IMAGES_MAX ? look->n_images : PDF_IMAGES_MAX;
    for (int i = 0; i < n; i++)
        fz_drop_image(ctx, look->images[i].image);
    look->n_images = 0;
}
