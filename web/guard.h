/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Against visitors who send slowly: a request has to be there whole within a time. libmicrohttpd
 * counts only silence; one byte every nine seconds would hold a connection for ever. */
#ifndef WEB_GUARD_H
#define WEB_GUARD_H

#include <stdbool.h>
#include <stdint.h>

enum { GUARD_CONNECTIONS_MAX = 1024 };

struct guard; /* opaque, safe for all threads */

struct guard *guard_new(void);
void guard_free(struct guard *g);

/* A connection came; the number by which the others speak of it, or -1: there are too many. */
int guard_open(struct guard *g, int fd);
/* From now on its next request is awaited (whole within wait_ms), or one is being answered. */
void guard_await(struct guard *g, int id, int64_t wait_ms);
void guard_answering(struct guard *g, int id);
void guard_close(struct guard *g, int id);

/* End the connections whose request is overdue; returns how many. Call every second or so. */
int guard_sweep(struct guard *g);

#endif
