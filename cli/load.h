/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A file named on the command line → a memfd, for a child that opens strangers' files. */
#ifndef CLI_LOAD_H
#define CLI_LOAD_H

#include "base/err.h"

/* The whole file; what is then looked at cannot change under the looker.
 * err  REFUSE not readable, or not a plain file; the sentence names it */
bool file_load(const char *path, int *fd_out, struct err *err) MUST_CHECK;

#endif
