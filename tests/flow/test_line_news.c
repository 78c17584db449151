/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the coordinators are told by LINE, and what never: news of what has become late and of
 * deadlines that changed, once each, by the real thanwelad. */
#include "tests/flow/line_office.h"

static void changed(int no, const char *due, const char *when)
{
    database_run(owner, arena_printf(d->a,
                                     "insert into deadline (expectation_id, level, due_at, basis,"
                                     " created_at, created_by) select e.id, 2, '%s+07', 'เลื่อน',"
                                     " '%s+07', 't' from expectation e join matter m on m.id ="
                                     " e.matter_id where m.no = %d",
                                     due, when, no));
}

static void what_has_just_become_late_is_told_once(void **state)
{
    (void)state;
    owed(1, "2021-04-08T16:30", "");   /* late before LINE was on: the digest's */
    owed(2, "2021-04-09T16:30", "");   /* becomes late */
    owed(3, "2021-04-09T16:30", "ลับ"); /* secret */
    owed(4, "2021-04-30T16:30", "");   /* not yet */
    assert_int_equal(daemon_once(d, "THANWELA_NOW=2021-04-09T12:00"), 0);
    assert_int_equal(daemon_once(d, "THANWELA_NOW=2021-04-09T16:30"), 0); /* the instant itself */
    assert_int_equal(fake_line_heard(line, heard), 0);
    setenv("THANWELA_NOW", "2021-04-09T16:30:01", 1);
    pid_t several[3];
    for (size_t i = 0; i < ARRAY_LEN(several); i++)
        several[i] = daemon_start(d, NULL, true);
    for (size_t i = 0; i < ARRAY_LEN(several); i++)
        assert_int_equal(daemon_end(several[i], 0), 0);
    unsetenv("THANWELA_NOW");
    assert_int_equal(daemon_once(d, "THANWELA_NOW=2021-04-09T18:00"), 0);
    assert_int_equal(fake_line_heard(line, heard), 1);
    assert_int_equal(fake_line_accepted(line), 1);
    assert_non_null(strstr(heard[0].body, "2/2564"));
    assert_null(strstr(heard[0].body, "1/2564"));
    assert_null(strstr(heard[0].body, "3/2564"));
    assert_null(strstr(heard[0].body, "4/2564"));
    /* A new deadline that passes too is a new becoming late. */
    changed(2, "2021-04-10T12:00", "2021-04-09T18:30");
    assert_int_equal(daemon_once(d, "THANWELA_NOW=2021-04-09T19:00"), 0);
    assert_int_equal(fake_line_heard(line, heard), 2); /* the change */
    assert_int_equal(daemon_once(d, "THANWELA_NOW=2021-04-10T12:01"), 0);
    assert_int_equal(daemon_once(d, "THANWELA_NOW=2021-04-10T12:05"), 0);
    assert_int_equal(fake_line_heard(line, heard), 3);
    assert_int_equal(database_int(db, "select count(*) from line_late"), 2);
}

static void what_was_not_looked_for_is_not_called_late(void **state)
{
    (void)state;
    owed(2, "2021-04-09T16:30", "");
    database_run(owner, "insert into mailbox (name, host, login, folder, last_poll_at) values"
                        " ('saraban', 'h', 'l', 'f', '2021-04-09T16:29+07')");
    assert_int_equal(daemon_once(d, "THANWELA_NOW=2021-04-09T12:00"), 0);
    assert_int_equal(daemon_once(d, "THANWELA_NOW=2021-04-09T17:00"), 0);
    assert_int_equal(fake_line_heard(line, heard), 0);
    database_run(owner, "update mailbox set last_poll_at = '2021-04-09T16:59+07'");
    assert_int_equal(daemon_once(d, "THANWELA_NOW=2021-04-09T17:00"), 0);
    assert_int_equal(fake_line_heard(line, heard), 1);
    database_run(owner, "delete from mailbox");
}

static void a_changed_deadline_is_told_once_as_it_stands(void **state)
{
    (void)state;
    owed(5, "2021-04-20T16:30", "");
    owed(6, "2021-04-20T16:30", "ลับที่สุด");
    owed(7, "2021-04-20T16:30", "");
    assert_int_equal(daemon_once(d, "THANWELA_NOW=2021-04-09T12:00"), 0);
    changed(5, "2021-04-22T16:30", "2021-04-09T13:00");
    changed(5, "2021-04-23T12:00", "2021-04-09T13:01"); /* of two changes the last one */
    changed(6, "2021-04-23T12:00", "2021-04-09T13:01");
    changed(7, "2021-04-20T16:30", "2021-04-09T13:01"); /* the same instant is no change */
    assert_int_equal(daemon_once(d, "THANWELA_NOW=2021-04-09T13:02"), 0);
    assert_int_equal(daemon_once(d, "THANWELA_NOW=2021-04-09T13:03"), 0);
    assert_int_equal(fake_line_heard(line, heard), 1);
    assert_non_null(
        strstr(heard[0].body, "5/2564 กรมศุลกากร จาก 20 เม.ย. 64 16:30 เป็น 23 เม.ย. 64"));
    assert_null(strstr(heard[0].body, "6/2564"));
    assert_null(strstr(heard[0].body, "7/2564"));
}

/* Everything at once: overdue, soon, late, newly late, changed; and whatever could leak. */
static void nothing_forbidden_is_ever_told(void **state)
{
    static const char *const forbidden[] = {
        "สมมุติ", "แต่งตั้ง", "ผู้ประสาน", "clerk@", "3/2564", "http", "www.", "thanwela.mof.example",
        ".pdf", "TOKEN", "ลับมาก",   "@",
    };
    (void)state;
    database_run(owner, "update agency set contact = 'ผู้ประสาน ก', contact_mail ="
                        " 'clerk@customs.go.th' where code = 'CUSTOMS'");
    owed(1, "2021-04-08T16:30", "");
    owed(2, "2021-04-09T16:30", "");
    owed(3, "2021-04-09T16:30", "ลับมาก");
    owed(4, "2021-04-10T16:30", "");
    assert_int_equal(daemon_once(d, "THANWELA_NOW=2021-04-09T12:00"), 0);
    changed(4, "2021-04-12T12:00", "2021-04-09T13:00");
    setenv("THANWELA_NOW", "2021-04-09T18:00", 1);
    assert_int_equal(daemon_run(d, NULL, "thanwela", "report", "lateness", "--send", NULL), 0);
    assert_int_equal(daemon_run(d, NULL, "thanwela", "report", "lateness", "--send", NULL), 0);
    unsetenv("THANWELA_NOW");
    daemon_once(d, "THANWELA_NOW=2021-04-09T18:01"); /* no mail server: the report's mail waits */
    int n = fake_line_heard(line, heard);
    assert_int_equal(n, 3); /* one digest although two reports, late, changed */
    for (int i = 0; i < n; i++)
        for (size_t k = 0; k < ARRAY_LEN(forbidden); k++)
            if (strstr(heard[i].body, forbidden[k]))
                fail_msg("\"%s\" is told: %s", forbidden[k], heard[i].body);
    assert_int_equal(database_int(db, "select count(*) from outbox where kind = 'digest'"), 1);
    assert_int_equal(database_int(db, "select count(*) from violation_line"), 0);
    database_run(owner, "update outbox set body = convert_to('ผู้ประสาน ก http://x', 'utf8')"
                        " where kind = 'digest'");
    assert_int_equal(database_int(db, "select count(*) from violation_line"), 2);
    database_run(owner, "delete from outbox where kind = 'digest'");
    database_run(owner, "update agency set contact = '', contact_mail = ''");
}
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_has_just_become_late_is_told_once),
        TEST(what_was_not_looked_for_is_not_called_late),
        TEST(a_changed_deadline_is_told_once_as_it_stands),
        TEST(nothing_forbidden_is_ever_told),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
