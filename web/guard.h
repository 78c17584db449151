/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Against visitors who send slowly, and who come in numbers. A request has to be there whole within
 * a time: libmicrohttpd counts only silence, and one byte every nine seconds would hold a
 * connection for ever. An address has so many connections: libmicrohttpd counts those too, but
 * makes no difference for a proxy, behind which everyone is. */
#ifndef WEB_GUARD_H
#define WEB_GUARD_H

#include <stdbool.h>
#include <stdint.h>

enum { GUARD_CONNECTIONS_MAX = 1024 };

struct guard; /* opaque, safe for all threads */

struct guard *guard_new(void);
void guard_free(struct guard *g);

/* A connection came; the number by which the others speak of it, or -1: there are too many, or the
 * address has its per_address_max already. address: as inet_ntop writes it; copied. */
int guard_open(struct guard *g, int fd, const char *address, int per_address_max);
/* From now on its next request is awaited (whole within wait_ms), or one is being answered. */
void guard_await(struct guard *g, int id, int64_t wait_ms);
void guard_answering(struct guard *g, int id);
void guard_close(struct guard *g, int id);

/* End the connections whose request is overdue; returns how many. Call every second or so. */
int guard_sweep(struct guard *g);

#endif
