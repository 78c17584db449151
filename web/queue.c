/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A ring and some threads. See queue.h. */
#include "web/queue.h"

#include "base/clock.h"
#include <pthread.h>
#include <stdlib.h>

struct place {
    void *job;
    int64_t since_ms;
};

struct queue {
    struct queue_rule rule;
    pthread_mutex_t lock;
    pthread_cond_t came;
    struct place ring[QUEUE_MAX];
    unsigned first, n;
    bool is_ended;
    pthread_t *thread;
};

/* Waits for the next; false: there will be none. */
static bool take(struct queue *q, struct place *out, unsigned *n_behind_out)
{
    pthread_mutex_lock(&q->lock);
    while (q->n == 0 && !q->is_ended)
        pthread_cond_wait(&q->came, &q->lock);
    bool any = q->n > 0;
    if (any) {
        *out = q->ring[q->first];
        q->first = (q->first + 1) % QUEUE_MAX;
        *n_behind_out = --q->n;
    }
    pthread_mutex_unlock(&q->lock);
    return any;
}

static void *run(void *user)
{
    struct queue *q = user;
    struct place next;
    unsigned n_behind;
    while (take(q, &next, &n_behind))
        q->rule.work(next.job, clock_mono_ms() - next.since_ms > q->rule.late_ms &&
                                   n_behind > (unsigned)q->rule.n_long);
    return NULL;
}

struct queue *queue_new(const struct queue_rule *rule)
{
    struct queue *q = calloc(1, sizeof *q);
    if (!q || pthread_mutex_init(&q->lock, NULL) != 0 || pthread_cond_init(&q->came, NULL) != 0)
        abort();
    q->rule = *rule;
    q->thread = calloc((size_t)rule->n_threads, sizeof *q->thread);
    if (!q->thread)
        abort();
    for (int i = 0; i < rule->n_threads; i++)
        if (pthread_create(&q->thread[i], NULL, run, q) != 0)
            abort();
    return q;
}

bool queue_put(struct queue *q, void *job)
{
    pthread_mutex_lock(&q->lock);
    bool takes = !q->is_ended && q->n < QUEUE_MAX;
    if (takes) {
        q->ring[(q->first + q->n++) % QUEUE_MAX] = (struct place){job, clock_mono_ms()};
        pthread_cond_signal(&q->came);
    }
    pthread_mutex_unlock(&q->lock);
    return takes;
}

void queue_end(struct queue *q)
{
    if (!q)
        return;
    pthread_mutex_lock(&q->lock);
    q->is_ended = true;
    pthread_cond_broadcast(&q->came);
    pthread_mutex_unlock(&q->lock);
    for (int i = 0; i < q->rule.n_threads; i++)
        pthread_join(q->thread[i], NULL);
}

void queue_free(struct queue *q)
{
    if (!q)
        return;
    pthread_cond_destroy(&q->came);
    pthread_mutex_destroy(&q->lock);
    free(q->thread);
    free(q);
}
