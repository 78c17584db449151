/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwelad --check: can this machine do what its configuration says? */
#ifndef DAEMON_CHECK_H
#define DAEMON_CHECK_H

#include "config/config.h"
#include <stdio.h>

/* Configuration, keys, secrets, database and its schema, mailboxes, mail server: a line each with
 * ok or what to do, on out. Only what the configured roles use is asked. Nothing is changed.
 * Returns 0 nothing wrong, 1 something is, 2 the configuration cannot be read or obeyed. */
int check_run(const char *conf_path, FILE *out);

#endif
