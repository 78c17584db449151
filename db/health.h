/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Is everything as it must be? The view `violation`, the chain of events, and what waits too long.
 */
#ifndef DB_HEALTH_H
#define DB_HEALTH_H

#include "db/db.h"

enum health_grade { HEALTH_OK, HEALTH_LOOK, HEALTH_BAD };

struct health_line {
    enum health_grade grade;
    const char *key;     /* stable word: "violations", "last_poll" … */
    const char *th, *en; /* one sentence: what is so, and what to do about it */
};

/* All checks, in a fixed order; lines live in a. */
bool health_check(struct db *db, struct arena *a, struct health_line **out, uint32_t *n_out,
                  struct err *err) MUST_CHECK;

#endif
