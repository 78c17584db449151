/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/thai_date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct found {
    const char *text;
    const char *iso; /* NULL: there is no date */
    bool has_time;
    const char *used; /* the words from start to end; NULL: not looked at */
};

static void check(const struct found *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct thai_when when = {0};
        int64_t want = 0;
        bool found = thai_date_find(cases[i].text, &when);
        if (found != (cases[i].iso != NULL))
            fail_msg("[%s]: %s", cases[i].text, found ? "a date was found" : "no date was found");
        if (!found)
            continue;
        assert_true(time_parse_iso(cases[i].iso, &want));
        char got[40];
        if (when.at_us != want || when.has_time != cases[i].has_time)
            fail_msg("[%s]: %s, time %d", cases[i].text, time_format_iso(when.at_us, got),
                     when.has_time);
        size_t used = (size_t)(when.end - when.start);
        if (cases[i].used &&
            (used != strlen(cases[i].used) || strncmp(when.start, cases[i].used, used) != 0))
            fail_msg("[%s]: used [%.*s]", cases[i].text, (int)used, when.start);
    }
}

static void dates_are_read_in_either_script_and_length(void **state)
{
    static const struct found cases[] = {
        {"๑๕ มีนาคม ๒๕๖๔", "2021-03-15", false, "๑๕ มีนาคม ๒๕๖๔"},
        {"15 มี.ค. 64", "2021-03-15", false, "15 มี.ค. 64"},
        {"ลงวันที่ 15 มี.ค. 64 เรื่อง ขอ", "2021-03-15", false, "15 มี.ค. 64"},
        {"15 มีค 64", "2021-03-15", false, NULL},
        {"15 มี.ค 2564", "2021-03-15", false, NULL},
        {"15มี.ค.64", "2021-03-15", false, "15มี.ค.64"},
        {"๑ ม. ค. ๖๔", "2021-01-01", false, NULL},
        {"วันที่ ๑๕ เดือน มีนาคม พ.ศ. ๒๕๖๔", "2021-03-15", false, NULL},
        {"15\u00a0มีนาคม\u200b 2564", "2021-03-15", false, NULL},
        {"15/3/2564", "2021-03-15", false, "15/3/2564"},
        {"15/03/64", "2021-03-15", false, NULL},
        {"15-03-2564", "2021-03-15", false, NULL},
        {"15.3.2564", "2021-03-15", false, NULL},
        {"15 มีนาคม 2021", "2021-03-15", false, NULL},
        {"๒๙ กุมภาพันธ์ ๒๕๖๗", "2024-02-29", false, NULL},
        {"๓๑ ธ.ค. ๖๓", "2020-12-31", false, NULL},
        {"ครั้งที่ 2 เมื่อ 9 เม.ย. 64", "2021-04-09", false, "9 เม.ย. 64"},
    };
    (void)state;
    check(cases, ARRAY_LEN(cases));
}

static void every_month_is_known_in_both_forms(void **state)
{
    static const char *const names[][2] = {
        {"มกราคม", "ม.ค."},  {"กุมภาพันธ์", "ก.พ."}, {"มีนาคม", "มี.ค."},    {"เมษายน", "เม.ย."},
        {"พฤษภาคม", "พ.ค."}, {"มิถุนายน", "มิ.ย."},  {"กรกฎาคม", "ก.ค."},  {"สิงหาคม", "ส.ค."},
        {"กันยายน", "ก.ย."},  {"ตุลาคม", "ต.ค."},   {"พฤศจิกายน", "พ.ย."}, {"ธันวาคม", "ธ.ค."},
    };
    (void)state;
    for (int m = 0; m < 12; m++) {
        for (int form = 0; form < 2; form++) {
            char text[64], iso[32];
            snprintf(text, sizeof text, "๗ %s ๒๕๖๔", names[m][form]);
            snprintf(iso, sizeof iso, "2021-%02d-07", m + 1);
            const struct found one = {text, iso, false, NULL};
            check(&one, 1);
        }
    }
}

static void times_count_only_where_they_are_times(void **state)
{
    static const struct found cases[] = {
        {"๙ เม.ย. ๖๔ เวลา ๑๒.๐๐ น.", "2021-04-09T12:00", true, "๙ เม.ย. ๖๔ เวลา ๑๒.๐๐ น."},
        {"9 เม.ย. 64 เวลา 9.30 น. ณ ห้อง", "2021-04-09T09:30", true, NULL},
        {"9 เม.ย. 64 10:05", "2021-04-09T10:05", true, NULL},
        {"9 เม.ย. 64 10.05 น.", "2021-04-09T10:05", true, NULL},
        {"9 เม.ย. 64 10.05", "2021-04-09", false, "9 เม.ย. 64"},
        {"9 เม.ย. 64 ก่อนเวลา ๑๖.๓๐ น.", "2021-04-09T16:30", true, NULL},
        {"9 เม.ย. 64, เวลา 9 นาฬิกา", "2021-04-09T09:00", true, NULL},
        {"9 เม.ย. 64 เวลา ๒๔.๐๐ น.", "2021-04-10T00:00", true, NULL},
        {"ภายในเวลา ๑๒.๐๐ น. ของวันที่ ๙ เม.ย. ๖๔", "2021-04-09T12:00", true, NULL},
        {"เวลา ๑๒.๐๐ น. ประชุม และ ๙ เม.ย. ๖๔", "2021-04-09", false, NULL},
        {"9 เม.ย. 64 3 ฉบับ", "2021-04-09", false, "9 เม.ย. 64"},
    };
    (void)state;
    check(cases, ARRAY_LEN(cases));
}

static void what_is_no_date_is_passed_over(void **state)
{
    static const struct found cases[] = {
        {"", NULL, false, NULL},
        {"๓๑ เมษายน ๒๕๖๔", NULL, false, NULL},
        {"๓๑ เมษายน ๒๕๖๔ และ ๑ พฤษภาคม ๒๕๖๔", "2021-05-01", false, "๑ พฤษภาคม ๒๕๖๔"},
        {"๒๙ กุมภาพันธ์ ๒๕๖๖", NULL, false, NULL},
        {"๐ มกราคม ๒๕๖๔", NULL, false, NULL},
        {"15 มีนาคม", NULL, false, NULL},
        {"15 มีนาคม 256", NULL, false, NULL},
        {"15 มีนาคม 25641", NULL, false, NULL},
        {"115 มีนาคม 2564", NULL, false, NULL},
        {"15/13/2564", NULL, false, NULL},
        {"0706/15/2564", NULL, false, NULL},
        {"0706/1/2/2564", NULL, false, NULL},
        {"1.2.64", NULL, false, NULL},
        {"๑๕-๑๖ มีนาคม ๒๕๖๔", NULL, false, NULL},
        {"๙ เม.ย. ๖๔ เวลา ๒๕.๐๐ น.", NULL, false, NULL},
        {"9 เม.ย. 64 เวลา 12.60 น.", NULL, false, NULL},
        {"กค 0416.2/ว 393", NULL, false, NULL},
        {"\xE0\xB9 15 \xFF", NULL, false, NULL},
    };
    (void)state;
    check(cases, ARRAY_LEN(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_read_in_either_script_and_length),
        cmocka_unit_test(every_month_is_known_in_both_forms),
        cmocka_unit_test(times_count_only_where_they_are_times),
        cmocka_unit_test(what_is_no_date_is_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
