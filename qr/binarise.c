/* SPDX-License-Identifier: AGPL-3.0-or-later
 * One threshold a block of pixels: the middle of its lightest and darkest, where they differ;
 * smoothed over the blocks around; where there are none, the next block's. */
#include "qr/binarise.h"
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK = 8,
    REACH = 2,         /* blocks on either side */
    CONTRAST_MIN = 24, /* grey levels: less is paper or ink alone */
    OWN_WEIGHT = 2,    /* added to what the block has as one of those around */
};

static int least(int p, int q)
{
    return p < q ? p : q;
}

static int clamp(int v, int low, int high)
{
    return v < low ? low : v > high ? high : v;
}

/* The first pixel of a block: the last one ends with the picture and lies over the one before. */
static int start_of(int block, int side)
{
    return least(block * BLOCK, side - BLOCK);
}

/* Darkest and lightest of eight rows, column by column. */
static void extremes(const uint8_t *p, int stride, int w, uint8_t *low, uint8_t *high)
{
    memcpy(low, p, (size_t)w);
    memcpy(high, p, (size_t)w);
    for (int k = 1; k < BLOCK; k++) {
        p += stride;
        for (int x = 0; x < w; x++) {
            low[x] = low[x] < p[x] ? low[x] : p[x];
            high[x] = high[x] > p[x] ? high[x] : p[x];
        }
    }
}

/* Each byte the darkest, and lightest, of itself and those up to seven to its right. */
static void spread_right(int w, uint8_t *low, uint8_t *high)
{
    for (int step = BLOCK / 2; step; step /= 2) {
        for (int x = 0; x + step < w; x++) {
            low[x] = low[x] < low[x + step] ? low[x] : low[x + step];
            high[x] = high[x] > high[x + step] ? high[x] : high[x + step];
        }
    }
}

static uint8_t middle(int dark, int light)
{
    return (uint8_t)(light - dark > CONTRAST_MIN ? (light + dark) / 2 : 0);
}

static struct grey middles(const struct grey *g)
{
    struct grey o = grey_new((g->w + BLOCK - 1) / BLOCK, (g->h + BLOCK - 1) / BLOCK);
    CLEANUP(mem_freep) uint8_t *line = malloc(2 * (size_t)g->w);
    if (!line)
        abort();
    uint8_t *low = line, *high = line + g->w;
    for (int y = 0; y < o.h; y++) {
        extremes(g->px + (ptrdiff_t)start_of(y, g->h) * g->stride, g->stride, g->w, low, high);
        spread_right(g->w, low, high);
        for (int x = 0; x < o.w; x++) {
            int x0 = start_of(x, g->w);
            o.px[(ptrdiff_t)y * o.stride + x] = middle(low[x0], high[x0]);
        }
    }
    return o;
}

/* Sums down five rows of blocks, column by column: of the thresholds, and how many there are. */
static void add_columns(const struct grey *t, int y, int *sum, int *n)
{
    const int w = t->w;
    memset(sum, 0, (size_t)w * sizeof *sum);
    memset(n, 0, (size_t)w * sizeof *n);
    for (int k = -REACH; k <= REACH; k++) {
        const uint8_t *p = t->px + (ptrdiff_t)(y + k) * t->stride;
        for (int x = 0; x < w; x++) {
            sum[x] += p[x];
            n[x] += p[x] > 0;
        }
    }
}

static struct grey smoothed(const struct grey *t)
{
    struct grey o = grey_new(t->w, t->h);
    CLEANUP(mem_freep) int *sum = calloc(2 * (size_t)t->w, sizeof *sum);
    if (!sum)
        abort();
    int *n = sum + t->w;
    for (int y = 0; y < t->h; y++) {
        const uint8_t *own = t->px + (ptrdiff_t)y * t->stride;
        add_columns(t, clamp(y, REACH, t->h - REACH - 1), sum, n);
        for (int x = 0; x < t->w; x++) {
            int middle = clamp(x, REACH, t->w - REACH - 1);
            int all = OWN_WEIGHT * own[x], weight = own[x] ? OWN_WEIGHT : 0;
            for (int k = middle - REACH; k <= middle + REACH; k++) {
                all += sum[k];
                weight += n[k];
            }
            o.px[(ptrdiff_t)y * o.stride + x] = (uint8_t)(weight ? all / weight : 0);
        }
    }
    return o;
}

/* What has no threshold takes that of the next block, in reading order; at the end the last one's.
 */
static void fill_gaps(struct grey *t)
{
    uint8_t next = 0;
    ptrdiff_t i = (ptrdiff_t)t->w * t->h - 1;
    while (i > 0 && !t->px[i])
        i--;
    memset(t->px + i, t->px[i], (size_t)((ptrdiff_t)t->w * t->h - i));
    for (; i >= 0; i--) {
        next = t->px[i] ? t->px[i] : next;
        t->px[i] = next;
    }
}

static void threshold_rows(const struct grey *g, int y0, const uint8_t *limit, struct grey *out)
{
    const int w = g->w; /* bytes written may be anyone's: without this it is read for each */
    for (int y = y0; y < y0 + BLOCK; y++) {
        const uint8_t *from = g->px + (ptrdiff_t)y * g->stride;
        uint8_t *to = out->px + (ptrdiff_t)y * out->stride;
        for (int x = 0; x < w; x++)
            to[x] = from[x] <= limit[x] ? 0 : 255;
    }
}

struct grey grey_binarise(const struct grey *g)
{
    CLEANUP(grey_fini) struct grey raw = middles(g);
    CLEANUP(grey_fini) struct grey limits = smoothed(&raw);
    CLEANUP(mem_freep) uint8_t *line = malloc((size_t)g->w);
    if (!line)
        abort();
    fill_gaps(&limits);
    struct grey o = grey_new(g->w, g->h);
    for (int y = 0; y < limits.h; y++) {
        for (int x = 0; x < limits.w; x++)
            memset(line + start_of(x, g->w), limits.px[(ptrdiff_t)y * limits.stride + x], BLOCK);
        threshold_rows(g, start_of(y, g->h), line, &o);
    }
    return o;
}
