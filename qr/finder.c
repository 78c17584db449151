/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Threshold against the local mean, then runs along each row, each candidate checked down its
 * column. Loose on purpose: at 100 dpi a module is little more than a pixel. */
#include "qr/finder.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MEAN_RADIUS = 12,  /* pixels: a finder of 3 px a module still has paper around it */
    DARKER_BY = 6,     /* grey levels under the mean */
    RUNS_MIN = 7,      /* pixels over a whole finder */
    MODULE_MAX_PX = 60 /* larger is a frame or a picture */
};

static const double tolerance = 0.5, tolerance_px = 0.8;

/* 1 where dark. */
static struct grey binarise(const struct grey *g)
{
    struct grey b = grey_mean(g, MEAN_RADIUS);
    for (int y = 0; y < g->h; y++) {
        const uint8_t *from = g->px + (ptrdiff_t)y * g->stride;
        uint8_t *to = b.px + (ptrdiff_t)y * b.stride;
        for (int x = 0; x < g->w; x++)
            to[x] = from[x] + DARKER_BY < to[x];
    }
    return b;
}

static bool is_finder(const int run[5])
{
    int sum = run[0] + run[1] + run[2] + run[3] + run[4];
    if (sum < RUNS_MIN || sum > 7 * MODULE_MAX_PX)
        return false;
    double m = sum / 7.0, t = fmax(m * tolerance, tolerance_px);
    return fabs(run[0] - m) <= t && fabs(run[1] - m) <= t && fabs(run[2] - 3 * m) <= 2 * t &&
           fabs(run[3] - m) <= t && fabs(run[4] - m) <= t;
}

/* How many pixels of one colour from (x, y) on, at most limit + 1. */
static int run_length(const struct grey *b, int x, int y, int step, int dark, int limit)
{
    int n = 0;
    for (; y >= 0 && y < b->h && n <= limit; y += step, n++) {
        if (b->px[(ptrdiff_t)y * b->stride + x] != dark)
            break;
    }
    return n;
}

/* The same widths down the column through (x, y)? width is that of the row's pattern. */
static bool column_agrees(const struct grey *b, int x, int y, int width, double *y_out)
{
    int run[5], up = run_length(b, x, y, -1, 1, width), down = run_length(b, x, y + 1, 1, 1, width);
    run[2] = up + down;
    run[1] = run_length(b, x, y - up, -1, 0, width);
    run[0] = run_length(b, x, y - up - run[1], -1, 1, width);
    run[3] = run_length(b, x, y + 1 + down, 1, 0, width);
    run[4] = run_length(b, x, y + 1 + down + run[3], 1, 1, width);
    int sum = run[0] + run[1] + run[2] + run[3] + run[4];
    *y_out = y + (down - up + 1) / 2.0 + 0.5;
    return sum * 10 > width * 6 && sum * 10 < width * 16 && is_finder(run);
}

static int keep(struct finder *out, int n, double x, double y, double module)
{
    for (int i = 0; i < n; i++) {
        double near = 2.2 * out[i].module + 1;
        if (fabs(out[i].x - x) < near && fabs(out[i].y - y) < near) {
            double k = ++out[i].hits;
            out[i].x += (x - out[i].x) / k;
            out[i].y += (y - out[i].y) / k;
            out[i].module += (module - out[i].module) / k;
            return n;
        }
    }
    if (n < FINDERS_MAX)
        out[n++] = (struct finder){x, y, module, 1};
    return n;
}

static int run_ends(const uint8_t *p, int x, int w)
{
    const uint8_t *other = memchr(p + x, !p[x], (size_t)(w - x));
    return other ? (int)(other - p) : w;
}

static int search_row(const struct grey *b, int y, struct finder *out, int n)
{
    const uint8_t *p = b->px + (ptrdiff_t)y * b->stride;
    int run[5] = {0};
    for (int x = 0; x < b->w;) {
        int end = run_ends(p, x, b->w);
        memmove(run, run + 1, 4 * sizeof *run);
        run[4] = end - x;
        if (p[x] && run[0] && is_finder(run)) {
            int width = run[0] + run[1] + run[2] + run[3] + run[4];
            double cx = end - run[4] - run[3] - run[2] / 2.0, cy;
            if (column_agrees(b, (int)cx, y, width, &cy))
                n = keep(out, n, cx, cy, width / 7.0);
        }
        x = end;
    }
    return n;
}

int finder_search(const struct grey *img, struct finder out[static FINDERS_MAX])
{
    CLEANUP(grey_fini)
    struct grey b = binarise(img);
    int n = 0;
    for (int y = 0; y < b.h; y++)
        n = search_row(&b, y, out, n);
    return n;
}
