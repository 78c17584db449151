/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The supervisor: what it starts, what it starts again, and how it ends. */
#include "supervised.h"

#include <sys/socket.h>
#include <sys/un.h>

static int waits_for_stop(const struct role_context *c)
{
    note("start %u %s\n", c->index, c->config->log_level);
    note("pid %d.\n", (int)getpid());
    while (role_wait(c, -1, -1) != ROLE_STOP)
        note("woken %u\n", c->index);
    note("end %u\n", c->index);
    return ROLE_DONE;
}

static int crashes(const struct role_context *c)
{
    (void)c;
    note("start %lld\n", (long long)clock_mono_ms());
    signal(SIGABRT, SIG_DFL);
    raise(SIGABRT);
    return 0;
}

static int misconfigured(const struct role_context *c)
{
    (void)c;
    note("tried\n");
    return ROLE_CONFIG;
}

static int hears_nothing(const struct role_context *c)
{
    (void)c;
    note("start\n");
    while (pause() < 0)
        ;
    return ROLE_DONE;
}

static int wakes_the_scanners(const struct role_context *c)
{
    role_wake(c, "scan");
    return waits_for_stop(c);
}

static int gives_up_for_now(const struct role_context *c)
{
    (void)c;
    note("start\n");
    return ROLE_RETRY;
}

#define ROLE(variable, word, count_, fn)                                                           \
    static const struct role variable = {.name = word, .count = count_, .run = fn}
ROLE(mailboxes, "mailbox", ROLE_PER_MAILBOX, waits_for_stop);
ROLE(scanners, "scan", ROLE_PER_WORKER, waits_for_stop);
ROLE(deliverer, "deliver", ROLE_ONE, waits_for_stop);
ROLE(crasher, "scan", ROLE_ONE, crashes);
ROLE(wrong, "scan", ROLE_ONE, misconfigured);
ROLE(deaf, "scan", ROLE_ONE, hears_nothing);
ROLE(waker, "deliver", ROLE_ONE, wakes_the_scanners);
ROLE(quitter, "deliver", ROLE_ONE, gives_up_for_now);

static const struct role *const all[] = {&mailboxes, &scanners, &deliverer};

static void one_process_for_each_mailbox_and_worker_and_all_are_drained(void **state)
{
    (void)state;
    write_conf("roles = mailbox, scan, deliver\nlog_level = debug\n[scan]\nworkers = 3");
    pid_t pid = supervise(all, ARRAY_LEN(all), supervisor_run);
    await(diary, "start", 2 + 3 + 1);
    assert_int_equal(stop(pid), 0);
    assert_int_equal(count(diary, "start"), 6);
    assert_int_equal(count(diary, "end"), 6);
    assert_int_equal(count(log_path, "child=mailbox:one what=started"), 1);
    assert_int_equal(count(log_path, "child=mailbox:two what=started"), 1);
    assert_int_equal(count(log_path, "child=scan:2 what=started"), 1);
    assert_int_equal(count(log_path, "child=deliver what=started"), 1);
    assert_int_equal(count(log_path, "what=stopped"), 1);
}

static void only_the_roles_of_the_configuration_run(void **state)
{
    (void)state;
    write_conf("roles = deliver");
    pid_t pid = supervise(all, ARRAY_LEN(all), supervisor_run);
    await(diary, "start 0 info", 1);
    assert_int_equal(stop(pid), 0);
    assert_int_equal(count(diary, "start"), 1);
}

static void what_dies_is_started_again_after_growing_waits(void **state)
{
    static const struct role *const list[] = {&crasher};
    long long at[6];
    (void)state;
    write_conf("roles = scan");
    pid_t pid = supervise(list, 1, supervisor_run);
    await(diary, "start", 6);
    assert_int_equal(stop(pid), 0);
    const char *p = slurp(diary);
    for (int i = 0; i < 6; i++, p = strchr(p, '\n') + 1)
        assert_int_equal(sscanf(p, "start %lld", &at[i]), 1);
    static const int wait_ms[] = {40, 80, 160, 160, 160}; /* and a quarter more or less */
    for (int i = 0; i < 5; i++)
        assert_true(at[i + 1] - at[i] >= wait_ms[i] * 3 / 4);
    assert_true(at[1] - at[0] < 2000);
    assert_true(count(log_path, "died of signal 6 (Aborted)\" again_in_s=0.") >= 5);
}

static void a_role_that_cannot_run_as_configured_is_left_alone(void **state)
{
    static const struct role *const list[] = {&wrong, &deliverer};
    (void)state;
    write_conf("roles = scan, deliver");
    pid_t pid = supervise(list, 2, supervisor_run);
    await(diary, "tried", 1);
    await(diary, "start", 1);
    usleep(300000);
    assert_int_equal(count(diary, "tried"), 1);
    assert_int_equal(stop(pid), 0);
    assert_int_equal(count(log_path, "cannot run as configured"), 1);
}

static void it_is_tried_again_later_while_another_role_runs(void **state)
{
    static const struct role *const list[] = {&wrong, &deliverer};
    (void)state;
    write_conf("roles = scan, deliver");
    pid_t pid = supervise(list, 2, supervisor_run);
    await(diary, "tried", 3);
    assert_int_equal(stop(pid), 0);
    assert_int_equal(count(diary, "start"), 1);
}

static void with_no_role_left_the_supervisor_ends_with_78(void **state)
{
    static const struct role *const list[] = {&wrong};
    (void)state;
    write_conf("roles = scan");
    assert_int_equal(ending(supervise(list, 1, supervisor_run)), ROLE_CONFIG);
    assert_int_equal(count(log_path, "no role can run as configured"), 1);
}

static void a_configuration_that_cannot_be_obeyed_ends_with_78_and_says_why(void **state)
{
    (void)state;
    write_conf("roles = scan, web");
    assert_int_equal(ending(supervise(all, ARRAY_LEN(all), supervisor_run)), ROLE_CONFIG);
    assert_int_equal(count(log_path, "built without the role web: take it out"), 1);
    write_conf("rolse = scan");
    assert_int_equal(ending(supervise(all, ARRAY_LEN(all), supervisor_run)), ROLE_CONFIG);
    assert_int_equal(count(log_path, "did you mean roles?"), 1);
    assert_int_equal(count(diary, "start"), 0);
}

static rlim_t descriptors;

static int with_few_descriptors(const struct supervisor_plan *plan)
{
    const struct rlimit few = {descriptors, descriptors};
    setrlimit(RLIMIT_NOFILE, &few);
    return supervisor_run(plan);
}

/* A service manager starts it again after that, and not after 78: whichever descriptor is missing,
 * the configuration's, the signals' or a role's. */
static void a_machine_without_a_descriptor_left_is_worth_another_try(void **state)
{
    (void)state;
    write_conf("roles = mailbox, scan, deliver");
    int next = dup(STDERR_FILENO); /* what the supervisor opens first; its log is the one before */
    close(next);
    for (int more = 0; more < 6; more++) {
        descriptors = (rlim_t)(next + 1 + more);
        assert_int_equal(ending(supervise(all, ARRAY_LEN(all), with_few_descriptors)), ROLE_RETRY);
        assert_int_equal(count(log_path, "cannot run"), 1);
    }
}

static void a_role_that_does_not_end_is_killed_when_its_time_is_over(void **state)
{
    static const struct role *const list[] = {&deaf};
    (void)state;
    write_conf("roles = scan");
    pid_t pid = supervise(list, 1, supervisor_run);
    await(diary, "start", 1);
    int64_t from = clock_mono_ms();
    assert_int_equal(stop(pid), 0);
    assert_true(clock_mono_ms() - from >= 390);
    assert_int_equal(count(log_path, "it did not end in its time"), 1);
}

static void a_second_signal_kills_at_once(void **state)
{
    static const struct role *const list[] = {&deaf};
    (void)state;
    write_conf("roles = scan");
    pid_t pid = supervise(list, 1, supervisor_run);
    await(diary, "start", 1);
    kill(pid, SIGINT);
    await(log_path, "what=stopping", 1);
    kill(pid, SIGTERM);
    assert_int_equal(ending(pid), 0);
    assert_int_equal(count(log_path, "told to stop twice"), 1);
}

static void hup_with_a_good_file_restarts_the_roles_with_it(void **state)
{
    (void)state;
    write_conf("roles = deliver");
    pid_t pid = supervise(all, ARRAY_LEN(all), supervisor_run);
    await(diary, "start 0 info", 1);
    write_conf("roles = deliver, scan\nlog_level = debug\n[scan]\nworkers = 1");
    kill(pid, SIGHUP);
    await(diary, "start 0 debug", 2);
    assert_int_equal(count(diary, "end"), 1);
    assert_int_equal(stop(pid), 0);
    assert_int_equal(count(diary, "end"), 3);
}

static void hup_with_a_bad_file_changes_nothing_but_the_log(void **state)
{
    (void)state;
    write_conf("roles = deliver");
    pid_t pid = supervise(all, ARRAY_LEN(all), supervisor_run);
    await(diary, "start", 1);
    write_conf("roles = delivre");
    kill(pid, SIGHUP);
    await(log_path, "the old configuration holds", 1);
    assert_int_equal(count(log_path, "'delivre' is none of mailbox, scan, deliver, web"), 1);
    assert_int_equal(count(diary, "end"), 0);
    assert_int_equal(stop(pid), 0);
    assert_int_equal(count(diary, "start"), 1);
}

/* The orphans come to us; whoever else does is let go too. */
static bool gone_within(pid_t pid, int ms)
{
    for (int64_t end = clock_mono_ms() + ms; kill(pid, 0) == 0; usleep(2000)) {
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
        if (clock_mono_ms() > end)
            return false;
    }
    return true;
}

static void a_killed_supervisor_leaves_no_child(void **state)
{
    (void)state;
    write_conf("roles = mailbox, scan, deliver\n[scan]\nworkers = 2");
    pid_t pid = supervise(all, ARRAY_LEN(all), supervisor_run);
    await(diary, "pid", 5);
    kill(pid, SIGKILL);
    assert_int_equal(ending(pid), 1000 + SIGKILL);
    int n = 0;
    for (const char *p = slurp(diary); (p = strstr(p, "pid ")); p++, n++)
        assert_true(gone_within((pid_t)atoi(p + 4), 5000));
    assert_int_equal(n, 5);
}

static void a_role_wakes_all_processes_of_another(void **state)
{
    static const struct role *const list[] = {&scanners, &waker};
    (void)state;
    write_conf("roles = scan, deliver\n[scan]\nworkers = 2");
    pid_t pid = supervise(list, 2, supervisor_run);
    await(diary, "woken 0", 1);
    await(diary, "woken 1", 1);
    assert_int_equal(stop(pid), 0);
}

static void a_role_that_gives_up_for_now_is_tried_again(void **state)
{
    static const struct role *const list[] = {&quitter};
    (void)state;
    write_conf("roles = deliver");
    pid_t pid = supervise(list, 1, supervisor_run);
    await(diary, "start", 3);
    assert_int_equal(stop(pid), 0);
    assert_true(count(log_path, "gave up for now") >= 2);
}

static void at_rest_it_uses_no_processor(void **state)
{
    struct rusage used;
    (void)state;
    write_conf("roles = deliver");
    pid_t pid = supervise(all, ARRAY_LEN(all), supervisor_run);
    await(diary, "start", 1);
    usleep(600000);
    kill(pid, SIGTERM);
    assert_int_equal(wait4(pid, NULL, 0, &used), pid);
    long ms = (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000 +
              (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000;
    assert_true(ms < 300); /* a loop without a wait would have used 600 */
}

/* Stands for systemd: what comes in by the socket goes into a file of lines. */
static pid_t listen_as_systemd(int fd, const char *heard)
{
    char message[512];
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    FILE *f = fopen(heard, "w");
    for (ssize_t n; f && (n = recv(fd, message, sizeof message, 0)) > 0; fflush(f))
        fprintf(f, "%.*s\n", (int)n, message);
    _exit(0);
}

/* The number behind the last of these words. */
static int64_t last_number(const char *path, const char *words)
{
    char text[1 << 14];
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = 0;
    fclose(f);
    const char *last = NULL;
    for (const char *p = text; (p = strstr(p, words)); p++)
        last = p;
    assert_non_null(last);
    return strtoll(last + strlen(words), NULL, 10);
}

enum { RELOADS = 5 };

static void systemd_hears_ready_watchdog_and_stopping(void **state)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char heard[64];
    (void)state;
    snprintf(address.sun_path, sizeof address.sun_path, "%s/n", folder);
    snprintf(heard, sizeof heard, "%s/heard", folder);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    pid_t listener = listen_as_systemd(fd, heard);
    setenv("NOTIFY_SOCKET", address.sun_path, 1);
    setenv("WATCHDOG_USEC", "100000", 1);
    write_conf("roles = deliver");
    pid_t pid = supervise(all, ARRAY_LEN(all), supervisor_run);
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    await(heard, "READY=1", 1);
    await(heard, "WATCHDOG=1", 3);
    await(heard, "STATUS=at work: 1 running", 1);
    for (int i = 0; i < RELOADS; i++) { /* systemd does not believe a time before its own signal */
        int64_t us = clock_mono_us();
        kill(pid, SIGHUP);
        await(heard, "RELOADING=1\nMONOTONIC_USEC=", i + 1);
        await(heard, "READY=1", i + 2);
        assert_true(last_number(heard, "MONOTONIC_USEC=") >= us);
    }
    assert_int_equal(stop(pid), 0);
    await(heard, "STOPPING=1", 1);
    kill(listener, SIGKILL);
    waitpid(listener, NULL, 0);
    close(fd);
    unlink(address.sun_path);
    unlink(heard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_process_for_each_mailbox_and_worker_and_all_are_drained),
        cmocka_unit_test(only_the_roles_of_the_configuration_run),
        cmocka_unit_test(what_dies_is_started_again_after_growing_waits),
        cmocka_unit_test(a_role_that_cannot_run_as_configured_is_left_alone),
        cmocka_unit_test(it_is_tried_again_later_while_another_role_runs),
        cmocka_unit_test(with_no_role_left_the_supervisor_ends_with_78),
        cmocka_unit_test(a_configuration_that_cannot_be_obeyed_ends_with_78_and_says_why),
        cmocka_unit_test(a_machine_without_a_descriptor_left_is_worth_another_try),
        cmocka_unit_test(a_role_that_does_not_end_is_killed_when_its_time_is_over),
        cmocka_unit_test(a_second_signal_kills_at_once),
        cmocka_unit_test(hup_with_a_good_file_restarts_the_roles_with_it),
        cmocka_unit_test(hup_with_a_bad_file_changes_nothing_but_the_log),
        cmocka_unit_test(a_killed_supervisor_leaves_no_child),
        cmocka_unit_test(a_role_wakes_all_processes_of_another),
        cmocka_unit_test(a_role_that_gives_up_for_now_is_tried_again),
        cmocka_unit_test(at_rest_it_uses_no_processor),
        cmocka_unit_test(systemd_hears_ready_watchdog_and_stopping),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
