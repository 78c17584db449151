/* SPDX-License-Identifier: AGPL-3.0-or-later
 * LINE over TLS: the token goes to the server that our trust knows by name, and to no other, not a
 * byte of it. */
#include "base/buf.h"
#include "intake/line.h"
#include "tests/flow/fake.h"
#include "tests/flow/office.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define TOKEN "T0ken/+="
#define KEY   "5b1c9a80-0000-4000-8000-000000000001"

static struct office *office; /* for its certificates */

static int start(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    office = office_start((const char *const[]){"--parts", "certificates", NULL});
    return system(
        arena_printf(a, "umask 077; echo '%s' >'%s'", TOKEN, office_path(a, office, "token")));
}

static int stop(void **state)
{
    (void)state;
    office_stop(office);
    return 0;
}

struct ending {
    bool sent;
    struct err err;
    char heard[4096];
};

/* One push to a server with that certificate; ca NULL: the system's trust. */
static struct ending push_to(const char *certificate, const char *ca, const char *priority)
{
    static const char *const script[] = {
        "!", "<", ">HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}", "*",
        NULL};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct fake *f = fake_start(
        &(struct fake_config){.script = script,
                              .cert_file = office_path(a, office, "tls/%s.crt", certificate),
                              .key_file = office_path(a, office, "tls/%s.key", certificate),
                              .priority = priority});
    const struct config c = {.line_mode = "real",
                             .line_to = "C0123",
                             .line_timeout_s = 5,
                             .line_endpoint = arena_printf(a, "https://localhost:%d", fake_port(f)),
                             .line_ca_file = ca ? office_path(a, office, "tls/%s.crt", ca) : NULL,
                             .line_token_file = office_path(a, office, "token")};
    struct ending e = {0};
    struct line *l = NULL;
    char reply[256];
    if (!line_open(&c, &l, &e.err))
        fail_msg("%s", e.err.text);
    e.sent = line_push(l, KEY, "{\"to\":1}", 8, reply, sizeof reply, &e.err);
    line_close(l);
    fake_heard(f, e.heard, sizeof e.heard - 1);
    for (int i = 0; e.sent && !strstr(e.heard, KEY) && i < 100; i++) {
        usleep(20000); /* the server has read it, its thread may not have said so */
        fake_heard(f, e.heard, sizeof e.heard - 1);
    }
    fake_stop(f);
    return e;
}

static void our_own_authority_is_trusted_and_hears_the_token(void **state)
{
    (void)state;
    struct ending e = push_to("server", "ca", NULL);
    if (!e.sent)
        fail_msg("%s", e.err.text);
    assert_non_null(strstr(e.heard, "POST /v2/bot/message/push "));
    assert_non_null(strstr(e.heard, "Authorization: Bearer " TOKEN));
    assert_non_null(strstr(e.heard, "X-Line-Retry-Key: " KEY));
}

static void a_bad_certificate_is_refused_and_hears_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *certificate, *ca;
    } cases[] = {{"wrong-host", "ca"}, {"wrong-ca", "ca"}, {"self-signed", "ca"},
                 {"expired", "ca"},    {"not-yet", "ca"},  {"server", "other-ca"},
                 {"server", NULL}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct ending e = push_to(cases[i].certificate, cases[i].ca, NULL);
        assert_false(e.sent);
        assert_int_equal(e.err.kind, ERR_RETRY); /* mended, it goes out under the same key */
        if (!strstr(e.err.text, "was refused and nothing was sent"))
            fail_msg("%s: %s", cases[i].certificate, e.err.text);
        assert_string_equal(e.heard, "");
        assert_null(strstr(e.err.text, TOKEN));
    }
}

static void an_old_tls_is_refused_and_hears_nothing(void **state)
{
    (void)state;
    struct ending e = push_to("server", "ca", "NORMAL:-VERS-ALL:+VERS-TLS1.1");
    assert_false(e.sent);
    assert_string_equal(e.heard, "");
}

static void an_authority_that_cannot_be_read_is_named(void **state)
{
    (void)state;
    struct ending e = push_to("server", "no-such-authority", NULL);
    assert_false(e.sent);
    assert_non_null(strstr(e.err.text, "ca_file of [line] cannot be read"));
    assert_string_equal(e.heard, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_own_authority_is_trusted_and_hears_the_token),
        cmocka_unit_test(a_bad_certificate_is_refused_and_hears_nothing),
        cmocka_unit_test(an_old_tls_is_refused_and_hears_nothing),
        cmocka_unit_test(an_authority_that_cannot_be_read_is_named),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
