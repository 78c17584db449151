/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the LINE group is told, and that it was told (migrations/0040). Rows carry numbers,
 * agencies' short names and instants: no title, no person, no secret matter. */
#ifndef DB_LINE_H
#define DB_LINE_H

#include "db/db.h"

enum line_news { LINE_LATE, LINE_CHANGED };

struct line_case {
    int64_t expectation_id, deadline_id;
    const char *matter_no, *agency; /* "12/2564", "กรมศุลกากร" */
    int64_t due_us;                 /* TIME_NONE: no longer fixed */
    int64_t was_us;                 /* LINE_CHANGED: what the group knew */
    bool is_received;               /* LINE_LATE: it came, after the deadline */
};

struct line_cases {
    struct line_case *row;
    int n;
};

/* Take the turn to look, until the caller's transaction ends; since when lateness is watched. */
bool line_look(struct db *db, int64_t *since_out, struct err *err) MUST_CHECK;

/* What is new since then and not told. mailboxes: whose looks count, "a,b", "" all: what has not
 * been looked for is not called late. By due. */
bool line_new(struct arena *a, struct db *db, enum line_news news, int64_t since_us,
              const char *mailboxes, struct line_cases *out, struct err *err) MUST_CHECK;

/* They are told by that row of the outbox; in the transaction of line_look. */
bool line_told(struct db *db, enum line_news news, const struct line_cases *cases,
               int64_t outbox_id, struct err *err) MUST_CHECK;

struct line_digest {
    struct line_cases late, overdue, soon; /* late: came after since_us, after its deadline */
};
bool line_digest(struct arena *a, struct db *db, int64_t as_of_us, int64_t since_us,
                 struct line_digest *out, struct err *err) MUST_CHECK;

#endif
