/* SPDX-License-Identifier: AGPL-3.0-or-later
 * IMAP against servers that are not who they claim to be: none hears one byte of the password
 * before it has proved who it is. */
#include "base/clock.h"
#include "intake/imap_impl.h"
#include "tests/flow/fake.h"
#include "tests/flow/office.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define PASSWORD "geheim-7"

static struct office *office; /* for its certificates */
static const struct imap_times short_times = {
    .connect_ms = 800, .silence_ms = 400, .answer_ms = 800};

static int start(void **state)
{
    (void)state;
    static const char *const options[] = {"--parts", "certificates", NULL};
    office = office_start(options);
    struct arena *a CLEANUP(arena_freep) = arena_new();
    return system(arena_printf(a, "umask 077; echo '%s' >'%s'", PASSWORD,
                               office_path(a, office, "password")));
}

static int stop(void **state)
{
    (void)state;
    office_stop(office);
    return 0;
}

static struct config_mailbox mailbox(struct arena *a, const struct fake *f, enum tls_mode tls)
{
    struct config_mailbox m = office_mailbox(a, office, "clerk");
    m.port = fake_port(f);
    m.tls = tls;
    m.password_file = office_path(a, office, "password");
    m.done_folder = m.aside_folder = NULL;
    return m;
}

/* Did a server hear the password, bare or in base64 (of PLAIN)? */
static bool heard_password(const char *heard)
{
    return strstr(heard, PASSWORD) || strstr(heard, "LOGIN") || strstr(heard, "AUTHENTICATE");
}

struct ending {
    struct err err;
    char heard[4096];
    int64_t ms;
};

static struct ending open_against(const struct fake_config *fc, enum tls_mode tls)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct fake *f = fake_start(fc);
    struct config_mailbox m = mailbox(a, f, tls);
    struct imap *c = NULL;
    struct imap_folder folder;
    struct ending e = {0};
    int64_t before = clock_mono_ms();
    assert_false(imap_open_within(&m, &short_times, &c, &folder, &e.err));
    e.ms = clock_mono_ms() - before;
    fake_heard(f, e.heard, sizeof e.heard - 1);
    fake_stop(f);
    return e;
}

static const char *const implicit[] = {"!", ">* OK x\r\n", "*", NULL};
static const char *const starttls[] = {">* OK x\r\n", "<", ">%t OK go\r\n", "!", "*", NULL};

static struct fake_config with_certificate(struct arena *a, const char *name, enum tls_mode tls)
{
    return (struct fake_config){.script = tls == TLS_IMPLICIT ? implicit : starttls,
                                .cert_file = office_path(a, office, "tls/%s.crt", name),
                                .key_file = office_path(a, office, "tls/%s.key", name)};
}

static void a_bad_certificate_is_named_and_hears_no_password(void **state)
{
    (void)state;
    static const struct {
        const char *name, *words;
    } cases[] = {
        {"wrong-host", "is for another host (wanted: localhost)"},
        {"wrong-ca", "is signed by nobody we trust"},
        {"self-signed", "is signed by nobody we trust"},
        {"expired", "has expired"},
        {"not-yet", "is not valid yet"},
    };
    static const enum tls_mode modes[] = {TLS_IMPLICIT, TLS_STARTTLS};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (size_t k = 0; k < ARRAY_LEN(modes); k++) {
            struct fake_config fc = with_certificate(a, cases[i].name, modes[k]);
            struct ending e = open_against(&fc, modes[k]);
            assert_int_equal(e.err.kind, ERR_FATAL);
            if (!strstr(e.err.text, cases[i].words))
                fail_msg("\"%s\" lacks \"%s\"", e.err.text, cases[i].words);
            assert_string_equal(e.heard, modes[k] == TLS_IMPLICIT ? "" : "t1 STARTTLS\r\n");
        }
    }
}

/* The counterpart: the same script with the right certificate does hear more. */
static void the_right_certificate_is_spoken_to(void **state)
{
    (void)state;
    static const enum tls_mode modes[] = {TLS_IMPLICIT, TLS_STARTTLS};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    for (size_t k = 0; k < ARRAY_LEN(modes); k++) {
        struct fake_config fc = with_certificate(a, "server", modes[k]);
        struct ending e = open_against(&fc, modes[k]);
        assert_non_null(strstr(e.heard, "CAPABILITY"));
        assert_false(heard_password(e.heard));
    }
}

static void old_tls_is_refused(void **state)
{
    (void)state;
    static const char *const priorities[] = {"NORMAL:-VERS-ALL:+VERS-TLS1.0",
                                             "NORMAL:-VERS-ALL:+VERS-TLS1.1"};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    for (size_t i = 0; i < ARRAY_LEN(priorities); i++) {
        struct fake_config fc = with_certificate(a, "server", TLS_IMPLICIT);
        fc.priority = priorities[i];
        struct ending e = open_against(&fc, TLS_IMPLICIT);
        assert_int_equal(e.err.kind, ERR_FATAL);
        assert_non_null(strstr(e.err.text, "TLS 1.2 or newer"));
        assert_string_equal(e.heard, "");
    }
}

static void an_authority_that_cannot_be_read_is_named(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct fake_config fc = with_certificate(a, "server", TLS_IMPLICIT);
    struct fake *f = fake_start(&fc);
    struct config_mailbox m = mailbox(a, f, TLS_IMPLICIT);
    m.ca_file = "/nowhere/ca.crt";
    struct imap *c = NULL;
    struct imap_folder folder;
    struct err err = {0};
    assert_false(imap_open_within(&m, &short_times, &c, &folder, &err));
    assert_int_equal(err.kind, ERR_FATAL);
    assert_non_null(strstr(err.text, "/nowhere/ca.crt"));
    m.ca_file = NULL; /* the system's trust knows nothing of our private authority */
    assert_false(imap_open_within(&m, &short_times, &c, &folder, &err));
    assert_int_equal(err.kind, ERR_FATAL);
    fake_stop(f);
}

static void plain_text_goes_to_this_machine_only(void **state)
{
    (void)state;
    static const char *const script[] = {">* OK x\r\n", "*", NULL};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct fake *f = fake_start(&(struct fake_config){.script = script});
    struct config_mailbox m = mailbox(a, f, TLS_NONE);
    struct imap *c = NULL;
    struct imap_folder folder;
    struct err err = {0};
    m.host = "192.0.2.1"; /* TEST-NET: nobody answers, and nobody must be asked */
    int64_t before = clock_mono_ms();
    assert_false(imap_open_within(&m, &short_times, &c, &folder, &err));
    assert_int_equal(err.kind, ERR_FATAL);
    assert_non_null(strstr(err.text, "plain text"));
    assert_true(clock_mono_ms() - before < 300);
    fake_stop(f);
}

/* Whoever sits between may say anything before the handshake. */
static void nothing_before_the_handshake_is_believed(void **state)
{
    (void)state;
    static const char *const stripped[] = {">* OK x\r\n", "<", ">%t BAD what\r\n", "*", NULL};
    static const char *const refused[] = {">* OK x\r\n", "<", ">%t NO not now\r\n", "*", NULL};
    static const char *const preauth[] = {">* PREAUTH welcome\r\n", "*", NULL};
    static const char *const injected[] = {
        ">* OK x\r\n", "<", ">%t OK go\r\n* CAPABILITY IMAP4rev1\r\n", "!", "*", NULL};
    static const char *const not_imap[] = {">220 mail.example ESMTP\r\n", "*", NULL};
    static const char *const capable[] = {">* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] x\r\n",
                                          "<", ">%t NO\r\n", "*", NULL};
    static const struct {
        const char *const *script;
        const char *words;
    } cases[] = {
        {stripped, "refuses STARTTLS"},
        {refused, "refuses STARTTLS"},
        {preauth, "PREAUTH"},
        {injected, "between STARTTLS and the handshake"},
        {not_imap, "does not speak IMAP"},
        {capable, "refuses STARTTLS"},
    };
    struct arena *a CLEANUP(arena_freep) = arena_new();
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct fake_config fc = with_certificate(a, "server", TLS_STARTTLS);
        fc.script = cases[i].script;
        struct ending e = open_against(&fc, TLS_STARTTLS);
        assert_int_equal(e.err.kind, ERR_FATAL);
        if (!strstr(e.err.text, cases[i].words))
            fail_msg("\"%s\" lacks \"%s\"", e.err.text, cases[i].words);
        assert_false(heard_password(e.heard));
    }
}

static void a_silent_tls_handshake_is_cut(void **state)
{
    (void)state;
    static const char *const silent[] = {".", NULL};
    struct ending e = open_against(&(struct fake_config){.script = silent}, TLS_IMPLICIT);
    assert_int_equal(e.err.kind, ERR_RETRY);
    assert_true(e.ms < 3000);
    static const char *const not_tls[] = {">* OK I speak plain IMAP here, no TLS at all\r\n", "*",
                                          NULL};
    e = open_against(&(struct fake_config){.script = not_tls}, TLS_IMPLICIT);
    assert_int_equal(e.err.kind, ERR_FATAL);
    assert_non_null(strstr(e.err.text, "does not speak TLS"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bad_certificate_is_named_and_hears_no_password),
        cmocka_unit_test(the_right_certificate_is_spoken_to),
        cmocka_unit_test(old_tls_is_refused),
        cmocka_unit_test(an_authority_that_cannot_be_read_is_named),
        cmocka_unit_test(plain_text_goes_to_this_machine_only),
        cmocka_unit_test(nothing_before_the_handshake_is_believed),
        cmocka_unit_test(a_silent_tls_handshake_is_cut),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
