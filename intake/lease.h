/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The lease of a mailbox: who holds it may move its mails, and nobody else. UID MOVE is no
 * compare-and-swap: two sessions that move one UID both hear OK, and the mail is doubled. So it is
 * asked for before each move, and an answer that comes after its end is not believed. */
#ifndef INTAKE_LEASE_H
#define INTAKE_LEASE_H

#include "db/db.h"

struct lease { /* db and the words are kept by reference */
    struct db *db;
    int mailbox_id;
    const char *mailbox; /* its name in the configuration, for messages */
    const char *owner;   /* host, process, start: as role_owner() says it */
    int ttl_s;           /* how long it lasts after it was taken or renewed */
    int64_t end_ms;      /* by our clock, from before it was asked for; 0: not taken yet */
};

/* Take it for the first time. That of a process of this machine that is gone need not run out: it
 * is followed as soon as what it asked of the mail server last must be over.
 * err  RETRY another daemon holds it, or the database is away */
bool lease_open(struct lease *l, struct err *err) MUST_CHECK;

/* Ours for half its time more at least. The database is asked each time; it is written to only when
 * less than that is left.
 * err  RETRY another daemon holds it: move nothing */
bool lease_renew(struct lease *l, struct err *err) MUST_CHECK;

/* Was it still ours when this is called? By our clock, so never later than by the database's. */
bool lease_is_over(const struct lease *l);

/* Let it go, so that another daemon need not wait; best effort. */
void lease_end(struct lease *l);

#endif
