/* SPDX-License-Identifier: AGPL-3.0-or-later
 * docs/receipt.md: its example is what we sign, its verifier agrees with ours. */
#include "qr/base32.h"
#include "tests/unit/signed.h"

/* The text behind "name: " at a line's start of the document. */
static char *stated(struct arena *a, const char *doc, const char *name)
{
    const char *p = strstr(doc, arena_printf(a, "\n%s: ", name));
    assert_non_null(p);
    p += strlen(name) + 3;
    return arena_strndup(a, p, strcspn(p, "\n"));
}

static void the_documents_example_is_what_we_sign(void **state)
{
    struct bench *b = *state;
    struct err err;
    char *doc = read_file(b->a, CHECKOUT "/docs/receipt.md");
    struct signer *s CLEANUP(signer_freep) = NULL;
    struct verifier *v CLEANUP(verifier_freep) = NULL;
    write_file(b->secret, stated(b->a, doc, "secret key file"), 0600);
    write_file(b->public_file, stated(b->a, doc, "public key file"), 0644);
    assert_true(signer_open(b->secret, &s, &err));
    assert_true(verifier_open(b->public_file, &v, &err));
    struct token t = receipt_token(), seen;
    char *text = token_sign(b->a, s, &t);
    assert_string_equal(text, stated(b->a, doc, "token"));
    assert_string_equal(token_url(b->a, link_base, TOKEN_RECEIPT, text), stated(b->a, doc, "link"));
    assert_int_equal(token_verify(v, text, &seen), TOKEN_GENUINE);
    struct token slip = slip_token();
    assert_string_equal(token_url(b->a, link_base, TOKEN_SLIP, token_sign(b->a, s, &slip)),
                        stated(b->a, doc, "slip"));
    uint8_t bytes[160];
    size_t n;
    char *hex = stated(b->a, doc, "body");
    assert_true(base32_decode(text, strlen(text), bytes, sizeof bytes, &n));
    assert_int_equal(strlen(hex), 2 * (n - 64));
    for (size_t i = 0; i < n - 64; i++)
        assert_memory_equal(hex + 2 * i, arena_printf(b->a, "%02x", bytes[i]), 2);
}

/* The verifier printed in the document, run as it stands there. */
static int document_verifier(struct bench *b, const char *program, const char *link)
{
    char *line = arena_printf(b->a, "python3 %s %s '%s' >%s/said 2>&1", program, b->public_file,
                              link, b->folder);
    int status = system(line);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void the_documents_verifier_agrees_with_ours(void **state)
{
    struct bench *b = *state;
    char *doc = read_file(b->a, CHECKOUT "/docs/receipt.md");
    char *program = strstr(doc, "```python\n");
    assert_non_null(program);
    program += strlen("```python\n");
    char *path = arena_printf(b->a, "%s/verify.py", b->folder);
    write_file(path, arena_strndup(b->a, program, (size_t)(strstr(program, "\n```") - program)),
               0644);
    struct token t = receipt_token(), slip = slip_token();
    char *link = token_url(b->a, link_base, TOKEN_RECEIPT, token_sign(b->a, b->signer, &t));
    assert_int_equal(document_verifier(b, path, link), 0);
    assert_non_null(strstr(read_file(b->a, arena_printf(b->a, "%s/said", b->folder)),
                           "genuine: receipt R 123/2564, received 2021-03-15 10:05:07+07:00"));
    assert_int_equal(
        document_verifier(
            b, path, token_url(b->a, link_base, TOKEN_SLIP, token_sign(b->a, b->signer, &slip))),
        0);
    link[strlen(link) - 9] = link[strlen(link) - 9] == 'A' ? 'B' : 'A';
    assert_int_equal(document_verifier(b, path, link), 1);
}

int main(void)
{
#define with_keys(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        with_keys(the_documents_example_is_what_we_sign),
        with_keys(the_documents_verifier_agrees_with_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
