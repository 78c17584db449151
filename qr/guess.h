/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Where could a code stand? Any three finders that stand like the corners of a square make a guess.
 * Cheap: the picture is not asked. */
#ifndef QR_GUESS_H
#define QR_GUESS_H

#include "qr/finder.h"

enum { GUESSES_MAX = 48 };

struct guess {
    struct finder corner[3]; /* top left, top right, bottom left */
    double badness;          /* how little it looks like one; for the order only */
};

/* Of n finders, the likeliest guesses first; tilted: a photo, where squares need not look square.
 * Returns how many. */
int guess_find(const struct finder *f, int n, bool tilted, struct guess out[static GUESSES_MAX]);

/* Its box with a quiet zone, in the finders' pixels; may reach over the picture's edge. */
struct rect guess_box(const struct guess *g);

/* Pixels from one centre to the other. */
double finders_apart(const struct finder *p, const struct finder *q);

#endif
