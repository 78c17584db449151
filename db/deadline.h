/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Deadlines: versions of what one agency owes to one matter. Nothing is changed, only added; of
 * what was added since the last "none", the newest of the strongest level holds. */
#ifndef DB_DEADLINE_H
#define DB_DEADLINE_H

#include "db/calendar.h"

enum deadline_level { /* precedence: the smaller is the stronger (domain §4) */
                      DEADLINE_OVERRIDE = 1,  /* an officer's word, with reason and document */
                      DEADLINE_EXPLICIT,      /* an instant or date in the requesting letter */
                      DEADLINE_WITHIN,        /* ด่วนภายใน */
                      DEADLINE_MEETING,       /* the cut-off of a meeting */
                      DEADLINE_WORKING_DAYS,  /* N working days from the day after from_us, ending
                                                 16:30 */
                      DEADLINE_CALENDAR_DAYS, /* N days; a last day off rolls to the next working
                                                 day */
                      DEADLINE_NONE           /* ยังไม่กำหนด: what stood before stands no more */
};

struct deadline_rule {
    enum deadline_level level;
    int64_t at_us;        /* levels 1-3: the instant, or the day where has_time is false */
    bool has_time;        /* false: ends when the office closes (16:30) */
    int days;             /* levels 5, 6 */
    int64_t from_us;      /* levels 5, 6: day 0; TIME_NONE: the matter's received_at */
    int meeting_id;       /* level 4 */
    const char *source;   /* the document; level 1 must have one */
    const char *reason;   /* level 1 must have one */
    bool erases_lateness; /* said on record: who missed the earlier due is not late */
    int64_t created_us;   /* TIME_NONE: now */
};

struct deadline {
    int64_t expectation_id;
    int version;
    enum deadline_level level;
    int64_t due_us; /* TIME_NONE: ยังไม่กำหนด */
    const char *basis, *source, *reason;
    bool holds; /* in force when entered */
    bool is_extension, erases_lateness;
    int calendar_version; /* 0: none was used */
    int64_t created_us;
    const char *created_by;
};

/* Enter a deadline. out says whether it holds: a stronger one that stands keeps holding.
 * err  REFUSE what the level needs is missing, or the answer is here whole already and the level is
 * not 1 (closed items are never silently judged again) */
bool deadline_set(struct arena *a, struct db *db, int64_t expectation_id,
                  const struct deadline_rule *rule, const char *who, struct deadline *out,
                  struct err *err) MUST_CHECK;

/* As deadline_set for an import: what the newest version of that level says already is not entered
 * again. */
bool deadline_put(struct arena *a, struct db *db, int64_t expectation_id,
                  const struct deadline_rule *rule, const char *who, enum row_change *out,
                  struct err *err) MUST_CHECK;

struct extension {
    int days;                    /* counted from the day after the original end; 0: at_us */
    bool working;                /* working days; else calendar days, rolled to a working day */
    int64_t at_us;               /* or: the new end */
    bool has_time;               /* */
    const char *source, *reason; /* reason not "" */
    bool erases_lateness;        /* else an extension given after the deadline leaves it missed */
    int64_t created_us;          /* TIME_NONE: now */
};

/* A new version of the deadline that holds, of the same level. err  REFUSE there is none */
bool deadline_extend(struct arena *a, struct db *db, int64_t expectation_id,
                     const struct extension *x, const char *who, struct deadline *out,
                     struct err *err) MUST_CHECK;

struct deadlines {
    struct deadline *deadline;
    int n;
};
/* All versions, oldest first. */
bool deadline_history(struct arena *a, struct db *db, int64_t expectation_id, struct deadlines *out,
                      struct err *err) MUST_CHECK;

struct standing_deadline {               /* in force, with what made it */
    const char *matter_no, *agency_code; /* "12/2564" */
    enum deadline_level level;
    bool is_extension;
    int64_t due_us;
    const char *source, *reason;
    int64_t meeting_us; /* TIME_NONE: hangs on no meeting */
    const char *meeting_body;
    int days; /* with from_us; TIME_NONE: not counted */
    int64_t from_us;
};
struct standing_deadlines {
    struct standing_deadline *row;
    int n;
};
/* By matter and agency. */
bool deadline_standing(struct arena *a, struct db *db, int64_t as_of_us,
                       struct standing_deadlines *out, struct err *err) MUST_CHECK;

/* ---- what a changed calendar would move */

struct deadline_move {
    int64_t expectation_id; /* 0: the cut-off of a meeting */
    int meeting_id;         /* 0: the deadline hangs on no meeting */
    const char *what;       /* "12/2564 กรมศุลกากร", "ประชุม ครม. 20 เม.ย. 64" */
    int64_t due_us, new_due_us;
    const char *basis; /* of the old one */
};
struct deadline_moves {
    struct deadline_move *move;
    int n;
};
/* Open deadlines, and cut-offs of planned meetings, that the calendar as it stands puts elsewhere.
 */
bool deadline_moves(struct arena *a, struct db *db, struct deadline_moves *out,
                    struct err *err) MUST_CHECK;
/* Confirmed: move them all, as new versions with that reason. out  cut-offs and deadlines moved */
bool deadline_move_all(struct db *db, const char *why, const char *who, int *n_out,
                       struct err *err) MUST_CHECK;

#endif
