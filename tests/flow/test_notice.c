/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A notice goes out by mail and LINE, a question about it comes back into the registry's mailbox
 * and is answered in its thread: the real programs on a real mail server. */
#include "base/buf.h"
#include "tests/flow/daemon.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char clerk[] = "saraban@customs.go.th", box[] = "saraban@mof.example";
static struct daemon *d;
static struct db *db;
static char *line_file;

static int start(void **state)
{
    (void)state;
    d = daemon_new(NULL, NULL);
    db = database_open(d->office);
    line_file = arena_printf(d->a, "%s.line", d->conf);
    assert_int_equal(
        system(arena_printf(d->a, "printf '\\n[line]\\nmode = file\\nfile = %s\\n' >>'%s'",
                            line_file, d->conf)),
        0);
    struct db *owner CLEANUP(db_closep) = database_open_owner(d->office);
    database_run(owner, "update agency set contact_mail = 'saraban@customs.go.th' where code ="
                        " 'CUSTOMS'");
    database_run(owner, "update agency set contact_mail = 'saraban@rd.go.th' where code = 'RD'");
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

static void reply(int n, const char *subject, const char *thread, const char *more)
{
    char mail[2048];
    int length = snprintf(mail, sizeof mail,
                          "From: <%s>\r\nTo: <%s>\r\nSubject: %s\r\n"
                          "Message-ID: <%d@question.test>\r\n%s%s"
                          "Date: Fri, 09 Apr 2021 10:00:00 +0700\r\n\r\nquestion %d\r\n",
                          clerk, box, subject, n, thread, more, n);
    daemon_send(d, clerk, box, mail, (size_t)length);
}

/* Until the inbox holds n letters; then until it holds none. */
static void take(int n)
{
    for (int i = 0; i < 400 && office_count(d->office, box, "") < n; i++)
        usleep(25000);
    daemon_drain(d, 5);
}

static int said(const char *words, ...) __attribute__((sentinel));
static int said(const char *words, ...)
{
    struct buf out CLEANUP(buf_fini) = {0};
    const char *arg[4] = {NULL};
    va_list args;
    va_start(args, words);
    for (size_t i = 0; i < ARRAY_LEN(arg) && (arg[i] = va_arg(args, const char *)); i++)
        ;
    va_end(args);
    daemon_run(d, &out, "thanwela", "notice", arg[0], arg[1], arg[2], arg[3], NULL);
    return strstr(buf_str(&out), words) != NULL;
}

static void a_dry_run_says_who_and_sends_nothing(void **state)
{
    struct buf out CLEANUP(buf_fini) = {0};
    (void)state;
    assert_int_equal(daemon_run(d, &out, "thanwela", "notice", "send", "--subject", "ก", "--text",
                                "ข", "--to", "CUSTOMS,CGD", "--dry-run", NULL),
                     0);
    assert_non_null(strstr(buf_str(&out), "CUSTOMS กรมศุลกากร: saraban@customs.go.th"));
    assert_non_null(strstr(buf_str(&out), "CGD กรมบัญชีกลาง: ไม่มีอีเมลผู้ประสานงาน"));
    assert_null(strstr(buf_str(&out), "saraban@rd.go.th"));
    assert_int_equal(database_int(db, "select count(*) from notice"), 0);
    assert_int_equal(database_int(db, "select count(*) from outbox"), 0);
}

static void what_cannot_be_sent_is_refused_and_nothing_is_kept(void **state)
{
    static const char *const wrong[][2] = {
        /* --to, --text */
        {"NOBODY", "ข"},
        {"all", "  \n "},
        {"all", "ดูใบรับที่ https://thanwela.mof.example/r/TOKEN"},
        {"all", "\xff"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_int_equal(daemon_run(d, NULL, "thanwela", "notice", "send", "--subject", "ก",
                                    "--text", wrong[i][1], "--to", wrong[i][0], NULL),
                         1);
    assert_int_equal(daemon_run(d, NULL, "thanwela", "notice", "send", "--subject", "ก", "--text",
                                "ข", "--to", "CGD", "--by", "mail", NULL),
                     1);
    assert_int_equal(database_int(db, "select count(*) from outbox"), 0);
}

static void a_notice_reaches_the_coordinators_by_mail_and_line(void **state)
{
    (void)state;
    assert_int_equal(daemon_run(d, NULL, "thanwela", "notice", "send", "--subject",
                                "การส่งเอกสารแนบ", "--text", "ไฟล์ PDF ไม่เกิน 20 MB", "--to", "all",
                                NULL),
                     0);
    daemon_drain(d, 5);
    assert_int_equal(office_count(d->office, clerk, ""), 1);
    assert_int_equal(office_count(d->office, "saraban@rd.go.th", ""), 1);
    assert_int_equal(system(arena_printf(d->a, "grep -q 'ไฟล์ PDF' '%s'", line_file)), 0);
    assert_int_equal(database_int(db, "select count(*) from outbox where rfc_message_id ="
                                      " '<notice.1.CUSTOMS@mof.example>' and state = 'sent'"),
                     1);
    assert_true(said("การส่งเอกสารแนบ", "list", NULL));
    assert_true(said("ไฟล์ PDF ไม่เกิน 20 MB", "show", "1", NULL));
}

static void a_question_in_its_thread_is_registered_as_ever_and_kept_with_it(void **state)
{
    (void)state;
    reply(1, "Re: attachments", "In-Reply-To: <notice.1.CUSTOMS@mof.example>\r\n", "");
    take(1);
    assert_int_equal(database_int(db, "select count(*) from item"), 1);
    assert_int_equal(database_int(db, "select count(*) from notice_question where notice_id = 1"),
                     1);
    assert_int_equal(database_int(db, "select count(*) from outbox where kind = 'receipt'"), 1);
    assert_true(said("Re: attachments", "questions", "--open", NULL));
}

static void what_only_looks_like_a_question_is_none(void **state)
{
    static const char *const threads[][2] = {
        {"", ""},
        {"In-Reply-To: <notice.99.CUSTOMS@mof.example>\r\n", ""},
        {"In-Reply-To: notice.1.CUSTOMS@mof.example\r\n", ""},
        {"In-Reply-To: <notice.1.CUSTOMS@mof.example>\r\n", "Auto-Submitted: auto-replied\r\n"},
        {"In-Reply-To: <receipt.R.2564.1@mof.example>\r\n", ""},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        reply(10 + (int)i, "Re: other", threads[i][0], threads[i][1]);
    take(ARRAY_LEN(threads));
    assert_int_equal(database_int(db, "select count(*) from notice_question"), 1);
    assert_int_equal(database_int(db, "select count(*) from item"), 6);
}

static void the_answer_goes_in_the_thread_and_further_questions_are_kept_too(void **state)
{
    (void)state;
    const char *no = arena_printf(
        d->a, "1/%d", (int)database_int(db, "select year from item order by id limit 1"));
    assert_int_equal(
        daemon_run(d, NULL, "thanwela", "notice", "answer", no, "--text", "ได้ ไม่เกิน 20 MB", NULL),
        0);
    assert_int_equal(
        daemon_run(d, NULL, "thanwela", "notice", "answer", "999/2564", "--text", "x", NULL), 1);
    assert_int_equal(
        database_int(db, "select count(*) from notice_answer a join outbox o on o.id = a.outbox_id"
                         " where position(convert_to('In-Reply-To: <1@question.test>', 'utf8') in"
                         " o.body) > 0 and o.rcpt = 'saraban@customs.go.th'"),
        1);
    daemon_drain(d, 5);
    assert_false(said("Re: attachments", "questions", "--open", NULL));
    assert_true(said("ได้ ไม่เกิน 20 MB", "show", "1", NULL));
    database_is_sound(db);
    assert_int_equal(database_int(db, "select count(*) from outbox where kind = 'notice' and"
                                      " channel = 'mail' and state <> 'sent'"),
                     0);
    /* A question about the answer knows the thread by its references. */
    reply(
        30, "Re: Re: attachments", "In-Reply-To: <unknown@elsewhere>\r\n",
        "References: <notice.1.CUSTOMS@mof.example> <1@question.test>\r\n <unknown@elsewhere>\r\n");
    take(1);
    assert_int_equal(database_int(db, "select count(*) from notice_question where notice_id = 1"),
                     2);
    assert_true(said("Re: Re: attachments", "questions", "--open", NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dry_run_says_who_and_sends_nothing),
        cmocka_unit_test(what_cannot_be_sent_is_refused_and_nothing_is_kept),
        cmocka_unit_test(a_notice_reaches_the_coordinators_by_mail_and_line),
        cmocka_unit_test(a_question_in_its_thread_is_registered_as_ever_and_kept_with_it),
        cmocka_unit_test(what_only_looks_like_a_question_is_none),
        cmocka_unit_test(the_answer_goes_in_the_thread_and_further_questions_are_kept_too),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
