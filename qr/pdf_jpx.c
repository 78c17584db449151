/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A scan in JPEG 2000 is decoded here, in grey, before MuPDF would decode it with its colours:
 * MuPDF finds it in its store, by the object that it came from. Decoding is nearly all that such a
 * page costs. */
#include "qr/image.h"
#include "qr/pdf.h"
#include <mupdf/fitz.h>
#include <mupdf/pdf.h>
#include <string.h>

enum { PX_MAX = 32 << 20 }; /* more would not stay in the store */

/* The page's only XObject: what pages share, and this one may never draw, is not decoded in
 * advance. */
static pdf_obj *only_xobject(fz_context *ctx, fz_page *page)
{
    pdf_page *p = pdf_page_from_fz_page(ctx, page);
    pdf_obj *all = p ? pdf_dict_get(ctx, pdf_page_resources(ctx, p), PDF_NAME(XObject)) : NULL;
    return pdf_dict_len(ctx, all) == 1 ? pdf_dict_get_val(ctx, all, 0) : NULL;
}

/* Shades, or red, green and blue: their lightness is what is to be seen. */
static bool is_common(fz_context *ctx, pdf_obj *space)
{
    pdf_obj *const common[] = {PDF_NAME(DeviceGray), PDF_NAME(DeviceRGB), PDF_NAME(CalGray),
                               PDF_NAME(CalRGB), PDF_NAME(ICCBased)};
    pdf_obj *kind = pdf_is_array(ctx, space) ? pdf_array_get(ctx, space, 0) : space;
    bool ok = !space;
    for (size_t i = 0; i < ARRAY_LEN(common); i++)
        ok |= pdf_name_eq(ctx, kind, common[i]);
    return ok;
}

static double px_of(fz_context *ctx, pdf_obj *o)
{
    return (double)pdf_dict_get_int(ctx, o, PDF_NAME(Width)) *
           pdf_dict_get_int(ctx, o, PDF_NAME(Height));
}

/* Nothing is to be done with its samples but to show them. */
static bool is_plain_jpx(fz_context *ctx, pdf_obj *o)
{
    pdf_obj *const others[] = {PDF_NAME(SMask), PDF_NAME(Mask), PDF_NAME(SMaskInData),
                               PDF_NAME(Decode), PDF_NAME(ImageMask)};
    if (!pdf_is_indirect(ctx, o) ||
        !pdf_name_eq(ctx, pdf_dict_get(ctx, o, PDF_NAME(Subtype)), PDF_NAME(Image)) ||
        !pdf_is_jpx_image(ctx, o) || px_of(ctx, o) > PX_MAX)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        if (pdf_dict_get(ctx, o, others[i]))
            return false;
    }
    return is_common(ctx, pdf_dict_get(ctx, o, PDF_NAME(ColorSpace)));
}

static fz_image *image_of(fz_context *ctx, const struct grey *g)
{
    fz_image *image = NULL;
    fz_var(image);
    fz_pixmap *p = fz_new_pixmap(ctx, fz_device_gray(ctx), g->w, g->h, NULL, 0);
    fz_try(ctx)
    {
        for (int y = 0; y < g->h; y++)
            memcpy(p->samples + (ptrdiff_t)y * p->stride, g->px + (ptrdiff_t)y * g->stride,
                   (size_t)g->w);
        image = fz_new_image_from_pixmap(ctx, p, NULL);
    }
    fz_always(ctx) fz_drop_pixmap(ctx, p);
    fz_catch(ctx) fz_rethrow(ctx);
    return image;
}

static void store(fz_context *ctx, pdf_obj *o, const struct grey *g)
{
    fz_image *image = image_of(ctx, g);
    fz_try(ctx) pdf_store_item(ctx, o, image, fz_image_size(ctx, image));
    fz_always(ctx) fz_drop_image(ctx, image);
    fz_catch(ctx) fz_rethrow(ctx);
}

/* It may be another page's scan, too. */
static bool is_stored(fz_context *ctx, pdf_obj *o)
{
    fz_image *image = pdf_find_item(ctx, fz_drop_image_imp, o);
    fz_drop_image(ctx, image);
    return image;
}

static void decode(fz_context *ctx, pdf_obj *o)
{
    struct grey g = {0};
    fz_var(g);
    fz_buffer *b = pdf_load_stream(ctx, o);
    fz_try(ctx)
    {
        unsigned char *p;
        size_t n = fz_buffer_storage(ctx, b, &p);
        if (jpx_grey(p, n, &g))
            store(ctx, o, &g);
    }
    fz_always(ctx)
    {
        fz_drop_buffer(ctx, b);
        grey_fini(&g);
    }
    fz_catch(ctx) fz_rethrow(ctx);
}

void pdf_jpx(fz_context *ctx, fz_page *page)
{
    fz_try(ctx)
    {
        pdf_obj *o = only_xobject(ctx, page);
        if (is_plain_jpx(ctx, o) && !is_stored(ctx, o))
            decode(ctx, o);
    }
    fz_catch(ctx) fz_report_error(ctx); /* MuPDF meets it again, and what it says then is told */
}
