/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Threshold against the local mean, then runs along each row, each candidate checked down its
 * column. Loose on purpose: at 100 dpi a module is little more than a pixel. */
#include "qr/finder.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {

    DARKER_BY = 6,      /* grey levels under the mean */
    TOLERANCE_100 = 55, /* of a module */
    STRIPE = 256,       /* a multiple of every cell */
    RUNS_MIN = 7,       /* pixels over a whole finder */
    MODULE_MAX_PX = 60  /* larger is a frame or a picture */
};

/* The mean is taken over (2 reach + 1)² cells of cell² pixels. */
static const struct window {
    int cell, reach;
} windows[] = {[FINDER_SHARP] = {4, 3}, [FINDER_BLURRED] = {2, 2}};

/* 1 where dark. A mean stands for cell pixels in the row. */
static void binarise_row(const uint8_t *px, const uint8_t *means, int w, int cell, uint8_t *to)
{
    uint8_t line[STRIPE + 4];
    for (int x0 = 0; x0 < w; x0 += STRIPE) {
        int n = w - x0 < STRIPE ? w - x0 : STRIPE;
        const uint8_t *from = means + x0 / cell;
        for (int c = 0; c * cell < n; c++) {
            uint32_t four = from[c] * 0x01010101u; /* a cell of 2 writes 2 too many, for the next */
            memcpy(line + c * cell, &four, sizeof four);
        }
        for (int x = 0; x < n; x++)
            to[x0 + x] = px[x0 + x] + DARKER_BY < line[x];
    }
}

/* Means around the cells of a window, one a cell. */
static struct grey means_of(const struct grey *g, const struct window *window)
{
    CLEANUP(grey_fini) struct grey cells = grey_halve(g);
    for (int cell = 2; cell < window->cell; cell *= 2) {
        struct grey half = grey_halve(&cells);
        grey_fini(&cells);
        cells = half;
    }
    return grey_mean(&cells, window->reach);
}

static struct grey binarise(const struct grey *g, const struct window *window)
{
    struct grey b = grey_new(g->w, g->h);
    CLEANUP(grey_fini) struct grey means = means_of(g, window);
    CLEANUP(mem_freep) uint8_t *line = calloc((size_t)means.w + 2, 1);
    if (!line)
        abort();
    for (int y = 0; y < g->h; y++) {
        int row = y / window->cell < means.h ? y / window->cell : means.h - 1;
        memcpy(line, means.px + (ptrdiff_t)row * means.stride, (size_t)means.w);
        line[means.w] = line[means.w + 1] = line[means.w - 1]; /* pixels beyond the last cell */
        binarise_row(g->px + (ptrdiff_t)y * g->stride, line, g->w, window->cell,
                     b.px + (ptrdiff_t)y * b.stride);
    }
    return b;
}

/* |v - want| ≤ slack, all in 7ths of a module's pixels. */
static bool near(int v, int want, int slack)
{
    return v - want <= slack && want - v <= slack;
}

/* Ink spreads and thresholds are off: bars grow at the cost of the gaps, but from one edge to the
 * next of the same kind the distance stays. */
static bool is_finder(const int *run)
{
    if (run[2] < run[1] || run[2] < run[3] || run[2] < run[0] || run[2] < run[4])
        return false;
    int m = run[0] + run[1] + run[2] + run[3] + run[4]; /* seven modules */
    int slack = m * TOLERANCE_100 / 100 > 7 ? m * TOLERANCE_100 / 100 : 7;
    return m >= RUNS_MIN && m <= 7 * MODULE_MAX_PX && near(7 * (run[0] + run[1]), 2 * m, slack) &&
           near(7 * (run[3] + run[4]), 2 * m, slack) &&
           near(7 * (run[1] + run[2]), 4 * m, slack + slack / 2) &&
           near(7 * (run[2] + run[3]), 4 * m, slack + slack / 2) && 70 * run[2] >= 17 * m &&
           70 * run[2] <= 46 * m && 70 * run[0] >= 4 * m && 70 * run[4] >= 4 * m;
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

/* Where the row changes its colour, from its start to its end; returns how many. */
static int edges_of_row(const uint8_t *p, int w, int *edge)
{
    int n = 0;
    edge[n++] = 0;
    for (int x = 1; x < w; x++) {
        edge[n] = x;
        n += p[x] != p[x - 1]; /* no branch: paper's noise would mislead every guess */
    }
    edge[n] = w;
    return n + 1;
}

static int search_row(const struct grey *b, int y, int *edge, struct finder *out, int n)
{
    const uint8_t *p = b->px + (ptrdiff_t)y * b->stride;
    int n_edges = edges_of_row(p, b->w, edge);
    for (int i = 0; i + 5 < n_edges; i++) {
        const int *e = edge + i;
        const int run[5] = {e[1] - e[0], e[2] - e[1], e[3] - e[2], e[4] - e[3], e[5] - e[4]};
        if (!is_finder(run))
            continue;
        struct finder f = {
            .x = (e[2] + e[3]) / 2.0,
            .module = (e[5] - e[0]) / 7.0,
            .hits = 1,
            .light = !p[e[0]],
        };
        if (column_agrees(b, (int)f.x, y, p[e[0]], e[5] - e[0], &f.y))
            n = keep(out, n, &f);
    }
    return n;
}

int finder_search(const struct grey *img, enum finder_threshold threshold,
                  struct finder out[static FINDERS_MAX], int n)
{
    CLEANUP(grey_fini) struct grey b = binarise(img, &windows[threshold]);
    CLEANUP(mem_freep) int *edge = calloc((size_t)img->w + 2, sizeof *edge);
    if (!edge)
        abort();
    for (int y = 0; y < b.h; y++)
        n = search_row(&b, y, edge, out, n);
    return n;
}
