/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Which server is the primary? After a failover the old one may come back and still call itself
 * read-write: its timeline is lower. The highest timeline ever met is remembered in a file. */
#ifndef DB_PRIMARY_H
#define DB_PRIMARY_H

#include "db/db.h"

/* As db_open, but of all hosts in conninfo that are primaries the one with the highest timeline.
 * state_dir  where the highest timeline is kept; NULL or "": not kept
 * err  RETRY none is reachable, or all that are stand on a lower timeline than was met before */
bool primary_open(const char *conninfo, const char *password_file, const char *application,
                  const char *state_dir, struct db **out, struct err *err) MUST_CHECK;

/* RETRY unless the server waits for a synchronous standby at each commit and has one: no number is
 * given that one machine's death could take back. Without pg_read_all_stats any standby that is
 * connected counts. Where the last one leaves a moment later, COMMIT itself waits. */
bool primary_has_standby(struct db *db, struct err *err) MUST_CHECK;

#endif
