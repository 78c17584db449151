/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Loaded into the daemon before everything else, with libfiu's own preload behind it: the n-th call
 * of some functions fails, counted over all processes together, as steps are (base/step.h).
 *
 *   NTH_POINTS  names of libfiu, parted by commas: posix/io/rw/read,posix/io/net/recv
 *   NTH_AT      which call fails, from 1; 0: none, they are only counted
 *   NTH_ERRNO   what errno says then
 *   NTH_FILE    a file of sizeof(struct nth) bytes: what was counted, and where it failed */
#include "tests/preload/nth_failure.h"

#include <fcntl.h>
#include <fiu-control.h>
#include <fiu.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct nth *shared;
static uint64_t at;
static int depth; /* forks between the daemon's first process and this one */

static void went_deeper(void)
{
    depth++;
}

/* In the sandbox too, so no system call here. */
static int is_due(const char *name, int *failnum, void **failinfo, unsigned int *flags)
{
    (void)name, (void)failnum, (void)failinfo, (void)flags;
    if (__atomic_add_fetch(&shared->n_calls, 1, __ATOMIC_RELAXED) != at)
        return 0;
    shared->depth = depth;
    __atomic_store_n(&shared->has_failed, 1, __ATOMIC_RELEASE);
    return 1;
}

static const char *setting(const char *name)
{
    const char *value = getenv(name);
    return value ? value : "";
}

static void enable(const char *points, long failure)
{
    char list[512], *rest = NULL;
    strncpy(list, points, sizeof list - 1);
    list[sizeof list - 1] = 0;
    for (char *name = strtok_r(list, ",", &rest); name; name = strtok_r(NULL, ",", &rest))
        if (fiu_enable_external(name, 1, (void *)(intptr_t)failure, 0, is_due) != 0)
            abort();
}

__attribute__((constructor)) static void load(void)
{
    int fd = open(setting("NTH_FILE"), O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (shared == MAP_FAILED)
        abort();
    at = strtoull(setting("NTH_AT"), NULL, 10);
    unsetenv("LD_PRELOAD"); /* who is started further on is not meant */
    pthread_atfork(NULL, NULL, went_deeper);
    fiu_init(0);
    enable(setting("NTH_POINTS"), strtol(setting("NTH_ERRNO"), NULL, 10));
}
