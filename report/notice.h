/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A notice to the coordinators (ความรู้) and the answer to a question about one (ให้คำปรึกษา), as mails
 * and LINE messages in the outbox, kept with who and when. */
#ifndef REPORT_NOTICE_H
#define REPORT_NOTICE_H

#include "config/config.h"
#include "db/db.h"
#include "db/notice.h"

struct notice_wish {
    const char *who, *subject, *text;
    const char *codes; /* "CGD,CUSTOMS"; "" all */
    bool by_mail, by_line;
};

struct notice_plan {
    struct notice_tos to; /* in the audience; rcpt "" are not reached by mail */
    int n_mails;
    bool by_line; /* wished, and [line] is on */
};

/* What the notice would do. err  REFUSE nobody would be told; no such agency; text that LINE may
 * not or cannot carry (a link to our own pages, over the length) */
bool notice_prepare(struct arena *a, struct db *db, const struct config *c,
                    const struct notice_wish *w, struct notice_plan *out,
                    struct err *err) MUST_CHECK;

/* Do it, in the caller's transaction. */
bool notice_send(struct arena *a, struct db *db, const struct config *c,
                 const struct notice_wish *w, const struct notice_plan *plan, int *id_out,
                 struct err *err) MUST_CHECK;

/* Answer by mail in the question's thread, in the caller's transaction.
 * err  REFUSE the question names no address that can be answered */
bool notice_answer(struct arena *a, struct db *db, const struct config *c,
                   const struct notice_question *q, const char *who, const char *text,
                   struct err *err) MUST_CHECK;

#endif
