/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Connections to the database for the threads of the web role: one for each request while it is
 * answered, and for a moment for each piece of a download. */
#ifndef WEB_POOL_H
#define WEB_POOL_H

#include "role/common.h"

enum { POOL_SIZE = 8 }; /* more than threads that answer: nobody ever waits for one */

struct pool; /* opaque, safe for all threads */

struct pool *pool_new(const struct role_context *c);
void pool_free(struct pool *p);
void pool_freep(struct pool **p);

/* Lend a connection that works.
 * err  RETRY the database is away; it is tried again at most once a second */
bool pool_take(struct pool *p, struct db **out, struct err *err) MUST_CHECK;
void pool_give(struct pool *p, struct db *db);

#endif
