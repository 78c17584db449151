/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Mailbox against ledger: what the mailbox role leaves of its folders, and what the comparison
 * found (migrations/0031_reconcile.sql). A request and its answer meet in the database, because
 * only the mailbox role speaks IMAP. */
#ifndef DB_RECONCILE_H
#define DB_RECONCILE_H

#include "db/db.h"

/* ---- the mailbox role */

/* The number of the last request, and whether it waits for an answer. */
bool reconcile_asked(struct db *db, int mailbox_id, int64_t *request_out, bool *waits_out,
                     struct err *err) MUST_CHECK;

/* Be told (db_notified) of requests and of released mails. */
bool reconcile_listen(struct db *db, struct err *err) MUST_CHECK;

struct reconcile_folder {
    int mailbox_id;
    const char *place; /* "inbox", "done", "aside" */
    const char *name;
    uint32_t uidvalidity;
};
struct reconcile_mail {
    uint32_t uid;
    uint64_t size_bytes;
    int64_t internaldate_us;
    bool is_deleted, is_too_large;
};
/* In the caller's transaction: everything that lies in one folder, by UID; sent in pieces. */
bool reconcile_listed(struct db *db, const struct reconcile_folder *f,
                      const struct reconcile_mail *mails, uint32_t n, struct err *err) MUST_CHECK;

/* Mails of the folder of which size and date do not say whose copy they are: at most limit. */
bool reconcile_unread(struct db *db, struct arena *a, const struct reconcile_folder *f, int limit,
                      struct reconcile_mail **out, uint32_t *n_out, struct err *err) MUST_CHECK;
bool reconcile_hashed(struct db *db, const struct reconcile_folder *f, uint32_t uid,
                      const uint8_t sha256[32], struct err *err) MUST_CHECK;

struct reconcile_total {
    int64_t n_explained, n_unexplained;
};
/* Compare and keep the result as the answer to a request. */
bool reconcile_compare(struct db *db, int mailbox_id, int64_t request, struct reconcile_total *out,
                       struct err *err) MUST_CHECK;

/* ---- who asks */

/* Ask every mailbox for a fresh comparison. */
bool reconcile_ask(struct db *db, struct err *err) MUST_CHECK;
/* Mailboxes that a daemon has read in the last ten minutes and that have not answered yet. */
bool reconcile_unanswered(struct db *db, int64_t *n_out, struct err *err) MUST_CHECK;

struct reconcile_run { /* the last of one mailbox */
    int64_t id;        /* 0: none yet */
    const char *mailbox;
    int64_t at_us;
    bool is_fresh; /* it answers the last request */
    int64_t n_inbox, n_done, n_aside, n_known, n_explained, n_unexplained;
};

struct reconcile_class {       /* a kind of difference */
    const char *name;          /* "missing" … */
    const char *th, *en;       /* what is so */
    const char *do_th, *do_en; /* what to do */
};
/* Never NULL. */
const struct reconcile_class *reconcile_class(const char *name);

struct reconcile_difference {
    int64_t run_id, message_id; /* message 0: not known */
    const struct reconcile_class *what;
    const char *mailbox;
    bool is_explained;
    const char *place, *folder; /* "": it lies nowhere */
    const char *register_no;    /* "": it has none */
    const char *subject;        /* of the item; "(ลับ)" of a secret one; "" */
    int64_t uid, size_bytes, internaldate_us;
    int64_t n_there, n_known;
};
struct reconcile_count {
    int64_t run_id, n;
    const struct reconcile_class *what;
    bool is_explained;
};

struct reconcile_found {
    struct reconcile_run *runs; /* a row for each mailbox, by name */
    struct reconcile_count *counts;
    struct reconcile_difference *differences; /* the first 500 of each class */
    int n_runs, n_counts, n_differences;
};
/* The last runs not after as_of_us; TIME_NONE: the last ones. In the caller's transaction, if any.
 */
bool reconcile_read(struct arena *a, struct db *db, int64_t as_of_us, struct reconcile_found *out,
                    struct err *err) MUST_CHECK;

#endif
