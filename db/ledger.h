/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The ledger: which mails were met, where, and what became of each. Its rows, and nothing in memory
 * or in the mailbox, decide what is done next.
 *
 * A server's (UIDVALIDITY, UID) is a place, not an identity: the same pair may stand for several
 * mails over time. Identity is the raw bytes' hash here, and the content key once a mail was
 * parsed. */
#ifndef DB_LEDGER_H
#define DB_LEDGER_H

#include "db/db.h"

enum message_state {
    MESSAGE_STORED,      /* raw bytes are here; not parsed yet */
    MESSAGE_REGISTERED,  /* has its number */
    MESSAGE_DUPLICATE,   /* the same content has one */
    MESSAGE_IGNORED,     /* no document: a bounce, our own mail */
    MESSAGE_QUARANTINED, /* set aside with a reason; an officer releases it */
    MESSAGE_N_STATES
};
const char *message_state_name(enum message_state s);

enum { ATTEMPTS_MAX = 3 }; /* deaths of the child before a mail or file is set aside */

struct ledger_mail {
    int mailbox_id;
    uint32_t uidvalidity, uid;
    int64_t entered_at_us; /* INTERNALDATE */
    int raw_fd;
    uint64_t size_bytes;
    const uint8_t *sha256;
};

struct ledger_message {
    int64_t id;
    enum message_state state;
};

/* T1, in the caller's transaction: the raw bytes, the message and this copy of it. Bytes that are
 * known only get their copy noted. */
bool ledger_store(struct db *db, const struct ledger_mail *m, struct ledger_message *out,
                  struct err *err) MUST_CHECK;

/* A mail over the limit: it stays where it is, quarantined, its bytes not taken. */
bool ledger_too_large(struct db *db, const struct ledger_mail *m, uint64_t limit_bytes,
                      struct ledger_message *out, struct err *err) MUST_CHECK;

struct ledger_pending {
    int64_t id, blob_id;
    int64_t entered_at_us;
    int attempts;
    const char *released_by; /* "" or the officer who let it through */
};

/* Stored mails of the mailbox, oldest first. */
bool ledger_pending(struct db *db, struct arena *a, int mailbox_id, int limit,
                    struct ledger_pending **out, uint32_t *n_out, struct err *err) MUST_CHECK;

/* Count an attempt for each, committed before the child starts. A mail that had ATTEMPTS_MAX is set
 * aside instead and *go_out is false for it. */
bool ledger_attempt(struct db *db, const struct ledger_pending *m, bool *go_out,
                    struct err *err) MUST_CHECK;

/* Settle a stored mail without a number: MESSAGE_QUARANTINED or MESSAGE_IGNORED, with one sentence.
 */
bool ledger_aside(struct db *db, int64_t message_id, enum message_state state, const char *why,
                  struct err *err) MUST_CHECK;

bool ledger_state(struct db *db, int64_t message_id, enum message_state *out,
                  struct err *err) MUST_CHECK;

struct ledger_identity { /* to know a mail again */
    uint8_t sha256[32];  /* of its raw bytes */
    uint64_t size_bytes;
    uint32_t n_filed; /* copies of it that were filed in the folder */
};

/* The folder is one of the mailbox's account, whichever of our mailboxes filed there. */
bool ledger_identity(struct db *db, int mailbox_id, int64_t message_id, const char *folder,
                     struct ledger_identity *out, struct err *err) MUST_CHECK;

/* The move of this copy was confirmed, or the copy was found gone (folder NULL). */
bool ledger_filed(struct db *db, const struct ledger_mail *m, int64_t message_id,
                  const char *folder, struct err *err) MUST_CHECK;

/* An officer lets a quarantined mail through: it is stored again, its attempts forgotten, the event
 * written. err  REFUSE no such mail, not quarantined, or too large to have been taken */
bool ledger_release(struct db *db, int64_t message_id, const char *who, const char *why,
                    struct err *err) MUST_CHECK;

/* Mails of one state that the daemon has not settled, over all mailboxes: 0 means nothing to do. */
bool ledger_waiting(struct db *db, int64_t *n_out, struct err *err) MUST_CHECK;

#endif
