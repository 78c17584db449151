/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The n-th malloc, read, write, send or connect of the running service fails, once, in whichever of
 * its processes comes to it. It goes on to the same end by itself: nothing lost, nothing doubled,
 * no process, descriptor or file left over. Out of memory ends the process that met it, by the rule
 * of the house; where that was the supervisor, its own supervisor (systemd; here the test) starts
 * it again. THANWELA_SEED draws n, THANWELA_FAILURES says how many of each. */
#include "base/clock.h"
#include "tests/flow/world.h"
#include "tests/preload/nth_failure.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define PRELOAD PROGRAMS "/tests/libnth_failure.so:/usr/lib/fiu/fiu_posix_preload.so"

enum { WAIT_MS = 90000, SETTLE_MS = 10000, DEPTHS = 5 };

static const struct scenario few = {
    .name = "n-th failure", .n_letters = 6, .n_documents = 2, .n_duplicates = 1, .n_strangers = 1};

/* After a failed send libpq waits for a read to find the wire broken; this wire is whole, and what
 * ends the wait is [database] timeout_s. */
static const struct kind {
    const char *name, *points;
    int failure;
} kinds[] = {
    {"malloc", "libc/mm/malloc,libc/mm/calloc,libc/mm/realloc", ENOMEM},
    {"read", "posix/io/rw/read,posix/io/net/recv,posix/io/net/recvmsg", EIO},
    {"write", "posix/io/rw/write,posix/io/rw/pwrite,posix/io/rw/writev", EIO},
    {"send", "posix/io/net/send,posix/io/net/sendmsg", EIO},
    {"connect", "posix/io/net/connect", ECONNREFUSED},
};

struct service {
    struct world *w;
    const char *nth_file;
    struct nth *nth; /* of the run that goes on */
    pid_t pid;
    int n_descriptors, n_processes, n_files; /* of one that met no failure, at rest */
    int n_supervisors;                       /* that died */
    int at_depth[DEPTHS];                    /* failures met, by who met them */
};

/* ---- what is left over */

static int count_entries(const char *path)
{
    int n = 0;
    DIR *dir = opendir(path);
    for (struct dirent *e; dir && (e = readdir(dir));)
        n += e->d_name[0] != '.';
    if (dir)
        closedir(dir);
    return n;
}

static int n_descriptors(pid_t pid)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    return count_entries(path);
}

static int n_files(const struct service *s)
{
    const struct daemon *d = s->w->daemon;
    return count_entries(office_path(d->a, d->office, "thanwela"));
}

/* Processes below pid, of any depth. */
static int n_below(pid_t pid)
{
    char path[96], children[4096] = "", *rest = NULL;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    int fd CLEANUP(fd_closep) = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, children, sizeof children - 1) <= 0)
        return 0;
    int n = 0;
    for (char *child = strtok_r(children, " ", &rest); child; child = strtok_r(NULL, " ", &rest))
        n += 1 + n_below((pid_t)atoi(child));
    return n;
}

/* ---- a service, and its n-th call */

static void start_service(struct service *s, const struct kind *kind, uint64_t at)
{
    char number[24], failure[12];
    int fd CLEANUP(fd_closep) = open(s->nth_file, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0 && ftruncate(fd, sizeof *s->nth) == 0);
    if (s->nth)
        munmap(s->nth, sizeof *s->nth);
    s->nth = mmap(NULL, sizeof *s->nth, PROT_READ, MAP_SHARED, fd, 0);
    assert_ptr_not_equal(s->nth, MAP_FAILED);
    snprintf(number, sizeof number, "%llu", (unsigned long long)at);
    snprintf(failure, sizeof failure, "%d", kind->failure);
    setenv("NTH_FILE", s->nth_file, 1);
    setenv("NTH_POINTS", kind->points, 1);
    setenv("NTH_AT", number, 1);
    setenv("NTH_ERRNO", failure, 1);
    setenv("LD_PRELOAD", PRELOAD, 1);
    s->pid = daemon_start(s->w->daemon, NULL, false);
    unsetenv("LD_PRELOAD");
}

static bool is_over(const struct service *s)
{
    siginfo_t ended = {0};
    assert_int_equal(waitid(P_PID, (id_t)s->pid, &ended, WEXITED | WNOHANG | WNOWAIT), 0);
    return ended.si_pid != 0;
}

static void until_done(struct service *s, const struct kind *kind)
{
    for (int64_t end_ms = clock_mono_ms() + WAIT_MS; !world_is_done(s->w); usleep(50000)) {
        world_bury_dead(s->w);
        if (is_over(s)) {
            s->n_supervisors++;
            (void)daemon_end(s->pid, 0);
            start_service(s, kind, 0);
        }
        if (clock_mono_ms() > end_ms)
            fail_msg("it did not come to an end: see %s", s->w->daemon->log);
    }
}

/* Children end and descriptors close a moment after the last mail. */
static void nothing_is_left_over(const struct service *s)
{
    int descriptors, processes;
    for (int64_t end_ms = clock_mono_ms() + SETTLE_MS;; usleep(50000)) {
        descriptors = n_descriptors(s->pid);
        processes = n_below(s->pid);
        if (descriptors == s->n_descriptors && processes == s->n_processes)
            break;
        if (clock_mono_ms() > end_ms)
            fail_msg("%d descriptors and %d processes, and %d and %d before: see %s", descriptors,
                     processes, s->n_descriptors, s->n_processes, s->w->daemon->log);
    }
    assert_int_equal(n_files(s), s->n_files);
}

/* What a role that died had started becomes ours: dead already, as init would find it, or an orphan
 * that lives on. */
static void orphans_are_dead(const struct service *s)
{
    pid_t pid;
    for (int64_t end_ms = clock_mono_ms() + SETTLE_MS; (pid = waitpid(-1, NULL, WNOHANG)) >= 0;)
        if (pid == 0 && clock_mono_ms() > end_ms)
            fail_msg("something that a role started outlives it: see %s", s->w->daemon->log);
        else if (pid == 0)
            usleep(50000);
    assert_int_equal(errno, ECHILD);
}

static void stop_service(struct service *s)
{
    assert_int_equal(daemon_end(s->pid, SIGTERM), 0);
    orphans_are_dead(s);
}

/* How often the kind's functions are called in a run, and what a service at rest has. */
static uint64_t undisturbed(struct service *s, const struct kind *kind)
{
    world_reset(s->w);
    start_service(s, kind, 0);
    until_done(s, kind);
    usleep(500000);
    s->n_descriptors = n_descriptors(s->pid);
    s->n_processes = n_below(s->pid);
    s->n_files = n_files(s);
    uint64_t n = s->nth->n_calls;
    stop_service(s);
    world_check(s->w);
    return n;
}

static void fails_at(struct service *s, const struct kind *kind, uint64_t at)
{
    world_reset(s->w);
    start_service(s, kind, at);
    until_done(s, kind);
    if (s->nth->has_failed && s->nth->depth < DEPTHS)
        s->at_depth[s->nth->depth]++;
    nothing_is_left_over(s);
    stop_service(s);
    world_check(s->w);
}

static void run_kind(struct service *s, const struct kind *kind, uint64_t *chance, long n_points)
{
    uint64_t n_calls = undisturbed(s, kind);
    print_message("%s: %llu calls in a run\n", kind->name, (unsigned long long)n_calls);
    for (long i = 0; i < n_points; i++) {
        uint64_t from = n_calls * (uint64_t)i / (uint64_t)n_points,
                 to = n_calls * (uint64_t)(i + 1) / (uint64_t)n_points;
        uint64_t at = 1 + from + world_chance(chance, to > from ? to - from : 1);
        print_message("%s: the %lluth fails\n", kind->name, (unsigned long long)at);
        fails_at(s, kind, at);
    }
}

static void be_impatient(const struct daemon *d)
{
    assert_int_equal(
        system(arena_printf(d->a, "sed -i 's|^conninfo = .*|&\\ntimeout_s = 3|' '%s'", d->conf)),
        0);
}

static void any_nth_failure_ends_the_same(void **state)
{
    long seed = world_setting("THANWELA_SEED", 1), n_points = world_setting("THANWELA_FAILURES", 2);
    uint64_t chance = (uint64_t)seed;
    struct service s = {.w = world_new(&few)};
    const char *only = getenv("THANWELA_KIND");
    (void)state;
    s.nth_file = office_path(s.w->daemon->a, s.w->daemon->office, "nth");
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    world_spare_the_disk(s.w);
    be_impatient(s.w->daemon);
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (!only || strcmp(only, kinds[i].name) == 0)
            run_kind(&s, &kinds[i], &chance, n_points);
    print_message("seed %ld, %ld of each: 0 lost, 0 doubled, %d receipts repeated, nothing left "
                  "over; met by the supervisor %d, roles %d, zygotes %d, children %d; the "
                  "supervisor ended %d times\n",
                  seed, n_points, s.w->n_repeats, s.at_depth[0], s.at_depth[1],
                  s.at_depth[2] + s.at_depth[3], s.at_depth[4], s.n_supervisors);
    world_free(s.w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(any_nth_failure_ends_the_same)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
