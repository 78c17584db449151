/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What are the odds of each module, given all pixels? For symbols that one guess a module does not
 * solve: first the best picture of modules that may be of any grey (no dead ends on the way there),
 * then many whole symbols drawn by lot, as often as each explains the picture, and counted.
 * see Geman and Geman, "Stochastic Relaxation, Gibbs Distributions, and the Bayesian Restoration of
 * Images", 1984 */
#ifndef QR_LIKELY_H
#define QR_LIKELY_H

#include "qr/optics.h"

enum { LIKELY_KEPT = 40 }; /* draws that are counted */

struct likely; /* opaque: one symbol in one picture */

/* o, fitted once at least, or of a picture of two tones and only just made (optics_init), and parts
 * (side * side of enum symbol_part; known modules are dark or light there, more may become so) are
 * the caller's and must live as long; o's blur, link and modules change. NULL: no ink is to be
 * seen. */
struct likely *likely_new(struct optics *o, const uint8_t *parts);
/* side * side logarithms of odds that each module is dark before the picture is asked; the
 * caller's; NULL: even odds. */
void likely_set_prior(struct likely *l, const float *prior);
void likely_free(struct likely *l); /* accepts NULL */
void likely_freep(struct likely **l);

/* Fit blur, threshold and noise to the pixels, o's modules being as they are believed. false: too
 * little is left of what was blurred before it was made black and white. */
bool likely_fit(struct likely *l, enum optics_part part);

/* soft_out: side * side values for symbol_decode: of the best grey picture, or of the draws.
 * out  what share of the modules it leaves open, 0 to 0.5: about how many are wrong */
double likely_relax(struct likely *l, float *soft_out);
double likely_draw(struct likely *l, float *soft_out);

#endif
