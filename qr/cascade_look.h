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

enum { LEVELS_MAX = 4 };

/* The picture, its half, its quarter…: large finders look small on the last. */
struct level {
    struct grey g;    /* of the first: the view's own */
    int scale;        /* pixels of the view in one of its own */
    struct finder *f; /* NULL: not searched yet */
    int n;
};

struct look {
    struct cascade *c;
    const struct grey *img;
    const struct cascade_view *view;
    struct level levels[LEVELS_MAX];
    int n_levels;
    struct place places[CASCADE_PLACES_MAX];
    int n_places;
    uint32_t n_before; /* codes of earlier views */
    int n_alike;       /* places in which finders were seen by likeness */
};

/* Codes go to the cascade, placed on the page; what is known already is not kept twice. to_view
 * leads from the hit's pixels to the view's. */
void look_keep(struct look *l, const struct zxing_hit *h, struct affine to_view);
/* Too small ones and those over CASCADE_PLACES_MAX are left out. */
void look_add_place(struct look *l, struct rect r, int shrink, bool light);
/* Is a point of the view in a code that was read? */
bool look_is_read(const struct look *l, double x, double y);
/* Does a code that was read fill most of the place? */
bool look_is_filled(const struct look *l, const struct place *p);
/* Take the places out that codes fill which were read since. */
void look_drop_filled(struct look *l);
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

/* Two finders as two corners of one code: how sure, 0 where they cannot be. */
int look_pair_strength(const struct finder *p, const struct finder *q);
/* Is there a square between them that could be a code, no paper with letters? g: the picture they
 * are of. */
bool look_pair_is_grey(const struct grey *g, const struct finder *p, const struct finder *q);
/* Where their code can be, in pixels scale times as fine. */
struct rect look_pair_reach(const struct finder *p, const struct finder *q, int scale);

/* Pixels of a level → the page. */
struct affine look_level_to_page(const struct look *l, const struct level *level);
/* The level's finders, searched for once, that lie in no code that was read. */
int look_finders(struct look *l, struct level *level, struct finder out[static FINDERS_MAX]);

/* The decoder on the whole view, or on parts of one of its levels. */
void look_read(struct look *l, const struct grey *g, const struct zxing_ask *ask,
               struct affine to_view);

/* Decode around finders (cascade_near.c), solve what they leave at every size (cascade_levels.c),
 * then the places that are left (cascade_places.c). */
void look_near_finders(struct look *l);
bool look_is_left(struct look *l); /* are there finders in no code that was read? */
void look_at_levels(struct look *l);
void look_for_blocks(struct look *l); /* places of squares of grey (cascade_blocks.c) */
void look_at_places(struct look *l);
void look_levels_open(struct look *l);
void look_levels_close(struct look *l);

#endif
