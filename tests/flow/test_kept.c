/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Statements whose plan a connection keeps, against a real PostgreSQL. */
#include "db/query.h"
#include "tests/flow/database.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct office *office;
static struct db *db;

static int start(void **state)
{
    (void)state;
    office = office_start((const char *const[]){"--parts", "postgres", NULL});
    database_migrate(office);
    db = database_open(office);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    db_close(db);
    office_stop(office);
    return 0;
}

static bool asked(const char *sql, const char *value, const char *expected)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    struct err err = {0};
    param_text(&p, value);
    return db_query_kept(db, sql, &p, &r, &err) && r.n == 1 &&
           strcmp(row_text(&r, 0, 0), expected) == 0;
}

static const char upper_sql[] = "select upper($1)";
static const char twice_sql[] = "select $1::text || $1";
static const char number_sql[] = "select $1::int";

static void a_kept_statement_answers_for_every_value(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_true(asked(upper_sql, "a", "A"));
        assert_true(asked(twice_sql, "ก", "กก"));
        assert_true(asked(upper_sql, "b", "B"));
    }
    assert_int_equal(database_int(db, "select count(*) from pg_prepared_statements"), 2);
}

/* Also one that was first asked in a transaction that was rolled back. */
static void a_kept_statement_outlives_a_failure(void **state)
{
    struct err err = {0};
    (void)state;
    assert_true(db_begin(db, &err));
    assert_true(asked(number_sql, "1", "1"));
    assert_false(asked(number_sql, "x", ""));
    db_rollback(db);
    assert_true(asked(number_sql, "2", "2"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kept_statement_answers_for_every_value),
        cmocka_unit_test(a_kept_statement_outlives_a_failure),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
