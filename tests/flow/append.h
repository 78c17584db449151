/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A small IMAP client that puts mails into a mailbox as they came on another day: APPEND with an
 * INTERNALDATE, over TLS that is verified. */
#ifndef TESTS_FLOW_APPEND_H
#define TESTS_FLOW_APPEND_H

#include "tests/flow/office.h"
#include <stddef.h>
#include <stdint.h>

struct append; /* opaque: one session */

/* Sign in to the mailbox of address; fails the test where it cannot. */
struct append *append_open(const struct office *o, const char *address);
/* Into its INBOX, as entered at that instant (whole seconds). */
void append_mail(struct append *s, const void *bytes, size_t n, int64_t entered_us);
void append_close(struct append *s); /* accepts NULL */

#endif
