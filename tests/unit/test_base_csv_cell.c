/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/csv_cell.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void text_that_a_spreadsheet_would_run_stays_text(void **state)
{
    static const char *const texts[] = {"=1+1",
                                        "+66 2 000",
                                        "-1",
                                        "@SUM(1)",
                                        "\t=1",
                                        "\r=1",
                                        "\n=1",
                                        " =1",
                                        "'=1",
                                        "' =1",
                                        " '=1",
                                        "＝1",
                                        "－1",
                                        "＋1",
                                        "＠x",
                                        "=",
                                        "=HYPERLINK(\"http://x\",\"กด\")",
                                        "=cmd|' /C calc'!A0",
                                        "-ด่วน",
                                        "+ลับ"};
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct buf out CLEANUP(buf_fini) = {0};
        csv_cell(&out, texts[i], true);
        if (strncmp(buf_str(&out), "\"'", 2) != 0)
            fail_msg("%s: %s", texts[i], buf_str(&out));
    }
}

static void other_text_is_left_as_it_is(void **state)
{
    static const char *const texts[] = {"ขอความเห็น", "1/2564", "a=b", "2021-04-09 16:30:00",
                                        "12",        "",       "a-b", "x@y.go.th"};
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct buf out CLEANUP(buf_fini) = {0};
        csv_cell(&out, texts[i], false);
        assert_int_equal(out.len, strlen(texts[i]) + 1);
        assert_int_equal(strncmp(buf_str(&out), texts[i], strlen(texts[i])), 0);
    }
}

static void what_could_split_a_cell_is_quoted(void **state)
{
    static const char *const cases[][2] = {
        {"a,b", "\"a,b\","},     {"a;=1", "\"a;=1\","}, {"a\t=1", "\"a\t=1\","},
        {"a\"b", "\"a\"\"b\","}, {"a\nb", "\"a\nb\","}, {" a", "\" a\","},
        {"a ", "\"a \","},       {"#a", "\"#a\","},     {NULL, ","}};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf out CLEANUP(buf_fini) = {0};
        csv_cell(&out, cases[i][0], false);
        assert_string_equal(buf_str(&out), cases[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_that_a_spreadsheet_would_run_stays_text),
        cmocka_unit_test(other_text_is_left_as_it_is),
        cmocka_unit_test(what_could_split_a_cell_is_quoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
