/* SPDX-License-Identifier: AGPL-3.0-or-later
 * SMTP against a real Exim, and against servers that misbehave. */
#include "base/clock.h"
#include "intake/smtp.h"
#include "tests/flow/fake.h"
#include "tests/flow/office.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define TO   "saraban@customs.go.th"
#define FROM "saraban@mof.example"

static struct office *office;
static const char mail[] = "From: saraban@mof.example\r\nSubject: x\r\n\r\n.dot\r\n..\r\nend\r\n";

static int start(void **state)
{
    (void)state;
    static const char *const options[] = {"--parts", "dovecot,exim", NULL};
    office = office_start(options);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    office_stop(office);
    return 0;
}

static struct config configuration(struct arena *a)
{
    return (struct config){.smtp_host = "localhost",
                           .smtp_port = office_port(office, "SMTP_PORT"),
                           .smtp_tls = TLS_STARTTLS,
                           .smtp_ca_file = office_get(office, "CA_FILE"),
                           .smtp_login = FROM,
                           .smtp_password_file = office_password_file(a, office, FROM),
                           .smtp_timeout_s = 10};
}

static bool send_to(const struct config *c, const char *from, const char *to, char reply[200],
                    struct err *err)
{
    struct smtp *s CLEANUP(smtp_closep) = NULL;
    *err = (struct err){0};
    return smtp_open(c, &s, err) && smtp_send(s, from, to, mail, sizeof mail - 1, reply, 200, err);
}

static void wait_for_mail(const char *address, int n)
{
    for (int i = 0; i < 200 && office_count(office, address, "") < n; i++)
        usleep(20000);
    assert_int_equal(office_count(office, address, ""), n);
}

/* A line of the mails in the mailbox of address matches. */
static bool has_line(struct arena *a, const char *address, const char *pattern)
{
    return system(arena_printf(a, "grep -q '%s' '%s/%s/Maildir/new/'*", pattern,
                               office_get(office, "MAIL_DIR"), address)) == 0;
}

static void a_mail_with_the_null_return_path_arrives_as_it_was(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct config c = configuration(a);
    struct smtp *s CLEANUP(smtp_closep) = NULL;
    struct err err = {0};
    char reply[200];
    assert_true(smtp_open(&c, &s, &err));
    for (int i = 0; i < 3; i++) {
        if (!smtp_send(s, "", TO, mail, sizeof mail - 1, reply, sizeof reply, &err))
            fail_msg("%s", err.text);
        assert_memory_equal(reply, "250 ", 4);
    }
    wait_for_mail(TO, 3);
    assert_true(has_line(a, TO, "^Return-Path: <>"));
    assert_true(has_line(a, TO, "^\\.dot"));
    assert_true(has_line(a, TO, "^\\.\\.$"));
    /* three mails, one connection */
    assert_int_equal(system(arena_printf(a, "test $(grep -c 'A=[a-z]*:' '%s/log/exim-mainlog') = 3",
                                         office_get(office, "OFFICE_DIR"))),
                     0);
}

static void a_thai_address_is_sent_to(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct config c = configuration(a);
    struct err err = {0};
    char reply[200];
    if (!send_to(&c, FROM, "สารบรรณ@mof.example", reply, &err))
        fail_msg("%s", err.text);
    wait_for_mail("สารบรรณ@mof.example", 1);
}

static void implicit_tls_and_another_verified_name_work(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct config c = configuration(a);
    struct err err = {0};
    char reply[200];
    c.smtp_tls = TLS_IMPLICIT;
    c.smtp_port = office_port(office, "SMTPS_PORT");
    assert_true(send_to(&c, FROM, "manager@mof.example", reply, &err));
    c.smtp_host = "127.0.0.1";
    c.smtp_verify_name = "localhost";
    assert_true(send_to(&c, FROM, "manager@mof.example", reply, &err));
    c.smtp_verify_name = "mail.elsewhere.example";
    assert_false(send_to(&c, FROM, "manager@mof.example", reply, &err));
    assert_non_null(strstr(err.text, "certificate was refused"));
}

static void what_the_server_answers_is_the_mails_fate(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
        enum err_kind kind;
        const char *reply;
    } cases[] = {
        {FROM, "busy@mof.example", ERR_RETRY, "451 "},
        {FROM, "refuse@mof.example", ERR_REFUSE, "550 "},
        {FROM, "nobody@mof.example", ERR_REFUSE, "550 "},
        {FROM, "someone@elsewhere.example", ERR_REFUSE, "550 "},
        {FROM, "a\r\nRCPT TO:<x@y>@mof.example", ERR_REFUSE, ""},
        {FROM, "a b@mof.example", ERR_REFUSE, ""},
        {FROM, "<a@mof.example>", ERR_REFUSE, ""},
        {FROM, "a..b@mof.example", ERR_REFUSE, ""},
        {FROM, ".a@mof.example", ERR_REFUSE, ""},
        {FROM, "a@mof.example.", ERR_REFUSE, ""},
        {FROM, "a@b@mof.example", ERR_REFUSE, ""},
        {FROM, "\xff@mof.example", ERR_REFUSE, ""},
        {FROM, "saraban", ERR_REFUSE, ""},
        {FROM, "", ERR_REFUSE, ""},
        {"x> SIZE=1\r\n", TO, ERR_REFUSE, ""},
    };
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct config c = configuration(a);
    struct smtp *s CLEANUP(smtp_closep) = NULL;
    struct err err = {0};
    assert_true(smtp_open(&c, &s, &err));
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char reply[200] = "";
        assert_false(smtp_send(s, cases[i].from, cases[i].to, mail, sizeof mail - 1, reply,
                               sizeof reply, &err));
        assert_int_equal(err.kind, cases[i].kind);
        assert_memory_equal(reply, cases[i].reply, strlen(cases[i].reply));
    }
    char reply[200]; /* and the next mail goes out */
    assert_true(
        smtp_send(s, FROM, "sapha@mof.example", mail, sizeof mail - 1, reply, sizeof reply, &err));
}

static void a_wrong_password_keeps_the_mail(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct config c = configuration(a);
    struct err err = {0};
    char reply[200];
    c.smtp_password_file = office_password_file(a, office, "manager@mof.example");
    assert_false(send_to(&c, FROM, TO, reply, &err));
    assert_int_equal(err.kind, ERR_RETRY);
    assert_non_null(strstr(err.text, "login and password"));
}

static void a_check_signs_in_and_sends_nothing(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct config c = configuration(a);
    struct err err = {0};
    if (!smtp_check(&c, &err))
        fail_msg("%s", err.text);
    c.smtp_password_file = office_password_file(a, office, "manager@mof.example");
    assert_false(smtp_check(&c, &err));
    assert_non_null(strstr(err.text, "login and password"));
    c = configuration(a);
    c.smtp_verify_name = "mail.elsewhere.example";
    assert_false(smtp_check(&c, &err));
    assert_non_null(strstr(err.text, "certificate was refused"));
}

/* Send to a script; how it ended, and what it heard. */
static void against(const struct fake_config *fc, enum tls_mode tls, struct err *err,
                    char heard[4096])
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct fake *f = fake_start(fc);
    struct config c = configuration(a);
    char reply[200] = "";
    c.smtp_port = fake_port(f);
    c.smtp_tls = tls;
    c.smtp_timeout_s = 1;
    assert_false(send_to(&c, FROM, TO, reply, err));
    memset(heard, 0, 4096);
    fake_heard(f, heard, 4095);
    fake_stop(f);
}

static void a_server_with_a_bad_certificate_hears_no_password(void **state)
{
    (void)state;
    static const char *const certificates[] = {"wrong-host", "wrong-ca", "expired", "not-yet",
                                               "self-signed"};
    static const char *const implicit[] = {"!", ">220 x\r\n", "*", NULL};
    static const char *const starttls[] = {
        ">220 x\r\n", "<",           ">250-x\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS\r\n",
        "<",          ">220 go\r\n", "!",
        "*",          NULL};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    for (size_t i = 0; i < 2 * ARRAY_LEN(certificates); i++) {
        bool is_implicit = i % 2;
        struct fake_config fc = {.script = is_implicit ? implicit : starttls};
        fc.cert_file = office_path(a, office, "tls/%s.crt", certificates[i / 2]);
        fc.key_file = office_path(a, office, "tls/%s.key", certificates[i / 2]);
        struct err err = {0};
        char heard[4096];
        against(&fc, is_implicit ? TLS_IMPLICIT : TLS_STARTTLS, &err, heard);
        assert_int_equal(err.kind, ERR_RETRY);
        assert_non_null(strstr(err.text, "certificate was refused"));
        assert_null(strstr(heard, "AUTH"));
        assert_null(strstr(heard, "MAIL"));
    }
}

static void a_stripped_starttls_hears_no_password(void **state)
{
    (void)state;
    static const char *const script[] = {">220 x\r\n", "<", ">250-x\r\n250 AUTH PLAIN LOGIN\r\n",
                                         "*", NULL};
    struct err err = {0};
    char heard[4096];
    against(&(struct fake_config){.script = script}, TLS_STARTTLS, &err, heard);
    assert_int_equal(err.kind, ERR_RETRY);
    assert_non_null(strstr(err.text, "STARTTLS"));
    assert_null(strstr(heard, "AUTH"));
}

/* Whoever sits between may say anything before the handshake. */
static void words_injected_before_the_handshake_are_refused(void **state)
{
    (void)state;
    static const char *const script[] = {">220 x\r\n",
                                         "<",
                                         ">250-x\r\n250 STARTTLS\r\n",
                                         "<",
                                         ">220 go\r\n250-x\r\n250 AUTH PLAIN LOGIN\r\n",
                                         "!",
                                         "*",
                                         NULL};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct fake_config fc = {.script = script};
    fc.cert_file = office_path(a, office, "tls/server.crt");
    fc.key_file = office_path(a, office, "tls/server.key");
    struct err err = {0};
    char heard[4096];
    against(&fc, TLS_STARTTLS, &err, heard);
    assert_int_equal(err.kind, ERR_RETRY);
    assert_null(strstr(heard, "AUTH"));
}

static void old_tls_is_refused(void **state)
{
    (void)state;
    static const char *const script[] = {"!", ">220 x\r\n", "*", NULL};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct fake_config fc = {.script = script, .priority = "NORMAL:-VERS-ALL:+VERS-TLS1.1"};
    fc.cert_file = office_path(a, office, "tls/server.crt");
    fc.key_file = office_path(a, office, "tls/server.key");
    struct err err = {0};
    char heard[4096];
    against(&fc, TLS_IMPLICIT, &err, heard);
    assert_int_equal(err.kind, ERR_RETRY);
    assert_non_null(strstr(err.text, "TLS 1.2 or newer"));
    assert_string_equal(heard, "");
}

static void plain_text_goes_to_this_machine_only(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct config c = configuration(a);
    struct err err = {0};
    char reply[200];
    c.smtp_tls = TLS_NONE;
    c.smtp_host = "192.0.2.1"; /* TEST-NET: nobody answers, and nobody must be asked */
    int64_t before = clock_mono_ms();
    assert_false(send_to(&c, FROM, TO, reply, &err));
    assert_int_equal(err.kind, ERR_FATAL);
    assert_non_null(strstr(err.text, "plain text"));
    assert_true(clock_mono_ms() - before < 1000);
}

#define EHLO ">220 x\r\n", "<", ">250-x\r\n250 AUTH PLAIN\r\n", "<", ">334 \r\n", "<", ">235 ok\r\n"
#define UP_TO_DATA                                                                                 \
    EHLO, "<", ">250 ok\r\n", "<", ">250 ok\r\n", "<", ">354 go\r\n", "<", "<", "<", "<", "<",     \
        "<", "<"

static void how_far_it_came_decides_whether_we_are_sure(void **state)
{
    (void)state;
    static const char *const lost_after_data[] = {UP_TO_DATA, "x", NULL};
    static const char *const silent_after_data[] = {UP_TO_DATA, ".", NULL};
    static const char *const refused_data[] = {UP_TO_DATA, ">554 no\r\n", "*", NULL};
    static const char *const busy_after_data[] = {UP_TO_DATA, ">451 later\r\n", "*", NULL};
    static const char *const lost_at_rcpt[] = {EHLO, "<", ">250 ok\r\n", "<", "x", NULL};
    static const char *const lost_in_data[] = {EHLO,          "<", ">250 ok\r\n", "<",
                                               ">250 ok\r\n", "<", "x",           NULL};
    static const char *const sender_refused[] = {EHLO, "<", ">550 who are you\r\n", "*", NULL};
    static const char *const too_big[] = {EHLO, "<", ">552 too big\r\n", "*", NULL};
    static const char *const busy_greeting[] = {">421 busy\r\n", "*", NULL};
    static const char *const closed_greeting[] = {">554 go away\r\n", "*", NULL};
    static const char *const silent[] = {".", NULL};
    static const char *const drips[] = {"~220-x\r\n", NULL};
    static const struct {
        const char *name;
        const char *const *script;
        enum err_kind kind;
    } cases[] = {
        {"lost after data", lost_after_data, ERR_UNSURE},
        {"silent after data", silent_after_data, ERR_UNSURE},
        {"refused data", refused_data, ERR_REFUSE},
        {"busy after data", busy_after_data, ERR_RETRY},
        {"lost at rcpt", lost_at_rcpt, ERR_RETRY},
        {"lost in data", lost_in_data, ERR_RETRY},
        {"sender refused", sender_refused, ERR_RETRY},
        {"too big", too_big, ERR_REFUSE},
        {"busy greeting", busy_greeting, ERR_RETRY},
        {"closed greeting", closed_greeting, ERR_RETRY},
        {"silent", silent, ERR_RETRY},
        {"drips", drips, ERR_RETRY},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct err err = {0};
        char heard[4096];
        int64_t before = clock_mono_ms();
        against(&(struct fake_config){.script = cases[i].script}, TLS_NONE, &err, heard);
        if (err.kind != cases[i].kind)
            fail_msg("%s: %s: %s", cases[i].name, err_kind_name(err.kind), err.text);
        assert_true(clock_mono_ms() - before < 5000);
    }
}

static void a_connection_that_went_stale_is_opened_again(void **state)
{
    (void)state;
    static const char *const script[] = {UP_TO_DATA, ">250 taken\r\n", "x", NULL};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct fake *f = fake_start(&(struct fake_config){.script = script});
    struct config c = configuration(a);
    c.smtp_port = fake_port(f);
    c.smtp_tls = TLS_NONE;
    c.smtp_timeout_s = 2;
    struct smtp *s CLEANUP(smtp_closep) = NULL;
    struct err err = {0};
    char reply[200];
    assert_true(smtp_open(&c, &s, &err));
    for (int i = 0; i < 3; i++)
        if (!smtp_send(s, "", TO, mail, sizeof mail - 1, reply, sizeof reply, &err))
            fail_msg("mail %d: %s", i, err.text);
    smtp_closep(&s);
    fake_stop(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mail_with_the_null_return_path_arrives_as_it_was),
        cmocka_unit_test(a_thai_address_is_sent_to),
        cmocka_unit_test(implicit_tls_and_another_verified_name_work),
        cmocka_unit_test(what_the_server_answers_is_the_mails_fate),
        cmocka_unit_test(a_wrong_password_keeps_the_mail),
        cmocka_unit_test(a_check_signs_in_and_sends_nothing),
        cmocka_unit_test(a_server_with_a_bad_certificate_hears_no_password),
        cmocka_unit_test(a_stripped_starttls_hears_no_password),
        cmocka_unit_test(words_injected_before_the_handshake_are_refused),
        cmocka_unit_test(old_tls_is_refused),
        cmocka_unit_test(plain_text_goes_to_this_machine_only),
        cmocka_unit_test(how_far_it_came_decides_whether_we_are_sure),
        cmocka_unit_test(a_connection_that_went_stale_is_opened_again),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
