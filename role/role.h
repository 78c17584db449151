/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A role: one kind of work that thanwelad does in processes of its own. The supervisor forks one
 * for each mailbox, the configured number of scan workers, and one of every other; it opens no
 * secret, so each process holds only those that its role opens. */
#ifndef ROLE_ROLE_H
#define ROLE_ROLE_H

#include "config/config.h"
#include <stdbool.h>
#include <stdint.h>

/* How a role's process ends. Anything else, a signal too, is a crash. */
enum {
    ROLE_DONE = 0,    /* told to stop and drained; with once: there was nothing to do */
    ROLE_WORKED = 10, /* once: something was done and nothing is left */
    ROLE_RETRY = 75,  /* the world's fault: start again with back-off */
    ROLE_CONFIG = 78, /* configuration: starting again soon would not help. The role logged why */
};

struct role_wake { /* private: how to wake one process */
    const char *role;
    int fd;
};

struct role_context {
    const struct config *config;
    uint32_t index; /* which of config->mailbox; which scan worker from 0; else 0 */
    bool once;      /* end as soon as nothing is left to do */
    int stop_fd; /* readable, and stays so, once the role shall finish what it has in hand and end;
                    so it becomes when the supervisor dies */
    int wake_fd; /* readable when another role made work for this one; role_wait takes the news */
    const struct role_wake *wakes; /* private */
    uint32_t n_wakes;
};

enum role_count { ROLE_ONE, ROLE_PER_MAILBOX, ROLE_PER_WORKER };

struct role {
    const char
        *name; /* a word of [daemon] roles, and of the log: mailbox:saraban, scan:0, deliver */
    enum role_count count;
    int (*run)(const struct role_context *c); /* one of the statuses above */
};

bool role_stopping(const struct role_context *c);

/* Wait for news, at most timeout_ms (-1: as long as it takes).
 * fd  one more descriptor to read from, or -1 */
enum role_news { ROLE_TIME, ROLE_STOP, ROLE_WOKEN, ROLE_FD };
enum role_news role_wait(const struct role_context *c, int fd, int timeout_ms);

/* There is work for every process of that role on this machine; cheap, never blocks. */
void role_wake(const struct role_context *c, const char *role);

#endif
