/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Finders whose rings a copier closed or a blur drowned cross no row in clean runs. What is left of
 * them is seen in sums: the square of 3 modules, the rings around it, the separator, each against
 * the whole. Sums over squares cost the same at every size. */
#include "qr/finder.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    RINGS = 4, /* dark 3, light 5, dark 7, light 9 modules wide */
    KEPT = 16, /* the surest of one picture */
    HITS = 4,  /* as of a finder that few rows cross */
    PX_MAX = 1 << 21,
    LANES = 4, /* places that are asked at once */
};

typedef uint32_t four_counts __attribute__((vector_size(4 * LANES)));
typedef int32_t four_ints __attribute__((vector_size(4 * LANES)));
typedef float four __attribute__((vector_size(4 * LANES)));

static const double module_from = 2.2, module_to = 9, grow = 1.2; /* pixels */
static const float likeness_min = 0.36f; /* correlation; what is no finder has 0.11 on average */
static const float spread_min = 12;      /* grey levels: paper is alike to anything */

/* Sums of all values, and of their squares, above and left of a corner. The squares' run over;
 * their differences over a finder do not. */
struct sums {
    int w, h; /* of the picture */
    uint32_t *one, *two;
};

static void sums_fini(struct sums *s)
{
    free(s->one);
    free(s->two);
}

static struct sums sums_of(const struct grey *g)
{
    size_t wide = (size_t)g->w + 1, n = wide * ((size_t)g->h + 1);
    struct sums s = {g->w, g->h, calloc(n, sizeof *s.one), calloc(n, sizeof *s.two)};
    if (!s.one || !s.two)
        abort();
    for (int y = 0; y < g->h; y++) {
        const uint8_t *p = g->px + (ptrdiff_t)y * g->stride;
        size_t above = (size_t)y * wide, at = above + wide;
        uint32_t one = 0, two = 0;
        for (int x = 0; x < g->w; x++) {
            one += p[x];
            two += (uint32_t)p[x] * p[x];
            s.one[at + (size_t)x + 1] = s.one[above + (size_t)x + 1] + one;
            s.two[at + (size_t)x + 1] = s.two[above + (size_t)x + 1] + two;
        }
    }
    return s;
}

/* A finder's size in whole pixels: from its middle to the edge of each square, and their areas. */
struct size {
    double module;
    int reach[RINGS];
    float area[RINGS];
};

static struct size size_of(double module)
{
    struct size z = {.module = module};
    for (int k = 0; k < RINGS; k++) {
        z.reach[k] = (int)lround((k + 1.5) * module);
        z.area[k] = (float)(4 * z.reach[k] * z.reach[k]);
    }
    return z;
}

/* The sum over the square of so much reach around the corner at. */
static float sum_of(const struct sums *s, size_t at, int reach)
{
    size_t down = (size_t)reach * ((size_t)s->w + 1), across = (size_t)reach;
    const uint32_t *top = s->one + at - down, *bottom = s->one + at + down;
    return (float)(bottom[across] - *(bottom - across) - top[across] + *(top - across));
}

static double squares_of(const struct sums *s, size_t at, int reach)
{
    size_t down = (size_t)reach * ((size_t)s->w + 1), across = (size_t)reach;
    const uint32_t *top = s->two + at - down, *bottom = s->two + at + down;
    return (double)(bottom[across] - *(bottom - across) - top[across] + *(top - across));
}

/* The same of either sums, at the corner at and those right of it. */
static four four_sums(const struct sums *s, const uint32_t *sums, size_t at, int reach)
{
    size_t down = (size_t)reach * ((size_t)s->w + 1), across = (size_t)reach;
    const uint32_t *top = sums + at - down, *bottom = sums + at + down;
    four_counts a, b, c, d;
    memcpy(&a, bottom + across, sizeof a);
    memcpy(&b, bottom - across, sizeof b);
    memcpy(&c, top + across, sizeof c);
    memcpy(&d, top - across, sizeof d);
    return __builtin_convertvector((four_ints)(a - b - c + d), four);
}

static bool any(four_ints is)
{
    uint64_t halves[2];
    memcpy(halves, &is, sizeof halves);
    return (halves[0] | halves[1]) != 0;
}

/* Is the middle darker than the whole, are light rings lighter than the dark one between, and is it
 * all alike enough? -1 or 0 for each corner; 0 nearly everywhere. */
static four_ints is_alike(const struct sums *s, size_t at, const struct size *z)
{
    const float *n = z->area, n_dark = n[0] + n[2] - n[1], n_light = n[3] - n_dark;
    four all = four_sums(s, s->one, at, z->reach[3]),
         middle = four_sums(s, s->one, at, z->reach[0]);
    four_ints is = all / n[3] - middle / n[0] >= spread_min;
    if (!any(is))
        return is;
    four five = four_sums(s, s->one, at, z->reach[1]),
         seven = four_sums(s, s->one, at, z->reach[2]);
    is &= ((five - middle) * n[0] >= middle * (n[1] - n[0])) &
          ((all - seven) * (n[2] - n[1]) >= (seven - five) * (n[3] - n[2]));
    if (!any(is))
        return is;
    four dark = middle + seven - five, mean = all / n[3];
    four apart = (all - dark) / n_light - dark / n_dark;
    four spread = four_sums(s, s->two, at, z->reach[3]) / n[3] - mean * mean;
    return is & (apart * apart * (n_dark * n_light) >=
                 likeness_min * likeness_min * n[3] * n[3] * spread);
}

/* Correlation of the square around the corner with a finder. */
static double likeness(const struct sums *s, size_t at, const struct size *z)
{
    const float *n = z->area;
    float all = sum_of(s, at, z->reach[3]), middle = sum_of(s, at, z->reach[0]);
    float five = sum_of(s, at, z->reach[1]), seven = sum_of(s, at, z->reach[2]), mean = all / n[3];
    float dark = middle + seven - five, n_dark = n[0] + n[2] - n[1], n_light = n[3] - n_dark;
    double spread = squares_of(s, at, z->reach[3]) / (double)n[3] - (double)mean * (double)mean;
    double apart = (double)((all - dark) / n_light - dark / n_dark);
    return apart * sqrt((double)(n_dark * n_light) / fmax(spread, 1)) / (double)n[3];
}

struct match {
    int x, y; /* the corner between pixels that is nearest to the middle */
    double module, likeness;
};

/* One of a place: the most alike stays. */
static int keep(struct match *out, int n, const struct match *m)
{
    for (int i = 0; i < n; i++) {
        double near = 3 * fmax(out[i].module, m->module);
        if (abs(out[i].x - m->x) > near || abs(out[i].y - m->y) > near)
            continue;
        if (m->likeness > out[i].likeness)
            out[i] = *m;
        return n;
    }
    if (n < KEPT) {
        out[n] = *m;
        return n + 1;
    }
    int least = 0;
    for (int i = 1; i < n; i++)
        least = out[i].likeness < out[least].likeness ? i : least;
    if (m->likeness > out[least].likeness)
        out[least] = *m;
    return n;
}

static size_t corner_at(const struct sums *s, int x, int y)
{
    return (size_t)y * ((size_t)s->w + 1) + (size_t)x;
}

static int match_size(const struct sums *s, double module, struct match *out, int n)
{
    const struct size z = size_of(module);
    int reach = z.reach[RINGS - 1], step = module < 5 ? 2 : 3;
    for (int y = reach; y <= s->h - reach; y += step) {
        for (int x = reach; x + LANES - 1 <= s->w - reach; x += LANES) {
            four_ints is = is_alike(s, corner_at(s, x, y), &z);
            for (int k = 0; any(is) && k < LANES; k++) {
                if (is[k])
                    n = keep(
                        out, n,
                        &(struct match){x + k, y, module, likeness(s, corner_at(s, x + k, y), &z)});
            }
        }
    }
    return n;
}

/* To the best place and size around. */
static void refine(const struct sums *s, struct match *m)
{
    static const struct {
        int dx, dy;
        double size;
    } ways[] = {{1, 0, 1}, {-1, 0, 1}, {0, 1, 1}, {0, -1, 1}, {0, 0, 1.05}, {0, 0, 0.95}};
    for (int round = 0; round < 2; round++) {
        for (size_t k = 0; k < ARRAY_LEN(ways); k++) {
            const struct size z = size_of(m->module * ways[k].size);
            int x = m->x + ways[k].dx, y = m->y + ways[k].dy, reach = z.reach[RINGS - 1];
            if (x < reach || y < reach || x > s->w - reach || y > s->h - reach)
                continue;
            double now = likeness(s, corner_at(s, x, y), &z);
            if (now > m->likeness)
                *m = (struct match){x, y, z.module, now};
        }
    }
}

/* A finder that rows met too is placed better by its likeness. */
static int add(struct finder *f, int n, const struct match *m)
{
    struct finder added = {m->x, m->y, m->module, HITS, false};
    for (int i = 0; i < n; i++) {
        double near = 1.5 * m->module;
        if (f[i].light || fabs(f[i].x - m->x) > near || fabs(f[i].y - m->y) > near)
            continue;
        added.hits = f[i].hits > HITS ? f[i].hits : HITS;
        f[i] = added;
        return n;
    }
    if (n < FINDERS_MAX)
        f[n++] = added;
    return n;
}

int finder_match(const struct grey *img, struct finder out[static FINDERS_MAX], int n)
{
    struct match match[KEPT];
    int found = 0;
    if ((int64_t)img->w * img->h > PX_MAX)
        return n;
    CLEANUP(sums_fini) struct sums s = sums_of(img);
    for (double module = module_from; module < module_to; module *= grow)
        found = match_size(&s, module, match, found);
    for (int i = 0; i < found; i++) {
        refine(&s, &match[i]);
        n = add(out, n, &match[i]);
    }
    return n;
}
