/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Solved by mean fields: each module in turn is asked how much worse the picture would be explained
 * were it light, and how much were it dark, its neighbours being as dark as they are believed to
 * be; first mildly, then more and more strictly. */
#include "qr/deblur.h"
#include "qr/optics.h"
#include <math.h>
#include <stdlib.h>

enum { N_SWEEPS = 7, N_MOVES = 3 };

static const float heat[N_SWEEPS] = {12, 8, 5, 3, 2, 1.5f, 1.5f};
static const float surest = 60;
static const double reach_most = SPAN / 2.0; /* modules; a pixel further away sees none of one */
static const double reach_blurs = 2.65;      /* as far beyond its edge a share is share_min */
static const double spread_min = 0.06;       /* of the ink: pixels are never surer than this */
static const float share_min = 0.004f;

/* A pixel that sees a module, and how much of it. */
struct sight {
    struct seen *px;
    float part;
};

struct deblur {
    struct optics o;
    const uint8_t *parts;
    struct sight *sights; /* by module */
    int *first;           /* of each module's in sights; one more at the end */
};

void deblur_free(struct deblur *d)
{
    if (!d)
        return;
    optics_fini(&d->o);
    free(d->sights);
    free(d->first);
    free(d);
}

void deblur_freep(struct deblur **d)
{
    deblur_free(*d);
    *d = NULL;
}

const struct grid *deblur_grid(const struct deblur *d)
{
    return &d->o.grid;
}

struct optics *deblur_optics(struct deblur *d)
{
    return &d->o;
}

static bool is_known(int part)
{
    return part == PART_DARK || part == PART_LIGHT;
}

static void set_parts(struct deblur *d)
{
    for (int y = 0; y < d->o.grid.side; y++) {
        for (int x = 0; x < d->o.grid.side; x++) {
            int part = d->parts[y * d->o.grid.side + x];
            d->o.dark[optics_module(&d->o, x, y)] = part == PART_DARK    ? 1
                                                    : part == PART_LIGHT ? 0
                                                                         : 0.5f;
        }
    }
}

struct deblur *deblur_new(const struct grid *g, const struct grey *img, const uint8_t *parts)
{
    CLEANUP(deblur_freep)
    struct deblur *d = calloc(1, sizeof *d);
    if (!d)
        abort();
    d->parts = parts;
    if (!optics_init(&d->o, g, img))
        return NULL;
    set_parts(d);
    return optics_choose(&d->o, OPTICS_FINDERS) ? TAKE(d) : NULL;
}

/* Pixels that may see a module: a square around its middle, the net being no help here. */
static struct rect pixels_of(const struct optics *o, int x, int y, double reach_px)
{
    struct point p = grid_point(&o->grid, x + 0.5, y + 0.5);
    struct rect r = {(int)(p.x - reach_px), (int)(p.y - reach_px), (int)(p.x + reach_px) + 1,
                     (int)(p.y + reach_px) + 1};
    return (struct rect){r.x0 > o->r.x0 ? r.x0 : o->r.x0, r.y0 > o->r.y0 ? r.y0 : o->r.y0,
                         r.x1 < o->r.x1 ? r.x1 : o->r.x1, r.y1 < o->r.y1 ? r.y1 : o->r.y1};
}

static struct seen *pixel(const struct optics *o, int x, int y)
{
    return o->px + (y - o->r.y0) * (o->r.x1 - o->r.x0) + x - o->r.x0;
}

/* The share that a pixel sees of module (x, y), margin counted. */
static float share_of(const struct seen *s, int x, int y)
{
    unsigned i = (unsigned)(x - s->x), j = (unsigned)(y - s->y);
    return s->used && i < SPAN && j < SPAN ? s->across[i] * s->down[j] : 0;
}

/* How far from a module's middle a pixel sees enough of it, in modules of the unbent grid. */
static double reach(const struct optics *o)
{
    double bent = 0;
    for (int i = 0; i < NET * NET; i++)
        bent = fmax(bent, fmax(fabs(o->bend[i][0]), fabs(o->bend[i][1])));
    return fmin(reach_most, 0.5 + reach_blurs * o->blur + bent);
}

/* The sights of module (x, y), added to the n that are there; how many there are then. */
static int add_sights(struct deblur *d, int x, int y, double reach_px, int n, int *room)
{
    const struct optics *o = &d->o;
    struct rect r = pixels_of(o, x, y, reach_px);
    int most = n + (r.x1 > r.x0 && r.y1 > r.y0 ? (r.x1 - r.x0) * (r.y1 - r.y0) : 0);
    if (most > *room) {
        *room = 2 * most;
        d->sights = realloc(d->sights, (size_t)*room * sizeof *d->sights);
        if (!d->sights)
            abort();
    }
    for (int py = r.y0; py < r.y1; py++) {
        struct seen *s = pixel(o, r.x0, py);
        for (int px = r.x0; px < r.x1; px++, s++) {
            float part = share_of(s, x + MARGIN, y + MARGIN);
            if (part > 0)
                d->sights[n++] = (struct sight){s, part};
        }
    }
    return n;
}

/* Which pixels see which module stays the same while all are solved for. */
static void gather(struct deblur *d)
{
    int side = d->o.grid.side, n = 0, room = 0;
    double reach_px = reach(&d->o) * grid_module_px(&d->o.grid);
    free(d->sights);
    free(d->first);
    d->sights = NULL;
    d->first = calloc((size_t)(side * side) + 1, sizeof *d->first);
    if (!d->first)
        abort();
    for (int m = 0; m < side * side; m++) {
        d->first[m] = n;
        if (!is_known(d->parts[m]))
            n = add_sights(d, m % side, m / side, reach_px, n, &room);
    }
    d->first[side * side] = n;
}

/* How much larger is the squared error with the module light than with it dark? */
static float evidence(const struct deblur *d, int m, float dark)
{
    const struct optics *o = &d->o;
    float light_error = 0, dark_error = 0, ink = (float)o->level[3];
    for (int i = d->first[m]; i < d->first[m + 1]; i++) {
        const struct seen *s = d->sights[i].px;
        float w = d->sights[i].part;
        if (w < share_min)
            continue;
        float rest = s->dark - w * dark, e = s->value - optics_paper(o, s);
        float if_light = e + ink * optics_linked(o, rest);
        float if_dark = e + ink * optics_linked(o, rest + w);
        light_error += if_light * if_light;
        dark_error += if_dark * if_dark;
    }
    return light_error - dark_error;
}

static void believe(struct deblur *d, int m, float *now, float dark)
{
    float more = dark - *now;
    *now = dark;
    for (int i = d->first[m]; i < d->first[m + 1]; i++)
        d->sights[i].px->dark += more * d->sights[i].part;
}

static void sweep(struct deblur *d, float temperature, float *soft)
{
    struct optics *o = &d->o;
    double least = spread_min * o->level[3];
    float scale = (float)(1 / (2 * fmax(o->variance, least * least))) / temperature;
    int side = o->grid.side;
    for (int m = 0; m < side * side; m++) {
        if (is_known(d->parts[m])) {
            soft[m] = d->parts[m] == PART_DARK ? surest : -surest;
            continue;
        }
        float *now = &o->dark[optics_module(o, m % side, m / side)];
        float s = evidence(d, m, *now) * scale;
        soft[m] = s > surest ? surest : s < -surest ? -surest : s;
        believe(d, m, now, 1 / (1 + expf(-soft[m])));
    }
}

static double explained(const struct optics *o)
{
    double n = 0, s = 0, ss = 0;
    for (int k = 0; k < o->n_px; k++) {
        double v = (double)o->px[k].value * o->px[k].used;
        n += o->px[k].used;
        s += v;
        ss += v * v;
    }
    double all = ss / n - s * s / n / n;
    return all > 0 ? 1 - o->variance / all : 0;
}

double deblur_solve(struct deblur *d, float *soft_out)
{
    set_parts(d);
    optics_see(&d->o);
    gather(d);
    for (int i = 0; i < N_SWEEPS; i++) {
        sweep(d, heat[i], soft_out);
        optics_see(&d->o); /* sums of small steps drift */
        if (!optics_fit_levels(&d->o, OPTICS_ALL))
            return 0;
    }
    return explained(&d->o);
}

void deblur_refine(struct deblur *d)
{
    for (int i = 0; i < N_MOVES; i++) {
        optics_bend(&d->o);
        if (!optics_fit_levels(&d->o, OPTICS_ALL))
            return;
    }
    (void)optics_choose(&d->o, OPTICS_ALL);
}
