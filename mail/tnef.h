/* SPDX-License-Identifier: AGPL-3.0-or-later
 * winmail.dat: the files that Outlook packs into a TNEF attachment. Runs in the parsing child only:
 * libytnef was not written for strangers. */
#ifndef MAIL_TNEF_H
#define MAIL_TNEF_H

#include <stdbool.h>
#include <stddef.h>

enum { TNEF_FILES_MAX = 200 }; /* files in one TNEF attachment; more are not listed */

/* One file; name in whatever charset it was written, "" for none. */
typedef void tnef_file_fn(void *user, const char *name, const void *bytes, size_t n);

/* Call fn for each file. false: the bytes are no whole TNEF stream, nothing was called. */
bool tnef_files(const void *bytes, size_t n, tnef_file_fn *fn, void *user);

#endif
