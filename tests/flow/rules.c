/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A database for tests of the rules. See rules.h. */
#include "tests/flow/rules.h"

#include "db/calendar.h"
#include "db/query.h"
#include "tests/flow/database.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void must(bool ok, const struct err *err)
{
    if (!ok)
        fail_msg("%s", err->text);
}

int64_t at(const char *iso)
{
    int64_t us;
    if (!time_parse_iso(iso, &us))
        fail_msg("%s is no instant", iso);
    return us;
}

int rules_start(void **state)
{
    static const char *const options[] = {"--parts", "postgres", NULL};
    struct rules *t = calloc(1, sizeof *t);
    assert_non_null(t);
    t->office = office_start(options);
    database_migrate(t->office);
    t->db = database_open(t->office);
    *state = t;
    return 0;
}

int rules_stop(void **state)
{
    struct rules *t = *state;
    db_close(t->db);
    office_stop(t->office);
    free(t);
    return 0;
}

int rules_begin(void **state)
{
    struct rules *t = *state;
    struct err err = {0};
    t->a = arena_new();
    must(db_begin(t->db, &err), &err);
    rules_now(t, "2021-09-30");
    return 0;
}

int rules_rollback(void **state)
{
    struct rules *t = *state;
    db_rollback(t->db);
    arena_free(t->a);
    t->a = NULL;
    return 0;
}

PRINTF_LIKE(4, 0)
static bool run(struct rules *t, struct err *err, const char **out, const char *fmt, va_list args)
{
    struct rows r CLEANUP(rows_fini) = {0};
    const char *sql = arena_vprintf(t->a, fmt, args);
    if (!db_query(t->db, sql, NULL, &r, err))
        return false;
    *out = r.n ? arena_strdup(t->a, row_text(&r, 0, 0)) : "";
    return true;
}

const char *rules_sql(struct rules *t, const char *fmt, ...)
{
    const char *out = "";
    struct err err = {0};
    va_list args;
    va_start(args, fmt);
    bool ok = run(t, &err, &out, fmt, args);
    va_end(args);
    must(ok, &err);
    return out;
}

const char *rules_refused(struct rules *t, const char *fmt, ...)
{
    const char *out = "";
    struct err err = {0};
    va_list args;
    rules_sql(t, "savepoint before_refusal");
    va_start(args, fmt);
    bool ok = run(t, &err, &out, fmt, args);
    va_end(args);
    assert_false(ok);
    rules_sql(t, "rollback to savepoint before_refusal");
    return arena_strdup(t->a, err.text);
}

void rules_now(struct rules *t, const char *iso)
{
    char text[40];
    rules_sql(t, "select set_config('thanwela.now', '%s', true)", time_format_iso(at(iso), text));
}

static int64_t at_or_none(const char *iso)
{
    return *iso ? at(iso) : TIME_NONE;
}

void rules_calendar(struct rules *t)
{
    struct err err = {0};
    char line[512];
    int version;
    FILE *f = fopen(TESTS_DATA "/vectors/holidays_fy2564.csv", "r");
    assert_non_null(f);
    must(calendar_change(t->db, "test", "vectors", &version, &err), &err);
    while (fgets(line, sizeof line, f)) {
        char *rest = line, *cell[5];
        if (line[0] == '#')
            continue;
        line[strcspn(line, "\r\n")] = 0;
        for (int i = 0; i < 5; i++)
            assert_non_null(cell[i] = strsep(&rest, ","));
        struct holiday h = {.date_us = at(cell[0]),
                            .name = cell[1],
                            .kind = cell[2],
                            .region = "",
                            .source = "",
                            .announced_us = at_or_none(cell[3]),
                            .revoked_us = at_or_none(cell[4])};
        enum row_change change;
        must(holiday_put(t->db, version, &h, "test", &change, &err), &err);
        assert_int_equal(change, ROW_ADDED);
    }
    fclose(f);
}
