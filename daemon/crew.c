/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The processes of one configuration. A child knows that it shall end by the end of a pipe that the
 * supervisor holds open, so that no message can be lost, and dies with the supervisor (PDEATHSIG).
 */
#include "daemon/crew.h"

#include "base/clock.h"
#include "base/log.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static uint32_t count_of(const struct config *c, const struct role *role)
{
    if (role->count == ROLE_PER_MAILBOX)
        return c->n_mailboxes;
    if (role->count == ROLE_ONE)
        return 1;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return c->scan_workers > 0 ? (uint32_t)c->scan_workers : cores > 1 ? (uint32_t)cores - 1 : 1;
}

static void make_label(const struct config *c, struct hand *h)
{
    if (h->role->count == ROLE_PER_MAILBOX)
        snprintf(h->label, sizeof h->label, "%s:%s", h->role->name, c->mailbox[h->index].name);
    else if (h->role->count == ROLE_PER_WORKER)
        snprintf(h->label, sizeof h->label, "%s:%u", h->role->name, h->index);
    else
        snprintf(h->label, sizeof h->label, "%s", h->role->name);
}

static bool add_hand(struct crew *c, const struct role *role, uint32_t index, struct err *err)
{
    struct hand *h = &c->hands[c->n];
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0)
        return err_set(err, ERR_RETRY, "no descriptor for role %s: %s", role->name,
                       strerror(errno));
    *h = (struct hand){.role = role, .index = index, .wake_fd = fd};
    make_label(c->config, h);
    c->wakes[c->n++] = (struct role_wake){.role = role->name, .fd = fd};
    return true;
}

bool crew_init(struct arena *a, struct crew *c, const struct role *const *wanted, size_t n_wanted,
               struct err *err)
{
    int stop[2];
    c->stop_read = c->stop_write = -1;
    c->hands = arena_array(a, CREW_MAX, sizeof *c->hands);
    c->wakes = arena_array(a, CREW_MAX, sizeof *c->wakes);
    if (pipe2(stop, O_CLOEXEC) < 0)
        return err_set(err, ERR_RETRY, "no pipe for the roles: %s", strerror(errno));
    c->stop_read = stop[0];
    c->stop_write = stop[1];
    for (size_t i = 0; i < n_wanted; i++) {
        if (!config_has_role(c->config, wanted[i]->name))
            continue;
        if (!config_check_role(c->config, wanted[i]->name, err))
            return false;
        uint32_t n = count_of(c->config, wanted[i]);
        for (uint32_t k = 0; k < n; k++)
            if (!add_hand(c, wanted[i], k, err))
                return false;
    }
    return true;
}

void crew_fini(struct crew *c)
{
    for (uint32_t i = 0; i < c->n; i++) {
        if (c->hands[i].state == HAND_RUNNING && kill(c->hands[i].pid, SIGKILL) == 0)
            (void)waitpid(c->hands[i].pid, NULL, 0);
        close(c->hands[i].wake_fd);
    }
    fd_closep(&c->stop_read);
    fd_closep(&c->stop_write);
    c->n = 0;
}

/* In the child: signals as the world knows them, the supervisor's descriptors gone. Ctrl-C reaches
 * the whole terminal group; the supervisor answers it for all. */
static void become_role(const struct crew *c, const struct hand *h, pid_t parent)
{
    char name[16];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(ROLE_RETRY);
    snprintf(name, sizeof name, "tw:%s", h->role->name);
    prctl(PR_SET_NAME, name);
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    sigprocmask(SIG_SETMASK, c->child_mask, NULL);
    for (size_t i = 0; i < c->n_close_fds; i++)
        close(c->close_fds[i]);
    close(c->stop_write);
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    log_set_role(h->label);
}

static void back_off(struct crew *c, struct hand *h)
{
    int64_t now = clock_mono_ms();
    if (now - h->started_ms >= c->times.settled_ms || h->backoff_ms == 0)
        h->backoff_ms = c->times.backoff_first_ms;
    h->state = HAND_WAITING;
    h->start_at_ms = now + clock_jitter_ms(h->backoff_ms);
    h->backoff_ms =
        h->backoff_ms > c->times.backoff_max_ms / 2 ? c->times.backoff_max_ms : h->backoff_ms * 2;
}

static void start(struct crew *c, struct hand *h)
{
    pid_t parent = getpid();
    fflush(NULL);
    h->started_ms = clock_mono_ms();
    pid_t pid = fork();
    if (pid < 0) {
        log_event(LOG_LEVEL_ERROR, "supervise", "child", h->label, "what", "cannot fork", "why",
                  strerror(errno), NULL);
        back_off(c, h);
        return;
    }
    if (pid == 0) {
        struct role_context context = {.config = c->config,
                                       .index = h->index,
                                       .once = c->once,
                                       .stop_fd = c->stop_read,
                                       .wake_fd = h->wake_fd,
                                       .wakes = c->wakes,
                                       .n_wakes = c->n};
        become_role(c, h, parent);
        exit(h->role->run(&context));
    }
    h->pid = pid;
    h->state = HAND_RUNNING;
    char number[16];
    snprintf(number, sizeof number, "%d", (int)pid);
    log_event(LOG_LEVEL_DEBUG, "supervise", "child", h->label, "what", "started", "pid", number,
              NULL);
}

static bool will_start(const struct hand *h)
{
    return h->state == HAND_WAITING || h->state == HAND_REFUSED;
}

void crew_start_due(struct crew *c)
{
    for (uint32_t i = 0; i < c->n && !crew_stopping(c); i++)
        if (will_start(&c->hands[i]) && c->hands[i].start_at_ms <= clock_mono_ms())
            start(c, &c->hands[i]);
}

/* "died of signal 11 (Segmentation fault)" */
static void tell_end(const struct crew *c, const struct hand *h, int status)
{
    char why[96], wait[32] = "";
    enum log_level level = LOG_LEVEL_WARN;
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (code < 0)
        snprintf(why, sizeof why, "died of signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else if (code == ROLE_DONE || code == ROLE_WORKED)
        snprintf(why, sizeof why, "ended");
    else if (code == ROLE_CONFIG)
        snprintf(why, sizeof why, "cannot run as configured: see its own line above");
    else if (code == ROLE_RETRY)
        snprintf(why, sizeof why, "gave up for now: see its own line above");
    else
        snprintf(why, sizeof why, "ended with status %d", code);
    bool expected = (code == ROLE_DONE || code == ROLE_WORKED) && (crew_stopping(c) || c->once);
    if (expected)
        level = LOG_LEVEL_DEBUG;
    else if (h->state == HAND_OVER || h->state == HAND_REFUSED)
        level = LOG_LEVEL_ERROR;
    if (will_start(h))
        snprintf(wait, sizeof wait, "%.1f", (double)(h->start_at_ms - clock_mono_ms()) / 1000);
    log_event(level, "supervise", "child", h->label, "what", why, "again_in_s", *wait ? wait : NULL,
              NULL);
}

/* What it misses may be there later: a full disk has room again, a file gets its right mode. */
static void refuse(struct crew *c, struct hand *h)
{
    h->state = HAND_REFUSED;
    h->start_at_ms = clock_mono_ms() + c->times.refused_ms;
}

/* What a status means for the place: over, or wait and start again. */
static void judge_end(struct crew *c, struct hand *h, int status)
{
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    bool good = code == ROLE_DONE || code == ROLE_WORKED;
    bool crashed = !good && code != ROLE_RETRY && code != ROLE_CONFIG;
    h->n_crashes += crashed;
    h->state = HAND_OVER;
    c->worked |= code == ROLE_WORKED;
    if (crew_stopping(c))
        c->failed |= !good;
    else if (code == ROLE_CONFIG && !c->once)
        refuse(c, h);
    else if (!c->once || (crashed && h->n_crashes < CREW_ONCE_CRASHES_MAX))
        back_off(c, h);
    else
        c->failed |= !good;
}

bool crew_reaped(struct crew *c, pid_t pid, int status)
{
    for (uint32_t i = 0; i < c->n; i++) {
        struct hand *h = &c->hands[i];
        if (h->state != HAND_RUNNING || h->pid != pid)
            continue;
        judge_end(c, h, status);
        tell_end(c, h, status);
        return true;
    }
    return false;
}

void crew_stop(struct crew *c)
{
    if (crew_stopping(c))
        return;
    fd_closep(&c->stop_write);
    c->kill_at_ms = clock_mono_ms() + c->times.grace_ms;
    for (uint32_t i = 0; i < c->n; i++)
        if (will_start(&c->hands[i]))
            c->hands[i].state = HAND_OVER;
}

void crew_kill(struct crew *c, const char *why)
{
    for (uint32_t i = 0; i < c->n; i++)
        if (c->hands[i].state == HAND_RUNNING) {
            log_event(LOG_LEVEL_WARN, "supervise", "child", c->hands[i].label, "what", "killed",
                      "why", why, NULL);
            kill(c->hands[i].pid, SIGKILL);
        }
    c->kill_at_ms = INT64_MAX;
}

void crew_kill_overdue(struct crew *c)
{
    if (crew_stopping(c) && clock_mono_ms() >= c->kill_at_ms)
        crew_kill(c, "it did not end in its time");
}

bool crew_stopping(const struct crew *c)
{
    return c->stop_write < 0;
}

uint32_t crew_count(const struct crew *c, enum hand_state state)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->n; i++)
        n += c->hands[i].state == state;
    return n;
}

int crew_due_ms(const struct crew *c)
{
    int64_t due = crew_stopping(c) ? c->kill_at_ms : INT64_MAX;
    for (uint32_t i = 0; i < c->n; i++)
        if (will_start(&c->hands[i]) && c->hands[i].start_at_ms < due)
            due = c->hands[i].start_at_ms;
    if (due == INT64_MAX)
        return -1;
    int64_t left = due - clock_mono_ms();
    return left < 0 ? 0 : left > 3600000 ? 3600000 : (int)left;
}
