/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Against visitors who send slowly, who take slowly, and who come in numbers. A request has to be
 * there whole within a time, and of an answer so many bytes have to be taken in each span:
 * libmicrohttpd counts only silence, and one byte every nine seconds would hold a connection for
 * ever. A place has so many connections: libmicrohttpd counts those too, but makes no difference
 * for a proxy, behind which everyone is, and takes each of the 2^64 addresses of one visitor's IPv6
 * network for another visitor. */
#ifndef WEB_GUARD_H
#define WEB_GUARD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum { GUARD_CONNECTIONS_MAX = 1024, GUARD_PLACE_BYTES = 64 };

struct guard; /* opaque, safe for all threads */

struct guard *guard_new(void);
void guard_free(struct guard *g);

/* Who counts as one visitor: "203.0.113.7", of IPv6 the network "2001:db8:1:2::/64"; IPv4 that came
 * by an IPv6 socket is IPv4. "" for another kind of address. */
void guard_place(const struct sockaddr *at, char out[GUARD_PLACE_BYTES]);

struct guard_limits { /* connections */
    int per_place, in_all;
    int surplus; /* beyond those, that are told so; further ones are not even that */
};
/* A connection came; the number by which the others speak of it, or -1: it is to be ended at once.
 * place: of guard_place; copied. */
int guard_open(struct guard *g, int fd, const char *place, const struct guard_limits *max);
/* It is one too many: whatever it asks, it is told to come again. */
bool guard_is_surplus(struct guard *g, int id);
/* From now on its next request is awaited (whole within wait_ms); or one is being answered, which
 * is our own time; or the answer is on its way, of which floor_bytes are to be taken (acknowledged
 * by the visitor's side, not only by our kernel) in every span_ms. */
void guard_await(struct guard *g, int id, int64_t wait_ms);
void guard_answering(struct guard *g, int id);
void guard_sending(struct guard *g, int id, uint64_t floor_bytes, int64_t span_ms);
void guard_close(struct guard *g, int id);

/* End the connections whose request is overdue, or whose answer is not taken; returns how many.
 * Call every second or so. */
int guard_sweep(struct guard *g);

#endif
