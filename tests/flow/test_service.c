/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwelad as a service: it stays, takes mail as it comes, outlives its roles, and ends clean. */
#include "base/buf.h"
#include "base/clock.h"
#include "tests/flow/daemon.h"

#include <dirent.h>
#include <fcntl.h>
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

static const char clerk[] = "saraban@customs.go.th", box[] = "saraban@mof.example";
static struct daemon *d;
static pid_t service;
static int n_sent;

static void start_service(void)
{
    pid_t parent = getpid();
    service = fork();
    assert_true(service >= 0);
    if (service > 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int log = open(d->log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(log, STDERR_FILENO);
    if (getppid() == parent)
        execl(PROGRAMS "/thanwelad", "thanwelad", "-c", d->conf, (char *)NULL);
    _exit(127);
}

/* A killed mailbox role comes back when its lease is over: here that is soon. */
static void shorten_lease(void)
{
    assert_int_equal(
        system(arena_printf(d->a, "sed -i 's/^\\[daemon\\]/&\\nlease_s = 10/' '%s'", d->conf)), 0);
}

static int start(void **state)
{
    (void)state;
    d = daemon_new(NULL, NULL);
    shorten_lease();
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    start_service();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    if (service > 0)
        kill(service, SIGKILL);
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
    daemon_free(d);
    return 0;
}

/* A clerk's letter; after some seconds the clerk's mailbox holds one receipt more. */
static void a_letter_is_answered(void)
{
    char mail[512];
    int n = snprintf(mail, sizeof mail,
                     "From: <%s>\r\nTo: <%s>\r\nSubject: letter %d\r\nMessage-ID: <%d@service.test>"
                     "\r\nDate: Fri, 09 Apr 2021 10:00:00 +0700\r\n\r\nletter %d\r\n",
                     clerk, box, n_sent, n_sent, n_sent);
    daemon_send(d, clerk, box, mail, (size_t)n);
    n_sent++;
    for (int64_t end = clock_mono_ms() + 40000; office_count(d->office, clerk, "") < n_sent;)
        if (usleep(50000) < 0 || clock_mono_ms() > end)
            fail_msg("no receipt for letter %d: see %s", n_sent - 1, d->log);
    assert_int_equal(office_count(d->office, clerk, ""), n_sent);
}

/* The process of a role, by the name that it gives itself; 0: none. */
static pid_t find_role(const char *comm)
{
    DIR *proc = opendir("/proc");
    pid_t found = 0;
    assert_non_null(proc);
    for (struct dirent *e; !found && (e = readdir(proc));) {
        char path[300], line[256] = "", name[64];
        int pid, parent;
        snprintf(path, sizeof path, "/proc/%s/stat", e->d_name);
        FILE *f = fopen(path, "r");
        if (!f)
            continue;
        if (fgets(line, sizeof line, f) &&
            sscanf(line, "%d (%63[^)]) %*c %d", &pid, name, &parent) == 3 && parent == service &&
            strcmp(name, comm) == 0)
            found = pid;
        fclose(f);
    }
    closedir(proc);
    return found;
}

static pid_t await_role(const char *comm, pid_t other_than)
{
    for (int64_t end = clock_mono_ms() + 20000; clock_mono_ms() < end; usleep(20000)) {
        pid_t pid = find_role(comm);
        if (pid && pid != other_than)
            return pid;
    }
    fail_msg("no process %s", comm);
}

static void mail_is_answered_as_it_comes(void **state)
{
    (void)state;
    a_letter_is_answered();
    a_letter_is_answered();
}

static void a_role_that_is_killed_comes_back_and_goes_on(void **state)
{
    static const char *const names[] = {"tw:mailbox", "tw:scan", "tw:deliver"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        pid_t pid = await_role(names[i], 0);
        assert_int_equal(kill(pid, SIGKILL), 0);
        assert_int_not_equal(await_role(names[i], pid), pid);
    }
    a_letter_is_answered();
}

static void hup_restarts_the_roles_and_no_mail_is_lost(void **state)
{
    pid_t pid = await_role("tw:mailbox", 0);
    (void)state;
    assert_int_equal(kill(service, SIGHUP), 0);
    a_letter_is_answered();
    assert_int_not_equal(await_role("tw:mailbox", 0), pid);
}

/* Orphans of the service, dead or alive, come to us. */
static void nothing_lives_on(void)
{
    int64_t end = clock_mono_ms() + 10000;
    while (waitpid(-1, NULL, WNOHANG) >= 0)
        if (usleep(20000) < 0 || clock_mono_ms() > end)
            fail_msg("a process lives on");
}

static void term_ends_it_soon_and_leaves_nothing(void **state)
{
    int status = 0;
    int64_t from = clock_mono_ms();
    (void)state;
    assert_int_equal(kill(service, SIGTERM), 0);
    assert_int_equal(waitpid(service, &status, 0), service);
    service = 0;
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_true(clock_mono_ms() - from < 20000);
    nothing_lives_on();
}

static void a_killed_service_leaves_no_process_and_the_next_goes_on(void **state)
{
    (void)state;
    start_service();
    (void)await_role("tw:deliver", 0);
    (void)await_role("tw:mailbox", 0);
    assert_int_equal(kill(service, SIGKILL), 0);
    nothing_lives_on();
    start_service();
    a_letter_is_answered();
    struct db *db CLEANUP(db_closep) = database_open(d->office);
    database_is_sound(db);
    assert_int_equal(database_int(db, "select count(*) from item"), n_sent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mail_is_answered_as_it_comes),
        cmocka_unit_test(a_role_that_is_killed_comes_back_and_goes_on),
        cmocka_unit_test(hup_restarts_the_roles_and_no_mail_is_lost),
        cmocka_unit_test(term_ends_it_soon_and_leaves_nothing),
        cmocka_unit_test(a_killed_service_leaves_no_process_and_the_next_goes_on),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
