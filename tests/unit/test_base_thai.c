/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/clock.h"
#include "base/thai.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void dates_carry_buddhist_years(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    int64_t us;
    (void)state;
    assert_true(time_parse_iso("2021-03-15T10:05", &us));
    assert_string_equal(thai_time(a, us, THAI_DATE_LONG), "15 มีนาคม 2564");
    assert_string_equal(thai_time(a, us, THAI_DATE_SHORT), "15 มี.ค. 64");
    assert_string_equal(thai_time(a, us, THAI_DATE_TIME), "15 มี.ค. 64 10:05");
    assert_string_equal(thai_time(a, us + 7000000, THAI_DATE_SECOND), "15 มี.ค. 64 10:05:07");
    assert_string_equal(thai_time(a, us, THAI_TIME), "10.05 น.");
    assert_string_equal(thai_time(a, us + 7000000, THAI_LONG_SECOND),
                        "15 มีนาคม 2564 เวลา 10.05.07 น.");
    assert_string_equal(thai_time(a, us, THAI_LONG_TIME), "15 มีนาคม 2564 เวลา 10.05 น.");
    assert_string_equal(thai_time(a, TIME_NONE, THAI_TIME), "-");
    assert_string_equal(thai_digits(a, "15/2564 น."), "๑๕/๒๕๖๔ น.");
}

static void folding_compares_what_looks_alike(void **state)
{
    static const struct {
        const char *text, *folded;
    } cases[] = {
        {"ที่ กค ๐๔๑๖.๒/ว ๓๙๓", "ที่ กค 0416.2/ว 393"},
        {"ท\u0e4d\u0e32เนียบ", "ทำเนียบ"},
        {"ทำเนียบ", "ทำเนียบ"},
        {"  a\u200b B\u00a0\t C  ", "a b c"},
        {"", ""},
    };
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_string_equal(thai_fold(a, cases[i].text), cases[i].folded);
}

static void marks_take_no_column(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    assert_int_equal(text_columns("ที่"), 1);
    assert_int_equal(text_columns("กุมภาพันธ์"), 7);
    assert_int_equal(text_columns("น้ำ"), 2);
    assert_string_equal(text_fit(a, "กุมภาพันธ์", 7), "กุมภาพันธ์");
    assert_string_equal(text_fit(a, "ที่ทำการ", 3), "ที่ท…");
    assert_string_equal(text_fit(a, "abc", 0), "");
}

static void strangers_text_is_made_safe(void **state)
{
    static const char bytes[] = "a\0b\x1b[31m\xff\xe2\x80\xae"
                                "ก";
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    assert_string_equal(text_clean(a, bytes, sizeof bytes - 1), "a\ufffdb\ufffd[31m\ufffd\ufffdก");
    assert_true(utf8_valid("ก", 3));
    assert_false(utf8_valid("ก", 2));
    assert_false(utf8_valid("\xed\xa0\x80", 3));
    assert_false(utf8_valid("\xc0\x80", 2));
}

static void what_is_over_its_limit_within_the_minute_shows_its_seconds(void **state)
{
    static const struct {
        const char *at, *limit;
        enum thai_form form;
    } cases[] = {
        {"2021-04-09T12:00:01", "2021-04-09T12:00:00", THAI_DATE_SECOND},
        {"2021-04-09T12:00:59", "2021-04-09T12:00:58", THAI_DATE_SECOND},
        {"2021-04-09T12:00:00", "2021-04-09T12:00:00", THAI_DATE_TIME}, /* in time */
        {"2021-04-09T12:01:00", "2021-04-09T12:00:00", THAI_DATE_TIME}, /* the minute tells */
        {"2021-04-09T11:59:59", "2021-04-09T12:00:00", THAI_DATE_TIME},
        {NULL, "2021-04-09T12:00:00", THAI_DATE_TIME},
        {"2021-04-09T12:00:00", NULL, THAI_DATE_TIME},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t at = TIME_NONE, limit = TIME_NONE;
        assert_true(!cases[i].at || time_parse_iso(cases[i].at, &at));
        assert_true(!cases[i].limit || time_parse_iso(cases[i].limit, &limit));
        assert_int_equal(thai_form_beside(at, limit), cases[i].form);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_carry_buddhist_years),
        cmocka_unit_test(folding_compares_what_looks_alike),
        cmocka_unit_test(marks_take_no_column),
        cmocka_unit_test(strangers_text_is_made_safe),
        cmocka_unit_test(what_is_over_its_limit_within_the_minute_shows_its_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
