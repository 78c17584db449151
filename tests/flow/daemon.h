/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The real thanwelad on a private office: configured, seeded, run. */
#ifndef TESTS_FLOW_DAEMON_H
#define TESTS_FLOW_DAEMON_H

#include "tests/flow/database.h"
#include <sys/types.h>

struct daemon {
    struct arena *a;
    struct office *office;
    const char *conf; /* path of its configuration */
    const char *log;  /* what it said, all runs of it */
};

/* An office with the agencies of script/lib/office.d/people, migrated, keys made. mailboxes as
 * script/lib/office-config reads them, NULL: saraban alone. */
struct daemon *daemon_new(const char *const *office_options, const char *mailboxes);
void daemon_free(struct daemon *d);

/* `thanwelad --once`, with one more NAME=value in its environment (NULL: none). Returns the exit
 * status, or 128 + signal. */
int daemon_once(const struct daemon *d, const char *env);

/* thanwelad in the background, with `--once` or as the service that it is; NULL: d's own
 * configuration. Its processes die with the one returned. */
pid_t daemon_start(const struct daemon *d, const char *conf, bool once);

/* Wait for its end; with a signal, after sending that. Returns as daemon_once. */
int daemon_end(pid_t pid, int signal);

/* Run until nothing is left; fails the test after so many runs. */
void daemon_drain(const struct daemon *d, int runs_max);

/* A program of the build with arguments, its output in out (NULL: dropped). Returns the exit
 * status. */
int daemon_run(const struct daemon *d, struct buf *out, const char *program, ...)
    __attribute__((sentinel));

/* Send by SMTP as an agency does: signed in, over TLS. */
void daemon_send(const struct daemon *d, const char *from, const char *to, const void *mail,
                 size_t n);

#endif
