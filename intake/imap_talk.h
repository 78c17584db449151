/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tagged commands and their answers, line by line: what imap_login.c (the order of things) and
 * imap_auth.c (the mechanisms) share. */
#ifndef INTAKE_IMAP_TALK_H
#define INTAKE_IMAP_TALK_H

#include "base/arena.h"
#include "intake/imap_login.h"

enum {
    TALK_LINES_MAX = 100,    /* lines before an answer */
    TALK_BYTES_MAX = 256000, /* bytes before an answer */
};

enum answer { ANSWER_OK, ANSWER_NO, ANSWER_BAD, ANSWER_MORE /* "+ text" */ };

struct talk {
    struct stream *s;
    struct arena *a;
    const struct config_mailbox *m;
    struct imap_caps caps;
    unsigned tag;  /* of the command under way: "t<tag>" */
    int answer_ms; /* for one answer */
};

/* Send a new command; the line end is added. */
bool talk_send(struct talk *t, struct err *err, const char *fmt, ...) PRINTF_LIKE(3, 4) MUST_CHECK;

/* Send a line inside a command. */
bool talk_more(struct talk *t, const char *line, struct err *err) MUST_CHECK;

/* Read up to the answer; untagged CAPABILITY is taken into t->caps on the way. *text_out is what
 * stands behind OK, NO, BAD or +; lives in t->a. err  RETRY connection, BYE, too many lines */
bool talk_answer(struct talk *t, enum answer *out, const char **text_out,
                 struct err *err) MUST_CHECK;

/* Sign in by the mechanism that the configuration names, or the strongest one. */
bool imap_auth(struct talk *t, struct err *err) MUST_CHECK;

#endif
