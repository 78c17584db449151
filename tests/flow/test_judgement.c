/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The eight judgements, as of any instant, to the second. */
#include "tests/flow/owed.h"

#include "db/matter.h"
#include "db/meeting.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void each_second_around_the_deadline_is_judged_right(void **state)
{
    static const struct {
        const char *entered, *as_of, *verdict;
        int late_min, late_work_min;
    } cases[] = {
        {"2021-04-09T12:00:00", "2021-04-30", "ON_TIME", 0, 0},
        {"2021-04-09T11:59:59", "2021-04-30", "ON_TIME", 0, 0},
        {"2021-04-09T12:00:01", "2021-04-30", "LATE", 1, 1},
        {"2021-04-09T13:00:00", "2021-04-30", "LATE", 60, 60},
        {"2021-04-09T17:30:00", "2021-04-30", "LATE", 330, 270},
        {"2021-04-16T08:31:00", "2021-04-30", "LATE", 9871, 271},
        {"2021-04-09T12:00:01", "2021-04-09T12:00:00", "DUE_SOON", 0, 0},
        {NULL, "2021-04-02T10:00", "PENDING", 0, 0},
        {NULL, "2021-04-05T10:00", "DUE_SOON", 0, 0}, /* Monday; the 6th is off */
        {NULL, "2021-04-04T10:00", "PENDING", 0, 0},
        {NULL, "2021-04-09T12:00:00", "DUE_SOON", 0, 0},
        {NULL, "2021-04-09T12:00:01", "OVERDUE", 1, 1},
        {NULL, "2021-04-16T08:30:00", "OVERDUE", 9870, 270},
    };
    struct rules *t = *state;
    rules_calendar(t);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        rules_sql(t, "savepoint one");
        struct owed o = owed_new(t, NULL);
        owed_until(t, &o, "2021-04-09T12:00");
        if (cases[i].entered)
            owed_item(t, &o, cases[i].entered, NULL);
        struct judgement j = owed_judge(t, &o, cases[i].as_of);
        assert_string_equal(j.verdict, cases[i].verdict);
        assert_int_equal(j.late_min, cases[i].late_min);
        assert_int_equal(j.late_work_min, cases[i].late_work_min);
        assert_int_equal(j.due_at_us, at("2021-04-09T12:00"));
        rules_sql(t, "rollback to savepoint one");
    }
}

static void a_date_without_a_time_ends_with_the_office(void **state)
{
    struct rules *t = *state;
    struct owed o = owed_new(t, NULL);
    assert_int_equal(owed_until(t, &o, "2021-04-09").due_us, at("2021-04-09T16:30"));
    owed_item(t, &o, "2021-04-09T16:30:01", NULL);
    assert_string_equal(owed_judge(t, &o, "2021-04-30").verdict, "LATE");
}

static void no_deadline_is_never_in_time(void **state)
{
    struct rules *t = *state;
    struct owed o = owed_new(t, NULL);
    assert_string_equal(owed_judge(t, &o, "2021-04-30").verdict, "NO_DEADLINE");
    int64_t item = owed_item(t, &o, "2021-04-02T10:00", NULL);
    assert_string_equal(owed_judge(t, &o, "2021-04-30").verdict, "NO_DEADLINE");
    assert_string_equal(item_judge(t, item, "2021-04-30").verdict, "NO_DEADLINE");
    assert_string_equal(item_judge(t, item, "2021-04-30").label, "ยังไม่กำหนด");
}

static void an_exemption_holds_from_when_it_was_given(void **state)
{
    struct rules *t = *state;
    struct err err = {0};
    struct owed o = owed_new(t, NULL);
    owed_until(t, &o, "2021-04-09");
    rules_now(t, "2021-04-20");
    must(expectation_exempt(t->db, o.expectation_id, "ไม่เกี่ยวข้อง", "test", &err), &err);
    assert_string_equal(owed_judge(t, &o, "2021-04-19").verdict, "OVERDUE");
    struct judgement j = owed_judge(t, &o, "2021-04-20");
    assert_string_equal(j.verdict, "EXEMPT");
    assert_string_equal(j.why, "ยกเว้น เพราะไม่เกี่ยวข้อง");
    must(expectation_exempt(t->db, o.expectation_id, "", "test", &err), &err);
    assert_string_equal(owed_judge(t, &o, "2021-04-20").verdict, "OVERDUE");
}

/* ---------------------------------------------------------------- which receipt decides */

static void the_first_receipt_decides_and_a_resend_changes_nothing(void **state)
{
    struct rules *t = *state;
    struct owed o = owed_new(t, NULL);
    owed_until(t, &o, "2021-04-09T12:00");
    int64_t first = owed_item(t, &o, "2021-04-08T10:00", NULL);
    int64_t resend = owed_item(t, &o, "2021-04-20T10:00", NULL);
    assert_string_equal(owed_judge(t, &o, "2021-04-30").verdict, "ON_TIME");
    assert_string_equal(item_judge(t, first, "2021-04-30").verdict, "ON_TIME");
    struct judgement j = item_judge(t, resend, "2021-04-30");
    assert_string_equal(j.verdict, "ON_TIME");
    assert_non_null(strstr(j.why, "ตัดสินจากฉบับอื่น"));
    struct owed late = owed_by(t, &o, "EXCISE");
    owed_until(t, &late, "2021-04-09T12:00");
    owed_item(t, &late, "2021-04-09T12:01", NULL);
    owed_item(t, &late, "2021-04-09T12:02", NULL);
    assert_int_equal(owed_judge(t, &late, "2021-04-30").late_min, 1);
}

static void the_completing_receipt_decides(void **state)
{
    static const struct {
        const char *completed, *verdict;
    } cases[] = {
        {NULL, "INCOMPLETE"},
        {"2021-04-09T12:00:00", "ON_TIME"},
        {"2021-04-09T12:00:01", "LATE"},
    };
    struct rules *t = *state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        rules_sql(t, "savepoint one");
        struct owed o = owed_new(t, NULL);
        owed_until(t, &o, "2021-04-09T12:00");
        int64_t part = owed_item(t, &o, "2021-04-08T10:00",
                                 "is_complete = false, incomplete_why = 'ขาดสิ่งที่ส่งมาด้วย 2'");
        if (cases[i].completed)
            owed_item(t, &o, cases[i].completed,
                      arena_printf(t->a, "completes = %lld", (long long)part));
        assert_string_equal(owed_judge(t, &o, "2021-04-30").verdict, cases[i].verdict);
        assert_string_equal(owed_judge(t, &o, "2021-04-08T23:00").verdict, "INCOMPLETE");
        assert_non_null(strstr(owed_judge(t, &o, "2021-04-08T23:00").why, "ขาดสิ่งที่ส่งมาด้วย 2"));
        rules_sql(t, "rollback to savepoint one");
    }
}

static void a_part_that_came_late_is_late_and_not_incomplete(void **state)
{
    struct rules *t = *state;
    struct owed o = owed_new(t, NULL);
    owed_until(t, &o, "2021-04-09T12:00");
    owed_item(t, &o, "2021-04-10T10:00", "is_complete = false");
    assert_string_equal(owed_judge(t, &o, "2021-04-30").verdict, "LATE");
}

static void what_does_not_count_leaves_it_not_received(void **state)
{
    static const char *const uncounted[] = {
        "status = 'ยกเลิก', cancelled_why = 'ซ้ำ'",
        "sender_state = 'unverified'",
        "agency_id = null, agency_how = ''",
        "matter_id = null",
    };
    struct rules *t = *state;
    for (size_t i = 0; i < ARRAY_LEN(uncounted); i++) {
        rules_sql(t, "savepoint one");
        struct owed o = owed_new(t, NULL);
        owed_until(t, &o, "2021-04-09T12:00");
        owed_item(t, &o, "2021-04-08T10:00", uncounted[i]);
        assert_string_equal(owed_judge(t, &o, "2021-04-30").verdict, "OVERDUE");
        rules_sql(t, "rollback to savepoint one");
    }
    struct owed o = owed_new(t, NULL);
    owed_until(t, &o, "2021-04-09T12:00");
    owed_item(t, &o, "2021-04-08T10:00", "sender_state = 'unverified', agency_how = 'officer'");
    assert_string_equal(owed_judge(t, &o, "2021-04-30").verdict, "ON_TIME");
}

static void the_basis_deemed_judges_by_office_hours(void **state)
{
    struct rules *t = *state;
    struct err err = {0};
    struct office_rules rules = {.receipt_basis = "deemed", .region = "", .soon_days = 3};
    rules_calendar(t);
    struct owed o = owed_new(t, NULL);
    owed_until(t, &o, "2021-04-09T20:00");
    owed_item(t, &o, "2021-04-09T18:00", NULL);
    assert_string_equal(owed_judge(t, &o, "2021-04-30").verdict, "ON_TIME");
    must(office_rules_put(t->db, &rules, &err), &err);
    struct judgement j = owed_judge(t, &o, "2021-04-30");
    assert_string_equal(j.verdict, "LATE");
    assert_non_null(strstr(j.why, "รับ 16 เม.ย. 64 08:30"));
}

/* ---------------------------------------------------------------- extensions */

static void an_extension_in_time_moves_the_deadline(void **state)
{
    struct rules *t = *state;
    rules_calendar(t);
    struct owed o = owed_new(t, NULL);
    owed_until(t, &o, "2021-04-09T12:00");
    rules_now(t, "2021-04-08T10:00");
    struct deadline d = owed_extend(t, &o, 2, false);
    assert_int_equal(d.version, 2);
    assert_int_equal(d.due_us, at("2021-04-19T16:30")); /* the 16th and the 19th */
    owed_item(t, &o, "2021-04-19T16:30", NULL);
    assert_string_equal(owed_judge(t, &o, "2021-04-30").label, "ทันเวลา");
    assert_int_equal(owed_judge(t, &o, "2021-04-08T09:59").due_at_us, at("2021-04-09T12:00"));
}

static void an_extension_after_the_deadline_does_not_erase_lateness(void **state)
{
    struct rules *t = *state;
    rules_calendar(t);
    struct owed o = owed_new(t, NULL);
    owed_until(t, &o, "2021-04-09T12:00");
    rules_now(t, "2021-04-16T10:00");
    owed_extend(t, &o, 2, false);
    assert_string_equal(owed_judge(t, &o, "2021-04-16T11:00").verdict, "DUE_SOON");
    owed_item(t, &o, "2021-04-19T10:00", NULL);
    struct judgement j = owed_judge(t, &o, "2021-04-30");
    assert_string_equal(j.verdict, "LATE");
    assert_string_equal(j.label, "ทันตามกำหนดใหม่ (เดิมไม่ทัน)");
    assert_int_equal(j.due_at_us, at("2021-04-19T16:30"));
    assert_int_equal(j.late_min, (10 * 24 - 2) * 60);
    assert_non_null(strstr(j.why, "ไม่ทันกำหนดเดิม 9 เม.ย. 64 12:00"));
    rules_now(t, "2021-04-20T10:00"); /* and one more does not either */
    owed_extend(t, &o, 5, false);
    assert_string_equal(owed_judge(t, &o, "2021-04-30").verdict, "LATE");
}

static void an_officer_may_erase_lateness_on_record(void **state)
{
    struct rules *t = *state;
    rules_calendar(t);
    struct owed o = owed_new(t, NULL);
    owed_until(t, &o, "2021-04-09T12:00");
    rules_now(t, "2021-04-16T10:00");
    owed_extend(t, &o, 2, true);
    owed_item(t, &o, "2021-04-19T10:00", NULL);
    assert_string_equal(owed_judge(t, &o, "2021-04-30").label, "ทันเวลา");
    assert_string_equal(rules_sql(t, "select detail->>'erases_lateness' from event where what ="
                                     " 'extend deadline'"),
                        "yes");
}

static void an_extension_after_a_receipt_in_time_leaves_it_in_time(void **state)
{
    struct rules *t = *state;
    struct owed o = owed_new(t, NULL);
    owed_until(t, &o, "2021-04-09T12:00");
    owed_item(t, &o, "2021-04-09T11:00", NULL);
    rules_now(t, "2021-04-16T10:00");
    owed_extend(t, &o, 2, false);
    assert_string_equal(owed_judge(t, &o, "2021-04-30").label, "ทันเวลา");
}

/* ---------------------------------------------------------------- items without a matter */

static void an_item_is_judged_by_what_it_names(void **state)
{
    static const struct {
        const char *sql, *verdict, *words;
        const char *due;
    } cases[] = {
        /* ด่วนภายใน before the meeting that is named, before the next one */
        {"within_at = '2021-04-08 10:00+07', meeting_id = %d", "LATE", "ด่วนภายใน",
         "2021-04-08T10:00"},
        {"meeting_id = %d", "ON_TIME", "ประชุม ครม. 20 เม.ย. 64 ปิดรับก่อน 3 วันทำการ",
         "2021-04-09T12:00"},
        {"mailbox_id = (select id from mailbox where name = 'c'), meeting_id = null + %d",
         "ON_TIME", "จึงใช้การประชุมถัดไป: ประชุม ครม. 20 เม.ย. 64", "2021-04-09T12:00"},
        {"mailbox_id = (select id from mailbox where name = 'p'), meeting_id = null + %d",
         "NO_DEADLINE", "ยังไม่กำหนดวันส่ง", NULL},
        {"status = 'ยกเลิก', cancelled_why = 'ซ้ำ', meeting_id = %d", "EXEMPT", "ซ้ำ",
         "2021-04-09T12:00"},
    };
    struct rules *t = *state;
    rules_calendar(t);
    struct owed o = owed_new(t, "2021-04-20T09:00");
    rules_sql(t, "insert into mailbox (name, host, login, folder, body) values"
                 " ('c', 'h', 'c', 'f', 'cabinet'), ('p', 'h', 'p', 'f', 'parliament')");
    struct owed none = {.agency_id = o.agency_id};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t item = owed_item(t, &none, "2021-04-09T12:00", NULL);
        const char *set = arena_strdup(t->a, cases[i].sql), *hole = strstr(set, "%d");
        rules_sql(t, "update item set %.*s%d%s where id = %lld", (int)(hole - set), set,
                  o.meeting_id, hole + 2, (long long)item);
        struct judgement j = item_judge(t, item, "2021-04-30");
        assert_string_equal(j.verdict, cases[i].verdict);
        assert_non_null(strstr(j.why, cases[i].words));
        if (strcmp(j.verdict, "EXEMPT") != 0)
            assert_int_equal(j.due_at_us, cases[i].due ? at(cases[i].due) : TIME_NONE);
    }
}

static void a_meeting_that_changes_later_does_not_judge_again(void **state)
{
    struct rules *t = *state;
    struct err err = {0};
    int id, n;
    rules_calendar(t);
    struct owed o = owed_new(t, "2021-04-20T09:00");
    rules_sql(t, "insert into mailbox (name, host, login, folder, body) values"
                 " ('c', 'h', 'c', 'f', 'cabinet')");
    struct owed none = {.agency_id = o.agency_id};
    const char *mailbox = "mailbox_id = (select id from mailbox where name = 'c')";
    int64_t before = owed_item(t, &none, "2021-04-10T10:00", mailbox);
    assert_string_equal(item_judge(t, before, "2021-04-30").verdict, "LATE");
    rules_now(t, "2021-04-12");
    struct meeting_change c = {.id = o.meeting_id,
                               .starts_us = at("2021-04-27T09:00"),
                               .cutoff_days = -1,
                               .cutoff_us = TIME_NONE,
                               .why = "เลื่อน",
                               .who = "test"};
    must(meeting_move(t->db, &c, &id, &n, &err), &err);
    int64_t after = owed_item(t, &none, "2021-04-13T10:00", mailbox);
    assert_string_equal(item_judge(t, before, "2021-04-30").verdict, "LATE");
    struct judgement j = item_judge(t, after, "2021-04-30");
    assert_string_equal(j.verdict, "ON_TIME");
    assert_int_equal(j.due_at_us, at("2021-04-22T12:00"));
    c.id = id;
    rules_now(t, "2021-04-14");
    must(meeting_cancel(t->db, &c, &n, &err), &err);
    assert_string_equal(item_judge(t, after, "2021-04-30").verdict, "ON_TIME");
    int64_t last = owed_item(t, &none, "2021-04-15T10:00", mailbox);
    assert_string_equal(item_judge(t, last, "2021-04-30").verdict, "NO_DEADLINE");
}

static void an_item_of_a_matter_that_does_not_ask_its_agency_waits_for_an_officer(void **state)
{
    struct rules *t = *state;
    struct owed o = owed_new(t, NULL);
    struct owed stranger = owed_by(t, &o, "EXCISE");
    stranger.agency_id = 0;
    struct judgement j =
        item_judge(t, owed_item(t, &stranger, "2021-04-09T12:00", NULL), "2021-04-30");
    assert_string_equal(j.verdict, "NO_DEADLINE");
    assert_non_null(strstr(j.why, "เรื่องนี้ยังไม่ได้กำหนดให้หน่วยงานนี้ส่ง"));
}

static void the_past_does_not_know_what_came_later(void **state)
{
    struct rules *t = *state;
    struct err err = {0};
    struct judgement j;
    struct owed o = owed_new(t, NULL);
    int64_t item = owed_item(t, &o, "2021-04-09T12:00", NULL);
    assert_false(judge_item(t->db, t->a, item, at("2021-04-09T11:59:59"), &j, &err));
    assert_int_equal(err.kind, ERR_REFUSE);
    assert_false(judge_expectation(t->db, t->a, o.expectation_id, at("2021-03-31"), &j, &err));
}

static void the_line_of_reason_reads_as_an_officer_writes(void **state)
{
    struct rules *t = *state;
    rules_now(t, "2021-01-01");
    rules_calendar(t);
    const char *version = rules_sql(t, "select max(version) from calendar_version");
    struct owed o = owed_new(t, "2021-04-20T09:00");
    owed_item(t, &o, "2021-04-09T17:00", NULL);
    struct judgement j = owed_judge(t, &o, "2021-04-30");
    assert_string_equal(
        j.why, arena_printf(t->a,
                            "กำหนด 9 เม.ย. 64 12:00 เพราะประชุม ครม. 20 เม.ย. 64 ปิดรับก่อน 3 วันทำการ"
                            " (ปฏิทิน v%s) · รับ 9 เม.ย. 64 17:00 ช้า 5 ชม. (เวลาทำการ 4 ชม. 30 นาที)",
                            version));
}

#define RULE(f) cmocka_unit_test_setup_teardown(f, rules_begin, rules_rollback)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE(each_second_around_the_deadline_is_judged_right),
        RULE(a_date_without_a_time_ends_with_the_office),
        RULE(no_deadline_is_never_in_time),
        RULE(an_exemption_holds_from_when_it_was_given),
        RULE(the_first_receipt_decides_and_a_resend_changes_nothing),
        RULE(the_completing_receipt_decides),
        RULE(a_part_that_came_late_is_late_and_not_incomplete),
        RULE(what_does_not_count_leaves_it_not_received),
        RULE(the_basis_deemed_judges_by_office_hours),
        RULE(an_extension_in_time_moves_the_deadline),
        RULE(an_extension_after_the_deadline_does_not_erase_lateness),
        RULE(an_officer_may_erase_lateness_on_record),
        RULE(an_extension_after_a_receipt_in_time_leaves_it_in_time),
        RULE(an_item_is_judged_by_what_it_names),
        RULE(a_meeting_that_changes_later_does_not_judge_again),
        RULE(an_item_of_a_matter_that_does_not_ask_its_agency_waits_for_an_officer),
        RULE(the_past_does_not_know_what_came_later),
        RULE(the_line_of_reason_reads_as_an_officer_writes),
    };
    return cmocka_run_group_tests(tests, rules_start, rules_stop);
}
