/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The people who may sign in, their sessions, and what is kept of each sign-in. Passwords are
 * hashed with Argon2id here; a session's token is known to the visitor alone, the table has its
 * hash. */
#ifndef DB_PERSON_H
#define DB_PERSON_H

#include "db/db.h"

enum {
    PASSWORD_BYTES_MIN = 12,
    PASSWORD_BYTES_MAX = 1024,
    SESSION_IDLE_S = 2 * 3600,  /* unused for so long, it ends */
    SESSION_LIFE_S = 12 * 3600, /* and after a working day in any case */
};

struct person {
    int64_t id;
    const char *login, *name;
    const char *rank; /* "reader", "officer", "admin" */
    bool is_disabled;
    int64_t seen_us; /* of the newest session; TIME_NONE: never */
};

struct people {
    struct person *person;
    int n;
};

/* Each change is one transaction with its event.
 * err  REFUSE login taken or not usable, no such rank, password too short or too long */
bool person_add(struct db *db, const struct person *p, const char *password, const char *who,
                struct err *err) MUST_CHECK;
/* Ends the person's sessions too. err  REFUSE no such login, password as above */
bool person_password(struct db *db, const char *login, const char *password, const char *who,
                     struct err *err) MUST_CHECK;
/* Disabling ends the person's sessions. err  REFUSE no such login */
bool person_disable(struct db *db, const char *login, bool disable, const char *who,
                    struct err *err) MUST_CHECK;
/* By login. */
bool person_list(struct arena *a, struct db *db, struct people *out, struct err *err) MUST_CHECK;

struct session {
    const char *token; /* only of session_open: what the visitor's cookie holds */
    const char *csrf;
    struct person person;
};

enum session_fate {
    SESSION_OPEN,
    SESSION_NONE,   /* no such session, or it has ended */
    SESSION_WRONG,  /* login or password; which of them is not told */
    SESSION_LOCKED, /* too many wrong ones: wait */
};

/* Sign in. What it costs does not depend on whether the login is known.
 * locked_until_out  of SESSION_LOCKED */
bool session_open(struct arena *a, struct db *db, const char *login, const char *password,
                  const char *address, enum session_fate *fate_out, struct session *out,
                  int64_t *locked_until_us_out, struct err *err) MUST_CHECK;
/* The session of a token, and seen now. fate: SESSION_OPEN or SESSION_NONE. */
bool session_find(struct arena *a, struct db *db, const char *token, enum session_fate *fate_out,
                  struct session *out, struct err *err) MUST_CHECK;
/* Who a trusted proxy says is there, without a password. The first look from an address after as
 * long as ends a session is kept as a sign-in.
 * fate: SESSION_OPEN, or SESSION_NONE where no such login is enabled. */
bool session_by_proxy(struct arena *a, struct db *db, const char *login, const char *address,
                      enum session_fate *fate_out, struct person *out, struct err *err) MUST_CHECK;
bool session_close(struct db *db, const char *token, const char *address,
                   struct err *err) MUST_CHECK;

/* A document was opened: kept for ever. who: a login, or "link 7". */
bool access_opened(struct db *db, const char *who, int64_t item_id, int64_t file_id,
                   const char *address, struct err *err) MUST_CHECK;

#endif
