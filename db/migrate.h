/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Bringing a database to the program's schema. The migrations are part of the program. */
#ifndef DB_MIGRATE_H
#define DB_MIGRATE_H

#include "db/db.h"

struct migration {
    int number;
    const char *name; /* "0001_tables" */
    const char *sql;
    size_t n_bytes;
};

/* In order; from migrations/, put in by the build. */
extern const struct migration migrations[];
extern const size_t n_migrations;

/* Told of each migration as it is done; may be NULL. */
typedef void migrate_told_fn(void *user, const struct migration *m);

/* Run what is missing, each in its own transaction, under an advisory lock, and give the run-time
 * role (which owns nothing) its rights. err  FATAL an old migration differs from what was run, or
 * the database is newer than the program: nothing was changed; RETRY the database is away */
bool migrate(struct db *db, const char *runtime_role, migrate_told_fn *told, void *user,
             int *n_done_out, struct err *err) MUST_CHECK;

/* FATAL unless the database is at exactly the program's schema; the sentence says what to run. */
bool migrate_check(struct db *db, struct err *err) MUST_CHECK;

#endif
