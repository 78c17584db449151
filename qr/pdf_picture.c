/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Pictures that MuPDF reads anyway: BMP, PNM, and JPEG 2000 of other colours than image_jpx.c reads. */
#include "qr/image.h"
#include "qr/pdf.h"
#include <mupdf/fitz.h>

enum { STORE_BYTES = 1 << 20 };

static enum scan_state read_picture(fz_context *ctx, const struct image_job *job,
                                    struct picture *out, struct err *err)
{
    fz_buffer *b = NULL;
    fz_image *image = NULL;
    enum scan_state state = SCAN_NONE;
    fz_var(b);
    fz_var(image);
    fz_var(state);
    fz_try(ctx)
    {
        struct affine to_page;
        bool whole;
        b = fz_new_buffer_from_shared_data(ctx, job->bytes, job->n_bytes);
        image = fz_new_image_from_buffer(ctx, b);
        const struct pdf_image i = {.image = image, .place = {1, 0, 0, 1, 0, 0}};
        if (!image_size_ok((uint64_t)image->w, (uint64_t)image->h, err))
            state = SCAN_LIMIT;
        else if (!pdf_image_grey(ctx, &i, 1e9, &out->grey, &to_page, &whole))
            state = image_damaged(err, "the picture has no pixels");
    }
    fz_always(ctx)
    {
        fz_drop_image(ctx, image);
        fz_drop_buffer(ctx, b);
    }
    fz_catch(ctx) state =
        image_damaged(err, "the picture cannot be read: %s", fz_caught_message(ctx));
    return state;
}

enum scan_state image_other(const struct image_job *job, struct err *err)
{
    fz_context *ctx = fz_new_context(NULL, NULL, STORE_BYTES);
    if (!ctx)
        abort();
    fz_set_warning_callback(ctx, NULL, NULL);
    fz_set_error_callback(ctx, NULL, NULL);
    CLEANUP(grey_fini)
    struct grey g = {0};
    struct picture p = {.orientation = 1};
    enum scan_state state = read_picture(ctx, job, &p, err);
    g = p.grey;
    if (state == SCAN_NONE)
        job->page(job->user, &p);
    fz_drop_context(ctx);
    return state;
}
