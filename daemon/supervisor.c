/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The supervisor's loop: one poll over signals and the next thing due. Everything it does is an
 * answer to a signal (a child ended, stop, read again) or to the clock (start again, kill, tell
 * systemd that we live). The processes themselves are crew.c's. */
#include "daemon/supervisor.h"

#include "base/clock.h"
#include "base/log.h"
#include "daemon/crew.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

enum { ONCE_ROUNDS_MAX = 1000 }; /* a thousand rounds with work in each: mail keeps pouring in */

const struct supervisor_times supervisor_times = {
    .backoff_first_ms = 1000,
    .backoff_max_ms = 300000,
    .refused_ms = 300000,
    .settled_ms = 60000,
    .grace_ms = 30000,
};

struct supervisor {
    const struct supervisor_plan *plan;
    struct arena *a; /* of config; lives as long as the crew that uses it */
    struct config *config;
    struct arena *next_a; /* of the configuration that SIGHUP brought; NULL: none waits */
    struct config *next;
    struct crew crew;
    sigset_t child_mask;
    int signals; /* signalfd */
    bool stopping;
    int64_t alive_every_ms; /* systemd's watchdog; 0: none */
    char status[128];       /* told last */
};

static const char *const level_words[] = {"error", "warn", "info", "debug"};

static void obey_log_level(const struct config *c)
{
    for (size_t i = 0; i < ARRAY_LEN(level_words); i++)
        if (strcmp(level_words[i], c->log_level) == 0)
            log_set_level((enum log_level)i);
}

/* A role that the configuration names must be in this program and have what it needs. */
static bool check_roles(const struct supervisor_plan *plan, const struct config *c, struct err *err)
{
    for (uint32_t i = 0; i < c->roles.n; i++) {
        bool known = false;
        for (size_t k = 0; k < plan->n_roles; k++)
            known |= strcmp(plan->roles[k]->name, c->roles.item[i]) == 0;
        if (!known)
            return err_set(err, ERR_FATAL,
                           "%s: [daemon] roles: this thanwelad was built without the role %s: take "
                           "it out",
                           c->path, c->roles.item[i]);
        if (!config_check_role(c, c->roles.item[i], err))
            return false;
    }
    return c->roles.n > 0 ||
           err_set(err, ERR_FATAL, "%s: [daemon] roles is empty: name what this machine does",
                   c->path);
}

static bool load(const struct supervisor_plan *plan, struct arena **a_out, struct config **out,
                 struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct config *c = arena_alloc(a, sizeof *c);
    if (!config_read(a, plan->conf_path, c, err) || !check_roles(plan, c, err))
        return false;
    *a_out = TAKE(a);
    *out = c;
    return true;
}

static bool catch_signals(struct supervisor *s, struct err *err)
{
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGCHLD);
    sigaddset(&mask, SIGTERM);
    sigaddset(&mask, SIGINT);
    sigaddset(&mask, SIGHUP);
    signal(SIGPIPE, SIG_IGN);
    if (sigprocmask(SIG_BLOCK, &mask, &s->child_mask) < 0)
        return err_set(err, ERR_RETRY, "signals cannot be blocked: %s", strerror(errno));
    s->signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
    return s->signals >= 0 || err_set(err, ERR_RETRY, "signalfd: %s", strerror(errno));
}

/* Places for the roles in wanted, by the configuration that holds. */
static bool hire(struct supervisor *s, const struct role *const *wanted, size_t n_wanted, bool once,
                 struct err *err)
{
    s->crew = (struct crew){.config = s->config,
                            .times = s->plan->times,
                            .once = once,
                            .child_mask = &s->child_mask,
                            .close_fds = &s->signals,
                            .n_close_fds = 1};
    obey_log_level(s->config);
    return crew_init(s->a, &s->crew, wanted, n_wanted, err);
}

/* To systemd, and only what it does not know yet: a send waits where nobody reads. */
static void tell_status(struct supervisor *s)
{
    const struct crew *c = &s->crew;
    const char *what = s->stopping ? "stopping" : s->next ? "reloading" : "at work";
    char status[sizeof s->status];
    snprintf(status, sizeof status, "STATUS=%s: %u running, %u waiting to start again, %u refused",
             what, crew_count(c, HAND_RUNNING), crew_count(c, HAND_WAITING),
             crew_count(c, HAND_REFUSED));
    if (strcmp(status, s->status) != 0)
        sd_notify(0, status);
    memcpy(s->status, status, sizeof status);
    if (s->alive_every_ms)
        sd_notify(0, "WATCHDOG=1");
}

static void on_stop(struct supervisor *s)
{
    if (s->stopping) {
        crew_kill(&s->crew, "told to stop twice");
        return;
    }
    s->stopping = true;
    log_event(LOG_LEVEL_INFO, "supervise", "what", "stopping", NULL);
    sd_notify(0, "STOPPING=1");
    crew_stop(&s->crew);
}

static void on_reload(struct supervisor *s)
{
    struct err err = {0};
    struct arena *a;
    struct config *c;
    if (s->stopping || s->crew.once)
        return;
    /* to the microsecond: systemd takes what is older than its signal for another reload's */
    sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_mono_us());
    if (!load(s->plan, &a, &c, &err)) {
        log_event(LOG_LEVEL_ERROR, "supervise", "what", "the old configuration holds", "why",
                  err.text, NULL);
        sd_notify(0, "READY=1");
        return;
    }
    arena_free(s->next_a);
    s->next_a = a;
    s->next = c;
    log_event(LOG_LEVEL_INFO, "supervise", "what", "new configuration, restarting the roles", NULL);
    crew_stop(&s->crew);
}

static void on_child(struct supervisor *s)
{
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
        (void)crew_reaped(&s->crew, pid, status);
}

static void take_signals(struct supervisor *s)
{
    static const struct {
        uint32_t signal;
        void (*answer)(struct supervisor *s);
    } answers[] = {{SIGCHLD, on_child}, {SIGTERM, on_stop}, {SIGINT, on_stop}, {SIGHUP, on_reload}};
    struct signalfd_siginfo info;
    while (read(s->signals, &info, sizeof info) == (ssize_t)sizeof info)
        for (size_t i = 0; i < ARRAY_LEN(answers); i++)
            if (answers[i].signal == info.ssi_signo)
                answers[i].answer(s);
}

/* Until every process of the crew is over. */
static void watch(struct supervisor *s)
{
    struct crew *c = &s->crew;
    for (;;) {
        crew_start_due(c);
        crew_kill_overdue(c);
        if (crew_count(c, HAND_OVER) + crew_count(c, HAND_REFUSED) == c->n)
            return;
        tell_status(s);
        int64_t wait_ms = crew_due_ms(c);
        if (s->alive_every_ms && (wait_ms < 0 || wait_ms > s->alive_every_ms))
            wait_ms = s->alive_every_ms;
        struct pollfd p = {.fd = s->signals, .events = POLLIN};
        if (poll(&p, 1, (int)wait_ms) > 0)
            take_signals(s);
    }
}

static void take_next_config(struct supervisor *s)
{
    crew_fini(&s->crew);
    arena_free(s->a);
    s->a = TAKE(s->next_a);
    s->config = TAKE(s->next);
}

static int fail(const struct err *err)
{
    log_event(LOG_LEVEL_ERROR, "supervise", "what", "cannot run", "why", err->text, NULL);
    sd_notifyf(0, "STATUS=%s", err->text);
    return err->kind == ERR_RETRY ? ROLE_RETRY : ROLE_CONFIG;
}

static bool open_supervisor(struct supervisor *s, const struct supervisor_plan *plan,
                            struct err *err)
{
    uint64_t watchdog_us = 0;
    *s = (struct supervisor){
        .plan = plan, .signals = -1, .crew = {.stop_read = -1, .stop_write = -1}};
    if (sd_watchdog_enabled(0, &watchdog_us) > 0)
        s->alive_every_ms = (int64_t)watchdog_us / 2000;
    return load(plan, &s->a, &s->config, err) && catch_signals(s, err);
}

static void close_supervisor(struct supervisor *s)
{
    crew_fini(&s->crew);
    arena_free(s->a);
    arena_free(s->next_a);
    fd_closep(&s->signals);
}

int supervisor_run(const struct supervisor_plan *plan)
{
    struct supervisor s CLEANUP(close_supervisor);
    struct err err = {0};
    if (!open_supervisor(&s, plan, &err))
        return fail(&err);
    do {
        if (s.next)
            take_next_config(&s);
        if (!hire(&s, plan->roles, plan->n_roles, false, &err))
            return fail(&err);
        crew_start_due(&s.crew);
        log_event(LOG_LEVEL_INFO, "supervise", "what", "started", "conf", s.config->path, NULL);
        sd_notify(0, "READY=1");
        watch(&s);
    } while (s.next && !s.stopping);
    if (!s.stopping) {
        err_set(&err, ERR_FATAL, "no role can run as configured: see their lines above");
        return fail(&err);
    }
    log_event(LOG_LEVEL_INFO, "supervise", "what", "stopped", NULL);
    return 0;
}

/* One round: each role of the plan to its end. */
static bool run_round(struct supervisor *s, bool *worked_out, bool *failed_out, struct err *err)
{
    *worked_out = *failed_out = false;
    for (size_t i = 0; i < s->plan->n_roles && !s->stopping; i++) {
        if (!hire(s, &s->plan->roles[i], 1, true, err))
            return false;
        watch(s);
        *worked_out |= s->crew.worked;
        *failed_out |= s->crew.failed;
        crew_fini(&s->crew);
    }
    return true;
}

int supervisor_once(const struct supervisor_plan *plan)
{
    struct supervisor s CLEANUP(close_supervisor);
    struct err err = {0};
    bool worked = true, failed = false;
    int rounds = 0;
    if (!open_supervisor(&s, plan, &err))
        return fail(&err);
    for (; worked && !s.stopping && rounds < ONCE_ROUNDS_MAX; rounds++)
        if (!run_round(&s, &worked, &failed, &err))
            return fail(&err);
    if (worked)
        log_event(LOG_LEVEL_ERROR, "supervise", "what",
                  s.stopping ? "stopped before everything was done"
                             : "still finding work after 1000 rounds",
                  NULL);
    else if (failed)
        log_event(LOG_LEVEL_ERROR, "supervise", "what",
                  "a role failed: see its own line above; what it had to do is left", NULL);
    return worked || failed;
}
