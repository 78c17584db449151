/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Pixel work in integers, written in rows so that the compiler vectorises it. */
#include "qr/grey.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct grey grey_new(int w, int h)
{
    assert(w >= 1 && h >= 1);
    struct grey g = {malloc((size_t)w * (size_t)h), w, h, w};
    if (!g.px)
        abort();
    return g;
}

void grey_fini(struct grey *g)
{
    free(g->px);
    *g = (struct grey){0};
}

struct rect rect_cut(struct rect r, int w, int h)
{
    r.x0 = r.x0 < 0 ? 0 : r.x0;
    r.y0 = r.y0 < 0 ? 0 : r.y0;
    r.x1 = r.x1 > w ? w : r.x1;
    r.y1 = r.y1 > h ? h : r.y1;
    return r;
}

bool rect_is_empty(struct rect r)
{
    return r.x0 >= r.x1 || r.y0 >= r.y1;
}

struct rect rect_join(struct rect p, struct rect q)
{
    return (struct rect){p.x0 < q.x0 ? p.x0 : q.x0, p.y0 < q.y0 ? p.y0 : q.y0,
                         p.x1 > q.x1 ? p.x1 : q.x1, p.y1 > q.y1 ? p.y1 : q.y1};
}

bool rect_touch(struct rect p, struct rect q)
{
    return p.x0 < q.x1 && q.x0 < p.x1 && p.y0 < q.y1 && q.y0 < p.y1;
}

struct grey grey_crop(const struct grey *g, struct rect r)
{
    r = rect_cut(r, g->w, g->h);
    assert(!rect_is_empty(r));
    return (struct grey){g->px + (ptrdiff_t)r.y0 * g->stride + r.x0, r.x1 - r.x0, r.y1 - r.y0,
                         g->stride};
}

static int clamp(int v, int low, int high)
{
    return v < low ? low : v > high ? high : v;
}

static const uint8_t *row(const struct grey *g, int y)
{
    return g->px + (ptrdiff_t)clamp(y, 0, g->h - 1) * g->stride;
}

static uint8_t byte(int v)
{
    return (uint8_t)clamp(v, 0, 255);
}

static void *zeros(size_t n, size_t size)
{
    void *p = calloc(n, size);
    if (!p)
        abort();
    return p;
}

/* Column sums of 2r+1 rows are kept and moved down. The edges repeat, so the columns have r more on
 * either side. */
static void columns_start(const struct grey *g, int r, uint16_t *column)
{
    for (int k = -r; k <= r; k++) {
        const uint8_t *p = row(g, k);
        for (int x = 0; x < g->w; x++)
            column[x + r] = (uint16_t)(column[x + r] + p[x]);
    }
}

static void columns_edges(int w, int r, uint16_t *column)
{
    for (int k = 0; k < r; k++) {
        column[k] = column[r];
        column[w + r + k] = column[w + r - 1];
    }
}

static void columns_down(const struct grey *g, int y, int r, uint16_t *column)
{
    const uint8_t *out = row(g, y - r), *in = row(g, y + r + 1);
    const int w = g->w; /* what is written may be anyone's: without this it is read for each */
    for (int x = 0; x < w; x++)
        column[x + r] = (uint16_t)(column[x + r] + in[x] - out[x]);
}

/* Sums of the 2r+1 columns around each. */
static void add_across(const uint16_t *column, int w, int r, uint16_t *sum)
{
    memcpy(sum, column, (size_t)w * sizeof *sum);
    for (int k = 1; k < 2 * r + 1; k++) {
        for (int x = 0; x < w; x++)
            sum[x] = (uint16_t)(sum[x] + column[x + k]);
    }
}

struct grey grey_mean(const struct grey *g, int r)
{
    enum { R_MAX = 7 }; /* sums have 16 bits */
    struct grey o = grey_new(g->w, g->h);
    CLEANUP(mem_freep)
    uint16_t *column = zeros((size_t)(2 * g->w + 2 * r + 1), sizeof *column);
    uint16_t *sum = column + g->w + 2 * r + 1;
    const int w = g->w;
    const unsigned factor = (1u << 16) / (unsigned)((2 * r + 1) * (2 * r + 1));
    assert(r >= 0 && r <= R_MAX);
    columns_start(g, r, column);
    for (int y = 0; y < g->h; y++) {
        columns_edges(w, r, column);
        add_across(column, w, r, sum);
        uint8_t *to = o.px + (ptrdiff_t)y * o.stride;
        for (int x = 0; x < w; x++)
            to[x] = (uint8_t)((sum[x] * factor) >> 16);
        columns_down(g, y, r, column);
    }
    return o;
}

struct grey grey_sharpen(const struct grey *g, int amount_2)
{
    enum { R = 2, DIV_25 = 2622 }; /* 65536 / 25 */
    struct grey o = grey_new(g->w, g->h);
    CLEANUP(mem_freep)
    uint16_t *column = zeros((size_t)(g->w + 2 * R + 1), sizeof *column);
    columns_start(g, R, column);
    for (int y = 0; y < g->h; y++) {
        columns_edges(g->w, R, column);
        const uint8_t *from = row(g, y);
        uint8_t *to = o.px + (ptrdiff_t)y * o.stride;
        for (int x = 0; x < g->w; x++) {
            const uint16_t *c = column + x;
            int mean = ((c[0] + c[1] + c[2] + c[3] + c[4]) * DIV_25) >> 16;
            to[x] = byte(from[x] + (((from[x] - mean) * amount_2) >> 1));
        }
        columns_down(g, y, R, column);
    }
    return o;
}

/* Keys' kernel at a quarter pixel, in 128ths; the other quarter is its mirror. */
static const int quarter[4] = {-9, 111, 29, -3};

static void double_rows(const struct grey *g, int y, bool upper, int *line)
{
    const uint8_t *r[4];
    for (int k = 0; k < 4; k++)
        r[k] = row(g, y - 1 + k);
    const int *q = quarter;
    for (int x = 0; x < g->w; x++) {
        line[x + 2] = upper ? q[3] * r[0][x] + q[2] * r[1][x] + q[1] * r[2][x] + q[0] * r[3][x]
                            : q[0] * r[0][x] + q[1] * r[1][x] + q[2] * r[2][x] + q[3] * r[3][x];
    }
    line[0] = line[1] = line[2];
    line[g->w + 2] = line[g->w + 3] = line[g->w + 1];
}

struct grey grey_double(const struct grey *g)
{
    struct grey o = grey_new(g->w * 2, g->h * 2);
    CLEANUP(mem_freep)
    int *line = zeros((size_t)g->w + 4, sizeof *line);
    const int *q = quarter, half = 1 << 13;
    for (int y = 0; y < o.h; y++) {
        /* even rows lie 3/4 after source row y/2 - 1, odd rows 1/4 after source row y/2 */
        double_rows(g, (y - 1) >> 1, !(y & 1), line);
        uint8_t *to = o.px + (ptrdiff_t)y * o.stride;
        for (int x = 0; x < g->w; x++) {
            const int *v = line + x;
            to[2 * x] = byte((q[3] * v[0] + q[2] * v[1] + q[1] * v[2] + q[0] * v[3] + half) >> 14);
            to[2 * x + 1] =
                byte((q[0] * v[1] + q[1] * v[2] + q[2] * v[3] + q[3] * v[4] + half) >> 14);
        }
    }
    return o;
}

struct grey grey_copy(const struct grey *g, bool inverted)
{
    struct grey o = grey_new(g->w, g->h);
    uint8_t flip = inverted ? 255 : 0;
    for (int y = 0; y < g->h; y++) {
        const uint8_t *from = row(g, y);
        uint8_t *to = o.px + (ptrdiff_t)y * o.stride;
        for (int x = 0; x < g->w; x++)
            to[x] = from[x] ^ flip;
    }
    return o;
}

struct grey grey_repeat(const struct grey *g, int times, int border_px)
{
    struct grey o = grey_new(g->w * times + 2 * border_px, g->h * times + 2 * border_px);
    memset(o.px, 255, (size_t)o.stride * (size_t)o.h);
    for (int y = 0; y < g->h * times; y++) {
        const uint8_t *from = row(g, y / times);
        uint8_t *to = o.px + (ptrdiff_t)(y + border_px) * o.stride + border_px;
        for (int x = 0; x < g->w; x++)
            memset(to + x * times, from[x], (size_t)times);
    }
    return o;
}

enum { VECTOR = 16 };
typedef uint8_t bytes_16 __attribute__((vector_size(VECTOR)));
typedef uint16_t pairs_8 __attribute__((vector_size(VECTOR)));

/* Means of 8 fours: each pair is one number of 16 bits, whatever the order of its bytes. */
static pairs_8 means_8(const uint8_t *r0, const uint8_t *r1)
{
    pairs_8 p, q;
    memcpy(&p, r0, sizeof p);
    memcpy(&q, r1, sizeof q);
    return ((p & 0xff) + (p >> 8) + (q & 0xff) + (q >> 8) + 2) >> 2;
}

static void halve_row(const uint8_t *r0, const uint8_t *r1, int w, uint8_t *to)
{
    int x = 0;
    for (; x + VECTOR <= w; x += VECTOR) {
        pairs_8 low = means_8(r0 + 2 * x, r1 + 2 * x);
        pairs_8 high = means_8(r0 + 2 * x + VECTOR, r1 + 2 * x + VECTOR);
        for (int k = 0; k < VECTOR / 2; k++) {
            to[x + k] = (uint8_t)low[k];
            to[x + VECTOR / 2 + k] = (uint8_t)high[k];
        }
    }
    for (; x < w; x++)
        to[x] = (uint8_t)((r0[2 * x] + r0[2 * x + 1] + r1[2 * x] + r1[2 * x + 1] + 2) >> 2);
}

struct grey grey_halve(const struct grey *g)
{
    struct grey o = grey_new(g->w > 1 ? g->w / 2 : 1, g->h > 1 ? g->h / 2 : 1);
    for (int y = 0; y < o.h; y++) {
        uint8_t *to = o.px + (ptrdiff_t)y * o.stride;
        if (g->w > 1)
            halve_row(row(g, 2 * y), row(g, 2 * y + 1), o.w, to);
        else
            to[0] = row(g, 2 * y)[0];
    }
    return o;
}

static uint8_t lighter(uint8_t p, uint8_t q)
{
    return p > q ? p : q;
}

struct grey grey_lighten(const struct grey *g)
{
    struct grey o = grey_new(g->w, g->h);
    CLEANUP(mem_freep) uint8_t *line = malloc((size_t)g->w + 2);
    if (!line)
        abort();
    for (int y = 0; y < g->h; y++) {
        const uint8_t *r0 = row(g, y - 1), *r1 = row(g, y), *r2 = row(g, y + 1);
        uint8_t *to = o.px + (ptrdiff_t)y * o.stride;
        for (int x = 0; x < g->w; x++)
            line[x + 1] = lighter(lighter(r0[x], r1[x]), r2[x]);
        line[0] = line[1];
        line[g->w + 1] = line[g->w];
        for (int x = 0; x < g->w; x++)
            to[x] = lighter(lighter(line[x], line[x + 1]), line[x + 2]);
    }
    return o;
}

void grey_bits_set(struct grey_bits *b, const uint8_t shade[2])
{
    for (int byte = 0; byte < 256; byte++) {
        uint8_t px[8];
        for (int k = 0; k < 8; k++)
            px[k] = shade[byte >> (7 - k) & 1];
        memcpy(&b->eight[byte], px, sizeof px);
    }
}

void grey_bits_row(const struct grey_bits *b, const uint8_t *bits, int w, uint8_t *to)
{
    int x = 0;
    for (; x + 8 <= w; x += 8)
        memcpy(to + x, &b->eight[bits[x / 8]], 8);
    if (x < w)
        memcpy(to + x, &b->eight[bits[x / 8]], (size_t)(w - x));
}

bool grey_has_two_tones(const struct grey *g)
{
    enum { TONES_100 = 97 };
    int64_t n = 0;
    for (int y = 0; y < g->h; y++) {
        const uint8_t *p = row(g, y);
        for (int x = 0; x < g->w; x++)
            n += p[x] == 0 || p[x] == 255;
    }
    return 100 * n >= (int64_t)TONES_100 * g->w * g->h;
}

struct point affine_point(const struct affine *m, double x, double y)
{
    return (struct point){m->a * x + m->c * y + m->e, m->b * x + m->d * y + m->f};
}

struct affine affine_join(const struct affine *first, const struct affine *second)
{
    struct point x = {second->a * first->a + second->c * first->b,
                      second->b * first->a + second->d * first->b};
    struct point y = {second->a * first->c + second->c * first->d,
                      second->b * first->c + second->d * first->d};
    struct point o = affine_point(second, first->e, first->f);
    return (struct affine){x.x, x.y, y.x, y.y, o.x, o.y};
}
