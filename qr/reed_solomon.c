/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Syndromes, Berlekamp-Massey started from the erasure locator, Chien's search, Forney's values.
 * Polynomials are arrays with the constant term first. */
#include "qr/reed_solomon.h"
#include <assert.h>
#include <string.h>

enum { FIELD = 255, PRIMITIVE = 0x11d };

struct field {
    uint8_t exp[2 * FIELD], log[FIELD + 1];
};

static struct field field_new(void)
{
    struct field f;
    unsigned v = 1;
    for (int i = 0; i < FIELD; i++) {
        f.exp[i] = f.exp[i + FIELD] = (uint8_t)v;
        f.log[v] = (uint8_t)i;
        v = v << 1 ^ (v & 0x80 ? PRIMITIVE : 0);
    }
    f.log[0] = 0;
    return f;
}

static uint8_t mul(const struct field *f, uint8_t a, uint8_t b)
{
    return a && b ? f->exp[f->log[a] + f->log[b]] : 0;
}

static uint8_t over(const struct field *f, uint8_t a, uint8_t b)
{
    return a ? f->exp[f->log[a] + FIELD - f->log[b]] : 0;
}

/* The value of a polynomial of n terms at alpha^power. */
static uint8_t value(const struct field *f, const uint8_t *poly, int n, int power)
{
    uint8_t v = 0;
    for (int i = n - 1; i >= 0; i--)
        v = (uint8_t)(mul(f, v, f->exp[power]) ^ poly[i]);
    return v;
}

/* Symbol i of n stands for x^(n-1-i). false: all are zero, the word is a code word. */
static bool syndromes(const struct field *f, const uint8_t *word, int n, int n_check, uint8_t *s)
{
    uint8_t any = 0;
    for (int k = 0; k < n_check; k++) {
        uint8_t v = 0;
        for (int i = 0; i < n; i++)
            v = (uint8_t)(mul(f, v, f->exp[k]) ^ word[i]);
        s[k] = v;
        any |= v;
    }
    return any != 0;
}

/* Multiply a polynomial of n terms by (1 + root x); it has n + 1 then. */
static void times_factor(const struct field *f, uint8_t *poly, int n, uint8_t root)
{
    for (int i = n; i > 0; i--)
        poly[i] ^= mul(f, poly[i - 1], root);
}

/* The locator of erasures and errors; returns its degree. */
static int locate(const struct field *f, const uint8_t *s, int n_check, const uint8_t *erasures,
                  int n_erased, uint8_t *locator)
{
    uint8_t before[RS_CHECK_MAX + 2], next[RS_CHECK_MAX + 2];
    int degree = n_erased;
    memcpy(locator, erasures, RS_CHECK_MAX + 2);
    memcpy(before, erasures, RS_CHECK_MAX + 2);
    for (int k = n_erased; k < n_check; k++) {
        uint8_t gap = 0;
        for (int i = 0; i <= degree; i++)
            gap ^= mul(f, locator[i], s[k - i]);
        memmove(before + 1, before, RS_CHECK_MAX + 1);
        before[0] = 0;
        if (!gap)
            continue;
        for (int i = 0; i < RS_CHECK_MAX + 2; i++)
            next[i] = (uint8_t)(locator[i] ^ mul(f, gap, before[i]));
        if (2 * degree <= k + n_erased) {
            degree = k + 1 + n_erased - degree;
            for (int i = 0; i < RS_CHECK_MAX + 2; i++)
                before[i] = over(f, locator[i], gap);
        }
        memcpy(locator, next, sizeof next);
    }
    return degree;
}

/* Chien and Forney: the places where the locator has a root, and what to add there. */
static int repair(const struct field *f, uint8_t *word, int n, const uint8_t *s, int n_check,
                  const uint8_t *locator, int degree)
{
    uint8_t evaluator[RS_CHECK_MAX] = {0};
    int found = 0;
    for (int k = 0; k < n_check; k++) {
        for (int i = 0; i <= k && i <= degree; i++)
            evaluator[k] ^= mul(f, locator[i], s[k - i]);
    }
    for (int i = 0; i < n; i++) {
        int power = (FIELD - (n - 1 - i)) % FIELD; /* of the inverse root */
        if (value(f, locator, degree + 1, power) != 0)
            continue;
        uint8_t slope = 0; /* the formal derivative keeps the odd terms */
        for (int k = 1; k <= degree; k += 2)
            slope ^= mul(f, locator[k], f->exp[(power * (k - 1)) % FIELD]);
        if (!slope)
            return -1;
        uint8_t e = over(f, value(f, evaluator, n_check, power), slope);
        word[i] ^= mul(f, e, f->exp[(n - 1 - i) % FIELD]);
        found++;
    }
    return found;
}

static int count_changes(const uint8_t *was, const uint8_t *is, int n, const int *erased,
                         int n_erased)
{
    int changed = 0;
    for (int i = 0; i < n; i++)
        changed += was[i] != is[i];
    for (int k = 0; k < n_erased; k++)
        changed -= was[erased[k]] != is[erased[k]];
    return changed;
}

bool rs_correct(uint8_t *word, int n, int n_check, const int *erased, int n_erased,
                int *n_errors_out)
{
    assert(n <= RS_WORD_MAX && n_check <= RS_CHECK_MAX && n_check < n && n_erased <= n_check);
    const struct field f = field_new();
    uint8_t s[RS_CHECK_MAX], erasures[RS_CHECK_MAX + 2] = {1}, locator[RS_CHECK_MAX + 2];
    uint8_t fixed[RS_WORD_MAX];
    *n_errors_out = 0;
    if (!syndromes(&f, word, n, n_check, s))
        return true;
    for (int k = 0; k < n_erased; k++)
        times_factor(&f, erasures, k + 1, f.exp[n - 1 - erased[k]]);
    int degree = locate(&f, s, n_check, erasures, n_erased, locator);
    if (2 * degree - n_erased > n_check)
        return false;
    memcpy(fixed, word, (size_t)n);
    if (repair(&f, fixed, n, s, n_check, locator, degree) != degree ||
        syndromes(&f, fixed, n, n_check, s))
        return false;
    *n_errors_out = count_changes(word, fixed, n, erased, n_erased);
    memcpy(word, fixed, (size_t)n);
    return true;
}
