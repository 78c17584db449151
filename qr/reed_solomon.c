/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Syndromes, Berlekamp-Massey started from the erasure locator, Chien's search, Forney's values.
 * Polynomials are arrays with the constant term first. */
#include "qr/reed_solomon.h"
#include <assert.h>
#include <string.h>

enum { PRIMITIVE = 0x11d };

static void fill_field(struct rs_word *w)
{
    unsigned v = 1;
    for (int i = 0; i < RS_FIELD; i++) {
        w->exp[i] = w->exp[i + RS_FIELD] = (uint8_t)v;
        w->log[v] = (uint8_t)i;
        v = v << 1 ^ (v & 0x80 ? PRIMITIVE : 0);
    }
    w->log[0] = 0;
}

static uint8_t mul(const struct rs_word *w, uint8_t a, uint8_t b)
{
    return a && b ? w->exp[w->log[a] + w->log[b]] : 0;
}

static uint8_t over(const struct rs_word *w, uint8_t a, uint8_t b)
{
    return a ? w->exp[w->log[a] + RS_FIELD - w->log[b]] : 0;
}

/* The value of a polynomial of n terms at alpha^power. */
static uint8_t value(const struct rs_word *w, const uint8_t *poly, int n, int power)
{
    uint8_t v = 0;
    for (int i = n - 1; i >= 0; i--)
        v = (uint8_t)(mul(w, v, w->exp[power]) ^ poly[i]);
    return v;
}

/* Symbol i of n stands for x^(n-1-i). */
static void add_syndromes(const struct rs_word *w, int at, uint8_t by, uint8_t *syndrome)
{
    if (!by)
        return;
    int log = w->log[by], step = w->n - 1 - at; /* each root is alpha times the one before */
    for (int k = 0; k < w->n_check; k++) {
        syndrome[k] ^= w->exp[log];
        log += step;
        log -= log >= RS_FIELD ? RS_FIELD : 0;
    }
}

void rs_open(struct rs_word *w, const uint8_t *symbols, int n, int n_check)
{
    assert(n <= RS_WORD_MAX && n_check <= RS_CHECK_MAX && n_check < n);
    w->n = n;
    w->n_check = n_check;
    memcpy(w->symbol, symbols, (size_t)n);
    memset(w->syndrome, 0, sizeof w->syndrome);
    fill_field(w);
    for (int i = 0; i < n; i++)
        add_syndromes(w, i, symbols[i], w->syndrome);
}

struct rs_change rs_change_of(const struct rs_word *w, int at, uint8_t by)
{
    struct rs_change c = {.at = at, .by = by};
    add_syndromes(w, at, by, c.syndrome);
    return c;
}

void rs_apply(struct rs_word *w, const struct rs_change *c)
{
    w->symbol[c->at] ^= c->by;
    for (int k = 0; k < RS_CHECK_MAX; k++)
        w->syndrome[k] ^= c->syndrome[k];
}

static bool is_code_word(const struct rs_word *w)
{
    uint8_t any = 0;
    for (int k = 0; k < RS_CHECK_MAX; k++)
        any |= w->syndrome[k];
    return !any;
}

/* Multiply a polynomial of n terms by (1 + root x); it has n + 1 then. */
static void times_factor(const struct rs_word *w, uint8_t *poly, int n, uint8_t root)
{
    for (int i = n; i > 0; i--)
        poly[i] ^= mul(w, poly[i - 1], root);
}

/* The locator of erasures and errors, n_check + 2 terms, from that of the erasures; returns its
 * degree, -1 where it would be of more errors than can be corrected. */
static int locate(const struct rs_word *w, int n_erased, uint8_t *locator)
{
    uint8_t before[RS_CHECK_MAX + 2], next[RS_CHECK_MAX + 2];
    int degree = n_erased, n = w->n_check + 2;
    memcpy(before, locator, (size_t)n);
    for (int k = n_erased; k < w->n_check; k++) {
        uint8_t gap = 0;
        for (int i = 0; i <= degree; i++)
            gap ^= mul(w, locator[i], w->syndrome[k - i]);
        memmove(before + 1, before, (size_t)n - 1);
        before[0] = 0;
        if (!gap)
            continue;
        for (int i = 0; i < n; i++)
            next[i] = (uint8_t)(locator[i] ^ mul(w, gap, before[i]));
        if (2 * degree <= k + n_erased) {
            degree = k + 1 + n_erased - degree;
            if (2 * degree - n_erased > w->n_check)
                return -1;
            for (int i = 0; i < n; i++)
                before[i] = over(w, locator[i], gap);
        }
        memcpy(locator, next, (size_t)n);
    }
    return degree;
}

/* Chien: the places where the locator has a root. Each term goes on by its own power of alpha from
 * place to place. */
static int find_places(const struct rs_word *w, const uint8_t *locator, int degree, int *place)
{
    int log[RS_CHECK_MAX + 2], step[RS_CHECK_MAX + 2], n_terms = 0, found = 0;
    for (int j = 0; j <= degree; j++) {
        int power = (RS_FIELD + 1 - w->n) * j; /* of the first symbol's inverse */
        if (!locator[j])
            continue;
        step[n_terms] = j;
        log[n_terms++] = (w->log[locator[j]] + power) % RS_FIELD;
    }
    for (int i = 0; i < w->n; i++) {
        uint8_t sum = 0;
        for (int j = 0; j < n_terms; j++) {
            sum ^= w->exp[log[j]];
            log[j] += step[j];
            log[j] -= log[j] >= RS_FIELD ? RS_FIELD : 0;
        }
        if (!sum && found <= degree)
            place[found++] = i;
    }
    return found;
}

/* Forney: what to add at each place. false: a root counts twice. */
static bool mend(const struct rs_word *w, const uint8_t *locator, int degree, const int *place,
                 uint8_t *out)
{
    uint8_t evaluator[RS_CHECK_MAX] = {0};
    for (int k = 0; k < w->n_check; k++) {
        for (int i = 0; i <= k && i <= degree; i++)
            evaluator[k] ^= mul(w, locator[i], w->syndrome[k - i]);
    }
    for (int p = 0; p < degree; p++) {
        int up = w->n - 1 - place[p], power = (RS_FIELD - up) % RS_FIELD; /* of the inverse root */
        uint8_t slope = 0; /* the formal derivative keeps the odd terms */
        for (int k = 1; k <= degree; k += 2)
            slope ^= mul(w, locator[k], w->exp[(power * (k - 1)) % RS_FIELD]);
        if (!slope)
            return false;
        uint8_t e = over(w, value(w, evaluator, w->n_check, power), slope);
        out[place[p]] ^= mul(w, e, w->exp[up % RS_FIELD]);
    }
    return true;
}

static bool is_corrected(const struct rs_word *w, const uint8_t *out)
{
    struct rs_word now = *w;
    for (int i = 0; i < w->n; i++)
        add_syndromes(w, i, (uint8_t)(w->symbol[i] ^ out[i]), now.syndrome);
    return is_code_word(&now);
}

bool rs_correct(const struct rs_word *w, const int *erased, int n_erased, uint8_t *out)
{
    uint8_t locator[RS_CHECK_MAX + 2] = {1};
    int place[RS_CHECK_MAX + 2];
    assert(n_erased <= w->n_check);
    memcpy(out, w->symbol, (size_t)w->n);
    if (is_code_word(w))
        return true;
    for (int k = 0; k < n_erased; k++)
        times_factor(w, locator, k + 1, w->exp[w->n - 1 - erased[k]]);
    int degree = locate(w, n_erased, locator);
    return degree >= 0 && find_places(w, locator, degree, place) == degree &&
           mend(w, locator, degree, place, out) && is_corrected(w, out);
}
