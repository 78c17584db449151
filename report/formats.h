/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The writers behind book_write, one file each. */
#ifndef REPORT_FORMATS_H
#define REPORT_FORMATS_H

#include "report/book.h"

/* For a terminal or plain mail: tables that fit the width. */
bool book_text(const struct book *b, int width, bool color, struct buf *out, struct err *err);
/* Self-contained, styles inline so that mail programs keep them; prints well. */
bool book_html(const struct book *b, int width, bool color, struct buf *out, struct err *err);
/* One document, stable keys, times ISO 8601, lengths in minutes. */
bool book_json(const struct book *b, int width, bool color, struct buf *out, struct err *err);
/* UTF-8 with BOM, CRLF; a cell that a spreadsheet would take for a formula gets a ' in front. */
bool book_csv(const struct book *b, int width, bool color, struct buf *out, struct err *err);
/* A worksheet a sheet: real numbers and dates, filters; text is never a formula. */
bool book_xlsx(const struct book *b, int width, bool color, struct buf *out, struct err *err);
/* A4 pages on report/paper.h. */
bool book_pdf(const struct book *b, int width, bool color, struct buf *out, struct err *err);

/* The title of a column in a file, where a length is a number of minutes and says so. */
const char *column_title(struct arena *a, const struct book_column *c);

#endif
