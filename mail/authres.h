/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Authentication-Results (RFC 8601): did our own mail server vouch for the sender? */
#ifndef MAIL_AUTHRES_H
#define MAIL_AUTHRES_H

#include "mail/mime.h"

enum auth_verdict {
    AUTH_UNKNOWN, /* no header of our authserv-id, or none was configured */
    AUTH_PASS,    /* DMARC passed, or DKIM or SPF passed aligned with the From domain */
    AUTH_FAIL,
};

/* Only the topmost header whose authserv-id is ours counts; every other one is the sender's own
 * words. authserv_id may be NULL or "": AUTH_UNKNOWN. */
enum auth_verdict authres_verdict(const struct mail *m, const char *authserv_id);

#endif
