/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Deadlines and judgements, computed by the database from facts and an as-of instant. Nothing about
 * lateness is stored that could drift. For whole populations see expectation_judgement() and
 * item_judgement() in migrations/0003. */
#ifndef DB_JUDGE_H
#define DB_JUDGE_H

#include "db/db.h"

struct judgement {
    const char *verdict;   /* ON_TIME LATE OVERDUE DUE_SOON PENDING NO_DEADLINE INCOMPLETE EXEMPT */
    const char *label;     /* in Thai: "ทันเวลา", "ทันตามกำหนดใหม่ (เดิมไม่ทัน)" … */
    int64_t due_at_us;     /* TIME_NONE: no deadline */
    const char *basis;     /* where the deadline is from; "" where none */
    const char *why;       /* the one line, Thai, Arabic digits, Buddhist years */
    int64_t late_min;      /* LATE and OVERDUE: minutes; else 0 */
    int64_t late_work_min; /* of them in office hours of working days */
};

/* Until the transaction ends: for the judgement of a few rows the planner takes joins as they are
 * written, which go by indexes; trying every order of a dozen takes longer than the rows do. */
bool judge_as_written(struct db *db, struct err *err) MUST_CHECK;

/* The judgement of one registered item as of an instant. */
bool judge_item(struct db *db, struct arena *a, int64_t item_id, int64_t as_of_us,
                struct judgement *out, struct err *err) MUST_CHECK;

/* The judgement of what one agency owes to one matter. REFUSE it did not exist then. */
bool judge_expectation(struct db *db, struct arena *a, int64_t expectation_id, int64_t as_of_us,
                       struct judgement *out, struct err *err) MUST_CHECK;

/* ---- what all agencies owe */

struct judged { /* one expectation */
    int64_t expectation_id;
    const char *matter_no, *title, *class_name; /* "12/2564" */
    const char *agency_code, *agency;
    struct judgement j;
    int64_t received_us; /* first receipt; TIME_NONE: none */
};
struct judged_list {
    struct judged *row;
    int n;
    int64_t total; /* without limit and offset */
};
struct judged_filter { /* zero: all */
    int64_t as_of_us;
    int64_t matter_id;
    int agency_id;
    int meeting_id; /* of the deadline, or of the matter */
    const char *verdict;
    int limit, offset; /* limit 0: 1000 */
};
/* By due, the undated last. */
bool judge_list(struct db *db, struct arena *a, const struct judged_filter *f,
                struct judged_list *out, struct err *err) MUST_CHECK;

#endif
