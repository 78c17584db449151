/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The child draws the sheet, the parent the frames: only pixels cross between them. */
#include "qr/preview.h"
#include <errno.h>
#include <math.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void start_sheet(struct preview *p, double width, double height)
{
    p->scale = PREVIEW_SIDE_MAX / fmax(fmax(width, height), 1);
    p->scale = p->scale > 2 ? 2 : p->scale;
    p->sheet = grey_new((int)fmax(width * p->scale, 1), (int)fmax(height * p->scale, 1));
    memset(p->sheet.px, 255, (size_t)p->sheet.w * (size_t)p->sheet.h);
}

static struct affine inverse(const struct affine *m)
{
    double det = m->a * m->d - m->b * m->c;
    det = fabs(det) < 1e-12 ? 1e-12 : det;
    struct affine i = {m->d / det, -m->b / det, -m->c / det, m->a / det, 0, 0};
    i.e = -(i.a * m->e + i.c * m->f);
    i.f = -(i.b * m->e + i.d * m->f);
    return i;
}

void preview_add(struct preview *p, double width, double height, const struct grey *img,
                 const struct affine *to_page)
{
    if (!p->sheet.px)
        start_sheet(p, width, height);
    const struct affine back = inverse(to_page);
    for (int y = 0; y < p->sheet.h; y++) {
        for (int x = 0; x < p->sheet.w; x++) {
            struct point at = affine_point(&back, (x + 0.5) / p->scale, (y + 0.5) / p->scale);
            if (at.x >= 0 && at.y >= 0 && at.x < img->w && at.y < img->h)
                p->sheet.px[y * p->sheet.stride + x] =
                    img->px[(ptrdiff_t)at.y * img->stride + (ptrdiff_t)at.x];
        }
    }
}

struct canvas {
    uint8_t *rgb;
    int w, h;
};

static void red_dot(const struct canvas *c, int x, int y)
{
    static const uint8_t red[3] = {220, 0, 30};
    if (x >= 0 && y >= 0 && x < c->w && y < c->h)
        memcpy(c->rgb + 3 * ((ptrdiff_t)y * c->w + x), red, sizeof red);
}

/* Three pixels wide; coordinates are a stranger's, cut to something near the sheet. */
static void red_line(const struct canvas *c, struct point from, struct point to)
{
    double far = 4 * PREVIEW_SIDE_MAX;
    double dx = fmin(fmax(to.x - from.x, -far), far), dy = fmin(fmax(to.y - from.y, -far), far);
    int n = (int)fmax(fabs(dx), fabs(dy)) + 1;
    from.x = fmin(fmax(from.x, -far), far);
    from.y = fmin(fmax(from.y, -far), far);
    for (int i = 0; i <= n; i++) {
        for (int k = 0; k < 9; k++)
            red_dot(c, (int)(from.x + dx * i / n) + k % 3 - 1,
                    (int)(from.y + dy * i / n) + k / 3 - 1);
    }
}

static void frame_code(const struct canvas *c, const struct scan_result *r, uint32_t page,
                       const double corner[4][2])
{
    for (int k = 0; k < 4 && page == r->preview_page; k++) {
        const double *p = corner[k], *q = corner[(k + 1) % 4];
        red_line(c, (struct point){p[0] * r->preview_scale, p[1] * r->preview_scale},
                 (struct point){q[0] * r->preview_scale, q[1] * r->preview_scale});
    }
}

static void frame_codes(const struct canvas *c, const struct scan_result *r)
{
    for (uint32_t i = 0; i < r->n_codes; i++) {
        const struct scan_code *code = &r->codes[i];
        if (code->join == JOIN_NONE)
            frame_code(c, r, code->page, code->corner);
        for (uint32_t k = 0; k < code->n_parts_read; k++)
            frame_code(c, r, code->parts[k].page, code->parts[k].corner);
    }
}

bool preview_png(const struct scan_result *r, struct buf *out, struct err *err)
{
    if (!r->preview)
        return err_set(err, ERR_REFUSE, "page %u: it was not drawn", r->preview_page);
    struct canvas c = {calloc((size_t)r->preview_w * (size_t)r->preview_h, 3), r->preview_w,
                       r->preview_h};
    CLEANUP(mem_freep) uint8_t *rgb = c.rgb;
    if (!rgb)
        abort();
    for (ptrdiff_t i = 0; i < (ptrdiff_t)c.w * c.h; i++)
        memset(rgb + 3 * i, r->preview[i], 3);
    frame_codes(&c, r);
    png_image png = {.version = PNG_IMAGE_VERSION,
                     .width = (png_uint_32)c.w,
                     .height = (png_uint_32)c.h,
                     .format = PNG_FORMAT_RGB};
    png_alloc_size_t n = PNG_IMAGE_PNG_SIZE_MAX(png);
    char *bytes CLEANUP(mem_freep) = malloc(n);
    if (!bytes || !png_image_write_to_memory(&png, bytes, &n, 0, rgb, 0, NULL))
        return err_set(err, ERR_FATAL, "page %u: no picture: %s", r->preview_page, png.message);
    buf_add(out, bytes, n);
    return true;
}

bool preview_write(const struct scan_result *r, const char *path, struct err *err)
{
    struct buf png CLEANUP(buf_fini) = {0};
    if (!preview_png(r, &png, err))
        return err_add(err, "%s is not written", path);
    FILE *file = fopen(path, "wbe");
    bool ok = file && fwrite(png.data, 1, png.len, file) == png.len;
    int code = errno;
    if (file && fclose(file) != 0)
        ok = false;
    return ok || err_set(err, ERR_REFUSE, "%s cannot be written: %s", path, strerror(code));
}
