/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Pixels are taken together in cells of about half a module: what is blurred over a module is seen
 * as well by fewer. For each module a list says which cells see how much of it, so that a sweep
 * over all modules is a walk along one array. */
#include "qr/likely_cells.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    AROUND = SPAN + 4, /* modules in a row that the pixels of one cell see */
    CELL_PX_MAX = 4,
    MOVES_MAX = 6,
};

static const double cells_a_module = 2;
static const float share_min = 0.004f;
static const double speckle = 0.002; /* of the pixels have a colour that says nothing */
static const double noise_min = 0.02, noise_max = 0.25; /* of the ink */
static const double blur_min = 0.15, blur_max = 1.1;    /* modules */
static const double two_tones_blur_max = 0.72, blur_start = 0.48;

static void *zeros(size_t n, size_t size)
{
    void *p = calloc(n, size);
    if (!p)
        abort();
    return p;
}

static bool is_black(const struct seen *s)
{
    return s->value < 128;
}

/* The logarithm of how probably a pixel is black that is so many sigmas darker than the threshold;
 * white is black so much lighter. */
static void set_curve(struct likely *l)
{
    for (int i = 0; i < (int)ARRAY_LEN(l->curve); i++) {
        double sigmas = (double)i / CURVE_STEPS - CURVE_SIGMAS;
        l->curve[i] = (float)log(speckle + (1 - 2 * speckle) * 0.5 * erfc(-sigmas * M_SQRT1_2));
    }
}

static double ln_black(const struct likely *l, double sigmas)
{
    double at = (sigmas + CURVE_SIGMAS) * CURVE_STEPS, last = ARRAY_LEN(l->curve) - 1;
    at = at < 0 ? 0 : at > last ? last : at;
    int i = (int)at < (int)last ? (int)at : (int)last - 1;
    return (double)l->curve[i] + (double)(l->curve[i + 1] - l->curve[i]) * (at - i);
}

struct likely *likely_new(struct optics *o, const uint8_t *parts)
{
    bool two_tones = o->blur <= 0;
    if (!two_tones && o->level[3] <= 1)
        return NULL;
    struct likely *l = zeros(1, sizeof *l);
    *l = (struct likely){.o = o,
                         .parts = parts,
                         .two_tones = two_tones,
                         .middle = 0.35,
                         .noise = 0.06,
                         .lot = 88172645463325252};
    int px = (int)(grid_module_px(&o->grid) / cells_a_module);
    l->cell_px = px < 1 ? 1 : px > CELL_PX_MAX ? CELL_PX_MAX : px;
    int n = o->grid.side * o->grid.side;
    l->first = zeros((size_t)n + 1, sizeof *l->first);
    for (int m = 0; m < n && two_tones; m++) {
        int at = optics_module(o, m % o->grid.side, m / o->grid.side);
        o->dark[at] = parts[m] == PART_DARK ? 1 : parts[m] == PART_LIGHT ? 0 : 0.5f;
    }
    if (two_tones)
        o->blur = blur_start;
    set_curve(l);
    return l;
}

void likely_free(struct likely *l)
{
    if (!l)
        return;
    free(l->cells);
    free(l->shares);
    free(l->first);
    free(l);
}

void likely_freep(struct likely **l)
{
    likely_free(*l);
    *l = NULL;
}

/* One cell being put together: its pixels' means. */
struct pile {
    int x, y, n; /* first module, margin counted */
    float black, grey;
    float part[AROUND][AROUND];
};

static void pile_add(struct pile *p, const struct optics *o, const struct seen *s)
{
    int dx = s->x - p->x, dy = s->y - p->y;
    if (dx < 0 || dy < 0 || dx + SPAN > AROUND || dy + SPAN > AROUND)
        return; /* the grid folds here */
    p->n++;
    p->black += is_black(s);
    p->grey += (optics_paper(o, s) - s->value) / (float)o->level[3];
    for (int j = 0; j < SPAN; j++) {
        for (int i = 0; i < SPAN; i++)
            p->part[dy + j][dx + i] += s->down[j] * s->across[i];
    }
}

/* The pixels of a cell; false: it shows nothing of the symbol. */
static bool pile_up(const struct likely *l, int cx, int cy, struct pile *p)
{
    const struct optics *o = l->o;
    int w = o->r.x1 - o->r.x0, h = o->r.y1 - o->r.y0;
    *p = (struct pile){.x = INT32_MAX, .y = INT32_MAX};
    for (int pass = 0; pass < 2; pass++) {
        for (int y = cy * l->cell_px; y < (cy + 1) * l->cell_px && y < h; y++) {
            for (int x = cx * l->cell_px; x < (cx + 1) * l->cell_px && x < w; x++) {
                const struct seen *s = &o->px[y * w + x];
                if (!s->used)
                    continue;
                if (pass == 1) {
                    pile_add(p, o, s);
                    continue;
                }
                p->x = s->x < p->x ? s->x : p->x;
                p->y = s->y < p->y ? s->y : p->y;
            }
        }
    }
    return p->n > 0;
}

static struct cell cell_of(const struct likely *l, const struct pile *p)
{
    const struct optics *o = l->o;
    if (l->two_tones)
        return (struct cell){.value = p->black, .weight = (float)p->n - p->black};
    double noise = fmax(sqrt(o->variance) / o->level[3], noise_min);
    return (struct cell){.value = p->grey / (float)p->n, .weight = (float)(p->n / (noise * noise))};
}

/* A share on its way into its module's list. */
struct loose {
    int module;
    struct share share;
};

static int spread(const struct likely *l, const struct pile *p, int cell, struct loose *out)
{
    int side = l->o->grid.side, n = 0;
    for (int j = 0; j < AROUND; j++) {
        for (int i = 0; i < AROUND; i++) {
            int x = p->x + i - MARGIN, y = p->y + j - MARGIN;
            float part = p->part[j][i] / (float)p->n;
            if (part >= share_min && x >= 0 && y >= 0 && x < side && y < side)
                out[n++] = (struct loose){y * side + x, {cell, part}};
        }
    }
    return n;
}

/* By module, each module's in the order of the cells. */
static void sort_shares(struct likely *l, const struct loose *loose, int n)
{
    int modules = l->o->grid.side * l->o->grid.side;
    memset(l->first, 0, (size_t)(modules + 1) * sizeof *l->first);
    for (int i = 0; i < n; i++)
        l->first[loose[i].module + 1]++;
    for (int m = 0; m < modules; m++)
        l->first[m + 1] += l->first[m];
    free(l->shares);
    l->shares = zeros((size_t)n + 1, sizeof *l->shares);
    CLEANUP(mem_freep) int *next = zeros((size_t)modules + 1, sizeof *next);
    memcpy(next, l->first, (size_t)(modules + 1) * sizeof *next);
    for (int i = 0; i < n; i++)
        l->shares[next[loose[i].module]++] = loose[i].share;
}

void likely_gather(struct likely *l)
{
    const struct optics *o = l->o;
    int wide = (o->r.x1 - o->r.x0) / l->cell_px + 1, high = (o->r.y1 - o->r.y0) / l->cell_px + 1;
    free(l->cells);
    l->cells = zeros((size_t)wide * (size_t)high, sizeof *l->cells);
    l->n_cells = 0;
    int n = 0;
    CLEANUP(mem_freep) /* a tenth of it is used: what is not touched costs nothing */
    struct loose *loose = malloc((size_t)wide * (size_t)high * AROUND * AROUND * sizeof *loose);
    if (!loose)
        abort();
    for (int y = 0; y < high; y++) {
        for (int x = 0; x < wide; x++) {
            struct pile p;
            if (!pile_up(l, x, y, &p))
                continue;
            l->cells[l->n_cells] = cell_of(l, &p);
            n += spread(l, &p, l->n_cells++, loose + n);
        }
    }
    sort_shares(l, loose, n);
    likely_see(l);
}

void likely_see(struct likely *l)
{
    const struct optics *o = l->o;
    for (int k = 0; k < l->n_cells; k++)
        l->cells[k].dark = 0;
    for (int m = 0; m < o->grid.side * o->grid.side; m++) {
        float dark = o->dark[optics_module(o, m % o->grid.side, m / o->grid.side)];
        for (int i = l->first[m]; i < l->first[m + 1]; i++)
            l->cells[l->shares[i].cell].dark += dark * l->shares[i].part;
    }
}

static void set_odds(struct likely *l)
{
    double steep = 1.7 / l->noise; /* of the logistic curve that is nearest to a normal one */
    for (int i = 0; i <= ODDS_STEPS; i++) {
        double z = odds_dark(i), sigmas = (z - l->middle) / l->noise;
        double p = 1 / (1 + exp(steep * (l->middle - z)));
        l->odds[i] = (struct odds){
            .black = (float)-ln_black(l, sigmas),
            .white = (float)-ln_black(l, -sigmas),
            .slope_black = (float)(-steep * (1 - p)),
            .slope_white = (float)(steep * p),
            .curve = (float)(steep * steep * p * (1 - p)),
        };
    }
}

/* How many black and white pixels there are of each darkness. */
struct tally {
    int black[ODDS_STEPS + 1], white[ODDS_STEPS + 1];
};

static void count_tones(const struct likely *l, enum optics_part part, struct tally *t)
{
    *t = (struct tally){0};
    for (int k = 0; k < optics_n(l->o, part); k++) {
        const struct seen *s = &l->o->px[l->o->shown[k]];
        int at = (int)(odds_at(l, s->dark) - l->odds);
        if (is_black(s))
            t->black[at]++;
        else
            t->white[at]++;
    }
}

static double cost_of(const struct likely *l, const struct tally *t, double middle, double noise)
{
    double sum = 0;
    for (int i = 0; i <= ODDS_STEPS; i++) {
        if (!t->black[i] && !t->white[i])
            continue;
        double sigmas = (odds_dark(i) - middle) / noise;
        sum -= t->black[i] * ln_black(l, sigmas) + t->white[i] * ln_black(l, -sigmas);
    }
    return sum;
}

/* The threshold and its noise that cost least: downhill from where they are. */
static double fit_tones(struct likely *l, enum optics_part part)
{
    static const double step = 0.02, grow = 1.2;
    struct tally t;
    count_tones(l, part, &t);
    double best = cost_of(l, &t, l->middle, l->noise), before;
    do {
        before = best;
        for (int k = 0; k < 4; k++) {
            double middle = l->middle + (k == 0 ? step : k == 1 ? -step : 0);
            double noise = l->noise * (k == 2 ? grow : k == 3 ? 1 / grow : 1);
            double cost = noise < noise_min || noise > noise_max || middle < 0 || middle > 1
                              ? INFINITY
                              : cost_of(l, &t, middle, noise);
            if (cost < best) {
                best = cost;
                l->middle = middle;
                l->noise = noise;
            }
        }
    } while (best < before);
    return best;
}

/* What the pixels cost under one blur, the rest being fitted. */
static double try_blur(struct likely *l, double blur, enum optics_part part)
{
    if (!(blur >= blur_min && blur <= blur_max))
        return INFINITY;
    optics_set_blur(l->o, blur, part);
    if (l->two_tones)
        return fit_tones(l, part);
    return optics_fit_levels(l->o, part) ? l->o->variance : INFINITY;
}

bool likely_fit(struct likely *l, enum optics_part part)
{
    static const double grow = 1.1;
    double blur = l->o->blur, best;
    if (!l->two_tones)
        optics_set_link(l->o, 0, 0.5);
    best = try_blur(l, blur, part);
    for (int way = 0; way < 2; way++) {
        for (int i = 0; i < MOVES_MAX; i++) {
            double next = way ? blur / grow : blur * grow, cost = try_blur(l, next, part);
            if (!(cost < best))
                break;
            best = cost;
            blur = next;
        }
    }
    if (l->two_tones && part == OPTICS_ALL && blur > two_tones_blur_max)
        return false; /* finders alone measure it too roughly to say so */
    (void)try_blur(l, blur, part);
    optics_set_blur(l->o, blur, OPTICS_ALL);
    if (l->two_tones) {
        optics_set_link(l->o, 1.7 / l->noise, l->middle);
        set_odds(l);
        (void)optics_fit_levels(l->o, part);
    }
    likely_gather(l);
    return true;
}
