/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The chart of a fiscal year: by month of the deadline, how many were in time, late, and not
 * received. One bar a month, stacked. */
#ifndef REPORT_CHART_H
#define REPORT_CHART_H

#include "report/book.h"
#include "report/html.h"

/* An <svg> element inside the page; nothing where the book has no chart. */
void chart_svg(const struct book *b, struct html *h);

#endif
