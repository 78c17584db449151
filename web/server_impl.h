/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What server.c and exchange.c share; nobody else includes it. */
#ifndef WEB_SERVER_IMPL_H
#define WEB_SERVER_IMPL_H

#include "web/queue.h"
#include "web/server.h"

#include <microhttpd.h>
#include <netinet/in.h>

struct server {
    const struct web_site *site;
    struct pool *pool;
    struct guard *guard;
    struct queue *queue; /* of exchanges whose request is whole */
    struct MHD_Daemon *daemon;
    char *cert, *key; /* PEM; NULL behind a proxy */
};

/* libmicrohttpd's callbacks: a piece of a request came; it is over. */
enum MHD_Result exchange_take(void *server, struct MHD_Connection *c, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *n_data, void **state);
void exchange_end(void *server, struct MHD_Connection *c, void **state,
                  enum MHD_RequestTerminationCode why);

/* Answer an exchange: the queue's work. */
void exchange_work(void *exchange, bool is_late);

/* The address that the connection comes from: the visitor's, or the proxy's. */
void server_peer(struct MHD_Connection *c, char out[INET6_ADDRSTRLEN]);

/* Whether that is the proxy whose headers count. */
bool server_is_proxy(const struct config *c, const char *address);

/* The guard's number of a connection, from libmicrohttpd's own keeping. */
int server_guard_id(struct MHD_Connection *c);

#endif
