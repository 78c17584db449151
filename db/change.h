/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A changed rule, matter or agency as an event: who, what, why, and its facts by name. For db/
 * alone; every change of master data writes one, in the transaction of the change. */
#ifndef DB_CHANGE_H
#define DB_CHANGE_H

#include "db/db.h"

struct change {
    const char *who, *what, *why; /* why NULL: nothing to say */
    int64_t matter_id;            /* 0: none */
};

/* Then pairs of name and text, then NULL; a NULL text leaves its name out. */
bool change_record(struct db *db, struct err *err, const struct change *c, ...)
    __attribute__((sentinel)) MUST_CHECK;

/* "2021-04-09T16:30:00+07:00" in a, for such a pair; NULL for TIME_NONE. */
const char *change_time(struct arena *a, int64_t us);

/* As a number, for such a pair. */
const char *change_number(struct arena *a, int64_t n);

#endif
