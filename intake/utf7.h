/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Modified UTF-7: how IMAP spells mailbox names that are not ASCII. */
#ifndef INTAKE_UTF7_H
#define INTAKE_UTF7_H

#include "base/arena.h"
#include "base/err.h"

enum { FOLDER_NAME_MAX = 255 }; /* bytes of a folder's name in UTF-8 */

/* The name as the server spells it; lives in a.
 * err  FATAL invalid UTF-8, a control character, empty, or over FOLDER_NAME_MAX
 * see  RFC 3501 5.1.3 */
bool utf7_encode(struct arena *a, const char *name, char **out, struct err *err) MUST_CHECK;

#endif
