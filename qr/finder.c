/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Threshold against the local mean, then runs along each row, each candidate checked down its
 * column. Loose on purpose: at 100 dpi a module is little more than a pixel. */
#include "qr/finder.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {

    DARKER_BY = 6,     /* grey levels under the mean */
    REACH = 3,         /* cells around */
    STRIPE = 256,      /* a multiple of every cell */
    RUNS_MIN = 7,      /* pixels over a whole finder */
    MODULE_MAX_PX = 60 /* larger is a frame or a picture */
};

static const double tolerance = 0.55, tolerance_px = 1;

/* Means of cells, each over the (2 * REACH + 1)² cells around it. */
static struct grey cell_means(const struct grey *g, int cell)
{
    CLEANUP(grey_fini) struct grey means = grey_shrink(g, cell);
    return grey_mean(&means, REACH);
}

/* 1 where dark. */
static void binarise_row(const uint8_t *px, const uint8_t *means, int w, int cell, uint8_t *to)
{
    uint8_t line[STRIPE];
    for (int x0 = 0; x0 < w; x0 += STRIPE) {
        int n = w - x0 < STRIPE ? w - x0 : STRIPE;
        for (int c = 0; c * cell < n; c++)
            memset(line + c * cell, means[x0 / cell + c], (size_t)cell);
        for (int x = 0; x < n; x++)
            to[x0 + x] = px[x0 + x] + DARKER_BY < line[x];
    }
}

static struct grey binarise(const struct grey *g, int cell)
{
    struct grey b = grey_new(g->w, g->h);
    CLEANUP(grey_fini) struct grey means = cell_means(g, cell);
    for (int y = 0; y < g->h; y++) {
        int row = y / cell < means.h ? y / cell : means.h - 1;
        binarise_row(g->px + (ptrdiff_t)y * g->stride, means.px + (ptrdiff_t)row * means.stride,
                     g->w, cell, b.px + (ptrdiff_t)y * b.stride);
    }
    return b;
}

/* Ink spreads and thresholds are off: bars grow at the cost of the gaps, but from one edge to the
 * next of the same kind the distance stays. */
static bool is_finder(const int run[5])
{
    int sum = run[0] + run[1] + run[2] + run[3] + run[4];
    if (sum < RUNS_MIN || sum > 7 * MODULE_MAX_PX)
        return false;
    double m = sum / 7.0, t = fmax(m * tolerance, tolerance_px);
    return fabs(run[0] + run[1] - 2 * m) <= t && fabs(run[1] + run[2] - 4 * m) <= 1.5 * t &&
           fabs(run[2] + run[3] - 4 * m) <= 1.5 * t && fabs(run[3] + run[4] - 2 * m) <= t &&
           run[2] >= 1.7 * m && run[2] <= 4.6 * m && run[0] >= 0.4 * m && run[4] >= 0.4 * m;
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
static bool column_agrees(const struct grey *b, int x, int y, int dark, int width, double *y_out)
{
    int up = run_length(b, x, y, -1, dark, width), down = run_length(b, x, y + 1, 1, dark, width);
    int run[5] = {[2] = up + down};
    run[1] = run_length(b, x, y - up, -1, !dark, width);
    run[0] = run_length(b, x, y - up - run[1], -1, dark, width);
    run[3] = run_length(b, x, y + 1 + down, 1, !dark, width);
    run[4] = run_length(b, x, y + 1 + down + run[3], 1, dark, width);
    int sum = run[0] + run[1] + run[2] + run[3] + run[4];
    *y_out = y + (down - up + 1) / 2.0 + 0.5;
    return sum * 10 > width * 6 && sum * 10 < width * 16 && is_finder(run);
}

static int keep(struct finder *out, int n, const struct finder *f)
{
    for (int i = 0; i < n; i++) {
        double near = 2.2 * out[i].module + 1;
        if (out[i].light == f->light && fabs(out[i].x - f->x) < near &&
            fabs(out[i].y - f->y) < near) {
            double k = ++out[i].hits;
            out[i].x += (f->x - out[i].x) / k;
            out[i].y += (f->y - out[i].y) / k;
            out[i].module += (f->module - out[i].module) / k;
            return n;
        }
    }
    if (n < FINDERS_MAX)
        out[n++] = *f;
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
        if (run[0] && is_finder(run)) {
            int width = run[0] + run[1] + run[2] + run[3] + run[4];
            struct finder f = {
                .x = end - run[4] - run[3] - run[2] / 2.0,
                .module = width / 7.0,
                .hits = 1,
                .light = !p[x],
            };
            if (column_agrees(b, (int)f.x, y, p[x], width, &f.y))
                n = keep(out, n, &f);
        }
        x = end;
    }
    return n;
}

int finder_search(const struct grey *img, int cell, struct finder out[static FINDERS_MAX], int n)
{
    CLEANUP(grey_fini)
    struct grey b = binarise(img, cell);
    for (int y = 0; y < b.h; y++)
        n = search_row(&b, y, out, n);
    return n;
}
