/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A database with the small office of tests/data/report/seed.sql, for tests of what reads it. */
#ifndef TESTS_FLOW_SEEDED_H
#define TESTS_FLOW_SEEDED_H

#include "base/arena.h"
#include "config/config.h"
#include "db/db.h"

struct seeded {
    struct office *office;
    struct db *db;
    struct arena *a; /* of the running test */
    struct config config;
};

/* cmocka's fixtures: of the group, and of each test. state is a struct seeded. */
int seeded_start(void **state);
int seeded_stop(void **state);
int seeded_begin(void **state);
int seeded_end(void **state);

/* Run a file of tests/data/report as the tables' owner. */
void seeded_run(struct seeded *s, const char *file);

/* An instant; fails the test where it is none. */
int64_t seeded_at(const char *iso);

#endif
