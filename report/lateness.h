/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The nightly lateness report (domain §8): rows of db/lateness.h → a book of report/book.h, and so
 * text, HTML, JSON, CSV, XLSX and PDF. The same data and as-of give the same bytes. */
#ifndef REPORT_LATENESS_H
#define REPORT_LATENESS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "config/config.h"
#include "db/db.h"
#include "report/book.h"

struct lateness; /* the gathered rows, opaque; lives in its arena */

/* All sections as of an instant, from one snapshot. */
bool lateness_gather(struct arena *a, struct db *db, const struct config *c, int64_t as_of_us,
                     struct lateness **out, struct err *err) MUST_CHECK;
/* The same for half the cost, without the words of what came in time: not for REPORT_XLSX, and not
 * for the lists "year.…". */
bool lateness_gather_sections(struct arena *a, struct db *db, const struct config *c,
                              int64_t as_of_us, struct lateness **out, struct err *err) MUST_CHECK;

/* width and color are for REPORT_TEXT; REPORT_XLSX has every case of the fiscal year besides. */
bool lateness_write(const struct lateness *l, enum report_format f, int width, bool color,
                    struct buf *out, struct err *err) MUST_CHECK;

/* The list behind a number. key: a sheet's ("late", "overdue" …), or for the numbers by agency and
 * by quarter "year.expected", "year.in_time", "year.late", "year.missing", "year.incomplete",
 * "year.waiting", with the agency's code, the quarter's number and the month of the deadline where
 * they are asked for.
 * err  REFUSE no such list; the sentence names those that are */
struct lateness_ask {
    const char *key;
    const char *agency; /* NULL: all */
    int quarter;        /* 0: all */
    int month;          /* 1-12 as in the calendar: the chart's bars; 0: all */
};
bool lateness_list(const struct lateness *l, const struct lateness_ask *ask, struct book **out,
                   struct err *err) MUST_CHECK;

const struct book *lateness_book(const struct lateness *l);
int lateness_calendar_version(const struct lateness *l);
/* SHA-256 of the JSON form: what a stored run keeps. */
bool lateness_digest(const struct lateness *l, uint8_t out[32], struct err *err) MUST_CHECK;

#endif
