/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Pixels out of a page: an image's own, or a box of the page drawn in grey. */
#include "qr/image.h"
#include "qr/pdf.h"
#include <math.h>
#include <mupdf/fitz.h>
#include <string.h>

static struct affine px_to_page(const struct pdf_image *i, int w, int h)
{
    const struct affine unit = {1.0 / w, 0, 0, 1.0 / h, 0, 0};
    return affine_join(&unit, &i->place);
}

/* JPEG by libjpeg: grey comes out without the colours, and smaller where that is enough. */
static bool jpeg_image(fz_context *ctx, const struct pdf_image *i, double max_dpi, struct grey *out,
                       bool *whole_out)
{
    fz_compressed_buffer *b = fz_compressed_image_buffer(ctx, i->image);
    if (!b || b->params.type != FZ_IMAGE_JPEG || i->image->use_decode || i->image->mask)
        return false;
    unsigned char *p;
    size_t n = fz_buffer_storage(ctx, b->buffer, &p);
    double dpi = pdf_image_dpi(i), smaller = dpi > max_dpi * 1.05 ? max_dpi / dpi : 1;
    int orientation;
    double own_dpi;
    struct err err;
    return jpeg_grey(p, n, smaller < 1 ? (int)(i->image->w * smaller) : 0, out, &orientation,
                     &own_dpi, whole_out, &err);
}

/* What is see-through shows the paper: MuPDF's samples are multiplied by their alpha already. */
static uint8_t on_white(const uint8_t *sample, const fz_pixmap *p)
{
    return p->alpha ? (uint8_t)(sample[0] + 255 - sample[p->n - 1]) : sample[0];
}

static void copy_samples(const fz_pixmap *p, bool is_mask, struct grey *out)
{
    *out = grey_new(p->w, p->h);
    for (int y = 0; y < p->h; y++) {
        const uint8_t *from = p->samples + (ptrdiff_t)y * p->stride;
        uint8_t *to = out->px + (ptrdiff_t)y * out->stride;
        if (p->n == 1 && !is_mask) {
            memcpy(to, from, (size_t)p->w);
            continue;
        }
        for (int x = 0; x < p->w; x++)
            to[x] = is_mask ? (uint8_t)(255 - from[x * p->n]) : on_white(from + x * p->n, p);
    }
}

static void any_image(fz_context *ctx, fz_image *image, struct grey *out)
{
    fz_pixmap *p = NULL, *grey = NULL;
    fz_var(p);
    fz_var(grey);
    fz_try(ctx)
    {
        p = fz_get_unscaled_pixmap_from_image(ctx, image);
        if (!image->imagemask && (p->n != 1 || p->alpha))
            grey = fz_convert_pixmap(ctx, p, fz_device_gray(ctx), NULL, NULL,
                                     fz_default_color_params, 1);
        copy_samples(grey ? grey : p, image->imagemask, out);
    }
    fz_always(ctx)
    {
        fz_drop_pixmap(ctx, p);
        fz_drop_pixmap(ctx, grey);
    }
    fz_catch(ctx) fz_rethrow(ctx);
}

bool pdf_image_grey(fz_context *ctx, const struct pdf_image *i, double max_dpi, struct grey *out,
                    struct affine *to_page_out, bool *whole_out)
{
    struct err err;
    *whole_out = true;
    if (!image_size_ok((uint64_t)i->image->w, (uint64_t)i->image->h, &err))
        return false;
    if (!jpeg_image(ctx, i, max_dpi, out, whole_out))
        any_image(ctx, i->image, out);
    *to_page_out = px_to_page(i, out->w, out->h);
    return true;
}

static void run_into(fz_context *ctx, fz_page *page, fz_matrix m, fz_pixmap *p)
{
    fz_device *d = fz_new_draw_device(ctx, m, p);
    fz_try(ctx)
    {
        fz_run_page(ctx, page, d, fz_identity, NULL);
        fz_close_device(ctx, d);
    }
    fz_always(ctx) fz_drop_device(ctx, d);
    fz_catch(ctx) fz_rethrow(ctx);
}

bool pdf_draw(fz_context *ctx, fz_page *page, struct box box, double dpi, struct grey *out,
              struct affine *to_page_out)
{
    float zoom = (float)(dpi / 72);
    fz_matrix m = fz_scale(zoom, zoom);
    fz_rect r = {(float)box.x0, (float)box.y0, (float)box.x1, (float)box.y1};
    fz_irect px = fz_round_rect(fz_transform_rect(r, m));
    struct err err;
    if (px.x1 <= px.x0 || px.y1 <= px.y0 ||
        !image_size_ok((uint64_t)(px.x1 - px.x0), (uint64_t)(px.y1 - px.y0), &err))
        return false;
    fz_pixmap *p = fz_new_pixmap_with_bbox(ctx, fz_device_gray(ctx), px, NULL, 0);
    fz_try(ctx)
    {
        fz_clear_pixmap_with_value(ctx, p, 255);
        run_into(ctx, page, m, p);
        copy_samples(p, false, out);
    }
    fz_always(ctx) fz_drop_pixmap(ctx, p);
    fz_catch(ctx) fz_rethrow(ctx);
    *to_page_out = (struct affine){72 / dpi, 0, 0, 72 / dpi, px.x0 * 72 / dpi, px.y0 * 72 / dpi};
    return true;
}
