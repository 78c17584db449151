/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Pictures of two tones (fax, copies) have the odds of a threshold under noise, others those of
 * noise about a grey: both costs have one lowest place over greys, so the relaxed picture finds it
 * from anywhere. The draws start from there, mildly at first. */
#include "qr/likely.h"
#include "qr/likely_cells.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    RELAX_SWEEPS = 30,
    HEATED_SWEEPS = 20,
    SWEEPS_PER_SUM = 8, /* sums of small steps drift */
    SURE_EVERY = 4,     /* sweeps: a module that is sure is asked more rarely */
};

static const double hottest = 3;
static const float in_doubt = 0.02f; /* a module that nothing sees stays half dark */
static const float curve_min = 0.5f; /* where the odds are flat, steps would be endless */
static const float step_max = 0.3f;  /* of darkness, where the odds are not a parabola */
static const float relaxed_sure = 8, known_sure = 60;
static const float at_rest = 0.001f; /* of darkness, by which modules still move in a sweep */
static const float drawn_sure = 0.002f;

static bool is_known(const struct likely *l, int m)
{
    return l->parts[m] == PART_DARK || l->parts[m] == PART_LIGHT;
}

static float *dark_of(const struct likely *l, int m)
{
    int side = l->o->grid.side;
    return &l->o->dark[optics_module(l->o, m % side, m / side)];
}

static float prior_of(const struct likely *l, int m)
{
    return l->prior ? l->prior[m] : 0;
}

void likely_set_prior(struct likely *l, const float *prior)
{
    l->prior = prior;
}

static void change(struct likely *l, int m, float by)
{
    *dark_of(l, m) += by;
    for (int i = l->first[m]; i < l->first[m + 1]; i++)
        l->cells[l->shares[i].cell].dark += by * l->shares[i].part;
}

/* Towards the lowest cost along one module: slope over curve. */
static float relaxed(const struct likely *l, int m, float dark)
{
    float slope = in_doubt * (dark - 0.5f) - prior_of(l, m), curve = in_doubt;
    for (int i = l->first[m]; i < l->first[m + 1]; i++) {
        const struct cell *c = &l->cells[l->shares[i].cell];
        float part = l->shares[i].part;
        if (l->two_tones) {
            const struct odds *o = odds_at(l, c->dark);
            slope += part * (c->value * o->slope_black + c->weight * o->slope_white);
            curve += part * part * (c->value + c->weight) * (o->curve + curve_min);
        } else {
            slope += part * c->weight * (c->dark - c->value);
            curve += part * part * c->weight;
        }
    }
    float by = -slope / curve;
    if (l->two_tones)
        by = by > step_max ? step_max : by < -step_max ? -step_max : by;
    return fminf(fmaxf(dark + by, 0), 1);
}

static void set_known(struct likely *l)
{
    for (int m = 0; m < l->o->grid.side * l->o->grid.side; m++) {
        if (is_known(l, m))
            *dark_of(l, m) = l->parts[m] == PART_DARK;
    }
    likely_see(l);
}

/* Returns by how much the modules moved, on average. */
static float relax_all(struct likely *l)
{
    int n = l->o->grid.side * l->o->grid.side;
    float moved = 0;
    for (int m = 0; m < n; m++) {
        if (is_known(l, m))
            continue;
        float dark = *dark_of(l, m), by = relaxed(l, m, dark) - dark;
        if (by != 0)
            change(l, m, by);
        moved += fabsf(by);
    }
    return moved / (float)n;
}

double likely_relax(struct likely *l, float *soft_out)
{
    int n = l->o->grid.side * l->o->grid.side;
    set_known(l);
    for (int sweep = 0; sweep < RELAX_SWEEPS && relax_all(l) > at_rest; sweep++) {
        if (sweep % SWEEPS_PER_SUM == 0)
            likely_see(l);
    }
    double open = 0;
    for (int m = 0; m < n; m++) {
        float dark = *dark_of(l, m);
        open += (double)fminf(dark, 1 - dark);
        soft_out[m] = 2 * relaxed_sure * (dark - 0.5f);
    }
    return open / n;
}

static float cost_at(const struct likely *l, const struct cell *c, float dark)
{
    const struct odds *o = odds_at(l, dark);
    return c->value * o->black + c->weight * o->white;
}

/* From the modules as they are, each of them light or dark. */
static void see_costs(struct likely *l)
{
    likely_see(l);
    for (int k = 0; k < l->n_cells && l->two_tones; k++)
        l->cells[k].cost = cost_at(l, &l->cells[k], l->cells[k].dark);
}

/* The module was as dark as that and is the opposite now. */
static void turn(struct likely *l, int m, float was)
{
    change(l, m, 1 - 2 * was);
    for (int i = l->first[m]; i < l->first[m + 1] && l->two_tones; i++) {
        struct cell *c = &l->cells[l->shares[i].cell];
        c->cost = cost_at(l, c, c->dark);
    }
}

/* How much more does the picture cost with the module light than with it dark? One of the two it
 * is, and what that costs is known. */
static float for_dark(const struct likely *l, int m, float dark)
{
    float sum = 0, to_other = 1 - 2 * dark;
    for (int i = l->first[m]; i < l->first[m + 1]; i++) {
        const struct cell *c = &l->cells[l->shares[i].cell];
        float part = l->shares[i].part;
        if (l->two_tones)
            sum += cost_at(l, c, c->dark + part * to_other) - c->cost;
        else
            sum += part * c->weight * (part / 2 + to_other * (c->dark - c->value));
    }
    return prior_of(l, m) - to_other * sum;
}

/* 0 to 1, the same in every run. */
static float lot(struct likely *l)
{
    l->lot ^= l->lot << 13;
    l->lot ^= l->lot >> 7;
    l->lot ^= l->lot << 17;
    return (float)(l->lot >> 40) / (1 << 24);
}

static bool is_sure(float odds)
{
    return odds < drawn_sure || odds > 1 - drawn_sure;
}

/* odds are those of the last time each was asked. */
static void draw_all(struct likely *l, float heat, bool also_sure, float *odds)
{
    int n = l->o->grid.side * l->o->grid.side;
    for (int m = 0; m < n; m++) {
        if (is_known(l, m) || (!also_sure && is_sure(odds[m])))
            continue;
        float dark = *dark_of(l, m), s = for_dark(l, m, dark) / heat;
        odds[m] = 1 / (1 + expf(-s));
        float now = lot(l) < odds[m];
        if (now != dark)
            turn(l, m, dark);
    }
}

double likely_draw(struct likely *l, float *soft_out)
{
    static const float least = 0.0005f;
    int n = l->o->grid.side * l->o->grid.side;
    CLEANUP(mem_freep) float *odds = calloc((size_t)n, 2 * sizeof *odds);
    if (!odds)
        abort();
    float *sum = odds + n;
    for (int m = 0; m < n; m++)
        *dark_of(l, m) = *dark_of(l, m) > 0.5f;
    set_known(l);
    see_costs(l);
    for (int sweep = 0; sweep < HEATED_SWEEPS + LIKELY_KEPT; sweep++) {
        double cooled = fmin((double)sweep / HEATED_SWEEPS, 1);
        draw_all(l, (float)pow(hottest, 1 - cooled), sweep % SURE_EVERY == 0, odds);
        for (int m = 0; m < n && sweep >= HEATED_SWEEPS; m++)
            sum[m] += odds[m] / LIKELY_KEPT;
        if (sweep % SWEEPS_PER_SUM == 0)
            see_costs(l);
    }
    double open = 0;
    for (int m = 0; m < n; m++) {
        float p = fminf(fmaxf(sum[m], least), 1 - least);
        open += is_known(l, m) ? 0 : (double)fminf(p, 1 - p);
        soft_out[m] = l->parts[m] == PART_DARK    ? known_sure
                      : l->parts[m] == PART_LIGHT ? -known_sure
                                                  : logf(p / (1 - p));
    }
    return open / n;
}
