/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A database with the schema for tests of the rules: each test in a transaction of its own that is
 * rolled back, with a clock that the test sets. */
#ifndef TESTS_FLOW_RULES_H
#define TESTS_FLOW_RULES_H

#include "base/arena.h"
#include "db/db.h"

struct rules {
    struct office *office;
    struct db *db;
    struct arena *a; /* of the running test */
};

/* cmocka's fixtures: of the group, and of each test. state is a struct rules. */
int rules_start(void **state);
int rules_stop(void **state);
int rules_begin(void **state);
int rules_rollback(void **state);

/* The clock of the rules inside the running transaction; Bangkok where it names no zone. */
void rules_now(struct rules *t, const char *iso);
/* An instant; fails the test where it is none. */
int64_t at(const char *iso);

/* Run one statement, made as by printf; the first cell of its first row as text ("" for NULL or no
 * row), living in t->a. */
const char *rules_sql(struct rules *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* The same, where it must be refused: the sentence. */
const char *rules_refused(struct rules *t, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The calendar of tests/data/vectors, as version 1. */
void rules_calendar(struct rules *t);

/* Fail the test with the sentence unless ok. */
void must(bool ok, const struct err *err);

#endif
