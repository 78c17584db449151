/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A cell of a CSV file (RFC 4180) that is safe to open: the one place through which every export
 * writes what strangers may have written. */
#ifndef BASE_CSV_CELL_H
#define BASE_CSV_CELL_H

#include "base/buf.h"

/* Would a spreadsheet take the text for a formula, once apostrophes and blanks in front are off?
 * Those that begin with = + - @, in their wide forms too, with a tab, or with a line end. */
bool csv_is_formula(const char *text);

/* Write one cell and what follows it: a comma, or the line's end. Text that a spreadsheet would
 * take for a formula gets an apostrophe; what a program of another country would split (semicolon,
 * tab) is quoted. NULL is empty. */
void csv_cell(struct buf *out, const char *text, bool is_last);

#endif
