/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Reports by mail: one outbox row a reader, the run kept with its as-of and digest. */
#ifndef REPORT_SEND_H
#define REPORT_SEND_H

#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"
#include "db/db.h"

/* Make the lateness report and leave it for every configured reader: HTML with a text alternative,
 * CSV, XLSX and PDF attached. A failed run is kept, and told by the next.
 * out  how many readers
 * err  FATAL no readers are configured; else as the database says */
bool lateness_send(struct arena *a, struct db *db, const struct config *c, int64_t as_of_us,
                   int *n_out, struct err *err) MUST_CHECK;

#endif
