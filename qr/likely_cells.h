/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Between the two files of the odds: one symbol's pixels, taken together in cells. */
#ifndef QR_LIKELY_CELLS_H
#define QR_LIKELY_CELLS_H

#include "qr/likely.h"

struct cell {
    float value;  /* greys: darkness by its pixels, 0 to 1; two tones: how many of them are black */
    float weight; /* greys: one over the noise squared; two tones: how many are white */
    float dark;   /* as the modules are believed */
    float cost;   /* two tones, while drawing: of what it shows, were it as dark as that */
};

/* How much of a module a cell sees. */
struct share {
    int cell;
    float part;
};

enum { ODDS_STEPS = 512, CURVE_STEPS = 128, CURVE_SIGMAS = 8 };

/* Of one darkness: what a black and a white pixel cost, how the cost rises with darkness, and the
 * rise's rise. */
struct odds {
    float black, white, slope_black, slope_white, curve;
};

struct likely {
    struct optics *o;
    const uint8_t *parts;
    const float *prior; /* or NULL */
    bool two_tones;
    double middle, noise; /* two tones: darkness of the threshold, and the noise before it */
    int cell_px;          /* pixels along a cell's side */
    struct cell *cells;
    int n_cells;
    struct share *shares;
    int *first; /* of each module: in shares; one more at the end */
    float curve[2 * CURVE_SIGMAS * CURVE_STEPS + 1]; /* ln of how probably noise passes */
    struct odds odds[ODDS_STEPS + 1];
    uint64_t lot;
};

static inline const struct odds *odds_at(const struct likely *l, float dark)
{
    static const float from = -0.25f, to = 1.25f;
    float at = (dark - from) * (ODDS_STEPS / (to - from)) + 0.5f;
    return &l->odds[at < 0 ? 0 : at > ODDS_STEPS ? ODDS_STEPS : (int)at];
}

static inline double odds_dark(int step)
{
    return -0.25 + 1.5 * step / ODDS_STEPS;
}

/* Cells and shares anew, after blur, grid or levels changed. */
void likely_gather(struct likely *l);
/* cell.dark of all cells from the modules as they are. */
void likely_see(struct likely *l);

#endif
