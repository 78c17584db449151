/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The whole daemon, and a clock that is somewhere else, jumps over New Year or goes back: a number
 * is of the right year in Bangkok, or there is none until the clock is right again. */
#include "tests/flow/daemon.h"
#include "tests/flow/pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char box[] = "saraban@mof.example", clerk[] = "saraban@customs.go.th";

struct office_clock { /* cmocka's state */
    struct daemon *d;
    struct db *db; /* as superuser */
    int n_letters;
};

static void connect_again(struct office_clock *c)
{
    db_close(c->db);
    c->db = database_open_superuser(c->d->office);
}

static int start(void **state)
{
    struct office_clock *c = calloc(1, sizeof *c);
    assert_non_null(c);
    c->d = daemon_new(NULL, NULL);
    connect_again(c);
    *state = c;
    return 0;
}

static int stop(void **state)
{
    struct office_clock *c = *state;
    db_close(c->db);
    daemon_free(c->d);
    free(c);
    return 0;
}

static void deliver(struct office_clock *c)
{
    char mail[512];
    int i = ++c->n_letters;
    int n = snprintf(mail, sizeof mail,
                     "Authentication-Results: mx.mof.example; auth=pass; spf=pass smtp.mailfrom=%s"
                     "\r\nFrom: %s\r\nTo: %s\r\nMessage-ID: <clock-%d@test>\r\nSubject: letter %d"
                     "\r\n\r\nletter %d\r\n",
                     clerk, clerk, box, i, i, i);
    office_deliver(c->d->office, box, mail, (size_t)n);
}

/* One letter at that time; status of the daemon's run. NULL: the real time. */
static int letter_at(struct office_clock *c, const char *now)
{
    char env[64];
    snprintf(env, sizeof env, "THANWELA_NOW=%s", now ? now : "");
    deliver(c);
    return daemon_once(c->d, now ? env : NULL);
}

static void last_is(const struct office_clock *c, int year, int no)
{
    assert_int_equal(database_int(c->db, "select year from item order by id desc limit 1"), year);
    assert_int_equal(database_int(c->db, "select no from item order by id desc limit 1"), no);
    assert_int_equal(database_int(c->db, "select extract(year from registered_at at time zone"
                                         " 'Asia/Bangkok')::int + 543 from item order by id desc"
                                         " limit 1"),
                     year);
}

/* Nothing was given, the letter lies where it lay, and nothing is wrong. */
static void is_refused(struct office_clock *c, int status)
{
    assert_int_not_equal(status, 0);
    assert_int_equal(office_count(c->d->office, box, ""), 1);
    database_is_sound(c->db);
}

/* In New York it is still the old year, in Tokyo it has been the new one for two hours. The years
 * go on, because a clock that goes back gives no number. */
static void the_year_turns_in_bangkok_wherever_the_host_is(void **state)
{
    static const char *const zones[] = {"America/New_York", "Asia/Tokyo", "Pacific/Kiritimati",
                                        "UTC"};
    struct office_clock *c = *state;
    for (size_t i = 0; i < ARRAY_LEN(zones); i++) {
        char before[40], after[40], sql[96];
        int year = 2010 + (int)i;
        snprintf(sql, sizeof sql, "alter role thanwela set timezone = '%s'", zones[i]);
        database_run(c->db, sql);
        setenv("TZ", zones[i], 1);
        snprintf(before, sizeof before, "%d-12-31T23:59:59+07:00", year);
        snprintf(after, sizeof after, "%d-01-01T00:00:00+07:00", year + 1);
        assert_int_equal(letter_at(c, before), 0);
        last_is(c, year + 543, i ? 2 : 1);
        assert_int_equal(letter_at(c, after), 0);
        last_is(c, year + 544, 1);
        unsetenv("TZ");
    }
    database_run(c->db, "alter role thanwela reset timezone");
    database_is_sound(c->db);
}

static void a_clock_set_back_gives_no_number_until_it_is_right(void **state)
{
    struct office_clock *c = *state;
    static const char *const wrong[] = {
        "2015-03-03T10:00:00+07:00", /* a day back */
        "2014-12-31T23:00:00+07:00", /* over New Year */
        "1970-01-01T07:00:01+07:00", /* an empty battery */
    };
    assert_int_equal(letter_at(c, "2015-03-04T10:00:00+07:00"), 0);
    last_is(c, 2558, 1);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        is_refused(c, letter_at(c, wrong[i]));
        char env[64];
        snprintf(env, sizeof env, "THANWELA_NOW=2015-03-04T1%zu:00:00+07:00", i + 1);
        assert_int_equal(daemon_once(c->d, env), 0);
        last_is(c, 2558, 2 + (int)i);
    }
    database_is_sound(c->db);
}

/* The server's own clock, by which leases and claims run as well. */
static void a_database_server_set_back_a_day_gives_no_number(void **state)
{
    struct office_clock *c = *state;
    assert_int_equal(letter_at(c, NULL), 0);
    int64_t n = database_int(c->db, "select count(*) from item");
    pair_run(c->d->office, "kill postgres");
    setenv("LD_PRELOAD", PROGRAMS "/tests/libyesterday.so", 1);
    pair_run(c->d->office, "start postgres");
    unsetenv("LD_PRELOAD");
    connect_again(c);
    assert_int_not_equal(database_int(c->db, "select (max(registered_at) > clock_timestamp())::int"
                                             " from item"),
                         0);
    is_refused(c, letter_at(c, NULL));
    assert_int_equal(database_int(c->db, "select count(*) from item"), n);
    pair_run(c->d->office, "kill postgres");
    pair_run(c->d->office, "start postgres");
    connect_again(c);
    daemon_drain(c->d, 3);
    assert_int_equal(database_int(c->db, "select count(*) from item"), n + 1);
    database_is_sound(c->db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_year_turns_in_bangkok_wherever_the_host_is),
        cmocka_unit_test(a_clock_set_back_gives_no_number_until_it_is_right),
        cmocka_unit_test(a_database_server_set_back_a_day_gives_no_number),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
