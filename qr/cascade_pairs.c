/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Two finders that may be two corners of one code, whose third was not seen. Letters look like
 * finders, and any two of them like corners; but between a code's finders there is grey, and
 * between letters there is paper. */
#include "qr/cascade_look.h"
#include <math.h>

/* Two finders as two corners of one code: how sure, 0 where they cannot be. */
int look_pair_strength(const struct finder *p, const struct finder *q)
{
    double m = (p->module + q->module) / 2, dx = p->x - q->x, dy = p->y - q->y;
    double d = sqrt(dx * dx + dy * dy);
    bool alike = p->light == q->light && fabs(p->module - q->module) < 0.4 * m;
    if (!alike || d < 12 * m || d > 100 * m)
        return 0;
    return p->hits < q->hits ? p->hits : q->hits;
}

/* The other corners may lie on either side of the two. */
struct rect look_pair_reach(const struct finder *p, const struct finder *q, int scale)
{
    double d = hypot(p->x - q->x, p->y - q->y) + 8 * p->module;
    struct rect r = {(int)(fmin(p->x, q->x) - d) * scale, (int)(fmin(p->y, q->y) - d) * scale,
                     (int)(fmax(p->x, q->x) + d) * scale, (int)(fmax(p->y, q->y) + d) * scale};
    return r;
}

enum {
    CELL_MODULES = 3, /* wide; of a code hardly one is all light */
    CELLS_MIN = 3,    /* along a side */
    CELLS_MAX = 24,
    SHADE_100 = 3,      /* of the pixels are darker than ink, so many lighter than paper */
    PAPER_100 = 14,     /* from paper to ink: a cell over that has no ink */
    PAPER_MAX_100 = 30, /* of its cells are paper: of codes that were read 1, of letters 11 to 94 */
};

/* A square of cells from one finder to another. */
struct square {
    const struct grey *g;
    double x, y, ux, uy; /* its first corner, and one side; the other is left of it */
    int n, cell;         /* cells along a side; half of one's width in pixels */
    bool light;
    int count[256]; /* pixels of each shade */
    uint8_t mean[CELLS_MAX * CELLS_MAX];
};

static uint8_t cell_mean(struct square *s, int cx, int cy)
{
    struct rect r =
        rect_cut((struct rect){cx - s->cell, cy - s->cell, cx + s->cell + 1, cy + s->cell + 1},
                 s->g->w, s->g->h);
    int sum = 0, n = 0;
    for (int y = r.y0; y < r.y1; y++) {
        for (int x = r.x0; x < r.x1; x++, n++) {
            int v = s->g->px[(ptrdiff_t)y * s->g->stride + x] ^ (s->light ? 255 : 0);
            s->count[v]++;
            sum += v;
        }
    }
    return (uint8_t)(n ? sum / n : 255);
}

/* The shade that so many of a hundred pixels are darker than. */
static int shade_at(const struct square *s, int percent)
{
    int64_t all = 0, below = 0;
    for (int v = 0; v < 256; v++)
        all += s->count[v];
    int v = 0;
    while (v < 255 && 100 * (below += s->count[v]) < percent * all)
        v++;
    return v;
}

static bool is_grey(struct square *s)
{
    for (int i = 0; i < s->n; i++) {
        for (int j = 0; j < s->n; j++) {
            double a = (i + 0.5) / s->n, b = (j + 0.5) / s->n;
            s->mean[i * s->n + j] = cell_mean(s, (int)(s->x + a * s->ux - b * s->uy),
                                              (int)(s->y + a * s->uy + b * s->ux));
        }
    }
    int ink = shade_at(s, SHADE_100), paper = shade_at(s, 100 - SHADE_100), n_paper = 0;
    for (int i = 0; i < s->n * s->n; i++)
        n_paper += s->mean[i] >= paper - (paper - ink) * PAPER_100 / 100;
    return 100 * n_paper <= PAPER_MAX_100 * s->n * s->n;
}

/* On either side of the two, or with them as opposite corners. */
bool look_pair_is_grey(const struct grey *g, const struct finder *p, const struct finder *q)
{
    double dx = q->x - p->x, dy = q->y - p->y, module = (p->module + q->module) / 2;
    const struct {
        double x, y, ux, uy;
    } squares[] = {
        {p->x, p->y, dx, dy}, {q->x, q->y, -dx, -dy}, {p->x, p->y, (dx + dy) / 2, (dy - dx) / 2}};
    for (int i = 0; i < 3; i++) {
        struct square s = {.g = g,
                           .x = squares[i].x,
                           .y = squares[i].y,
                           .ux = squares[i].ux,
                           .uy = squares[i].uy,
                           .light = p->light};
        double cells = hypot(s.ux, s.uy) / module / CELL_MODULES;
        s.n = cells < CELLS_MIN ? CELLS_MIN : cells > CELLS_MAX ? CELLS_MAX : (int)cells;
        s.cell = (int)(module * CELL_MODULES / 2);
        if (is_grey(&s))
            return true;
    }
    return false;
}
