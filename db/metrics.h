/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Figures for monitoring, as they stand at the moment of asking. */
#ifndef DB_METRICS_H
#define DB_METRICS_H

#include "db/db.h"

struct metric {
    const char *name, *help;        /* "mails", one sentence; figures of one name stand together */
    const char *label_name, *label; /* "state", "registered"; label "" where it has none. Words of
                                       ours and of the configuration: no quote, no backslash */
    double value;
};
struct metrics {
    struct metric *metric;
    int n;
};

bool metrics_read(struct arena *a, struct db *db, struct metrics *out, struct err *err) MUST_CHECK;

#endif
