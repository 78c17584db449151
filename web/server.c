/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The HTTP server. See server.h. */
#include "web/server_impl.h"

#include "base/secret.h"
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* libmicrohttpd has room for more than we take: what is too large is then refused by us, in words
 * and with our headers. */
enum { PEM_MAX = 64 * 1024, BACKLOG = 512, REQUEST_ROOM = 4 * WEB_HEADER_MAX };

/* It also accepts more connections than are served: one that is not accepted hangs, one that is can
 * be told, or ended. */
enum { ACCEPTED_MAX = SERVER_CONNECTIONS_MAX + 4 * SERVER_SURPLUS_MAX };
static_assert((int)ACCEPTED_MAX <= (int)GUARD_CONNECTIONS_MAX, "a slot for each");

/* The slot is kept as number + 1, so that NULL is none. */
int server_guard_id(struct MHD_Connection *c)
{
    const union MHD_ConnectionInfo *kept =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return kept ? (int)(intptr_t)kept->socket_context - 1 : -1;
}

void server_peer(struct MHD_Connection *c, char out[INET6_ADDRSTRLEN])
{
    const struct sockaddr *at =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
    *out = 0;
    if (at->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)at)->sin_addr, out, INET6_ADDRSTRLEN);
    if (at->sa_family != AF_INET6)
        return;
    const struct in6_addr *six = &((const struct sockaddr_in6 *)at)->sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(six))
        inet_ntop(AF_INET, &six->s6_addr[12], out, INET6_ADDRSTRLEN);
    else
        inet_ntop(AF_INET6, six, out, INET6_ADDRSTRLEN);
}

bool server_is_proxy(const struct config *c, const char *address)
{
    return *c->web_trusted_proxy && strcmp(c->web_trusted_proxy, address) == 0;
}

static void connection_changed(void *user, struct MHD_Connection *c, void **slot,
                               enum MHD_ConnectionNotificationCode what)
{
    struct server *s = user;
    char address[INET6_ADDRSTRLEN], place[GUARD_PLACE_BYTES];
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        guard_close(s->guard, (int)(intptr_t)*slot - 1);
        return;
    }
    int fd = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    server_peer(c, address);
    guard_place(MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr, place);
    const struct guard_limits max = {
        server_is_proxy(s->site->config, address) ? SERVER_CONNECTIONS_MAX : SERVER_PER_ADDRESS_MAX,
        SERVER_CONNECTIONS_MAX, SERVER_SURPLUS_MAX};
    int id = guard_open(s->guard, fd, place, &max);
    guard_await(s->guard, id,
                guard_is_surplus(s->guard, id) ? SERVER_SURPLUS_WAIT_MS : SERVER_WAIT_MS);
    *slot = (void *)(intptr_t)(id + 1);
    if (id < 0)
        shutdown(fd, SHUT_RDWR);
}

/* ---------------------------------------------------------------- certificate and address */

static bool read_pem(const char *path, char **out, struct err *err)
{
    struct buf pem CLEANUP(buf_fini) = {0};
    char piece[4096];
    int fd CLEANUP(fd_closep) = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, ERR_FATAL, "web: %s: %s", path, strerror(errno));
    for (ssize_t n; (n = read(fd, piece, sizeof piece)) > 0 && pem.len < PEM_MAX;)
        buf_add(&pem, piece, (size_t)n);
    *out = strdup(buf_str(&pem));
    return *out || err_set(err, ERR_FATAL, "web: out of memory");
}

static bool read_certificate(const struct config *c, struct server *s, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    char *key_path;
    if (!c->web_cert_file)
        return true;
    return read_pem(c->web_cert_file, &s->cert, err) &&
           secret_path(a, c->web_key_file, &key_path, err) && read_pem(key_path, &s->key, err);
}

/* A socket that listens on ADDRESS:PORT or [ADDRESS]:PORT. */
bool server_listen(const char *where, int *fd_out, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct addrinfo *found, hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
                                     .ai_socktype = SOCK_STREAM};
    const char *colon = strrchr(where, ':');
    char *host = arena_strndup(a, where, (size_t)(colon - where));
    if (*host == '[') {
        host[strlen(host) - 1] = 0;
        host++;
    }
    if (getaddrinfo(host, colon + 1, &hints, &found) != 0)
        return err_set(err, ERR_FATAL, "web: listen = %s: give an address and a port", where);
    int fd CLEANUP(fd_closep) =
        socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int on = 1;
    bool ok = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
              bind(fd, found->ai_addr, found->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0;
    freeaddrinfo(found);
    if (!ok)
        return err_set(err, ERR_FATAL, "web: listen = %s: %s", where, strerror(errno));
    *fd_out = fd;
    fd = -1;
    return true;
}

/* ---------------------------------------------------------------- life */

/* libmicrohttpd says what it does not like of a request on standard error: a stranger's words. */
static void say_nothing(void *user, const char *format, va_list args)
{
    (void)user, (void)format, (void)args;
}

static struct MHD_Daemon *start(struct server *s, int fd)
{
    struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, s->cert},
                                   {MHD_OPTION_HTTPS_MEM_KEY, 0, s->key},
                                   {MHD_OPTION_END, 0, NULL}};
    return MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ERROR_LOG | MHD_ALLOW_SUSPEND_RESUME |
            (s->cert ? MHD_USE_TLS : 0),
        0, NULL, NULL, exchange_take, s, MHD_OPTION_EXTERNAL_LOGGER, say_nothing, NULL,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)SERVER_THREADS,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)ACCEPTED_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)SERVER_IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)REQUEST_ROOM,
        MHD_OPTION_CLIENT_DISCIPLINE_LVL, 1, MHD_OPTION_NOTIFY_COMPLETED, exchange_end, s,
        MHD_OPTION_NOTIFY_CONNECTION, connection_changed, s, MHD_OPTION_ARRAY,
        s->cert ? tls : &tls[2], MHD_OPTION_END);
}

static struct queue *start_queue(void)
{
    const struct queue_rule rule = {.n_threads = SERVER_ANSWERING,
                                    .late_ms = SERVER_LATE_MS,
                                    .n_long = SERVER_LONG_QUEUE,
                                    .work = exchange_work};
    return queue_new(&rule);
}

bool server_start(const struct web_site *site, struct pool *pool, struct server **out,
                  struct err *err)
{
    int fd CLEANUP(fd_closep) = -1;
    struct server *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    s->site = site;
    s->pool = pool;
    s->guard = guard_new();
    s->queue = start_queue();
    bool ok =
        read_certificate(site->config, s, err) && server_listen(site->config->web_listen, &fd, err);
    s->daemon = ok ? start(s, fd) : NULL;
    if (ok && !s->daemon)
        err_set(err, ERR_FATAL, "web: libmicrohttpd did not start: look at cert_file and key_file");
    if (!s->daemon) {
        server_stop(s);
        return false;
    }
    fd = -1; /* libmicrohttpd's now */
    *out = s;
    return true;
}

void server_stop(struct server *s)
{
    if (!s)
        return;
    queue_end(s->queue); /* libmicrohttpd must not end what waits for us */
    if (s->daemon)
        MHD_stop_daemon(s->daemon);
    queue_free(s->queue);
    guard_free(s->guard);
    free(s->cert);
    if (s->key)
        sodium_memzero(s->key, strlen(s->key));
    free(s->key);
    free(s);
}

void server_tend(struct server *s)
{
    guard_sweep(s->guard);
}
