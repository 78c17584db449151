/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A scan in strips, as many scanners write it: pictures of one scale that touch. Their own pixels
 * are laid side by side, which costs a fifth of drawing them. */
#include "qr/image.h"
#include "qr/pdf.h"
#include <math.h>
#include <mupdf/fitz.h>
#include <string.h>

enum {
    FAR_PX = 1 << 20, /* from the first strip: no page has so many */
    BORDER_PX = 16,   /* of paper around them */
};

static const double drift_max_px = 0.5; /* over a strip, by a scale that is not quite the same */

/* Where a strip's pixels lie among those of the first one. */
struct laid {
    int x, y;
};

static struct affine px_to_page(const struct pdf_image *i)
{
    return pdf_image_to_page(i, i->image->w, i->image->h);
}

static bool has_scale_of(const struct pdf_image *i, const struct affine *first)
{
    const struct affine m = px_to_page(i);
    double px = sqrt(fabs(first->a * first->d - first->b * first->c));
    double along = hypot(m.a - first->a, m.b - first->b) * i->image->w,
           down = hypot(m.c - first->c, m.d - first->d) * i->image->h;
    return px > 0 && along < drift_max_px * px && down < drift_max_px * px;
}

/* In pixels of the first; seams between whole pixels are moved to the nearest. */
static struct point from_first(const struct pdf_image *i, const struct affine *first)
{
    double det = first->a * first->d - first->b * first->c;
    double x = i->place.e - first->e, y = i->place.f - first->f;
    return (struct point){(first->d * x - first->c * y) / det, (first->a * y - first->b * x) / det};
}

static struct laid laid_of(const struct pdf_image *i, const struct affine *first)
{
    struct point p = from_first(i, first);
    return (struct laid){(int)lround(p.x), (int)lround(p.y)};
}

static struct rect rect_of(const struct pdf_image *i, struct laid at)
{
    return (struct rect){at.x, at.y, at.x + i->image->w, at.y + i->image->h};
}

/* Room for all of them, in pixels of the first, and for the border. */
static struct rect room_of(const struct pdf_look *look, const int *strips, int n)
{
    const struct affine first = px_to_page(&look->images[strips[0]]);
    struct rect all = rect_of(&look->images[strips[0]], (struct laid){0, 0});
    for (int k = 1; k < n; k++) {
        const struct pdf_image *i = &look->images[strips[k]];
        all = rect_join(all, rect_of(i, laid_of(i, &first)));
    }
    return (struct rect){all.x0 - BORDER_PX, all.y0 - BORDER_PX, all.x1 + BORDER_PX,
                         all.y1 + BORDER_PX};
}

bool pdf_strips_fit(const struct pdf_look *look, const int *strips, int n)
{
    const struct affine first = px_to_page(&look->images[strips[0]]);
    struct err err;
    for (int k = 0; k < n; k++) {
        const struct pdf_image *i = &look->images[strips[k]];
        struct point p = from_first(i, &first);
        if (i->image->mask || !has_scale_of(i, &first) || !(fabs(p.x) < FAR_PX) ||
            !(fabs(p.y) < FAR_PX))
            return false;
    }
    struct rect all = room_of(look, strips, n);
    return image_size_ok((uint64_t)(all.x1 - all.x0), (uint64_t)(all.y1 - all.y0), &err);
}

/* As much of it as the page has room for; false: it has less. */
static bool paste(const struct grey *g, struct rect r, struct grey *out)
{
    int w = r.x1 - r.x0, h = r.y1 - r.y0;
    for (int y = 0; y < h && y < g->h; y++)
        memcpy(out->px + (ptrdiff_t)(r.y0 + y) * out->stride + r.x0,
               g->px + (ptrdiff_t)y * g->stride, (size_t)(g->w < w ? g->w : w));
    return g->w >= w && g->h >= h;
}

static bool paste_strip(fz_context *ctx, const struct pdf_image *i, struct rect r, struct grey *out,
                        bool *whole_out)
{
    static const double as_it_is = 1e9;
    struct grey g = {0};
    struct affine to_page;
    if (!pdf_image_grey(ctx, i, as_it_is, &g, &to_page, whole_out))
        return false;
    *whole_out &= paste(&g, r, out);
    grey_fini(&g);
    return true;
}

bool pdf_strips_grey(fz_context *ctx, const struct pdf_look *look, const int *strips, int n,
                     struct grey *out, struct affine *to_page_out, bool *whole_out)
{
    const struct affine first = px_to_page(&look->images[strips[0]]);
    struct rect all = room_of(look, strips, n);
    *out = grey_new(all.x1 - all.x0, all.y1 - all.y0);
    memset(out->px, 255, (size_t)out->stride * (size_t)out->h);
    *whole_out = true;
    for (int k = 0; k < n; k++) {
        const struct pdf_image *i = &look->images[strips[k]];
        struct laid at = laid_of(i, &first);
        bool whole;
        if (!paste_strip(ctx, i, rect_of(i, (struct laid){at.x - all.x0, at.y - all.y0}), out,
                         &whole))
            return false;
        *whole_out &= whole;
    }
    const struct affine to_first = {1, 0, 0, 1, all.x0, all.y0};
    *to_page_out = affine_join(&to_first, &first);
    return true;
}
