/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tables in CSV files (RFC 4180), as spreadsheets and officers write them: UTF-8 with or without a
 * mark, or Windows' Thai; CRLF or LF; lines that begin with # are remarks. Cells are
 * written by base/csv_cell.h; the apostrophe that keeps text from being a formula is taken off
 * again. */
#ifndef CLI_CSV_H
#define CLI_CSV_H

#include "base/arena.h"
#include "base/csv_cell.h"
#include "base/err.h"

enum {
    CSV_BYTES_MAX = 32 << 20,
    CSV_ROWS_MAX = 300000,
    CSV_COLUMNS_MAX = 32,
};

struct csv_row {
    int line;          /* in the file, from 1 */
    const char **cell; /* n_columns of them; "" where the row was shorter */
};

struct csv {
    const char *const *columns; /* the caller's */
    size_t n_columns;
    struct csv_row *row;
    int n;
};

/* Read a table whose first line names its columns, in any order; that line may be a remark. A name
 * is known by its words before "|": "name|name_th" is column name, also called name_th.
 * err  REFUSE too large, no line of names, a name that is not known, a quote that does not end, a
 *      row with more cells than names: the sentence says the line */
bool csv_read(struct arena *a, const char *bytes, size_t n, const char *const *columns,
              size_t n_columns, struct csv *out, struct err *err) MUST_CHECK;

/* The cell of a row by its column's first name; "" where the file has none. */
const char *csv_get(const struct csv *t, const struct csv_row *row, const char *column);

/* A whole file, as UTF-8 text; "-" is standard input. Bytes that are no UTF-8 are read as
 * WINDOWS-874. err  REFUSE too large; FATAL cannot be read */
bool file_text(struct arena *a, const char *path, char **text_out, size_t *n_out,
               struct err *err) MUST_CHECK;

#endif
