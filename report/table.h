/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Rows and columns as aligned text: widths counted in terminal cells, Thai marks taking none. */
#ifndef REPORT_TABLE_H
#define REPORT_TABLE_H

#include "base/arena.h"
#include "base/buf.h"
#include <stdbool.h>

struct column {
    const char *title;
    bool right;   /* numbers */
    bool shrinks; /* gives way first when the table is wider than the terminal */
    int min;      /* columns that a shrinking one keeps */
};

struct table; /* opaque */

struct table *table_new(struct arena *a, const struct column *columns, int n_columns);
/* One cell after another, row by row. NULL is "". Text is cleaned and copied. */
void table_cell(struct table *t, const char *text);
int table_rows(const struct table *t);
/* Columns that it takes when those that shrink have given way. */
int table_least(const struct table *t);
/* width: terminal columns; color: bold titles. A row stays one line; what does not fit ends in "…".
 */
void table_print(const struct table *t, int width, bool color, struct buf *out);

#endif
