/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Of a guess (guess.c) the timing lines say which version; the fit says whether it is one at all;
 * only then is anything solved. Each step costs ten times the one before and is reached by a tenth
 * of the guesses. */
#include "qr/hard.h"
#include "qr/deblur.h"
#include "qr/grid.h"
#include "qr/guess.h"
#include "qr/likely.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    VERSIONS_TRIED = 3,
    VERSIONS_AROUND = 2,
    ROUNDS_MAX = 6, /* solving and correcting one symbol */
    DRAWS = 1000,   /* of the words of a block */
    BENDS_A_ROUND = 3,
    LIKELY_ROUNDS = 6,
    LIKELY_FITS_MIN = 2,

    CLEAN_PX = 4, /* a module of the drawn symbol */
    QUIET = 4,
};

/* Timing lines that a copier closed alternate little, those of noise hardly less. */
static const double timing_min = 0.2, agreement_start = 0.3, agreement_min = 0.55;
/* Of the modules, after draws: of two tones what was read left 0.038 in the first round and 0.026
 * later, of greys, which say more, 0.006 in either. */
static const struct open_max {
    double first, later;
} open_tones = {0.04, 0.03}, open_greys = {0.02, 0.01};
static const double explained_min = 0.65; /* what was read explained 0.76 and more at once */

struct work {
    struct arena *a;
    const struct hard_place *place;
    uint8_t parts[SYMBOL_MODULES_MAX], parts_found[SYMBOL_MODULES_MAX];
    uint8_t modules[SYMBOL_MODULES_MAX];
    float soft[SYMBOL_MODULES_MAX], prior[SYMBOL_MODULES_MAX];
    float found[SYMBOL_MODULES_MAX], sorted[SYMBOL_MODULES_MAX]; /* while soft is in balance */
};

static struct work *work_new(struct arena *a, const struct hard_place *place)
{
    struct work *w = calloc(1, sizeof *w);
    if (!w)
        abort();
    w->a = a;
    w->place = place;
    return w;
}

static struct grid grid_of(const struct guess *g, int version)
{
    const struct finder *c = g->corner;
    struct grid grid = {.version = version,
                        .side = symbol_side(version),
                        .at = {{c[0].x, c[0].y},
                               {c[1].x, c[1].y},
                               {c[1].x + c[2].x - c[0].x, c[1].y + c[2].y - c[0].y},
                               {c[2].x, c[2].y}}};
    grid_set(&grid);
    return grid;
}

/* Runs were measured along rows: a turned square is crossed longer than it is wide. */
static double true_module(const struct guess *g)
{
    const struct finder *c = g->corner;
    double d = finders_apart(&c[0], &c[1]), module = (c[0].module + c[1].module + c[2].module) / 3;
    double cosine = fabs(c[1].x - c[0].x) / d, sine = fabs(c[1].y - c[0].y) / d;
    return module * fmax(cosine, sine);
}

/* The versions near the measured size whose timing lines alternate most, best first. */
static int likely_versions(const struct work *w, const struct guess *g, int out[VERSIONS_TRIED])
{
    double side = (finders_apart(&g->corner[0], &g->corner[1]) +
                   finders_apart(&g->corner[0], &g->corner[2])) /
                  2;
    int middle = (int)lround((side / true_module(g) + 7 - 17) / 4), n = 0;
    int around = VERSIONS_AROUND + middle / 8;
    double best[VERSIONS_TRIED] = {0};
    for (int v = middle - around; v <= middle + around; v++) {
        if (v < 1 || v > SYMBOL_VERSION_MAX)
            continue;
        struct grid grid = grid_of(g, v);
        double timing = grid_timing(&grid, w->place->img);
        int at = n < VERSIONS_TRIED ? n++ : VERSIONS_TRIED;
        for (; at > 0 && best[at - 1] < timing; at--) {
            if (at < VERSIONS_TRIED) {
                best[at] = best[at - 1];
                out[at] = out[at - 1];
            }
        }
        if (at < VERSIONS_TRIED) {
            best[at] = timing;
            out[at] = v;
        }
    }
    return n;
}

static struct grey draw_clean(const struct work *w, int side)
{
    struct grey g = grey_new((side + 2 * QUIET) * CLEAN_PX, (side + 2 * QUIET) * CLEAN_PX);
    for (int y = 0; y < g.h; y++) {
        for (int x = 0; x < g.w; x++) {
            int mx = x / CLEAN_PX - QUIET, my = y / CLEAN_PX - QUIET;
            bool dark = mx >= 0 && my >= 0 && mx < side && my < side && w->modules[my * side + mx];
            g.px[y * g.stride + x] = dark ? 0 : 255;
        }
    }
    return g;
}

static bool read_clean(struct work *w, const struct grid *grid, struct zxing_hit *out)
{
    CLEANUP(grey_fini)
    struct grey clean = draw_clean(w, grid->side);
    const struct zxing_ask ask = {.pure = true};
    struct zxing_hits hits;
    zxing_read(w->a, &clean, &ask, &hits);
    if (hits.n != 1 || !hits.hit[0].valid)
        return false;
    *out = hits.hit[0];
    for (int k = 0; k < 4; k++)
        out->corner[k] =
            grid_point(grid, k == 1 || k == 2 ? grid->side : 0, k >= 2 ? grid->side : 0);
    return true;
}

/* Is the symbol near enough to what w->soft says? If not, modules of blocks that surely are become
 * known. */
static bool decode(struct work *w, const struct grid *grid, int draws, int *n_sure)
{
    struct symbol_read read = {.draws = draws, .modules = w->modules, .parts = w->parts_found};
    if (symbol_decode(grid->version, w->soft, &read))
        return true;
    if (read.n_blocks_sure > *n_sure) {
        *n_sure = read.n_blocks_sure;
        memcpy(w->parts, w->parts_found, sizeof w->parts);
    }
    return false;
}

static int by_size(const void *p, const void *q)
{
    float a = *(const float *)p, b = *(const float *)q;
    return (a > b) - (a < b);
}

/* Encoders choose the mask that leaves half of the modules dark. Light ones that a copier closed
 * are doubted rather than believed: all that is not known is moved until half is dark again. */
static void balance(struct work *w, int side)
{
    static const float dark = 0.507f, shift_max = 2.5f; /* finders are dark by more than half */
    int n = side * side;
    memcpy(w->sorted, w->soft, (size_t)n * sizeof *w->sorted);
    qsort(w->sorted, (size_t)n, sizeof *w->sorted, by_size);
    float shift = fminf(fmaxf(-w->sorted[(int)((1 - dark) * (float)n)], -shift_max), shift_max);
    for (int m = 0; m < n; m++) {
        if (w->parts[m] != PART_DARK && w->parts[m] != PART_LIGHT)
            w->soft[m] += shift;
    }
}

/* As it was found, and in balance. */
static bool decode_either_way(struct work *w, const struct grid *grid, int draws, int *n_sure)
{
    if (decode(w, grid, draws, n_sure))
        return true;
    memcpy(w->found, w->soft, sizeof w->found);
    balance(w, grid->side);
    bool read = decode(w, grid, draws, n_sure);
    memcpy(w->soft, w->found, sizeof w->soft);
    return read;
}

/* A document full of what only looks like codes must not take all its time. */
static bool may_ask_odds(const struct work *w, int side)
{
    int *left = w->place->odds_left;
    if (!left || *left <= 0)
        return false;
    *left -= side * side;
    return true;
}

/* By the odds of whole symbols: ten times the time of one guess a module, and what is left after it
 * can hardly be read by anybody. */
static bool solve_likely(struct work *w, struct optics *o, const struct open_max *open_max,
                         struct zxing_hit *out)
{
    int sure = 0, before;
    if (!may_ask_odds(w, o->grid.side))
        return false;
    CLEANUP(likely_freep) struct likely *l = likely_new(o, w->parts);
    for (int round = 0; l && round < LIKELY_ROUNDS; round++) {
        before = sure;
        if (!likely_fit(l, round ? OPTICS_ALL : OPTICS_FINDERS))
            return false;
        likely_relax(l, w->soft);
        if (decode(w, &o->grid, 0, &sure))
            return read_clean(w, &o->grid, out);
        bool hopeless = likely_draw(l, w->soft) > (round ? open_max->later : open_max->first);
        if (decode_either_way(w, &o->grid, round && !hopeless ? DRAWS : 0, &sure))
            return read_clean(w, &o->grid, out);
        if (hopeless || (round >= LIKELY_FITS_MIN && sure == before))
            return false;
        symbol_prior(o->grid.version, w->soft, w->prior);
        likely_set_prior(l, w->prior);
        for (int i = 0; i < BENDS_A_ROUND && optics_fit_levels(o, OPTICS_ALL); i++)
            optics_bend(o);
    }
    return false;
}

/* One guess a module: some blocks that could be corrected make the next round's modules known, and
 * the grid is moved by them. out  false also where it explains too little */
static bool solve_once(struct work *w, struct deblur *d, struct zxing_hit *out)
{
    int sure = 0;
    for (int round = 0; round < ROUNDS_MAX; round++) {
        int before = sure;
        if (deblur_solve(d, w->soft) < explained_min)
            return false;
        if (decode(w, deblur_grid(d), 0, &sure))
            return read_clean(w, deblur_grid(d), out);
        if (sure == before)
            return false;
        deblur_refine(d);
    }
    return false;
}

static void optics_freep(struct optics *o)
{
    optics_fini(o);
}

/* Black and white pixels say more by their odds than as greys, and sooner. */
static bool solve_two_tones(struct work *w, const struct grid *grid, const struct grey *img,
                            struct zxing_hit *out)
{
    CLEANUP(optics_freep) struct optics o;
    return optics_init(&o, grid, img) && solve_likely(w, &o, &open_tones, out);
}

/* The odds are asked of the finest picture only. */
static bool solve(struct work *w, const struct grid *grid, const struct grey *img, bool is_finest,
                  struct zxing_hit *out)
{
    if (is_finest && grey_has_two_tones(img))
        return solve_two_tones(w, grid, img, out);
    CLEANUP(deblur_freep)
    struct deblur *d = deblur_new(grid, img, w->parts);
    return d && (solve_once(w, d, out) ||
                 (is_finest && solve_likely(w, deblur_optics(d), &open_greys, out)));
}

/* The same grid where the picture is twice as fine. */
static bool solve_finer(struct work *w, struct grid grid, struct zxing_hit *out)
{
    for (int k = 0; k < 4; k++)
        grid.at[k] = (struct point){grid.at[k].x * 2, grid.at[k].y * 2};
    symbol_map(grid.version, w->parts);
    if (grid_fit(&grid, w->place->finer, w->parts) < agreement_min ||
        !solve(w, &grid, w->place->finer, true, out))
        return false;
    for (int k = 0; k < 4; k++)
        out->corner[k] = (struct point){out->corner[k].x / 2, out->corner[k].y / 2};
    return true;
}

static bool try_version(struct work *w, const struct guess *g, int version, struct zxing_hit *out)
{
    struct grid grid = grid_of(g, version);
    if (grid_timing(&grid, w->place->img) < timing_min)
        return false;
    symbol_map(version, w->parts);
    if (grid_agreement(&grid, w->place->img, w->parts) < agreement_start ||
        grid_fit(&grid, w->place->img, w->parts) < agreement_min)
        return false;
    return solve(w, &grid, w->place->img, !w->place->finer, out) ||
           (w->place->finer && solve_finer(w, grid, out));
}

static bool try_guess(struct work *w, const struct guess *g, struct zxing_hit *out)
{
    int versions[VERSIONS_TRIED], n = likely_versions(w, g, versions);
    for (int i = 0; i < n; i++) {
        if (try_version(w, g, versions[i], out))
            return true;
    }
    return false;
}

/* A finder belongs to one code. */
static bool is_used(const struct guess *g, const struct guess *read, int n)
{
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < 9; k++) {
            if (finders_apart(&g->corner[k / 3], &read[i].corner[k % 3]) < 2 * g->corner[0].module)
                return true;
        }
    }
    return false;
}

int hard_read(struct arena *a, const struct hard_place *place,
              struct zxing_hit out[static HARD_READS_MAX])
{
    CLEANUP(mem_freep) struct work *w = work_new(a, place);
    struct guess guesses[GUESSES_MAX], done[HARD_READS_MAX];
    int n = 0, n_guesses = guess_find(place->finders, place->n_finders, place->tilted, guesses);
    for (int i = 0; i < n_guesses && n < HARD_READS_MAX; i++) {
        if (!is_used(&guesses[i], done, n) && try_guess(w, &guesses[i], &out[n]))
            done[n++] = guesses[i];
    }
    return n;
}
