/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The HTTP server: libmicrohttpd with a pool of threads, the limits on what a visitor may send, and
 * one exchange (web/exchange.c) for each request. */
#ifndef WEB_SERVER_H
#define WEB_SERVER_H

#include "web/guard.h"
#include "web/pool.h"
#include "web/web.h"

enum {
    SERVER_THREADS = 4,
    SERVER_CONNECTIONS_MAX = 512,
    SERVER_PER_ADDRESS_MAX = 64, /* connections; the trusted proxy has no limit but the above */
    SERVER_WAIT_MS = 10 * 1000,  /* for a request's line, headers and form */
    SERVER_UPLOAD_WAIT_MS = 300 * 1000, /* for a form with files */
    SERVER_IDLE_S = 10,                 /* nothing sent or taken */
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
