/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Matters (เรื่อง) and who is expected to answer them, before and without any mail. */
#ifndef DB_MATTER_H
#define DB_MATTER_H

#include "db/calendar.h"

struct matter {
    int64_t id;
    int year, no;           /* "12/2564": Buddhist; no 0 when adding: the next one */
    const char *class_name; /* "CAB-SUBMIT" … */
    const char *title;
    const char *urgency, *secrecy; /* "" none */
    const char *letter_no;         /* of the letter that asked, "" none */
    int64_t received_us;           /* when the request reached us; TIME_NONE: not known */
    int meeting_id;                /* 0: none */
    int64_t created_us;            /* TIME_NONE when adding: now */
    /* Filled when read: */
    int64_t meeting_us;       /* its start; TIME_NONE: none */
    const char *meeting_body; /* NULL: none */
    const char *agencies;     /* codes of those that are asked: "CUSTOMS; RD" */
};

/* year 0: of created_us. err  REFUSE no such class, no title, the number is taken */
bool matter_add(struct db *db, const struct matter *m, const char *who, int64_t *id_out,
                int *no_out, struct err *err) MUST_CHECK;

/* By number; 0: none. */
bool matter_find(struct db *db, int year, int no, int64_t *id_out, struct err *err) MUST_CHECK;
/* "12/2564", Thai digits too. false: not a matter number; nothing is asked of the database. */
bool matter_no_parse(const char *text, int *year_out, int *no_out);

/* The matter is for that meeting: its expectations get the cut-off as a deadline of level 4. */
bool matter_meet(struct db *db, int64_t matter_id, int meeting_id, const char *who,
                 struct err *err) MUST_CHECK;

/* An agency is expected to answer. Once only: asked again it gives the same id. A matter with a
 * meeting gives it that cut-off. created_us TIME_NONE: now. */
bool expectation_add(struct db *db, int64_t matter_id, int agency_id, int64_t created_us,
                     const char *who, int64_t *id_out, struct err *err) MUST_CHECK;
/* 0: none. */
bool expectation_find(struct db *db, int64_t matter_id, int agency_id, int64_t *id_out,
                      struct err *err) MUST_CHECK;
/* ยกเว้น, with a reason; an empty reason takes the exemption back. */
bool expectation_exempt(struct db *db, int64_t expectation_id, const char *why, const char *who,
                        struct err *err) MUST_CHECK;

struct matter_filter {
    const char *class_name; /* NULL: any */
    int year;               /* 0: any */
    int64_t id;             /* 0: any */
    int limit, offset;      /* limit 0: 1000 */
};
struct matters {
    struct matter *matter;
    int n;
};
/* Newest number first. */
bool matter_list(struct arena *a, struct db *db, const struct matter_filter *f, struct matters *out,
                 struct err *err) MUST_CHECK;

#endif
