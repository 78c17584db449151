/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Files that the command line names: read for a child that opens strangers' files, or written. */
#ifndef CLI_LOAD_H
#define CLI_LOAD_H

#include "base/buf.h"
#include "base/err.h"

/* The whole file; what is then looked at cannot change under the looker.
 * err  REFUSE not readable, or not a plain file; the sentence names it */
bool file_load(const char *path, int *fd_out, struct err *err) MUST_CHECK;

/* Write the bytes; "-" is the standard output. err  FATAL it cannot be written */
bool file_save(const char *path, const struct buf *bytes, struct err *err) MUST_CHECK;

#endif
