/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Modules → PNG, SVG, PDF, terminal. Each has the quiet zone. The vectors are one path of runs:
 * separate squares would show hairlines between rows in some viewers. */
#include "qr/draw.h"

#include <assert.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

bool qr_dark(const struct qr_matrix *m, int x, int y)
{
    x -= QR_QUIET_MODULES;
    y -= QR_QUIET_MODULES;
    if (x < 0 || y < 0 || x >= m->size || y >= m->size)
        return false;
    return m->modules[y * m->size + x];
}

int qr_side(const struct qr_matrix *m)
{
    return m->size + 2 * QR_QUIET_MODULES;
}

/* ---------------------------------------------------------------- pixels */

static void png_to_buf(png_structp png, png_bytep bytes, size_t n)
{
    buf_add(png_get_io_ptr(png), bytes, n);
}

static void png_flushed(png_structp png)
{
    (void)png;
}

/* libpng fails here only without memory. */
__attribute__((noreturn)) static void png_gave_up(png_structp png, png_const_charp why)
{
    (void)png;
    (void)why;
    abort();
}

/* One row of pixels, one bit each, 1 is light. */
static void png_row(const struct qr_matrix *m, int px, int y, uint8_t *row)
{
    int side = qr_side(m) * px;
    memset(row, 0, (size_t)(side + 7) / 8);
    for (int x = 0; x < side; x++)
        if (!qr_dark(m, x / px, y))
            row[x / 8] |= (uint8_t)(0x80 >> x % 8);
}

void qr_png(const struct qr_matrix *m, int px, struct buf *out)
{
    assert(px >= 1 && px <= QR_PX_MAX);
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, png_gave_up, NULL);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    uint8_t *row CLEANUP(mem_freep) = malloc((size_t)(qr_side(m) * px + 7) / 8);
    if (!info || !row)
        abort();
    png_uint_32 side = (png_uint_32)(qr_side(m) * px);
    png_set_write_fn(png, out, png_to_buf, png_flushed);
    png_set_IHDR(png, info, side, side, 1, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_filter(png, 0, PNG_FILTER_NONE);
    png_write_info(png, info);
    for (int y = 0; y < qr_side(m); y++) {
        png_row(m, px, y, row);
        for (int i = 0; i < px; i++)
            png_write_row(png, row);
    }
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
}

/* ---------------------------------------------------------------- vectors */

int qr_run(const struct qr_matrix *m, int y, int *x)
{
    int n = 0;
    while (*x < qr_side(m) && !qr_dark(m, *x, y))
        ++*x;
    while (qr_dark(m, *x + n, y))
        n++;
    return n;
}

void qr_svg(const struct qr_matrix *m, struct buf *out)
{
    int side = qr_side(m);
    buf_addf(out,
             "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
             "shape-rendering=\"crispEdges\">\n<path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/>\n"
             "<path d=\"",
             side, side, side, side);
    for (int y = 0; y < side; y++)
        for (int x = 0, n; (n = qr_run(m, y, &x)) > 0; x += n)
            buf_addf(out, "M%d %dh%dv1h-%dz", x, y, n, n);
    buf_adds(out, "\"/>\n</svg>\n");
}

/* The page's drawing: a unit is a module, the origin is at the bottom left. */
static void pdf_content(const struct qr_matrix *m, double side_pt, struct buf *out)
{
    int side = qr_side(m);
    buf_addf(out, "%.6f 0 0 %.6f 0 0 cm\n", side_pt / side, side_pt / side);
    for (int y = 0; y < side; y++)
        for (int x = 0, n; (n = qr_run(m, y, &x)) > 0; x += n)
            buf_addf(out, "%d %d %d 1 re\n", x, side - 1 - y, n);
    buf_adds(out, "f\n");
}

void qr_pdf(const struct qr_matrix *m, double side_mm, struct buf *out)
{
    enum { OBJECTS = 4 };
    struct buf content CLEANUP(buf_fini) = {0};
    size_t start = out->len, at[OBJECTS];
    double side_pt = side_mm * 72 / 25.4;
    pdf_content(m, side_pt, &content);
    buf_adds(out, "%PDF-1.4\n%\xE2\xE3\xCF\xD3\n");
    at[0] = out->len - start;
    buf_adds(out, "1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n");
    at[1] = out->len - start;
    buf_adds(out, "2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n");
    at[2] = out->len - start;
    buf_addf(out,
             "3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 %.3f %.3f]/Resources<<>>"
             "/Contents 4 0 R>>\nendobj\n",
             side_pt, side_pt);
    at[3] = out->len - start;
    buf_addf(out, "4 0 obj\n<</Length %zu>>\nstream\n", content.len);
    buf_add(out, content.data, content.len);
    buf_adds(out, "endstream\nendobj\n");
    size_t xref = out->len - start;
    buf_addf(out, "xref\n0 %d\n0000000000 65535 f \n", OBJECTS + 1);
    for (int i = 0; i < OBJECTS; i++)
        buf_addf(out, "%010zu 00000 n \n", at[i]);
    buf_addf(out, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%zu\n%%%%EOF\n", OBJECTS + 1, xref);
}

/* ---------------------------------------------------------------- terminal */

void qr_terminal(const struct qr_matrix *m, bool color, struct buf *out)
{
    /* [upper dark][lower dark]: ink is dark, paper is light */
    static const char *const cells[2][2] = {{" ", "▄"}, {"▀", "█"}};
    for (int y = 0; y < qr_side(m); y += 2) {
        buf_adds(out, color ? "\x1b[38;5;16;48;5;231m" : "");
        for (int x = 0; x < qr_side(m); x++)
            buf_adds(out, cells[qr_dark(m, x, y)][qr_dark(m, x, y + 1)]);
        buf_adds(out, color ? "\x1b[0m\n" : "\n");
    }
}
