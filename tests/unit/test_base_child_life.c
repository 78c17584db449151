/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Births and deaths: thousands of documents, a zygote that dies, a parent that is killed. */
#include "base/child.h"
#include "base/clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const struct child_limits limits = {
    .cpu_s = 5, .wall_ms = 10000, .memory_bytes = 64 << 20, .out_bytes = 1 << 20};

enum {
    PATIENCE_MS = 5000,
    MANY = 1000,
    ZYGOTE_ENTRIES = 2 + 3 + 1, /* . and .., the standard streams, the control socket */
};

static bool nothing(void *user, uint8_t type, const uint8_t *p, size_t n)
{
    (void)type, (void)p;
    if (user)
        *(size_t *)user += n;
    return true;
}

/* "sleep" sleeps, "files" counts descriptors, all else is done at once. */
static int obey(int doc_fd, const void *request, size_t n)
{
    if (n == 5 && memcmp(request, "sleep", 5) == 0)
        sleep(100);
    if (n == 5 && memcmp(request, "files", 5) == 0)
        for (int fd = 0; fd < 1024; fd++)
            if (fd != STDERR_FILENO && fcntl(fd, F_GETFD) >= 0)
                child_send(1, "f", 1);
    char byte;
    return read(doc_fd, &byte, 1) == 1 ? 0 : 1;
}

static struct zygote *start(void)
{
    struct zygote *z;
    struct err err = {0};
    if (!zygote_start(obey, NULL, &z, &err))
        fail_msg("%s", err.text);
    return z;
}

static bool run(struct zygote *z, const char *word, size_t *n_out, struct child_result *result,
                struct err *err)
{
    int doc CLEANUP(fd_closep) = child_memfd("document");
    assert_int_equal(write(doc, "hello", 5), 5);
    return zygote_run(z, &limits, doc, word, strlen(word), nothing, n_out, result, err);
}

static size_t count_entries(const char *path)
{
    DIR *dir = opendir(path);
    size_t n = 0;
    assert_non_null(dir);
    while (readdir(dir))
        n++;
    closedir(dir);
    return n;
}

/* The pid of the process of this name whose parent is that one; 0: none. */
static pid_t child_named(pid_t parent, const char *name)
{
    DIR *dir = opendir("/proc");
    pid_t found = 0;
    assert_non_null(dir);
    for (struct dirent *entry; !found && (entry = readdir(dir));) {
        char path[300], line[512] = "", comm[32];
        int pid, ppid;
        snprintf(path, sizeof path, "/proc/%s/stat", entry->d_name);
        FILE *f = fopen(path, "re");
        if (!f)
            continue;
        if (fgets(line, sizeof line, f) &&
            sscanf(line, "%d (%31[^)]) %*c %d", &pid, comm, &ppid) == 3 && ppid == parent &&
            strcmp(comm, name) == 0)
            found = pid;
        fclose(f);
    }
    closedir(dir);
    return found;
}

static pid_t await_child_named(pid_t parent, const char *name)
{
    pid_t found = 0;
    for (int64_t end = clock_mono_ms() + PATIENCE_MS; !found && clock_mono_ms() < end;) {
        found = child_named(parent, name);
        poll(NULL, 0, found ? 0 : 5);
    }
    assert_int_not_equal(found, 0);
    return found;
}

static pid_t my_zygote(void)
{
    return await_child_named(await_child_named(getpid(), "tw-keeper"), "tw-zygote");
}

/* The zygote closes a document's descriptors just after it said how it ended. */
static void await_entries(const char *path, size_t n)
{
    for (int64_t end = clock_mono_ms() + PATIENCE_MS;
         count_entries(path) != n && clock_mono_ms() < end;)
        poll(NULL, 0, 1);
    assert_int_equal(count_entries(path), n);
}

static void a_thousand_documents_leave_no_descriptor_and_no_zombie(void **state)
{
    struct zygote *z CLEANUP(zygote_stopp) = start();
    struct child_result result;
    struct err err = {0};
    char path[64];
    pid_t zygote = my_zygote();
    (void)state;
    assert_true(run(z, "", NULL, &result, &err));
    snprintf(path, sizeof path, "/proc/%d/fd", zygote);
    await_entries(path, ZYGOTE_ENTRIES);
    size_t here = count_entries("/proc/self/fd");
    for (int i = 0; i < MANY; i++) {
        if (!run(z, "", NULL, &result, &err))
            fail_msg("document %d: %s", i, err.text);
        assert_int_equal(result.end, CHILD_DONE);
    }
    assert_int_equal(my_zygote(), zygote);
    assert_int_equal(count_entries("/proc/self/fd"), here);
    await_entries(path, ZYGOTE_ENTRIES);
    assert_int_equal(child_named(zygote, "tw-child"), 0);
}

static void stopping_leaves_no_process(void **state)
{
    struct zygote *z = start();
    (void)state;
    zygote_stop(z);
    zygote_stop(NULL);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static void kill_and_see_it_gone(pid_t pid)
{
    assert_int_equal(kill(pid, SIGKILL), 0);
    for (int64_t end = clock_mono_ms() + PATIENCE_MS; kill(pid, 0) == 0 && clock_mono_ms() < end;)
        poll(NULL, 0, 1);
    assert_int_equal(kill(pid, 0), -1);
}

static void a_zygote_that_died_is_replaced_before_the_next_document(void **state)
{
    struct zygote *z CLEANUP(zygote_stopp) = start();
    struct child_result result;
    struct err err = {0};
    (void)state;
    for (int i = 0; i < 3; i++) {
        kill_and_see_it_gone(my_zygote());
        if (!run(z, "", NULL, &result, &err))
            fail_msg("%s", err.text);
        assert_int_equal(result.end, CHILD_DONE);
    }
}

/* Kill victim as soon as the zygote has a child at work. */
static pid_t assassin(pid_t victim, pid_t zygote)
{
    pid_t pid = fork();
    if (pid == 0) {
        await_child_named(zygote, "tw-child");
        kill(victim, SIGKILL);
        _exit(0);
    }
    return pid;
}

static void a_zygote_that_dies_with_a_document_says_retry(void **state)
{
    struct zygote *z CLEANUP(zygote_stopp) = start();
    struct child_result result;
    struct err err = {0};
    (void)state;
    pid_t killer = assassin(my_zygote(), my_zygote());
    assert_false(run(z, "sleep", NULL, &result, &err));
    assert_int_equal(err.kind, ERR_RETRY);
    waitpid(killer, NULL, 0);
    assert_true(run(z, "", NULL, &result, &err));
    assert_int_equal(result.end, CHILD_DONE);
}

static void a_new_zygote_knows_nothing_of_what_was_opened_since(void **state)
{
    struct zygote *z CLEANUP(zygote_stopp) = start();
    struct child_result result;
    struct err err = {0};
    size_t n_files = 0;
    (void)state;
    int secret CLEANUP(fd_closep) = open("/etc/passwd", O_RDONLY);
    kill_and_see_it_gone(my_zygote());
    assert_true(run(z, "files", &n_files, &result, &err));
    assert_int_equal(n_files, 2);
    assert_true(secret >= 0);
}

static void without_its_keeper_the_sandbox_is_over(void **state)
{
    struct zygote *z CLEANUP(zygote_stopp) = start();
    struct child_result result;
    struct err err = {0};
    (void)state;
    pid_t zygote = my_zygote();
    kill(await_child_named(getpid(), "tw-keeper"), SIGKILL);
    for (int64_t end = clock_mono_ms() + PATIENCE_MS;
         kill(zygote, 0) == 0 && clock_mono_ms() < end;)
        poll(NULL, 0, 5);
    assert_false(run(z, "", NULL, &result, &err));
    assert_int_equal(err.kind, ERR_FATAL);
}

/* The test adopts what a killed parent leaves, and counts. */
static void a_parent_that_is_killed_leaves_no_child(void **state)
{
    (void)state;
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
    pid_t parent = fork();
    if (parent == 0) {
        struct zygote *z = start();
        struct child_result result;
        struct err err;
        _exit(run(z, "sleep", NULL, &result, &err));
    }
    pid_t zygote = await_child_named(await_child_named(parent, "tw-keeper"), "tw-zygote");
    await_child_named(zygote, "tw-child");
    kill(parent, SIGKILL);
    int left = 0;
    for (int64_t end = clock_mono_ms() + PATIENCE_MS; left >= 0 && clock_mono_ms() < end;) {
        left = waitpid(-1, NULL, WNOHANG);
        if (left == 0)
            poll(NULL, 0, 5);
    }
    assert_int_equal(left, -1);
    prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
}

static void crash_now(void)
{
    abort();
}

static void a_warm_up_that_crashes_is_said_at_the_start(void **state)
{
    struct zygote *z = NULL;
    struct err err = {0};
    (void)state;
    assert_false(zygote_start(obey, crash_now, &z, &err));
    assert_int_equal(err.kind, ERR_RETRY);
    assert_null(z);
}

/* ^C reaches the whole group of a terminal; the parent decides what becomes of the document. */
static void signals_to_the_group_leave_the_document_alone(void **state)
{
    struct zygote *z CLEANUP(zygote_stopp) = start();
    struct child_result result;
    struct err err = {0};
    (void)state;
    pid_t zygote = my_zygote();
    assert_int_equal(kill(zygote, SIGINT), 0);
    assert_int_equal(kill(zygote, SIGTERM), 0);
    assert_true(run(z, "", NULL, &result, &err));
    assert_int_equal(my_zygote(), zygote);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thousand_documents_leave_no_descriptor_and_no_zombie),
        cmocka_unit_test(stopping_leaves_no_process),
        cmocka_unit_test(a_zygote_that_died_is_replaced_before_the_next_document),
        cmocka_unit_test(a_zygote_that_dies_with_a_document_says_retry),
        cmocka_unit_test(a_new_zygote_knows_nothing_of_what_was_opened_since),
        cmocka_unit_test(without_its_keeper_the_sandbox_is_over),
        cmocka_unit_test(a_parent_that_is_killed_leaves_no_child),
        cmocka_unit_test(a_warm_up_that_crashes_is_said_at_the_start),
        cmocka_unit_test(signals_to_the_group_leave_the_document_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
