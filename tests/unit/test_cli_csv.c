/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Files of master data: as spreadsheets write them, and as nobody should. */
#include "cli/csv.h"
#include "cli/ical.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *const columns[] = {"date", "name|name_th", "kind"};

static bool read_text(struct arena *a, const char *text, struct csv *out, struct err *err)
{
    return csv_read(a, text, strlen(text), columns, ARRAY_LEN(columns), out, err);
}

static void tables_are_read_however_they_were_saved(void **state)
{
    static const char *const same[] = {
        "date,name,kind\n2021-04-12,special day,special\n",
        "\xEF\xBB\xBF"
        "date,name,kind\r\n2021-04-12,special day,special\r\n",
        "kind,name_th,date\nspecial,special day,2021-04-12",
        "# a remark, with \"a quote\n# date,name_th,kind\n2021-04-12,special day,special\n",
        "\n\nDATE , Name , kind\n\n2021-04-12 , special day ,special\n,,\n",
        "date,name,kind\n# left out, on purpose\n\"2021-04-12\",\"special day\",\"special\"\n",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(same); i++) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct err err = {0};
        struct csv t;
        if (!read_text(a, same[i], &t, &err))
            fail_msg("%s", err.text);
        assert_int_equal(t.n, 1);
        assert_string_equal(csv_get(&t, &t.row[0], "date"), "2021-04-12");
        assert_string_equal(csv_get(&t, &t.row[0], "name"), "special day");
        assert_string_equal(csv_get(&t, &t.row[0], "kind"), "special");
    }
}

static void a_row_knows_its_line_behind_quoted_line_ends(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct err err = {0};
    struct csv t;
    (void)state;
    assert_true(read_text(a, "date,name\n1,\"two\nlines, and a \"\"quote\"\"\"\n2,x\n", &t, &err));
    assert_int_equal(t.n, 2);
    assert_string_equal(csv_get(&t, &t.row[0], "name"), "two\nlines, and a \"quote\"");
    assert_int_equal(t.row[1].line, 4);
    assert_string_equal(csv_get(&t, &t.row[1], "kind"), ""); /* no such column in the file */
}

static void what_is_no_table_is_refused_with_its_line(void **state)
{
    static const struct {
        const char *text, *words;
    } bad[] = {
        {"", "no line that names"},
        {"# only a remark\n", "no line that names"},
        {"date,colour\n1,2\n", "line 1: colour is no column"},
        {"2021-04-12,x,special\n", "line 1: 2021-04-12 is no column"},
        {"date,name\n1,2,3\n", "line 2: 3 cells"},
        {"date,name\n1,\"open\n\n", "line 2: a quote is opened"},
        {"date,name\n\"1\"x,2\n", "line 2: a comma must follow"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct err err = {0};
        struct csv t;
        assert_false(read_text(a, bad[i].text, &t, &err));
        assert_int_equal(err.kind, ERR_REFUSE);
        assert_non_null(strstr(err.text, bad[i].words));
    }
}

static void limits_hold_at_their_edge(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf text CLEANUP(buf_fini) = {0};
    struct err err = {0};
    struct csv t;
    (void)state;
    buf_adds(&text, "date\n");
    for (int i = 0; i < CSV_ROWS_MAX; i++)
        buf_adds(&text, "x\n");
    assert_true(read_text(a, buf_str(&text), &t, &err));
    assert_int_equal(t.n, CSV_ROWS_MAX);
    buf_adds(&text, "x\n");
    assert_false(read_text(a, buf_str(&text), &t, &err));
    buf_clear(&text);
    for (int i = 0; i < CSV_COLUMNS_MAX + 1; i++)
        buf_adds(&text, "date,");
    assert_false(read_text(a, buf_str(&text), &t, &err));
    assert_non_null(strstr(err.text, "more than"));
}

static void what_is_written_comes_back_and_is_no_formula(void **state)
{
    static const char *const cells[] = {
        "=1+1",  "+66", "-5",    "@x",         "'=quoted",   "''-two", "'tis", "end ",
        "\ttab", "a,b", "\"q\"", "two\nlines", "#no remark", "ข้อความ", "",     " blank"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cells); i++) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct buf out CLEANUP(buf_fini) = {0};
        struct err err = {0};
        struct csv t;
        buf_adds(&out, "name,date\r\n");
        size_t start = out.len;
        csv_cell(&out, cells[i], false);
        csv_cell(&out, "1", true);
        assert_null(strchr("=+-@", buf_str(&out)[start]));
        assert_true(read_text(a, buf_str(&out), &t, &err));
        assert_string_equal(csv_get(&t, &t.row[0], "name"), cells[i]);
    }
}

/* ---------------------------------------------------------------- iCalendar */

#define EVENT(lines) "BEGIN:VEVENT\r\nUID:1\r\n" lines "END:VEVENT\r\n"
#define CALENDAR(events)                                                                           \
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//t//\r\n" events "END:VCALENDAR\r\n"

static void events_become_the_rows_of_their_days(void **state)
{
    static const char text[] =
        CALENDAR(EVENT("DTSTART;VALUE=DATE:20210413\r\nDTEND;VALUE=DATE:20210416\r\n"
                       "SUMMARY:วันสงกรานต์\r\nCATEGORIES:annual\r\n")
                     EVENT("DTSTART;VALUE=DATE:20210727\r\nSUMMARY:กรณีพิเศษ\r\n"
                           "STATUS:CANCELLED\r\nLAST-MODIFIED:20210601T000000Z\r\n"));
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct err err = {0};
    struct csv t;
    (void)state;
    if (!ical_read(a, text, strlen(text), &t, &err))
        fail_msg("%s", err.text);
    assert_int_equal(t.n, 4);
    assert_string_equal(csv_get(&t, &t.row[0], "date"), "2021-04-13");
    assert_string_equal(csv_get(&t, &t.row[2], "date"), "2021-04-15");
    assert_string_equal(csv_get(&t, &t.row[2], "name"), "วันสงกรานต์");
    assert_string_equal(csv_get(&t, &t.row[0], "kind"), "annual");
    assert_string_equal(csv_get(&t, &t.row[0], "revoked_at"), "");
    assert_string_equal(csv_get(&t, &t.row[3], "revoked_at"), "2021-06-01");
    assert_int_equal(t.row[3].line, 2);
}

static void events_that_say_too_little_or_too_much_are_refused(void **state)
{
    static const struct {
        const char *text, *words;
    } bad[] = {
        {"hello", "not an iCalendar"},
        {CALENDAR(""), "no event"},
        {CALENDAR(EVENT("DTSTART;VALUE=DATE:20210413\r\n")), "event 1: it has no SUMMARY"},
        {CALENDAR(EVENT("SUMMARY:x\r\n")), "it has no DTSTART"},
        {CALENDAR(EVENT("SUMMARY:x\r\nDTSTART;VALUE=DATE:20210413\r\nRRULE:FREQ=YEARLY\r\n")),
         "it repeats"},
        {CALENDAR(EVENT("SUMMARY:x\r\nDTSTART;VALUE=DATE:20210413\r\n"
                        "DTEND;VALUE=DATE:20230413\r\n")),
         "longer than"},
        {CALENDAR(EVENT("SUMMARY:x\r\nDTSTART;VALUE=DATE:20210413\r\nSTATUS:CANCELLED\r\n")),
         "does not say when"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct err err = {0};
        struct csv t;
        assert_false(ical_read(a, bad[i].text, strlen(bad[i].text), &t, &err));
        assert_int_equal(err.kind, ERR_REFUSE);
        if (!strstr(err.text, bad[i].words))
            fail_msg("%s: %s", bad[i].words, err.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_read_however_they_were_saved),
        cmocka_unit_test(a_row_knows_its_line_behind_quoted_line_ends),
        cmocka_unit_test(what_is_no_table_is_refused_with_its_line),
        cmocka_unit_test(limits_hold_at_their_edge),
        cmocka_unit_test(what_is_written_comes_back_and_is_no_formula),
        cmocka_unit_test(events_become_the_rows_of_their_days),
        cmocka_unit_test(events_that_say_too_little_or_too_much_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
