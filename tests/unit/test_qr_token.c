/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/buf.h"
#include "base/clock.h"
#include "qr/base32.h"
#include "qr/token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct bench {
    struct arena *a;
    char folder[64], secret[96], public_file[96];
    struct signer *signer;
    struct verifier *verifier;
};

static const char link_base[] = "https://thanwela.example.go.th";

static void write_file(const char *path, const char *text, mode_t mode)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static char *read_file(struct arena *a, const char *path)
{
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    char *text = arena_alloc(a, 1 << 16);
    assert_true(fread(text, 1, (1 << 16) - 1, f) > 0);
    assert_int_equal(fclose(f), 0);
    return text;
}

static int set_up(void **state)
{
    struct bench *b = test_calloc(1, sizeof *b);
    struct err err = {0};
    b->a = arena_new();
    strcpy(b->folder, "/tmp/thanwela-token-XXXXXX");
    assert_non_null(mkdtemp(b->folder));
    snprintf(b->secret, sizeof b->secret, "%s/secret", b->folder);
    snprintf(b->public_file, sizeof b->public_file, "%s/public", b->folder);
    assert_true(signer_create(b->secret, b->public_file, 7, &err));
    assert_true(signer_open(b->secret, &b->signer, &err));
    assert_true(verifier_open(b->public_file, &b->verifier, &err));
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;
    char *line = arena_printf(b->a, "rm -r '%s'", b->folder);
    assert_int_equal(system(line), 0);
    signer_free(b->signer);
    verifier_free(b->verifier);
    arena_free(b->a);
    test_free(b);
    return 0;
}

static struct token receipt_token(void)
{
    struct token t = {.kind = TOKEN_RECEIPT, .series = "R", .year = 2564, .number = 123};
    assert_true(time_parse_iso("2021-03-15T10:05:07", &t.entered_at_us));
    for (size_t i = 0; i < sizeof t.digest; i++)
        t.digest[i] = (uint8_t)(i * 17);
    return t;
}

static struct token slip_token(void)
{
    struct token t = receipt_token();
    t.kind = TOKEN_SLIP;
    memset(t.digest, 0, sizeof t.digest);
    return t;
}

static void what_was_signed_comes_back(void **state)
{
    struct bench *b = *state;
    struct token cases[] = {receipt_token(), receipt_token(), receipt_token(), receipt_token(),
                            slip_token()};
    strcpy(cases[1].series, "SARABAN9");
    cases[1].number = UINT64_MAX;
    cases[1].year = UINT16_MAX;
    cases[2].number = 1;
    cases[2].entered_at_us = 0;
    cases[3].number = 256;
    cases[3].entered_at_us = ((INT64_C(1) << 40) - 1) * US_PER_S;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct token t = {0};
        char *text = token_sign(b->a, b->signer, &cases[i]);
        assert_true(strlen(text) < TOKEN_TEXT_MAX);
        assert_int_equal(token_verify(b->verifier, text, &t), TOKEN_GENUINE);
        assert_int_equal(t.kind, cases[i].kind);
        assert_int_equal(t.key_id, 7);
        assert_string_equal(t.series, cases[i].series);
        assert_int_equal(t.year, cases[i].year);
        assert_true(t.number == cases[i].number);
        assert_true(t.entered_at_us == cases[i].entered_at_us);
        assert_memory_equal(t.digest, cases[i].digest, sizeof t.digest);
    }
}

static void a_usual_token_is_149_letters_and_a_slip_is_124(void **state)
{
    struct bench *b = *state;
    struct token receipt = receipt_token(), slip = slip_token();
    receipt.number = slip.number = 65535;
    assert_int_equal(strlen(token_sign(b->a, b->signer, &receipt)), 149);
    assert_int_equal(strlen(token_sign(b->a, b->signer, &slip)), 124);
}

static void a_link_is_all_capitals_and_ends_in_the_token(void **state)
{
    struct bench *b = *state;
    static const char *const bases[] = {"https://thanwela.example.go.th",
                                        "https://Thanwela.example.go.th//"};
    struct token t = receipt_token();
    char *text = token_sign(b->a, b->signer, &t);
    for (size_t i = 0; i < ARRAY_LEN(bases); i++)
        assert_string_equal(token_url(b->a, bases[i], TOKEN_RECEIPT, text),
                            arena_printf(b->a, "HTTPS://THANWELA.EXAMPLE.GO.TH/R/%s", text));
    assert_string_equal(token_url(b->a, link_base, TOKEN_SLIP, "X"),
                        "HTTPS://THANWELA.EXAMPLE.GO.TH/S/X");
}

static void links_and_typed_groups_are_read(void **state)
{
    struct bench *b = *state;
    static const struct {
        const char *before, *after;
    } shapes[] = {
        {"", ""},
        {" ", "\n"},
        {"HTTPS://HOST/R/", ""},
        {"https://host:8443/thanwela/r/", ""},
        {"https://host/R/", "/"},
        {"https://host/R/", "?lang=en"},
        {"https://host/R/", "#top"},
        {"host/r/", ""},
    };
    struct token t = receipt_token(), seen;
    char *text = token_sign(b->a, b->signer, &t);
    char *small = arena_strdup(b->a, text), *groups = arena_alloc(b->a, 512);
    for (char *p = small; *p; p++)
        *p = (char)(*p >= 'A' && *p <= 'Z' ? *p + 32 : *p);
    for (size_t i = 0; text[i]; i++)
        sprintf(groups + strlen(groups), "%c%s", text[i], i % 5 == 4 ? " \n" : "");
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
        const char *before = shapes[i].before, *after = shapes[i].after;
        char *big = arena_printf(b->a, "%s%s%s", before, text, after);
        assert_int_equal(token_verify(b->verifier, big, &seen), TOKEN_GENUINE);
        char *little = arena_printf(b->a, "%s%s%s", before, small, after);
        assert_int_equal(token_verify(b->verifier, little, &seen), TOKEN_GENUINE);
    }
    assert_int_equal(token_verify(b->verifier, groups, &seen), TOKEN_GENUINE);
    assert_int_equal(seen.number, 123);
}

static void other_texts_are_not_ours(void **state)
{
    struct bench *b = *state;
    static const char *const texts[] = {
        "",
        "/",
        "//",
        "R/",
        "HELLO",
        "https://drive.google.com/file/d/1x2y3z",
        "https://host/R/",
        "https://host/R/SHORT",
        "https://host/RR/"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "ab0c33f9d2e1a4b5c6d7e8f90123456789abcdef0123456789abcdef01234567",
        "ทดสอบ",
    };
    struct token t;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        assert_int_equal(token_verify(b->verifier, texts[i], &t), TOKEN_NOT_OURS);
    char *text = arena_alloc(b->a, 5000);
    memset(text, 'A', 4999);
    assert_int_equal(token_verify(b->verifier, text, &t), TOKEN_NOT_OURS);
    memcpy(text, "H/R/", 4);
    assert_int_equal(token_verify(b->verifier, text, &t), TOKEN_NOT_OURS);
}

/* Any bit of any byte, signature included. */
static void one_changed_bit_is_never_genuine(void **state)
{
    struct bench *b = *state;
    struct token tokens[] = {receipt_token(), slip_token()};
    for (size_t k = 0; k < ARRAY_LEN(tokens); k++) {
        struct token seen = {.number = 99};
        char *text = token_sign(b->a, b->signer, &tokens[k]), changed[TOKEN_TEXT_MAX];
        uint8_t bytes[160];
        size_t n;
        assert_true(base32_decode(text, strlen(text), bytes, sizeof bytes, &n));
        for (size_t bit = 0; bit < n * 8; bit++) {
            bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
            base32_encode(bytes, n, changed);
            enum token_verdict v = token_verify(b->verifier, changed, &seen);
            assert_int_equal(v, bit / 8 == 1 ? TOKEN_KEY_UNKNOWN : TOKEN_FORGED);
            bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        assert_int_equal(seen.number, 99);
    }
}

static void one_changed_letter_is_never_genuine(void **state)
{
    struct bench *b = *state;
    static const char letters[] = "AQ7018";
    struct token t = receipt_token(), seen;
    char *url = token_url(b->a, link_base, TOKEN_RECEIPT, token_sign(b->a, b->signer, &t));
    for (char *p = strstr(url, "/R/") + 3; *p; p++) {
        char kept = *p;
        for (const char *l = letters; *l; l++) {
            if (*l == kept)
                continue;
            *p = *l;
            assert_int_not_equal(token_verify(b->verifier, url, &seen), TOKEN_GENUINE);
            assert_int_not_equal(token_verify(b->verifier, url, &seen), TOKEN_NOT_OURS);
        }
        *p = kept;
    }
    assert_int_equal(token_verify(b->verifier, url, &seen), TOKEN_GENUINE);
}

static void a_cut_or_longer_token_is_forged(void **state)
{
    struct bench *b = *state;
    struct token t = receipt_token(), seen;
    char *url = token_url(b->a, link_base, TOKEN_RECEIPT, token_sign(b->a, b->signer, &t));
    assert_int_equal(token_verify(b->verifier, arena_printf(b->a, "%sA", url), &seen),
                     TOKEN_FORGED);
    assert_int_equal(token_verify(b->verifier, arena_printf(b->a, "%sAAAAAAAA", url), &seen),
                     TOKEN_FORGED);
    for (size_t n = strlen(url) - 1; n > strlen(url) - 80; n--)
        assert_int_equal(token_verify(b->verifier, arena_strndup(b->a, url, n), &seen),
                         TOKEN_FORGED);
}

static void a_receipt_is_no_slip(void **state)
{
    struct bench *b = *state;
    struct token receipt = receipt_token(), slip = slip_token(), seen;
    char *r = token_sign(b->a, b->signer, &receipt), *s = token_sign(b->a, b->signer, &slip);
    assert_int_equal(token_verify(b->verifier, token_url(b->a, link_base, TOKEN_SLIP, s), &seen),
                     TOKEN_GENUINE);
    assert_int_equal(token_verify(b->verifier, token_url(b->a, link_base, TOKEN_SLIP, r), &seen),
                     TOKEN_FORGED);
    assert_int_equal(token_verify(b->verifier, token_url(b->a, link_base, TOKEN_RECEIPT, s), &seen),
                     TOKEN_FORGED);
}

static void another_offices_key_does_not_pass(void **state)
{
    struct bench *b = *state;
    struct err err;
    char *other_secret = arena_printf(b->a, "%s/other", b->folder);
    char *other_public = arena_printf(b->a, "%s/other.pub", b->folder);
    struct signer *other CLEANUP(signer_freep) = NULL;
    struct token t = receipt_token(), seen;
    assert_true(signer_create(other_secret, other_public, 7, &err));
    assert_true(signer_open(other_secret, &other, &err));
    assert_int_equal(token_verify(b->verifier, token_sign(b->a, other, &t), &seen), TOKEN_FORGED);
}

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

static void base32_is_that_of_rfc_4648(void **state)
{
    static const struct {
        const char *bytes, *letters;
    } cases[] = {{"", ""},
                 {"f", "MY"},
                 {"fo", "MZXQ"},
                 {"foo", "MZXW6"},
                 {"foob", "MZXW6YQ"},
                 {"fooba", "MZXW6YTB"},
                 {"foobar", "MZXW6YTBOI"}};
    static const char *const wrong[] = {"A",  "MZ",        "MZX",       "MZXW6Y",
                                        "M1", "MZXW6YTBO", "MZXW6YTBOJ"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char letters[32];
        uint8_t bytes[16];
        size_t n;
        base32_encode((const uint8_t *)cases[i].bytes, strlen(cases[i].bytes), letters);
        assert_string_equal(letters, cases[i].letters);
        assert_true(base32_decode(letters, strlen(letters), bytes, sizeof bytes, &n));
        assert_int_equal(n, strlen(cases[i].bytes));
        assert_memory_equal(bytes, cases[i].bytes, n);
    }
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        uint8_t bytes[16];
        size_t n;
        assert_false(base32_decode(wrong[i], strlen(wrong[i]), bytes, sizeof bytes, &n));
    }
    uint8_t small[2];
    size_t n;
    assert_true(base32_decode("MZXQ", 4, small, 2, &n));
    assert_false(base32_decode("MZXW6", 5, small, 2, &n));
}

/* ---------------------------------------------------------------- docs/receipt.md */

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
        with_keys(what_was_signed_comes_back),
        with_keys(a_usual_token_is_149_letters_and_a_slip_is_124),
        with_keys(a_link_is_all_capitals_and_ends_in_the_token),
        with_keys(links_and_typed_groups_are_read),
        with_keys(other_texts_are_not_ours),
        with_keys(one_changed_bit_is_never_genuine),
        with_keys(one_changed_letter_is_never_genuine),
        with_keys(a_cut_or_longer_token_is_forged),
        with_keys(a_receipt_is_no_slip),
        with_keys(another_offices_key_does_not_pass),
        with_keys(a_new_key_leaves_old_receipts_genuine),
        with_keys(key_files_are_guarded),
        with_keys(a_secret_may_be_a_systemd_credential),
        with_keys(broken_key_files_are_named_with_their_line),
        cmocka_unit_test(base32_is_that_of_rfc_4648),
        with_keys(the_documents_example_is_what_we_sign),
        with_keys(the_documents_verifier_agrees_with_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
