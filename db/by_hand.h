/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A document that came by hand or over the counter: number, scan and receipt as of one that came by
 * mail. The officer says from whom it is and when it came. */
#ifndef DB_BY_HAND_H
#define DB_BY_HAND_H

#include "db/registry.h"

enum { BY_HAND_FILES_MAX = 100 };

struct by_hand_file {
    int fd; /* read from its start */
    uint64_t size_bytes;
    const char *filename;
    const char *type; /* from the bytes */
};

struct by_hand {         /* texts may be NULL or "" where nothing is said */
    const char *who;     /* the officer */
    const char *why;     /* who brought it, or why it came before it was registered */
    const char *subject; /* must be there */
    const char *agency;  /* its code; must be there */
    const char *letter_no;
    const char *matter; /* "12/2564" */
    const char *mail;   /* where the receipt goes, a valid address; none: it is printed */
    int64_t entered_us; /* TIME_NONE: now */
    const struct by_hand_file *file; /* one at least */
    uint32_t n_files;
};

/* The same files with the same subject, letter and agency are one document: a form that is sent
 * twice gets the first one's number, fate REGISTRY_DUPLICATE, unless that was cancelled.
 * err  REFUSE what is missing; no such agency or matter; an instant that has not come; an earlier
 *      one without a reason. Else as registry_add */
bool by_hand_add(struct db *db, const char *series, const struct by_hand *h, int64_t now_us,
                 struct registry_result *out, struct err *err) MUST_CHECK;

#endif
