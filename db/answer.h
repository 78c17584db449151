/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Waiting for what the database server says. libpq by itself waits for ever on a server that keeps
 * the connection and says nothing. */
#ifndef DB_ANSWER_H
#define DB_ANSWER_H

#include "base/err.h"
#include <stdint.h>

struct pg_conn; /* PGconn and PGresult of libpq */
struct pg_result;

/* The answer to what was sent with PQsend… on a connection that does not block: as PQexec's, so of
 * several statements the last result or the error; the caller clears it. NULL where nothing could
 * be sent.
 * silence_ms  so long nothing may be heard, nor taken; 0: any time
 * false       it was silent for longer: the connection is broken, nobody knows what was done */
bool answer_await(struct pg_conn *conn, int64_t silence_ms, struct pg_result **out) MUST_CHECK;

#endif
