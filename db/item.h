/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The register as people read and correct it. Registering itself is db/registry.h. Text that is not
 * there is "", times that are not known are TIME_NONE; Thai shown is what the database says. */
#ifndef DB_ITEM_H
#define DB_ITEM_H

#include "db/db.h"

enum {
    ITEM_PAGE = 50, /* the usual page: its plan is kept */
    ITEM_PAGE_MAX = 1000
};

struct item_row {
    int64_t id;
    const char *series, *register_no; /* "R", "12/2564" */
    int64_t entered_us, registered_us, deemed_us, sent_us;
    int64_t letter_date_us;
    const char *from_addr, *from_name;
    const char *agency_code, *agency; /* short name where it has one */
    const char *agency_how;           /* "", "address", "domain", "prefix", "officer" */
    const char *subject;
    const char *letter_no, *urgency, *secrecy, *class_name;
    const char *matter_no, *matter_title; /* "7/2564" */
    const char *status, *cancelled_why;   /* รับแล้ว … */
    const char *check_why;                /* ต้องตรวจสอบ */
    const char *incomplete_why;           /* "" where it is complete */
    const char *no_receipt_why;
    bool is_verified;
    const char *verdict, *label, *why, *basis; /* of the judgement; "" before it entered */
    int64_t due_us, late_min;
};

struct item_filter {
    const char *state;       /* "" all but cancelled; a word of item_states(); a status in Thai */
    int64_t from_us, to_us;  /* entered at or after, before; TIME_NONE: open */
    bool by_number;          /* from and to mean when the number was issued */
    const char *agency;      /* code; NULL: any */
    const char *matter;      /* "12/2564"; NULL: any */
    const char *search;      /* in subject, letter number, sender or agency's name; NULL: any */
    const char *register_no; /* "12/2564"; NULL: any */
    int64_t as_of_us;        /* of the judgement */
    bool as_it_stood;  /* what an officer has changed, too, is as of then: what had not entered is
                        * not in the list, and state, agency and matter mean those of then */
    int limit, offset; /* limit ≤ ITEM_PAGE_MAX; 0: no limit */
    bool oldest_first; /* as the receive register is printed; else newest first */
};

struct item_rows {
    struct item_row *item;
    int n;
    int64_t total; /* of all pages */
};

/* The words that --state takes for items: registered, cancelled, check, unverified, and the
 * verdicts in small letters (late, on_time …). */
const char *const *item_states(size_t *n_out);

/* From a snapshot of its own: not inside a transaction.
 * err  REFUSE no such state, agency or matter */
bool item_list(struct arena *a, struct db *db, const struct item_filter *f, struct item_rows *out,
               struct err *err) MUST_CHECK;

/* Mails without a number: state "quarantined", "duplicate", "ignored", "stored". */
struct mail_row {
    int64_t id;
    const char *mailbox, *why, *message_id;
    int64_t entered_us, stored_us, size_bytes;
    int attempts;
    const char *duplicate_of; /* "12/2564" */
};
struct mail_rows {
    struct mail_row *mail;
    int n;
    int64_t total;
};
bool mail_list(struct arena *a, struct db *db, const struct item_filter *f, struct mail_rows *out,
               struct err *err) MUST_CHECK;

/* What waits for an officer, in numbers: as item_list and mail_list count "check", "unverified" and
 * "quarantined". */
struct item_waiting {
    int64_t check, unverified, quarantined;
};
bool item_waiting(struct db *db, struct item_waiting *out, struct err *err) MUST_CHECK;

/* ---- one item */

struct item_file {
    int64_t id, size_bytes;
    const char *filename, *type, *label_type;
    const char *sha256; /* hex */
    const char *scan_state, *scan_why;
    int n_pages; /* 0: not known */
    bool is_attachment;
};
struct item_code {
    int64_t file_id;
    int page;
    const char *format, *content, *meaning;
    const char *refers_to; /* the receipt's item or the slip's matter; "" */
    const char *parts;     /* "part 2 of 3 is missing", see report/scan_words.h; "" by itself */
};
struct item_page { /* how a page was searched */
    int64_t file_id;
    int page;
    const char *steps;
};
struct item_event {
    int64_t id, at_us;
    const char *who, *what, *why;
};
struct item_answer { /* the receipt in the outbox */
    const char *rcpt, *state, *reply;
    int64_t created_us, sent_us;
};
struct item_whole {
    struct item_row row;
    struct item_file *files;
    struct item_code *codes;
    struct item_page *pages;
    struct item_event *events; /* of the item and of its matter, oldest first */
    struct item_answer *answers;
    int n_files, n_codes, n_pages, n_events, n_answers;
};
/* as_it_stood: as in item_filter, and the route as far as it went then.
 * err  REFUSE there is no such number, or was none then */
bool item_read(struct arena *a, struct db *db, const char *register_no, int64_t as_of_us,
               bool as_it_stood, struct item_whole *out, struct err *err) MUST_CHECK;

/* ---- an officer's word: each one transaction with its event */

struct item_assign {
    const char *matter;     /* "12/2564"; NULL: stays */
    const char *agency;     /* code; NULL: stays */
    const char *class_name; /* NULL: stays; a matter brings its own */
};
/* What the officer says needs no more checking, and the sender counts as known.
 * err  REFUSE no such item, matter, agency or class; cancelled */
bool item_assign(struct db *db, const char *register_no, const struct item_assign *to,
                 const char *who, const char *why, struct err *err) MUST_CHECK;
/* The statuses of an item's life, in Thai, in their order. */
const char *const *item_statuses(size_t *n_out);
/* err  REFUSE no such status; cancelling is item_cancel */
bool item_status(struct db *db, const char *register_no, const char *status, const char *who,
                 const char *why, struct err *err) MUST_CHECK;
/* Is all there that the letter says it brings? What is not whole is INCOMPLETE until a whole one of
 * the same agency to the same matter, or one that completes it, comes; that one decides. */
bool item_mark_whole(struct db *db, const char *register_no, bool is_whole, const char *who,
                     const char *why, struct err *err) MUST_CHECK;
/* `by` completes register_no: for what belongs to no matter. err  REFUSE it cannot */
bool item_completes(struct db *db, const char *register_no, const char *by, const char *who,
                    const char *why, struct err *err) MUST_CHECK;
/* Files that were given up after three deaths are scanned again; the number and a receipt that was
 * written stay. err  REFUSE none was given up */
bool item_rescan(struct db *db, const char *register_no, const char *who, const char *why,
                 struct err *err) MUST_CHECK;
/* The number stays, with its reason. */
bool item_cancel(struct db *db, const char *register_no, const char *who, const char *why,
                 struct err *err) MUST_CHECK;

#endif
