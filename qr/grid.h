/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Where does each module of a symbol lie in the picture? A perspective from module coordinates to
 * pixels, fitted to what every symbol of a version must show: finders, timing lines, alignment
 * patterns. Module (x, y) covers x..x+1, y..y+1 from the symbol's top left. */
#ifndef QR_GRID_H
#define QR_GRID_H

#include "qr/grey.h"
#include "qr/symbol.h"

/* Fitted points lie at 3.5 modules from the corners: the finders' centres and the fourth's. */
struct grid {
    int version, side;
    struct point at[4]; /* top left, top right, bottom right, bottom left; pixels */
    double m[8];        /* the perspective, from grid_set */
};

/* at → m. */
void grid_set(struct grid *g);
struct point grid_point(const struct grid *g, double x, double y);
/* Pixels a module, mean. */
double grid_module_px(const struct grid *g);

/* How alternating are the timing lines? About 1 for the right version, 0 for noise. */
double grid_timing(const struct grid *g, const struct grey *img);

/* How well do all function patterns agree with the picture: correlation, -1 to 1. */
double grid_agreement(const struct grid *g, const struct grey *img, const uint8_t *map);

/* Move the points to the best agreement around; returns it. map is of the grid's version. */
double grid_fit(struct grid *g, const struct grey *img, const uint8_t *map);

/* The picture's value between pixels; outside repeats the edge. Pixel centres are at .5. */
double grey_at(const struct grey *img, double x, double y);

#endif
