/* SPDX-License-Identifier: AGPL-3.0-or-later
 * How modules become pixels: pixel = paper - ink * link(sum over modules of share in the pixel *
 * darkness). The share is a box (the module) under a Gaussian (scanner, JPEG, the pixel). The link
 * is a straight line, or the soft threshold of a copier or fax that makes dark modules grow. */
#ifndef QR_OPTICS_H
#define QR_OPTICS_H

#include "qr/grid.h"

enum {
    SPAN = 5,     /* modules in a row that reach into one pixel */
    MARGIN = 3,   /* light modules around the symbol */
    N_LEVELS = 4, /* paper: constant, along x, along y; ink */
    LINK_STEPS = 128,
    NET = 4, /* knots along a side of the net that bends the grid */
};

/* One pixel: which modules it sees, how much of each row and column of them. */
struct seen {
    bool used;  /* shows the symbol at all: is one of the shown */
    int x, y;   /* first module, margin counted */
    float u, v; /* its centre in modules */
    float across[SPAN], down[SPAN];
    float value;
    float dark; /* what it sees of the modules as they are believed */
};

struct optics {
    struct grid grid;
    int wide;        /* side + 2 * MARGIN */
    struct rect r;   /* of the picture */
    struct seen *px; /* all of r, row by row */
    int n_px;
    int *shown; /* which of px show the symbol at all, those at its finders first */
    int n_at_finders, n_shown;
    float *dark;                          /* wide * wide, 0 to 1 */
    double blur;                          /* modules */
    int blur_index, link_index, n_shapes; /* private to optics_choose */
    double bend[NET * NET][2];            /* what the net adds to u and v at its knots, modules */
    float link[LINK_STEPS + 2];
    double level[N_LEVELS];
    double variance; /* of what the model leaves, grey levels squared */
};

/* Which pixels a measure counts. */
enum optics_part { OPTICS_FINDERS, OPTICS_ALL };

/* false: too large or not in the picture. Freed by optics_fini in every case. */
bool optics_init(struct optics *o, const struct grid *g, const struct grey *img);
void optics_fini(struct optics *o);

/* Where each pixel lies on the grid, after the grid moved; then its shares. */
void optics_locate(struct optics *o);
/* Shares and darkness of the part's pixels; the others keep what they had. */
void optics_set_blur(struct optics *o, double blur, enum optics_part part);
/* A soft threshold: gain, and the darkness that it lies at; gain 0: the straight line. */
void optics_set_link(struct optics *o, double gain, double middle);
/* seen.dark of all pixels from the modules as they are. */
void optics_see(struct optics *o);

/* How many of shown a measure counts. */
static inline int optics_n(const struct optics *o, enum optics_part part)
{
    return part == OPTICS_FINDERS ? o->n_at_finders : o->n_shown;
}

/* Least squares of paper and ink; sets variance. false: no ink. */
bool optics_fit_levels(struct optics *o, enum optics_part part);
/* The blur and the link that explain most; called again, only among those near to the last choice.
 * false: none explains anything. */
bool optics_choose(struct optics *o, enum optics_part part);
/* One Gauss-Newton step of the net towards a smaller variance: paper is never quite flat. */
void optics_bend(struct optics *o);

static inline int optics_module(const struct optics *o, int x, int y)
{
    return (y + MARGIN) * o->wide + x + MARGIN;
}

static inline float optics_linked(const struct optics *o, float dark)
{
    float at = dark * LINK_STEPS;
    at = at < 0 ? 0 : at > LINK_STEPS ? LINK_STEPS : at;
    int i = (int)at;
    return o->link[i] + (o->link[i + 1] - o->link[i]) * (at - (float)i);
}

static inline float optics_paper(const struct optics *o, const struct seen *s)
{
    return (float)o->level[0] +
           ((float)o->level[1] * s->u + (float)o->level[2] * s->v) / (float)o->grid.side;
}

#endif
