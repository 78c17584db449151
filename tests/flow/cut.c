/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A wire that breaks on demand. See cut.h. */
#include "tests/flow/cut.h"

#include "base/cleanup.h"
#include <arpa/inet.h>
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
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum { WIRES_MAX = 256, PIECE = 16 << 10 };

struct cut {
    struct sockaddr_storage server;
    socklen_t n_server;
    char listen_path[108]; /* "" for TCP */
    int listener, port, stop[2];
    pthread_t thread;
    pthread_mutex_t lock; /* for all below */
    pthread_t wires[WIRES_MAX];
    int n_wires;
    struct cut_rule rule;
    bool is_armed;
    uint64_t passed;
    int times, delay_ms;
    unsigned generation; /* cut_all raises it: older wires break */
    enum cut_how all_how;
};

/* Where the units of one direction of one connection end. */
struct framing {
    enum cut_unit unit;
    bool is_first; /* PostgreSQL: the client's first message has no type byte */
    unsigned char head[5];
    unsigned n_head;
    uint64_t body; /* bytes of the message that are still to come */
};

struct wire {
    struct cut *c;
    int client, server;
    unsigned generation;
    struct framing framing[2];
};

/* Bytes of p up to and with the end of the unit that is under way; *is_whole: it ends there. */
static size_t unit_end(struct framing *f, const unsigned char *p, size_t n, bool *is_whole)
{
    if (f->unit == CUT_BYTES) {
        *is_whole = true;
        return 1;
    }
    if (f->unit == CUT_LINES) {
        const unsigned char *lf = memchr(p, '\n', n);
        *is_whole = lf != NULL;
        return lf ? (size_t)(lf - p) + 1 : n;
    }
    size_t i = 0;
    unsigned head = f->is_first ? 4 : 5;
    while (i < n && f->n_head < head) {
        f->head[f->n_head++] = p[i++];
        if (f->n_head == head) {
            const unsigned char *len = f->head + head - 4;
            uint64_t size =
                (uint64_t)len[0] << 24 | (uint64_t)len[1] << 16 | (uint64_t)len[2] << 8 | len[3];
            f->body = size < 4 ? 0 : size - 4;
        }
    }
    if (f->n_head < head) {
        *is_whole = false;
        return i;
    }
    size_t take = f->body < n - i ? (size_t)f->body : n - i;
    f->body -= take;
    *is_whole = f->body == 0;
    if (*is_whole) {
        f->n_head = 0;
        f->is_first = false;
    }
    return i + take;
}

/* How many of the n bytes may pass; *broken where the rule is met. */
static size_t allowed(struct wire *w, enum cut_side side, const unsigned char *p, size_t n,
                      bool *broken)
{
    struct cut *c = w->c;
    size_t done = 0;
    *broken = false;
    pthread_mutex_lock(&c->lock);
    bool counts = c->is_armed && c->rule.side == side;
    if (counts && w->framing[side].unit != c->rule.unit)
        w->framing[side] = (struct framing){.unit = c->rule.unit};
    while (done < n && counts && !*broken) {
        bool is_whole = false;
        bool may_break = c->times < c->rule.times;
        if (may_break && c->passed == c->rule.after * ((uint64_t)c->times + 1)) {
            c->times++;
            *broken = true;
            break;
        }
        done += unit_end(&w->framing[side], p + done, n - done, &is_whole);
        c->passed += is_whole;
    }
    pthread_mutex_unlock(&c->lock);
    return counts ? done : n;
}

static bool send_all(int fd, const unsigned char *p, size_t n)
{
    while (n > 0) {
        ssize_t wrote = send(fd, p, n, MSG_NOSIGNAL);
        if (wrote <= 0)
            return false;
        p += wrote;
        n -= (size_t)wrote;
    }
    return true;
}

static bool wait_stop(const struct wire *w, int ms)
{
    struct pollfd p = {.fd = w->c->stop[0], .events = POLLIN};
    return poll(&p, 1, ms) > 0;
}

static void hang_up(struct wire *w, enum cut_how how)
{
    struct linger now = {.l_onoff = 1};
    if (how == CUT_STALL)
        wait_stop(w, -1);
    if (how == CUT_RESET) {
        setsockopt(w->client, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        setsockopt(w->server, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
}

static bool forward(struct wire *w, enum cut_side side)
{
    unsigned char piece[PIECE];
    int from = side == CUT_TO_SERVER ? w->client : w->server;
    int to = side == CUT_TO_SERVER ? w->server : w->client;
    ssize_t n = recv(from, piece, sizeof piece, 0);
    if (n <= 0)
        return false;
    pthread_mutex_lock(&w->c->lock);
    int delay_ms = w->c->delay_ms;
    pthread_mutex_unlock(&w->c->lock);
    if (delay_ms > 0 && wait_stop(w, delay_ms))
        return false;
    bool broken = false;
    size_t pass = allowed(w, side, piece, (size_t)n, &broken);
    if (!send_all(to, piece, pass))
        return false;
    if (broken)
        hang_up(w, w->c->rule.how);
    return !broken;
}

static bool is_condemned(struct wire *w, enum cut_how *how)
{
    pthread_mutex_lock(&w->c->lock);
    bool yes = w->generation != w->c->generation;
    *how = w->c->all_how;
    pthread_mutex_unlock(&w->c->lock);
    return yes;
}

static void *run_wire(void *arg)
{
    struct wire *w = arg;
    for (;;) {
        struct pollfd p[3] = {{.fd = w->client, .events = POLLIN},
                              {.fd = w->server, .events = POLLIN},
                              {.fd = w->c->stop[0], .events = POLLIN}};
        enum cut_how how;
        int rc = poll(p, 3, 20);
        if (rc < 0 || p[2].revents)
            break;
        if (is_condemned(w, &how)) {
            hang_up(w, how);
            break;
        }
        if (p[0].revents && !forward(w, CUT_TO_SERVER))
            break;
        if (p[1].revents && !forward(w, CUT_TO_CLIENT))
            break;
    }
    close(w->client);
    close(w->server);
    free(w);
    return NULL;
}

static void add_wire(struct cut *c, int client)
{
    struct wire *w = calloc(1, sizeof *w);
    if (!w)
        abort();
    *w = (struct wire){.c = c, .client = client, .framing = {{.is_first = true}}};
    w->framing[CUT_TO_SERVER] = (struct framing){.unit = CUT_PG_MESSAGES, .is_first = true};
    w->framing[CUT_TO_CLIENT] = (struct framing){.unit = CUT_PG_MESSAGES};
    w->server = socket(c->server.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    pthread_mutex_lock(&c->lock);
    w->generation = c->generation;
    bool ok = c->n_wires < WIRES_MAX && w->server >= 0 &&
              connect(w->server, (struct sockaddr *)&c->server, c->n_server) == 0 &&
              pthread_create(&c->wires[c->n_wires], NULL, run_wire, w) == 0;
    c->n_wires += ok;
    pthread_mutex_unlock(&c->lock);
    if (ok)
        return;
    close(client);
    close(w->server);
    free(w);
}

static void *run_listener(void *arg)
{
    struct cut *c = arg;
    for (;;) {
        struct pollfd p[2] = {{.fd = c->listener, .events = POLLIN},
                              {.fd = c->stop[0], .events = POLLIN}};
        if (poll(p, 2, -1) < 0 || p[1].revents)
            return NULL;
        int client = accept4(c->listener, NULL, NULL, SOCK_CLOEXEC);
        if (client >= 0)
            add_wire(c, client);
    }
}

static struct cut *start(struct cut *c, const void *address, socklen_t n)
{
    c->listener =
        socket(((const struct sockaddr *)address)->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(c->listener, address, n), 0);
    assert_int_equal(listen(c->listener, 64), 0);
    assert_int_equal(pipe(c->stop), 0);
    pthread_mutex_init(&c->lock, NULL);
    assert_int_equal(pthread_create(&c->thread, NULL, run_listener, c), 0);
    return c;
}

struct cut *cut_start_tcp(int server_port)
{
    struct cut *c = calloc(1, sizeof *c);
    assert_non_null(c);
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    in.sin_port = htons((uint16_t)server_port);
    memcpy(&c->server, &in, sizeof in);
    c->n_server = sizeof in;
    in.sin_port = 0;
    start(c, &in, sizeof in);
    socklen_t n = sizeof in;
    assert_int_equal(getsockname(c->listener, (struct sockaddr *)&in, &n), 0);
    c->port = ntohs(in.sin_port);
    return c;
}

struct cut *cut_start_unix(const char *listen_path, const char *server_path)
{
    struct cut *c = calloc(1, sizeof *c);
    assert_non_null(c);
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    assert_true(strlen(server_path) < sizeof un.sun_path);
    assert_true(strlen(listen_path) < sizeof un.sun_path);
    strcpy(un.sun_path, server_path);
    memcpy(&c->server, &un, sizeof un);
    c->n_server = sizeof un;
    strcpy(un.sun_path, listen_path);
    strcpy(c->listen_path, listen_path);
    return start(c, &un, sizeof un);
}

int cut_port(const struct cut *c)
{
    return c->port;
}

void cut_arm(struct cut *c, const struct cut_rule *rule)
{
    pthread_mutex_lock(&c->lock);
    c->is_armed = rule != NULL;
    c->rule = rule ? *rule : (struct cut_rule){0};
    c->passed = 0;
    c->times = 0;
    pthread_mutex_unlock(&c->lock);
}

void cut_delay(struct cut *c, int ms)
{
    pthread_mutex_lock(&c->lock);
    c->delay_ms = ms;
    pthread_mutex_unlock(&c->lock);
}

uint64_t cut_passed(struct cut *c)
{
    pthread_mutex_lock(&c->lock);
    uint64_t n = c->passed;
    pthread_mutex_unlock(&c->lock);
    return n;
}

int cut_times(struct cut *c)
{
    pthread_mutex_lock(&c->lock);
    int n = c->times;
    pthread_mutex_unlock(&c->lock);
    return n;
}

void cut_all(struct cut *c, enum cut_how how)
{
    pthread_mutex_lock(&c->lock);
    c->generation++;
    c->all_how = how;
    pthread_mutex_unlock(&c->lock);
}

void cut_stop(struct cut *c)
{
    if (!c)
        return;
    assert_int_equal(write(c->stop[1], "x", 1), 1);
    pthread_join(c->thread, NULL);
    for (int i = 0; i < c->n_wires; i++)
        pthread_join(c->wires[i], NULL);
    close(c->stop[0]);
    close(c->stop[1]);
    close(c->listener);
    if (*c->listen_path)
        unlink(c->listen_path);
    pthread_mutex_destroy(&c->lock);
    free(c);
}
