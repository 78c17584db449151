/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The receive register (ทะเบียนหนังสือรับ) of a period, as offices print it. */
#ifndef REPORT_REGISTER_H
#define REPORT_REGISTER_H

#include "config/config.h"
#include "db/db.h"
#include "report/book.h"

/* Every number issued from from_us on and before to_us, cancelled ones with their reason, in order.
 * Judged as of an instant. */
bool register_gather(struct arena *a, struct db *db, const struct config *c, int64_t from_us,
                     int64_t to_us, int64_t as_of_us, struct book **out,
                     struct err *err) MUST_CHECK;

/* The list behind a number of it: key "register" or "cancelled". err  REFUSE no such list */
bool register_list(struct arena *a, struct db *db, const struct config *c, int64_t from_us,
                   int64_t to_us, int64_t as_of_us, const char *key, struct book **out,
                   struct err *err) MUST_CHECK;

#endif
