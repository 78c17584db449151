/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Promises whose breach a kill at a random step seldom shows, each with its moment made on purpose:
 * a mail that somebody has read is taken like any other; none leaves the inbox before its number is
 * committed; a Message-ID is no identity; no receipt is called sent that was not, and one that is
 * sent again is the same to the byte; what is set aside takes no number. */
#include "base/buf.h"
#include "db/query.h"
#include "tests/flow/daemon.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { WAIT_TICKS = 400, TICK_US = 25000 };

static const char box[] = "saraban@mof.example", clerk[] = "saraban@customs.go.th";
static const char stranger[] = "stranger@gmail.com";

struct promises { /* cmocka's state */
    struct daemon *d;
    struct db *db; /* as superuser */
};

static int start(void **state)
{
    struct promises *p = calloc(1, sizeof *p);
    assert_non_null(p);
    p->d = daemon_new(NULL, NULL);
    p->db = database_open_superuser(p->d->office);
    *state = p;
    return 0;
}

static int stop(void **state)
{
    struct promises *p = *state;
    db_close(p->db);
    daemon_free(p->d);
    free(p);
    return 0;
}

static void deliver(const struct promises *p, const char *from, const char *message_id,
                    const char *body)
{
    char mail[1024];
    int n = snprintf(mail, sizeof mail,
                     "Authentication-Results: mx.mof.example; auth=pass; spf=pass smtp.mailfrom=%s"
                     "\r\nFrom: %s\r\nTo: %s\r\nMessage-ID: <%s>\r\nSubject: letter\r\n\r\n%s\r\n",
                     from, from, box, message_id, body);
    office_deliver(p->d->office, box, mail, (size_t)n);
}

static int64_t count(const struct promises *p, const char *sql)
{
    return database_int(p->db, sql);
}

static void a_mail_that_somebody_has_read_is_registered(void **state)
{
    const struct promises *p = *state;
    int64_t before = count(p, "select count(*) from item");
    deliver(p, clerk, "read@test", "read before us");
    /* a Maildir's way of saying \Seen */
    char *command =
        arena_printf(p->d->a, "cd '%s' && for f in new/*; do mv \"$f\" \"cur/${f#new/}:2,S\"; done",
                     office_path(p->d->a, p->d->office, "mail/%s/Maildir", box));
    assert_int_equal(system(command), 0);
    daemon_drain(p->d, 3);
    assert_int_equal(count(p, "select count(*) from item"), before + 1);
}

static void a_mail_stays_in_the_inbox_until_its_number_is_committed(void **state)
{
    const struct promises *p = *state;
    deliver(p, clerk, "early@test", "not yet");
    database_run(p->db, "create function fail_now() returns trigger language plpgsql as $$ begin"
                        " raise exception 'not now' using errcode = '40001'; end $$;"
                        "create trigger fail_now before insert on item for each row"
                        " execute function fail_now()");
    assert_int_not_equal(daemon_once(p->d, NULL), 0);
    assert_int_equal(office_count(p->d->office, box, ""), 1);
    assert_int_equal(count(p, "select count(*) from message where state = 'stored'"), 1);
    database_run(p->db, "drop function fail_now cascade");
    daemon_drain(p->d, 3);
    assert_int_equal(office_count(p->d->office, box, ""), 0);
    database_is_sound(p->db);
}

static void two_mails_with_one_message_id_have_two_numbers(void **state)
{
    const struct promises *p = *state;
    int64_t before = count(p, "select count(*) from item");
    deliver(p, clerk, "twin@test", "the first letter");
    deliver(p, clerk, "twin@test", "quite another letter");
    daemon_drain(p->d, 3);
    assert_int_equal(count(p, "select count(*) from item"), before + 2);
}

static void what_is_set_aside_takes_no_number(void **state)
{
    const struct promises *p = *state;
    int64_t last = count(p, "select max(last_no) from reg_counter");
    deliver(p, stranger, "stranger@test", "hello");
    daemon_drain(p->d, 3);
    assert_int_equal(count(p, "select max(last_no) from reg_counter"), last);
    database_is_sound(p->db);
}

/* ---- receipts */

static char *read_file(struct arena *a, const char *path)
{
    struct buf bytes CLEANUP(buf_fini) = {0};
    char piece[65536];
    int fd CLEANUP(fd_closep) = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    for (ssize_t n; (n = read(fd, piece, sizeof piece)) > 0;)
        buf_add(&bytes, piece, (size_t)n);
    return arena_strdup(a, buf_str(&bytes));
}

/* The clerk's mails with that receipt, from the first header of ours on. */
static size_t copies_of(const struct promises *p, struct arena *a, const char *message_id,
                        const char *out[static 4])
{
    size_t n = 0;
    const char *folder = office_path(a, p->d->office, "mail/%s/Maildir/new", clerk);
    DIR *dir = opendir(folder);
    for (struct dirent *e; dir && (e = readdir(dir));) {
        if (e->d_name[0] == '.')
            continue;
        const char *bytes = read_file(a, arena_printf(a, "%s/%s", folder, e->d_name));
        const char *own = strstr(bytes, "\nDate: "); /* our first header */
        if (own && strstr(own, message_id) && n < 4)
            out[n++] = own;
    }
    if (dir)
        closedir(dir);
    return n;
}

static void await_copies(const struct promises *p, struct arena *a, const char *message_id,
                         size_t n, const char *out[static 4])
{
    for (int tick = 0; copies_of(p, a, message_id, out) < n; tick++)
        if (usleep(TICK_US) < 0 || tick > WAIT_TICKS)
            fail_msg("the clerk does not have %zu of %s", n, message_id);
    assert_int_equal(copies_of(p, a, message_id, out), n);
}

static const char *receipt_id(const struct promises *p, struct arena *a)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct err err = {0};
    if (!db_query(p->db, "select rfc_message_id from outbox order by id desc limit 1", NULL, &r,
                  &err))
        fail_msg("%s", err.text);
    return row_dup(a, &r, 0, 0);
}

/* Nobody listens at the mail server's port. */
static void without_a_mail_server(const struct promises *p)
{
    struct daemon deaf = *p->d;
    char *conf = arena_printf(p->d->a, "%s.deaf", p->d->conf);
    assert_int_equal(
        system(arena_printf(p->d->a, "sed '/^.smtp/,/^$/s/^port = .*/port = 1/' '%s' >'%s'",
                            p->d->conf, conf)),
        0);
    deaf.conf = conf;
    (void)daemon_once(&deaf, NULL);
}

static void a_receipt_is_called_sent_when_it_was_and_repeats_to_the_byte(void **state)
{
    const struct promises *p = *state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    const char *copies[4];
    deliver(p, clerk, "answer@test", "answer me");
    without_a_mail_server(p);
    assert_int_equal(count(p, "select count(*) from outbox where state = 'ready' and attempts = 1"),
                     1);
    database_run(p->db, "update outbox set next_at = clock_timestamp() where state = 'ready'");
    daemon_drain(p->d, 3);
    assert_int_equal(count(p, "select count(*) from outbox where state <> 'sent'"), 0);
    const char *id = receipt_id(p, a);
    await_copies(p, a, id, 1, copies);
    /* as after a death between the server's answer and our note, a while ago */
    database_run(p->db, "update outbox set state = 'ready', sent_at = null, next_at = "
                        "clock_timestamp() where id = (select max(id) from outbox)");
    usleep(1100000); /* a date written at sending would differ by now */
    daemon_drain(p->d, 3);
    await_copies(p, a, id, 2, copies);
    assert_string_equal(copies[0], copies[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mail_that_somebody_has_read_is_registered),
        cmocka_unit_test(a_mail_stays_in_the_inbox_until_its_number_is_committed),
        cmocka_unit_test(two_mails_with_one_message_id_have_two_numbers),
        cmocka_unit_test(what_is_set_aside_takes_no_number),
        cmocka_unit_test(a_receipt_is_called_sent_when_it_was_and_repeats_to_the_byte),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
