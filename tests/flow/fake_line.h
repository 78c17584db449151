/* SPDX-License-Identifier: AGPL-3.0-or-later
 * LINE's Messaging API on loopback, in a thread: it answers as documented, remembers retry keys,
 * and misbehaves as it is told. */
#ifndef TESTS_FLOW_FAKE_LINE_H
#define TESTS_FLOW_FAKE_LINE_H

#include <stdbool.h>

enum { FAKE_LINE_PUSHES_MAX = 64 };

struct fake_push {
    char key[64], body[8192], authorization[128];
};

struct fake_line; /* opaque */

struct fake_line *fake_line_start(void);
void fake_line_stop(struct fake_line *f);
int fake_line_port(const struct fake_line *f);

/* How the next pushes end, one letter each; when they are used up: accepted.
 *   2 accepted   4 400   3 403   9 429 too many requests   m 429 the month's limit
 *   5 500, not accepted     a accepted, yet 500     c accepted, hangs up within the answer
 *   h accepted, says nothing until the client goes    t 200 with an endless body
 * A key that was accepted before is answered 409. */
void fake_line_push_script(struct fake_line *f, const char *letters);
/* quota < 0: type "none". */
void fake_line_quota(struct fake_line *f, int quota, int used, int members);
/* The status of every question but push: 200, 401, 500 … */
void fake_line_status(struct fake_line *f, int status);

/* Pushes heard so far; out holds FAKE_LINE_PUSHES_MAX. */
int fake_line_heard(struct fake_line *f, struct fake_push *out);
/* Messages that readers saw: each key counts once. */
int fake_line_accepted(struct fake_line *f);

#endif
