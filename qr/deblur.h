/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What must the modules be, for the picture to look as it does? At little more than a pixel a
 * module every pixel shows several modules; a model of how they blur into each other is solved for
 * the modules. */
#ifndef QR_DEBLUR_H
#define QR_DEBLUR_H

#include "qr/optics.h"

struct deblur; /* opaque: one symbol in one picture */

/* parts: side * side of enum symbol_part; what is dark or light there is known. The picture and
 * the parts must live as long; the grid is copied. NULL: too large, or its finders are not to be
 * seen. */
struct deblur *deblur_new(const struct grid *g, const struct grey *img, const uint8_t *parts);
void deblur_free(struct deblur *d); /* accepts NULL */
void deblur_freep(struct deblur **d);

/* soft_out: side * side values for symbol_decode. May be called again after deblur_refine, or after
 * more parts have become known.
 * out  how much of the picture's variation the solution explains, 0 to 1 */
double deblur_solve(struct deblur *d, float *soft_out);

/* Move the grid, and choose blur and threshold anew, to where the solution explains most. */
void deblur_refine(struct deblur *d);

const struct grid *deblur_grid(const struct deblur *d);
/* The fitted model; the deblur's own. */
struct optics *deblur_optics(struct deblur *d);

#endif
