/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What lies in a mailbox's three folders, left in the database for `thanwela reconcile`, and the
 * comparison that answers it. A mail is known by size and INTERNALDATE where these fit one alone,
 * else by its bytes; UIDs only say what has changed since the last listing. */
#ifndef INTAKE_LISTING_H
#define INTAKE_LISTING_H

#include "config/config.h"
#include "db/db.h"
#include "intake/imap.h"

enum {
    LISTING_READ_MAX = 500,             /* mails that one answer reads to know them, */
    LISTING_READ_BYTES_MAX = 256 << 20, /* and bytes, for each folder; the next one reads on */
};

struct listing_parts {
    const struct config_mailbox *mailbox;
    struct db *db;
    struct imap *imap; /* with the inbox selected */
    int mailbox_id;
    uint32_t uidvalidity; /* of the inbox */
};

/* List the inbox. last_uid_out: the highest UID that lies there; 0: none.
 * err  RETRY as the mailbox and the database say */
bool listing_inbox(const struct listing_parts *parts, uint32_t *last_uid_out,
                   struct err *err) MUST_CHECK;

/* List the other two folders over connections of their own, and compare all three with the ledger:
 * the answer to a request. To be called right after a poll and listing_inbox, so that nothing is on
 * its way. */
bool listing_answer(const struct listing_parts *parts, int64_t request, struct err *err) MUST_CHECK;

#endif
