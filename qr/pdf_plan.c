/* SPDX-License-Identifier: AGPL-3.0-or-later
 * From what a page would draw: what is worth drawing? A scanned page is one image and is taken as
 * it is, or strips of one, which are put together; a written page is drawn only where marks crowd
 * as they do in a code. */
#include "qr/pdf.h"
#include <math.h>
#include <mupdf/fitz.h>
#include <string.h>

enum {
    MARKS_HOT = 12,  /* corners in one cell: no text or table has so many */
    MARKS_WARM = 3,  /* belongs to a hot neighbour */
    GLYPHS_HOT = 24, /* glyphs of few shapes in several rows: modules, not words */
    GLYPH_SHAPES_MAX = 6,
    GLYPH_ROWS_MIN = 4,
    REGION_DPI = 300,
    STRIPS_DPI_MIN = 90, /* coarser ones are pieces of a drawn code rather than of a scan */
    PAGE_DPI = 200,
    PAGE_DPI_MAX = 300,
    IMAGE_PX_MIN = 11, /* a Micro QR has 11 modules */
};

static const double page_image_part = 0.6, image_min_pt = 12, around_pt = 12, touch_pt = 1;
static const double strips_finer = 1.05; /* than what is drawn: taken as they are */

static double area(struct box b)
{
    return fmax(b.x1 - b.x0, 0) * fmax(b.y1 - b.y0, 0);
}

static bool touch(struct box p, struct box q, double slack)
{
    return p.x0 < q.x1 + slack && q.x0 < p.x1 + slack && p.y0 < q.y1 + slack && q.y0 < p.y1 + slack;
}

static struct box joined(struct box p, struct box q)
{
    return (struct box){fmin(p.x0, q.x0), fmin(p.y0, q.y0), fmax(p.x1, q.x1), fmax(p.y1, q.y1)};
}

static struct box cut(struct box b, struct box page)
{
    return (struct box){fmax(b.x0, page.x0), fmax(b.y0, page.y0), fmin(b.x1, page.x1),
                        fmin(b.y1, page.y1)};
}

static struct box around(struct box b, double by)
{
    return (struct box){b.x0 - by, b.y0 - by, b.x1 + by, b.y1 + by};
}

double pdf_image_dpi(const struct pdf_image *i)
{
    double w_in = hypot(i->place.a, i->place.b) / 72, h_in = hypot(i->place.c, i->place.d) / 72;
    if (w_in <= 0 || h_in <= 0)
        return 0;
    return fmax(i->image->w / w_in, i->image->h / h_in);
}

double pdf_image_px(const struct pdf_image *i)
{
    return (double)i->image->w * i->image->h;
}

static void add_region(struct pdf_plan *plan, const struct pdf_look *look, struct box b, double dpi)
{
    b = cut(b, look->page);
    if (area(b) <= 0)
        return;
    if (area(b) > 0.5 * area(look->page) || plan->n_regions == PDF_REGIONS_MAX) {
        plan->whole_page = true;
        plan->dpi = fmax(plan->dpi, fmin(dpi, PAGE_DPI_MAX));
        return;
    }
    plan->regions[plan->n_regions].box = b;
    plan->regions[plan->n_regions++].dpi = dpi;
}

static int n_images(const struct pdf_look *look)
{
    return look->n_images < PDF_IMAGES_MAX ? look->n_images : PDF_IMAGES_MAX;
}

static bool covers_page(const struct pdf_look *look, struct box b)
{
    return area(cut(b, look->page)) > page_image_part * area(look->page);
}

static bool is_page_size(const struct pdf_look *look, int i)
{
    return covers_page(look, look->images[i].box);
}

/* One image is the page. Of several (a photo of the paper under a finer mask of its ink, as
 * compressing scanners write them) the largest mask is the writing. */
static void plan_page_image(const struct pdf_look *look, struct pdf_plan *plan)
{
    int n = 0, best = -1;
    for (int i = 0; i < n_images(look); i++) {
        if (!is_page_size(look, i))
            continue;
        n++;
        if (best < 0 || pdf_image_px(&look->images[i]) >= pdf_image_px(&look->images[best]))
            best = i;
    }
    if (n == 1 || (n > 1 && look->images[best].image->imagemask)) {
        plan->page_image = best;
    } else if (n > 1) {
        plan->whole_page = true;
        plan->dpi = fmin(fmax(pdf_image_dpi(&look->images[best]), PAGE_DPI), PAGE_DPI_MAX);
    }
}

static bool may_hold_code(const struct pdf_image *i)
{
    return i->box.x1 - i->box.x0 >= image_min_pt && i->box.y1 - i->box.y0 >= image_min_pt &&
           i->image->w >= IMAGE_PX_MIN && i->image->h >= IMAGE_PX_MIN;
}

/* Pictures that touch, directly or by others. */
struct group {
    int member[PDF_IMAGES_MAX], n;
    struct box box;
    double dpi; /* of the finest */
};

static void join_group(const struct pdf_look *look, int i, bool *done, struct group *g)
{
    const struct pdf_image *image = &look->images[i];
    done[i] = true;
    g->box = g->n ? joined(g->box, image->box) : image->box;
    g->dpi = fmax(g->dpi, pdf_image_dpi(image));
    g->member[g->n++] = i;
}

static void gather_group(const struct pdf_look *look, int i, bool *done, struct group *g)
{
    *g = (struct group){.n = 0};
    join_group(look, i, done, g);
    for (int j = 0; j < n_images(look); j++) {
        if (done[j] || is_page_size(look, j) || !touch(g->box, look->images[j].box, touch_pt))
            continue;
        join_group(look, j, done, g);
        j = -1; /* the box has grown: look at all again */
    }
}

/* A scan in strips is put together from them, others are drawn. */
static void plan_group(const struct pdf_look *look, const struct group *g, struct pdf_plan *plan)
{
    bool are_strips = covers_page(look, g->box) && !plan->n_strips && g->dpi >= STRIPS_DPI_MIN &&
                      g->dpi <= REGION_DPI * strips_finer && pdf_strips_fit(look, g->member, g->n);
    if (!are_strips) {
        add_region(plan, look, around(g->box, around_pt), fmin(fmax(g->dpi, PAGE_DPI), REGION_DPI));
        return;
    }
    memcpy(plan->strips, g->member, sizeof plan->strips);
    plan->n_strips = g->n;
}

/* An image alone is taken as it is, unless what shows depends on a mask. */
static void plan_images(const struct pdf_look *look, struct pdf_plan *plan)
{
    bool done[PDF_IMAGES_MAX] = {false};
    struct group g;
    for (int i = 0; i < n_images(look); i++) {
        if (done[i] || is_page_size(look, i))
            continue;
        gather_group(look, i, done, &g);
        if (g.n > 1)
            plan_group(look, &g, plan);
        else if (may_hold_code(&look->images[i]) && !look->images[i].image->mask)
            plan->alone[plan->n_alone++] = i;
        else if (may_hold_code(&look->images[i]))
            add_region(plan, look, around(g.box, around_pt),
                       fmin(fmax(g.dpi, PAGE_DPI), REGION_DPI));
    }
    if (look->n_images > PDF_IMAGES_MAX)
        plan->whole_page = true;
}

static bool is_hot(const struct pdf_cell *c)
{
    return c->marks >= MARKS_HOT ||
           (c->n_glyphs >= GLYPHS_HOT && __builtin_popcount(c->shapes) <= GLYPH_SHAPES_MAX &&
            __builtin_popcount(c->rows) >= GLYPH_ROWS_MIN);
}

static bool is_warm(const struct pdf_cell *c)
{
    return is_hot(c) || c->marks >= MARKS_WARM ||
           (c->n_glyphs >= GLYPHS_HOT / 4 && __builtin_popcount(c->shapes) <= GLYPH_SHAPES_MAX);
}

struct cells {
    int x0, y0, x1, y1; /* x1 and y1 inside */
};

/* Let the hot cell's box grow over warm neighbours until it stands still. */
static struct cells grow(const struct pdf_look *look, int x, int y)
{
    struct cells b = {x, y, x, y};
    for (bool grew = true; grew;) {
        grew = false;
        for (int cy = b.y0 - 1; cy <= b.y1 + 1; cy++) {
            for (int cx = b.x0 - 1; cx <= b.x1 + 1; cx++) {
                if (cx < 0 || cy < 0 || cx >= PDF_CELLS || cy >= PDF_CELLS ||
                    (cx >= b.x0 && cx <= b.x1 && cy >= b.y0 && cy <= b.y1) ||
                    !is_warm(&look->cells[cy][cx]))
                    continue;
                b = (struct cells){cx < b.x0 ? cx : b.x0, cy < b.y0 ? cy : b.y0,
                                   cx > b.x1 ? cx : b.x1, cy > b.y1 ? cy : b.y1};
                grew = true;
            }
        }
    }
    return b;
}

static void plan_cells(const struct pdf_look *look, struct pdf_plan *plan)
{
    bool seen[PDF_CELLS][PDF_CELLS] = {{false}};
    for (int y = 0; y < PDF_CELLS; y++) {
        for (int x = 0; x < PDF_CELLS; x++) {
            if (seen[y][x] || !is_hot(&look->cells[y][x]))
                continue;
            struct cells b = grow(look, x, y);
            for (int cy = b.y0; cy <= b.y1; cy++) {
                for (int cx = b.x0; cx <= b.x1; cx++)
                    seen[cy][cx] = true;
            }
            struct box r = {look->page.x0 + b.x0 * look->cell_pt,
                            look->page.y0 + b.y0 * look->cell_pt,
                            look->page.x0 + (b.x1 + 1) * look->cell_pt,
                            look->page.y0 + (b.y1 + 1) * look->cell_pt};
            add_region(plan, look, around(r, around_pt), REGION_DPI);
        }
    }
}

static void plan_shapes(const struct pdf_look *look, struct pdf_plan *plan)
{
    if (look->n_shapes > PDF_SHAPES_MAX)
        plan->whole_page = true;
    for (int i = 0; i < look->n_shapes && i < PDF_SHAPES_MAX; i++)
        add_region(plan, look, around(look->shapes[i], around_pt), REGION_DPI);
}

static void join_regions(struct pdf_plan *plan)
{
    for (int i = 0; i < plan->n_regions; i++) {
        for (int j = i + 1; j < plan->n_regions; j++) {
            if (!touch(plan->regions[i].box, plan->regions[j].box, 0))
                continue;
            plan->regions[i].box = joined(plan->regions[i].box, plan->regions[j].box);
            plan->regions[i].dpi = fmax(plan->regions[i].dpi, plan->regions[j].dpi);
            plan->regions[j] = plan->regions[--plan->n_regions];
            j = i; /* the box has grown: look at all again */
        }
    }
}

void pdf_plan(const struct pdf_look *look, struct pdf_plan *plan)
{
    *plan = (struct pdf_plan){.page_image = -1, .dpi = PAGE_DPI};
    plan_page_image(look, plan);
    plan_images(look, plan);
    plan_cells(look, plan);
    plan_shapes(look, plan);
    join_regions(plan);
    plan->page_image_is_all = plan->page_image >= 0 && !plan->n_alone && !plan->n_strips &&
                              !plan->n_regions && !plan->whole_page;
}
