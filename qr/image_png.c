/* SPDX-License-Identifier: AGPL-3.0-or-later
 * PNG → grey by libpng: every colour type is turned to 8-bit grey on white. */
#include "qr/image.h"
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHUNKS_MAX = 1000,         /* side chunks kept */
    CHUNK_BYTES_MAX = 8 << 20, /* of one, unpacked */
};

struct reader {
    png_structp png;
    png_infop info;
    const uint8_t *p;
    size_t left;
    struct grey grey;
    png_bytep *rows;
    bool too_large, has_rows;
    char why[120];
};

static void on_error(png_structp png, png_const_charp text)
{
    struct reader *r = png_get_error_ptr(png);
    snprintf(r->why, sizeof r->why, "%s", text);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

static void on_read(png_structp png, png_bytep to, size_t n)
{
    struct reader *r = png_get_io_ptr(png);
    if (n > r->left)
        png_error(png, "the file is cut off");
    memcpy(to, r->p, n);
    r->p += n;
    r->left -= n;
}

static void to_grey(struct reader *r)
{
    png_color_16 white = {.red = 255, .green = 255, .blue = 255, .gray = 255};
    png_set_expand(r->png);
    png_set_scale_16(r->png);
    png_set_rgb_to_gray_fixed(r->png, 1, -1, -1);
    png_set_background(r->png, &white, PNG_BACKGROUND_GAMMA_SCREEN, 0, 1.0);
    png_set_strip_alpha(r->png);
    png_set_interlace_handling(r->png);
    png_read_update_info(r->png, r->info);
}

static void rows_new(struct reader *r, int w, int h)
{
    r->grey = grey_new(w, h);
    memset(r->grey.px, 255, (size_t)w * (size_t)h);
    r->rows = calloc((size_t)h, sizeof *r->rows);
    if (!r->rows)
        abort();
    for (int y = 0; y < h; y++)
        r->rows[y] = r->grey.px + (size_t)y * (size_t)w;
}

static bool decode(struct reader *r, struct err *err)
{
    if (setjmp(png_jmpbuf(r->png)))
        return err_set(err, ERR_REFUSE, "PNG: %s", r->why);
    png_set_read_fn(r->png, r, on_read);
    png_set_user_limits(r->png, IMAGE_SIDE_MAX, IMAGE_SIDE_MAX);
    png_set_chunk_cache_max(r->png, CHUNKS_MAX);
    png_set_chunk_malloc_max(r->png, CHUNK_BYTES_MAX);
    png_set_keep_unknown_chunks(r->png, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
    png_read_info(r->png, r->info);
    png_uint_32 w = png_get_image_width(r->png, r->info);
    png_uint_32 h = png_get_image_height(r->png, r->info);
    if (!image_size_ok(w, h, err)) {
        r->too_large = true;
        return false;
    }
    to_grey(r);
    if (png_get_rowbytes(r->png, r->info) != w)
        png_error(r->png, "its pixels do not turn to grey");
    rows_new(r, (int)w, (int)h);
    png_read_image(r->png, r->rows);
    return true;
}

enum scan_state image_png(const struct image_job *job, struct err *err)
{
    struct reader r = {.p = job->bytes, .left = job->n_bytes};
    r.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &r, on_error, on_warning);
    r.info = r.png ? png_create_info_struct(r.png) : NULL;
    if (!r.info)
        abort();
    bool ok = decode(&r, err);
    if (r.grey.px) {
        struct picture p = {.grey = r.grey,
                            .orientation = 1,
                            .dpi = png_get_x_pixels_per_meter(r.png, r.info) * 0.0254};
        job->page(job->user, &p);
    }
    png_destroy_read_struct(&r.png, &r.info, NULL);
    grey_fini(&r.grey);
    free(r.rows);
    return ok ? SCAN_NONE : r.too_large ? SCAN_LIMIT : SCAN_DAMAGED;
}
