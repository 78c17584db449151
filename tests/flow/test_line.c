/* SPDX-License-Identifier: AGPL-3.0-or-later
 * LINE: the real thanwelad against a small Messaging API on loopback that answers as documented and
 * misbehaves; the daemon is killed between sending and marking. */
#include "base/buf.h"
#include "base/clock.h"
#include "tests/flow/daemon.h"
#include "tests/flow/fake_line.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define NOON "THANWELA_NOW=2021-04-09T12:00"

static struct daemon *d;
static struct db *db, *owner;
static struct fake_line *line;
static struct fake_push heard[FAKE_LINE_PUSHES_MAX];

/* The office's configuration, with the deliver role alone and LINE as said. */
static void configure(const char *line_section)
{
    char *sed = arena_printf(d->a,
                             "sed -i -e '/^\\[line\\]/,$d' -e 's/^roles = .*/roles = deliver/' '%s'"
                             " && printf '\\n[line]\\n%s' >>'%s'",
                             d->conf, line_section, d->conf);
    assert_int_equal(system(sed), 0);
}

static void configure_real(void)
{
    char *token = arena_printf(d->a, "%s.token", d->conf);
    assert_int_equal(system(arena_printf(d->a, "umask 077; echo 'T0ken/+=' >'%s'", token)), 0);
    configure(arena_printf(d->a,
                           "mode = real\\nto = C0123\\ntimeout_s = 1\\ntoken_file = %s\\n"
                           "endpoint = http://127.0.0.1:%d\\n",
                           token, fake_line_port(line)));
}

static int start(void **state)
{
    (void)state;
    d = daemon_new((const char *const[]){"--parts", "postgres", NULL}, NULL);
    db = database_open(d->office);
    owner = database_open_owner(d->office);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    db_close(db);
    db_close(owner);
    daemon_free(d);
    return 0;
}

/* Only the owner of the tables can, and no one who is not a test would. */
static void empty(void)
{
    static const char *const tables[] = {"line_changed", "line_late", "line_watch", "deadline",
                                         "expectation",  "matter",    "outbox"};
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        database_run(owner, arena_printf(d->a, "alter table %s disable trigger user", tables[i]));
        database_run(owner, arena_printf(d->a, "delete from %s", tables[i]));
        database_run(owner, arena_printf(d->a, "alter table %s enable trigger user", tables[i]));
    }
}

static int begin(void **state)
{
    (void)state;
    empty();
    line = fake_line_start();
    configure_real();
    return 0;
}

static int end(void **state)
{
    (void)state;
    database_is_sound(db);
    fake_line_stop(line);
    return 0;
}

/* A matter that customs owes by that instant. */
static void owed(int no, const char *due, const char *secrecy)
{
    database_run(owner,
                 arena_printf(d->a,
                              "with m as (insert into matter (year, no, class, title, secrecy,"
                              "  created_at, created_by) values (2564, %d, 'CAB-SUBMIT',"
                              "  'ขอแต่งตั้งนายสมมุติ นามสมมุติ เป็นกรรมการ', '%s', '2021-04-01', 't')"
                              " returning id), e as (insert into expectation (matter_id, agency_id,"
                              "  created_at) select m.id, a.id, '2021-04-01' from m, agency a"
                              "  where a.code = 'CUSTOMS' returning id)"
                              " insert into deadline (expectation_id, level, due_at, basis,"
                              "  created_at, created_by) select id, 2, '%s+07', 'หนังสือ',"
                              "  '2021-04-01', 't' from e",
                              no, secrecy, due));
}

static void changed(int no, const char *due, const char *when)
{
    database_run(owner, arena_printf(d->a,
                                     "insert into deadline (expectation_id, level, due_at, basis,"
                                     " created_at, created_by) select e.id, 2, '%s+07', 'เลื่อน',"
                                     " '%s+07', 't' from expectation e join matter m on m.id ="
                                     " e.matter_id where m.no = %d",
                                     due, when, no));
}

static void message(const char *kind)
{
    database_run(owner, arena_printf(d->a,
                                     "insert into outbox (channel, kind, rcpt, body, created_at)"
                                     " values ('line', '%s', 'C0123', '{}', '2021-04-09T11:59+07')",
                                     kind));
}

static void due_again(void)
{
    database_run(owner, "update outbox set next_at = clock_timestamp(), claimed_until ="
                        " least(claimed_until, clock_timestamp())");
}

static int64_t in_state(const char *state)
{
    return database_int(
        db, arena_printf(d->a, "select count(*) from outbox where state = '%s'", state));
}

static bool last_reply_says(const char *words)
{
    return database_int(
               db, arena_printf(d->a, "select count(*) from outbox where last_reply like '%%%s%%'",
                                words)) > 0;
}

static void every_answer_of_line_ends_as_documented(void **state)
{
    static const struct {
        const char *script;
        int runs, n_pushes, n_read; /* by readers */
        const char *state, *says;
    } cases[] = {
        {"2", 1, 1, 1, "sent", "200"},
        {"4", 2, 1, 0, "dead", "1 error(s)"},
        {"3", 2, 1, 0, "dead", "token_file"},
        {"m", 2, 1, 0, "dead", "next month"},
        {"9", 2, 2, 1, "sent", "200"},
        {"5552", 4, 4, 1, "sent", "200"},
        {"a", 2, 2, 1, "sent", "accepted before"},
        {"c", 2, 2, 1, "sent", "accepted before"},
        {"h", 2, 2, 1, "sent", "accepted before"},
        {"t", 2, 2, 1, "sent", "accepted before"},
        {"5", 1, 1, 0, "ready", "500"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        end(state);
        begin(state);
        message("notice");
        fake_line_push_script(line, cases[i].script);
        for (int k = 0; k < cases[i].runs; k++) {
            due_again();
            assert_int_equal(daemon_once(d, NOON), 0);
        }
        assert_int_equal(fake_line_heard(line, heard), cases[i].n_pushes);
        assert_int_equal(fake_line_accepted(line), cases[i].n_read);
        assert_int_equal(in_state(cases[i].state), 1);
        if (!last_reply_says(cases[i].says))
            fail_msg("%s: nobody is told \"%s\"", cases[i].script, cases[i].says);
        for (int k = 1; k < cases[i].n_pushes; k++)
            assert_string_equal(heard[k].key, heard[0].key);
        assert_string_equal(heard[0].authorization, "Bearer T0ken/+=");
    }
}

static void killed_between_sending_and_marking_it_is_read_once(void **state)
{
    (void)state;
    message("notice");
    fake_line_push_script(line, "h");
    configure(arena_printf(d->a,
                           "mode = real\\nto = C0123\\ntimeout_s = 60\\ntoken_file = %s.token\\n"
                           "endpoint = http://127.0.0.1:%d\\n",
                           d->conf, fake_line_port(line)));
    setenv("THANWELA_NOW", "2021-04-09T12:00", 1);
    pid_t pid = daemon_start(d, NULL, true);
    for (int i = 0; i < 400 && fake_line_heard(line, heard) == 0; i++)
        usleep(25000);
    daemon_end(pid, SIGKILL);
    unsetenv("THANWELA_NOW");
    assert_int_equal(fake_line_heard(line, heard), 1);
    usleep(300000); /* its roles die with it, and their connection */
    due_again();
    assert_int_equal(daemon_once(d, NOON), 0);
    assert_int_equal(fake_line_heard(line, heard), 2);
    assert_string_equal(heard[0].key, heard[1].key);
    assert_int_equal(fake_line_accepted(line), 1);
    assert_int_equal(in_state("sent"), 1);
}

static void the_key_is_in_the_database_before_the_first_push(void **state)
{
    (void)state;
    message("notice");
    fake_line_push_script(line, "5");
    assert_int_equal(daemon_once(d, NOON), 0);
    assert_int_equal(fake_line_heard(line, heard), 1);
    assert_int_equal(
        database_int(db, arena_printf(d->a,
                                      "select count(*) from outbox where retry_key = '%s' and"
                                      " posted_at is not null",
                                      heard[0].key)),
        1);
}

static void a_message_over_the_quota_is_not_sent_and_it_is_said(void **state)
{
    static const struct {
        int quota, used, members;
        const char *state;
    } cases[] = {{200, 170, 30, "sent"}, {200, 171, 30, "dead"}, {-1, 100000, 30, "sent"}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        end(state);
        begin(state);
        fake_line_quota(line, cases[i].quota, cases[i].used, cases[i].members);
        message("digest");
        assert_int_equal(daemon_once(d, NOON), 0);
        assert_int_equal(in_state(cases[i].state), 1);
        assert_int_equal(last_reply_says("171 of this month"), i == 1);
    }
    struct buf said CLEANUP(buf_fini) = {0};
    end(state);
    begin(state);
    fake_line_quota(line, 1, 1, 30);
    message("digest");
    assert_int_equal(daemon_once(d, NOON), 0);
    setenv("LANG", "en_US.UTF-8", 1);
    daemon_run(d, &said, "thanwela", "doctor", NULL);
    unsetenv("LANG");
    assert_non_null(strstr(buf_str(&said), "LINE quota"));
}

static void a_quota_that_cannot_be_asked_is_asked_again_and_a_bad_token_is_final(void **state)
{
    (void)state;
    message("digest");
    fake_line_status(line, 500);
    assert_int_equal(daemon_once(d, NOON), 0);
    assert_int_equal(in_state("ready"), 1);
    fake_line_status(line, 401);
    due_again();
    assert_int_equal(daemon_once(d, NOON), 0);
    assert_int_equal(in_state("dead"), 1);
    assert_true(last_reply_says("token_file"));
    assert_int_equal(fake_line_heard(line, heard), 0);
}

static void what_a_message_used_up_itself_does_not_stop_its_retry(void **state)
{
    (void)state;
    fake_line_quota(line, 30, 0, 30);
    fake_line_push_script(line, "a");
    message("digest");
    assert_int_equal(daemon_once(d, NOON), 0);
    fake_line_quota(line, 30, 30, 30);
    due_again();
    assert_int_equal(daemon_once(d, NOON), 0);
    assert_int_equal(in_state("sent"), 1);
    assert_true(last_reply_says("accepted before"));
}

static void what_is_a_day_old_is_not_sent(void **state)
{
    (void)state;
    message("notice");
    assert_int_equal(daemon_once(d, "THANWELA_NOW=2021-04-10T11:00"), 0);
    assert_int_equal(fake_line_heard(line, heard), 0);
    assert_int_equal(in_state("dead"), 1);
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

static void mode_file_writes_each_message_once_and_mode_off_tells_nothing(void **state)
{
    (void)state;
    char *file = arena_printf(d->a, "%s.line", d->conf);
    configure(arena_printf(d->a, "mode = file\\nfile = %s\\n", file));
    message("notice");
    assert_int_equal(daemon_once(d, NOON), 0);
    database_run(owner, "update outbox set state = 'ready', sent_at = null");
    assert_int_equal(daemon_once(d, NOON), 0);
    assert_int_equal(in_state("sent"), 1);
    assert_int_equal(system(arena_printf(d->a, "test $(wc -l <'%s') = 1", file)), 0);
    configure("mode = off\\n");
    owed(9, "2021-04-09T12:01", "");
    assert_int_equal(daemon_once(d, NOON), 0);
    assert_int_equal(daemon_once(d, "THANWELA_NOW=2021-04-09T12:02"), 0);
    assert_int_equal(fake_line_heard(line, heard), 0);
    assert_int_equal(database_int(db, "select count(*) from line_watch"), 1);
}

static void plain_text_goes_to_this_machine_alone(void **state)
{
    (void)state;
    configure(arena_printf(d->a,
                           "mode = real\\nto = C0123\\ntimeout_s = 1\\ntoken_file = %s.token\\n"
                           "endpoint = http://192.0.2.1:8080\\n",
                           d->conf));
    message("notice");
    assert_int_equal(daemon_once(d, NOON), 0);
    assert_int_equal(in_state("dead"), 1);
    assert_true(last_reply_says("use https"));
    struct buf said CLEANUP(buf_fini) = {0};
    daemon_run(d, &said, "thanwelad", "--check", NULL);
    assert_non_null(strstr(buf_str(&said), "WRONG  LINE token and group"));
}

static void the_check_asks_line_about_token_and_group(void **state)
{
    struct buf said CLEANUP(buf_fini) = {0}, again CLEANUP(buf_fini) = {0};
    (void)state;
    daemon_run(d, &said, "thanwelad", "--check", NULL);
    assert_non_null(strstr(buf_str(&said), "ok     LINE token and group"));
    fake_line_status(line, 401);
    daemon_run(d, &again, "thanwelad", "--check", NULL);
    assert_non_null(strstr(buf_str(&again), "WRONG  LINE token and group: LINE token: 401"));
    assert_null(strstr(buf_str(&again), "T0ken"));
}

static void without_a_token_the_role_goes_on_for_the_mail(void **state)
{
    (void)state;
    configure("mode = real\\nto = C0123\\ntoken_file = /no/token\\n");
    message("notice");
    assert_int_equal(daemon_once(d, NOON), 0);
    assert_int_equal(in_state("ready"), 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_answer_of_line_ends_as_documented),
        TEST(killed_between_sending_and_marking_it_is_read_once),
        TEST(the_key_is_in_the_database_before_the_first_push),
        TEST(a_message_over_the_quota_is_not_sent_and_it_is_said),
        TEST(a_quota_that_cannot_be_asked_is_asked_again_and_a_bad_token_is_final),
        TEST(what_a_message_used_up_itself_does_not_stop_its_retry),
        TEST(what_is_a_day_old_is_not_sent),
        TEST(what_has_just_become_late_is_told_once),
        TEST(what_was_not_looked_for_is_not_called_late),
        TEST(a_changed_deadline_is_told_once_as_it_stands),
        TEST(nothing_forbidden_is_ever_told),
        TEST(mode_file_writes_each_message_once_and_mode_off_tells_nothing),
        TEST(plain_text_goes_to_this_machine_alone),
        TEST(the_check_asks_line_about_token_and_group),
        TEST(without_a_token_the_role_goes_on_for_the_mail),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
