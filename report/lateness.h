/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The nightly lateness report (domain §8): rows from db/lateness.h → text, HTML, JSON (CSV, XLSX,
 * PDF). The same data and as-of give the same bytes. */
#ifndef REPORT_LATENESS_H
#define REPORT_LATENESS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "config/config.h"
#include "db/db.h"

enum report_format {
    REPORT_TEXT,
    REPORT_HTML,
    REPORT_JSON,
    REPORT_CSV,
    REPORT_XLSX,
    REPORT_PDF,
    REPORT_N_FORMATS
};

/* "text" …; false: no such format. */
bool report_format_from(const char *name, enum report_format *out);

struct lateness; /* the gathered rows, opaque; lives in its arena */

/* All sections as of an instant, from one snapshot. */
bool lateness_gather(struct arena *a, struct db *db, const struct config *c, int64_t as_of_us,
                     struct lateness **out, struct err *err) MUST_CHECK;

/* width and color are for REPORT_TEXT. */
bool lateness_write(const struct lateness *l, enum report_format f, int width, bool color,
                    struct buf *out, struct err *err) MUST_CHECK;

#endif
