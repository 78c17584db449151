/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Mailbox against ledger, with a daemon that runs and a human who moves, deletes and copies mails
 * by IMAP, as people do: each kind of difference, and what mends it. */
#include "base/buf.h"
#include "db/query.h"
#include "tests/flow/daemon.h"
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define DONE  "&DiUOBw4XDjAOQA4aDjUOIg4ZDkEOJQ5JDic-"
#define ASIDE "&Dh4OMQ4BDkQOJw5JDhUOIw4nDggOKg4tDho-"

enum { LETTERS = 8, WAIT_TICKS = 400, TICK_US = 50000 };

static struct daemon *d;
static struct db *db;
static pid_t service;
static const char office_addr[] = "saraban@mof.example";

/* ---- a human at the mailbox */

/* Lines of Python with an imaplib connection `box`, and letter(n), a mail's bytes. */
static void human(const char *python)
{
    const char *script = arena_printf(
        d->a,
        "import imaplib, ssl\n"
        "DONE, ASIDE = '\"" DONE "\"', '\"" ASIDE "\"'\n"
        "def letter(n):\n"
        "    return ('Authentication-Results: mx.mof.example; auth=pass; spf=pass '\n"
        "            'smtp.mailfrom=saraban@customs.go.th\\r\\nFrom: saraban@customs.go.th\\r\\n'\n"
        "            'To: saraban@mof.example\\r\\nMessage-ID: <r%%d@test>\\r\\nSubject: letter "
        "%%d\\r\\n'\n"
        "            '\\r\\nbody %%d\\r\\n' %% (n, n, n)).encode()\n"
        "box = imaplib.IMAP4_SSL('localhost', %s, "
        "ssl_context=ssl.create_default_context(cafile='%s'))\n"
        "box.login('%s', open('%s').read().strip())\n"
        "def find(folder, n):\n"
        "    assert box.select(folder)[0] == 'OK', folder\n"
        "    uids = box.uid('search', 'HEADER', 'Message-ID', '<r%%d@test>' %% n)[1][0].split()\n"
        "    assert uids, (folder, n)\n"
        "    return uids[0]\n"
        "def ok(answer):\n"
        "    assert answer[0] == 'OK', answer\n"
        "%s\nbox.logout()\n",
        office_get(d->office, "IMAPS_PORT"), office_get(d->office, "CA_FILE"), office_addr,
        office_password_file(d->a, d->office, office_addr), python);
    const char *path = arena_printf(d->a, "%s.human.py", d->conf);
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    fputs(script, f);
    fclose(f);
    if (system(arena_printf(d->a, "python3 %s", path)) != 0)
        fail_msg("the human could not do: %s", python);
}

static void wait_until(const char *sql, int64_t n)
{
    for (int i = 0; i < WAIT_TICKS && database_int(db, sql) != n; i++)
        usleep(TICK_US);
    assert_int_equal(database_int(db, sql), n);
}

static void wait_inbox(int n)
{
    for (int i = 0; i < WAIT_TICKS && office_count(d->office, office_addr, "") != n; i++)
        usleep(TICK_US);
    assert_int_equal(office_count(d->office, office_addr, ""), n);
}

/* ---- asking */

static int reconcile(void)
{
    return daemon_run(d, NULL, "thanwela", "reconcile", "--json", NULL);
}

/* How many of a class the last comparison found. */
static int64_t found(const char *class)
{
    char sql[512];
    snprintf(
        sql, sizeof sql,
        "select coalesce(sum(c.n), 0) from reconcile_count c where c.class = '%s' and c.run_id ="
        " (select max(r.id) from reconcile_run r)",
        class);
    return database_int(db, sql);
}

static int64_t unexplained(void)
{
    return database_int(db, "select n_unexplained from reconcile_run order by id desc limit 1");
}

/* ---- differences */

static void all_that_lies_where_the_ledger_says_differs_in_nothing(void **state)
{
    (void)state;
    struct buf out CLEANUP(buf_fini) = {0};
    human("for n in range(8): ok(box.append('INBOX', None, None, letter(n)))");
    human(
        "ok(box.append('INBOX', None, None, b'From: stranger@gmail.com\\r\\nMessage-ID: <r99@test>"
        "\\r\\nSubject: hello\\r\\n\\r\\nhello\\r\\n'))");
    wait_until("select count(*) from message where state <> 'stored'", LETTERS + 1);
    wait_inbox(0);
    setenv("LANG", "en", 1);
    assert_int_equal(daemon_run(d, &out, "thanwela", "reconcile", NULL), 0);
    unsetenv("LANG");
    assert_non_null(strstr(buf_str(&out), "✓ every mail is where the ledger says"));
    assert_non_null(strstr(buf_str(&out), "done 8 · aside 1 · the ledger knows 9"));
}

static void a_filed_mail_that_somebody_deleted_is_missing(void **state)
{
    struct buf out CLEANUP(buf_fini) = {0};
    (void)state;
    human("u = find(DONE, 0); ok(box.uid('store', u, '+FLAGS', '\\\\Deleted')); "
          "ok(box.uid('expunge', u))");
    assert_int_equal(daemon_run(d, &out, "thanwela", "reconcile", NULL), 1);
    assert_int_equal(found("missing"), 1);
    assert_int_equal(unexplained(), 1);
    assert_non_null(strstr(buf_str(&out), "letter 0")); /* it says which, and what to do */
    assert_non_null(strstr(buf_str(&out), "สอบถามผู้ใช้ตู้จดหมาย"));
}

static void a_mail_moved_between_our_folders_is_explained(void **state)
{
    (void)state;
    human("ok(box.uid('move', find(DONE, 1), ASIDE))");
    assert_int_equal(reconcile(), 1); /* the missing one */
    assert_int_equal(found("moved_by_human"), 1);
    assert_int_equal(unexplained(), 1);
}

static void a_copy_in_the_same_folder_is_doubled(void **state)
{
    (void)state;
    human("ok(box.uid('copy', find(DONE, 2), DONE))");
    assert_int_equal(reconcile(), 1);
    assert_int_equal(found("doubled"), 1);
    human("u = find(DONE, 2); ok(box.uid('store', u, '+FLAGS', '\\\\Deleted')); "
          "ok(box.uid('expunge', u))");
    assert_int_equal(reconcile(), 1);
    assert_int_equal(found("doubled"), 0);
}

static void a_mail_moved_back_is_filed_again_and_nothing_differs(void **state)
{
    (void)state;
    human("ok(box.uid('move', find(DONE, 3), 'INBOX'))");
    wait_inbox(0);
    wait_until("select count(*) from message_copy where filed_to is not null", LETTERS + 2);
    assert_int_equal(reconcile(), 1);
    assert_int_equal(unexplained(), 1);
    assert_int_equal(database_int(db, "select count(*) from item"), LETTERS);
}

static void a_mail_copied_into_the_inbox_lies_twice_with_one_number(void **state)
{
    (void)state;
    human("ok(box.uid('copy', find(DONE, 4), 'INBOX'))");
    wait_inbox(0);
    wait_until("select count(*) from message_copy where filed_to is not null", LETTERS + 3);
    assert_int_equal(reconcile(), 1);
    assert_int_equal(found("copies"), 1);
    assert_int_equal(unexplained(), 1);
    assert_int_equal(database_int(db, "select count(*) from item"), LETTERS);
}

static void a_mail_put_into_the_done_folder_by_hand_has_no_number_until_it_is_moved_back(
    void **state)
{
    (void)state;
    human("ok(box.append(DONE, None, None, letter(20))); ok(box.append(ASIDE, None, None, "
          "letter(21)))");
    assert_int_equal(reconcile(), 1);
    assert_int_equal(found("unknown_in_done"), 1);
    assert_int_equal(found("unknown_in_aside"), 1);
    human("ok(box.uid('move', find(DONE, 20), 'INBOX')); ok(box.uid('move', find(ASIDE, 21), "
          "'INBOX'))");
    wait_until("select count(*) from item", LETTERS + 2);
    wait_inbox(0);
    assert_int_equal(reconcile(), 1);
    assert_int_equal(found("unknown_in_done") + found("unknown_in_aside"), 0);
}

static void a_released_mail_stays_in_the_folder_of_what_was_set_aside(void **state)
{
    (void)state;
    char id[24];
    snprintf(id, sizeof id, "%d",
             (int)database_int(db, "select id from message where state = 'quarantined'"));
    assert_int_equal(
        daemon_run(d, NULL, "thanwela", "item", "release", id, "--why", "checked", NULL), 0);
    wait_until("select count(*) from message where state = 'quarantined'", 0);
    wait_until("select count(*) from message where state = 'stored'", 0);
    assert_int_equal(reconcile(), 1);
    assert_int_equal(found("released"), 1);
}

static void a_mail_marked_as_deleted_is_registered_and_left(void **state)
{
    (void)state;
    human("ok(box.append('INBOX', '(\\\\Deleted)', None, letter(30)))");
    wait_until("select count(*) from item", LETTERS + 4);
    assert_int_equal(reconcile(), 1);
    assert_int_equal(found("marked_deleted"), 1);
    assert_int_equal(office_count(d->office, office_addr, ""), 1);
}

static void a_mark_that_is_taken_back_lets_the_mail_be_filed(void **state)
{
    (void)state;
    human("ok(box.uid('store', find('INBOX', 30), '-FLAGS', '\\\\Deleted'))");
    assert_int_equal(reconcile(), 1); /* looks at the inbox first */
    wait_inbox(0);
    assert_int_equal(reconcile(), 1);
    assert_int_equal(found("marked_deleted"), 0);
    assert_int_equal(found("not_filed") + found("move_not_noted"), 0);
    assert_int_equal(unexplained(), 1);
}

static void a_death_between_move_and_note_is_explained(void **state)
{
    (void)state;
    struct db *owner CLEANUP(db_closep) = database_open_owner(d->office);
    database_run(
        owner,
        "update message_copy set filed_at = null, filed_to = null where message_fk ="
        " (select id from message where message_id = 'r5@test' or message_id = '<r5@test>')");
    assert_int_equal(reconcile(), 1);
    assert_int_equal(found("move_not_noted"), 1);
    assert_int_equal(unexplained(), 1);
    human("u = find(DONE, 5); ok(box.uid('store', u, '+FLAGS', '\\\\Deleted')); "
          "ok(box.uid('expunge', u))");
    assert_int_equal(reconcile(), 1);
    assert_int_equal(found("gone_from_inbox"), 1);
}

/* A server that was stopped within a MOVE left the mail in both folders, and the ledger never heard
 * of an end. What a human copied looks alike, but is one more. */
static void a_move_that_the_server_did_by_half_is_ended_and_not_done_again(void **state)
{
    (void)state;
    struct db *owner CLEANUP(db_closep) = database_open_owner(d->office);
    daemon_end(service, SIGTERM);
    database_run(owner,
                 "update message_copy set filed_at = null, filed_to = null where message_fk ="
                 " (select id from message where message_id = '<r6@test>')");
    human(
        "ok(box.uid('copy', find(DONE, 6), 'INBOX')); ok(box.uid('copy', find(DONE, 7), 'INBOX'))");
    service = daemon_start(d, NULL, false);
    wait_inbox(0);
    human("def count(n): return len(box.uid('search', 'HEADER', 'Message-ID', "
          "f'<r{n}@test>')[1][0].split())\n"
          "find(DONE, 6)\n"
          "assert (count(6), count(7)) == (1, 2), (count(6), count(7))");
    assert_int_equal(reconcile(), 1);
    assert_int_equal(found("doubled"), 0);
}

static void a_new_uidvalidity_changes_nothing_but_is_said(void **state)
{
    (void)state;
    const char *mail = office_path(d->a, d->office, "mail/%s", office_addr);
    int64_t before = unexplained();
    daemon_end(service, SIGTERM);
    assert_int_equal(
        system(arena_printf(
            d->a, "find %s -name 'dovecot*' -delete; find %s -name dovecot-uidlist | wc -l", mail,
            mail)),
        0);
    service = daemon_start(d, NULL, false);
    assert_int_equal(reconcile(), 1);
    assert_int_equal(found("uidvalidity"), 1);
    assert_int_equal(unexplained(), before);
}

static void a_mail_too_large_to_take_is_said_as_long_as_it_lies_there(void **state)
{
    (void)state;
    human("import os; ok(box.append('INBOX', None, None, letter(40) + (b'x' * 70 + b'\\r\\n') * "
          "1500000))");
    wait_until("select count(*) from message where blob_id is null", 1);
    assert_int_equal(reconcile(), 1);
    assert_int_equal(found("too_large"), 1);
    human("u = find('INBOX', 40); ok(box.uid('store', u, '+FLAGS', '\\\\Deleted')); "
          "ok(box.uid('expunge', u))");
    assert_int_equal(reconcile(), 1);
    assert_int_equal(found("too_large"), 0);
    assert_int_equal(found("taken_by_human"), 1);
}

static void doctor_and_the_nightly_report_tell_of_it(void **state)
{
    struct buf doctor CLEANUP(buf_fini) = {0}, report CLEANUP(buf_fini) = {0};
    (void)state;
    (void)daemon_run(d, &doctor, "thanwela", "doctor", NULL);
    assert_non_null(strstr(buf_str(&doctor), "ดู thanwela reconcile"));
    assert_int_equal(
        daemon_run(d, &report, "thanwela", "report", "lateness", "--format", "json", NULL), 0);
    assert_non_null(strstr(buf_str(&report), "\"reconcile\""));
    assert_non_null(strstr(buf_str(&report), "letter 0"));
}

static void without_a_daemon_the_age_of_the_answer_is_said(void **state)
{
    struct buf out CLEANUP(buf_fini) = {0};
    (void)state;
    daemon_end(service, SIGTERM);
    service = 0;
    assert_int_equal(daemon_run(d, &out, "thanwela", "reconcile", "--wait", "1", NULL), 1);
    assert_non_null(strstr(buf_str(&out), "บริการไม่ตอบ"));
    assert_int_equal(daemon_once(d, NULL), 0); /* --once answers what was asked */
    assert_int_equal(database_int(db, "select count(*) from mailbox m where m.reconcile_asked >"
                                      " (select max(answers) from reconcile_run)"),
                     0);
    database_is_sound(db);
}

static int set_up(void **state)
{
    (void)state;
    d = daemon_new(NULL, NULL);
    db = database_open(d->office);
    service = daemon_start(d, NULL, false);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    if (service > 0)
        daemon_end(service, SIGTERM);
    db_close(db);
    daemon_free(d);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_lies_where_the_ledger_says_differs_in_nothing),
        cmocka_unit_test(a_filed_mail_that_somebody_deleted_is_missing),
        cmocka_unit_test(a_mail_moved_between_our_folders_is_explained),
        cmocka_unit_test(a_copy_in_the_same_folder_is_doubled),
        cmocka_unit_test(a_mail_moved_back_is_filed_again_and_nothing_differs),
        cmocka_unit_test(a_mail_copied_into_the_inbox_lies_twice_with_one_number),
        cmocka_unit_test(
            a_mail_put_into_the_done_folder_by_hand_has_no_number_until_it_is_moved_back),
        cmocka_unit_test(a_released_mail_stays_in_the_folder_of_what_was_set_aside),
        cmocka_unit_test(a_mail_marked_as_deleted_is_registered_and_left),
        cmocka_unit_test(a_mark_that_is_taken_back_lets_the_mail_be_filed),
        cmocka_unit_test(a_death_between_move_and_note_is_explained),
        cmocka_unit_test(a_move_that_the_server_did_by_half_is_ended_and_not_done_again),
        cmocka_unit_test(a_new_uidvalidity_changes_nothing_but_is_said),
        cmocka_unit_test(a_mail_too_large_to_take_is_said_as_long_as_it_lies_there),
        cmocka_unit_test(doctor_and_the_nightly_report_tell_of_it),
        cmocka_unit_test(without_a_daemon_the_age_of_the_answer_is_said),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
