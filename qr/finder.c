/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Threshold against the local mean, then runs along each row, each candidate checked down its
 * column. Loose on purpose: at 100 dpi a module is little more than a pixel. */
#include "qr/finder.h"
#include <endian.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    DARKER_BY = 6,      /* grey levels under the mean */
    TOLERANCE_100 = 55, /* of a module */
    RUNS_MIN = 7,       /* pixels over a whole finder */
    MODULE_MAX_PX = 60, /* larger is a frame or a picture */
    WORD = 64,          /* pixels asked at once for a change of colour */
    VECTOR = 16,        /* and for being dark */
};

typedef uint8_t bytes_16 __attribute__((vector_size(VECTOR)));
typedef char chars_16 __attribute__((vector_size(VECTOR)));
typedef uint64_t words_2 __attribute__((vector_size(VECTOR)));

/* The mean is taken over (2 reach + 1)² cells of 4^halvings pixels. */
static const struct window {
    int halvings, reach;
} windows[] = {[FINDER_SHARP] = {2, 3}, [FINDER_BLURRED] = {1, 2}};

/* One search: the picture, and what its pixels must be darker than. */
struct search {
    const struct grey *g;
    struct grey limits; /* one a cell */
    int halvings;
    uint8_t *spread, *half; /* the limits of a row's pixels, of its pairs of pixels */
    int spread_of;          /* the row of limits that spread holds; -1: none */
    uint64_t *dark;         /* a row, a bit a pixel, the lowest first */
    int *edge;
};

/* Means around the cells of a window, one a cell. */
static struct grey means_of(const struct finder_ask *ask, const struct window *window)
{
    CLEANUP(grey_fini) struct grey cells = {0};
    if (!ask->half)
        cells = grey_halve(ask->img);
    if (ask->half && window->halvings == 1)
        return grey_mean(ask->half, window->reach);
    for (int k = 1; k < window->halvings; k++) {
        struct grey half = grey_halve(cells.px ? &cells : ask->half);
        grey_fini(&cells);
        cells = half;
    }
    return grey_mean(&cells, window->reach);
}

/* A mean, less what a dark pixel is under it. */
static void limits_of_means(struct grey *means)
{
    uint8_t *p = means->px;
    for (size_t n = (size_t)means->stride * (size_t)means->h; n; n--, p++)
        *p = (uint8_t)((*p > DARKER_BY ? *p : DARKER_BY) - DARKER_BY);
}

static int least(int p, int q)
{
    return p < q ? p : q;
}

/* n bytes, each twice. */
static void twice(const uint8_t *from, int n, uint8_t *to)
{
    int i = 0;
    for (; i + VECTOR / 2 <= n; i += VECTOR / 2) {
        uint64_t eight;
        memcpy(&eight, from + i, sizeof eight);
        bytes_16 v = (bytes_16)(words_2){eight};
        v = __builtin_shufflevector(v, v, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
        memcpy(to + 2 * i, &v, sizeof v);
    }
    for (; i < n; i++)
        to[2 * i] = to[2 * i + 1] = from[i];
}

/* A row of limits, one for every pixel that it stands for. */
static void spread_limits(struct search *s, int row)
{
    const uint8_t *limit = s->limits.px + (ptrdiff_t)row * s->limits.stride;
    int n = s->limits.w, last = limit[n - 1];
    for (int k = 1; k < s->halvings; k++, n *= 2) {
        twice(limit, n, s->half);
        limit = s->half;
    }
    twice(limit, n, s->spread);
    if (2 * n < s->g->w)
        memset(s->spread + 2 * n, last, (size_t)(s->g->w - 2 * n)); /* beyond the last cell */
    s->spread_of = row;
}

/* Of 16 bytes that are 0 or 255: a bit each, the first lowest. */
static uint64_t bits_of(bytes_16 v)
{
#ifdef __SSE2__
    return (uint16_t)__builtin_ia32_pmovmskb128((chars_16)v); /* one instruction */
#else
    const uint64_t one_a_byte = 0x0101010101010101, gather = 0x0102040810204080;
    uint64_t eight[2];
    memcpy(eight, &v, sizeof eight);
    return (le64toh(eight[0]) & one_a_byte) * gather >> 56 |
           (le64toh(eight[1]) & one_a_byte) * gather >> 56 << 8;
#endif
}

/* Pixels of a row from x on, as many as a word has. */
static uint64_t binarise_word(const uint8_t *px, const uint8_t *limit)
{
    uint64_t word = 0;
    for (int k = 0; k < WORD; k += VECTOR) {
        bytes_16 p, q;
        memcpy(&p, px + k, sizeof p);
        memcpy(&q, limit + k, sizeof q);
        word |= bits_of((bytes_16)(p < q)) << k;
    }
    return word;
}

static void binarise_row(struct search *s, int y)
{
    const uint8_t *px = s->g->px + (ptrdiff_t)y * s->g->stride;
    int w = s->g->w, row = least(y >> s->halvings, s->limits.h - 1), x = 0;
    if (row != s->spread_of)
        spread_limits(s, row);
    for (; x + WORD <= w; x += WORD)
        s->dark[x / WORD] = binarise_word(px + x, s->spread + x);
    if (x < w)
        s->dark[x / WORD] = 0;
    for (; x < w; x++)
        s->dark[x / WORD] |= (uint64_t)(px[x] < s->spread[x]) << x % WORD;
}

/* |v - want| ≤ slack, all in 7ths of a module's pixels. */
static bool near(int v, int want, int slack)
{
    return v - want <= slack && want - v <= slack;
}

/* Ink spreads and thresholds are off: bars grow at the cost of the gaps, but from one edge to the
 * next of the same kind the distance stays. */
static inline bool is_finder(const int *run)
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

/* One column of the search. */
struct column {
    const uint8_t *px, *limit;
    ptrdiff_t px_stride, limit_stride;
    int h, last_limit, halvings;
};

static struct column column_at(const struct search *s, int x)
{
    return (struct column){.px = s->g->px + x,
                           .limit = s->limits.px + least(x >> s->halvings, s->limits.w - 1),
                           .px_stride = s->g->stride,
                           .limit_stride = s->limits.stride,
                           .h = s->g->h,
                           .last_limit = s->limits.h - 1,
                           .halvings = s->halvings};
}

static bool is_dark(const struct column *c, int y)
{
    return c->px[y * c->px_stride] <
           c->limit[least(y >> c->halvings, c->last_limit) * c->limit_stride];
}

/* How many pixels of one colour from y on, at most limit + 1. */
static int run_length(const struct column *c, int y, int step, bool dark, int limit)
{
    int n = 0;
    for (; y >= 0 && y < c->h && n <= limit && is_dark(c, y) == dark; y += step)
        n++;
    return n;
}

/* Light and dark from y on, away from the middle: no wider than it, as is_finder asks. */
static bool side_agrees(const struct column *c, int y, int step, bool dark, int middle,
                        int *light_out, int *dark_out)
{
    *light_out = run_length(c, y, step, !dark, middle);
    if (*light_out > middle)
        return false;
    *dark_out = run_length(c, y + step * *light_out, step, dark, middle);
    return *dark_out <= middle;
}

/* The same widths down the column through (x, y)? width is that of the row's pattern. Each row of a
 * column is another line of the cache: what no finder can have ends it. */
static bool column_agrees(const struct search *s, int x, int y, bool dark, int width, double *y_out)
{
    const struct column c = column_at(s, x);
    int up = run_length(&c, y, -1, dark, width), down = run_length(&c, y + 1, 1, dark, width);
    int run[5] = {[2] = up + down};
    if (100 * run[2] > 106 * width || /* 46 of 70 parts of 16 tenths */
        !side_agrees(&c, y - up, -1, dark, run[2], &run[1], &run[0]) ||
        !side_agrees(&c, y + 1 + down, 1, dark, run[2], &run[3], &run[4]))
        return false;
    int sum = run[0] + run[1] + run[2] + run[3] + run[4];
    *y_out = y + (down - up + 1) / 2.0 + 0.5;
    return sum * 10 > width * 6 && sum * 10 < width * 16 && is_finder(run);
}

static int keep(struct finder *out, int n, const struct finder *f)
{
    for (int i = n - 1; i >= 0; i--) { /* the rows above met it last */
        double near = 2.2 * out[i].module + 1;
        if (out[i].light == f->light && fabs(out[i].x - f->x) < near &&
            fabs(out[i].y - f->y) < near) {
            out[i].hits += f->hits;
            double part = (double)f->hits / out[i].hits;
            out[i].x += (f->x - out[i].x) * part;
            out[i].y += (f->y - out[i].y) * part;
            out[i].module += (f->module - out[i].module) * part;
            return n;
        }
    }
    if (n < FINDERS_MAX)
        out[n++] = *f;
    return n;
}

static bool is_dark_at(const struct search *s, int x)
{
    return s->dark[x / WORD] >> x % WORD & 1;
}

/* Where the row changes its colour, from its start to its end; returns how many. Paper is one
 * colour for most of a row: words of it are passed over at once. */
static int edges_of_row(const struct search *s)
{
    int w = s->g->w, n = 0;
    uint64_t before = s->dark[0] & 1; /* the pixel before a word's first */
    s->edge[n++] = 0;
    for (int x = 0; x < w; x += WORD) {
        uint64_t word = s->dark[x / WORD], changes = word ^ (word << 1 | before);
        if (x + WORD > w)
            changes &= (UINT64_C(1) << (w - x)) - 1;
        for (; changes; changes &= changes - 1)
            s->edge[n++] = x + __builtin_ctzll(changes);
        before = word >> (WORD - 1);
    }
    s->edge[n] = w;
    return n + 1;
}

static int search_row(const struct search *s, int y, int step, struct finder *out, int n)
{
    int n_edges = edges_of_row(s);
    for (int i = 0; i + 5 < n_edges; i++) {
        const int *e = s->edge + i;
        const int run[5] = {e[1] - e[0], e[2] - e[1], e[3] - e[2], e[4] - e[3], e[5] - e[4]};
        if (!is_finder(run))
            continue;
        bool dark = is_dark_at(s, e[0]);
        struct finder f = {
            .x = (e[2] + e[3]) / 2.0,
            .module = (e[5] - e[0]) / 7.0,
            .hits = step,
            .light = !dark,
        };
        if (column_agrees(s, (int)f.x, y, dark, e[5] - e[0], &f.y))
            n = keep(out, n, &f);
    }
    return n;
}

int finder_search(const struct finder_ask *ask, struct finder out[static FINDERS_MAX], int n)
{
    const struct window *window = &windows[ask->threshold];
    CLEANUP(grey_fini) struct grey limits = means_of(ask, window);
    size_t w = (size_t)ask->img->w;
    CLEANUP(mem_freep) uint8_t *spread = calloc(2 * (w + WORD), 1);
    CLEANUP(mem_freep) uint64_t *dark = calloc(w / WORD + 1, sizeof *dark);
    CLEANUP(mem_freep) int *edge = calloc(w + 2, sizeof *edge);
    if (!spread || !dark || !edge)
        abort();
    limits_of_means(&limits);
    struct search s = {.g = ask->img,
                       .limits = limits,
                       .halvings = window->halvings,
                       .spread = spread,
                       .half = spread + w + WORD,
                       .spread_of = -1,
                       .dark = dark,
                       .edge = edge};
    for (int y = 0; y < ask->img->h; y += ask->step) {
        binarise_row(&s, y);
        n = search_row(&s, y, ask->step, out, n);
    }
    return n;
}
