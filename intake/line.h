/* SPDX-License-Identifier: AGPL-3.0-or-later
 * LINE's Messaging API by libcurl: https with the certificate verified; http to this machine only,
 * for tests.
 * see  developers.line.biz: Messaging API reference (push, quota), "Retrying a failed API request":
 *      a retry key is good for 24 hours; 5xx and time-outs are tried again with the same one, 409
 * says that it was accepted before */
#ifndef INTAKE_LINE_H
#define INTAKE_LINE_H

#include "base/err.h"
#include "config/config.h"

struct line; /* opaque: keeps its connection and the token */

enum { LINE_KEY_HOURS = 23 /* a retry key is forgotten after 24 */ };

/* Off: *out is NULL. err  FATAL no token, no group, no file to write */
bool line_open(const struct config *c, struct line **out, struct err *err) MUST_CHECK;
void line_close(struct line *l); /* accepts NULL */
void line_closep(struct line **l);

/* Whether the token is good and the group is one that we are in, without telling it anything. */
bool line_check(const struct config *c, struct err *err) MUST_CHECK;

/* Whether one more message to the group is within this month's quota: it counts once for each
 * member. err  REFUSE it is not, or LINE refuses the question; RETRY it cannot be asked now */
bool line_quota(struct line *l, const char *group, struct err *err) MUST_CHECK;

/* Push one request body under its retry key; mode = file appends it to the file, once for a key.
 * reply_out  one line: what LINE said
 * err  RETRY not now: 5xx, time-out, broken connection, too many requests: the same key again;
 *      REFUSE final: any other 4xx, the month's quota */
bool line_push(struct line *l, const char *retry_key, const void *body, size_t n_body,
               char *reply_out, size_t n_reply, struct err *err) MUST_CHECK;

#endif
