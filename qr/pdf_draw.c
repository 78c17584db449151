/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Pixels out of a page: an image's own, or a box of the page drawn in grey. */
#include "qr/image.h"
#include "qr/pdf.h"
#include <math.h>
#include <mupdf/fitz.h>
#include <string.h>

struct affine pdf_image_to_page(const struct pdf_image *i, int w, int h)
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

/* Black and white by one bit, and no picture of its own for the colours: the shades of 0 and 1. A
 * mask paints where it is 0, in what is taken for black. */
static bool has_two_shades(fz_context *ctx, const fz_image *i, uint8_t shade_out[2])
{
    if (i->bpc != 1 || i->n != 1 || i->mask || i->use_colorkey ||
        (!i->imagemask && !fz_colorspace_is_gray(ctx, i->colorspace)))
        return false;
    bool inverted = i->use_decode && i->decode[0] > i->decode[1];
    if (i->use_decode && fminf(i->decode[0], i->decode[1]) + 1 != fmaxf(i->decode[0], i->decode[1]))
        return false;
    shade_out[0] = inverted ? 255 : 0;
    shade_out[1] = inverted ? 0 : 255;
    return true;
}

/* Rows that are not there stay white. */
static bool unpack_rows(fz_context *ctx, fz_stream *stream, const uint8_t shade[2],
                        struct grey *out)
{
    struct grey_bits table;
    size_t stride = ((size_t)out->w + 7) / 8;
    uint8_t *bits = fz_malloc(ctx, stride);
    int y = 0;
    fz_var(y);
    grey_bits_set(&table, shade);
    fz_try(ctx)
    {
        for (; y < out->h && fz_read(ctx, stream, bits, stride) == stride; y++)
            grey_bits_row(&table, bits, out->w, out->px + (ptrdiff_t)y * out->stride);
    }
    fz_always(ctx) fz_free(ctx, bits);
    fz_catch(ctx) fz_report_error(ctx); /* as if it ended here */
    memset(out->px + (ptrdiff_t)y * out->stride, 255, (size_t)(out->h - y) * (size_t)out->stride);
    return y == out->h;
}

/* Fax and JBIG2 pages: from the bits to grey at once, without MuPDF's picture in between. */
static bool two_shades_image(fz_context *ctx, fz_image *image, struct grey *out, bool *whole_out)
{
    uint8_t shade[2];
    fz_compressed_buffer *b = fz_compressed_image_buffer(ctx, image);
    if (!b || !has_two_shades(ctx, image, shade))
        return false;
    if (b->params.type != FZ_IMAGE_FAX && b->params.type != FZ_IMAGE_JBIG2 &&
        b->params.type != FZ_IMAGE_FLATE)
        return false;
    int l2factor = 0;
    fz_stream *stream = fz_open_image_decomp_stream_from_buffer(ctx, b, &l2factor);
    fz_try(ctx)
    {
        *out = grey_new(image->w, image->h);
        *whole_out = unpack_rows(ctx, stream, shade, out);
    }
    fz_always(ctx) fz_drop_stream(ctx, stream);
    fz_catch(ctx) fz_rethrow(ctx);
    return true;
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
    if (!jpeg_image(ctx, i, max_dpi, out, whole_out) &&
        !two_shades_image(ctx, i->image, out, whole_out))
        any_image(ctx, i->image, out);
    *to_page_out = pdf_image_to_page(i, out->w, out->h);
    return true;
}

static void run_into(fz_context *ctx, fz_display_list *list, fz_matrix m, fz_pixmap *p)
{
    fz_device *d = fz_new_draw_device(ctx, fz_identity, p);
    fz_try(ctx)
    {
        fz_run_display_list(ctx, list, d, m, fz_rect_from_irect(fz_pixmap_bbox(ctx, p)), NULL);
        fz_close_device(ctx, d);
    }
    fz_always(ctx) fz_drop_device(ctx, d);
    fz_catch(ctx) fz_rethrow(ctx);
}

bool pdf_draw(fz_context *ctx, fz_display_list *list, struct box box, double dpi, struct grey *out,
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
        run_into(ctx, list, m, p);
        copy_samples(p, false, out);
    }
    fz_always(ctx) fz_drop_pixmap(ctx, p);
    fz_catch(ctx) fz_rethrow(ctx);
    *to_page_out = (struct affine){72 / dpi, 0, 0, 72 / dpi, px.x0 * 72 / dpi, px.y0 * 72 / dpi};
    return true;
}
