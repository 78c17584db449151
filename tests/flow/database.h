/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A migrated database of a private office, for tests. */
#ifndef TESTS_FLOW_DATABASE_H
#define TESTS_FLOW_DATABASE_H

#include "db/db.h"
#include "tests/flow/office.h"

/* Run every migration as the owner. */
void database_migrate(const struct office *o);

/* Connect as the service does; fails the test where it cannot. */
struct db *database_open(const struct office *o);
/* Connect as one who may do anything. */
struct db *database_open_superuser(const struct office *o);
/* Connect as the tables' owner. */
struct db *database_open_owner(const struct office *o);

/* One value of a statement; fails the test on an error. */
int64_t database_int(struct db *db, const char *sql);
/* The statement must be refused. */
void database_refuses(struct db *db, const char *sql);
/* Run it; fails the test on an error. */
void database_run(struct db *db, const char *sql);

/* The view `violation` is empty and the chain of events is whole. */
void database_is_sound(struct db *db);

#endif
