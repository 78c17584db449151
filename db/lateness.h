/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the lateness report is made of (domain §8): the rows of one snapshot, as of an instant.
 * Times that are not known are TIME_NONE, text that is not there is "". All rows stand in an order
 * that the data fixes. */
#ifndef DB_LATENESS_H
#define DB_LATENESS_H

#include "db/db.h"
#include "db/reconcile.h"

struct report_window {
    int64_t since_us;            /* 18:00 of the working day before: the report before this one */
    int64_t quarter_us;          /* the first instant of this fiscal quarter, */
    int64_t year_us, year_to_us; /* of this fiscal year and of the next */
    int64_t soon_us, soon_3_us;  /* the first instants after the next and the third working day */
    int fiscal_year;             /* Buddhist */
    int fiscal_quarter;          /* 1-4 */
    int calendar_version;        /* 0: none yet */
    const char *chain_head;      /* "12 3f9a…": the last event by then and its hash; "" none */
};

struct late_case {                       /* an expectation, or an item that no expectation covers */
    int64_t expectation_id;              /* 0: such an item */
    int64_t item_id;                     /* what decided, or the item; 0: nothing came */
    const char *register_no, *matter_no; /* "12/2564"; "" */
    const char *agency_code, *agency, *contact;
    const char *title;          /* of the matter, else the subject; "(ลับ)" of secret ones */
    const char *verdict;        /* ON_TIME … as in db/judge.h */
    const char *label;          /* the verdict in Thai */
    const char *why;            /* the one line */
    int64_t due_us, decided_us; /* decided: the receipt that decides */
    int64_t late_min, late_work_min;
};

struct late_mailbox {
    const char *name, *folder, *error; /* error "" where the last look succeeded */
    int64_t polled_us;                 /* last good look; TIME_NONE: none yet */
    bool is_after;                     /* a look after the as-of is known: it was up since */
};

struct late_gap {
    const char *mailbox, *why;
    int64_t from_us, to_us;
};

struct late_check { /* an item or a mail that waits for an officer */
    int64_t id;     /* the message's where it has no number */
    const char *register_no, *from, *subject, *why, *mailbox;
    int64_t entered_us;
};

struct late_file { /* a file in which no code could be looked for, or one with a forged receipt */
    const char *register_no, *filename, *state, *why;
    int64_t entered_us;
};

struct late_change {
    int64_t at_us, from_us, to_us; /* from, to: what it moved; TIME_NONE: nothing */
    const char *what, *why, *who;
};

struct late_run { /* an earlier report that failed or never ran */
    int64_t as_of_us;
    const char *why;
};

struct lateness_rows {
    struct report_window window;
    struct late_case *cases; /* by due, matter, agency; then items by number */
    struct late_mailbox *mailboxes;
    struct late_gap *gaps;     /* that touch the window */
    struct late_check *checks; /* unknown senders and what else asks for an officer's eye */
    struct late_check *quarantine;
    struct late_file *files;
    struct late_change *changes;
    struct late_run *runs;
    struct reconcile_found
        reconcile; /* mailbox against ledger: the last runs not after the as-of */
    int n_cases, n_mailboxes, n_gaps, n_checks, n_quarantine, n_files, n_changes, n_runs;
};

/* Everything, from one snapshot; opens and ends its own transaction. with_words: false spares the
 * words of cases that came in time or are exempt, which are most (register_no, matter_no, title,
 * label, why: NULL); their numbers and agencies are there. */
bool lateness_read(struct arena *a, struct db *db, int64_t as_of_us, bool with_words,
                   struct lateness_rows *out, struct err *err) MUST_CHECK;

/* A run of a report: begun before it is made, so that one that dies is told by the next; ended with
 * the digest of its JSON form, or with what went wrong. Each in its own transaction. */
bool report_run_begin(struct db *db, const char *kind, int64_t as_of_us, int64_t *id_out,
                      struct err *err) MUST_CHECK;
/* Inside the caller's transaction, with the outbox rows. */
bool report_run_done(struct db *db, int64_t id, int calendar_version, const uint8_t digest[32],
                     struct err *err) MUST_CHECK;
bool report_run_failed(struct db *db, int64_t id, const char *why, struct err *err) MUST_CHECK;

#endif
