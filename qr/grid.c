/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The fit is a walk downhill, point by point, with ever smaller steps: few hundred looks at a few
 * hundred modules each. It starts a second time where the alignment pattern says that the fourth
 * corner is elsewhere. */
#include "qr/grid.h"
#include <math.h>
#include <stdlib.h>

static const double finder_mid = 3.5;

/* From the unit square to the quadrilateral p, then the square scaled to the finders' distance.
 * see Heckbert, "Fundamentals of Texture Mapping and Image Warping", 1989 */
void grid_set(struct grid *g)
{
    const struct point *p = g->at;
    double dx1 = p[1].x - p[2].x, dx2 = p[3].x - p[2].x;
    double dy1 = p[1].y - p[2].y, dy2 = p[3].y - p[2].y;
    double sx = p[0].x - p[1].x + p[2].x - p[3].x, sy = p[0].y - p[1].y + p[2].y - p[3].y;
    double det = dx1 * dy2 - dx2 * dy1;
    double k = fabs(det) < 1e-9 ? 0 : (sx * dy2 - dx2 * sy) / det;
    double l = fabs(det) < 1e-9 ? 0 : (dx1 * sy - sx * dy1) / det;
    double n = g->side - 2 * finder_mid;
    const double m[8] = {(p[1].x - p[0].x + k * p[1].x) / n,
                         (p[3].x - p[0].x + l * p[3].x) / n,
                         p[0].x,
                         (p[1].y - p[0].y + k * p[1].y) / n,
                         (p[3].y - p[0].y + l * p[3].y) / n,
                         p[0].y,
                         k / n,
                         l / n};
    for (int i = 0; i < 8; i++)
        g->m[i] = m[i];
}

struct point grid_point(const struct grid *g, double x, double y)
{
    const double *m = g->m;
    double u = x - finder_mid, v = y - finder_mid, w = m[6] * u + m[7] * v + 1;
    if (fabs(w) < 1e-6)
        w = 1e-6;
    return (struct point){(m[0] * u + m[1] * v + m[2]) / w, (m[3] * u + m[4] * v + m[5]) / w};
}

double grid_module_px(const struct grid *g)
{
    double sum = 0;
    for (int i = 0; i < 4; i++) {
        struct point p = g->at[i], q = g->at[(i + 1) % 4];
        sum += hypot(p.x - q.x, p.y - q.y);
    }
    return sum / 4 / (g->side - 2 * finder_mid);
}

static int clamp(int v, int high)
{
    return v < 0 ? 0 : v > high ? high : v;
}

double grey_at(const struct grey *img, double x, double y)
{
    x -= 0.5;
    y -= 0.5;
    if (!(x > -1e6 && x < 1e6 && y > -1e6 && y < 1e6))
        return 255;
    int left = floor_int(x), top = floor_int(y);
    double u = x - left, v = y - top;
    int x0 = clamp(left, img->w - 1), x1 = clamp(left + 1, img->w - 1);
    int y0 = clamp(top, img->h - 1), y1 = clamp(top + 1, img->h - 1);
    const uint8_t *p = img->px + (ptrdiff_t)y0 * img->stride;
    const uint8_t *q = img->px + (ptrdiff_t)y1 * img->stride;
    return (p[x0] * (1 - u) + p[x1] * u) * (1 - v) + (q[x0] * (1 - u) + q[x1] * u) * v;
}

static double module_value(const struct grid *g, const struct grey *img, int x, int y)
{
    struct point p = grid_point(g, x + 0.5, y + 0.5);
    return grey_at(img, p.x, p.y);
}

double grid_timing(const struct grid *g, const struct grey *img)
{
    double swing = 0, spread = 0;
    for (int line = 0; line < 2; line++) {
        double before = 0, last = 0;
        for (int i = 7; i < g->side - 7; i++) {
            double v = line ? module_value(g, img, 6, i) : module_value(g, img, i, 6);
            if (i >= 9) {
                /* the middle one against its neighbours: light at odd places */
                double bend = 2 * last - before - v;
                swing += (i - 1) % 2 ? bend : -bend;
                spread += fabs(bend);
            }
            before = last;
            last = v;
        }
    }
    return spread > 0 ? swing / spread : 0;
}

/* A module that every symbol of the version shows alike. */
struct fixed {
    int x, y;
    bool light;
};

struct fixed_parts {
    struct fixed *part;
    int n;
};

static void fixed_parts_fini(struct fixed_parts *f)
{
    free(f->part);
}

static struct fixed_parts fixed_parts_of(const struct grid *g, const uint8_t *map)
{
    struct fixed_parts f = {.part = calloc((size_t)(g->side * g->side), sizeof *f.part)};
    if (!f.part)
        abort();
    for (int y = 0; y < g->side; y++) {
        for (int x = 0; x < g->side; x++) {
            int part = map[y * g->side + x];
            if (part == PART_DARK || part == PART_LIGHT)
                f.part[f.n++] = (struct fixed){x, y, part == PART_LIGHT};
        }
    }
    return f;
}

static double agreement(const struct grid *g, const struct grey *img, const struct fixed_parts *f)
{
    double n = f->n, s = 0, ss = 0, t = 0, st = 0;
    for (int i = 0; i < f->n; i++) {
        double v = module_value(g, img, f->part[i].x, f->part[i].y), want = f->part[i].light;
        s += v;
        ss += v * v;
        t += want;
        st += v * want;
    }
    double vv = ss - s * s / n, tt = t - t * t / n;
    return vv > 0 && tt > 0 ? (st - s * t / n) / sqrt(vv * tt) : -1;
}

double grid_agreement(const struct grid *g, const struct grey *img, const uint8_t *map)
{
    CLEANUP(fixed_parts_fini) struct fixed_parts f = fixed_parts_of(g, map);
    return agreement(g, img, &f);
}

/* Try to move one point one step in each direction; keep what is better. */
static double nudge(struct grid *g, const struct grey *img, const struct fixed_parts *f, int i,
                    double step, double best)
{
    static const int8_t ways[8][2] = {{1, 0}, {-1, 0}, {0, 1},  {0, -1},
                                      {1, 1}, {1, -1}, {-1, 1}, {-1, -1}};
    for (int k = 0; k < 8; k++) {
        struct point was = g->at[i];
        g->at[i] = (struct point){was.x + ways[k][0] * step, was.y + ways[k][1] * step};
        grid_set(g);
        double now = agreement(g, img, f);
        if (now > best)
            return now;
        g->at[i] = was;
    }
    grid_set(g);
    return best;
}

/* Of all fixed parts those of the alignment pattern nearest to the fourth corner. */
static struct fixed_parts last_alignment_of(const struct grid *g, const struct fixed_parts *all)
{
    enum { WIDE = 5, FROM_END = 9 };
    struct fixed_parts f = {.part = calloc(WIDE * WIDE, sizeof *f.part)};
    if (!f.part)
        abort();
    int from = g->side - FROM_END, to = from + WIDE;
    for (int i = 0; i < all->n; i++) {
        const struct fixed *p = &all->part[i];
        if (p->x >= from && p->x < to && p->y >= from && p->y < to)
            f.part[f.n++] = *p;
    }
    return f;
}

/* On cloth and on tilted sheets the fourth point is not where a parallelogram has it: all places
 * around are tried. Returns how well the pattern agrees at the best. */
static double find_fourth(struct grid *g, const struct grey *img,
                          const struct fixed_parts *alignment)
{
    static const double reach = 0.12, reach_modules = 6, step = 0.4; /* reach: of the side */
    struct point was = g->at[2], best_at = was;
    double best = agreement(g, img, alignment), px = grid_module_px(g);
    int n = (int)(fmin(reach * g->side, reach_modules) / step);
    for (int y = -n; y <= n; y++) {
        for (int x = -n; x <= n; x++) {
            g->at[2] = (struct point){was.x + x * step * px, was.y + y * step * px};
            grid_set(g);
            double now = agreement(g, img, alignment);
            if (now > best) {
                best = now;
                best_at = g->at[2];
            }
        }
    }
    g->at[2] = best_at;
    grid_set(g);
    return best;
}

static double walk_down(struct grid *g, const struct grey *img, const struct fixed_parts *f)
{
    enum { ROUNDS_MAX = 6 };
    double best = agreement(g, img, f), px = grid_module_px(g);
    for (double step = 0.5; step > 0.05; step /= 2) {
        for (int round = 0; round < ROUNDS_MAX; round++) {
            double before = best;
            for (int i = 0; i < 4; i++)
                best = nudge(g, img, f, i, step * px, best);
            if (best <= before)
                break;
        }
    }
    return best;
}

/* Is the fourth point perhaps elsewhere? g starts from there then, if it explains nearly as much as
 * the best fit from where a parallelogram has it. */
static bool start_elsewhere(struct grid *g, const struct grid *fitted, double fit,
                            const struct grey *img, const struct fixed_parts *f)
{
    static const double no_code = 0.4, in_place = 0.8, seen = 0.7, short_of = 0.05;
    CLEANUP(fixed_parts_fini) struct fixed_parts alignment = last_alignment_of(g, f);
    return g->version > 1 && fit >= no_code && agreement(fitted, img, &alignment) <= in_place &&
           find_fourth(g, img, &alignment) >= seen && agreement(g, img, f) >= fit - short_of;
}

double grid_fit(struct grid *g, const struct grey *img, const uint8_t *map)
{
    CLEANUP(fixed_parts_fini) struct fixed_parts f = fixed_parts_of(g, map);
    grid_set(g);
    struct grid other = *g;
    double fit = walk_down(g, img, &f), other_fit = -1;
    if (start_elsewhere(&other, g, fit, img, &f))
        other_fit = walk_down(&other, img, &f);
    if (other_fit <= fit)
        return fit;
    *g = other;
    return other_fit;
}
