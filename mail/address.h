/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The mailboxes of a From header (RFC 5322 3.4), as real mailers write them. */
#ifndef MAIL_ADDRESS_H
#define MAIL_ADDRESS_H

#include "base/arena.h"
#include <stdbool.h>
#include <stdint.h>

struct mailboxes {
    uint32_t n;       /* how many different mailboxes the header names, groups opened */
    const char *addr; /* the first: local@domain, domain in small letters; NULL where the grammar of
                         address_valid (compose.h) does not allow it */
    const char *name; /* its display name, decoded; NULL where none */
};

/* raw: the value as it stands behind the colon, n bytes. Quoted strings, comments, groups, routes
 * and encoded words are understood; a comma inside an unquoted name parts nothing. */
void mailboxes_read(struct arena *a, const char *raw, size_t n, struct mailboxes *out);

#endif
