/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The row of those who wait for an answer. */
#include "web/queue.h"

#include "base/cleanup.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

enum { JOBS = 20 };

struct job {
    const bool *held; /* it lasts for as long as this is true; NULL: not */
    int *n_done;      /* of all */
    int place;        /* which it was, from 1 */
    bool was_late;
};

/* One thread: the count needs no lock. */
static void work(void *user, bool is_late)
{
    struct job *j = user;
    j->was_late = is_late;
    j->place = ++*j->n_done;
    while (j->held && __atomic_load_n(j->held, __ATOMIC_SEQ_CST))
        usleep(1000);
}

static void all_are_answered_in_their_order(void **state)
{
    const struct queue_rule rule = {.n_threads = 1, .late_ms = 60000, .n_long = 0, .work = work};
    struct queue *q = queue_new(&rule);
    struct job jobs[JOBS] = {0};
    int n = 0;
    (void)state;
    for (int i = 0; i < JOBS; i++) {
        jobs[i].n_done = &n;
        assert_true(queue_put(q, &jobs[i]));
    }
    queue_end(q);
    for (int i = 0; i < JOBS; i++) {
        assert_int_equal(jobs[i].place, i + 1);
        assert_false(jobs[i].was_late);
    }
    assert_false(queue_put(q, &jobs[0]));
    queue_free(q);
}

/* The first holds the thread for longer than anybody may wait: all but the last few are late. */
static void who_waited_too_long_is_late_while_many_wait_behind(void **state)
{
    const struct queue_rule rule = {.n_threads = 1, .late_ms = 20, .n_long = 4, .work = work};
    struct queue *q = queue_new(&rule);
    bool held = true;
    struct job jobs[JOBS] = {{.held = &held}};
    int n = 0;
    (void)state;
    for (int i = 0; i < JOBS; i++) {
        jobs[i].n_done = &n;
        assert_true(queue_put(q, &jobs[i]));
    }
    usleep(40 * 1000); /* twice as long as anybody may wait */
    __atomic_store_n(&held, false, __ATOMIC_SEQ_CST);
    queue_end(q);
    for (int i = 1; i < JOBS; i++)
        assert_int_equal(jobs[i].was_late, i < JOBS - 1 - rule.n_long);
    queue_free(q);
}

static void the_row_has_an_end(void **state)
{
    const struct queue_rule rule = {.n_threads = 1, .late_ms = 60000, .n_long = 0, .work = work};
    struct queue *q = queue_new(&rule);
    bool held = true;
    struct job first = {.held = &held}, other = {0};
    int n = 0;
    (void)state;
    first.n_done = other.n_done = &n;
    assert_true(queue_put(q, &first));
    while (__atomic_load_n(&n, __ATOMIC_SEQ_CST) == 0)
        usleep(1000);
    for (int i = 0; i < QUEUE_MAX; i++)
        assert_true(queue_put(q, &other));
    assert_false(queue_put(q, &other));
    __atomic_store_n(&held, false, __ATOMIC_SEQ_CST);
    queue_end(q);
    assert_int_equal(n, QUEUE_MAX + 1);
    queue_free(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_are_answered_in_their_order),
        cmocka_unit_test(who_waited_too_long_is_late_while_many_wait_behind),
        cmocka_unit_test(the_row_has_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
