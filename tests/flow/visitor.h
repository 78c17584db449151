/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Who asks the web role of the real daemon byte by byte, on this machine. Every function fails the
 * test where it cannot do its part. */
#ifndef TESTS_FLOW_VISITOR_H
#define TESTS_FLOW_VISITOR_H

#include "base/buf.h"
#include "tests/flow/daemon.h"

enum { VISITOR_WORD_MAX = 128 };

/* An office whose daemon also serves its pages, on the port, and who works there: "reader" and
 * "officer". web_out: the daemon, for daemon_end. */
struct daemon *visitor_office(int *port_out, pid_t *web_out);
/* A second daemon of the same office with the web role alone, on another port; settings are lines
 * of [web]. */
pid_t visitor_more(struct daemon *d, const char *settings, int *port_out);

int visitor_free_port(void);
int visitor_dial(int port); /* -1: nobody listens there */
void visitor_send(int fd, const char *bytes, size_t n);
/* All that comes until the server closes, or says nothing for so long. */
void visitor_read(int fd, int ms, struct buf *out);
/* The status of the answer that begins there; 0: there is none. */
int visitor_status(const struct buf *answer);

/* One request on a connection of its own. Returns the status, 0: no answer came. cookie: a
 * session's token, or NULL; form: what a browser would send, or NULL. */
int visitor_ask_raw(int port, const char *bytes, size_t n, struct buf *answer);
int visitor_ask(int port, struct buf *answer, const char *method, const char *path,
                const char *cookie, const char *form);

/* What stands between two marks; fails where they do not stand there. */
void visitor_between(const char *text, const char *from, const char *to, char *out, size_t max);

void visitor_sign_in(int port, const char *login, char session_out[VISITOR_WORD_MAX],
                     char csrf_out[VISITOR_WORD_MAX]);

#endif
