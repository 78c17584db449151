/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What a look has found so far: codes on the page, and which finders belong to none of them. */
#include "qr/cascade_look.h"
#include "qr/hard.h"
#include "qr/text.h"
#include <math.h>
#include <string.h>

enum { PLACE_MIN_PX = 20 };

static const double halve_over_px = 4.5;

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

void look_keep(struct look *l, const struct zxing_hit *h, struct affine to_view)
{
    struct cascade *c = l->c;
    struct scan_code code = placed(l, h, to_view);
    code.format = arena_strdup(c->a, h->format);
    code.bytes = h->bytes;
    code.n_bytes = (uint32_t)h->n_bytes;
    code.has_eci = h->has_eci;
    if (h->sequence.n_parts) {
        code.n_parts = (uint32_t)h->sequence.n_parts;
        code.part = (uint32_t)h->sequence.part + 1;
        code.sequence = arena_strdup(c->a, h->sequence.id);
    }
    if (is_known(c, &code))
        return;
    if (c->n_found == SCAN_CODES_MAX) {
        c->is_full = true;
        return;
    }
    code.text = code_text(c->a, h->bytes, (size_t)h->n_bytes, h->text, h->has_eci);
    c->found[c->n_found++] = code;
}

void look_add_place(struct look *l, struct rect r, int shrink, bool light)
{
    r = rect_cut(r, l->img->w, l->img->h);
    if (l->n_places < CASCADE_PLACES_MAX && r.x1 - r.x0 >= PLACE_MIN_PX &&
        r.y1 - r.y0 >= PLACE_MIN_PX)
        l->places[l->n_places++] = (struct place){r, shrink, light};
}

/* Is the point inside a code that was read? x and y on the page. */
static bool is_read(const struct cascade *c, double x, double y)
{
    for (uint32_t i = 0; i < c->n_found; i++) {
        const struct scan_code *f = &c->found[i];
        double far = reach(f) * 1.1;
        if (fabs(f->x - x) < far && fabs(f->y - y) < far && hypot(f->x - x, f->y - y) < far)
            return true;
    }
    return false;
}

bool look_is_read(const struct look *l, double x, double y)
{
    struct point p = affine_point(&l->view->to_page, x, y);
    return is_read(l->c, p.x, p.y);
}

bool look_is_filled(const struct look *l, const struct place *p)
{
    static const double beyond = 2.2; /* places are drawn with a third around what was seen */
    const struct affine *m = &l->view->to_page;
    for (uint32_t i = 0; i < l->c->n_found; i++) {
        const struct scan_code *f = &l->c->found[i];
        bool all = true;
        for (int k = 0; k < 4 && all; k++) {
            struct point q = affine_point(m, k & 1 ? p->r.x1 : p->r.x0, k & 2 ? p->r.y1 : p->r.y0);
            all = hypot(f->x - q.x, f->y - q.y) < beyond * reach(f);
        }
        if (all)
            return true;
    }
    return false;
}

void look_drop_filled(struct look *l)
{
    int kept = 0;
    for (int i = 0; i < l->n_places; i++) {
        if (!look_is_filled(l, &l->places[i]))
            l->places[kept++] = l->places[i];
    }
    l->n_places = kept;
}

/* Finders that lie in no code that was read. to_page leads from their pixels to the page. */
int look_unread(const struct look *l, struct finder *f, int n, struct affine to_page)
{
    int kept = 0;
    for (int i = 0; i < n; i++) {
        struct point p = affine_point(&to_page, f[i].x, f[i].y);
        if (!is_read(l->c, p.x, p.y))
            f[kept++] = f[i];
    }
    return kept;
}

void look_hard(struct look *l, const struct grey *img, const struct grey *finer,
               const struct finder *f, int n, struct affine to_view)
{
    struct zxing_hit hits[HARD_READS_MAX];
    const struct hard_place place = {img, finer, f, n, l->view->photo, l->c->odds_left};
    int found = n < 3 ? 0 : hard_read(l->c->a, &place, hits);
    for (int i = 0; i < found; i++)
        look_keep(l, &hits[i], to_view);
    if (found)
        cascade_step(l->c, "%d solved module by module", found);
}

int look_of_colour(const struct finder *f, int n, bool light, struct finder *out)
{
    int kept = 0;
    for (int i = 0; i < n; i++) {
        if (f[i].light == light)
            out[kept++] = f[i];
    }
    return kept;
}

int look_shrink(double module_px)
{
    int shrink = 1;
    while (shrink < 8 && module_px / shrink > halve_over_px)
        shrink *= 2;
    return shrink;
}
