/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A mailbox in the database: its row, the lease of the one process that works in it, and when it
 * was last looked at. The times of the lease are the server's; it ends by itself. */
#ifndef DB_MAILBOX_H
#define DB_MAILBOX_H

#include "db/db.h"

struct mailbox_where {
    const char *name, *host, *login, *folder;
    const char *body; /* "cabinet" or "parliament" */
};

/* The mailbox's row, made or brought up to date. */
bool mailbox_row(struct db *db, const struct mailbox_where *m, int *id_out,
                 struct err *err) MUST_CHECK;

/* Take or renew the lease. epoch_out 0: another daemon holds it. */
bool mailbox_lease_take(struct db *db, int mailbox_id, const char *owner, int ttl_s,
                        int64_t *epoch_out, struct err *err) MUST_CHECK;
/* Let it go, so that another daemon need not wait. */
bool mailbox_lease_end(struct db *db, int mailbox_id, const char *owner,
                       struct err *err) MUST_CHECK;

/* Who holds it; "": nobody. */
bool mailbox_lease_holder(struct db *db, struct arena *a, int mailbox_id, const char **owner_out,
                          struct err *err) MUST_CHECK;
/* The lease of exactly this owner, whose process is known to be gone, ends grace_s from now: what
 * it asked of the mail server last must be over by then. */
bool mailbox_lease_bury(struct db *db, int mailbox_id, const char *owner, int grace_s,
                        struct err *err) MUST_CHECK;
/* Is it this owner's, for left_s more at least? Asks only, and writes nothing. */
bool mailbox_lease_held(struct db *db, int mailbox_id, const char *owner, int left_s,
                        bool *held_out, struct err *err) MUST_CHECK;

bool mailbox_uidvalidity(struct db *db, int mailbox_id, uint32_t uidvalidity, bool *changed_out,
                         struct err *err) MUST_CHECK;

/* A whole look at the folder succeeded; a gap longer than gap_s since the last one is kept for the
 * report. Or it failed. */
bool mailbox_polled(struct db *db, int mailbox_id, int gap_s, struct err *err) MUST_CHECK;
bool mailbox_poll_failed(struct db *db, int mailbox_id, const char *why,
                         struct err *err) MUST_CHECK;

#endif
