/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Sockets, deadlines and lines of one connection. See stream.h; TLS is in stream_tls.c. The peer
 * controls every byte and every pause. */
#include "intake/stream.h"
#include "intake/stream_impl.h"

#include "base/clock.h"
#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool resolve(const struct stream_target *t, const char *peer, struct addrinfo **out,
                    struct err *err);
static bool is_loopback(const struct sockaddr *a);
static bool connect_first(struct stream *s, const struct addrinfo *list, bool loopback_only,
                          struct err *err);
static bool connect_one(struct stream *s, const struct addrinfo *a, struct err *err);
static bool fill(struct stream *s, struct err *err);

static void addrinfo_freep(struct addrinfo **list)
{
    if (*list)
        freeaddrinfo(*list);
}

bool stream_open(const struct stream_target *t, struct stream **out, struct err *err)
{
    CLEANUP(stream_closep)
    struct stream *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    s->fd = -1;
    s->ca_file = t->ca_file;
    s->connect_ms = t->connect_ms;
    s->silence_ms = t->silence_ms;
    s->budget = UINT64_MAX;
    snprintf(s->peer, sizeof s->peer, "%s:%d", t->host, t->port);
    snprintf(s->name, sizeof s->name, "%s", t->name ? t->name : t->host);
    CLEANUP(addrinfo_freep)
    struct addrinfo *list = NULL;
    if (!resolve(t, s->peer, &list, err))
        return false;
    if (!connect_first(s, list, t->tls == TLS_NONE && !t->allow_plain, err))
        return false;
    if (t->tls == TLS_IMPLICIT && !stream_handshake(s, err))
        return false;
    *out = TAKE(s);
    return true;
}

void stream_close(struct stream *s)
{
    if (!s)
        return;
    tls_end(s);
    fd_closep(&s->fd);
    explicit_bzero(s, sizeof *s);
    free(s);
}

void stream_closep(struct stream **s)
{
    stream_close(*s);
    *s = NULL;
}

void stream_limit(struct stream *s, int64_t ms, uint64_t bytes)
{
    s->deadline_ms = ms ? clock_mono_ms() + ms : 0;
    s->budget = bytes ? bytes : UINT64_MAX;
}

void stream_extend(struct stream *s, int64_t ms)
{
    if (s->deadline_ms)
        s->deadline_ms += ms;
}

int stream_fd(const struct stream *s)
{
    return s->fd;
}

const char *stream_peer(const struct stream *s)
{
    return s->peer;
}

static bool resolve(const struct stream_target *t, const char *peer, struct addrinfo **out,
                    struct err *err)
{
    char port[8];
    snprintf(port, sizeof port, "%d", t->port);
    struct addrinfo want = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    int rc = getaddrinfo(t->host, port, &want, out);
    if (rc == EAI_NONAME)
        return err_set(err, ERR_RETRY, "%s: no such host: check the name and the name servers",
                       peer);
    if (rc != 0)
        return err_set(err, ERR_RETRY, "%s: the name could not be looked up (%s)", peer,
                       gai_strerror(rc));
    return true;
}

static bool is_loopback(const struct sockaddr *a)
{
    if (a->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const void *)a;
        return ntohl(in->sin_addr.s_addr) >> 24 == 127;
    }
    const struct sockaddr_in6 *in6 = (const void *)a;
    return a->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
}

/* The last address's error is kept: it is the one that a person would see too. */
static bool connect_first(struct stream *s, const struct addrinfo *list, bool loopback_only,
                          struct err *err)
{
    struct err last = {0};
    err_set(&last, ERR_FATAL,
            "%s: plain text to a host that is not this machine is refused: use tls = implicit or "
            "starttls, or say allow_plain = yes",
            s->peer);
    int n = 0;
    for (const struct addrinfo *a = list; a && n < STREAM_ADDRESSES_MAX; a = a->ai_next) {
        if (loopback_only && !is_loopback(a->ai_addr))
            continue;
        n++;
        if (connect_one(s, a, &last))
            return true;
        fd_closep(&s->fd);
    }
    return err_set(err, last.kind, "%s", last.text);
}

static bool connect_one(struct stream *s, const struct addrinfo *a, struct err *err)
{
    s->fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);
    if (s->fd < 0)
        return err_set(err, ERR_RETRY, "%s: no socket (%s)", s->peer, strerror(errno));
    int on = 1;
    setsockopt(s->fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(s->fd, a->ai_addr, a->ai_addrlen) == 0)
        return true;
    if (errno == EINPROGRESS) {
        if (!stream_poll(s, POLLOUT, s->connect_ms, err))
            return false;
        socklen_t n = sizeof errno;
        int why = 0;
        getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &why, &n);
        if (why == 0)
            return true;
        errno = why;
    }
    return err_set(err, ERR_RETRY, "%s cannot be reached (%s)", s->peer, strerror(errno));
}

/* poll() for at most ms, never past the deadline. */
bool stream_poll(struct stream *s, short events, int64_t ms, struct err *err)
{
    int64_t end = clock_mono_ms() + ms;
    if (s->deadline_ms && s->deadline_ms < end)
        end = s->deadline_ms;
    for (;;) {
        int64_t left = end - clock_mono_ms();
        struct pollfd p = {.fd = s->fd, .events = events};
        int rc = left > 0 ? poll(&p, 1, (int)left) : 0;
        if (rc > 0)
            return true;
        if (rc == 0)
            return err_set(err, ERR_RETRY, "%s does not answer in time", s->peer);
        if (errno != EINTR)
            return err_set(err, ERR_RETRY, "%s: poll failed (%s)", s->peer, strerror(errno));
    }
}

/* Plain sockets answer in the words of TLS, so that one loop serves both. */
static enum tls_io plain_io(ssize_t rc, size_t *n_out, enum tls_io wait, const char **why)
{
    if (rc > 0) {
        *n_out = (size_t)rc;
        return TLS_DONE;
    }
    if (rc < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return wait;
    *why = rc == 0 ? "the server closed the connection" : strerror(errno);
    return TLS_ENDED;
}

static enum tls_io once(struct stream *s, bool is_write, void *p, size_t n, size_t *n_out,
                        const char **why)
{
    if (s->tls)
        return is_write ? tls_write(s, p, n, n_out, why) : tls_read(s, p, n, n_out, why);
    if (is_write)
        return plain_io(send(s->fd, p, n, MSG_NOSIGNAL), n_out, TLS_WAIT_WRITE, why);
    return plain_io(recv(s->fd, p, n, 0), n_out, TLS_WAIT_READ, why);
}

/* A server that drips a byte now and then is never silent: the deadline is looked at here too. */
static bool transfer(struct stream *s, bool is_write, void *p, size_t n, size_t *n_out,
                     struct err *err)
{
    for (;;) {
        if (s->deadline_ms && clock_mono_ms() >= s->deadline_ms)
            return err_set(err, ERR_RETRY, "%s is too slow: the time for this command is over",
                           s->peer);
        const char *why = "";
        switch (once(s, is_write, p, n, n_out, &why)) {
        case TLS_DONE:
            return true;
        case TLS_WAIT_READ:
            if (!stream_poll(s, POLLIN, s->silence_ms, err))
                return false;
            break;
        case TLS_WAIT_WRITE:
            if (!stream_poll(s, POLLOUT, s->silence_ms, err))
                return false;
            break;
        case TLS_ENDED:
            return err_set(err, ERR_RETRY, "%s: the connection was lost: %s", s->peer, why);
        }
    }
}

static bool fill(struct stream *s, struct err *err)
{
    size_t room = sizeof s->buffer < s->budget ? sizeof s->buffer : (size_t)s->budget, n = 0;
    if (room == 0)
        return err_set(err, ERR_RETRY, "%s sends more than this command may bring", s->peer);
    if (!transfer(s, false, s->buffer, room, &n, err))
        return false;
    if (s->budget != UINT64_MAX)
        s->budget -= n;
    s->at = 0;
    s->end = n;
    return true;
}

bool stream_read(struct stream *s, void *p, size_t n, size_t *n_out, struct err *err)
{
    if (s->at == s->end && !fill(s, err))
        return false;
    size_t have = s->end - s->at;
    *n_out = have < n ? have : n;
    memcpy(p, s->buffer + s->at, *n_out);
    s->at += *n_out;
    return true;
}

bool stream_line(struct stream *s, const char **line_out, struct err *err)
{
    size_t n = 0;
    for (;;) {
        if (s->at == s->end && !fill(s, err))
            return false;
        const unsigned char *from = s->buffer + s->at, *lf = memchr(from, '\n', s->end - s->at);
        size_t take = lf ? (size_t)(lf - from) + 1 : s->end - s->at;
        if (n + take > STREAM_LINE_MAX)
            return err_set(err, ERR_RETRY, "%s sends a line of more than %d bytes", s->peer,
                           STREAM_LINE_MAX);
        memcpy(s->line + n, from, take);
        n += take;
        s->at += take;
        if (lf)
            break;
    }
    if (memchr(s->line, 0, n))
        return err_set(err, ERR_RETRY, "%s sends a NUL inside a line", s->peer);
    n--;
    if (n > 0 && s->line[n - 1] == '\r')
        n--;
    s->line[n] = 0;
    *line_out = s->line;
    return true;
}

bool stream_write(struct stream *s, const void *p, size_t n, struct err *err)
{
    const unsigned char *at = p;
    while (n > 0) {
        size_t wrote = 0;
        if (!transfer(s, true, (void *)(uintptr_t)at, n, &wrote, err))
            return false;
        at += wrote;
        n -= wrote;
    }
    return true;
}

bool stream_wait(struct stream *s, int wake_fd, int64_t ms, enum stream_event *out, struct err *err)
{
    *out = STREAM_DATA;
    if (s->at < s->end || tls_has_pending(s))
        return true;
    int64_t end = clock_mono_ms() + ms;
    for (;;) {
        int64_t left = end - clock_mono_ms();
        struct pollfd p[2] = {{.fd = s->fd, .events = POLLIN}, {.fd = wake_fd, .events = POLLIN}};
        int rc = poll(p, 2, left > 0 ? (int)left : 0);
        if (rc < 0 && errno == EINTR)
            continue;
        if (rc < 0)
            return err_set(err, ERR_RETRY, "%s: poll failed (%s)", s->peer, strerror(errno));
        *out = p[0].revents ? STREAM_DATA : p[1].revents ? STREAM_WAKE : STREAM_QUIET;
        return true;
    }
}
