/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Signing in to a real Dovecot: each mechanism, each way to do it wrong, and what a mailbox's
 * configuration may get wrong. */
#include "intake/imap.h"
#include "tests/flow/office.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ADDRESS "saraban@mof.example"

static struct office *office;

static int start(void **state)
{
    (void)state;
    static const char *const options[] = {"--parts", "dovecot", NULL};
    office = office_start(options);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    office_stop(office);
    return 0;
}

static void signs_in(const struct config_mailbox *m)
{
    struct imap *c = NULL;
    struct imap_folder folder;
    struct err err = {0};
    if (!imap_open(m, &c, &folder, &err))
        fail_msg("%s by %s: %s", m->login, m->auth, err.text);
    imap_close(c);
}

static void every_mechanism_signs_in(void **state)
{
    (void)state;
    static const char *const mechanisms[] = {"auto", "login", "plain", "scram-sha-256", "xoauth2"};
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    for (size_t i = 0; i < ARRAY_LEN(mechanisms); i++) {
        struct config_mailbox m = office_mailbox(a, office, ADDRESS);
        m.auth = mechanisms[i];
        if (strcmp(m.auth, "xoauth2") == 0) {
            m.password_file = NULL;
            m.token_command = arena_printf(a, "cat '%s'", office_get(office, "TOKEN_FILE"));
        }
        signs_in(&m);
        m.tls = TLS_STARTTLS;
        m.port = office_port(office, "IMAP_PORT");
        signs_in(&m);
    }
}

static void a_token_from_a_file_is_taken_by_auto(void **state)
{
    (void)state;
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    struct config_mailbox m = office_mailbox(a, office, ADDRESS);
    m.password_file = NULL;
    m.token_file = office_get(office, "TOKEN_FILE");
    signs_in(&m);
}

/* What is wrong in a configuration, and the words that the sentence must have. */
static void refuses(const struct config_mailbox *m, enum err_kind kind, const char *words)
{
    struct imap *c = NULL;
    struct imap_folder folder = {0};
    struct err err = {0};
    assert_false(imap_open(m, &c, &folder, &err));
    assert_null(c);
    if (!strstr(err.text, words))
        fail_msg("\"%s\" lacks \"%s\"", err.text, words);
    assert_int_equal(err.kind, kind);
    assert_null(strstr(err.text, "password-that-is-wrong"));
}

static void a_wrong_password_or_token_is_a_clear_sentence(void **state)
{
    (void)state;
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    static const char *const mechanisms[] = {"login", "plain", "scram-sha-256", "xoauth2"};
    char *wrong = office_path(a, office, "wrong-password");
    assert_int_equal(system(arena_printf(a, "umask 077; echo password-that-is-wrong >'%s'", wrong)),
                     0);
    for (size_t i = 0; i < ARRAY_LEN(mechanisms); i++) {
        struct config_mailbox m = office_mailbox(a, office, ADDRESS);
        m.auth = mechanisms[i];
        m.password_file = m.token_file = wrong;
        refuses(&m, ERR_FATAL, "wrong password or token?");
    }
}

static void a_password_in_thai_letters_needs_another_way_than_login(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    char *thai = office_path(a, office, "thai-password");
    assert_int_equal(system(arena_printf(a, "umask 077; echo รหัสผ่าน >'%s'", thai)), 0);
    struct config_mailbox m = office_mailbox(a, office, ADDRESS);
    m.password_file = thai;
    m.auth = "login";
    refuses(&m, ERR_FATAL, "use auth = plain or scram-sha-256");
    m.auth = "plain";
    refuses(&m, ERR_FATAL, "wrong password or token?");
}

static void what_is_wrong_in_the_configuration_is_named(void **state)
{
    (void)state;
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    const struct config_mailbox right = office_mailbox(a, office, ADDRESS);
    struct config_mailbox m = right;
    m.host = "no-such-host.invalid";
    refuses(&m, ERR_RETRY, "no-such-host.invalid");
    m = right;
    m.folder = "หนังสือที่ไม่มี";
    refuses(&m, ERR_RETRY, "folder หนังสือที่ไม่มี");
    m = right;
    m.folder = "INBOX\r\nx LOGOUT";
    refuses(&m, ERR_FATAL, "control character");
    m = right;
    m.login = "saraban\r\nx LOGOUT";
    refuses(&m, ERR_FATAL, "control character");
    m = right;
    m.done_folder = "ทั้งหมด*";
    refuses(&m, ERR_FATAL, "done_folder");
    m = right;
    m.auth = "cram-md5";
    refuses(&m, ERR_FATAL, "cram-md5");
    m = right;
    m.password_file = "/nowhere/password";
    refuses(&m, ERR_FATAL, "password_file");
    m = right;
    m.auth = "xoauth2";
    m.token_command = "echo broken >&2; exit 3";
    refuses(&m, ERR_RETRY, "token_command");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mechanism_signs_in),
        cmocka_unit_test(a_token_from_a_file_is_taken_by_auto),
        cmocka_unit_test(a_wrong_password_or_token_is_a_clear_sentence),
        cmocka_unit_test(a_password_in_thai_letters_needs_another_way_than_login),
        cmocka_unit_test(what_is_wrong_in_the_configuration_is_named),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
