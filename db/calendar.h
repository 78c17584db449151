/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The office's calendar: holidays with announcement and revocation, working days as of an instant,
 * and what the rules read of the configuration. Days are their first instant in Bangkok.
 *
 * Here and in agency.h, meeting.h, matter.h and deadline.h whatever changes something does so in
 * the caller's transaction (db_begin first) and writes its event there; a dry run rolls back. */
#ifndef DB_CALENDAR_H
#define DB_CALENDAR_H

#include "db/db.h"

enum { WORKING_DAYS_MAX = 10000 }; /* of one count */

/* ---- what the rules in the database read of the configuration */

struct office_rules {
    const char *receipt_basis; /* "entered" or "deemed" */
    const char *region;        /* regional holidays that count here, "" none */
    int soon_days;             /* working days, 0-99 */
};

/* Written by every program that has read its configuration. A changed value holds from now on: the
 * past is judged by the value that held then. The first value holds for all time. */
bool office_rules_put(struct db *db, const struct office_rules *rules, struct err *err) MUST_CHECK;

/* ---- working days */

enum working_op {
    WORKING_ADD,   /* the n-th working day after the day of from; n = 0: that day itself */
    WORKING_SUB,   /* the n-th before */
    WORKING_DEEMED /* from moved into office hours; n is not read */
};

/* What counts is what had been announced, and not revoked, by as_of. region NULL: the office's. */
bool working_time(struct db *db, enum working_op op, int64_t from_us, int n, int64_t as_of_us,
                  const char *region, int64_t *out_us, struct err *err) MUST_CHECK;

/* ---- holidays */

struct holiday {
    int64_t date_us;
    const char *name;
    const char *kind;     /* "annual", "substitute", "special", "regional" */
    const char *region;   /* "" the whole country; only of regional ones, and theirs is not "" */
    const char *source;   /* the document that says so, or "" */
    int64_t announced_us; /* TIME_NONE: known always */
    int64_t revoked_us;   /* TIME_NONE: it stands */
    int version;          /* of the calendar that brought it; filled when read */
};

/* A set of changes entered together. Inside the caller's transaction: it takes the lock that keeps
 * versions in order. */
bool calendar_change(struct db *db, const char *who, const char *why, int *version_out,
                     struct err *err) MUST_CHECK;

enum row_change { ROW_SAME, ROW_ADDED, ROW_CHANGED };

/* Announce a holiday, or bring one that stands (same date, name and region) to what h says; one
 * that was revoked before h was announced stays on record beside it. err  REFUSE h contradicts
 * itself */
bool holiday_put(struct db *db, int version, const struct holiday *h, const char *who,
                 enum row_change *out, struct err *err) MUST_CHECK;

/* Every holiday of that day and region that stands is revoked at an instant; name NULL: any.
 * out  how many; 0 is success */
bool holiday_revoke(struct db *db, int version, const struct holiday *which, int64_t at_us,
                    const char *who, int *n_out, struct err *err) MUST_CHECK;

struct holidays {
    struct holiday *holiday;
    int n;
};
/* By date, the days from_us to to_us; revoked ones too. */
bool holiday_list(struct arena *a, struct db *db, int64_t from_us, int64_t to_us,
                  struct holidays *out, struct err *err) MUST_CHECK;

/* The version at an instant; 0 before the first. */
bool calendar_version(struct db *db, int64_t as_of_us, int *out, struct err *err) MUST_CHECK;

#endif
