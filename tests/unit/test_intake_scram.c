/* SPDX-License-Identifier: AGPL-3.0-or-later
 * SCRAM-SHA-256 against the example of RFC 7677, and servers that cheat. */
#include "intake/scram.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define NONCE  "rOprNGfwEbeRWgbNEkqO"
#define SERVER NONCE "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"

static void the_example_of_rfc_7677_comes_out(void **state)
{
    (void)state;
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    struct scram s;
    assert_string_equal(scram_first(&s, a, "user", "pencil", NONCE), "n,,n=user,r=" NONCE);
    char *final = NULL;
    struct err err = {0};
    assert_true(scram_final(&s, "r=" SERVER ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", &final, &err));
    assert_string_equal(final,
                        "c=biws,r=" SERVER ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
    assert_true(scram_verify(&s, "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", &err));
    assert_false(scram_verify(&s, "v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", &err));
    assert_false(scram_verify(&s, "v=6rriTRBi23WpRR/wtup+", &err));
    assert_false(scram_verify(&s, "e=invalid-proof", &err));
    assert_false(scram_verify(&s, "", &err));
}

static void a_server_that_cheats_is_refused(void **state)
{
    (void)state;
    static const char *const messages[] = {
        "",
        "r=" SERVER,
        "m=ext,r=" SERVER ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        "r=" NONCE ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",         /* adds nothing of its own */
        "r=another" SERVER ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", /* is not ours */
        "r=" SERVER ",s=,i=4096",
        "r=" SERVER ",s=!!!!,i=4096",
        "r=" SERVER ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4095",
        "r=" SERVER ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1000001",
        "r=" SERVER ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=-1",
        "r=" SERVER ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096x",
    };
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
        struct scram s;
        scram_first(&s, a, "user", "pencil", NONCE);
        char *final = NULL;
        struct err err = {0};
        assert_false(scram_final(&s, messages[i], &final, &err));
        assert_int_equal(err.kind, ERR_FATAL);
    }
}

static void a_login_with_commas_is_escaped(void **state)
{
    (void)state;
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    struct scram s;
    assert_string_equal(scram_first(&s, a, "a,b=c", "x", "n"), "n,,n=a=2Cb=3Dc,r=n");
}

static void nonces_differ(void **state)
{
    (void)state;
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    char *one = scram_nonce(a), *two = scram_nonce(a);
    assert_string_not_equal(one, two);
    assert_int_equal(strlen(one), 24);
    assert_null(strchr(one, ','));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_rfc_7677_comes_out),
        cmocka_unit_test(a_server_that_cheats_is_refused),
        cmocka_unit_test(a_login_with_commas_is_escaped),
        cmocka_unit_test(nonces_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
