/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The HTTP server: libmicrohttpd with a pool of threads, the limits on what a visitor may send, the
 * row of those who wait (web/queue.c), and one exchange (web/exchange.c) for each request. */
#ifndef WEB_SERVER_H
#define WEB_SERVER_H

#include "web/guard.h"
#include "web/pool.h"
#include "web/web.h"

enum {
    SERVER_THREADS = 2,     /* that move bytes */
    SERVER_ANSWERING = 4,   /* threads that answer; each may hash a password, which takes 64 MiB */
    SERVER_LATE_MS = 1500,  /* who waited for longer for a page is told to come again, */
    SERVER_LONG_QUEUE = 32, /* where more than these wait behind */
    SERVER_CONNECTIONS_MAX = 512,
    SERVER_PER_ADDRESS_MAX = 64, /* connections of an address, of IPv6 of a /64; the trusted proxy
                                    has no limit but the above */
    SERVER_SURPLUS_MAX = 64,     /* connections beyond those, that are told to come again */
    SERVER_SURPLUS_WAIT_MS = 2 * 1000,  /* for a request that will be told so */
    SERVER_WAIT_MS = 10 * 1000,         /* for a request's line, headers and form */
    SERVER_UPLOAD_WAIT_MS = 300 * 1000, /* for a form with files */
    SERVER_FLOOR_BYTES = 64 * 1024,     /* of an answer are to be taken in every */
    SERVER_FLOOR_SPAN_MS = 20 * 1000,
    SERVER_IDLE_S = 30, /* nothing sent or taken, by libmicrohttpd; longer than all that web/guard.c
                           waits for: a connection that the library ends leaves in the kernel what
                           nobody takes */
};

struct server; /* opaque */

/* Listen on [web] listen. The site and the pool are kept by reference.
 * err  FATAL the address cannot be had, or certificate or key cannot be read */
bool server_start(const struct web_site *site, struct pool *pool, struct server **out,
                  struct err *err) MUST_CHECK;
/* No new connections; those that are being answered end first. */
void server_stop(struct server *s);
/* Once a second or so. */
void server_tend(struct server *s);

/* A socket that listens on ADDRESS:PORT. err  FATAL it cannot be had */
bool server_listen(const char *where, int *fd_out, struct err *err) MUST_CHECK;

#endif
