/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The hard cases: a QR code is there, for its finder patterns are, but no decoder reads it. Its
 * grid is fitted, its modules are solved for, its code words corrected by how sure they are; what
 * results is drawn cleanly and given to the ordinary decoder for its text. */
#ifndef QR_HARD_H
#define QR_HARD_H

#include "qr/finder.h"
#include "qr/zxing.h"

enum {
    HARD_READS_MAX = 16,
    HARD_ODDS_MAX = 60000, /* modules of one document that are asked by their odds: some 5 s */
};

struct hard_place {
    const struct grey *img;
    const struct grey *finer; /* the same, twice as fine; or NULL */

    const struct finder *finders; /* in img's pixels */
    int n_finders;
    bool tilted;    /* a photo: squares need not look square */
    int *odds_left; /* modules that may still be asked by their odds; NULL: none */
};

/* out  hits in img's pixels, contents in a; returns how many, at most HARD_READS_MAX */
int hard_read(struct arena *a, const struct hard_place *place,
              struct zxing_hit out[static HARD_READS_MAX]);

#endif
