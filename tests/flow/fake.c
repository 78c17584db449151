/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A server that misbehaves on purpose. See fake.h. */
#include "tests/flow/fake.h"

#include "base/cleanup.h"
#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { HEARD_MAX = 1 << 16, PATIENCE_MS = 20000 };

struct fake {
    struct fake_config c;
    int listener, stop[2], port;
    pthread_t thread;
    pthread_mutex_t lock;
    char heard[HEARD_MAX];
    size_t n_heard;
};

struct guest { /* one connection */
    struct fake *f;
    int fd;
    gnutls_session_t tls;
    gnutls_certificate_credentials_t cert;
    char tag[32];
};

static ssize_t guest_send(struct guest *g, const char *p, size_t n)
{
    return g->tls ? gnutls_record_send(g->tls, p, n) : send(g->fd, p, n, MSG_NOSIGNAL);
}

static ssize_t guest_recv(struct guest *g, char *p, size_t n)
{
    struct pollfd fds[2] = {{.fd = g->fd, .events = POLLIN},
                            {.fd = g->f->stop[0], .events = POLLIN}};
    if (!g->tls || gnutls_record_check_pending(g->tls) == 0)
        if (poll(fds, 2, PATIENCE_MS) <= 0 || fds[1].revents)
            return -1;
    ssize_t got = g->tls ? gnutls_record_recv(g->tls, p, n) : recv(g->fd, p, n, 0);
    if (got > 0) {
        pthread_mutex_lock(&g->f->lock);
        for (ssize_t i = 0; i < got && g->f->n_heard < HEARD_MAX; i++)
            g->f->heard[g->f->n_heard++] = p[i];
        pthread_mutex_unlock(&g->f->lock);
    }
    return got;
}

static bool handshake(struct guest *g)
{
    const struct fake_config *c = &g->f->c;
    gnutls_certificate_allocate_credentials(&g->cert);
    if (gnutls_certificate_set_x509_key_file(g->cert, c->cert_file, c->key_file,
                                             GNUTLS_X509_FMT_PEM) < 0)
        abort();
    gnutls_init(&g->tls, GNUTLS_SERVER | GNUTLS_NO_SIGNAL);
    if (gnutls_priority_set_direct(g->tls, c->priority ? c->priority : "NORMAL", NULL) < 0)
        abort();
    gnutls_credentials_set(g->tls, GNUTLS_CRD_CERTIFICATE, g->cert);
    gnutls_handshake_set_timeout(g->tls, PATIENCE_MS);
    gnutls_transport_set_int(g->tls, g->fd);
    int rc;
    do
        rc = gnutls_handshake(g->tls);
    while (rc < 0 && !gnutls_error_is_fatal(rc));
    return rc == 0;
}

static bool read_line(struct guest *g)
{
    char line[4096];
    size_t n = 0;
    while (n < sizeof line - 1) {
        if (guest_recv(g, line + n, 1) != 1)
            return false;
        if (line[n++] == '\n')
            break;
    }
    line[n] = 0;
    snprintf(g->tag, sizeof g->tag, "%.*s", (int)strcspn(line, " \r\n"), line);
    return true;
}

static bool say(struct guest *g, const char *text)
{
    char out[8192];
    size_t n = 0;
    for (const char *p = text; *p && n < sizeof out - sizeof g->tag; p++) {
        if (p[0] == '%' && p[1] == 't') {
            n += (size_t)sprintf(out + n, "%s", g->tag);
            p++;
        } else {
            out[n++] = *p;
        }
    }
    return guest_send(g, out, n) == (ssize_t)n;
}

static bool is_stopped(struct guest *g, int ms)
{
    struct pollfd p = {.fd = g->f->stop[0], .events = POLLIN};
    return poll(&p, 1, ms) > 0;
}

static bool step(struct guest *g, const char *s)
{
    char sink[4096];
    switch (*s) {
    case '>':
        return say(g, s + 1);
    case '<':
        return read_line(g);
    case '!':
        return handshake(g);
    case '~':
        for (size_t i = 0; guest_send(g, s + 1 + i, 1) == 1; i = (i + 1) % strlen(s + 1))
            if (is_stopped(g, 20))
                break;
        return false;
    case '#':
        while (guest_send(g, s + 1, strlen(s + 1)) > 0 && !is_stopped(g, 0))
            continue;
        return false;
    case '.':
    case '*':
        while (guest_recv(g, sink, sizeof sink) > 0)
            continue;
        return false;
    default:
        return false;
    }
}

static void serve(struct fake *f, int fd)
{
    struct guest g = {.f = f, .fd = fd};
    for (const char *const *s = f->c.script; *s && step(&g, *s); s++)
        continue;
    if (g.tls)
        gnutls_deinit(g.tls);
    if (g.cert)
        gnutls_certificate_free_credentials(g.cert);
    close(fd);
}

static void *run(void *arg)
{
    struct fake *f = arg;
    for (;;) {
        struct pollfd p[2] = {{.fd = f->listener, .events = POLLIN},
                              {.fd = f->stop[0], .events = POLLIN}};
        if (poll(p, 2, -1) < 0 || p[1].revents)
            return NULL;
        int fd = accept4(f->listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0)
            serve(f, fd);
    }
}

struct fake *fake_start(const struct fake_config *c)
{
    struct fake *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->c = *c;
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    f->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(f->listener, (struct sockaddr *)&a, n), 0);
    assert_int_equal(listen(f->listener, 16), 0);
    assert_int_equal(getsockname(f->listener, (struct sockaddr *)&a, &n), 0);
    f->port = ntohs(a.sin_port);
    assert_int_equal(pipe(f->stop), 0);
    pthread_mutex_init(&f->lock, NULL);
    assert_int_equal(pthread_create(&f->thread, NULL, run, f), 0);
    return f;
}

int fake_port(const struct fake *f)
{
    return f->port;
}

size_t fake_heard(struct fake *f, char *out, size_t room)
{
    pthread_mutex_lock(&f->lock);
    size_t n = f->n_heard < room ? f->n_heard : room;
    memcpy(out, f->heard, n);
    n = f->n_heard;
    pthread_mutex_unlock(&f->lock);
    return n;
}

void fake_stop(struct fake *f)
{
    assert_int_equal(write(f->stop[1], "x", 1), 1);
    pthread_join(f->thread, NULL);
    close(f->stop[0]);
    close(f->stop[1]);
    close(f->listener);
    pthread_mutex_destroy(&f->lock);
    free(f);
}
