/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Between the files of the cascade: one view while it is being looked at. */
#ifndef QR_CASCADE_LOOK_H
#define QR_CASCADE_LOOK_H

#include "qr/cascade.h"
#include "qr/finder.h"
#include "qr/zxing.h"

/* Where something looks like a code and gave no text yet. */
struct place {
    struct rect r; /* of the view */
    int shrink;    /* 1, 2, 4 or 8: looked at in so much smaller */
    bool light;    /* light on dark */
};

struct look {
    struct cascade *c;
    const struct grey *img;
    const struct cascade_view *view;
    struct place places[CASCADE_PLACES_MAX];
    int n_places;
    uint32_t n_before; /* codes of earlier views */
};

/* Codes go to the cascade, placed on the page; what is known already is not kept twice. to_view
 * leads from the hit's pixels to the view's. */
void look_keep(struct look *l, const struct zxing_hit *h, struct affine to_view);
/* Too small ones and those over CASCADE_PLACES_MAX are left out. */
void look_add_place(struct look *l, struct rect r, int shrink, bool light);
/* Take the finders out that lie in codes that were read; to_page leads from their pixels to the
 * page. Returns how many are left. */
int look_unread(const struct look *l, struct finder *f, int n, struct affine to_page);
/* Copy those of one colour. */
int look_of_colour(const struct finder *f, int n, bool light, struct finder *out);
/* Fit grids to the finders and solve for the modules. finer: img twice as fine, or NULL. */
void look_hard(struct look *l, const struct grey *img, const struct grey *finer,
               const struct finder *f, int n, struct affine to_view);

/* Modules larger than this are halved before the hard look: noise goes, nothing else does. */
int look_shrink(double module_px);

/* Finders at every size (cascade_levels.c), then what is left (cascade_places.c). */
void look_at_levels(struct look *l);
void look_at_places(struct look *l);

#endif
