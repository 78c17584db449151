/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwelad's first process: starts the roles, starts again what dies, ends them in good order.
 * It opens no secret, no database and no mailbox, and reads no stranger's byte. */
#ifndef DAEMON_SUPERVISOR_H
#define DAEMON_SUPERVISOR_H

#include "role/role.h"

struct supervisor_times {
    int backoff_first_ms; /* before a role that died is started again; doubles each time */
    int backoff_max_ms;   /* but no longer than this; a quarter more or less by chance */
    int refused_ms;       /* before one that could not run as configured is tried again */
    int settled_ms;       /* a role that lived so long begins with the first wait again */
    int grace_ms;         /* from stop to SIGKILL */
};
extern const struct supervisor_times supervisor_times; /* the daemon's; tests have shorter ones */

struct supervisor_plan {
    const char *conf_path;
    const struct role *const *roles;
    size_t n_roles;
    struct supervisor_times times;
};

/* Run the roles that the configuration names until SIGTERM or SIGINT (a second one kills). SIGHUP
 * reads the configuration again: a good one restarts the roles, a bad one is logged and the old one
 * holds. Tells systemd READY, RELOADING, STOPPING, STATUS and WATCHDOG.
 * A role that cannot run as configured is tried again after refused_ms as long as another can.
 * Returns the exit status: 0 stopped as told; ROLE_CONFIG when no role can run; ROLE_RETRY when the
 * machine has no descriptor left for them. */
int supervisor_run(const struct supervisor_plan *plan);

/* Round after round, each role to its end in the order of the plan, until a whole round found
 * nothing to do. Returns 0; 1 when a role failed in the last round or the rounds never ended
 * (logged); ROLE_CONFIG and ROLE_RETRY as above. */
int supervisor_once(const struct supervisor_plan *plan);

#endif
