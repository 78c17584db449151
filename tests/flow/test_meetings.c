/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Meetings and the calendar that change, and the deadlines that follow them. */
#include "tests/flow/owed.h"

#include "db/matter.h"
#include "db/meeting.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct meeting_change to(int id, const char *starts, const char *why)
{
    return (struct meeting_change){.id = id,
                                   .starts_us = at(starts),
                                   .cutoff_days = -1,
                                   .cutoff_us = TIME_NONE,
                                   .why = why,
                                   .source = "นร 0503/ว 1",
                                   .who = "test"};
}

static void a_moved_meeting_moves_open_deadlines_and_no_others(void **state)
{
    struct rules *t = *state;
    struct err err = {0};
    int id, n;
    rules_calendar(t);
    struct owed open = owed_new(t, "2021-04-20T09:00");
    struct owed answered = owed_by(t, &open, "EXCISE");
    struct owed explicit = owed_by(t, &open, "TREASURY");
    owed_until(t, &explicit, "2021-04-08");
    owed_item(t, &answered, "2021-04-08T10:00", NULL);
    rules_now(t, "2021-04-09T09:00");
    struct meeting_change c = to(open.meeting_id, "2021-04-27T09:00", "เลื่อนประชุม");
    must(meeting_move(t->db, &c, &id, &n, &err), &err);
    assert_int_equal(n, 1);
    struct judgement j = owed_judge(t, &open, "2021-04-09T10:00");
    assert_int_equal(j.due_at_us, at("2021-04-22T12:00"));
    assert_non_null(strstr(j.basis, "27 เม.ย. 64"));
    assert_int_equal(owed_judge(t, &open, "2021-04-09T08:00").due_at_us, at("2021-04-09T12:00"));
    assert_int_equal(owed_judge(t, &answered, "2021-04-10").due_at_us, at("2021-04-09T12:00"));
    assert_int_equal(owed_judge(t, &explicit, "2021-04-10").due_at_us, at("2021-04-08T16:30"));
    assert_string_equal(rules_sql(t,
                                  "select reason || source from deadline where expectation_id ="
                                  " %lld and version = 2",
                                  (long long)open.expectation_id),
                        "เลื่อนประชุมนร 0503/ว 1");
    assert_string_equal(rules_sql(t, "select status from meeting where id = %d", open.meeting_id),
                        "postponed");
    assert_int_equal(atoi(rules_sql(t, "select meeting_id from matter")), id);
    assert_false(meeting_move(t->db, &c, &id, &n, &err));
    assert_int_equal(err.kind, ERR_REFUSE);
}

static void the_old_day_of_a_moved_meeting_still_finds_it(void **state)
{
    struct rules *t = *state;
    struct err err = {0};
    int id, again, n, found;
    struct owed o = owed_new(t, "2021-04-20T09:00");
    struct meeting_change c = to(o.meeting_id, "2021-04-27T09:00", "เลื่อน");
    must(meeting_move(t->db, &c, &id, &n, &err), &err);
    c = to(id, "2021-04-28T09:00", "เลื่อนอีก");
    must(meeting_move(t->db, &c, &again, &n, &err), &err);
    static const struct {
        const char *day, *body;
        bool found;
    } cases[] = {
        {"2021-04-20", "cabinet", true},  {"2021-04-27", "cabinet", true},
        {"2021-04-28", "cabinet", true},  {"2021-04-28", "parliament", false},
        {"2021-04-21", "cabinet", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        must(meeting_find(t->db, cases[i].body, at(cases[i].day), &found, &err), &err);
        assert_int_equal(found, cases[i].found ? again : 0);
    }
    struct meeting_change off = to(again, "2021-04-28T09:00", "ยกเลิก");
    must(meeting_cancel(t->db, &off, &n, &err), &err);
    must(meeting_find(t->db, "cabinet", at("2021-04-20"), &found, &err), &err);
    assert_int_equal(found, 0);
}

static void a_missed_cut_off_stays_missed_when_the_meeting_moves_later(void **state)
{
    struct rules *t = *state;
    struct err err = {0};
    int id, n;
    rules_calendar(t);
    struct owed o = owed_new(t, "2021-04-20T09:00");
    rules_now(t, "2021-04-19T09:00");
    struct meeting_change c = to(o.meeting_id, "2021-04-27T09:00", "เลื่อน");
    rules_sql(t, "savepoint one");
    must(meeting_move(t->db, &c, &id, &n, &err), &err);
    owed_item(t, &o, "2021-04-20T10:00", NULL);
    assert_string_equal(owed_judge(t, &o, "2021-04-30").label, "ทันตามกำหนดใหม่ (เดิมไม่ทัน)");
    rules_sql(t, "rollback to savepoint one");
    c.erases_lateness = true;
    must(meeting_move(t->db, &c, &id, &n, &err), &err);
    owed_item(t, &o, "2021-04-20T10:00", NULL);
    assert_string_equal(owed_judge(t, &o, "2021-04-30").label, "ทันเวลา");
}

static void a_cancelled_meeting_leaves_what_stood_behind_it(void **state)
{
    struct rules *t = *state;
    struct err err = {0};
    int n;
    rules_calendar(t);
    struct owed bare = owed_new(t, "2021-04-20T09:00");
    struct owed counted = owed_by(t, &bare, "EXCISE");
    owed_rule(t, &counted, owed_level(DEADLINE_WORKING_DAYS, 0));
    struct meeting_change c = to(bare.meeting_id, "2021-04-20T09:00", "ยกเลิกประชุม");
    must(meeting_cancel(t->db, &c, &n, &err), &err);
    assert_int_equal(n, 2);
    struct judgement j = owed_judge(t, &bare, "2021-04-08");
    assert_string_equal(j.verdict, "NO_DEADLINE");
    assert_non_null(strstr(j.why, "ยกเลิกประชุม"));
    assert_int_equal(owed_judge(t, &counted, "2021-04-08").due_at_us, at("2021-04-22T16:30"));
}

static void a_meeting_that_contradicts_itself_is_refused(void **state)
{
    struct rules *t = *state;
    int64_t start = at("2021-04-20T09:00");
    const struct meeting bad[] = {
        {.body = "senate", .kind = "regular", .starts_us = start, .cutoff_days = 3},
        {.body = "cabinet", .kind = "usual", .starts_us = start, .cutoff_days = 3},
        {.body = "cabinet", .kind = "regular", .starts_us = start, .cutoff_days = 366},
        {.body = "cabinet", .kind = "regular", .starts_us = start, .cutoff_minute = 1440},
        {.body = "cabinet",
         .kind = "regular",
         .starts_us = start,
         .cutoff_days = -1,
         .cutoff_us = TIME_NONE},
        {.body = "cabinet",
         .kind = "regular",
         .starts_us = start,
         .cutoff_days = -1,
         .cutoff_us = start + 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct err err = {0};
        struct meeting m = bad[i];
        int id;
        m.created_us = TIME_NONE;
        assert_false(meeting_add(t->db, &m, "test", &id, &err));
        assert_int_equal(err.kind, ERR_REFUSE);
    }
    struct owed o = owed_new(t, "2021-04-20T09:00");
    struct meeting twice = {.body = "cabinet",
                            .kind = "special",
                            .starts_us = start,
                            .cutoff_days = 1,
                            .created_us = TIME_NONE};
    struct err err = {0};
    int id;
    assert_true(o.meeting_id > 0);
    assert_false(meeting_add(t->db, &twice, "test", &id, &err));
    assert_int_equal(err.kind, ERR_REFUSE);
}

static void tuesdays_are_proposed_with_what_stands_in_their_way(void **state)
{
    struct rules *t = *state;
    struct err err = {0};
    struct meeting_proposals list;
    rules_calendar(t);
    owed_new(t, "2021-04-21T09:00"); /* a Wednesday */
    must(meeting_propose(t->a, t->db, "cabinet", at("2021-04-01"), at("2021-04-30"), &list, &err),
         &err);
    assert_int_equal(list.n, 4);
    assert_int_equal(list.day[0].day_us, at("2021-04-06"));
    assert_string_equal(list.day[0].holiday, "วันจักรี");
    assert_string_equal(list.day[1].holiday, "วันสงกรานต์");
    assert_null(list.day[2].holiday);
    assert_non_null(strstr(list.day[2].planned, "21 เม.ย. 64"));
    assert_null(list.day[3].planned);
}

/* ---------------------------------------------------------------- a changed calendar */

static void a_revoked_holiday_moves_open_deadlines_once_confirmed(void **state)
{
    struct rules *t = *state;
    struct err err = {0};
    struct deadline_moves moves;
    int version, n;
    rules_calendar(t);
    struct owed o = owed_new(t, NULL);
    struct owed done = owed_by(t, &o, "EXCISE");
    struct deadline_rule rule = owed_level(DEADLINE_WORKING_DAYS, 0);
    rule.from_us = at("2021-08-10");
    rule.days = 2; /* 12 Aug is off: the 11th and the 13th */
    assert_int_equal(owed_rule(t, &o, rule).due_us, at("2021-08-13T16:30"));
    owed_rule(t, &done, rule);
    owed_item(t, &done, "2021-04-02T09:00", NULL);
    rules_now(t, "2021-05-01");
    struct holiday mother = {.date_us = at("2021-08-12"), .region = ""};
    must(calendar_change(t->db, "test", "ยกเลิกวันหยุด", &version, &err), &err);
    must(holiday_revoke(t->db, version, &mother, at("2021-05-01"), "test", &n, &err), &err);
    assert_int_equal(n, 1);
    must(deadline_moves(t->a, t->db, &moves, &err), &err);
    assert_int_equal(moves.n, 1);
    assert_int_equal(moves.move[0].new_due_us, at("2021-08-12T16:30"));
    assert_int_equal(owed_judge(t, &o, "2021-05-02").due_at_us, at("2021-08-13T16:30"));
    must(deadline_move_all(t->db, "ยกเลิกวันหยุด 12 ส.ค. 64", "test", &n, &err), &err);
    assert_int_equal(n, 1);
    struct judgement j = owed_judge(t, &o, "2021-05-02");
    assert_int_equal(j.due_at_us, at("2021-08-12T16:30"));
    assert_non_null(strstr(j.basis, arena_printf(t->a, "(ปฏิทิน v%d)", version)));
    assert_int_equal(owed_judge(t, &done, "2021-05-02").due_at_us, at("2021-08-13T16:30"));
    must(deadline_moves(t->a, t->db, &moves, &err), &err);
    assert_int_equal(moves.n, 0);
}

static void a_new_holiday_moves_a_meetings_cut_off(void **state)
{
    struct rules *t = *state;
    struct err err = {0};
    struct deadline_moves moves;
    int version, n;
    enum row_change change;
    rules_calendar(t);
    struct owed o = owed_new(t, "2021-04-27T09:00");
    assert_int_equal(owed_judge(t, &o, "2021-04-02").due_at_us, at("2021-04-22T12:00"));
    struct holiday h = {.date_us = at("2021-04-23"),
                        .name = "กรณีพิเศษ",
                        .kind = "special",
                        .region = "",
                        .source = "มติ ครม.",
                        .announced_us = at("2021-04-02"),
                        .revoked_us = TIME_NONE};
    rules_now(t, "2021-04-03");
    must(calendar_change(t->db, "test", "วันหยุดพิเศษ", &version, &err), &err);
    must(holiday_put(t->db, version, &h, "test", &change, &err), &err);
    must(deadline_moves(t->a, t->db, &moves, &err), &err);
    assert_int_equal(moves.n, 2); /* the cut-off, and who hangs on it */
    must(deadline_move_all(t->db, "วันหยุดพิเศษ", "test", &n, &err), &err);
    assert_int_equal(n, 2);
    assert_int_equal(owed_judge(t, &o, "2021-04-04").due_at_us, at("2021-04-21T12:00"));
    assert_string_equal(rules_sql(t, "select status from meeting where id = %d", o.meeting_id),
                        "replaced");
}

#define RULE(f) cmocka_unit_test_setup_teardown(f, rules_begin, rules_rollback)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE(a_moved_meeting_moves_open_deadlines_and_no_others),
        RULE(the_old_day_of_a_moved_meeting_still_finds_it),
        RULE(a_missed_cut_off_stays_missed_when_the_meeting_moves_later),
        RULE(a_cancelled_meeting_leaves_what_stood_behind_it),
        RULE(a_meeting_that_contradicts_itself_is_refused),
        RULE(tuesdays_are_proposed_with_what_stands_in_their_way),
        RULE(a_revoked_holiday_moves_open_deadlines_once_confirmed),
        RULE(a_new_holiday_moves_a_meetings_cut_off),
    };
    return cmocka_run_group_tests(tests, rules_start, rules_stop);
}
