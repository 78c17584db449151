/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Scoring. See kpi_score.h. */
#include "report/kpi_score.h"

#include <assert.h>

enum { WHOLE = 10000 /* hundredths of a percent in one; ten-thousandths of a score in one */ };

static int64_t rounded(int64_t n, int64_t of)
{
    return (2 * n + of) / (2 * of);
}

/* The ten-thousandths of the way from one level to the next. n·WHOLE/of is the percentage. */
static int64_t way(int64_t n, int64_t of, int64_t from, int64_t to)
{
    return rounded((n * WHOLE - from * of) * WHOLE, (to - from) * of);
}

struct kpi_score kpi_score(int64_t n, int64_t of, const struct kpi_definition *d,
                           enum kpi_scoring scoring)
{
    assert(of > 0 && n >= 0 && n <= of);
    int reached = 0;
    while (reached < KPI_LEVELS && n * WHOLE >= (int64_t)d->levels[reached] * of)
        reached++;
    struct kpi_score s = {.score = (int64_t)reached * WHOLE};
    if (scoring == KPI_INTERPOLATED && reached > 0 && reached < KPI_LEVELS)
        s.score += way(n, of, d->levels[reached - 1], d->levels[reached]);
    s.weighted = rounded(s.score * d->weight, (int64_t)100 * 100);
    return s;
}
