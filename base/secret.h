/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A password or token from a file: never a value in a configuration, an argument or the
 * environment. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "base/arena.h"
#include "base/err.h"

enum { SECRET_MAX = 8192 }; /* bytes of the first line */

/* The first line of a file or, where the path has no slash, of the systemd credential of that name.
 * err  FATAL not readable, empty, too long, or (files) readable by others than the owner's group */
bool secret_read(struct arena *a, const char *path, char **out, struct err *err) MUST_CHECK;

#endif
