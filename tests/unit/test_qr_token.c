/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "qr/base32.h"
#include "tests/unit/signed.h"

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
        cmocka_unit_test(base32_is_that_of_rfc_4648),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
