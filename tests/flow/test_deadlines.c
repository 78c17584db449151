/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Where deadlines come from: the seven levels, and the matters that they are of. */
#include "tests/flow/owed.h"

#include "db/matter.h"
#include "db/meeting.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    enum deadline_level level;
    const char *due, *words;
} levels[] = {
    {DEADLINE_OVERRIDE, "2021-04-07T10:01", "คำสั่งเจ้าหน้าที่: ตามหนังสือ (นร 0503/99)"},
    {DEADLINE_EXPLICIT, "2021-04-07T10:02", "หนังสือ นร 0503/99 ระบุไว้"},
    {DEADLINE_WITHIN, "2021-04-07T10:03", "ด่วนภายใน (นร 0503/99)"},
    {DEADLINE_MEETING, "2021-04-09T12:00", "ประชุม ครม. 20 เม.ย. 64 ปิดรับก่อน 3 วันทำการ"},
    {DEADLINE_WORKING_DAYS, "2021-04-22T16:30", "10 วันทำการ นับถัดจากวันรับ 1 เม.ย. 64"},
    {DEADLINE_CALENDAR_DAYS, "2021-04-16T16:30", /* the 11th is a Sunday, then Songkran */
     "10 วัน นับถัดจากวันรับ 1 เม.ย. 64 ตรงวันหยุด เลื่อนเป็นวันทำการถัดไป"},
    {DEADLINE_NONE, NULL, "ยังไม่กำหนด"},
};

static void each_level_gives_its_date_and_its_words(void **state)
{
    struct rules *t = *state;
    rules_calendar(t);
    for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
        rules_sql(t, "savepoint one");
        struct owed o = owed_new(t, "2021-04-20T09:00");
        int meeting = o.meeting_id;
        owed_rule(t, &o, owed_level(DEADLINE_NONE, 0)); /* the slate is clean */
        struct deadline d = owed_rule(t, &o, owed_level(levels[i].level, meeting));
        assert_true(d.holds);
        assert_int_equal(d.due_us, levels[i].due ? at(levels[i].due) : TIME_NONE);
        assert_non_null(strstr(d.basis, levels[i].words));
        assert_int_equal(owed_judge(t, &o, "2021-04-02").due_at_us, d.due_us);
        rules_sql(t, "rollback to savepoint one");
    }
}

static void a_reason_that_begins_with_a_number_stands_apart(void **state)
{
    struct rules *t = *state;
    struct owed o = owed_new(t, NULL);
    owed_rule(t, &o, owed_level(DEADLINE_WORKING_DAYS, 0));
    assert_non_null(strstr(owed_judge(t, &o, "2021-04-02T09:00").why, " เพราะ 10 วันทำการ"));
    assert_string_equal(rules_sql(t, "select because('๕ วัน')"), "เพราะ ๕ วัน");
    assert_string_equal(rules_sql(t, "select because('e-mail')"), "เพราะ e-mail");
    assert_string_equal(rules_sql(t, "select because('เลื่อนประชุม')"), "เพราะเลื่อนประชุม");
    assert_string_equal(rules_sql(t, "select because('')"), "เพราะ");
}

static void the_stronger_level_holds_in_whatever_order_they_come(void **state)
{
    struct rules *t = *state;
    unsigned seed = 64;
    rules_calendar(t);
    for (int round = 0; round < 12; round++) {
        rules_sql(t, "savepoint one");
        struct owed o = owed_new(t, "2021-04-20T09:00");
        owed_rule(t, &o, owed_level(DEADLINE_NONE, 0));
        enum deadline_level strongest = DEADLINE_NONE;
        for (int i = 0; i < 4; i++) {
            enum deadline_level level = (enum deadline_level)(1 + rand_r(&seed) % 6);
            struct deadline d = owed_rule(t, &o, owed_level(level, o.meeting_id));
            assert_int_equal(d.holds, level <= strongest);
            strongest = level < strongest ? level : strongest;
            assert_int_equal(owed_judge(t, &o, "2021-04-02").due_at_us,
                             at(levels[strongest - 1].due));
        }
        rules_sql(t, "rollback to savepoint one");
    }
}

static void a_deadline_without_its_parts_is_refused(void **state)
{
    static const struct deadline_rule bad[] = {
        {.level = DEADLINE_OVERRIDE, .at_us = 1, .reason = "x", .created_us = TIME_NONE},
        {.level = DEADLINE_OVERRIDE, .at_us = 1, .source = "x", .created_us = TIME_NONE},
        {.level = DEADLINE_EXPLICIT, .at_us = TIME_NONE, .created_us = TIME_NONE},
        {.level = DEADLINE_WITHIN, .at_us = TIME_NONE, .created_us = TIME_NONE},
        {.level = DEADLINE_MEETING, .meeting_id = 4711, .created_us = TIME_NONE},
        {.level = DEADLINE_WORKING_DAYS, .days = -1, .created_us = TIME_NONE},
        {.level = DEADLINE_CALENDAR_DAYS, .days = 10001, .created_us = TIME_NONE},
        {.level = (enum deadline_level)0, .created_us = TIME_NONE},
        {.level = (enum deadline_level)8, .created_us = TIME_NONE},
    };
    struct rules *t = *state;
    struct owed o = owed_new(t, NULL);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct err err = {0};
        struct deadline d;
        assert_false(deadline_set(t->a, t->db, o.expectation_id, &bad[i], "test", &d, &err));
        assert_int_equal(err.kind, ERR_REFUSE);
    }
}

static void what_is_answered_is_reached_by_an_override_alone(void **state)
{
    struct rules *t = *state;
    struct err err = {0};
    struct deadline d;
    struct owed o = owed_new(t, NULL);
    owed_until(t, &o, "2021-04-09");
    owed_item(t, &o, "2021-04-08T10:00", NULL);
    rules_now(t, "2021-04-20");
    struct deadline_rule again = owed_level(DEADLINE_EXPLICIT, 0);
    assert_false(deadline_set(t->a, t->db, o.expectation_id, &again, "test", &d, &err));
    assert_int_equal(err.kind, ERR_REFUSE);
    owed_rule(t, &o, owed_level(DEADLINE_OVERRIDE, 0));
    assert_string_equal(owed_judge(t, &o, "2021-04-20").verdict, "LATE");
    assert_string_equal(owed_judge(t, &o, "2021-04-19").verdict, "ON_TIME");
}

static void versions_are_never_changed_nor_put_before_others(void **state)
{
    struct rules *t = *state;
    struct owed o = owed_new(t, NULL);
    owed_until(t, &o, "2021-04-09");
    rules_refused(t, "update deadline set due_at = due_at + interval '1 day'");
    rules_refused(t, "delete from deadline");
    rules_refused(t,
                  "insert into deadline (expectation_id, version, level, due_at, basis, holds,"
                  " created_at, created_by) values (%lld, 1, 2, now(), 'x', true, '2020-01-01',"
                  " 'x')",
                  (long long)o.expectation_id);
    struct err err = {0};
    struct deadlines list;
    must(deadline_history(t->a, t->db, o.expectation_id, &list, &err), &err);
    assert_int_equal(list.n, 1);
}

/* ---------------------------------------------------------------- matters */

static void matters_number_themselves_within_the_year(void **state)
{
    struct rules *t = *state;
    struct err err = {0};
    struct matter m = {.class_name = "PARL-CONSULT",
                       .title = "ข้อหารือ",
                       .urgency = "ด่วนที่สุด",
                       .secrecy = "",
                       .letter_no = "",
                       .received_us = TIME_NONE,
                       .created_us = at("2020-12-31T16:59:59Z")};
    int64_t id, found;
    int no;
    must(matter_add(t->db, &m, "test", &id, &no, &err), &err);
    assert_int_equal(no, 1);
    must(matter_add(t->db, &m, "test", &id, &no, &err), &err);
    assert_int_equal(no, 2);
    must(matter_find(t->db, 2563, 2, &found, &err), &err);
    assert_int_equal(found, id);
    m.created_us = at("2020-12-31T17:00:00Z"); /* New Year in Bangkok */
    must(matter_add(t->db, &m, "test", &id, &no, &err), &err);
    assert_int_equal(no, 1);
    m.year = 2563;
    m.no = 2;
    assert_false(matter_add(t->db, &m, "test", &id, &no, &err));
    assert_int_equal(err.kind, ERR_REFUSE);
    m.class_name = "CAB";
    assert_false(matter_add(t->db, &m, "test", &id, &no, &err));
}

static void matter_numbers_are_read_as_officials_write_them(void **state)
{
    static const struct {
        const char *text;
        int year, no;
    } cases[] = {{"12/2564", 2564, 12}, {"๑๒/๒๕๖๔", 2564, 12}, {"12/64", 0, 0},   {"0/2564", 0, 0},
                 {"12", 0, 0},          {"12/2564x", 0, 0},    {"-1/2564", 0, 0}, {"", 0, 0},
                 {"9999999/2564", 0, 0}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int year = 0, no = 0;
        assert_int_equal(matter_no_parse(cases[i].text, &year, &no), cases[i].year != 0);
        assert_int_equal(year, cases[i].year);
        assert_int_equal(no, cases[i].no);
    }
}

static void a_matter_given_a_meeting_gives_its_cut_off(void **state)
{
    struct rules *t = *state;
    struct err err = {0};
    rules_calendar(t);
    struct owed first = owed_new(t, "2021-04-20T09:00");
    struct matter m = {.class_name = "CAB-SUBMIT",
                       .title = "ร่างพระราชกฤษฎีกา",
                       .urgency = "",
                       .secrecy = "",
                       .letter_no = "",
                       .received_us = TIME_NONE,
                       .created_us = TIME_NONE};
    struct owed o = {.agency_id = first.agency_id};
    int no;
    must(matter_add(t->db, &m, "test", &o.matter_id, &no, &err), &err);
    must(expectation_add(t->db, o.matter_id, o.agency_id, TIME_NONE, "test", &o.expectation_id,
                         &err),
         &err);
    assert_string_equal(owed_judge(t, &o, "2021-04-02").verdict, "NO_DEADLINE");
    must(matter_meet(t->db, o.matter_id, first.meeting_id, "test", &err), &err);
    assert_int_equal(owed_judge(t, &o, "2021-04-02").due_at_us, at("2021-04-09T12:00"));
    assert_false(matter_meet(t->db, o.matter_id, 4711, "test", &err));
}

#define RULE(f) cmocka_unit_test_setup_teardown(f, rules_begin, rules_rollback)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE(each_level_gives_its_date_and_its_words),
        RULE(a_reason_that_begins_with_a_number_stands_apart),
        RULE(the_stronger_level_holds_in_whatever_order_they_come),
        RULE(a_deadline_without_its_parts_is_refused),
        RULE(what_is_answered_is_reached_by_an_override_alone),
        RULE(versions_are_never_changed_nor_put_before_others),
        RULE(matters_number_themselves_within_the_year),
        RULE(matter_numbers_are_read_as_officials_write_them),
        RULE(a_matter_given_a_meeting_gives_its_cut_off),
    };
    return cmocka_run_group_tests(tests, rules_start, rules_stop);
}
