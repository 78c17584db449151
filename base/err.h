/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What went wrong: a kind, which is the mail's fate, and one sentence.
 *
 * Every function that can fail returns bool and takes `struct err *` last. The sentence names the
 * thing, what was wrong with it, and what to do. Libraries never log; the caller at the top does.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/cleanup.h"
#include <stdbool.h>

enum err_kind {
    ERR_NONE,
    ERR_RETRY,  /* the world's fault: the mail stays where it is, back off and try again */
    ERR_REFUSE, /* the sender's: set aside, the answer says why */
    ERR_UNSURE, /* a write may have happened: look the key up before repeating it */
    ERR_FATAL,  /* configuration or our bug: stop */
    ERR_N_KINDS
};

enum {
    ERR_TEXT_MAX = 512
}; /* bytes, NUL included; longer sentences are cut at a whole UTF-8 letter */

struct err {
    enum err_kind kind;
    char text[ERR_TEXT_MAX];
    char thai[ERR_TEXT_MAX]; /* the same for people who read a page; "": not told to them */
};

/* err_set(err, kind, fmt, ...): fill err and be false, so that `return err_set(...)` reads well.
 * err may be NULL. err_say(err, REFUSE_…, ...): a refusal of base/refusals.h, in both languages.
 * err_add(err, fmt, ...): put "words: " before the sentence that is there; the kind stays; false.
 * Macros, so that a compiler sees that they are false. */
#define err_set(err, kind, ...) (err_put((err), (kind), __VA_ARGS__), err_false())
#define err_say(err, ...)       (err_put_both((err), __VA_ARGS__), err_false())
#define err_add(err, ...)       (err_prefix((err), __VA_ARGS__), err_false())

static inline bool err_false(void)
{
    return false;
}
void err_put(struct err *err, enum err_kind kind, const char *fmt, ...) PRINTF_LIKE(3, 4);
void err_put_both(struct err *err, const char *en_fmt, const char *th_fmt, ...)
    __attribute__((format(printf, 2, 4), format(printf, 3, 4)));
void err_prefix(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* "retry", "refuse", "unsure", "fatal", "none": the words of the log. */
const char *err_kind_name(enum err_kind kind);

#endif
