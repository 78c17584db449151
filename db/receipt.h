/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the page behind a receipt shows: no name of a person, no subject, no file's name. */
#ifndef DB_RECEIPT_H
#define DB_RECEIPT_H

#include "db/db.h"

struct receipt_facts_file {
    const char *sha256; /* hex */
    int64_t size_bytes;
    const char *type;
};

struct receipt_facts {
    bool is_found;
    bool is_secret;          /* then nothing below is filled: "in the register", no more */
    const char *register_no; /* "12/2564" */
    const char *agency;      /* "" where it is not known */
    int64_t entered_us, registered_us;
    const char *verdict, *label, *why; /* of the judgement, as of the instant */
    const char *cancelled_why;         /* "" where the number stands */
    struct receipt_facts_file *files;  /* those that were attached */
    int n_files;
};

/* By the token's whole text in capitals. Not found is no error, and costs the same statements. */
bool receipt_facts(struct arena *a, struct db *db, const char *token, int64_t as_of_us,
                   struct receipt_facts *out, struct err *err) MUST_CHECK;

/* The token of a number, fixed when its last file was scanned; "" until then.
 * err  REFUSE there is no such number */
bool receipt_token(struct arena *a, struct db *db, const char *register_no, const char **out,
                   struct err *err) MUST_CHECK;

#endif
