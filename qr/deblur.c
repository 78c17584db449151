/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Model: pixel = paper - ink * sum over modules of (share of the module in the pixel * darkness).
 * The share is a box (the module) under a Gaussian (scanner, JPEG, pixel), its width fitted to the
 * finders, which are known. Darkness is solved between 0 and 1 by projected gradients, then each
 * module is weighed: how much worse would the picture be explained, were it the other way? */
#include "qr/deblur.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    SPAN = 5,   /* modules in a row that reach into one pixel */
    MARGIN = 3, /* light modules around the symbol */
    PIXELS_MAX = 1 << 18,
    N_LEVELS = 4, /* paper: constant, x, y; ink */
    STEPS = 24,   /* of the gradient */
    ROUNDS = 2,   /* levels, then modules, again */
    SWEEPS = 3,   /* of single flips */
};

static const double blurs[] = {0.25, 0.35, 0.45, 0.55, 0.7, 0.85}; /* modules */
static const float surest = 6;

/* One pixel: which modules it sees, how much of each row and column of them. */
struct seen {
    int x, y;   /* first module, margin counted */
    float u, v; /* its centre in modules */
    float across[SPAN], down[SPAN];
    float value;
};

struct model {
    const struct grid *g;
    const uint8_t *map;
    int wide; /* side + 2 * MARGIN */
    struct seen *px;
    int n_px;
    float *dark;  /* wide * wide, 0 to 1 */
    float *slope; /* the gradient, and then weights */
    float *error; /* by pixel: value - model */
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
    free(m->slope);
    free(m->error);
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

static void collect_pixels(struct model *m, const struct grey *img)
{
    struct rect r = reach(m->g, img);
    size_t most = rect_is_empty(r) ? 0 : (size_t)(r.x1 - r.x0) * (size_t)(r.y1 - r.y0);
    if (most > PIXELS_MAX)
        most = 0;
    m->px = zeros(most + 1, sizeof *m->px);
    m->error = zeros(most + 1, sizeof *m->error);
    for (int y = r.y0; most && y < r.y1; y++) {
        for (int x = r.x0; x < r.x1; x++) {
            struct point p = to_modules(m->g->m, x + 0.5, y + 0.5);
            if (p.x < -0.3 || p.y < -0.3 || p.x > m->g->side + 0.3 || p.y > m->g->side + 0.3)
                continue;
            struct seen *s = &m->px[m->n_px++];
            s->u = (float)p.x;
            s->v = (float)p.y;
            s->value = img->px[(ptrdiff_t)y * img->stride + x];
        }
    }
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

static void set_blur(struct model *m, double blur)
{
    for (int k = 0; k < m->n_px; k++) {
        struct seen *s = &m->px[k];
        int x = (int)floorf(s->u) - SPAN / 2, y = (int)floorf(s->v) - SPAN / 2;
        shares((double)s->u, blur, x, s->across);
        shares((double)s->v, blur, y, s->down);
        s->x = x + MARGIN;
        s->y = y + MARGIN;
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

/* Least squares of paper and ink over all pixels, or those of the finders; sets error and
 * variance. */
static bool fit_levels(struct model *m, bool finders_only)
{
    double a[N_LEVELS][N_LEVELS + 1] = {{0}}, sum = 0;
    int n = 0;
    for (int k = 0; k < m->n_px; k++) {
        const struct seen *s = &m->px[k];
        if (finders_only && !is_in_finder(m, s))
            continue;
        double f[N_LEVELS] = {1, (double)s->u / m->g->side, (double)s->v / m->g->side,
                              -(double)seen_dark(m, s)};
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
    for (int k = 0; k < m->n_px; k++) {
        const struct seen *s = &m->px[k];
        double paper =
            m->level[0] + (m->level[1] * (double)s->u + m->level[2] * (double)s->v) / m->g->side;
        m->error[k] = (float)((double)s->value - paper + m->level[3] * (double)seen_dark(m, s));
        if (!finders_only || is_in_finder(m, s)) {
            sum += (double)(m->error[k] * m->error[k]);
            n++;
        }
    }
    m->variance = sum / (n > N_LEVELS ? n - N_LEVELS : 1);
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

/* The blur under which the finders look most like themselves. */
static bool choose_blur(struct model *m)
{
    double best = INFINITY, chosen = 0;
    for (size_t i = 0; i < ARRAY_LEN(blurs); i++) {
        set_blur(m, blurs[i]);
        if (fit_levels(m, true) && m->variance < best) {
            best = m->variance;
            chosen = blurs[i];
        }
    }
    if (chosen <= 0)
        return false;
    set_blur(m, chosen);
    return fit_levels(m, true);
}

/* slope += share * error, for the modules that a pixel sees. */
static void spread(const struct model *m, const struct seen *s, float error, float *to)
{
    float *d = to + s->y * m->wide + s->x;
    for (int j = 0; j < SPAN; j++, d += m->wide) {
        float row = s->down[j] * error;
        for (int i = 0; i < SPAN; i++)
            d[i] += s->across[i] * row;
    }
}

/* error = value - model, with the levels as they are. */
static void update_errors(struct model *m)
{
    for (int k = 0; k < m->n_px; k++) {
        const struct seen *s = &m->px[k];
        float paper = (float)m->level[0] +
                      ((float)m->level[1] * s->u + (float)m->level[2] * s->v) / (float)m->g->side;
        m->error[k] = s->value - paper + (float)m->level[3] * seen_dark(m, s);
    }
}

static void gradient_step(struct model *m, float rate)
{
    size_t n = (size_t)(m->wide * m->wide);
    memset(m->slope, 0, n * sizeof *m->slope);
    update_errors(m);
    for (int k = 0; k < m->n_px; k++)
        spread(m, &m->px[k], m->error[k], m->slope);
    for (int y = 0; y < m->g->side; y++) {
        for (int x = 0; x < m->g->side; x++) {
            if (is_known(m->map[y * m->g->side + x]))
                continue;
            int at = module_at(m, x, y);
            float d = m->dark[at] - rate * m->slope[at];
            m->dark[at] = d < 0 ? 0 : d > 1 ? 1 : d;
        }
    }
}

static void solve_modules(struct model *m)
{
    double px = grid_module_px(m->g);
    float rate = (float)(1.4 / (m->level[3] * px * px));
    for (int i = 0; i < STEPS; i++)
        gradient_step(m, rate);
}

/* What share² of each module is seen in all: the weight of a flip. */
static void weigh(struct model *m, float *weight)
{
    for (int k = 0; k < m->n_px; k++) {
        const struct seen *s = &m->px[k];
        float *d = weight + s->y * m->wide + s->x;
        for (int j = 0; j < SPAN; j++, d += m->wide) {
            for (int i = 0; i < SPAN; i++)
                d[i] += s->across[i] * s->across[i] * s->down[j] * s->down[j];
        }
    }
}

/* Every module by how much the squared error would grow, were it turned over: positive dark. The
 * squared error of the picture grows by ink² weight ± 2 ink slope. */
static void judge(struct model *m, const float *weight, float *soft)
{
    size_t n = (size_t)(m->wide * m->wide);
    float ink = (float)m->level[3];
    memset(m->slope, 0, n * sizeof *m->slope);
    for (int k = 0; k < m->n_px; k++)
        spread(m, &m->px[k], m->error[k], m->slope);
    for (int y = 0; y < m->g->side; y++) {
        for (int x = 0; x < m->g->side; x++) {
            int at = module_at(m, x, y);
            /* with darkness t the error is e + ink w (t - d): least at t = d - slope / (ink w) */
            float best = m->dark[at] - m->slope[at] / (ink * weight[at] + 1e-6f);
            float gain = ink * ink * weight[at] * (2 * best - 1);
            float s = gain / (4 * (float)m->variance + 1);
            soft[y * m->g->side + x] = s > surest ? surest : s < -surest ? -surest : s;
        }
    }
}

static void harden(struct model *m, const float *soft)
{
    for (int y = 0; y < m->g->side; y++) {
        for (int x = 0; x < m->g->side; x++) {
            int at = y * m->g->side + x;
            if (!is_known(m->map[at])) {
                /* half-hearted where unsure: a wrong neighbour misleads more than a grey one */
                float p = 1 / (1 + expf(-soft[at]));
                m->dark[module_at(m, x, y)] = p;
            }
        }
    }
}

static double explained(const struct model *m)
{
    double n = m->n_px, s = 0, ss = 0;
    for (int k = 0; k < m->n_px; k++) {
        s += (double)m->px[k].value;
        ss += (double)(m->px[k].value * m->px[k].value);
    }
    double all = ss / n - s * s / n / n;
    return all > 0 ? 1 - m->variance / all : 0;
}

double deblur(const struct grid *g, const struct grey *img, const uint8_t *map, float *soft_out)
{
    CLEANUP(model_fini)
    struct model m = {.g = g, .map = map, .wide = g->side + 2 * MARGIN};
    size_t n = (size_t)(m.wide * m.wide);
    m.dark = zeros(n, sizeof *m.dark);
    m.slope = zeros(n, sizeof *m.slope);
    CLEANUP(mem_freep)
    float *weight = zeros(n, sizeof *weight);
    collect_pixels(&m, img);
    set_known(&m);
    if (m.n_px < g->side * g->side / 4 || !choose_blur(&m))
        return 0;
    for (int i = 0; i < ROUNDS; i++) {
        solve_modules(&m);
        if (!fit_levels(&m, false))
            return 0;
    }
    weigh(&m, weight);
    for (int i = 0; i < SWEEPS; i++) {
        judge(&m, weight, soft_out);
        harden(&m, soft_out);
        if (!fit_levels(&m, false))
            return 0;
    }
    judge(&m, weight, soft_out);
    return explained(&m);
}
