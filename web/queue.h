/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Those who wait for an answer, in the order in which they came, and the threads that answer them.
 * A long report holds one thread and nobody's place in the row; the row has an end. */
#ifndef WEB_QUEUE_H
#define WEB_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

enum { QUEUE_MAX = 1024 };

struct queue; /* opaque, safe for all threads */

/* Called in one of the threads, once for each job. is_late: it waited for more than late_ms, and
 * more than n_long wait behind it: to answer it in full would make all of those late too. */
typedef void queue_work_fn(void *job, bool is_late);

struct queue_rule {
    int n_threads;
    int64_t late_ms;
    int n_long;
    queue_work_fn *work;
};

struct queue *queue_new(const struct queue_rule *rule);
/* false: the row is full, or it was ended. */
bool queue_put(struct queue *q, void *job);
/* No more; those who wait are answered first. Takes NULL. */
void queue_end(struct queue *q);
void queue_free(struct queue *q); /* ended before */

#endif
