/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The commands about rules, as an officer types them, against a real database. */
#include "base/buf.h"
#include "base/thai.h"
#include "tests/flow/database.h"
#include "tests/flow/desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

static void calendar_prints_every_vector_and_nothing_else(void **state)
{
    struct desk *d = *state;
    char *text = desk_read(d->a, TESTS_DATA "/vectors/working_days_fy2564.csv"), *line;
    int n = 0;
    while ((line = strsep(&text, "\n"))) {
        char *cell[5];
        if (!*line || *line == '#')
            continue;
        for (int i = 0; i < 5; i++)
            assert_non_null(cell[i] = strsep(&line, ","));
        const char *got =
            ok(d, "calendar %s %s %s --as-of %s --region ''", cell[0], cell[1], cell[2], cell[3]);
        assert_string_equal(got, arena_printf(d->a, "%s\n", cell[4]));
        n++;
    }
    assert_true(n >= 10);
    assert_string_equal(ok(d, "calendar add 2564-04-09 3"), "2021-04-20\n"); /* Buddhist too */
}

static void wrong_use_is_told_and_is_exit_2(void **state)
{
    static const char *const wrong[] = {
        "calendar",
        "calendar add 2021-04-09",
        "calendar add 2021-04-31 1",
        "calendar add 2021-04-09 -1",
        "calendar add 2021-04-09 x",
        "calendar add 2021-04-09 10001",
        "calendar deemed",
        "calendar add 2021-04-09 1 --asof 2021-04-09",
        "holiday add 2021-04-09",
        "holiday revoke 2021-04-09",
        "meeting add 2021-04-20 --cutoff-days 3 --cutoff-time 12:00",
        "meeting add 2021-04-20T09:00",
        "meeting move 1 2021-04-20T09:00",
        "matter add",
        "deadline set 1/2564 RD",
        "deadline set 1/2564 RD --days 3 --none",
        "deadline extend 1/2564 RD --days 3",
        "deadline exempt 1/2564 RD",
        "deadline list --verdict OVERDU",
        "deadline list --page 0",
        "agency resolve",
        "agency lst",
    };
    struct desk *d = *state;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        const char *out = thanwela(d, "%s", wrong[i]);
        if (d->status != 2 || *out || !strstr(d->err, "--help"))
            fail_msg("%s: exit %d, %s%s", wrong[i], d->status, out, d->err);
    }
}

static void a_deadline_is_read_from_an_official_sentence(void **state)
{
    struct desk *d = *state;
    ok(d, "agency add READS กรมสรรพากร --domain reads.example");
    ok(d, "matter add เรื่องหนึ่ง --no 900/2564 --agency READS --received 2564-04-01");
    ok(d, "deadline set 900/2564 READS --text 'ขอให้ส่งภายในวันที่ ๑๖ เมษายน ๒๕๖๔ เวลา ๑๒.๐๐ น.'");
    assert_non_null(strstr(ok(d, "deadline show 900/2564 READS --json"),
                           "\"due_at\": \"2021-04-16T12:00:00+07:00\""));
    assert_non_null(
        strstr(ok(d, "deadline set 900/2564 READS --working-days 5"), "กำหนดที่มาก่อนยังมีผล"));
    ok(d, "deadline extend 900/2564 READS --working-days 2 --why รอข้อมูล");
    const char *shown = ok(d, "matter show ๙๐๐/๒๕๖๔");
    assert_non_null(strstr(shown, "READS: กำหนด 20 เม.ย. 64 16:30 เพราะขยาย 2 วันทำการ"));
    thanwela(d, "deadline set 900/2564 READS --text 'ภายในวันที่ ๓๑ เมษายน ๒๕๖๔'");
    assert_int_equal(d->status, 1);
    assert_non_null(strstr(d->err, "no date"));
}

static void a_second_late_is_seen_in_the_register(void **state)
{
    struct desk *d = *state;
    ok(d, "agency add SECOND กรมธนารักษ์ --domain second.example");
    ok(d, "matter add เรื่องหนึ่ง --no 905/2564 --agency SECOND --received 2564-03-15");
    ok(d, "deadline set 905/2564 SECOND --text 'ภายในวันที่ ๓๑ มีนาคม ๒๕๖๔ เวลา ๑๒.๐๐ น.'");
    ok(d,
       "item add '%s' --subject ช้าไปหนึ่งวินาที --agency SECOND --matter 905/2564"
       " --entered-at 2564-03-31T12:00:01 --why นำส่งเอง",
       TESTS_DATA "/documents/vec-000.pdf");
    const char *list = ok(d, "item list --search ช้าไปหนึ่งวินาที");
    assert_non_null(strstr(list, "31 มี.ค. 64 12:00:01"));
    assert_non_null(strstr(list, "31 มี.ค. 64 12:00 "));
    const char *number = strstr(list, "1/2564");
    assert_non_null(number);
    assert_non_null(strstr(ok(d, "item show %.*s", (int)strcspn(number, " "), number),
                           "31 มีนาคม 2564 เวลา 12.00.01 น."));
}

static void odd_sentences_give_their_instant_or_leave_it_to_an_officer(void **state)
{
    static const struct {
        const char *text, *due; /* NULL: refused */
        int level;
    } cases[] = {
        {"ภายในวันที่ ๑๖ เมษายน ๒๕๖๔ เวลา ๑๒.๐๐ น.", "2021-04-16T12:00", 2},
        {"ภายในวันที่ ๑๖ เมษายน ๒๕๖๔", "2021-04-16T16:30", 2}, /* a day ends with office hours */
        {"ภายใน 16 เม.ย. 64", "2021-04-16T16:30", 2},
        {"ภายในวันที่ 16/4/64 เวลา 9.05 น.", "2021-04-16T09:05", 2},
        {"ด่วนภายใน ๑๖ เม.ย. ๖๔ เวลา ๑๐.๓๐ น.", "2021-04-16T10:30", 3},
        {"ด่วนภายในวันที่ 16 เมษายน 2564", "2021-04-16T16:30", 3},
        {"ภายในวันที่ ๒๙ กุมภาพันธ์ ๒๕๖๗", "2024-02-29T16:30", 2}, /* a leap year */
        {"ภายในวันที่ ๒๙ กุมภาพันธ์ ๒๕๖๔", NULL, 0},
        {"ภายในวันที่ ๓๑ เมษายน ๒๕๖๔ เวลา ๑๒.๐๐ น.", NULL, 0},
        {"ภายในวันที่ ๑๖ เมษายน ๒๕๖๔ เวลา ๒๕.๐๐ น.", NULL, 0},
        {"ภายใน ๗ วัน", NULL, 0},
        {"โดยด่วน", NULL, 0},
    };
    struct desk *d = *state;
    ok(d, "agency add SAYS กรมสรรพากร --domain says.example");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        ok(d, "matter add เรื่องหนึ่ง --no %zu/2564 --agency SAYS", 950 + i);
        thanwela(d, "deadline set %zu/2564 SAYS --text '%s'", 950 + i, cases[i].text);
        if ((d->status == 0) != (cases[i].due != NULL))
            fail_msg("%s: exit %d, %s", cases[i].text, d->status, d->err);
        const char *shown = ok(d, "deadline show %zu/2564 SAYS --json", 950 + i);
        if (cases[i].due) {
            assert_non_null(strstr(shown, arena_printf(d->a, "\"due_at\": \"%s:00", cases[i].due)));
            assert_non_null(strstr(shown, arena_printf(d->a, "\"level\": %d", cases[i].level)));
        } else {
            assert_null(strstr(shown, "due_at"));
        }
    }
}

static void free_tuesdays_are_planned_when_an_officer_confirms(void **state)
{
    struct desk *d = *state;
    const char *april = "meeting propose --from 2564-04-01 --to 2564-04-30 --body สภา";
    const char *shown = ok(d, "%s", april);
    assert_non_null(strstr(shown, "สงกรานต์")); /* 13 April */
    ok(d, "meeting add 2564-04-07T09:00 --body สภา --cutoff-days 3 --cutoff-time 12:00");
    assert_string_equal(
        ok(d, "%s --confirm --cutoff-days 3 --cutoff-time 12:00 --start 09:30 --json", april),
        "{\"planned\": 2, \"passed_over\": 2}\n"); /* 20 and 27; not 6 and 13 */
    assert_non_null(strstr(ok(d, "meeting list --body สภา --year 2564 --json"),
                           "\"starts_at\": \"2021-04-20T09:30:00+07:00\""));
    assert_string_equal(ok(d, "%s --confirm --cutoff-days 3 --cutoff-time 12:00 --json", april),
                        "{\"planned\": 0, \"passed_over\": 4}\n"); /* said twice, planned once */
    thanwela(d, "%s --confirm", april);
    assert_int_equal(d->status, 2);
    thanwela(d, "%s --confirm --cutoff-days 3 --cutoff-time 25:00", april);
    assert_int_equal(d->status, 1);
}

/* What an independent count gives (Python's datetime over the same file), in the words of the
 * command. */
static void odd_working_days_are_counted_as_by_hand(void **state)
{
    static const char *const cases[][2] = {
        {"add 2564-04-10 0", "2021-04-10"}, /* n = 0 is the day itself, off or not */
        {"sub 2564-04-13 0", "2021-04-13"},
        {"add 2564-04-10 1", "2021-04-16"}, /* Songkran behind a weekend */
        {"sub 2564-04-16 1 --as-of 2564-09-30", "2021-04-09"},
        {"add 2564-07-26 1 --as-of 2563-12-28", "2021-07-27"}, /* before it was announced */
        {"add 2564-07-26 1 --as-of 2564-01-04", "2021-07-29"},
        {"add 2564-07-26 1 --as-of 2564-06-01", "2021-07-27"}, /* revoked */
        {"add 2570-01-04 5", "2027-01-11"}, /* a year without holidays has weekends */
        {"add 2564-12-30 3", "2022-01-04"}, /* out of the file's years */
        {"add 2567-02-28 1", "2024-02-29"}, /* a leap day */
        {"deemed 2564-04-09T16:30", "2021-04-09T16:30:00"},
        {"deemed 2564-04-09T16:30:01", "2021-04-16T08:30:00"},
        {"deemed 2564-04-16T08:29:59", "2021-04-16T08:30:00"},
    };
    struct desk *d = *state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_string_equal(ok(d, "calendar %s --region ''", cases[i][0]),
                            arena_printf(d->a, "%s\n", cases[i][1]));
}

static void a_new_holiday_moves_deadlines_only_when_confirmed(void **state)
{
    struct desk *d = *state;
    ok(d, "agency add MOVES กรมธนารักษ์");
    ok(d, "matter add เรื่องสาม --no 903/2564 --agency MOVES --received 2564-08-16");
    ok(d, "deadline set 903/2564 MOVES --working-days 3");
    const char *told = ok(d, "holiday add 2564-08-18 วันหยุดเพิ่ม --kind special");
    assert_non_null(strstr(told, "903/2564 กรมธนารักษ์: 19 ส.ค. 64 16:30 → 20 ส.ค. 64 16:30"));
    assert_null(strstr(ok(d, "deadline show 903/2564 MOVES"), "20 ส.ค. 64"));
    ok(d, "deadline review --move --why ประกาศวันหยุดเพิ่ม");
    const char *shown = ok(d, "deadline show 903/2564 MOVES --json");
    assert_non_null(strstr(shown, "2021-08-20T16:30:00+07:00"));
    assert_non_null(strstr(shown, "ประกาศวันหยุดเพิ่ม"));
    assert_null(strstr(ok(d, "deadline review"), "903/2564"));
    assert_non_null(strstr(ok(d, "holiday revoke 2564-08-18 --why ยกเลิก --move"),
                           "20 ส.ค. 64 16:30 → 19 ส.ค. 64 16:30"));
}

static void help_fits_a_narrow_terminal(void **state)
{
    static const char *const commands[] = {"agency",  "calendar", "deadline",
                                           "holiday", "matter",   "meeting"};
    struct desk *d = *state;
    for (size_t i = 0; i < 2 * ARRAY_LEN(commands); i++) {
        setenv("LANG", i % 2 ? "en_US.UTF-8" : "th_TH.UTF-8", 1);
        char *text = arena_strdup(d->a, ok(d, "%s --help", commands[i / 2])), *line;
        assert_non_null(strstr(text, commands[i / 2]));
        assert_int_equal(strstr(text, "Usage") != NULL, i % 2);
        while ((line = strsep(&text, "\n")))
            if (text_columns(line) > 78)
                fail_msg("%d columns: %s", text_columns(line), line);
    }
    unsetenv("LANG");
}

static void every_change_is_in_the_chain_of_events(void **state)
{
    struct desk *d = *state;
    struct db *db CLEANUP(db_closep) = database_open(d->office);
    database_is_sound(db);
    assert_true(database_int(db, "select count(*) from event where what = 'add holiday'") >= 24);
    assert_true(database_int(db, "select count(distinct what) from event") >= 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calendar_prints_every_vector_and_nothing_else),
        cmocka_unit_test(wrong_use_is_told_and_is_exit_2),
        cmocka_unit_test(a_deadline_is_read_from_an_official_sentence),
        cmocka_unit_test(a_second_late_is_seen_in_the_register),
        cmocka_unit_test(odd_sentences_give_their_instant_or_leave_it_to_an_officer),
        cmocka_unit_test(free_tuesdays_are_planned_when_an_officer_confirms),
        cmocka_unit_test(odd_working_days_are_counted_as_by_hand),
        cmocka_unit_test(a_new_holiday_moves_deadlines_only_when_confirmed),
        cmocka_unit_test(help_fits_a_narrow_terminal),
        cmocka_unit_test(every_change_is_in_the_chain_of_events),
    };
    return cmocka_run_group_tests(tests, desk_start, desk_stop);
}
