/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Against slow visitors. See guard.h. A connection is shut down, not closed: its descriptor stays
 * libmicrohttpd's, which sees the end and closes it. What was taken is the kernel's count of
 * acknowledged bytes: what lies in its buffers is not taken. */
#include "web/guard.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include <arpa/inet.h>
#include <assert.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct slot {
    int fd; /* -1: free */
    bool is_surplus;
    char place[GUARD_PLACE_BYTES];
    int64_t due_ms;       /* 0: a request is being answered */
    uint64_t floor_bytes; /* 0: a request is awaited; else to be taken by then */
    int64_t span_ms;
    uint64_t taken; /* when the span began */
};

struct guard {
    pthread_mutex_t lock;
    struct slot slot[GUARD_CONNECTIONS_MAX];
};

struct guard *guard_new(void)
{
    struct guard *g = calloc(1, sizeof *g);
    if (!g || pthread_mutex_init(&g->lock, NULL) != 0)
        abort();
    for (size_t i = 0; i < ARRAY_LEN(g->slot); i++)
        g->slot[i].fd = -1;
    return g;
}

void guard_free(struct guard *g)
{
    if (!g)
        return;
    pthread_mutex_destroy(&g->lock);
    free(g);
}

void guard_place(const struct sockaddr *at, char out[GUARD_PLACE_BYTES])
{
    struct in6_addr net;
    *out = 0;
    if (at->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)at)->sin_addr, out, GUARD_PLACE_BYTES);
    if (at->sa_family != AF_INET6)
        return;
    net = ((const struct sockaddr_in6 *)at)->sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&net)) {
        inet_ntop(AF_INET, &net.s6_addr[12], out, GUARD_PLACE_BYTES);
        return;
    }
    memset(&net.s6_addr[8], 0, 8);
    inet_ntop(AF_INET6, &net, out, GUARD_PLACE_BYTES);
    strcat(out, "/64");
}

/* A free slot, or -1; whether what takes it is one too many. Called with the lock. */
static int find_room(const struct guard *g, const char *place, const struct guard_limits *max,
                     bool *surplus_out)
{
    int id = -1, n_place = 0, n_all = 0, n_surplus = 0;
    for (int i = 0; i < GUARD_CONNECTIONS_MAX; i++) {
        const struct slot *s = &g->slot[i];
        if (s->fd < 0)
            id = id < 0 ? i : id;
        else if (s->is_surplus)
            n_surplus++;
        else
            n_all++, n_place += strcmp(s->place, place) == 0;
    }
    *surplus_out = n_place >= max->per_place || n_all >= max->in_all;
    return *surplus_out && n_surplus >= max->surplus ? -1 : id;
}

int guard_open(struct guard *g, int fd, const char *place, const struct guard_limits *max)
{
    bool surplus;
    pthread_mutex_lock(&g->lock);
    int id = find_room(g, place, max, &surplus);
    if (id >= 0) {
        g->slot[id] = (struct slot){.fd = fd, .is_surplus = surplus};
        snprintf(g->slot[id].place, sizeof g->slot[id].place, "%s", place);
    }
    pthread_mutex_unlock(&g->lock);
    return id;
}

bool guard_is_surplus(struct guard *g, int id)
{
    if (id < 0)
        return true;
    pthread_mutex_lock(&g->lock);
    bool is_surplus = g->slot[id].is_surplus;
    pthread_mutex_unlock(&g->lock);
    return is_surplus;
}

static uint64_t taken(int fd)
{
    struct tcp_info now = {0};
    socklen_t n = sizeof now;
    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &now, &n) == 0 ? now.tcpi_bytes_acked : 0;
}

static void set_due(struct guard *g, int id, int64_t wait_ms, uint64_t floor_bytes)
{
    if (id < 0)
        return;
    assert(id < GUARD_CONNECTIONS_MAX);
    pthread_mutex_lock(&g->lock);
    struct slot *s = &g->slot[id];
    s->due_ms = wait_ms > 0 ? clock_mono_ms() + wait_ms : 0;
    s->span_ms = wait_ms;
    s->floor_bytes = floor_bytes;
    s->taken = floor_bytes > 0 ? taken(s->fd) : 0;
    pthread_mutex_unlock(&g->lock);
}

void guard_await(struct guard *g, int id, int64_t wait_ms)
{
    set_due(g, id, wait_ms, 0);
}

void guard_answering(struct guard *g, int id)
{
    set_due(g, id, 0, 0);
}

void guard_sending(struct guard *g, int id, uint64_t floor_bytes, int64_t span_ms)
{
    set_due(g, id, span_ms, floor_bytes);
}

void guard_close(struct guard *g, int id)
{
    if (id < 0)
        return;
    pthread_mutex_lock(&g->lock);
    g->slot[id].fd = -1;
    pthread_mutex_unlock(&g->lock);
}

/* The answer is taken fast enough: another span begins. */
static bool goes_on(struct slot *s, int64_t now_ms)
{
    uint64_t now_taken = taken(s->fd);
    if (s->floor_bytes == 0 || now_taken - s->taken < s->floor_bytes)
        return false;
    s->taken = now_taken;
    s->due_ms = now_ms + s->span_ms;
    return true;
}

/* What was not taken of an answer is thrown away with the connection: our kernel shall not go on
 * offering it. */
static void cut(struct slot *s)
{
    const struct linger at_once = {.l_onoff = 1};
    if (s->floor_bytes > 0)
        setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    shutdown(s->fd, SHUT_RDWR);
    s->due_ms = 0;
}

int guard_sweep(struct guard *g)
{
    int n = 0;
    int64_t now_ms = clock_mono_ms();
    pthread_mutex_lock(&g->lock);
    for (int i = 0; i < GUARD_CONNECTIONS_MAX; i++) {
        struct slot *s = &g->slot[i];
        if (s->fd < 0 || s->due_ms == 0 || s->due_ms > now_ms || goes_on(s, now_ms))
            continue;
        cut(s);
        n++;
    }
    pthread_mutex_unlock(&g->lock);
    return n;
}
