/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A small office for tests of judging: one matter, one agency that owes an answer, items that come
 * in at chosen instants. */
#ifndef TESTS_FLOW_OWED_H
#define TESTS_FLOW_OWED_H

#include "db/deadline.h"
#include "db/judge.h"
#include "tests/flow/rules.h"

struct owed {
    int agency_id;
    int64_t matter_id, expectation_id;
    int meeting_id; /* 0: none */
};

/* Customs owes an answer to matter 1/2564, known since 1 Apr 2564, received that day; the clock
 * stands there. meeting: start of a Cabinet meeting 3 working days before which, 12:00, papers are
 * taken; NULL: none. */
struct owed owed_new(struct rules *t, const char *meeting);
/* One more agency, with its own expectation of the same matter. */
struct owed owed_by(struct rules *t, const struct owed *o, const char *code);

/* A document that entered then, of the agency and matter; sql: more assignments ("is_complete =
 * false"), NULL none. Gives its id. */
int64_t owed_item(struct rules *t, const struct owed *o, const char *entered, const char *sql);

/* An explicit date or instant of a letter (level 2), or any rule; gives what was entered. */
struct deadline owed_until(struct rules *t, const struct owed *o, const char *iso);
struct deadline owed_rule(struct rules *t, const struct owed *o, struct deadline_rule rule);
/* N working days more; entered at the running clock. */
struct deadline owed_extend(struct rules *t, const struct owed *o, int days, bool erases);

struct judgement owed_judge(struct rules *t, const struct owed *o, const char *as_of);
struct judgement item_judge(struct rules *t, int64_t item_id, const char *as_of);
/* One rule of each level, on the calendar of the vectors. */
struct deadline_rule owed_level(enum deadline_level level, int meeting_id);

#endif
