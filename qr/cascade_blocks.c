/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Where blur has closed the finders, a code still is a block: from afar a square of grey, wider and
 * higher than any line of text. Of a scan's coarsest level, cells of a millimetre are asked; blocks
 * that no code was read in become places. */
#include "qr/cascade_look.h"
#include <stdlib.h>
#include <string.h>

enum {
    SIDE_MIN_MM = 8, /* in which there is no white: lines of text are lower */
    SIDE_MAX_MM = 60,
    AROUND_MM = 3,
    BLOCKS_MAX = 6, /* of one view */
    INK_MIN = 25,   /* grey levels from paper to ink */
    DARK_100 = 22,  /* of the ink: a cell of a code has a third at least */
    WHITE_100 = 4,  /* of a window's cells may be white */
    FULL_100 = 86,  /* of a block's box: seals are round, emblems ragged */
    OBLONG_100 = 130,
};

static const double mm_per_inch = 25.4;

struct cells {
    struct grey g; /* means; then 1 where dark, then 2 where a window is */
    double px;     /* of the view, one cell's side */
    int *sum;      /* of dark cells above and left of a corner; (w + 1) * (h + 1) */
};

/* What each column of so many rows adds up to. */
static void sum_columns(const struct grey *g, int y0, int y1, uint32_t *sum)
{
    memset(sum, 0, (size_t)g->w * sizeof *sum);
    for (int y = y0; y < y1; y++) {
        const uint8_t *px = g->px + (ptrdiff_t)y * g->stride;
        for (int x = 0; x < g->w; x++)
            sum[x] += px[x];
    }
}

static struct grey cells_of(const struct grey *g, double side)
{
    struct grey o = grey_new((int)(g->w / side), (int)(g->h / side));
    CLEANUP(mem_freep) uint32_t *column = calloc((size_t)g->w, sizeof *column);
    if (!column)
        abort();
    for (int y = 0; y < o.h; y++) {
        int y0 = (int)(y * side), y1 = (int)((y + 1) * side);
        sum_columns(g, y0, y1, column);
        for (int x = 0; x < o.w; x++) {
            int x0 = (int)(x * side), x1 = (int)((x + 1) * side);
            uint32_t sum = 0;
            for (int k = x0; k < x1; k++)
                sum += column[k];
            o.px[y * o.stride + x] = (uint8_t)(sum / (uint32_t)((x1 - x0) * (y1 - y0)));
        }
    }
    struct grey smooth = grey_mean(&o, 1);
    grey_fini(&o);
    return smooth;
}

/* The shade that so many of a hundred pixels do not pass. */
static int shade_at(const struct grey *g, int percent)
{
    int64_t count[256] = {0}, below = 0, all = (int64_t)g->w * g->h;
    for (int y = 0; y < g->h; y++) {
        for (int x = 0; x < g->w; x++)
            count[g->px[(ptrdiff_t)y * g->stride + x]]++;
    }
    int v = 0;
    for (; v < 255; v++) {
        below += count[v];
        if (100 * below >= percent * all)
            return v;
    }
    return v;
}

static void sum_dark(struct cells *c, int limit)
{
    int wide = c->g.w + 1;
    for (int y = 0; y < c->g.h; y++) {
        int row = 0;
        for (int x = 0; x < c->g.w; x++) {
            uint8_t *p = &c->g.px[y * c->g.stride + x];
            *p = *p < limit;
            row += *p;
            c->sum[(y + 1) * wide + x + 1] = c->sum[y * wide + x + 1] + row;
        }
    }
}

/* Marks the cells of every window without white. */
static void mark_windows(struct cells *c)
{
    enum { N = SIDE_MIN_MM, MIN = N * N * (100 - WHITE_100) / 100 };
    int wide = c->g.w + 1;
    for (int y = 0; y + N <= c->g.h; y++) {
        for (int x = 0; x + N <= c->g.w; x++) {
            const int *top = c->sum + y * wide + x, *bottom = top + N * wide;
            if (bottom[N] - bottom[0] - top[N] + top[0] < MIN)
                continue;
            for (int k = 0; k < N; k++)
                memset(c->g.px + (y + k) * c->g.stride + x, 2, N);
        }
    }
}

/* The block that holds cell (x, y): its box, and how many cells it has. They are marked no more. */
static int take_block(struct cells *c, int x, int y, int *stack, struct rect *box_out)
{
    int n = 0, depth = 0;
    struct rect b = {x, y, x + 1, y + 1};
    c->g.px[y * c->g.stride + x] = 0;
    stack[depth++] = y * c->g.stride + x;
    while (depth) {
        static const int8_t ways[4][2] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}};
        int at = stack[--depth], cx = at % c->g.stride, cy = at / c->g.stride;
        b = rect_join(b, (struct rect){cx, cy, cx + 1, cy + 1});
        n++;
        for (int k = 0; k < 4; k++) {
            int nx = cx + ways[k][0], ny = cy + ways[k][1];
            if (nx < 0 || ny < 0 || nx >= c->g.w || ny >= c->g.h ||
                c->g.px[ny * c->g.stride + nx] != 2)
                continue;
            c->g.px[ny * c->g.stride + nx] = 0;
            stack[depth++] = ny * c->g.stride + nx;
        }
    }
    *box_out = b;
    return n;
}

static bool is_like_a_code(struct rect b, int n_cells)
{
    int w = b.x1 - b.x0, h = b.y1 - b.y0;
    return w <= SIDE_MAX_MM && h <= SIDE_MAX_MM && 100 * w <= OBLONG_100 * h &&
           100 * h <= OBLONG_100 * w && 100 * n_cells >= FULL_100 * w * h;
}

static void add_blocks(struct look *l, struct cells *c)
{
    CLEANUP(mem_freep) int *stack = calloc((size_t)(c->g.w * c->g.h), sizeof *stack);
    if (!stack)
        abort();
    int n_blocks = 0;
    for (int y = 0; y < c->g.h; y++) {
        for (int x = 0; x < c->g.w && n_blocks < BLOCKS_MAX; x++) {
            if (c->g.px[y * c->g.stride + x] != 2)
                continue;
            struct rect b;
            int n_cells = take_block(c, x, y, stack, &b);
            if (!is_like_a_code(b, n_cells))
                continue;
            struct rect r = {(int)((b.x0 - AROUND_MM) * c->px), (int)((b.y0 - AROUND_MM) * c->px),
                             (int)((b.x1 + AROUND_MM) * c->px), (int)((b.y1 + AROUND_MM) * c->px)};
            if (look_is_read(l, (r.x0 + r.x1) / 2.0, (r.y0 + r.y1) / 2.0))
                continue;
            look_add_place(l, r, 1, false);
            n_blocks++;
        }
    }
}

void look_for_blocks(struct look *l)
{
    enum { DPI_MIN = 90, PAGE_MIN_MM = 3 * SIDE_MIN_MM };
    const struct level *last = &l->levels[l->n_levels - 1];
    double side = l->view->dpi / mm_per_inch / last->scale;
    if (l->view->photo || l->view->crisp || l->view->dpi < DPI_MIN || side < 1 ||
        last->g.w < PAGE_MIN_MM * side || last->g.h < PAGE_MIN_MM * side)
        return;
    CLEANUP(grey_fini) struct grey means = cells_of(&last->g, side);
    struct cells c = {means, side * last->scale, NULL};
    int paper = shade_at(&means, 90), ink = paper - shade_at(&last->g, 1);
    if (ink < INK_MIN)
        return;
    CLEANUP(mem_freep)
    int *sum = calloc((size_t)(means.w + 1) * (size_t)(means.h + 1), sizeof *sum);
    if (!sum)
        abort();
    c.sum = sum;
    sum_dark(&c, paper - ink * DARK_100 / 100);
    mark_windows(&c);
    add_blocks(l, &c);
}
