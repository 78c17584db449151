/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A password, token or key from a file: never a value in a configuration, an argument or the
 * environment. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "base/arena.h"
#include "base/err.h"

enum { SECRET_MAX = 8192 }; /* bytes of the first line */

/* Where the secret lies: the path itself or, where it has no slash, the systemd credential of that
 * name; for root outside of a unit, /etc/thanwela/secrets/FILE is the credential secret_FILE.
 * err  FATAL not a file, not readable, or readable by others; RETRY the disk fails while reading */
bool secret_path(struct arena *a, const char *path, char **out, struct err *err) MUST_CHECK;

/* Its first line. err as above, or FATAL empty, or longer than SECRET_MAX */
bool secret_read(struct arena *a, const char *path, char **out, struct err *err) MUST_CHECK;

#endif
