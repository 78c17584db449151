/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Who holds a mailbox: a dead holder's lease ends early, a living one's and another machine's
 * never; a mail is moved only under a lease that was renewed just before; what a human does between
 * our listing and our move; what was given up is tried again. The moment in between is made by a
 * trigger of the test in the transaction that registers. */
#include "base/buf.h"
#include "db/query.h"
#include "role/common.h"
#include "tests/flow/daemon.h"
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define DONE ".&DiUOBw4XDjAOQA4aDjUOIg4ZDkEOJQ5JDic-"

enum { WAIT_TICKS = 1200, TICK_US = 50000 };

static struct daemon *d;
static struct db *db, *owner;
static const char office_addr[] = "saraban@mof.example";

static void deliver(int n)
{
    char mail[1024];
    int len = snprintf(mail, sizeof mail,
                       "Authentication-Results: mx.mof.example; auth=pass; spf=pass "
                       "smtp.mailfrom=saraban@customs.go.th\r\nFrom: saraban@customs.go.th\r\n"
                       "To: saraban@mof.example\r\nMessage-ID: <h%d@test>\r\nSubject: letter %d\r\n"
                       "\r\nbody %d\r\n",
                       n, n, n);
    office_deliver(d->office, office_addr, mail, (size_t)len);
}

static int64_t count(const char *sql)
{
    return database_int(db, sql);
}

static void wait_items(int64_t n)
{
    for (int i = 0; i < WAIT_TICKS && count("select count(*) from item") != n; i++)
        usleep(TICK_US);
    assert_int_equal(count("select count(*) from item"), n);
}

static const char *text_of(const char *sql)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct err err = {0};
    if (!db_query(db, sql, NULL, &r, &err))
        fail_msg("%s", err.text);
    assert_int_equal(r.n, 1);
    return row_dup(d->a, &r, 0, 0);
}

static void no_lease(void)
{
    database_run(owner, "update mailbox set lease_owner = null, lease_until = null");
}

static void hold_as(const char *who)
{
    database_run(
        owner, arena_printf(d->a,
                            "update mailbox set lease_owner = '%s', lease_epoch = lease_epoch + 1,"
                            " lease_until = clock_timestamp() + interval '590 s'",
                            who));
}

/* The lease lasts ten minutes here: nobody waits for it to end. */
static void a_killed_holder_is_followed_before_its_lease_ends(void **state)
{
    (void)state;
    pid_t service = daemon_start(d, NULL, false);
    deliver(1);
    wait_items(1);
    int64_t epoch = count("select lease_epoch from mailbox");
    pid_t holder = (pid_t)count("select split_part(lease_owner, ':', 2)::int from mailbox");
    assert_int_equal(kill(holder, SIGKILL), 0);
    deliver(2);
    wait_items(2);
    assert_true(count("select lease_epoch from mailbox") > epoch);
    daemon_end(service, SIGTERM);
    database_is_sound(db);
}

static void a_living_holder_and_one_of_another_machine_keep_theirs(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    const char *mine = role_owner(a);
    (void)state;
    assert_false(role_owner_gone(mine));
    const char *const owners[] = {mine, "elsewhere:999999:1:0a0b0c0d.4026531836", "old:999999:1",
                                  ""};
    for (size_t i = 0; i < 3; i++) {
        hold_as(owners[i]);
        assert_int_not_equal(daemon_once(d, NULL), 0);
        assert_string_equal(text_of("select lease_owner from mailbox"), owners[i]);
        assert_false(role_owner_gone(owners[i]));
    }
    no_lease();
}

static void what_a_dead_holder_asked_last_is_given_time(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    const char *mine = role_owner(a), *last = strrchr(mine, ':');
    const char *dead = arena_printf(a, "host:%d:1%s", (int)pid, last);
    assert_true(role_owner_gone(dead));
    database_run(owner, arena_printf(a,
                                     "update mailbox set lease_owner = '%s',"
                                     " lease_until = clock_timestamp() + interval '599 s'",
                                     dead));
    assert_int_not_equal(daemon_once(d, NULL), 0);
    assert_string_equal(text_of("select lease_owner from mailbox"), dead);
    assert_int_equal(count("select count(*) from mailbox where lease_until between"
                           " clock_timestamp() and clock_timestamp() + interval '10 s'"),
                     1);
    database_run(owner, "update mailbox set lease_until = lease_until - interval '10 s'");
    assert_int_equal(daemon_once(d, NULL), 0);
    no_lease();
}

/* Run `effect` inside the transaction that registers the next mail: after our listing, before our
 * move. */
static void between(const char *effect)
{
    database_run(
        owner,
        arena_printf(d->a,
                     "create or replace function test_between() returns trigger language plpgsql"
                     " security definer as $$ begin %s; return new; end $$;"
                     "create or replace trigger test_between after insert on item for each row"
                     " execute function test_between()",
                     effect));
}

static void nothing_between(void)
{
    database_run(owner, "drop trigger test_between on item; drop function test_between()");
}

static void a_lease_lost_before_the_move_leaves_the_mail_to_the_new_holder(void **state)
{
    (void)state;
    int done = office_count(d->office, office_addr, DONE);
    between("update mailbox set lease_owner = 'thief', lease_epoch = lease_epoch + 1,"
            " lease_until = clock_timestamp() + interval '1 hour'");
    deliver(3);
    assert_int_not_equal(daemon_once(d, NULL), 0);
    assert_int_equal(count("select count(*) from item"), 3);
    assert_int_equal(office_count(d->office, office_addr, ""), 1);
    assert_int_equal(office_count(d->office, office_addr, DONE), done);
    nothing_between();
    no_lease();
    assert_int_equal(daemon_once(d, NULL), 0);
    assert_int_equal(office_count(d->office, office_addr, ""), 0);
    assert_int_equal(office_count(d->office, office_addr, DONE), done + 1);
    assert_int_equal(count("select count(*) from item"), 3);
}

/* ---- a human, between our listing and our move */

struct meddling {
    const char *what, *shell; /* in the Maildir, while the mail is being registered */
    int inbox, done;          /* how many more lie there at the end */
};

/* The trigger waits for a file that the human leaves behind. */
static void run_meddling(const struct meddling *m, int n)
{
    const char *dir = office_path(d->a, d->office, "mail/%s/Maildir", office_addr);
    const char *go = arena_printf(d->a, "%s.go", d->conf);
    int inbox = office_count(d->office, office_addr, ""),
        done = office_count(d->office, office_addr, DONE);
    int64_t items = count("select count(*) from item");
    unlink(go);
    database_run(owner, "create table if not exists test_stop (at timestamptz);"
                        "truncate test_stop; grant all on test_stop to public");
    between("for i in 1..400 loop exit when exists (select from pg_locks where locktype = "
            "'advisory' and objid = 77);"
            " perform pg_sleep(0.05); end loop");
    deliver(n);
    pid_t service = daemon_start(d, NULL, true);
    for (int i = 0;
         i < WAIT_TICKS &&
         count("select count(*) from pg_stat_activity where wait_event = 'PgSleep'") == 0;
         i++)
        usleep(TICK_US);
    if (system(arena_printf(d->a, "cd '%s' && %s", dir, m->shell)) != 0)
        fail_msg("%s: the human could not", m->what);
    (void)count("select pg_try_advisory_lock(77)::int");
    int status = daemon_end(service, 0);
    (void)count("select pg_advisory_unlock(77)::int");
    nothing_between();
    if (status != 0)
        assert_int_equal(daemon_once(d, NULL), 0);
    if (office_count(d->office, office_addr, "") != inbox + m->inbox ||
        office_count(d->office, office_addr, DONE) != done + m->done)
        fail_msg("%s: %d in the inbox, %d done", m->what,
                 office_count(d->office, office_addr, "") - inbox,
                 office_count(d->office, office_addr, DONE) - done);
    assert_int_equal(count("select count(*) from item"), items + 1);
    database_is_sound(db);
}

static void what_a_human_does_meanwhile_costs_no_mail_and_no_number(void **state)
{
    (void)state;
    static const struct meddling all[] = {
        {"moved to the done folder", "mv new/* cur/* '" DONE "/cur/' 2>/dev/null; true", 0, 1},
        {"deleted", "rm -f new/* cur/*", 0, 0},
        {"copied in the inbox",
         "for f in new/* cur/*; do [ -f $f ] && cp -p $f new/copy.$$.x; done; chown --reference=. "
         "new/*",
         0, 2},
        {"read and flagged",
         "for f in new/* cur/*; do [ -f $f ] && mv $f cur/$(basename ${f%%:*}):2,FS; done", 0, 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        run_meddling(&all[i], 10 + (int)i);
}

static void a_renamed_folder_is_made_anew_and_nothing_is_lost(void **state)
{
    (void)state;
    const char *dir = office_path(d->a, d->office, "mail/%s/Maildir", office_addr);
    assert_int_equal(system(arena_printf(d->a, "cd '%s' && mv '%s' .Old", dir, DONE)), 0);
    deliver(20);
    if (daemon_once(d, NULL) != 0)
        assert_int_equal(daemon_once(d, NULL), 0);
    assert_int_equal(office_count(d->office, office_addr, ""), 0);
    assert_int_equal(office_count(d->office, office_addr, DONE), 1);
    database_is_sound(db);
}

/* ---- what was given up */

static void a_mail_that_was_given_up_is_taken_after_its_release(void **state)
{
    (void)state;
    int64_t items = count("select count(*) from item");
    deliver(30);
    hold_as("elsewhere:1:1:x");
    no_lease();
    between("raise exception 'not now' using errcode = '22000'");
    (void)daemon_once(d, NULL); /* refused by the tables: set aside */
    nothing_between();
    database_run(owner, "update message set attempts = 3 where state = 'quarantined'");
    assert_int_equal(count("select count(*) from item"), items);
    const char *id = text_of("select id::text from message where state = 'quarantined'");
    assert_int_equal(daemon_run(d, NULL, "thanwela", "item", "release", id, "--why", "again", NULL),
                     0);
    daemon_drain(d, 3);
    assert_int_equal(count("select count(*) from item"), items + 1);
    database_is_sound(db);
}

static void a_file_that_was_given_up_is_scanned_after_its_release(void **state)
{
    (void)state;
    struct buf mail CLEANUP(buf_fini) = {0};
    buf_adds(
        &mail,
        "Authentication-Results: mx.mof.example; auth=pass; spf=pass "
        "smtp.mailfrom=saraban@customs.go.th\r\nFrom: saraban@customs.go.th\r\n"
        "Message-ID: <file@test>\r\nSubject: with a file\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: application/pdf\r\n"
        "Content-Disposition: attachment; filename=a.pdf\r\n\r\n%PDF-1.4\r\n--x--\r\n");
    office_deliver(d->office, office_addr, mail.data, mail.len);
    database_run(owner, "alter table job alter attempts set default 3"); /* three deaths before */
    daemon_drain(d, 5);
    database_run(owner, "alter table job alter attempts set default 0");
    assert_int_equal(count("select count(*) from attachment where scan_state = 'poison'"), 1);
    int64_t receipts = count("select count(*) from outbox");
    const char *no = text_of("select no || '/' || year from item where subject = 'with a file'");
    const char *token = text_of("select token from item where subject = 'with a file'");
    assert_int_equal(daemon_run(d, NULL, "thanwela", "item", "release", no, "--why", "again", NULL),
                     0);
    database_is_sound(db);
    daemon_drain(d, 5);
    assert_int_equal(count("select count(*) from attachment where scan_state = 'poison' or "
                           "scan_state is null and is_attachment"),
                     0);
    assert_int_equal(count("select count(*) from outbox"),
                     receipts); /* the receipt stays the one */
    assert_string_equal(text_of("select token from item where subject = 'with a file'"), token);
    assert_int_equal(count("select count(*) from event where what = 'scanned again'"), 1);
    assert_int_equal(daemon_run(d, NULL, "thanwela", "item", "release", no, "--why", "again", NULL),
                     1);
    database_is_sound(db);
}

/* The child really dies here, under the service that goes on. */
static void a_file_whose_child_dies_three_times_is_given_up_and_not_before(void **state)
{
    (void)state;
    static const char mail[] =
        "Authentication-Results: mx.mof.example; auth=pass; spf=pass "
        "smtp.mailfrom=saraban@customs.go.th\r\nFrom: saraban@customs.go.th\r\n"
        "Message-ID: <deadly@test>\r\nSubject: a deadly file\r\nMIME-Version: 1.0\r\n"
        "Content-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQKa2lsbHMtd2hvLW9wZW5zLWl0Cg==\r\n";
    static const char jobs[] = "select coalesce(sum(j.attempts), 0) from job j join item i"
                               " on i.id = j.item_id where i.subject = 'a deadly file'";
    office_deliver(d->office, office_addr, mail, strlen(mail));
    setenv("THANWELA_POISON", "kills-who-opens-it", 1);
    daemon_drain(d, 3);
    unsetenv("THANWELA_POISON");
    assert_int_equal(count(jobs), 3);
    assert_int_equal(count("select count(*) from attachment where scan_state = 'poison'"), 1);
    const char *no = text_of("select no || '/' || year from item where subject = 'a deadly file'");
    assert_int_equal(daemon_run(d, NULL, "thanwela", "item", "release", no, "--why", "again", NULL),
                     0);
    daemon_drain(d, 3);
    assert_int_equal(count(jobs), 1);
    assert_int_equal(count("select count(*) from attachment where scan_state = 'poison'"), 0);
    database_is_sound(db);
}

static int set_up(void **state)
{
    (void)state;
    d = daemon_new(NULL, NULL);
    if (system(arena_printf(d->a, "sed -i 's/^\\[daemon\\]/[daemon]\\nlease_s = 600/' %s",
                            d->conf)) != 0)
        return -1;
    db = database_open(d->office);
    owner = database_open_owner(d->office);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    db_close(owner);
    db_close(db);
    daemon_free(d);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_killed_holder_is_followed_before_its_lease_ends),
        cmocka_unit_test(a_living_holder_and_one_of_another_machine_keep_theirs),
        cmocka_unit_test(what_a_dead_holder_asked_last_is_given_time),
        cmocka_unit_test(a_lease_lost_before_the_move_leaves_the_mail_to_the_new_holder),
        cmocka_unit_test(what_a_human_does_meanwhile_costs_no_mail_and_no_number),
        cmocka_unit_test(a_renamed_folder_is_made_anew_and_nothing_is_lost),
        cmocka_unit_test(a_mail_that_was_given_up_is_taken_after_its_release),
        cmocka_unit_test(a_file_that_was_given_up_is_scanned_after_its_release),
        cmocka_unit_test(a_file_whose_child_dies_three_times_is_given_up_and_not_before),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
