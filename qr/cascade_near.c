/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Decode only around what looks like a code: on a page of millions of pixels the decoder is given
 * the boxes of finders that stand like a code's corners, and of single strong ones (Micro QR has
 * one finder), at the finest size at which they show. */
#include "qr/cascade_look.h"
#include "qr/guess.h"

enum {
    BOXES_MAX = GUESSES_MAX + FINDERS_MAX,
    ALONE_MODULES = 22,   /* around the middle of the finder of a Micro QR code */
    STRONG_PER_MODULE = 2 /* of the three rows of modules in its middle */
};

struct boxes {
    struct rect r[BOXES_MAX];
    int n;
};

static void join_all(struct boxes *b)
{
    for (int i = 0; i < b->n; i++) {
        for (int j = i + 1; j < b->n; j++) {
            if (!rect_touch(b->r[i], b->r[j]))
                continue;
            b->r[i] = rect_join(b->r[i], b->r[j]);
            b->r[j] = b->r[--b->n];
            j = i; /* the box has grown: look at all again */
        }
    }
}

static void add_guesses(struct boxes *b, const struct finder *f, int n, bool tilted)
{
    struct guess guesses[GUESSES_MAX];
    int n_guesses = guess_find(f, n, tilted, guesses);
    for (int i = 0; i < n_guesses; i++)
        b->r[b->n++] = guess_box(&guesses[i]);
}

static bool is_strong(const struct finder *f)
{
    return f->hits >= STRONG_PER_MODULE * f->module;
}

static void add_alone(struct boxes *b, const struct finder *f, int n)
{
    for (int i = 0; i < n && b->n < BOXES_MAX; i++) {
        if (!is_strong(&f[i]))
            continue;
        int x = (int)f[i].x, y = (int)f[i].y, by = (int)(ALONE_MODULES * f[i].module);
        b->r[b->n++] = (struct rect){x - by, y - by, x + by, y + by};
    }
}

/* Two finders that may be corners of one code; the third was not seen. */
static void add_pairs(struct boxes *b, const struct finder *f, int n)
{
    for (int i = 0; i < n; i++) {
        for (int j = i + 1; j < n && b->n < BOXES_MAX; j++) {
            if (look_pair_strength(&f[i], &f[j]) > 0)
                b->r[b->n++] = look_pair_reach(&f[i], &f[j], 1);
        }
    }
}

static int64_t area_of(const struct boxes *b, const struct grey *g)
{
    int64_t sum = 0;
    for (int i = 0; i < b->n; i++) {
        struct rect r = rect_cut(b->r[i], g->w, g->h);
        if (!rect_is_empty(r))
            sum += (int64_t)(r.x1 - r.x0) * (r.y1 - r.y0);
    }
    return sum;
}

static void read_boxes(struct look *l, const struct level *level, struct boxes *b)
{
    const struct zxing_ask ask = {.errors = true};
    const double s = level->scale;
    join_all(b);
    if (2 * area_of(b, &level->g) > (int64_t)level->g.w * level->g.h) {
        b->n = 1; /* all at once costs less */
        b->r[0] = (struct rect){0, 0, level->g.w, level->g.h};
    }
    for (int i = 0; i < b->n; i++) {
        struct rect r = rect_cut(b->r[i], level->g.w, level->g.h);
        if (rect_is_empty(r))
            continue;
        struct grey part = grey_crop(&level->g, r);
        look_read(l, &part, &ask, (struct affine){s, 0, 0, s, r.x0 * s, r.y0 * s});
    }
}

static void near_level(struct look *l, struct level *level)
{
    struct finder *f = arena_array(l->c->a, 2 * FINDERS_MAX, sizeof *f), *dark = f + FINDERS_MAX;
    struct boxes *b = arena_alloc(l->c->a, sizeof *b);
    int n = look_of_colour(f, look_finders(l, level, f), false, dark);
    add_guesses(b, dark, n, l->view->photo);
    add_alone(b, dark, n);
    read_boxes(l, level, b);
    if (level->scale > 1)
        return;
    b->n = 0;
    add_pairs(b, dark, look_unread(l, dark, n, look_level_to_page(l, level)));
    read_boxes(l, level, b);
}

static bool has_pair(struct look *l, struct level *level)
{
    enum { ROWS_MIN = 3 };
    struct finder *f = arena_array(l->c->a, FINDERS_MAX, sizeof *f);
    int n = look_finders(l, level, f);
    for (int i = 0; i < n; i++) {
        for (int j = i + 1; j < n; j++) {
            if (look_pair_strength(&f[i], &f[j]) >= ROWS_MIN &&
                look_pair_is_grey(&level->g, &f[i], &f[j]))
                return true;
        }
    }
    return false;
}

/* One as sure as those of codes, in no code: the end of a long rMQR code, perhaps. */
static bool has_strong(struct look *l, struct level *level)
{
    struct finder *f = arena_array(l->c->a, FINDERS_MAX, sizeof *f);
    int n = look_finders(l, level, f);
    for (int i = 0; i < n; i++) {
        if (!f[i].light && is_strong(&f[i]))
            return true;
    }
    return false;
}

bool look_is_left(struct look *l)
{
    if (!l->view->photo)
        return has_strong(l, &l->levels[0]);
    for (int i = 0; i < l->n_levels; i++) {
        if (has_pair(l, &l->levels[i]))
            return true;
    }
    return false;
}

void look_near_finders(struct look *l)
{
    for (int i = 0; i < l->n_levels; i++)
        near_level(l, &l->levels[i]);
}
