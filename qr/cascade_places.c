/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Places where something looks like a code: enlarged, given to the decoder again, and to the hard
 * look with finders that show only there. */
#include "qr/cascade_look.h"

static int64_t area(struct rect r)
{
    return (int64_t)(r.x1 - r.x0) * (r.y1 - r.y0);
}

/* Two places are one where that costs no more than both. */
static bool belong_together(const struct place *p, const struct place *q)
{
    return p->shrink == q->shrink && p->light == q->light && rect_touch(p->r, q->r) &&
           area(rect_join(p->r, q->r)) <= area(p->r) + area(q->r);
}

static bool join_two(struct look *l)
{
    struct place *p = l->places;
    for (int i = 0; i < l->n_places; i++) {
        for (int j = i + 1; j < l->n_places; j++) {
            if (belong_together(&p[i], &p[j])) {
                p[i].r = rect_join(p[i].r, p[j].r);
                p[j] = p[--l->n_places];
                return true;
            }
        }
    }
    return false;
}

/* A place's own pixels: shrunk, and dark on light whatever it was. */
struct cut {
    struct grey g;
    struct affine to_view;
};

static struct cut cut_place(const struct look *l, const struct place *p)
{
    struct grey view = grey_crop(l->img, p->r);
    struct cut c = {grey_copy(&view, p->light), {1, 0, 0, 1, p->r.x0, p->r.y0}};
    for (int k = 1; k < p->shrink; k *= 2) {
        struct grey half = grey_halve(&c.g);
        grey_fini(&c.g);
        c.g = half;
    }
    c.to_view.a = c.to_view.d = p->shrink;
    return c;
}

/* Sharpened, then twice as large: the blur of a scanner is undone before the threshold. */
static void read_doubled(struct look *l, const struct cut *c, const struct grey *large)
{
    const struct zxing_ask ask = {.more_formats = l->c->more_formats};
    const struct affine half = {0.5, 0, 0, 0.5, 0, 0};
    struct zxing_hits hits;
    zxing_read(l->c->a, large, &ask, &hits);
    for (int i = 0; i < hits.n; i++)
        look_keep(l, &hits.hit[i], affine_join(&half, &c->to_view));
}

/* A copier's ink, a pixel back from every edge. Coarser scans have no pixel to spare. */
static void read_lightened(struct look *l, const struct place *p)
{
    enum { DPI_MIN = 180 };
    if (l->view->dpi < DPI_MIN || p->light)
        return;
    struct grey view = grey_crop(l->img, p->r);
    CLEANUP(grey_fini) struct grey thin = grey_lighten(&view);
    const struct zxing_ask ask = {.more_formats = l->c->more_formats};
    struct zxing_hits hits;
    zxing_read(l->c->a, &thin, &ask, &hits);
    for (int i = 0; i < hits.n; i++)
        look_keep(l, &hits.hit[i], (struct affine){1, 0, 0, 1, p->r.x0, p->r.y0});
}

/* The picture that the hard look gets of a place. */
struct hard_look {
    const struct grey *img;
    struct affine to_view;
    double scale; /* from the place's own pixels to its */
    bool match;   /* look for likeness in it; false: in what is twice as large */
};

/* Dark finders that lie in no code that was read, those too that only likeness shows. */
static int finders_of_place(struct look *l, const struct hard_look *h, const struct grey *large,
                            struct finder *f)
{
    struct finder *all = arena_array(l->c->a, FINDERS_MAX, sizeof *all);
    CLEANUP(grey_fini) struct grey half = grey_halve(large);
    const struct finder_ask sharp = {large, &half, FINDER_SHARP, 2};
    const struct finder_ask blurred = {large, &half, FINDER_BLURRED, 2};
    int n = finder_search(&blurred, all, finder_search(&sharp, all, 0)), n_rows = n;
    if (!h->match && !l->view->photo)
        n = finder_match(large, all, n);
    for (int i = 0; i < n; i++) {
        all[i].x *= h->scale / 2;
        all[i].y *= h->scale / 2;
        all[i].module *= h->scale / 2;
    }
    if (h->match)
        n = finder_match(h->img, all, n);
    l->n_alike += n > n_rows;
    n = look_unread(l, all, n, affine_join(&h->to_view, &l->view->to_page));
    return look_of_colour(all, n, false, f);
}

/* Black and white places of fine pages are taken as they lie there: shrunk they would be greys. */
static struct hard_look hard_look_of(const struct look *l, const struct place *p,
                                     const struct cut *c, const struct grey *view)
{
    enum { FINE_DPI = 250, SHRINK_MAX = 2 };
    bool fine = l->view->dpi >= FINE_DPI && !l->view->photo;
    if (fine && !p->light && p->shrink <= SHRINK_MAX && grey_has_two_tones(view))
        return (struct hard_look){view, {1, 0, 0, 1, p->r.x0, p->r.y0}, p->shrink, true};
    return (struct hard_look){&c->g, c->to_view, 1, fine};
}

/* Where not one finder is seen, a decoder sees none either: emblems and seals are grey blocks too.
 */
static void read_place(struct look *l, const struct place *p)
{
    enum { AMOUNT_2 = 3 };
    struct cut c = cut_place(l, p);
    struct grey view = grey_crop(l->img, p->r);
    CLEANUP(grey_fini)
    struct grey sharp = grey_sharpen(&c.g, AMOUNT_2);
    CLEANUP(grey_fini)
    struct grey large = grey_double(&sharp);
    struct finder *f = arena_array(l->c->a, FINDERS_MAX, sizeof *f);
    const struct hard_look h = hard_look_of(l, p, &c, &view);
    int n = finders_of_place(l, &h, &large, f);
    if (n || l->c->more_formats) {
        read_doubled(l, &c, &large);
        read_lightened(l, p);
    }
    n = look_unread(l, f, n, affine_join(&h.to_view, &l->view->to_page));
    look_hard(l, h.img, NULL, f, n, h.to_view);
    grey_fini(&c.g);
}

void look_at_places(struct look *l)
{
    look_drop_filled(l);
    while (join_two(l))
        continue;
    for (int i = 0; i < l->n_places; i++)
        read_place(l, &l->places[i]);
    if (l->n_places)
        cascade_step(l->c, "sharpened and doubled in %d places", l->n_places);
    if (l->n_alike)
        cascade_step(l->c, "finders by likeness in %d", l->n_alike);
}
