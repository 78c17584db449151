/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The Date header, RFC 5322 3.3, with the obsolete forms of 4.3. */
#ifndef MAIL_DATE_H
#define MAIL_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* raw: the value behind the colon, n bytes.
 * us_out        the instant; TIME_NONE where it cannot be read
 * returns       true where the date is as the standard wants it; false where it is unreadable, or
 *               has a Buddhist year (which is then taken off): worth a flag */
bool mail_date_read(const char *raw, size_t n, int64_t *us_out);

#endif
