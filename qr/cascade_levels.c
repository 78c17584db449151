/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Finders at every size: the picture, its half, its quarter. Three of them make a guess for the
 * hard look at once; sure pairs that it has left become places. */
#include "qr/cascade_look.h"
#include "qr/guess.h"
#include <math.h>
#include <string.h>

enum {
    LEVEL_SIDE_MIN = 100,
    LEVEL_DPI_MIN = 45,      /* a code of 40 mm has 2 px a module there */
    LEVEL_DPI_MAX = 250,     /* finders are still 9 px wide at half of this */
    BLURRED_UNDER_DPI = 170, /* above, rings do not close */
    PAIRS_MAX = 32,          /* of finders of one level, that are asked for grey between them */
    SUSPECTS_MAX = 3,        /* of them become places */
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

/* Ghosts in noise are met by few rows for their size; light ones are met on every noisy page, and
 * codes that are light on dark are printed large. */
static bool stands_out(const struct finder *f, int strength)
{
    double rows_per_module = f->light ? 2 : 1;
    return strength >= HITS_MIN && strength >= rows_per_module * f->module;
}

struct pair {
    const struct finder *p, *q;
    int strength;
};

/* Those that stand out, the surest first; how many. */
static int strongest_pairs(const struct finder *f, int n, struct pair out[static PAIRS_MAX])
{
    int kept = 0;
    for (int i = 0; i < n; i++) {
        for (int j = i + 1; j < n; j++) {
            struct pair pair = {&f[i], &f[j], look_pair_strength(&f[i], &f[j])};
            if (!stands_out(&f[i], pair.strength))
                continue;
            int at = kept < PAIRS_MAX ? kept++ : PAIRS_MAX;
            for (; at > 0 && out[at - 1].strength < pair.strength; at--) {
                if (at < PAIRS_MAX)
                    out[at] = out[at - 1];
            }
            if (at < PAIRS_MAX)
                out[at] = pair;
        }
    }
    return kept;
}

/* Of a level's finders that the hard look has left: the surest pairs with a grey square between
 * them are worth a closer look. */
static void suspect(struct look *l, const struct level *level, const struct finder *f, int n)
{
    struct pair pairs[PAIRS_MAX];
    int n_pairs = strongest_pairs(f, n, pairs), n_places = 0;
    for (int i = 0; i < n_pairs && n_places < SUSPECTS_MAX; i++) {
        const struct finder *p = pairs[i].p, *q = pairs[i].q;
        if (in_place(l, p, level->scale) || in_place(l, q, level->scale) ||
            !look_pair_is_grey(&level->g, p, q))
            continue;
        look_add_place(l, look_pair_reach(p, q, level->scale),
                       look_shrink(p->module * level->scale), p->light);
        n_places++;
    }
}

void look_levels_open(struct look *l)
{
    l->levels[0] = (struct level){.g = *l->img, .scale = 1};
    l->n_levels = 1;
    while (l->n_levels < LEVELS_MAX) {
        const struct level *last = &l->levels[l->n_levels - 1];
        int scale = last->scale * 2;
        if (last->g.w / 2 < LEVEL_SIDE_MIN || last->g.h / 2 < LEVEL_SIDE_MIN ||
            (l->view->dpi > 0 && l->view->dpi < LEVEL_DPI_MIN * scale))
            return;
        l->levels[l->n_levels++] = (struct level){.g = grey_halve(&last->g), .scale = scale};
    }
}

void look_levels_close(struct look *l)
{
    for (int i = 1; i < l->n_levels; i++)
        grey_fini(&l->levels[i].g);
}

struct affine look_level_to_page(const struct look *l, const struct level *level)
{
    const struct affine to_view = {level->scale, 0, 0, level->scale, 0, 0};
    return affine_join(&to_view, &l->view->to_page);
}

/* From one row that is looked at to the next: a finder of the smallest code that can be read is met
 * by three at least. A picture that does not say is taken for a page. */
static int step_at(const struct look *l, const struct level *level)
{
    static const double page_in = 11.7;
    int side = l->img->w > l->img->h ? l->img->w : l->img->h;
    double dpi = (l->view->dpi > 0 ? l->view->dpi : side / page_in) / level->scale;
    return dpi > 250 ? 3 : dpi > 140 ? 2 : 1;
}

static void search(struct look *l, struct level *level)
{
    int step = step_at(l, level);
    bool is_last = level == &l->levels[l->n_levels - 1];
    struct finder_ask ask = {&level->g, is_last ? NULL : &level[1].g, FINDER_SHARP, step};
    level->f = arena_array(l->c->a, FINDERS_MAX, sizeof *level->f);
    level->n = finder_search(&ask, level->f, 0);
    ask.threshold = FINDER_BLURRED;
    if (level->scale == 1 && l->view->dpi < BLURRED_UNDER_DPI)
        level->n = finder_search(&ask, level->f, level->n);
}

int look_finders(struct look *l, struct level *level, struct finder out[static FINDERS_MAX])
{
    if (!level->f)
        search(l, level);
    memcpy(out, level->f, (size_t)level->n * sizeof *out);
    return look_unread(l, out, level->n, look_level_to_page(l, level));
}

static void look_at_level(struct look *l, struct level *level, const struct grey *finer)
{
    struct finder *f = arena_array(l->c->a, 2 * FINDERS_MAX, sizeof *f), *some = f + FINDERS_MAX;
    struct guess guesses[GUESSES_MAX];
    const struct affine to_view = {level->scale, 0, 0, level->scale, 0, 0};
    int n = look_finders(l, level, f);
    look_hard(l, &level->g, finer, some, look_of_colour(f, n, false, some), to_view);
    int n_light = look_of_colour(f, n, true, some);
    if (guess_find(some, n_light, l->view->photo, guesses)) {
        CLEANUP(grey_fini)
        struct grey negative = grey_copy(&level->g, true);
        look_hard(l, &negative, NULL, some, n_light, to_view);
    }
    suspect(l, level, f, look_unread(l, f, n, look_level_to_page(l, level)));
}

void look_at_levels(struct look *l)
{
    for (int i = l->view->dpi <= LEVEL_DPI_MAX ? 0 : 1; i < l->n_levels; i++)
        look_at_level(l, &l->levels[i], i > 0 ? &l->levels[i - 1].g : NULL);
}
