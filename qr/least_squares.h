/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Least squares of a few unknowns by normal equations. */
#ifndef QR_LEAST_SQUARES_H
#define QR_LEAST_SQUARES_H

#include "base/cleanup.h"
#include <stdbool.h>

enum { LEAST_SQUARES_MAX = 32 }; /* unknowns */

struct least_squares {
    int n; /* unknowns; the rest starts as zeros */
    double a[LEAST_SQUARES_MAX][LEAST_SQUARES_MAX + 1];
};

/* One equation: sum of f[i] * unknown[i] = value. */
void least_squares_add(struct least_squares *q, const double *f, double value);

/* The same where only some of the unknowns are in it: sum of f[i] * unknown[at[i]], at ascending.
 */
void least_squares_add_some(struct least_squares *q, const int *at, const double *f, int n,
                            double value);

/* damping: a share of the mean diagonal added to each. out  false: they do not determine the
 * unknowns */
bool least_squares_solve(struct least_squares *q, double damping, double *out) MUST_CHECK;

#endif
