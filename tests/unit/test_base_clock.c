/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void iso_instants_read_and_write(void **state)
{
    static const struct {
        const char *text, *back;
    } cases[] = {
        {"2021-04-09", "2021-04-09T00:00:00+07:00"},
        {"2021-04-09T16:30", "2021-04-09T16:30:00+07:00"},
        {"2021-04-09 16:30:59", "2021-04-09T16:30:59+07:00"},
        {"2020-12-31T17:00:00Z", "2021-01-01T00:00:00+07:00"},
        {"2020-12-31T23:59:59.999999+07:00", "2020-12-31T23:59:59+07:00"},
        {"1969-12-31T23:00:00-0300", "1970-01-01T09:00:00+07:00"},
        {"2024-02-29", "2024-02-29T00:00:00+07:00"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t us;
        char text[40];
        assert_true(time_parse_iso(cases[i].text, &us));
        assert_string_equal(time_format_iso(us, text), cases[i].back);
    }
}

static void what_is_no_instant_is_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "2021-4-9",
                                      "2021-02-29",
                                      "2021-13-01",
                                      "2021-04-31",
                                      "2021-04-09T24:00",
                                      "2021-04-09T16:30x",
                                      "2021-04-09T16",
                                      "2021-04-09T16:30:00+99"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        int64_t us;
        assert_false(time_parse_iso(bad[i], &us));
    }
}

static void every_day_of_four_centuries_goes_there_and_back(void **state)
{
    int64_t first;
    (void)state;
    assert_true(time_parse_iso("1800-01-01", &first));
    int weekday = civil_from(first).weekday;
    for (int64_t day = 0; day < 146097; day++) {
        struct civil c = civil_from(first + day * US_PER_DAY);
        assert_true(civil_valid(&c));
        assert_int_equal(civil_to(&c), first + day * US_PER_DAY);
        assert_int_equal(c.weekday, (weekday + day) % 7);
    }
    assert_int_equal(civil_from(0).weekday, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(iso_instants_read_and_write),
        cmocka_unit_test(what_is_no_instant_is_refused),
        cmocka_unit_test(every_day_of_four_centuries_goes_there_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
