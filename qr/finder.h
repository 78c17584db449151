/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Where could a QR code be? Searches for finder patterns, the three nested squares in its corners:
 * dark, light, dark, light, dark in the widths 1:1:3:1:1, along the row and down the column. */
#ifndef QR_FINDER_H
#define QR_FINDER_H

#include "qr/grey.h"

enum { FINDERS_MAX = 512 }; /* of one picture */

struct finder {
    double x, y;   /* centre, pixels */
    double module; /* pixels */
    int hits;      /* rows that cross it, those between the looked at counted: more is surer */
    bool light;    /* light on dark */
};

/* What a pixel must be darker than, to be dark. */
enum finder_threshold {
    FINDER_SHARP,   /* the mean of 28 x 28 pixels: clean prints */
    FINDER_BLURRED, /* of 10 x 10: rings that a blur has all but closed, modules under 2 pixels */
};

struct finder_ask {
    const struct grey *img;
    const struct grey *half; /* grey_halve of img, where it is there already; or NULL */
    enum finder_threshold threshold;
    int step; /* from one row looked at to the next, ≥ 1 */
};

/* in   n finders are in out already (0 at first): what is met again is not added
 * out  returns how many there are, at most FINDERS_MAX; ghosts among them: letters and rules cross
 * like one */
int finder_search(const struct finder_ask *ask, struct finder out[static FINDERS_MAX], int n);

/* Dark finders by likeness, where rings are blurred or closed: only upright ones (to some 10
 * degrees) of modules of 2.2 to 9 pixels, the surest of a small picture. Adds as finder_search. */
int finder_match(const struct grey *img, struct finder out[static FINDERS_MAX], int n);

#endif
