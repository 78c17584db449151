/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Agencies, and what tells them: an address, a mail domain, the prefix of a letter number. All are
 * data with dates of validity. */
#ifndef DB_AGENCY_H
#define DB_AGENCY_H

#include "db/calendar.h"

struct agency_mark {
    const char *kind;          /* "address", "domain", "prefix" */
    const char *value;         /* any case; kept folded: "กค 05", "customs.go.th" */
    int64_t from_us, until_us; /* first and last day; TIME_NONE: always, still */
};

struct agency {
    int id;
    const char *code; /* ours, short: "CUSTOMS" */
    const char *name, *short_name;
    const char *contact, *contact_mail; /* the coordinator, "" none */
    int64_t from_us, until_us;          /* first and last day; TIME_NONE: always, still */
    struct agency_mark *marks;          /* filled by agency_list, by kind and value */
    int n_marks;
};

/* ---- whose mail is this? */

struct agency_match {
    int agency_id;         /* 0: not found, or signs disagree */
    const char *how;       /* "address", "domain", "prefix"; "" where agency_id is 0 */
    const char *name;      /* NULL where agency_id is 0 */
    const char *check_why; /* Thai sentence for an officer (ต้องตรวจสอบ); "" nothing to look at */
    bool known;            /* address or domain is a known agency's: the sender can be verified */
};

/* By address, then domain (the longest known one that it ends in), then letter prefix, all as of an
 * instant. Where two of them name different agencies none is taken and check_why says so. A domain
 * of free mail never makes a sender known; a registered address there does.
 * in   from_addr, letter_no: NULL where there is none; letter_no as found, "กค 0518/ว 12" */
bool agency_resolve(struct arena *a, struct db *db, const char *from_addr, const char *letter_no,
                    int64_t as_of_us, struct agency_match *out, struct err *err) MUST_CHECK;

/* A mail domain where anyone may have an address. */
bool agency_free_mail(const char *domain);

/* ---- the table of them */

/* Add an agency, or bring the one of that code to what it says. Marks are left alone.
 * out  its id, and what happened. err  REFUSE code or name not usable */
bool agency_put(struct db *db, const struct agency *g, const char *who, int *id_out,
                enum row_change *out, struct err *err) MUST_CHECK;
/* err  REFUSE not a usable address, domain or prefix; free mail as a domain; the mark is another
 * agency's at the same time */
bool agency_mark_put(struct db *db, int agency_id, const struct agency_mark *m, const char *who,
                     enum row_change *out, struct err *err) MUST_CHECK;
/* Ends a mark with the day until_us; REFUSE there is no such mark. */
bool agency_mark_end(struct db *db, int agency_id, const char *kind, const char *value,
                     int64_t until_us, const char *who, struct err *err) MUST_CHECK;

/* By code; 0: none. */
bool agency_find(struct db *db, const char *code, int *id_out, struct err *err) MUST_CHECK;

struct agencies {
    struct agency *agency;
    int n;
};
/* By code; as_of TIME_NONE: all there ever were. */
bool agency_list(struct arena *a, struct db *db, int64_t as_of_us, struct agencies *out,
                 struct err *err) MUST_CHECK;

#endif
