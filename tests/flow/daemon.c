/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The real thanwelad on a private office. See daemon.h. */
#include "tests/flow/daemon.h"

#include "base/buf.h"
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { ARGS_MAX = 40, AGENCIES = 9 };

static const char *const agencies[AGENCIES][3] = {
    {"MOF", "สำนักงานปลัดกระทรวงการคลัง", "mof.go.th"},
    {"TREASURY", "กรมธนารักษ์", "treasury.go.th"},
    {"CGD", "กรมบัญชีกลาง", "cgd.go.th"},
    {"CUSTOMS", "กรมศุลกากร", "customs.go.th"},
    {"EXCISE", "กรมสรรพสามิต", "excise.go.th"},
    {"RD", "กรมสรรพากร", "rd.go.th"},
    {"SEPO", "สำนักงานคณะกรรมการนโยบายรัฐวิสาหกิจ", "sepo.go.th"},
    {"PDMO", "สำนักงานบริหารหนี้สาธารณะ", "pdmo.go.th"},
    {"FPO", "สำนักงานเศรษฐกิจการคลัง", "fpo.go.th"},
};

/* Run argv; its output goes into a pipe, or with out_fd >= 0 to that descriptor. */
static int spawn(const char *const *argv, const char *env, int out_fd, struct buf *out)
{
    int pipe_fd[2];
    assert_int_equal(pipe2(pipe_fd, O_CLOEXEC), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        char *copy = env ? strdup(env) : NULL;
        if (copy)
            putenv(copy);
        dup2(out_fd >= 0 ? out_fd : pipe_fd[1], STDOUT_FILENO);
        if (out_fd >= 0)
            dup2(out_fd, STDERR_FILENO);
        execvp(argv[0], (char *const *)(uintptr_t)argv); /* exec changes nothing */
        _exit(127);
    }
    close(pipe_fd[1]);
    char bytes[4096];
    for (ssize_t n; (n = read(pipe_fd[0], bytes, sizeof bytes)) > 0;)
        if (out)
            buf_add(out, bytes, (size_t)n);
    close(pipe_fd[0]);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void seed_agencies(const struct office *o)
{
    struct db *db CLEANUP(db_closep) = database_open_owner(o);
    for (int i = 0; i < AGENCIES; i++) {
        char sql[512];
        snprintf(
            sql, sizeof sql,
            "with a as (insert into agency (code, name_th) values ('%s', '%s') returning id)"
            " insert into agency_mark (agency_id, kind, value) select id, 'domain', '%s' from a",
            agencies[i][0], agencies[i][1], agencies[i][2]);
        database_run(db, sql);
    }
}

struct daemon *daemon_new(const char *const *office_options, const char *mailboxes)
{
    struct arena *a = arena_new();
    struct daemon *d = arena_alloc(a, sizeof *d);
    d->a = a;
    d->office = office_start(office_options);
    const char *folder = office_path(a, d->office, "thanwela");
    d->conf = arena_printf(a, "%s/thanwela.conf", folder);
    d->log = arena_printf(a, "%s/log", folder);
    if (mailboxes)
        setenv("MAILBOXES", mailboxes, 1);
    else
        unsetenv("MAILBOXES");
    const char *argv[] = {CHECKOUT "/script/lib/office-config", office_path(a, d->office, "."),
                          PROGRAMS, folder, NULL};
    assert_int_equal(spawn(argv, NULL, -1, NULL), 0);
    assert_int_equal(daemon_run(d, NULL, "thanwela", "migrate", NULL), 0);
    seed_agencies(d->office);
    return d;
}

void daemon_free(struct daemon *d)
{
    if (!d)
        return;
    office_stop(d->office);
    arena_free(d->a);
}

int daemon_run(const struct daemon *d, struct buf *out, const char *program, ...)
{
    const char *argv[ARGS_MAX] = {arena_printf(d->a, "%s/%s", PROGRAMS, program), "-c", d->conf};
    int n = 3;
    va_list args;
    va_start(args, program);
    while (n < ARGS_MAX - 1 && (argv[n] = va_arg(args, const char *)))
        n++;
    va_end(args);
    return spawn(argv, NULL, -1, out);
}

int daemon_once(const struct daemon *d, const char *env)
{
    const char *argv[] = {PROGRAMS "/thanwelad", "-c", d->conf, "--once", NULL};
    int log CLEANUP(fd_closep) = open(d->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    assert_true(log >= 0);
    return spawn(argv, env, log, NULL);
}

pid_t daemon_start(const struct daemon *d, const char *conf, bool once)
{
    int log CLEANUP(fd_closep) = open(d->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    assert_true(log >= 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(log, STDOUT_FILENO);
        dup2(log, STDERR_FILENO);
        execl(PROGRAMS "/thanwelad", "thanwelad", "-c", conf ? conf : d->conf,
              once ? "--once" : (char *)NULL, (char *)NULL);
        _exit(127);
    }
    return pid;
}

int daemon_end(pid_t pid, int signal)
{
    int status;
    if (signal)
        kill(pid, signal);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void daemon_drain(const struct daemon *d, int runs_max)
{
    int status = 1;
    for (int i = 0; i < runs_max && status != 0; i++)
        status = daemon_once(d, NULL);
    if (status != 0)
        fail_msg("thanwelad --once ended with %d: see %s", status, d->log);
}

void daemon_send(const struct daemon *d, const char *from, const char *to, const void *mail,
                 size_t n)
{
    char path[] = "/tmp/thanwela-mail-XXXXXX", secret[128] = "";
    int fd CLEANUP(fd_closep) = mkostemp(path, O_CLOEXEC);
    assert_int_equal(write(fd, mail, n), n);
    int secret_fd CLEANUP(fd_closep) =
        open(office_password_file(d->a, d->office, from), O_RDONLY | O_CLOEXEC);
    assert_true(read(secret_fd, secret, sizeof secret - 1) > 0);
    secret[strcspn(secret, "\n")] = 0;
    const char *argv[] = {"curl",
                          "-sS",
                          "--ssl-reqd",
                          "--cacert",
                          office_get(d->office, "CA_FILE"),
                          "--url",
                          arena_printf(d->a, "smtp://localhost:%s/client.example",
                                       office_get(d->office, "SMTP_PORT")),
                          "--user",
                          arena_printf(d->a, "%s:%s", from, secret),
                          "--mail-from",
                          from,
                          "--mail-rcpt",
                          to,
                          "--upload-file",
                          path,
                          NULL};
    int status = spawn(argv, NULL, -1, NULL);
    unlink(path);
    assert_int_equal(status, 0);
}
