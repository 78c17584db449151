/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Events: who, when, what, why. Append-only, each bound to the one before by its hash. */
#ifndef DB_EVENT_H
#define DB_EVENT_H

#include "db/db.h"

struct event {
    const char *who;
    int64_t item_id;         /* 0: none */
    int64_t matter_id;       /* 0: none */
    const char *what;        /* "register", "assign", "move meeting" … */
    const char *why;         /* NULL: nothing to say */
    const char *detail_json; /* an object; NULL: {} */
};

/* Append in the caller's transaction. The chain's lock is held until it ends: do this last. */
bool event_append(struct db *db, const struct event *e, struct err *err) MUST_CHECK;

/* Walk the whole chain. broken_out is the first event that does not fit, 0 when all do. */
bool event_chain_check(struct db *db, int64_t *n_out, int64_t *broken_out,
                       struct err *err) MUST_CHECK;

#endif
