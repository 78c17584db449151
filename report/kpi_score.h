/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Scoring KPI สร.1: from a numerator and a denominator, in whole numbers and exact at the edges: 23
 * of 25 is level 4, one less is not, whatever a rounded percentage would say. */
#ifndef REPORT_KPI_SCORE_H
#define REPORT_KPI_SCORE_H

#include "db/kpi.h"

struct kpi_score {
    int64_t score;    /* ten-thousandths: 2 is 20000; 0: below the first level */
    int64_t weighted; /* ten-thousandths, rounded half up: score × weight / 100 */
};

/* n of `of` > 0 by levels in hundredths of a percent, rising. Step: the highest level reached.
 * Interpolated: linear between two levels, the last level at most. */
struct kpi_score kpi_score(int64_t n, int64_t of, const struct kpi_definition *d,
                           enum kpi_scoring scoring);

#endif
