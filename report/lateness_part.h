/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Between the files of the lateness report: lateness.c gathers and asks, lateness_cases.c has what
 * is owed, lateness_sheets.c the rest. */
#ifndef REPORT_LATENESS_PART_H
#define REPORT_LATENESS_PART_H

#include "config/config.h"
#include "db/lateness.h"
#include "report/book.h"
#include "report/lateness.h"

/* Received late, overdue, due soon, incomplete, no deadline: a sheet and a fact each. */
void lateness_case_sheets(struct book *b, const struct lateness_rows *l);
/* By agency, by quarter, and the chart by month of the fiscal year. */
void lateness_tally_sheets(struct book *b, const struct lateness_rows *l);
/* Cases of the fiscal year: which "in_time" …, narrowed as ask says; false: no such word. */
bool lateness_year_sheet(struct book *b, const struct lateness_rows *l, const char *which,
                         const struct lateness_ask *ask);
/* Earlier runs, mailboxes and gaps, before the cases; officers' work and changes, behind them. */
void lateness_state_sheets(struct book *b, const struct lateness_rows *l, const struct config *c);
void lateness_work_sheets(struct book *b, const struct lateness_rows *l);

#endif
