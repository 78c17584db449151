/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Gauss and Jordan, pivot by pivot. */
#include "qr/least_squares.h"
#include <math.h>

void least_squares_add(struct least_squares *q, const double *f, double value)
{
    for (int i = 0; i < q->n; i++) {
        for (int j = i; j < q->n; j++)
            q->a[i][j] += f[i] * f[j];
        q->a[i][LEAST_SQUARES_MAX] += f[i] * value;
    }
}

void least_squares_add_some(struct least_squares *q, const int *at, const double *f, int n,
                            double value)
{
    for (int i = 0; i < n; i++) {
        for (int j = i; j < n; j++)
            q->a[at[i]][at[j]] += f[i] * f[j];
        q->a[at[i]][LEAST_SQUARES_MAX] += f[i] * value;
    }
}

static void exchange(struct least_squares *q, int r, int s)
{
    for (int k = 0; k <= LEAST_SQUARES_MAX; k++) {
        double t = q->a[r][k];
        q->a[r][k] = q->a[s][k];
        q->a[s][k] = t;
    }
}

static void clear_column(struct least_squares *q, int c)
{
    for (int r = 0; r < q->n; r++) {
        double f = r == c ? 0 : q->a[r][c] / q->a[c][c];
        for (int k = c; k <= LEAST_SQUARES_MAX; k++)
            q->a[r][k] -= f * q->a[c][k];
    }
}

bool least_squares_solve(struct least_squares *q, double damping, double *out)
{
    double mean = 0;
    for (int i = 0; i < q->n; i++)
        mean += q->a[i][i] / q->n;
    for (int i = 0; i < q->n; i++) {
        for (int j = 0; j < i; j++)
            q->a[i][j] = q->a[j][i];
        q->a[i][i] += damping * mean;
    }
    for (int c = 0; c < q->n; c++) {
        int best = c;
        for (int r = c + 1; r < q->n; r++)
            best = fabs(q->a[r][c]) > fabs(q->a[best][c]) ? r : best;
        if (fabs(q->a[best][c]) < 1e-9)
            return false;
        exchange(q, c, best);
        clear_column(q, c);
    }
    for (int i = 0; i < q->n; i++)
        out[i] = q->a[i][LEAST_SQUARES_MAX] / q->a[i][i];
    return true;
}
