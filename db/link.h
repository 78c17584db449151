/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Stored files on their way out: one file of an item, and links that open an item's files for
 * whoever has them. A link's token is 128 random bits; the table has its hash alone. */
#ifndef DB_LINK_H
#define DB_LINK_H

#include "db/db.h"

enum { LINK_DAYS_DEFAULT = 30, LINK_DAYS_MAX = 3650, LINK_FILES_MAX = 100 };

struct stored_file {
    int64_t id, item_id, blob_id, size_bytes;
    int seq;              /* its place in the mail, from 0 */
    const char *filename; /* the sender's word, "" none; never a path */
    const char *type;     /* from the bytes */
    const char *sha256;   /* hex */
    bool is_secret;       /* of a secret item: it is opened nowhere */
};
struct stored_files {
    struct stored_file *file;
    int n;
};

/* One file by its id, whoever asks. found_out false: none. */
bool file_find(struct arena *a, struct db *db, int64_t id, struct stored_file *out, bool *found_out,
               struct err *err) MUST_CHECK;

struct link {
    int id;
    const char *register_no;                             /* "12/2564" */
    int64_t created_us, expires_us, revoked_us, used_us; /* TIME_NONE: not */
    const char *created_by, *revoked_by, *revoked_why;
    int n_uses;
    int n_files; /* it opens */
};
struct links {
    struct link *link;
    int n;
};

struct link_wish {
    const char *register_no;
    const int *seqs; /* files by their place, from 1; NULL: all that were attached */
    int n_seqs;
    int days;
    const char *who;
};

struct link_made {
    int id;
    const char *token; /* 26 letters of base32; told this once */
    int64_t expires_us;
};

/* A new link, with its event.
 * err  REFUSE no such item or file, a secret item, days out of range */
bool link_new(struct arena *a, struct db *db, const struct link_wish *w, struct link_made *out,
              struct err *err) MUST_CHECK;

/* What a token opens now. found_out false: there is none, or it has expired or was revoked: the
 * public is not told which, and it costs the same. */
bool link_find(struct arena *a, struct db *db, const char *token, int *id_out,
               const char **register_no_out, int64_t *expires_us_out, struct stored_files *out,
               bool *found_out, struct err *err) MUST_CHECK;
/* It was used: counted. */
bool link_used(struct db *db, int id, struct err *err) MUST_CHECK;

/* Newest first. err  REFUSE no such item */
bool link_list(struct arena *a, struct db *db, const char *register_no, struct links *out,
               struct err *err) MUST_CHECK;
/* err  REFUSE no such link, or it is revoked already; why is empty */
bool link_revoke(struct db *db, int id, const char *who, const char *why,
                 struct err *err) MUST_CHECK;

#endif
