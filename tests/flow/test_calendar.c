/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Working days and holidays: the vectors, the odd days, and a day-by-day oracle over random
 * calendars. */
#include "db/calendar.h"
#include "tests/flow/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *iso(struct rules *t, int64_t us)
{
    char text[40];
    return arena_strdup(t->a, time_format_iso(us, text));
}

static int64_t working(struct rules *t, enum working_op op, int64_t from_us, int n,
                       const char *as_of, const char *region)
{
    struct err err = {0};
    int64_t out;
    must(working_time(t->db, op, from_us, n, at(as_of), region, &out, &err), &err);
    return out;
}

static enum working_op op_of(const char *name)
{
    if (strcmp(name, "add") == 0)
        return WORKING_ADD;
    if (strcmp(name, "sub") == 0)
        return WORKING_SUB;
    assert_string_equal(name, "deemed");
    return WORKING_DEEMED;
}

static void every_vector_is_answered_as_written(void **state)
{
    struct rules *t = *state;
    char line[256];
    int n = 0;
    rules_calendar(t);
    FILE *f = fopen(TESTS_DATA "/vectors/working_days_fy2564.csv", "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        char *rest = line, *cell[5];
        if (line[0] == '#')
            continue;
        line[strcspn(line, "\r\n")] = 0;
        for (int i = 0; i < 5; i++)
            assert_non_null(cell[i] = strsep(&rest, ","));
        int64_t got = working(t, op_of(cell[0]), at(cell[1]), atoi(cell[2]), cell[3], "");
        assert_string_equal(iso(t, got), iso(t, at(cell[4])));
        n++;
    }
    fclose(f);
    assert_true(n >= 10);
}

struct odd {
    enum working_op op;
    const char *from;
    int n;
    const char *as_of, *expected;
};

static void odd_days_have_one_answer(void **state)
{
    static const struct odd cases[] = {
        /* the 0th day is the day itself, off or not */
        {WORKING_ADD, "2021-04-13", 0, "2021-09-30", "2021-04-13"},
        {WORKING_SUB, "2021-04-17", 0, "2021-09-30", "2021-04-17"},
        /* from a day off: it does not count, nor does it take one away */
        {WORKING_ADD, "2021-04-10", 1, "2021-09-30", "2021-04-16"},
        {WORKING_ADD, "2021-04-15", 1, "2021-09-30", "2021-04-16"},
        {WORKING_SUB, "2021-04-15", 1, "2021-09-30", "2021-04-09"},
        {WORKING_SUB, "2021-04-16", 1, "2021-09-30", "2021-04-09"},
        {WORKING_SUB, "2021-04-18", 1, "2021-09-30", "2021-04-16"},
        /* over the year's end, the fiscal year's too */
        {WORKING_ADD, "2020-12-29", 2, "2021-09-30", "2021-01-04"},
        {WORKING_SUB, "2021-01-04", 1, "2021-09-30", "2020-12-30"},
        {WORKING_ADD, "2020-09-30", 1, "2021-09-30", "2020-10-01"},
        /* announced later, revoked later: the very day of each is inside and outside */
        {WORKING_ADD, "2021-07-26", 1, "2020-12-28", "2021-07-27"},
        {WORKING_ADD, "2021-07-26", 1, "2020-12-29", "2021-07-29"},
        {WORKING_ADD, "2021-07-26", 1, "2021-05-31", "2021-07-29"},
        {WORKING_ADD, "2021-07-26", 1, "2021-06-01", "2021-07-27"},
        /* office hours: both ends are inside, a second beyond is not */
        {WORKING_DEEMED, "2021-04-09T08:30:00", 0, "2021-09-30", "2021-04-09T08:30:00"},
        {WORKING_DEEMED, "2021-04-09T08:29:59", 0, "2021-09-30", "2021-04-09T08:30:00"},
        {WORKING_DEEMED, "2021-04-09T00:00:00", 0, "2021-09-30", "2021-04-09T08:30:00"},
        {WORKING_DEEMED, "2021-04-09T16:30:01", 0, "2021-09-30", "2021-04-16T08:30:00"},
        {WORKING_DEEMED, "2021-04-14T10:00:00", 0, "2021-09-30", "2021-04-16T08:30:00"},
        {WORKING_DEEMED, "2021-04-14T22:00:00", 0, "2021-09-30", "2021-04-16T08:30:00"},
        {WORKING_DEEMED, "2021-04-17T10:00:00", 0, "2021-09-30", "2021-04-19T08:30:00"},
        {WORKING_DEEMED, "2020-12-31T23:59:59", 0, "2021-09-30", "2021-01-04T08:30:00"},
        {WORKING_DEEMED, "2021-07-27T09:00:00", 0, "2021-05-31", "2021-07-29T08:30:00"},
        {WORKING_DEEMED, "2021-07-27T09:00:00", 0, "2021-06-01", "2021-07-27T09:00:00"},
    };
    struct rules *t = *state;
    rules_calendar(t);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct odd *c = &cases[i];
        int64_t got = working(t, c->op, at(c->from), c->n, c->as_of, "");
        assert_string_equal(iso(t, got), iso(t, at(c->expected)));
    }
}

static void a_regional_holiday_counts_in_its_region_alone(void **state)
{
    struct rules *t = *state;
    struct err err = {0};
    enum row_change change;
    int version;
    struct holiday h = {.date_us = at("2021-05-25"),
                        .name = "วันหยุดภาคใต้",
                        .kind = "regional",
                        .region = "south",
                        .source = "",
                        .announced_us = TIME_NONE,
                        .revoked_us = TIME_NONE};
    must(calendar_change(t->db, "test", "south", &version, &err), &err);
    must(holiday_put(t->db, version, &h, "test", &change, &err), &err);
    int64_t monday = at("2021-05-24");
    assert_int_equal(working(t, WORKING_ADD, monday, 1, "2021-05-01", ""), at("2021-05-25"));
    assert_int_equal(working(t, WORKING_ADD, monday, 1, "2021-05-01", "north"), at("2021-05-25"));
    assert_int_equal(working(t, WORKING_ADD, monday, 1, "2021-05-01", "south"), at("2021-05-26"));
    assert_int_equal(working(t, WORKING_ADD, monday, 1, "2021-05-01", NULL), at("2021-05-25"));
    struct office_rules rules = {.receipt_basis = "entered", .region = "south", .soon_days = 3};
    must(office_rules_put(t->db, &rules, &err), &err);
    assert_int_equal(working(t, WORKING_ADD, monday, 1, "2021-05-01", NULL), at("2021-05-26"));
}

static void two_holidays_on_one_day_are_one_day_off(void **state)
{
    struct rules *t = *state;
    rules_sql(t, "insert into calendar_version (who, why) values ('t', 't')");
    rules_sql(t, "insert into holiday (date, name, kind, version) select d::date, n, 'annual',"
                 " (select max(version) from calendar_version) from (values ('2021-05-25'),"
                 " ('2021-05-29')) v(d), (values ('a'), ('b')) w(n)");
    assert_int_equal(working(t, WORKING_ADD, at("2021-05-24"), 1, "2021-09-30", ""),
                     at("2021-05-26"));
    assert_int_equal(working(t, WORKING_ADD, at("2021-05-28"), 1, "2021-09-30", ""),
                     at("2021-05-31"));
    assert_int_equal(working(t, WORKING_SUB, at("2021-05-31"), 1, "2021-09-30", ""),
                     at("2021-05-28"));
}

static void a_calendar_without_holidays_has_weekends(void **state)
{
    struct rules *t = *state;
    assert_int_equal(working(t, WORKING_ADD, at("2021-04-09"), 3, "2021-09-30", ""),
                     at("2021-04-14"));
    assert_int_equal(working(t, WORKING_ADD, at("2021-04-09"), WORKING_DAYS_MAX, "2021-09-30", ""),
                     at("2059-08-08"));
}

static void a_negative_or_huge_number_of_days_is_refused(void **state)
{
    struct rules *t = *state;
    struct err err = {0};
    int64_t out;
    static const int bad[] = {-1, WORKING_DAYS_MAX + 1};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_false(working_time(t->db, WORKING_ADD, at("2021-04-09"), bad[i], at("2021-04-09"),
                                  "", &out, &err));
        assert_int_equal(err.kind, ERR_REFUSE);
        rules_refused(t, "select working_day_add('2021-04-09', %d)", bad[i]);
    }
}

/* ---------------------------------------------------------------- against an oracle */

enum { ORACLE_DAYS = 500, ORACLE_ROUNDS = 6, ORACLE_QUESTIONS = 150 };

struct oracle {
    bool off[ORACLE_DAYS]; /* from 2020-10-01, a Thursday */
};

static bool oracle_off(const struct oracle *o, int day)
{
    assert_true(day >= 0 && day < ORACLE_DAYS);
    return o->off[day] || (day + 4) % 7 == 0 || (day + 4) % 7 == 6;
}

static int oracle_step(const struct oracle *o, int day, int n, int by)
{
    while (n > 0)
        if (!oracle_off(o, day += by))
            n--;
    return day;
}

static void random_calendar(struct rules *t, struct oracle *o, unsigned *seed)
{
    *o = (struct oracle){0};
    rules_sql(t, "update holiday set revoked_at = announced_at");
    rules_sql(t, "insert into calendar_version (who, why) values ('t', 't')");
    int dense = 2 + rand_r(seed) % 30;
    for (int day = 0; day < ORACLE_DAYS; day++) {
        if (rand_r(seed) % dense != 0)
            continue;
        o->off[day] = true;
        rules_sql(t,
                  "insert into holiday (date, name, kind, announced_at, version) select date"
                  " '2020-10-01' + %d, 'x' || %d, 'special', '2020-01-01', max(version) from"
                  " calendar_version",
                  day, (int)*seed);
    }
}

static void random_calendars_agree_with_counting_day_by_day(void **state)
{
    struct rules *t = *state;
    struct oracle o;
    unsigned seed = 2564;
    int64_t first = at("2020-10-01");
    for (int round = 0; round < ORACLE_ROUNDS; round++) {
        random_calendar(t, &o, &seed);
        for (int i = 0; i < ORACLE_QUESTIONS; i++) {
            int from = 150 + rand_r(&seed) % 200, n = rand_r(&seed) % 30;
            int64_t us = first + from * US_PER_DAY;
            int64_t after = working(t, WORKING_ADD, us, n, "2021-09-30", "");
            int64_t before = working(t, WORKING_SUB, us, n, "2021-09-30", "");
            assert_int_equal((after - first) / US_PER_DAY, oracle_step(&o, from, n, 1));
            assert_int_equal((before - first) / US_PER_DAY, oracle_step(&o, from, n, -1));
            if (!oracle_off(&o, from)) /* there and back */
                assert_int_equal(working(t, WORKING_SUB, after, n, "2021-09-30", ""), us);
        }
    }
}

static void minutes_of_office_hours_add_up(void **state)
{
    static const struct {
        const char *a, *b;
        int minutes;
    } cases[] = {
        {"2021-04-09T16:00", "2021-04-09T16:30", 30},
        {"2021-04-09T16:00", "2021-04-16T08:31", 31},
        {"2021-04-09T16:30", "2021-04-16T08:30", 0},
        {"2021-04-09T08:30", "2021-04-09T16:30", 480},
        {"2021-04-08T00:00", "2021-04-10T00:00", 960},
        {"2021-04-10T00:00", "2021-04-15T23:00", 0},
        {"2021-04-09T12:00:00", "2021-04-09T12:00:01", 1},
        {"2021-04-09T12:00", "2021-04-09T11:00", 0},
        {"2020-12-30T16:00", "2021-01-04T09:00", 60},
    };
    struct rules *t = *state;
    rules_calendar(t);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(atoi(rules_sql(t, "select working_minutes_between('%s+07', '%s+07')",
                                        cases[i].a, cases[i].b)),
                         cases[i].minutes);
}

/* ---------------------------------------------------------------- versions and settings */

static void the_same_holiday_twice_changes_nothing(void **state)
{
    struct rules *t = *state;
    struct err err = {0};
    enum row_change change;
    int version, n;
    rules_calendar(t);
    struct holiday h = {.date_us = at("2021-08-12"),
                        .name = "วันแม่แห่งชาติ",
                        .kind = "annual",
                        .region = "",
                        .source = "",
                        .announced_us = TIME_NONE,
                        .revoked_us = TIME_NONE};
    const char *events = rules_sql(t, "select count(*) from event");
    must(calendar_change(t->db, "test", "again", &version, &err), &err);
    must(holiday_put(t->db, version, &h, "test", &change, &err), &err);
    assert_int_equal(change, ROW_SAME);
    assert_string_equal(rules_sql(t, "select count(*) from event"), events);
    must(holiday_revoke(t->db, version, &h, at("2021-05-01"), "test", &n, &err), &err);
    assert_int_equal(n, 1);
    must(holiday_revoke(t->db, version, &h, at("2021-05-02"), "test", &n, &err), &err);
    assert_int_equal(n, 0);
    assert_int_equal(working(t, WORKING_ADD, at("2021-08-11"), 1, "2021-04-30", ""),
                     at("2021-08-13"));
    assert_int_equal(working(t, WORKING_ADD, at("2021-08-11"), 1, "2021-05-01", ""),
                     at("2021-08-12"));
}

static void a_corrected_row_replaces_and_a_new_announcement_stands_beside(void **state)
{
    struct rules *t = *state;
    struct err err = {0};
    enum row_change change;
    int version, n;
    struct holiday h = {.date_us = at("2021-08-20"),
                        .name = "กรณีพิเศษ",
                        .kind = "special",
                        .region = "",
                        .source = "",
                        .announced_us = TIME_NONE,
                        .revoked_us = TIME_NONE};
    must(calendar_change(t->db, "test", "x", &version, &err), &err);
    must(holiday_put(t->db, version, &h, "test", &change, &err), &err);
    h.announced_us = at("2021-03-01"); /* the file was wrong */
    must(holiday_put(t->db, version, &h, "test", &change, &err), &err);
    assert_int_equal(change, ROW_CHANGED);
    assert_int_equal(working(t, WORKING_ADD, at("2021-08-19"), 1, "2021-02-28", ""),
                     at("2021-08-20"));
    must(holiday_revoke(t->db, version, &h, at("2021-05-01"), "test", &n, &err), &err);
    h.announced_us = at("2021-06-01"); /* announced again */
    must(holiday_put(t->db, version, &h, "test", &change, &err), &err);
    assert_int_equal(change, ROW_ADDED);
    static const struct {
        const char *as_of, *next;
    } cases[] = {
        {"2021-04-30", "2021-08-23"}, {"2021-05-31", "2021-08-20"}, {"2021-06-01", "2021-08-23"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(working(t, WORKING_ADD, at("2021-08-19"), 1, cases[i].as_of, ""),
                         at(cases[i].next));
}

static void a_holiday_that_contradicts_itself_is_refused(void **state)
{
    struct rules *t = *state;
    static const struct holiday bad[] = {
        {.name = "x",
         .kind = "yearly",
         .region = "",
         .announced_us = TIME_NONE,
         .revoked_us = TIME_NONE},
        {.name = "",
         .kind = "annual",
         .region = "",
         .announced_us = TIME_NONE,
         .revoked_us = TIME_NONE},
        {.name = "x",
         .kind = "regional",
         .region = "",
         .announced_us = TIME_NONE,
         .revoked_us = TIME_NONE},
        {.name = "x",
         .kind = "annual",
         .region = "south",
         .announced_us = TIME_NONE,
         .revoked_us = TIME_NONE},
        {.name = "x", .kind = "annual", .region = "", .announced_us = 2, .revoked_us = 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct err err = {0};
        enum row_change change;
        assert_false(holiday_put(t->db, 1, &bad[i], "test", &change, &err));
        assert_int_equal(err.kind, ERR_REFUSE);
    }
}

static void the_version_of_an_instant_is_the_one_that_held(void **state)
{
    struct rules *t = *state;
    struct err err = {0};
    int first, second, got;
    rules_now(t, "2021-01-01T09:00");
    must(calendar_change(t->db, "test", "one", &first, &err), &err);
    rules_now(t, "2021-02-01T09:00");
    must(calendar_change(t->db, "test", "two", &second, &err), &err);
    assert_true(second > first);
    must(calendar_version(t->db, at("2020-12-31"), &got, &err), &err);
    assert_int_equal(got, 0);
    must(calendar_version(t->db, at("2021-01-31"), &got, &err), &err);
    assert_int_equal(got, first);
    must(calendar_version(t->db, at("2021-02-01T09:00"), &got, &err), &err);
    assert_int_equal(got, second);
}

static void a_changed_setting_leaves_the_past_as_it_was(void **state)
{
    struct rules *t = *state;
    struct err err = {0};
    struct office_rules rules = {.receipt_basis = "deemed", .region = "", .soon_days = 3};
    must(office_rules_put(t->db, &rules, &err), &err);
    assert_string_equal(rules_sql(t, "select office_setting_of('receipt_basis', '1999-01-01')"),
                        "deemed");
    rules.receipt_basis = "entered";
    rules_now(t, "2021-10-01");
    must(office_rules_put(t->db, &rules, &err), &err);
    must(office_rules_put(t->db, &rules, &err), &err);
    assert_string_equal(rules_sql(t, "select office_setting_of('receipt_basis', '2021-09-30')"),
                        "deemed");
    assert_string_equal(rules_sql(t, "select office_setting_of('receipt_basis', '2021-10-02')"),
                        "entered");
    assert_string_equal(rules_sql(t, "select count(*) from office_setting"), "4");
    rules_refused(t, "update office_setting set value = 'entered'");
}

#define RULE(f) cmocka_unit_test_setup_teardown(f, rules_begin, rules_rollback)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE(every_vector_is_answered_as_written),
        RULE(odd_days_have_one_answer),
        RULE(a_regional_holiday_counts_in_its_region_alone),
        RULE(two_holidays_on_one_day_are_one_day_off),
        RULE(a_calendar_without_holidays_has_weekends),
        RULE(a_negative_or_huge_number_of_days_is_refused),
        RULE(random_calendars_agree_with_counting_day_by_day),
        RULE(minutes_of_office_hours_add_up),
        RULE(the_same_holiday_twice_changes_nothing),
        RULE(a_corrected_row_replaces_and_a_new_announcement_stands_beside),
        RULE(a_holiday_that_contradicts_itself_is_refused),
        RULE(the_version_of_an_instant_is_the_one_that_held),
        RULE(a_changed_setting_leaves_the_past_as_it_was),
    };
    return cmocka_run_group_tests(tests, rules_start, rules_stop);
}
