/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The model of a symbol's pixels, and its fit: levels by least squares, blur and link by trying
 * each, the grid by Gauss and Newton. */
#include "qr/optics.h"
#include "qr/least_squares.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PIXELS_MAX = 1 << 18, SIGMAS = 4, CURVE_STEPS = 64, SHAPES_MAX = 100 };

static const double blurs[] = {0.2, 0.3, 0.4, 0.5, 0.65, 0.85}; /* modules */

/* gain 0: the straight line. middle: the darkness that the threshold lies at. */
static const struct link_shape {
    double gain, middle;
} links[] = {{20, 0.12}, {8, 0.12}, {20, 0.2}, {8, 0.25}, {0, 0},
             {20, 0.3},  {8, 0.4},  {20, 0.4}, {8, 0.55}, {20, 0.5}};

void optics_fini(struct optics *o)
{
    free(o->px);
    free(o->dark);
    free(o->shown);
    o->px = NULL;
    o->shown = NULL;
    o->dark = NULL;
}

static void *zeros(size_t n, size_t size)
{
    void *p = calloc(n, size);
    if (!p)
        abort();
    return p;
}

/* The inverse of the grid's perspective. */
static struct point to_modules(const double *m, double x, double y)
{
    double a = m[0] - m[6] * x, b = m[1] - m[7] * x, c = x - m[2];
    double d = m[3] - m[6] * y, e = m[4] - m[7] * y, f = y - m[5];
    double det = a * e - b * d;
    if (fabs(det) < 1e-12)
        return (struct point){-1e6, -1e6};
    return (struct point){(c * e - b * f) / det + 3.5, (a * f - c * d) / det + 3.5};
}

static struct rect reach(const struct grid *g, const struct grey *img)
{
    struct rect r = {INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN};
    for (int k = 0; k < 4; k++) {
        struct point p = grid_point(g, k & 1 ? g->side : 0, k & 2 ? g->side : 0);
        int x = (int)fmin(fmax(p.x, -1e6), 1e6), y = (int)fmin(fmax(p.y, -1e6), 1e6);
        r = rect_join(r, (struct rect){x - 2, y - 2, x + 3, y + 3});
    }
    return rect_cut(r, img->w, img->h);
}

bool optics_init(struct optics *o, const struct grid *g, const struct grey *img)
{
    *o = (struct optics){.grid = *g, .wide = g->side + 2 * MARGIN, .r = reach(g, img)};
    o->dark = zeros((size_t)(o->wide * o->wide), sizeof *o->dark);
    if (rect_is_empty(o->r) ||
        (size_t)(o->r.x1 - o->r.x0) * (size_t)(o->r.y1 - o->r.y0) > PIXELS_MAX)
        return false;
    o->n_px = (o->r.x1 - o->r.x0) * (o->r.y1 - o->r.y0);
    o->px = zeros((size_t)o->n_px, sizeof *o->px);
    o->shown = zeros((size_t)o->n_px, sizeof *o->shown);
    struct seen *s = o->px;
    for (int y = o->r.y0; y < o->r.y1; y++) {
        for (int x = o->r.x0; x < o->r.x1; x++, s++)
            s->value = img->px[(ptrdiff_t)y * img->stride + x];
    }
    optics_locate(o);
    return o->n_shown > g->side * g->side / 4;
}

/* The four knots of the net around a place, and how much of each counts there. */
struct knots {
    int at[4]; /* ascending */
    double weight[4];
};

static struct knots knots_at(const struct optics *o, double u, double v)
{
    double x = fmin(fmax(u / o->grid.side, 0), 0.9999) * (NET - 1);
    double y = fmin(fmax(v / o->grid.side, 0), 0.9999) * (NET - 1);
    int i = (int)x, j = (int)y, at = j * NET + i;
    x -= i;
    y -= j;
    return (struct knots){{at, at + 1, at + NET, at + NET + 1},
                          {(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y}};
}

static struct point bent(const struct optics *o, struct point p)
{
    struct knots n = knots_at(o, p.x, p.y);
    for (int i = 0; i < 4; i++) {
        p.x += n.weight[i] * o->bend[n.at[i]][0];
        p.y += n.weight[i] * o->bend[n.at[i]][1];
    }
    return p;
}

static bool is_at_finder(const struct optics *o, const struct seen *s)
{
    float far = (float)o->grid.side - 6.5f;
    bool left = s->u<6.5f, top = s->v<6.5f, right = s->u> far, bottom = s->v> far;
    return (left && top) || (right && top) || (left && bottom);
}

static void list_shown(struct optics *o)
{
    o->n_shown = 0;
    for (int wanted = 1; wanted >= 0; wanted--) {
        for (int k = 0; k < o->n_px; k++) {
            if (o->px[k].used && is_at_finder(o, &o->px[k]) == wanted)
                o->shown[o->n_shown++] = k;
        }
        if (wanted)
            o->n_at_finders = o->n_shown;
    }
}

void optics_locate(struct optics *o)
{
    static const double beyond = 0.3;
    struct seen *s = o->px;
    for (int y = o->r.y0; y < o->r.y1; y++) {
        for (int x = o->r.x0; x < o->r.x1; x++, s++) {
            struct point p = bent(o, to_modules(o->grid.m, x + 0.5, y + 0.5));
            double far = o->grid.side + beyond;
            s->used = p.x > -beyond && p.y > -beyond && p.x < far && p.y < far;
            s->u = (float)p.x;
            s->v = (float)p.y;
        }
    }
    list_shown(o);
}

/* The Gaussian's integral up to so many CURVE_STEPS of a sigma, from -SIGMAS on. */
struct curve {
    float at[2 * SIGMAS * CURVE_STEPS + 2];
};

static struct curve curve_new(void)
{
    struct curve c;
    for (int i = 0; i < 2 * SIGMAS * CURVE_STEPS + 2; i++)
        c.at[i] = (float)((1 + erf(((double)i / CURVE_STEPS - SIGMAS) * M_SQRT1_2)) / 2);
    return c;
}

static float curve_at(const struct curve *c, float sigmas)
{
    float at = (sigmas + SIGMAS) * CURVE_STEPS;
    if (at <= 0)
        return 0;
    if (at >= 2 * SIGMAS * CURVE_STEPS)
        return 1;
    int i = (int)at;
    return c->at[i] + (c->at[i + 1] - c->at[i]) * (at - (float)i);
}

/* Shares of SPAN modules from first on in a point at u. */
static void shares(const struct curve *c, float u, float per_blur, int first, float *out)
{
    float left = curve_at(c, ((float)first - u) * per_blur);
    for (int i = 0; i < SPAN; i++) {
        float right = curve_at(c, ((float)(first + i + 1) - u) * per_blur);
        out[i] = right - left;
        left = right;
    }
}

static float seen_dark(const struct optics *o, const struct seen *s)
{
    const float *d = o->dark + s->y * o->wide + s->x;
    float sum = 0;
    for (int j = 0; j < SPAN; j++, d += o->wide) {
        float row = 0;
        for (int i = 0; i < SPAN; i++)
            row += s->across[i] * d[i];
        sum += row * s->down[j];
    }
    return sum;
}

void optics_set_blur(struct optics *o, double blur, enum optics_part part)
{
    const struct curve c = curve_new();
    float per_blur = (float)(1 / blur);
    o->blur = blur;
    for (int k = 0; k < optics_n(o, part); k++) {
        struct seen *s = &o->px[o->shown[k]];
        int x = floor_int((double)s->u) - SPAN / 2, y = floor_int((double)s->v) - SPAN / 2;
        shares(&c, s->u, per_blur, x, s->across);
        shares(&c, s->v, per_blur, y, s->down);
        s->x = x + MARGIN;
        s->y = y + MARGIN;
        s->dark = seen_dark(o, s);
    }
}

void optics_see(struct optics *o)
{
    for (int k = 0; k < o->n_shown; k++) {
        struct seen *s = &o->px[o->shown[k]];
        s->dark = seen_dark(o, s);
    }
}

void optics_set_link(struct optics *o, double gain, double middle)
{
    double low = 1 / (1 + exp(gain * middle)), high = 1 / (1 + exp(gain * (middle - 1)));
    for (int i = 0; i < LINK_STEPS + 2; i++) {
        double z = (double)i / LINK_STEPS, s = 1 / (1 + exp(gain * (middle - z)));
        o->link[i] = (float)(gain > 0 ? (s - low) / (high - low) : z);
    }
}

static float error_of(const struct optics *o, const struct seen *s)
{
    return s->value - optics_paper(o, s) + (float)o->level[3] * optics_linked(o, s->dark);
}

static double residue(const struct optics *o, enum optics_part part)
{
    double sum = 0;
    int n = optics_n(o, part);
    for (int k = 0; k < n; k++) {
        float e = error_of(o, &o->px[o->shown[k]]);
        sum += (double)(e * e);
    }
    return sum / (n > N_LEVELS ? n - N_LEVELS : 1);
}

bool optics_fit_levels(struct optics *o, enum optics_part part)
{
    struct least_squares q = {.n = N_LEVELS};
    for (int k = 0; k < optics_n(o, part); k++) {
        const struct seen *s = &o->px[o->shown[k]];
        const double f[N_LEVELS] = {1, (double)s->u / o->grid.side, (double)s->v / o->grid.side,
                                    -(double)optics_linked(o, s->dark)};
        least_squares_add(&q, f, (double)s->value);
    }
    if (!least_squares_solve(&q, 0, o->level))
        return false;
    o->variance = residue(o, part);
    return o->level[3] > 1;
}

/* Variance under one blur and link, infinite where they explain nothing. */
static double try_shape(struct optics *o, enum optics_part part, int blur, int link)
{
    if (blurs[blur] != o->blur)
        optics_set_blur(o, blurs[blur], part);
    optics_set_link(o, links[link].gain, links[link].middle);
    return optics_fit_levels(o, part) ? o->variance : INFINITY;
}

bool optics_choose(struct optics *o, enum optics_part part)
{
    bool again = o->n_shapes > 0; /* then only what is near to the last choice */
    int near = again ? 1 : SHAPES_MAX, blur = o->blur_index, link = o->link_index;
    double best = INFINITY;
    for (int i = 0; i < (int)ARRAY_LEN(blurs); i++) {
        for (int k = 0; k < (int)ARRAY_LEN(links); k++) {
            if (abs(i - o->blur_index) > near || abs(k - o->link_index) > near)
                continue;
            double v = try_shape(o, part, i, k);
            if (v < best) {
                best = v;
                blur = i;
                link = k;
            }
        }
    }
    o->blur_index = blur;
    o->link_index = link;
    o->n_shapes++;
    optics_set_blur(o, blurs[blur], OPTICS_ALL);
    return try_shape(o, part, blur, link) < INFINITY;
}

/* How the pixel's darkness changes as its place on the grid moves along u and v. */
static void slopes(const struct optics *o, struct seen s, const struct curve *c, float *du,
                   float *dv)
{
    static const float step = 0.06f;
    struct seen t = s;
    float per_blur = (float)(1 / o->blur);
    shares(c, s.u + step, per_blur, s.x - MARGIN, t.across);
    *du = (seen_dark(o, &t) - s.dark) / step;
    memcpy(t.across, s.across, sizeof t.across);
    shares(c, s.v + step, per_blur, s.y - MARGIN, t.down);
    *dv = (seen_dark(o, &t) - s.dark) / step;
}

void optics_bend(struct optics *o)
{
    const struct curve c = curve_new();
    struct least_squares q = {.n = 2 * NET * NET};
    const double damping = 0.02, most = 0.4;
    double move[2 * NET * NET];
    for (int k = 0; k < o->n_px; k++) {
        struct seen *s = &o->px[k];
        if (!s->used)
            continue;
        float du, dv, grown = optics_linked(o, s->dark + 0.02f);
        double ink = o->level[3] * (double)(grown - optics_linked(o, s->dark - 0.02f)) / 0.04;
        slopes(o, *s, &c, &du, &dv);
        struct knots n = knots_at(o, (double)s->u, (double)s->v);
        int at[8];
        double f[8];
        for (int i = 0; i < 4; i++) {
            at[2 * i] = 2 * n.at[i];
            at[2 * i + 1] = 2 * n.at[i] + 1;
            f[2 * i] = -n.weight[i] * ink * (double)du;
            f[2 * i + 1] = -n.weight[i] * ink * (double)dv;
        }
        least_squares_add_some(&q, at, f, 8, (double)error_of(o, s));
    }
    if (!least_squares_solve(&q, damping, move))
        return;
    for (int i = 0; i < 2 * NET * NET; i++)
        o->bend[i / 2][i % 2] += fmin(fmax(move[i], -most), most);
    optics_locate(o);
    optics_set_blur(o, o->blur, OPTICS_ALL);
}
