/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The queue of scans, and what the last scan of an item sets off: its token and its receipt, in the
 * same transaction. Any number of workers on any machine. */
#ifndef DB_QUEUE_H
#define DB_QUEUE_H

#include "db/db.h"

struct queue_job {
    int64_t id, item_id;
    int64_t attachment_id; /* 0: the item has nothing to scan */
    int64_t blob_id;
    const char *filename; /* NULL where none */
    int attempts;         /* this one counted */
};

struct queue_claim {
    const char *owner;
    int lease_s; /* longer than the work on all of them may take */
    int max;     /* jobs at most */
};
/* The next jobs, claimed: one, or several when many wait; one that a death has left behind
 * (attempts over 1) comes alone. out has room for max; 0: none is due. */
bool queue_claim(struct db *db, struct arena *a, const struct queue_claim *c, struct queue_job *out,
                 int *n_out, struct err *err) MUST_CHECK;

/* Claimed and not begun: free again, the attempt not counted. */
bool queue_give_back(struct db *db, const char *owner, const struct queue_job *jobs, int n,
                     struct err *err) MUST_CHECK;

/* Put a claimed job back, its attempt counted: due again at once, behind what is due already. */
bool queue_retry(struct db *db, int64_t job_id, const char *why, struct err *err) MUST_CHECK;

struct queue_page {
    double width, height;
    const char *steps;
};
struct queue_code {
    uint32_t page;
    const char *member, *format, *text;
    const uint8_t *bytes;
    uint32_t n_bytes;
    double x, y;
    double corners[8];
    const char *parts;        /* "joined of 3 parts"; NULL: a code by itself */
    const char *meaning;      /* "receipt", "slip", "url", "other", "forged" */
    const char *register_ref; /* receipt: "R/2564/12"; slip: "12/2564"; else NULL */
};
struct queue_result {
    const char *state, *why; /* of the scan: "codes" … , "poison" */
    const struct queue_page *pages;
    uint32_t n_pages;
    const struct queue_code *codes;
    uint32_t n_codes;
};

/* In the caller's transaction: what the scan found, the job done. last_out: no job of the item is
 * open any more, and this transaction holds the item: finish it. result NULL for a job without an
 * attachment. */
bool queue_finish(struct db *db, const struct queue_job *job, const struct queue_result *result,
                  bool *last_out, struct err *err) MUST_CHECK;

struct queue_item_file {
    const char *filename, *type;
    uint64_t size_bytes;
    const uint8_t *sha256;
    int n_pages;
    const char *scan_state, *scan_why; /* "" where not scanned */
};

/* An item whose scans are done: what its receipt says. */
struct queue_item {
    int64_t id;
    const char *series;
    int year;
    int64_t no;
    int64_t entered_at_us, deemed_at_us, registered_at_us;
    const uint8_t *digest;                      /* 32 bytes */
    const char *from_addr, *from_name, *agency; /* NULL: not known */
    const char *subject, *letter_no;
    int64_t letter_date_us;
    const char *class_name, *urgency, *secrecy;
    const char *message_id, *references;
    const char *no_receipt_why;
    const char *token; /* NULL: this is its first scan */
    int n_claimed;     /* -1: the letter does not say */
    const struct queue_item_file *files;
    uint32_t n_files;
};

/* In the caller's transaction, after queue_finish said last: ties the item to the matter of a slip
 * or an earlier receipt that it carries, and reads it. */
bool queue_item(struct db *db, struct arena *a, int64_t item_id, struct queue_item *out,
                struct err *err) MUST_CHECK;

/* The same, and changes nothing: to print a receipt again. */
bool queue_item_read(struct db *db, struct arena *a, int64_t item_id, struct queue_item *out,
                     struct err *err) MUST_CHECK;

/* The item is done: its token fixed. no_receipt_why as decided now ("" when a receipt was written).
 */
bool queue_item_done(struct db *db, int64_t item_id, const char *token, const char *no_receipt_why,
                     struct err *err) MUST_CHECK;

/* Jobs that are due now; and all that are open. */
bool queue_waiting(struct db *db, int64_t *due_out, int64_t *all_out, struct err *err) MUST_CHECK;

/* Be told (db_notified) of new jobs, or of new mail in the outbox. */
bool queue_listen(struct db *db, bool outbox, struct err *err) MUST_CHECK;

#endif
