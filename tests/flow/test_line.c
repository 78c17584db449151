/* SPDX-License-Identifier: AGPL-3.0-or-later
 * LINE: the real thanwelad against a small Messaging API on loopback that answers as documented and
 * misbehaves; the daemon is killed between sending and marking. */
#include "tests/flow/line_office.h"

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
        TEST(mode_file_writes_each_message_once_and_mode_off_tells_nothing),
        TEST(plain_text_goes_to_this_machine_alone),
        TEST(the_check_asks_line_about_token_and_group),
        TEST(without_a_token_the_role_goes_on_for_the_mail),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
