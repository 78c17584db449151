/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Model: pixel = paper - ink * link(sum over modules of share in the pixel * darkness). The share
 * is a box (the module) under a Gaussian (scanner, JPEG, the pixel). The link is a straight line,
 * or the soft threshold of a copier or fax that makes dark modules grow. Width and link are those
 * under which the finders, which are known, look most like the picture.
 *
 * Solved by mean fields: each module in turn is asked how much worse the picture would be explained
 * were it light, and how much were it dark, its neighbours being as dark as they are believed to
 * be; first mildly, then more and more strictly. */
#include "qr/deblur.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    SPAN = 5,   /* modules in a row that reach into one pixel */
    MARGIN = 3, /* light modules around the symbol */
    PIXELS_MAX = 1 << 18,
    N_LEVELS = 4, /* paper: constant, x, y; ink */
    LINK_STEPS = 128,
    N_SWEEPS = 7,
};

static const double blurs[] = {0.25, 0.35, 0.45, 0.55, 0.7, 0.85}; /* modules */

/* gain 0: the straight line. middle: the darkness that the threshold lies at. */
static const struct link_shape {
    double gain, middle;
} links[] = {{0, 0}, {8, 0.25}, {8, 0.35}, {8, 0.45}, {8, 0.55}, {8, 0.65}};

static const float heat[N_SWEEPS] = {12, 8, 5, 3, 2, 1.5, 1.5f};
static const float surest = 8;
static const double spread_min = 0.06; /* of the ink: pixels are never surer than this */

/* One pixel: which modules it sees, how much of each row and column of them. */
struct seen {
    bool used;  /* shows the symbol at all */
    int x, y;   /* first module, margin counted */
    float u, v; /* its centre in modules */
    float across[SPAN], down[SPAN];
    float value;
    float dark; /* what it sees of the modules as they are believed */
};

struct model {
    const struct grid *g;
    const uint8_t *map;
    int wide;        /* side + 2 * MARGIN */
    struct rect r;   /* of the picture */
    struct seen *px; /* all of r, row by row */
    int n_px, n_used;
    float *dark; /* wide * wide, 0 to 1 */
    float link[LINK_STEPS + 2];
    double level[N_LEVELS];
    double variance; /* of what the model leaves */
};

static void *zeros(size_t n, size_t size)
{
    void *p = calloc(n, size);
    if (!p)
        abort();
    return p;
}

static void model_fini(struct model *m)
{
    free(m->px);
    free(m->dark);
}

/* The inverse of the grid's perspective. */
static struct point to_modules(const double *m, double x, double y)
{
    double a = m[0] - m[6] * x, b = m[1] - m[7] * x, c = x - m[2];
    double d = m[3] - m[6] * y, e = m[4] - m[7] * y, f = y - m[5];
    double det = a * e - b * d;
    if (fabs(det) < 1e-12)
        return (struct point){-1e6, -1e6};
    return (struct point){(c * e - b * f) / det + 3.5, (a * f - c * d) / det + 3.5};
}

static struct rect reach(const struct grid *g, const struct grey *img)
{
    struct rect r = {INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN};
    for (int k = 0; k < 4; k++) {
        struct point p = grid_point(g, k & 1 ? g->side : 0, k & 2 ? g->side : 0);
        int x = (int)fmin(fmax(p.x, -1e6), 1e6), y = (int)fmin(fmax(p.y, -1e6), 1e6);
        r = rect_join(r, (struct rect){x - 1, y - 1, x + 2, y + 2});
    }
    return rect_cut(r, img->w, img->h);
}

static bool collect_pixels(struct model *m, const struct grey *img)
{
    m->r = reach(m->g, img);
    if (rect_is_empty(m->r) ||
        (size_t)(m->r.x1 - m->r.x0) * (size_t)(m->r.y1 - m->r.y0) > PIXELS_MAX)
        return false;
    m->n_px = (m->r.x1 - m->r.x0) * (m->r.y1 - m->r.y0);
    m->px = zeros((size_t)m->n_px, sizeof *m->px);
    struct seen *s = m->px;
    for (int y = m->r.y0; y < m->r.y1; y++) {
        for (int x = m->r.x0; x < m->r.x1; x++, s++) {
            struct point p = to_modules(m->g->m, x + 0.5, y + 0.5);
            s->used = p.x > -0.3 && p.y > -0.3 && p.x < m->g->side + 0.3 && p.y < m->g->side + 0.3;
            s->u = (float)p.x;
            s->v = (float)p.y;
            s->value = img->px[(ptrdiff_t)y * img->stride + x];
            m->n_used += s->used;
        }
    }
    return m->n_used > m->g->side * m->g->side / 4;
}

/* Shares of SPAN modules from first on in a point at u. */
static void shares(double u, double blur, int first, float *out)
{
    double left = erf((first - u) / (blur * M_SQRT2));
    for (int i = 0; i < SPAN; i++) {
        double right = erf((first + i + 1 - u) / (blur * M_SQRT2));
        out[i] = (float)((right - left) / 2);
        left = right;
    }
}

static float seen_dark(const struct model *m, const struct seen *s)
{
    const float *d = m->dark + s->y * m->wide + s->x;
    float sum = 0;
    for (int j = 0; j < SPAN; j++, d += m->wide) {
        float row = 0;
        for (int i = 0; i < SPAN; i++)
            row += s->across[i] * d[i];
        sum += row * s->down[j];
    }
    return sum;
}

static void see_all(struct model *m)
{
    for (int k = 0; k < m->n_px; k++) {
        if (m->px[k].used)
            m->px[k].dark = seen_dark(m, &m->px[k]);
    }
}

static void set_blur(struct model *m, double blur)
{
    for (int k = 0; k < m->n_px; k++) {
        struct seen *s = &m->px[k];
        if (!s->used)
            continue;
        int x = (int)floorf(s->u) - SPAN / 2, y = (int)floorf(s->v) - SPAN / 2;
        shares((double)s->u, blur, x, s->across);
        shares((double)s->v, blur, y, s->down);
        s->x = x + MARGIN;
        s->y = y + MARGIN;
    }
    see_all(m);
}

static void set_link(struct model *m, const struct link_shape *shape)
{
    double low = 1 / (1 + exp(shape->gain * shape->middle));
    double high = 1 / (1 + exp(shape->gain * (shape->middle - 1)));
    for (int i = 0; i < LINK_STEPS + 2; i++) {
        double z = (double)i / LINK_STEPS, s = 1 / (1 + exp(shape->gain * (shape->middle - z)));
        m->link[i] = (float)(shape->gain > 0 ? (s - low) / (high - low) : z);
    }
}

static float linked(const struct model *m, float dark)
{
    float at = dark * LINK_STEPS;
    at = at < 0 ? 0 : at > LINK_STEPS ? LINK_STEPS : at;
    int i = (int)at;
    return m->link[i] + (m->link[i + 1] - m->link[i]) * (at - (float)i);
}

static bool solve(double a[N_LEVELS][N_LEVELS + 1])
{
    for (int c = 0; c < N_LEVELS; c++) {
        int best = c;
        for (int r = c + 1; r < N_LEVELS; r++)
            best = fabs(a[r][c]) > fabs(a[best][c]) ? r : best;
        if (fabs(a[best][c]) < 1e-9)
            return false;
        for (int k = 0; k <= N_LEVELS; k++) {
            double t = a[c][k];
            a[c][k] = a[best][k];
            a[best][k] = t;
        }
        for (int r = 0; r < N_LEVELS; r++) {
            double f = r == c ? 0 : a[r][c] / a[c][c];
            for (int k = c; k <= N_LEVELS; k++)
                a[r][k] -= f * a[c][k];
        }
    }
    return true;
}

static bool is_in_finder(const struct model *m, const struct seen *s)
{
    float far = (float)m->g->side - 6.5f;
    bool left = s->u<6.5f, top = s->v<6.5f, right = s->u> far, bottom = s->v> far;
    return (left && top) || (right && top) || (left && bottom);
}

static float paper(const struct model *m, const struct seen *s)
{
    return (float)m->level[0] +
           ((float)m->level[1] * s->u + (float)m->level[2] * s->v) / (float)m->g->side;
}

static double residue(const struct model *m, bool finders_only)
{
    double sum = 0;
    int n = 0;
    for (int k = 0; k < m->n_px; k++) {
        const struct seen *s = &m->px[k];
        if (!s->used || (finders_only && !is_in_finder(m, s)))
            continue;
        float e = s->value - paper(m, s) + (float)m->level[3] * linked(m, s->dark);
        sum += (double)(e * e);
        n++;
    }
    return sum / (n > N_LEVELS ? n - N_LEVELS : 1);
}

/* Least squares of paper and ink over all pixels, or those of the finders. */
static bool fit_levels(struct model *m, bool finders_only)
{
    double a[N_LEVELS][N_LEVELS + 1] = {{0}};
    for (int k = 0; k < m->n_px; k++) {
        const struct seen *s = &m->px[k];
        if (!s->used || (finders_only && !is_in_finder(m, s)))
            continue;
        const double f[N_LEVELS] = {1, (double)s->u / m->g->side, (double)s->v / m->g->side,
                                    -(double)linked(m, s->dark)};
        for (int i = 0; i < N_LEVELS; i++) {
            for (int j = 0; j < N_LEVELS; j++)
                a[i][j] += f[i] * f[j];
            a[i][N_LEVELS] += f[i] * (double)s->value;
        }
    }
    if (!solve(a))
        return false;
    for (int i = 0; i < N_LEVELS; i++)
        m->level[i] = a[i][N_LEVELS] / a[i][i];
    m->variance = residue(m, finders_only);
    return m->level[3] > 1;
}

static int module_at(const struct model *m, int x, int y)
{
    return (y + MARGIN) * m->wide + x + MARGIN;
}

static bool is_known(int part)
{
    return part == PART_DARK || part == PART_LIGHT;
}

static void set_known(struct model *m)
{
    for (int y = 0; y < m->g->side; y++) {
        for (int x = 0; x < m->g->side; x++) {
            int part = m->map[y * m->g->side + x];
            m->dark[module_at(m, x, y)] = part == PART_DARK ? 1 : part == PART_LIGHT ? 0 : 0.5f;
        }
    }
}

/* The blur and the link under which the finders look most like themselves. */
static bool choose_optics(struct model *m)
{
    double best = INFINITY;
    size_t blur = 0, link = 0;
    for (size_t i = 0; i < ARRAY_LEN(blurs); i++) {
        set_blur(m, blurs[i]);
        for (size_t k = 0; k < ARRAY_LEN(links); k++) {
            set_link(m, &links[k]);
            if (fit_levels(m, true) && m->variance < best) {
                best = m->variance;
                blur = i;
                link = k;
            }
        }
    }
    set_blur(m, blurs[blur]);
    set_link(m, &links[link]);
    return fit_levels(m, true);
}

/* Pixels that may see a module: a square around its middle. */
static struct rect pixels_of(const struct model *m, int x, int y, double reach_px)
{
    struct point p = grid_point(m->g, x + 0.5, y + 0.5);
    struct rect r = {(int)(p.x - reach_px), (int)(p.y - reach_px), (int)(p.x + reach_px) + 1,
                     (int)(p.y + reach_px) + 1};
    r = (struct rect){r.x0 > m->r.x0 ? r.x0 : m->r.x0, r.y0 > m->r.y0 ? r.y0 : m->r.y0,
                      r.x1 < m->r.x1 ? r.x1 : m->r.x1, r.y1 < m->r.y1 ? r.y1 : m->r.y1};
    return r;
}

/* The share that a pixel sees of module (x, y), margin counted. */
static float share_of(const struct seen *s, int x, int y)
{
    unsigned i = (unsigned)(x - s->x), j = (unsigned)(y - s->y);
    return s->used && i < SPAN && j < SPAN ? s->across[i] * s->down[j] : 0;
}

/* How much larger is the squared error with the module light than with it dark? */
static float evidence(const struct model *m, int x, int y, float dark, struct rect r)
{
    float light_error = 0, dark_error = 0, ink = (float)m->level[3];
    for (int py = r.y0; py < r.y1; py++) {
        const struct seen *s = m->px + (py - m->r.y0) * (m->r.x1 - m->r.x0) + r.x0 - m->r.x0;
        for (int px = r.x0; px < r.x1; px++, s++) {
            float w = share_of(s, x, y);
            if (w < 0.004f)
                continue;
            float rest = s->dark - w * dark, e = s->value - paper(m, s);
            float if_light = e + ink * linked(m, rest), if_dark = e + ink * linked(m, rest + w);
            light_error += if_light * if_light;
            dark_error += if_dark * if_dark;
        }
    }
    return light_error - dark_error;
}

static void believe(struct model *m, int x, int y, float dark, struct rect r)
{
    float *now = &m->dark[y * m->wide + x], more = dark - *now;
    *now = dark;
    for (int py = r.y0; py < r.y1; py++) {
        struct seen *s = m->px + (py - m->r.y0) * (m->r.x1 - m->r.x0) + r.x0 - m->r.x0;
        for (int px = r.x0; px < r.x1; px++, s++)
            s->dark += more * share_of(s, x, y);
    }
}

static void sweep(struct model *m, float temperature, float *soft)
{
    double least = spread_min * m->level[3], reach_px = 2.6 * grid_module_px(m->g);
    float scale = (float)(1 / (2 * fmax(m->variance, least * least))) / temperature;
    for (int y = 0; y < m->g->side; y++) {
        for (int x = 0; x < m->g->side; x++) {
            int at = y * m->g->side + x;
            if (is_known(m->map[at])) {
                soft[at] = m->map[at] == PART_DARK ? surest : -surest;
                continue;
            }
            struct rect r = pixels_of(m, x, y, reach_px);
            float was = m->dark[module_at(m, x, y)];
            float s = evidence(m, x + MARGIN, y + MARGIN, was, r) * scale;
            soft[at] = s > surest ? surest : s < -surest ? -surest : s;
            believe(m, x + MARGIN, y + MARGIN, 1 / (1 + expf(-soft[at])), r);
        }
    }
}

static double explained(const struct model *m)
{
    double n = 0, s = 0, ss = 0;
    for (int k = 0; k < m->n_px; k++) {
        double v = (double)m->px[k].value * m->px[k].used;
        n += m->px[k].used;
        s += v;
        ss += v * v;
    }
    double all = ss / n - s * s / n / n;
    return all > 0 ? 1 - m->variance / all : 0;
}

double deblur(const struct grid *g, const struct grey *img, const uint8_t *map, float *soft_out)
{
    CLEANUP(model_fini)
    struct model m = {.g = g, .map = map, .wide = g->side + 2 * MARGIN};
    m.dark = zeros((size_t)(m.wide * m.wide), sizeof *m.dark);
    if (!collect_pixels(&m, img))
        return 0;
    set_known(&m);
    if (!choose_optics(&m))
        return 0;
    for (int i = 0; i < N_SWEEPS; i++) {
        sweep(&m, heat[i], soft_out);
        see_all(&m); /* sums of small steps drift */
        if (!fit_levels(&m, false))
            return 0;
    }
    return explained(&m);
}
