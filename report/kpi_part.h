/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Between the files of the KPI report: kpi.c counts and compares, kpi_matters.c has the matters and
 * the lists behind the numbers. */
#ifndef REPORT_KPI_PART_H
#define REPORT_KPI_PART_H

#include "db/kpi.h"
#include "report/book.h"
#include "report/kpi.h"

struct count {
    int64_t n, of; /* in time, presented */
};

struct kpi { /* what the sheets are made from */
    const struct kpi_rows *rows;
    int quarter; /* 0: the whole year */
    struct count counts[KPI_N_POPULATIONS][KPI_QUARTERS];
};

extern const char *const kpi_population_th[KPI_N_POPULATIONS];

bool kpi_is_presented(const struct kpi_matter *m);
/* In time, and correct where the definition wants that. */
bool kpi_succeeds(const struct kpi_matter *m, const struct kpi_definition *d);
/* The first quarter of a scope that ends with one. */
int kpi_first_of(enum kpi_scope scope, int quarter);

/* Late, open, all: a sheet and a fact each. */
void kpi_matter_sheets(struct book *b, const struct kpi *k);
/* The matters that a number of the sheet "results" counted. err  REFUSE as kpi_list */
bool kpi_number_sheet(struct book *b, const struct kpi_rows *rows, const struct kpi_ask *ask,
                      struct err *err) MUST_CHECK;

#endif
