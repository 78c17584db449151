/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Against slow senders. See guard.h. A connection is shut down, not closed: its descriptor stays
 * libmicrohttpd's, which sees the end and closes it. */
#include "web/guard.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include <assert.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct slot {
    int fd; /* -1: free */
    char address[INET6_ADDRSTRLEN];
    int64_t due_ms; /* 0: a request is being answered */
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

/* A free slot, or -1. Called with the lock. */
static int find_room(const struct guard *g, const char *address, int per_address_max)
{
    int id = -1, n = 0;
    for (int i = 0; i < GUARD_CONNECTIONS_MAX; i++)
        if (g->slot[i].fd < 0)
            id = id < 0 ? i : id;
        else
            n += strcmp(g->slot[i].address, address) == 0;
    return n < per_address_max ? id : -1;
}

int guard_open(struct guard *g, int fd, const char *address, int per_address_max)
{
    pthread_mutex_lock(&g->lock);
    int id = find_room(g, address, per_address_max);
    if (id >= 0) {
        g->slot[id] = (struct slot){.fd = fd};
        snprintf(g->slot[id].address, sizeof g->slot[id].address, "%s", address);
    }
    pthread_mutex_unlock(&g->lock);
    return id;
}

static void set_due(struct guard *g, int id, int64_t due_ms)
{
    if (id < 0)
        return;
    assert(id < GUARD_CONNECTIONS_MAX);
    pthread_mutex_lock(&g->lock);
    g->slot[id].due_ms = due_ms;
    pthread_mutex_unlock(&g->lock);
}

void guard_await(struct guard *g, int id, int64_t wait_ms)
{
    set_due(g, id, clock_mono_ms() + wait_ms);
}

void guard_answering(struct guard *g, int id)
{
    set_due(g, id, 0);
}

void guard_close(struct guard *g, int id)
{
    if (id < 0)
        return;
    pthread_mutex_lock(&g->lock);
    g->slot[id].fd = -1;
    pthread_mutex_unlock(&g->lock);
}

int guard_sweep(struct guard *g)
{
    int n = 0;
    int64_t now_ms = clock_mono_ms();
    pthread_mutex_lock(&g->lock);
    for (int i = 0; i < GUARD_CONNECTIONS_MAX; i++) {
        struct slot *s = &g->slot[i];
        if (s->fd < 0 || s->due_ms == 0 || s->due_ms > now_ms)
            continue;
        shutdown(s->fd, SHUT_RDWR);
        s->due_ms = 0;
        n++;
    }
    pthread_mutex_unlock(&g->lock);
    return n;
}
