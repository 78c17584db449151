/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the coordinators' LINE group reads (domain §10): one digest a day, and at once only what has
 * just become late and which deadlines were changed. Numbers, agencies and instants: never a title,
 * a person, a secret matter, a link or a file. */
#ifndef REPORT_LINE_H
#define REPORT_LINE_H

#include "base/buf.h"
#include "base/err.h"
#include "config/config.h"
#include "db/db.h"
#include "db/line.h"

enum {
    LINE_TEXT_MAX = 5000, /* UTF-16 units of one text message: the Messaging API's limit */
    LINE_CASES_MAX = 20,  /* named in one message; the others are counted */
};

/* false: [line] mode is off, nothing is to be told. */
bool line_is_on(const struct config *c);

/* Look for what is new and leave it in the outbox: nothing, or one message of each kind. Its own
 * transaction; may be said by several daemons at once and as often as one likes. */
bool line_news_send(struct db *db, const struct config *c, struct err *err) MUST_CHECK;

/* The day's digest, in the caller's transaction; not a second one on the same day. Nothing where
 * LINE is off. */
bool line_digest_send(struct arena *a, struct db *db, const struct config *c, int64_t as_of_us,
                      struct err *err) MUST_CHECK;

/* The request body of a push: {"to": …, "messages": [{"type": "text", "text": …}]}. Text over the
 * limit is cut at a whole letter and ends in "…". */
void line_body(const char *group, const char *text, struct buf *out);

/* The words, for tests and for reading. */
void line_news_text(struct arena *a, enum line_news news, const struct line_cases *cases,
                    struct buf *out);
void line_digest_text(struct arena *a, const struct line_digest *d, int64_t as_of_us,
                      struct buf *out);

#endif
