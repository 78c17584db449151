/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Answers that wait to be sent, fully rendered: at least once, byte for byte the same. */
#ifndef DB_OUTBOX_H
#define DB_OUTBOX_H

#include "db/db.h"

struct outbox_mail {
    const char *kind;           /* "receipt", "report", "notice" … */
    int64_t item_id;            /* 0: none */
    const char *rfc_message_id; /* with brackets; fixed here, reused by every retry */
    const char *envelope_from;  /* "" is the null return-path */
    const char *rcpt;
    const void *body;
    size_t n_body;
};

/* In the caller's transaction. A second receipt of one item is not made: id_out is the first one's.
 */
bool outbox_add(struct db *db, const struct outbox_mail *m, int64_t *id_out,
                struct err *err) MUST_CHECK;

struct outbox_line {  /* for the LINE group: a request body, byte for byte as it will be pushed */
    const char *kind; /* "digest", "late", "changed", "notice" */
    const char *group;
    const void *body;
    size_t n_body;
};

/* In the caller's transaction. A second digest of one day is not made: id_out is 0. */
bool outbox_add_line(struct db *db, const struct outbox_line *m, int64_t *id_out,
                     struct err *err) MUST_CHECK;

/* Receipts to this address in the last 24 hours: the daily cap. */
bool outbox_receipts_today(struct db *db, const char *rcpt, int64_t *n_out,
                           struct err *err) MUST_CHECK;

struct outbox_claim {
    int64_t id, item_id;
    const char *channel; /* "mail" or "line" */
    const char *kind;
    const char *retry_key; /* of LINE: a UUID, chosen when the row was made */
    int64_t created_us;
    bool is_posted; /* outbox_posting was said: it may have arrived */
    const char *rfc_message_id, *envelope_from, *rcpt;
    const uint8_t *body;
    size_t n_body;
    int attempts; /* this one counted */
};

struct outbox_worker {
    const char *owner;
    const char *channels; /* that it can send by: "mail", "mail line" */
    int lease_s;          /* seconds that a claim holds */
};

/* The next one that is due, claimed. found_out false: none. */
bool outbox_claim(struct db *db, struct arena *a, const struct outbox_worker *w,
                  struct outbox_claim *out, bool *found_out, struct err *err) MUST_CHECK;

/* It is about to be pushed for the first time; said before the first byte leaves. */
bool outbox_posting(struct db *db, int64_t id, struct err *err) MUST_CHECK;

/* How a delivery ended. A retry comes after a pause that doubles from 30 s to 1 h; after five days,
 * or when the server refused for good, the mail is dead and stands in the doctor's list. */
bool outbox_sent(struct db *db, int64_t id, const char *reply, struct err *err) MUST_CHECK;
bool outbox_retry(struct db *db, int64_t id, const char *reply, struct err *err) MUST_CHECK;
bool outbox_dead(struct db *db, int64_t id, const char *reply, struct err *err) MUST_CHECK;

/* Mails that are due now; and all that wait at all. */
bool outbox_waiting(struct db *db, int64_t *due_out, int64_t *all_out, struct err *err) MUST_CHECK;

#endif
