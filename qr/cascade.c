/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The order of looks. First the whole picture as it is. Then only the places where something looks
 * like a code and gave no text: what the decoder saw and could not read, and finder patterns of our
 * own search outside all that was read. */
#include "qr/cascade.h"
#include "base/clock.h"
#include "qr/finder.h"
#include "qr/hard.h"
#include "qr/text.h"
#include "qr/zxing.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HALVE_OVER_DPI = 250, /* finders are still 9 px wide at half of this */
    LEVELS_MAX = 4,       /* each half of the one before: large finders look small on the last */
    LEVEL_SIDE_MIN = 100,
    LEVEL_DPI_MIN = 45, /* a code of 40 mm has 2 px a module there */
    BLURRED_UNDER_DPI = 170,
    SUSPECTS_MAX = 3, /* pairs of finders of one level */
    HITS_MIN = 3,     /* rows that cross a finder that stands out */
    PLACE_MIN_PX = 20,
};

/* Modules this large are halved before the hard look: noise goes, nothing else does. */
static const double module_halve_px = 4.5;

struct place {
    struct rect r;
    int shrink; /* 1, 2, 4 or 8 */
    bool light; /* light on dark */
};

struct places {
    struct place at[CASCADE_PLACES_MAX];
    int n;
};

struct look {
    struct cascade *c;
    const struct grey *img;
    const struct cascade_view *view;
    struct places places;
    uint32_t n_before; /* codes of earlier views */
    int n_hard;
};

static void read_whole(struct look *l);
static void look_at_levels(struct look *l);
static void join_places(struct look *l);
static void read_places(struct look *l);

struct cascade *cascade_new(struct arena *a, bool more_formats, double width, double height)
{
    struct cascade *c = arena_alloc(a, sizeof *c);
    c->a = a;
    c->more_formats = more_formats;
    c->width = width;
    c->height = height;
    return c;
}

void cascade_step(struct cascade *c, const char *fmt, ...)
{
    size_t used = strlen(c->steps);
    if (used && used + 3 < sizeof c->steps) {
        memcpy(c->steps + used, ", ", 3);
        used += 2;
    }
    va_list args;
    va_start(args, fmt);
    vsnprintf(c->steps + used, sizeof c->steps - used, fmt, args);
    va_end(args);
}

void cascade_look(struct cascade *c, const struct grey *img, const struct cascade_view *view)
{
    struct look l = {.c = c, .img = img, .view = view, .n_before = c->n_found};
    if (view->dpi > 0)
        cascade_step(c, "%s %.0f dpi", view->what, view->dpi);
    else
        cascade_step(c, "%s", view->what);
    read_whole(&l);
    if (view->crisp && c->n_found > l.n_before && l.places.n == 0)
        return;
    look_at_levels(&l);
    join_places(&l);
    read_places(&l);
}

/* Centre and corners on the page. */
static struct scan_code placed(struct look *l, const struct zxing_hit *h, struct affine to_view)
{
    struct affine m = affine_join(&to_view, &l->view->to_page);
    struct scan_code code = {0};
    for (int k = 0; k < 4; k++) {
        struct point p = affine_point(&m, h->corner[k].x, h->corner[k].y);
        code.corner[k][0] = p.x;
        code.corner[k][1] = p.y;
        code.x += p.x / 4;
        code.y += p.y / 4;
    }
    return code;
}

/* Half the mean diagonal of a code. */
static double reach(const struct scan_code *c)
{
    return (hypot(c->corner[0][0] - c->corner[2][0], c->corner[0][1] - c->corner[2][1]) +
            hypot(c->corner[1][0] - c->corner[3][0], c->corner[1][1] - c->corner[3][1])) /
           4;
}

static bool is_known(const struct cascade *c, const struct scan_code *code)
{
    for (uint32_t i = 0; i < c->n_found; i++) {
        const struct scan_code *f = &c->found[i];
        if (hypot(f->x - code->x, f->y - code->y) < fmax(reach(f), reach(code)) * 0.7 &&
            f->n_bytes == code->n_bytes && memcmp(f->bytes, code->bytes, code->n_bytes) == 0)
            return true;
    }
    return false;
}

static void keep(struct look *l, const struct zxing_hit *h, struct affine to_view)
{
    struct cascade *c = l->c;
    struct scan_code code = placed(l, h, to_view);
    code.format = arena_strdup(c->a, h->format);
    code.bytes = h->bytes;
    code.n_bytes = (uint32_t)h->n_bytes;
    if (is_known(c, &code))
        return;
    if (c->n_found == SCAN_CODES_MAX) {
        c->is_full = true;
        return;
    }
    code.text = code_text(c->a, h->bytes, (size_t)h->n_bytes, h->text, h->has_eci);
    c->found[c->n_found++] = code;
}

static struct rect box_of(const struct point corner[4])
{
    struct rect r = {INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN};
    for (int k = 0; k < 4; k++) {
        int x = (int)corner[k].x, y = (int)corner[k].y;
        r = rect_join(r, (struct rect){x, y, x + 1, y + 1});
    }
    return r;
}

static struct rect grown(struct rect r, int w, int h)
{
    return (struct rect){r.x0 - w, r.y0 - h, r.x1 + w, r.y1 + h};
}

static void add_place(struct look *l, struct rect r, int shrink, bool light)
{
    r = rect_cut(r, l->img->w, l->img->h);
    if (l->places.n < CASCADE_PLACES_MAX && r.x1 - r.x0 >= PLACE_MIN_PX &&
        r.y1 - r.y0 >= PLACE_MIN_PX)
        l->places.at[l->places.n++] = (struct place){r, shrink, light};
}

static void read_whole(struct look *l)
{
    const struct zxing_ask ask = {.more_formats = l->c->more_formats,
                                  .errors = true,
                                  .invert = l->view->crisp,
                                  .downscale = l->view->photo};
    struct zxing_hits hits;
    zxing_read(l->c->a, l->img, &ask, &hits);
    for (int i = 0; i < hits.n; i++) {
        if (hits.hit[i].valid) {
            keep(l, &hits.hit[i], (struct affine){1, 0, 0, 1, 0, 0});
        } else {
            struct rect r = box_of(hits.hit[i].corner);
            add_place(l, grown(r, (r.x1 - r.x0) / 3 + 10, (r.y1 - r.y0) / 3 + 10), 1, false);
        }
    }
}

/* Is the point inside a code that was read? x and y on the page. */
static bool is_read(const struct cascade *c, double x, double y)
{
    for (uint32_t i = 0; i < c->n_found; i++) {
        const struct scan_code *f = &c->found[i];
        if (hypot(f->x - x, f->y - y) < reach(f) * 1.1)
            return true;
    }
    return false;
}

/* Finders that lie in no code that was read. to_page leads from their pixels to the page. */
static int unread(const struct look *l, struct finder *f, int n, struct affine to_page)
{
    int kept = 0;
    for (int i = 0; i < n; i++) {
        struct point p = affine_point(&to_page, f[i].x, f[i].y);
        if (!is_read(l->c, p.x, p.y))
            f[kept++] = f[i];
    }
    return kept;
}

static void read_hard(struct look *l, const struct grey *img, const struct grey *finer,
                      const struct finder *f, int n, struct affine to_view)
{
    struct zxing_hit hits[HARD_READS_MAX];
    const struct hard_place place = {img, finer, f, n, l->view->photo};
    int found = n < 3 ? 0 : hard_read(l->c->a, &place, hits);
    for (int i = 0; i < found; i++)
        keep(l, &hits[i], to_view);
    l->n_hard += found;
}

/* Dark on light, then light on dark. */
static int of_colour(const struct finder *f, int n, bool light, struct finder *out)
{
    int kept = 0;
    for (int i = 0; i < n; i++) {
        if (f[i].light == light)
            out[kept++] = f[i];
    }
    return kept;
}

static bool in_place(const struct look *l, const struct finder *f, int scale)
{
    int x = (int)(f->x * scale), y = (int)(f->y * scale);
    for (int i = 0; i < l->places.n; i++) {
        if (rect_touch(l->places.at[i].r, (struct rect){x, y, x + 1, y + 1}))
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
        int shrink = 1;
        while (shrink < 8 && f[bi].module * scale / shrink > module_halve_px)
            shrink *= 2;
        add_place(l, pair_reach(&f[bi], &f[bj], scale), shrink, f[bi].light);
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
    n = unread(l, f, n, to_page);
    read_hard(l, level, finer, some, of_colour(f, n, false, some), to_view);
    int n_light = of_colour(f, n, true, some);
    const struct hard_place lights = {
        .finders = some, .n_finders = n_light, .tilted = l->view->photo};
    if (n_light >= 3 && hard_may_read(&lights)) {
        CLEANUP(grey_fini)
        struct grey negative = grey_copy(level, true);
        read_hard(l, &negative, NULL, some, n_light, to_view);
    }
    suspect(l, f, unread(l, f, n, to_page), scale);
}

static void look_at_levels(struct look *l)
{
    CLEANUP(grey_fini)
    struct grey level = {0};
    CLEANUP(grey_fini)
    struct grey finer = {0};
    int scale = 1;
    if (l->view->dpi <= HALVE_OVER_DPI)
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

static bool join_two(struct places *p)
{
    for (int i = 0; i < p->n; i++) {
        for (int j = i + 1; j < p->n; j++) {
            if (p->at[i].shrink == p->at[j].shrink && p->at[i].light == p->at[j].light &&
                rect_touch(p->at[i].r, p->at[j].r)) {
                p->at[i].r = rect_join(p->at[i].r, p->at[j].r);
                p->at[j] = p->at[--p->n];
                return true;
            }
        }
    }
    return false;
}

static void join_places(struct look *l)
{
    while (join_two(&l->places))
        continue;
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
        keep(l, &hits.hit[i], affine_join(&half, &c->to_view));
}

/* Finders of the place that lie in no code that was read; in the place's pixels. */
static int finders_of_place(struct look *l, const struct cut *c, const struct grey *large,
                            struct finder *f)
{
    struct finder *all = arena_array(l->c->a, FINDERS_MAX, sizeof *all);
    int n = finder_search(large, FINDER_SHARP, all, 0);
    n = finder_search(large, FINDER_BLURRED, all, n);
    for (int i = 0; i < n; i++) {
        all[i].x /= 2;
        all[i].y /= 2;
        all[i].module /= 2;
    }
    n = unread(l, all, n, affine_join(&c->to_view, &l->view->to_page));
    return of_colour(all, n, false, f);
}

static void read_place(struct look *l, const struct place *p)
{
    enum { AMOUNT_2 = 3 };
    struct cut c = cut_place(l, p);
    struct finder *f = arena_array(l->c->a, FINDERS_MAX, sizeof *f);
    CLEANUP(grey_fini)
    struct grey sharp = grey_sharpen(&c.g, AMOUNT_2);
    CLEANUP(grey_fini)
    struct grey large = grey_double(&sharp);
    read_doubled(l, &c, &large);
    read_hard(l, &c.g, NULL, f, finders_of_place(l, &c, &large, f), c.to_view);
    grey_fini(&c.g);
}

static void read_places(struct look *l)
{
    uint32_t before = l->c->n_found;
    for (int i = 0; i < l->places.n; i++)
        read_place(l, &l->places.at[i]);
    if (l->places.n)
        cascade_step(l->c, "sharpened and doubled in %d places", l->places.n);
    l->c->suspects = l->places.n && l->c->n_found == before;
}

static int by_place(const void *p, const void *q)
{
    const struct scan_code *a = p, *b = q;
    if (fabs(a->y - b->y) > 1e-6)
        return a->y < b->y ? -1 : 1;
    return (a->x > b->x) - (a->x < b->x);
}

uint32_t cascade_hand_over(struct cascade *c, const struct document_job *job)
{
    uint32_t page = ++job->tally->n_pages;
    qsort(c->found, c->n_found, sizeof *c->found, by_place);
    uint32_t n = 0;
    for (; n < c->n_found && job->tally->n_codes < SCAN_CODES_MAX; n++) {
        c->found[n].page = page;
        c->found[n].member = job->member;
        job->tally->n_codes++;
        job->sink->code(job->sink->user, &c->found[n]);
    }
    const char *steps = arena_printf(c->a, c->n_found ? "%s: %u found" : "%s: nothing found",
                                     c->steps, (unsigned)c->n_found);
    struct scan_page p = {steps, c->width, c->height, n};
    job->sink->page(job->sink->user, &p);
    return n;
}
