/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Notices to the coordinators, the questions that came back, and the answers (migrations/0041). */
#ifndef DB_NOTICE_H
#define DB_NOTICE_H

#include "db/db.h"

struct notice {
    int id;
    int64_t at_us;
    const char *who, *subject, *body;
    const char *audience;    /* "all", or codes */
    const char *line_state;  /* of the outbox row: "ready", "sent" …; "" not by LINE */
    const char *line_reply;  /* what LINE said last */
    int n_mails, n_sent;     /* recipients by mail; of them sent */
    int n_questions, n_open; /* of them not answered */
};
struct notices {
    struct notice *notice;
    int n;
};
/* Newest first; id 0: all. */
bool notice_list(struct arena *a, struct db *db, int id, struct notices *out,
                 struct err *err) MUST_CHECK;

struct notice_to { /* a coordinator's address */
    int agency_id;
    const char *agency_code, *agency, *rcpt; /* rcpt "": none is known */
    const char *state, *reply;               /* of the mail, where it is a notice's; "" */
    int64_t sent_us;
};
struct notice_tos {
    struct notice_to *to;
    int n;
};
/* Whom a notice would reach now: agencies in force, by code. codes "" all, else "CGD,CUSTOMS".
 * err  REFUSE a code is none (the sentence names it) */
bool notice_audience(struct arena *a, struct db *db, const char *codes, struct notice_tos *out,
                     struct err *err) MUST_CHECK;
/* Whom a notice went to by mail, and how that stands. */
bool notice_mails(struct arena *a, struct db *db, int id, struct notice_tos *out,
                  struct err *err) MUST_CHECK;

/* The next notice's number, and what belongs to it, in the caller's transaction. */
bool notice_add(struct db *db, const struct notice *n, int *id_out, struct err *err) MUST_CHECK;
bool notice_add_line(struct db *db, int id, int64_t outbox_id, struct err *err) MUST_CHECK;
bool notice_add_mail(struct db *db, int id, const struct notice_to *to, int64_t outbox_id,
                     struct err *err) MUST_CHECK;

struct notice_question {
    int64_t item_id;
    int notice_id;
    const char *register_no, *agency, *from_addr, *subject;
    const char *message_id, *refs; /* of the mail, "" none */
    int64_t asked_us, answered_us; /* TIME_NONE: not answered */
    const char *answered_by, *answer, *answer_state;
};
struct notice_questions {
    struct notice_question *question;
    int n;
};
/* By when they were asked; one row for each answer. notice_id 0 and register_no NULL: all;
 * open_only: those without an answer. Secret ones do not show their subject. */
struct notice_ask {
    int notice_id;
    const char *register_no;
    bool open_only;
};
bool notice_questions(struct arena *a, struct db *db, const struct notice_ask *ask,
                      struct notice_questions *out, struct err *err) MUST_CHECK;

bool notice_add_answer(struct db *db, int64_t item_id, const char *who, const char *body,
                       int64_t outbox_id, struct err *err) MUST_CHECK;

#endif
