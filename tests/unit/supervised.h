/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A supervisor in a process of its own, with small roles that write what they do into one file. */
#ifndef TESTS_UNIT_SUPERVISED_H
#define TESTS_UNIT_SUPERVISED_H

#include "base/arena.h"
#include "base/clock.h"
#include "daemon/supervisor.h"

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
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/thanwela-supervised-XXXXXX";
static char conf[64], diary[64], log_path[64];

#define CONF                                                                                       \
    "[office]\naddr = a@x.th\n[smtp]\nhost = h\n"                                                  \
    "[receipt]\nbase_url = https://x\nkey_file = /k\npublic_key_file = /p\n"                       \
    "[mailbox one]\nhost = h\nlogin = l\npassword_file = /p\n"                                     \
    "[mailbox two]\nhost = h\nlogin = l\npassword_file = /p\n"

static inline void write_conf(const char *rest)
{
    FILE *f = fopen(conf, "w");
    assert_non_null(f);
    fprintf(f, "%s[daemon]\n%s\n", CONF, rest);
    fclose(f);
}

static inline int setup(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(conf, sizeof conf, "%s/t.conf", folder);
    snprintf(diary, sizeof diary, "%s/diary", folder);
    snprintf(log_path, sizeof log_path, "%s/log", folder);
    return prctl(PR_SET_CHILD_SUBREAPER, 1); /* orphans come to us and can be counted */
}

static inline int teardown(void **state)
{
    (void)state;
    unlink(conf);
    unlink(diary);
    unlink(log_path);
    return rmdir(folder);
}

/* From a role: one whole line. */
PRINTF_LIKE(1, 2)
static inline void note(const char *fmt, ...)
{
    char line[128];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    int fd = open(diary, O_WRONLY | O_APPEND | O_CREAT, 0600);
    ssize_t ignored = write(fd, line, (size_t)n);
    (void)ignored;
    close(fd);
}

static inline const char *slurp(const char *path)
{
    static char text[1 << 16];
    FILE *f = fopen(path, "r");
    size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
    if (f)
        fclose(f);
    text[n] = 0;
    return text;
}

static inline int count(const char *path, const char *word)
{
    int n = 0;
    for (const char *p = slurp(path); (p = strstr(p, word)); p += strlen(word))
        n++;
    return n;
}

/* Wait until the file has the word n times; a test that waits in vain fails after 10 s. */
static inline void await(const char *path, const char *word, int n)
{
    for (int64_t end = clock_mono_ms() + 10000; count(path, word) < n; usleep(5000))
        if (clock_mono_ms() > end)
            fail_msg("%s has not %d times '%s':\n%s\nlog:\n%s", path, n, word, slurp(path),
                     slurp(log_path));
}

static inline pid_t supervise(const struct role *const *list, size_t n,
                              int (*how)(const struct supervisor_plan *))
{
    unlink(diary);
    unlink(log_path);
    fflush(NULL);
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int fd = open(log_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(fd, STDERR_FILENO);
    const struct supervisor_plan plan = {
        .conf_path = conf,
        .roles = list,
        .n_roles = n,
        .times = {.backoff_first_ms = 40,
                  .backoff_max_ms = 160,
                  .refused_ms = 900,
                  .settled_ms = 60000,
                  .grace_ms = 400},
    };
    _exit(how(&plan));
}

/* The exit status, or 1000 + signal. */
static inline int ending(pid_t pid)
{
    int status = 0;
    int64_t end = clock_mono_ms() + 20000;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (clock_mono_ms() > end) {
            kill(pid, SIGKILL);
            waitpid(pid, NULL, 0);
            fail_msg("the supervisor did not end:\n%s", slurp(log_path));
        }
        usleep(2000);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static inline int stop(pid_t pid)
{
    kill(pid, SIGTERM);
    return ending(pid);
}

#endif
