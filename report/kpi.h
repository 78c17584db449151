/* SPDX-License-Identifier: AGPL-3.0-or-later
 * KPI สร.1 as a report (domain §9): computed beside reported, every population, scope and scoring,
 * every late matter with its reason, and the evidence. */
#ifndef REPORT_KPI_H
#define REPORT_KPI_H

#include "config/config.h"
#include "db/db.h"
#include "report/book.h"

/* quarter 0: the whole year. The sheet "matters" is the evidence: one row a matter.
 * err  REFUSE no definition covers the year */
bool kpi_gather(struct arena *a, struct db *db, const struct config *c, int fiscal_year,
                int quarter, int64_t as_of_us, struct book **out, struct err *err) MUST_CHECK;

/* The list behind a number. key: a sheet's ("late", "open", "matters", "reported", "results"), or
 * "in_time", "presented", "mismatches". population ("cabinet" …) and scope ("quarter" …) narrow
 * in_time, late and presented to the matters of one row of the sheet "results".
 * err  REFUSE no such list, population or scope; a scope without its quarter */
struct kpi_ask {
    const char *key;
    const char *population, *scope; /* NULL: combined; the quarter, or without one the year */
    int quarter;                    /* 0: the whole year */
};
bool kpi_list(struct arena *a, struct db *db, const struct config *c, int fiscal_year,
              const struct kpi_ask *ask, int64_t as_of_us, struct book **out,
              struct err *err) MUST_CHECK;

/* What a row of the sheet "results" counts: its population's and scope's words, as kpi_ask has
 * them. The quarter stands in the row's first cell. */
void kpi_result_row(int row, const char **population_out, const char **scope_out);

#endif
