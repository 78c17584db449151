/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A migrated database for tests. See database.h. */
#include "tests/flow/database.h"

#include "db/event.h"
#include "db/migrate.h"
#include "db/query.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static struct db *open_as(const char *conninfo, const char *password_file)
{
    struct db *db = NULL;
    struct err err = {0};
    if (!db_open_raw(conninfo, password_file, "test", &db, &err) || !db_limit_silence(db, 0, &err))
        fail_msg("%s", err.text);
    return db;
}

struct db *database_open(const struct office *o)
{
    return open_as(office_get(o, "DB_CONNINFO"), office_get(o, "DB_PASSWORD_FILE"));
}

struct db *database_open_owner(const struct office *o)
{
    return open_as(office_get(o, "DB_OWNER_CONNINFO"), office_get(o, "DB_OWNER_PASSWORD_FILE"));
}

struct db *database_open_superuser(const struct office *o)
{
    char conninfo[512];
    snprintf(conninfo, sizeof conninfo, "host=%s dbname=%s user=%s", office_get(o, "DB_HOST"),
             office_get(o, "DB_NAME"), office_get(o, "DB_SUPERUSER"));
    return open_as(conninfo, NULL);
}

void database_migrate(const struct office *o)
{
    struct db *db CLEANUP(db_closep) = database_open_owner(o);
    struct err err = {0};
    int n;
    if (!migrate(db, "thanwela", NULL, NULL, &n, &err))
        fail_msg("%s", err.text);
}

void database_run(struct db *db, const char *sql)
{
    struct err err = {0};
    if (!db_script(db, sql, &err))
        fail_msg("%s: %s", sql, err.text);
}

void database_refuses(struct db *db, const char *sql)
{
    struct err err = {0};
    if (db_script(db, sql, &err))
        fail_msg("%s: was not refused", sql);
}

int64_t database_int(struct db *db, const char *sql)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct err err = {0};
    if (!db_query(db, sql, NULL, &r, &err))
        fail_msg("%s: %s", sql, err.text);
    assert_int_equal(r.n, 1);
    return row_int(&r, 0, 0);
}

void database_is_sound(struct db *db)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct err err = {0};
    int64_t n, broken;
    if (!db_query(db, "select what, ref from violation", NULL, &r, &err))
        fail_msg("%s", err.text);
    if (r.n > 0)
        fail_msg("%d violations, the first: %s %s", r.n, row_text(&r, 0, 0), row_text(&r, 0, 1));
    if (!event_chain_check(db, &n, &broken, &err))
        fail_msg("%s", err.text);
    assert_int_equal(broken, 0);
}
