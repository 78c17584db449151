/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Key files: made, guarded, changed, broken. */
#include "tests/unit/signed.h"

static void a_new_key_leaves_old_receipts_genuine(void **state)
{
    struct bench *b = *state;
    struct err err;
    char *next_secret = arena_printf(b->a, "%s/next", b->folder);
    struct signer *next CLEANUP(signer_freep) = NULL;
    struct verifier *both CLEANUP(verifier_freep) = NULL;
    struct token t = receipt_token(), seen;
    assert_true(signer_create(next_secret, b->public_file, 8, &err));
    assert_true(signer_open(next_secret, &next, &err));
    assert_true(verifier_open(b->public_file, &both, &err));
    assert_int_equal(token_verify(both, token_sign(b->a, b->signer, &t), &seen), TOKEN_GENUINE);
    assert_int_equal(seen.key_id, 7);
    assert_int_equal(token_verify(both, token_sign(b->a, next, &t), &seen), TOKEN_GENUINE);
    assert_int_equal(seen.key_id, 8);
    assert_int_equal(token_verify(b->verifier, token_sign(b->a, next, &t), &seen),
                     TOKEN_KEY_UNKNOWN);
}

static void key_files_are_guarded(void **state)
{
    struct bench *b = *state;
    struct err err;
    struct stat st;
    struct signer *s = NULL;
    assert_int_equal(stat(b->secret, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_false(signer_create(b->secret, arena_printf(b->a, "%s/new", b->folder), 9, &err));
    assert_non_null(strstr(err.text, "not written over"));
    char *unused = arena_printf(b->a, "%s/unused", b->folder);
    assert_false(signer_create(unused, b->public_file, 7, &err));
    assert_non_null(strstr(err.text, "choose another --id"));
    assert_int_not_equal(access(unused, F_OK), 0);
    static const mode_t open_modes[] = {0640, 0604, 0660, 0644};
    for (size_t i = 0; i < ARRAY_LEN(open_modes); i++) {
        assert_int_equal(chmod(b->secret, open_modes[i]), 0);
        assert_false(signer_open(b->secret, &s, &err));
        assert_int_equal(err.kind, ERR_FATAL);
        assert_non_null(strstr(err.text, "chmod 600"));
    }
    assert_null(s);
}

static void a_secret_may_be_a_systemd_credential(void **state)
{
    struct bench *b = *state;
    struct err err;
    struct signer *s CLEANUP(signer_freep) = NULL;
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", b->folder, 1), 0);
    assert_int_equal(chmod(b->secret, 0440), 0);
    assert_true(signer_open("secret", &s, &err));
    assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
    assert_int_equal(signer_key_id(s), 7);
}

#define GOOD_KEY "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

static void broken_key_files_are_named_with_their_line(void **state)
{
    struct bench *b = *state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"", "no public key"},
        {"# nothing but a remark\n\n", "no public key"},
        {"thanwela-public-key-v1 1\n", ":1: is no public key"},
        {"thanwela-public-key-v1 256 " GOOD_KEY "\n", ":1:"},
        {"thanwela-public-key-v1 -1 " GOOD_KEY "\n", ":1:"},
        {"thanwela-public-key-v1  1 " GOOD_KEY "\n", ":1:"},
        {"thanwela-secret-key-v1 1 " GOOD_KEY "\n", ":1:"},
        {"# x\nthanwela-public-key-v1 1 " GOOD_KEY "AAAA\n", ":2:"},
        {"thanwela-public-key-v1 1 11qYAYKx\n", ":1:"},
        {"thanwela-public-key-v1 1 " GOOD_KEY "\nthanwela-public-key-v1 1 " GOOD_KEY "\n",
         ":2: key 1 stands there twice"},
    };
    struct err err;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct verifier *v = NULL;
        write_file(b->public_file, cases[i].text, 0644);
        assert_false(verifier_open(b->public_file, &v, &err));
        assert_non_null(strstr(err.text, cases[i].says));
        assert_non_null(strstr(err.text, b->public_file));
    }
    struct verifier *v = NULL;
    assert_false(verifier_open("/nowhere/key", &v, &err));
    assert_non_null(strstr(err.text, "/nowhere/key"));
    struct signer *s = NULL;
    write_file(b->secret, "thanwela-public-key-v1 1 " GOOD_KEY "\n", 0600);
    assert_false(signer_open(b->secret, &s, &err));
    assert_non_null(strstr(err.text, "holds no secret key"));
}

int main(void)
{
#define with_keys(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        with_keys(a_new_key_leaves_old_receipts_genuine),
        with_keys(key_files_are_guarded),
        with_keys(a_secret_may_be_a_systemd_credential),
        with_keys(broken_key_files_are_named_with_their_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
