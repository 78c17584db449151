/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Each finder as the corner between any two others near it: alike in size, as far, at a right
 * angle. */
#include "qr/guess.h"

#include <math.h>

enum { NEAR_MAX = 64 /* finders within reach of one */ };

/* How a triple may differ from a square's corners. */
struct shape {
    double side_ratio, cosine, module_ratio;
};
static const struct shape flat_shape = {1.15, 0.12, 1.8}, tilted_shape = {1.6, 0.4, 2.2};

struct guesses {
    struct guess *guess; /* GUESSES_MAX */
    int n;
    const struct shape *shape;
};

double finders_apart(const struct finder *p, const struct finder *q)
{
    double dx = p->x - q->x, dy = p->y - q->y;
    return sqrt(dx * dx + dy * dy); /* asked a million times on a noisy page; hypot is slow */
}

static double ratio(double p, double q)
{
    return p > q ? p / q : q / p;
}

static void keep_guess(struct guesses *to, const struct guess *g)
{
    int at = to->n < GUESSES_MAX ? to->n++ : GUESSES_MAX;
    for (; at > 0 && to->guess[at - 1].badness > g->badness; at--) {
        if (at < GUESSES_MAX)
            to->guess[at] = to->guess[at - 1];
    }
    if (at < GUESSES_MAX)
        to->guess[at] = *g;
}

/* A finder within reach of another, seen from that one. */
struct near {
    const struct finder *f;
    double dx, dy, d;
};

/* c is the corner between p and q? */
static void consider(struct guesses *to, const struct finder *c, const struct near *p,
                     const struct near *q)
{
    const struct shape *shape = to->shape;
    double sides = ratio(p->d, q->d), module = (c->module + p->f->module + q->f->module) / 3;
    if (sides > shape->side_ratio || p->d < 8 * module || p->d > 260 * module)
        return;
    double cosine = fabs(p->dx * q->dx + p->dy * q->dy) / (p->d * q->d);
    double modules = fmax(ratio(c->module, p->f->module),
                          fmax(ratio(c->module, q->f->module), ratio(p->f->module, q->f->module)));
    if (cosine > shape->cosine || modules > shape->module_ratio)
        return;
    bool clockwise = p->dx * q->dy - p->dy * q->dx > 0;
    struct guess g = {{*c, clockwise ? *p->f : *q->f, clockwise ? *q->f : *p->f},
                      10 * (sides - 1) + 10 * cosine + (modules - 1) -
                          0.05 * (c->hits + p->f->hits + q->f->hits)};
    keep_guess(to, &g);
}

static int finders_near(const struct finder *all, int n_all, int i, struct near near[NEAR_MAX])
{
    static const double reach_modules = 240, alike = 2.2;
    const struct finder *c = &all[i];
    int n = 0;
    for (int k = 0; k < n_all && n < NEAR_MAX; k++) {
        const struct finder *f = &all[k];
        double d = finders_apart(c, f);
        if (k != i && d > 0 && d < reach_modules * c->module && ratio(f->module, c->module) < alike)
            near[n++] = (struct near){f, f->x - c->x, f->y - c->y, d};
    }
    return n;
}

int guess_find(const struct finder *f, int n, bool tilted, struct guess out[static GUESSES_MAX])
{
    struct near near[NEAR_MAX];
    struct guesses found = {out, 0, tilted ? &tilted_shape : &flat_shape};
    for (int i = 0; i < n; i++) {
        int n_near = finders_near(f, n, i, near);
        for (int j = 0; j < n_near; j++) {
            for (int k = j + 1; k < n_near; k++)
                consider(&found, &f[i], &near[j], &near[k]);
        }
    }
    return found.n;
}

struct rect guess_box(const struct guess *g)
{
    static const double around_modules = 10; /* a finder's own half, and a quiet zone */
    const struct finder *c = g->corner;
    double x[4] = {c[0].x, c[1].x, c[2].x, c[1].x + c[2].x - c[0].x};
    double y[4] = {c[0].y, c[1].y, c[2].y, c[1].y + c[2].y - c[0].y};
    int by = (int)ceil(around_modules * fmax(c[0].module, fmax(c[1].module, c[2].module)));
    struct rect r = {INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN};
    for (int k = 0; k < 4; k++)
        r = rect_join(
            r, (struct rect){(int)x[k] - by, (int)y[k] - by, (int)x[k] + by, (int)y[k] + by});
    return r;
}
