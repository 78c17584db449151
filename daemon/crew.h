/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The processes of one configuration: start, back off, stop, count. The supervisor's loop drives
 * it.
 */
#ifndef DAEMON_CREW_H
#define DAEMON_CREW_H

#include "base/arena.h"
#include "base/err.h"
#include "daemon/supervisor.h"
#include <signal.h>
#include <sys/types.h>

enum {
    CREW_MAX = CONFIG_MAILBOXES_MAX + 64 + 2, /* processes */
    CREW_ONCE_CRASHES_MAX =
        5, /* --once: a mail that brings a role down is set aside at the third */
};

enum hand_state {
    HAND_WAITING,
    HAND_RUNNING,
    HAND_REFUSED, /* could not run as configured; tried again as long as another place runs */
    HAND_OVER
};

struct hand { /* one process's place, kept over its restarts */
    const struct role *role;
    uint32_t index;
    char label[64]; /* "mailbox:saraban" */
    enum hand_state state;
    pid_t pid;           /* HAND_RUNNING */
    int64_t started_ms;  /* monotonic */
    int64_t start_at_ms; /* HAND_WAITING, HAND_REFUSED */
    int backoff_ms;      /* of the next death; 0: none yet */
    int n_crashes;
    int wake_fd;
};

struct crew {
    const struct config *config;
    struct supervisor_times times;
    bool once;
    const sigset_t *child_mask; /* signals as they were before the supervisor blocked its own */
    const int *close_fds;       /* the supervisor's own descriptors, closed in children */
    size_t n_close_fds;
    struct hand *hands;
    struct role_wake *wakes;
    uint32_t n;
    int stop_read, stop_write; /* stop_write = -1: stopping */
    int64_t kill_at_ms;        /* while stopping */
    bool worked, failed;       /* once, or while stopping: what the statuses said */
};

/* Places for every process of the roles in `wanted` that the configuration names; none is started
 * yet. The fields before `hands` are filled by the caller. Memory lives in a.
 * err  FATAL a role lacks an option; RETRY the descriptors ran out */
bool crew_init(struct arena *a, struct crew *c, const struct role *const *wanted, size_t n_wanted,
               struct err *err) MUST_CHECK;
void crew_fini(struct crew *c); /* kills what still runs */

void crew_start_due(struct crew *c);
/* One child that waitpid told of; false: none of ours. */
bool crew_reaped(struct crew *c, pid_t pid, int status);

void crew_stop(struct crew *c); /* drain: nothing is started again */
void crew_kill(struct crew *c, const char *why);
/* SIGKILL where the grace time is over. */
void crew_kill_overdue(struct crew *c);

bool crew_stopping(const struct crew *c);
uint32_t crew_count(const struct crew *c, enum hand_state state);
/* Milliseconds until something is due; -1: only a signal can bring news. */
int crew_due_ms(const struct crew *c);

#endif
