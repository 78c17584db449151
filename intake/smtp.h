/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Sending one mail, fully rendered, by libcurl: certificate and host name verified, SMTPUTF8. */
#ifndef INTAKE_SMTP_H
#define INTAKE_SMTP_H

#include "base/err.h"
#include "config/config.h"

struct smtp; /* opaque: keeps its connection between mails */

bool smtp_open(const struct config *c, struct smtp **out, struct err *err) MUST_CHECK;
void smtp_close(struct smtp *s);
void smtp_closep(struct smtp **s);

/* Connect, verify, sign in and say NOOP: whether mail could be sent, without sending any. err as of
 * smtp_send */
bool smtp_check(const struct config *c, struct err *err) MUST_CHECK;

/* envelope_from "" is the null return-path.
 * reply_out  the server's last line, cleaned, at most n bytes
 * err  RETRY 4xx, unreachable, certificate not verified; UNSURE the connection broke after the data
 * was sent; REFUSE 5xx: final */
bool smtp_send(struct smtp *s, const char *envelope_from, const char *rcpt, const void *body,
               size_t n_body, char *reply_out, size_t n_reply, struct err *err) MUST_CHECK;

#endif
