/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The counter lives in a page that the daemon's processes share: a step is one of the whole daemon,
 * and so is the death that a test asks for. */
#include "base/step.h"

#ifdef THANWELA_TEST_BUILD
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct counter {
    atomic_long n;
    long crash_at; /* 0: never */
    pid_t first;   /* the process that step_init ran in */
    char report[256];
};

static struct counter *counter;

void step_init(void)
{
    const char *at = getenv("THANWELA_CRASH_AT"), *report = getenv("THANWELA_COUNT_STEPS");
    if (!at && !report)
        return;
    counter =
        mmap(NULL, sizeof *counter, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (counter == MAP_FAILED)
        abort();
    counter->crash_at = at ? strtol(at, NULL, 10) : 0;
    counter->first = getpid();
    snprintf(counter->report, sizeof counter->report, "%s", report ? report : "");
}

static void leave_count(long n)
{
    char text[32];
    int fd = open(counter->report, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    int len = snprintf(text, sizeof text, "%ld\n", n);
    if (fd < 0 || pwrite(fd, text, (size_t)len, 0) != len)
        abort();
    close(fd);
}

void step(void)
{
    if (!counter)
        return;
    long n = atomic_fetch_add(&counter->n, 1) + 1;
    if (counter->report[0])
        leave_count(n);
    if (n == counter->crash_at) {
        kill(counter->first, SIGKILL);
        kill(getpid(), SIGKILL);
    }
}
#else
/* Nothing to build: ISO C wants a declaration in every file. */
extern int step_is_for_tests;
#endif
