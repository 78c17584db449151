/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A database server whose clock is a day slow: preloaded into PostgreSQL, which asks gettimeofday()
 * and time(). libfaketime would do the same and more, but its processes share a semaphore, and one
 * that ends at the wrong moment leaves the others waiting for ever. Here is no lock and no state. */
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { DAY_S = 86400 };

static int clock_yesterday(struct timespec *t)
{
    int status = (int)syscall(SYS_clock_gettime, CLOCK_REALTIME, t);
    t->tv_sec -= DAY_S;
    return status;
}

int clock_gettime(clockid_t clock, struct timespec *t)
{
    return clock == CLOCK_REALTIME ? clock_yesterday(t) : (int)syscall(SYS_clock_gettime, clock, t);
}

int gettimeofday(struct timeval *restrict t, void *restrict zone)
{
    struct timespec now;
    int status = clock_yesterday(&now);
    *t = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
    (void)zone;
    return status;
}

time_t time(time_t *out)
{
    struct timespec now;
    (void)clock_yesterday(&now);
    if (out)
        *out = now.tv_sec;
    return now.tv_sec;
}
