/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/cli.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct command demo = {.name = "demo"};

struct got {
    bool all;
    const char *out;
    int64_t limit, as_of, day;
};

static bool parse(struct got *g, int *argc, const char **argv)
{
    const struct opt opts[] = {{"--all", OPT_FLAG, &g->all},
                               {"--out", OPT_TEXT, &g->out},
                               {"--limit", OPT_INT, &g->limit},
                               {"--as-of", OPT_TIME, &g->as_of},
                               {"--day", OPT_DAY, &g->day}};
    *g = (struct got){0};
    for (*argc = 0; argv[*argc];)
        ++*argc;
    return cli_options(&demo, argc, (char **)argv, opts, ARRAY_LEN(opts));
}

static void options_stand_anywhere_and_words_keep_their_order(void **state)
{
    const char *argv[] = {"demo", "a", "--limit", "7", "b", "--out=x=y", "--all", "-", "c", NULL};
    struct got g;
    int argc;
    (void)state;
    assert_true(parse(&g, &argc, argv));
    assert_true(g.all);
    assert_string_equal(g.out, "x=y");
    assert_int_equal(g.limit, 7);
    assert_int_equal(argc, 5);
    assert_string_equal(argv[1], "a");
    assert_string_equal(argv[2], "b");
    assert_string_equal(argv[3], "-");
    assert_string_equal(argv[4], "c");
    assert_null(argv[5]);
}

static void two_dashes_end_the_options(void **state)
{
    const char *argv[] = {"demo", "--all", "--", "--limit", "--", NULL};
    struct got g;
    int argc;
    (void)state;
    assert_true(parse(&g, &argc, argv));
    assert_int_equal(argc, 3);
    assert_string_equal(argv[1], "--limit");
    assert_string_equal(argv[2], "--");
}

static void what_is_wrong_is_refused(void **state)
{
    static const char *const cases[][2] = {
        {"--limit", NULL},
        {"--limit=", NULL},
        {"--limit", "-1x"},
        {"--limit", "7x"},
        {"--limti", "7"},
        {"--all=yes", NULL},
        {"--day", "2564"},
        {"--as-of", "tomorrow"},
        {"--limit", "99999999999999999999"},
        {"--day", "2564-02-30"},
        {"-x", NULL},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *argv[] = {"demo", cases[i][0], cases[i][1], NULL};
        struct got g;
        int argc;
        if (parse(&g, &argc, argv))
            fail_msg("%s %s was taken", cases[i][0], cases[i][1]);
    }
}

static void a_year_from_2400_on_is_buddhist(void **state)
{
    int64_t thai, ce;
    (void)state;
    assert_true(cli_time("2564-04-09T16:30", &thai));
    assert_true(cli_time("2021-04-09T16:30", &ce));
    assert_int_equal(thai, ce);
    assert_false(cli_time("2564-02-29", &thai));
    assert_true(cli_time("2567-02-29", &thai));
}

static void the_nearest_name_is_offered(void **state)
{
    static const char *const names[] = {"item", "scan", "report", "qr"};
    (void)state;
    assert_string_equal(cli_nearest("itme", names, 4), "item");
    assert_string_equal(cli_nearest("reprot", names, 4), "report");
    assert_null(cli_nearest("matter", names, 4));
    assert_null(cli_nearest("zz", names, 4));
    assert_null(cli_nearest("a-word-that-is-far-longer-than-any-command-of-ours", names, 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_stand_anywhere_and_words_keep_their_order),
        cmocka_unit_test(two_dashes_end_the_options),
        cmocka_unit_test(what_is_wrong_is_refused),
        cmocka_unit_test(a_year_from_2400_on_is_buddhist),
        cmocka_unit_test(the_nearest_name_is_offered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
