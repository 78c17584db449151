/* SPDX-License-Identifier: AGPL-3.0-or-later
 * One connection to PostgreSQL. Only db/ speaks SQL: the functions of this folder's other headers
 * are what the rest of the house sees. The query words below are for db/ alone. */
#ifndef DB_DB_H
#define DB_DB_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include <stdint.h>

struct db; /* opaque: one connection */

/* How an error of the server (SQLSTATE, or its class) becomes a fate:
 *   RETRY   no connection (08, 57P), too little of something (53), serialisation and deadlock (40),
 *           a lock or a clock that stepped back (55), a cancelled statement (57014), a standby
 *           (25006), the server's disk (58), a key that someone has just taken (23505)
 *   REFUSE  what a table does not take (22, 23, 54): this mail's fault
 *   UNSURE  the connection went while a COMMIT was on its way; or the wait for a synchronous
 *           standby was cancelled, which the server calls a success with a WARNING (01000). So of
 *           COMMIT, and of a single statement outside a transaction
 *   FATAL   anything else */

/* Connect; conninfo is libpq's (several hosts allowed), password_file may be NULL. Checks that the
 * schema is the program's. With THANWELA_NOW the server's rules use that clock too. A process whose
 * libraries can sign in no more, for want of memory at their first try, ends by SIGABRT.
 * err  RETRY away; FATAL wrong password, schema older or newer (the sentence says what to run) */
bool db_open(const char *conninfo, const char *password_file, const char *application,
             struct db **out, struct err *err) MUST_CHECK;
/* As db_open, without looking at the schema: for migrate and doctor. */
bool db_open_raw(const char *conninfo, const char *password_file, const char *application,
                 struct db **out, struct err *err) MUST_CHECK;
/* A server that keeps the connection and says nothing for so long counts as gone: RETRY, of a
 * COMMIT UNSURE. And the server ends a transaction of ours in which it hears nothing for as long.
 * 0: both wait for ever. A new connection has 30 s. */
bool db_limit_silence(struct db *db, int seconds, struct err *err) MUST_CHECK;
void db_close(struct db *db);
void db_closep(struct db **db);
/* From here on only what db_begin opens waits for the disk (and the standby): single statements,
 * and db_begin_async, are for claims, leases and counters, whose loss in a power cut does no harm.
 */
bool db_relax(struct db *db, struct err *err) MUST_CHECK;
/* The connection is dead and has to be opened again. */
bool db_broken(const struct db *db);
/* The socket, to poll for notifications; and whether one arrived. */
int db_fd(const struct db *db);
bool db_notified(struct db *db);

/* Transactions. `struct db *tx CLEANUP(db_rollbackp) = db;` after a begin: an
 * open one rolls back unless committed. */
bool db_begin(struct db *db, struct err *err) MUST_CHECK;
/* Not waiting for the disk. */
bool db_begin_async(struct db *db, struct err *err) MUST_CHECK;
/* Read only, all statements see one instant: reports. */
bool db_begin_snapshot(struct db *db, struct err *err) MUST_CHECK;
/* The same for what is asked by db_query_kept: a plan is made once, for all values, with the joins
 * in the order in which they are written (to look for a better one is what takes the time). */
bool db_begin_kept(struct db *db, struct err *err) MUST_CHECK;
bool db_commit(struct db *db, struct err *err) MUST_CHECK;
void db_rollback(struct db *db); /* no-op outside a transaction */
void db_rollbackp(struct db **db);

#endif
