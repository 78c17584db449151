/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The order of looks. First the whole picture as it is. Then only
 * where something looks like a code and gave no text: finder patterns of our own search outside all
 * that was read, and what the decoder saw and could not read. */
#include "qr/cascade_look.h"
#include "qr/preview.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void read_whole(struct look *l);
static void read_all_of_it(struct look *l);
static bool worth_a_search(const struct look *l);
static int by_place(const void *p, const void *q);

struct cascade *cascade_new(struct arena *a, const struct document_job *job, double width,
                            double height)
{
    struct preview *preview = job->tally->preview;
    struct cascade *c = arena_alloc(a, sizeof *c);
    c->a = a;
    c->more_formats = job->options->more_formats;
    c->odds_left = &job->tally->odds_left;
    c->preview = preview && preview->page == job->tally->n_pages + 1 ? preview : NULL;
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
    if (c->preview)
        preview_add(c->preview, c->width, c->height, img, &view->to_page);
    if (!worth_a_search(&l)) {
        read_whole(&l);
        if (view->crisp && c->n_found > l.n_before && l.n_places == 0)
            return;
    }
    look_levels_open(&l);
    bool searched = worth_a_search(&l);
    if (searched)
        look_near_finders(&l);
    bool left = searched && look_is_left(&l);
    if (searched && !left && c->n_found == l.n_before)
        read_all_of_it(&l);
    look_at_levels(&l);
    look_for_blocks(&l);
    uint32_t before = c->n_found;
    look_at_places(&l);
    c->suspects = l.n_places && c->n_found == before;
    if (left && (view->photo ? look_is_left(&l) : c->n_found == l.n_before))
        read_all_of_it(&l);
    look_levels_close(&l);
}

/* The decoder on all of millions of pixels costs more than to look where its finders are first. On
 * scans finders show where modules have two pixels, and what they miss is seen as a block; on
 * photos codes are large. Where a finder is left, what follows looks there harder than the decoder
 * would; it gets the whole when that was in vain: on a photo, where one was. */
static bool worth_a_search(const struct look *l)
{
    enum { SCAN_DPI_MIN = 180, PHOTO_PX_MIN = 2500000 };
    const struct cascade_view *view = l->view;
    return !view->crisp && !l->c->more_formats &&
           (view->dpi > SCAN_DPI_MIN ||
            (view->photo && (int64_t)l->img->w * l->img->h >= PHOTO_PX_MIN));
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

void look_read(struct look *l, const struct grey *g, const struct zxing_ask *ask,
               struct affine to_view)
{
    struct zxing_hits hits;
    zxing_read(l->c->a, g, ask, &hits);
    for (int i = 0; i < hits.n; i++) {
        if (hits.hit[i].valid) {
            look_keep(l, &hits.hit[i], to_view);
            continue;
        }
        struct point corner[4];
        for (int k = 0; k < 4; k++)
            corner[k] = affine_point(&to_view, hits.hit[i].corner[k].x, hits.hit[i].corner[k].y);
        struct rect r = box_of(corner);
        look_add_place(l, grown(r, (r.x1 - r.x0) / 3 + 10, (r.y1 - r.y0) / 3 + 10), 1, false);
    }
}

static void read_whole(struct look *l)
{
    const struct zxing_ask ask = {.more_formats = l->c->more_formats,
                                  .errors = true,
                                  .invert = l->view->crisp,
                                  .downscale = l->view->photo};
    look_read(l, l->img, &ask, (struct affine){1, 0, 0, 1, 0, 0});
}

static void read_all_of_it(struct look *l)
{
    cascade_step(l->c, "decoder on all of it");
    read_whole(l);
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
