/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Finders at every size: the picture, its half, its quarter. Three of them make a guess for the
 * hard look at once; sure pairs that it has left become places. */
#include "qr/cascade_look.h"
#include "qr/hard.h"
#include <math.h>

enum {
    LEVELS_MAX = 4, /* each half of the one before: large finders look small on the last */
    LEVEL_SIDE_MIN = 100,
    LEVEL_DPI_MIN = 45,      /* a code of 40 mm has 2 px a module there */
    LEVEL_DPI_MAX = 250,     /* finders are still 9 px wide at half of this */
    BLURRED_UNDER_DPI = 170, /* above, rings do not close */
    SUSPECTS_MAX = 3,        /* pairs of finders of one level */
    HITS_MIN = 3,            /* rows that cross a finder that stands out */
};

static bool in_place(const struct look *l, const struct finder *f, int scale)
{
    int x = (int)(f->x * scale), y = (int)(f->y * scale);
    for (int i = 0; i < l->n_places; i++) {
        if (rect_touch(l->places[i].r, (struct rect){x, y, x + 1, y + 1}))
            return true;
    }
    return false;
}

/* Two finders as two corners of one code: how sure, 0 where they cannot be. */
static int pair_strength(const struct finder *p, const struct finder *q)
{
    double m = (p->module + q->module) / 2, d = hypot(p->x - q->x, p->y - q->y);
    bool alike = p->light == q->light && fabs(p->module - q->module) < 0.4 * m;
    if (!alike || p->hits < HITS_MIN || q->hits < HITS_MIN || d < 12 * m || d > 100 * m)
        return 0;
    return p->hits < q->hits ? p->hits : q->hits;
}

/* The other corners may lie on either side of the two. */
static struct rect pair_reach(const struct finder *p, const struct finder *q, int scale)
{
    double d = hypot(p->x - q->x, p->y - q->y) + 8 * p->module;
    struct rect r = {(int)(fmin(p->x, q->x) - d) * scale, (int)(fmin(p->y, q->y) - d) * scale,
                     (int)(fmax(p->x, q->x) + d) * scale, (int)(fmax(p->y, q->y) + d) * scale};
    return r;
}

/* Of a level's finders that the hard look has left: the surest pairs are worth a closer look. */
static void suspect(struct look *l, const struct finder *f, int n, int scale)
{
    for (int k = 0; k < SUSPECTS_MAX; k++) {
        int best = 0, bi = 0, bj = 0;
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                int strength = pair_strength(&f[i], &f[j]);
                if (strength > best && !in_place(l, &f[i], scale) && !in_place(l, &f[j], scale)) {
                    best = strength;
                    bi = i;
                    bj = j;
                }
            }
        }
        if (!best)
            return;
        int shrink = look_shrink(f[bi].module * scale);
        look_add_place(l, pair_reach(&f[bi], &f[bj], scale), shrink, f[bi].light);
    }
}

/* scale: pixels of the view in one of the level's. */
static void look_at_level(struct look *l, const struct grey *level, const struct grey *finer,
                          int scale)
{
    struct finder *f = arena_array(l->c->a, 2 * FINDERS_MAX, sizeof *f), *some = f + FINDERS_MAX;
    const struct affine to_view = {scale, 0, 0, scale, 0, 0};
    const struct affine to_page = affine_join(&to_view, &l->view->to_page);
    int n = finder_search(level, FINDER_SHARP, f, 0);
    if (scale == 1 && l->view->dpi < BLURRED_UNDER_DPI)
        n = finder_search(level, FINDER_BLURRED, f, n);
    n = look_unread(l, f, n, to_page);
    look_hard(l, level, finer, some, look_of_colour(f, n, false, some), to_view);
    int n_light = look_of_colour(f, n, true, some);
    const struct hard_place lights = {
        .finders = some, .n_finders = n_light, .tilted = l->view->photo};
    if (n_light >= 3 && hard_may_read(&lights)) {
        CLEANUP(grey_fini)
        struct grey negative = grey_copy(level, true);
        look_hard(l, &negative, NULL, some, n_light, to_view);
    }
    suspect(l, f, look_unread(l, f, n, to_page), scale);
}

void look_at_levels(struct look *l)
{
    CLEANUP(grey_fini)
    struct grey level = {0};
    CLEANUP(grey_fini)
    struct grey finer = {0};
    int scale = 1;
    if (l->view->dpi <= LEVEL_DPI_MAX)
        look_at_level(l, l->img, NULL, scale);
    for (int i = 1; i < LEVELS_MAX; i++) {
        struct grey half = grey_halve(i == 1 ? l->img : &level);
        grey_fini(&finer);
        finer = level;
        level = half;
        scale *= 2;
        if (level.w < LEVEL_SIDE_MIN || level.h < LEVEL_SIDE_MIN ||
            (l->view->dpi > 0 && l->view->dpi < LEVEL_DPI_MIN * scale))
            return;
        look_at_level(l, &level, i == 1 ? l->img : &finer, scale);
    }
}
