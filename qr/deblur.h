/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What must the modules be, for the picture to look as it does? At little more than a pixel a
 * module every pixel shows several modules; a model of how they blur into each other is solved for
 * the modules. */
#ifndef QR_DEBLUR_H
#define QR_DEBLUR_H

#include "qr/grid.h"

/* soft_out: side * side values for symbol_decode. map is of the grid's version.
 * out  how much of the picture's variation the solution explains, 0 to 1 */
double deblur(const struct grid *g, const struct grey *img, const uint8_t *map, float *soft_out);

#endif
