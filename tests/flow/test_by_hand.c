/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A document over the counter: the real commands and the real daemon, from the file to a receipt on
 * paper that verifies. */
#include "base/buf.h"
#include "base/clock.h"
#include "db/by_hand.h"
#include "tests/flow/daemon.h"
#include "tests/flow/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { CLERKS = 6 };

static struct daemon *d;
static struct db *db;
static const char letter[] = TESTS_DATA "/documents/vec-000.pdf";

static int start(void **state)
{
    (void)state;
    d = daemon_new(NULL, NULL);
    db = database_open_owner(d->office);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    database_is_sound(db);
    db_close(db);
    daemon_free(d);
    return 0;
}

static int64_t n_items(void)
{
    return database_int(db, "select count(*) from item");
}

/* ---------------------------------------------------------------- the command */

static void a_document_gets_a_number_and_a_receipt_that_verifies(void **state)
{
    struct buf said CLEANUP(buf_fini) = {0}, verdict CLEANUP(buf_fini) = {0};
    const char *pdf = office_path(d->a, d->office, "receipt.pdf");
    (void)state;
    assert_int_equal(daemon_run(d, &said, "thanwela", "item", "add", letter, "--subject",
                                "ขอส่งร่างกฎกระทรวง", "--agency", "CUSTOMS", "--letter-no",
                                "กค ๐๕๑๘/๙๙", "--why", "เจ้าหน้าที่นำส่งเอง", NULL),
                     0);
    assert_non_null(strstr(buf_str(&said), "1/25"));
    assert_int_equal(database_int(db, "select count(*) from event where what = 'register by hand'"
                                      " and why = 'เจ้าหน้าที่นำส่งเอง' and item_id is not null"),
                     1);
    const char *number = arena_strndup(d->a, buf_str(&said), 6);
    assert_int_equal(daemon_run(d, NULL, "thanwela", "item", "receipt", number, "--pdf", pdf, NULL),
                     1); /* its file is still to be read */
    daemon_drain(d, 3);
    assert_int_equal(daemon_run(d, NULL, "thanwela", "item", "receipt", number, "--pdf", pdf, NULL),
                     0);
    assert_int_equal(daemon_run(d, &verdict, "thanwela", "verify", pdf, NULL), 0);
    assert_non_null(strstr(buf_str(&verdict), number));
    char *look = arena_printf(d->a,
                              "pdftotext -raw %s - | tr -d ' \\n' | grep -q"
                              " 'กรมศุลกากรนำส่งด้วยมือ.*๐๕๑๘/๙๙.*ขอส่งร่างกฎกระทรวง'",
                              pdf);
    assert_int_equal(system(look), 0);
    assert_int_equal(database_int(db, "select count(*) from outbox"), 0);
}

static void a_receipt_is_mailed_where_an_address_is_given(void **state)
{
    (void)state;
    assert_int_equal(daemon_run(d, NULL, "thanwela", "item", "add", letter, "--subject",
                                "ส่งทางอีเมลด้วย", "--agency", "CUSTOMS", "--mail",
                                "saraban@customs.go.th", NULL),
                     0);
    daemon_drain(d, 3);
    assert_int_equal(database_int(db, "select count(*) from outbox where kind = 'receipt'"
                                      " and rcpt = 'saraban@customs.go.th' and state = 'sent'"),
                     1);
}

static void the_same_document_gets_the_first_number(void **state)
{
    struct buf first CLEANUP(buf_fini) = {0}, again CLEANUP(buf_fini) = {0};
    (void)state;
    for (int i = 0; i < 2; i++)
        assert_int_equal(daemon_run(d, i ? &again : &first, "thanwela", "item", "add", "--json",
                                    letter, "--subject", "ส่งสองครั้ง", "--agency", "EXCISE", NULL),
                         0);
    assert_non_null(strstr(buf_str(&first), "false"));
    assert_non_null(strstr(buf_str(&again), "true"));
    assert_int_equal(database_int(db, "select count(*) from item where subject = 'ส่งสองครั้ง'"), 1);
    char *cancel = arena_strdup(d->a, strstr(buf_str(&first), "/25") - 1);
    cancel[6] = 0;
    assert_int_equal(
        daemon_run(d, NULL, "thanwela", "item", "cancel", cancel, "--why", "ผิดหน่วยงาน", NULL), 0);
    assert_int_equal(
        daemon_run(d, NULL, "thanwela", "item", "receipt", cancel, "--pdf", "/dev/null", NULL), 1);
    assert_int_equal(daemon_run(d, NULL, "thanwela", "item", "add", letter, "--subject", "ส่งสองครั้ง",
                                "--agency", "EXCISE", NULL),
                     0);
    assert_int_equal(database_int(db, "select count(*) from item where subject = 'ส่งสองครั้ง'"), 2);
}

static void what_does_not_fit_takes_no_number(void **state)
{
    static const char *const cases[][12] = {
        {letter, "--subject", "x", "--agency", "NOBODY"},
        {letter, "--subject", "", "--agency", "CUSTOMS"},
        {letter, "--subject", "x"},
        {"--subject", "x", "--agency", "CUSTOMS"},
        {"/no/such/file", "--subject", "x", "--agency", "CUSTOMS"},
        {"/tmp", "--subject", "x", "--agency", "CUSTOMS"},
        {letter, "--subject", "x", "--agency", "CUSTOMS", "--matter", "999/2564"},
        {letter, "--subject", "x", "--agency", "CUSTOMS", "--mail", "a@b@c"},
        {letter, "--subject", "x", "--agency", "CUSTOMS", "--mail", "a@b.th\r\nBcc: x@y.th"},
        {letter, "--subject", "x", "--agency", "CUSTOMS", "--entered-at", "2564-04-09T10:00"},
        {letter, "--subject", "x", "--agency", "CUSTOMS", "--entered-at", "2564-04-09", "--why",
         "y"},
        {letter, "--subject", "x", "--agency", "CUSTOMS", "--entered-at", "2699-04-09T10:00",
         "--why", "y"},
    };
    int64_t before = n_items();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *const *w = cases[i];
        assert_int_not_equal(daemon_run(d, NULL, "thanwela", "item", "add", w[0], w[1], w[2], w[3],
                                        w[4], w[5], w[6], w[7], w[8], w[9], NULL),
                             0);
    }
    assert_int_equal(n_items(), before);
}

static void an_earlier_time_is_kept_with_its_reason(void **state)
{
    (void)state;
    assert_int_equal(daemon_run(d, NULL, "thanwela", "item", "add", letter, "--subject", "มาเมื่อเช้า",
                                "--agency", "CUSTOMS", "--entered-at", "9 เม.ย. 2564 10.05 น.",
                                "--why", "ระบบขัดข้อง รับที่เคาน์เตอร์", NULL),
                     0);
    assert_int_equal(database_int(db, "select count(*) from item where subject = 'มาเมื่อเช้า'"
                                      " and entered_at = '2021-04-09 10:05+07'"
                                      " and registered_at > now() - interval '1 hour'"),
                     1);
}

static void what_came_by_hand_is_watched_too(void **state)
{
    static const char watched[] = "select count(*) from violation where what like 'by hand: %'";
    (void)state;
    assert_int_equal(database_int(db, watched), 0);
    database_run(
        db,
        "begin; alter table item disable trigger user; update item set token = null where no = 1");
    assert_int_equal(database_int(db, watched), 1);
    database_run(db, "delete from job where item_id = (select max(id) from item)");
    assert_int_equal(database_int(db, watched), 2);
    database_run(db, "rollback");
}

/* ---------------------------------------------------------------- all at once */

/* One clerk of several who send the same form at the same moment. */
static int send_form(int n)
{
    struct db *own CLEANUP(db_closep) = database_open(d->office);
    int fd CLEANUP(fd_closep) = memfd_create("letter", MFD_CLOEXEC);
    struct registry_result done;
    struct err err = {0};
    if (write(fd, "hello", 5) != 5)
        return 1;
    const struct by_hand_file file = {fd, 5, "hello.txt", "text/plain"};
    const struct by_hand h = {.who = "clerk",
                              .subject = "กดปุ่มสองครั้ง",
                              .agency = "CUSTOMS",
                              .entered_us = TIME_NONE,
                              .file = &file,
                              .n_files = 1};
    (void)n;
    return !by_hand_add(own, "R", &h, clock_now_us(), &done, &err);
}

static void a_form_that_is_sent_many_times_at_once_gets_one_number(void **state)
{
    pid_t pids[CLERKS];
    (void)state;
    for (int i = 0; i < CLERKS; i++)
        if ((pids[i] = fork()) == 0)
            _exit(send_form(i));
    for (int i = 0; i < CLERKS; i++) {
        int status;
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(database_int(db, "select count(*) from item where subject = 'กดปุ่มสองครั้ง'"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_gets_a_number_and_a_receipt_that_verifies),
        cmocka_unit_test(a_receipt_is_mailed_where_an_address_is_given),
        cmocka_unit_test(the_same_document_gets_the_first_number),
        cmocka_unit_test(what_does_not_fit_takes_no_number),
        cmocka_unit_test(an_earlier_time_is_kept_with_its_reason),
        cmocka_unit_test(what_came_by_hand_is_watched_too),
        cmocka_unit_test(a_form_that_is_sent_many_times_at_once_gets_one_number),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
