/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Each case is decoded whole and byte by byte: how the stream is cut makes no difference. */
#include "mail/transfer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct sample {
    const char *encoded, *decoded;
    bool broken;
};

static void check(enum transfer kind, const struct sample *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t step = 1; step <= 3 * TRANSFER_HOLD; step = step * 3 - 1 + (step == 1)) {
            struct transfer_state s;
            struct buf out CLEANUP(buf_fini) = {0};
            const char *p = cases[i].encoded, *end = p + strlen(p);
            transfer_init(&s, kind);
            for (; p < end; p += step)
                transfer_feed(&s, p, (size_t)(end - p) < step ? (size_t)(end - p) : step, &out);
            transfer_end(&s, &out);
            if (strcmp(buf_str(&out), cases[i].decoded) != 0 || s.broken != cases[i].broken)
                fail_msg("[%s] by %zu: [%s], broken %d", cases[i].encoded, step, buf_str(&out),
                         s.broken);
        }
    }
}

static void base64_survives_what_mailers_do_to_it(void **state)
{
    static const struct sample cases[] = {
        {"aGVsbG8gd29ybGQ=", "hello world", false},
        {"aGVsbG8gd29ybGQ", "hello world", false},
        {"aGVs\r\nbG8g\r\nd29ybGQ=\r\n", "hello world", false},
        {"aGVsbG8=d29ybGQ=", "helloworld", false},
        {"aGVsbG8=\r\nd29ybGQ=\r\n", "helloworld", false},
        {"a!G*Vs#bG8=", "hello", true},
        {"aGVsbG8=\r\n\r\n-- \r\nThis mail was scanned\r\n", "hello", true},
        {"aGVsbG8h\r\n\r\n_____\r\nlist footer here\r\n", "hello!", true},
        {"aGVsbG8h\r\n\r\naGVsbG8h\r\n", "hello!hello!", false},
        {"aGVsbG8h\r\n\r\n\r\n", "hello!", false},
        {"aGVsb", "hel", true},
        {"", "", false},
        {"====", "", false},
        {"\xFF\xFE", "", true},
    };
    (void)state;
    check(TRANSFER_BASE64, cases, ARRAY_LEN(cases));
}

static void quoted_printable_keeps_what_is_no_escape(void **state)
{
    static const struct sample cases[] = {
        {"=E0=B8=81", "ก", false},
        {"=e0=b8=81", "ก", false},
        {"soft=\r\nbreak", "softbreak", false},
        {"soft=  \r\nbreak", "softbreak", false},
        {"soft=\nbreak=", "softbreak", false},
        {"trailing \t\r\nblanks", "trailing\r\nblanks", false},
        {"kept=20\r\n", "kept \r\n", false},
        {"a=ZZb", "a=ZZb", true},
        {"c=3Dd=4\r\n", "c=d=4\r\n", true},
        {"50% = x", "50% = x", true},
        {"", "", false},
    };
    (void)state;
    check(TRANSFER_QUOTED, cases, ARRAY_LEN(cases));
}

static void a_line_longer_than_the_hold_is_decoded_in_pieces(void **state)
{
    struct buf encoded CLEANUP(buf_fini) = {0}, want CLEANUP(buf_fini) = {0};
    (void)state;
    for (int i = 0; i < 2000; i++) {
        buf_adds(&encoded, i % 5 ? "=E0=B8=81 " : "= ab");
        buf_adds(&want, i % 5 ? "ก " : "= ab");
    }
    const struct sample one = {buf_str(&encoded), buf_str(&want), true};
    check(TRANSFER_QUOTED, &one, 1);
}

static void uuencode_reads_between_begin_and_end(void **state)
{
    static const struct sample cases[] = {
        {"begin 644 a.txt\r\n#86)C\r\n`\r\nend\r\n", "abc", false},
        {"noise\nbegin 644 a\n#86)C\n$9&5F9P  \n \nend\nnoise\n", "abcdefg", false},
        {"begin 644 a\n#86)C\n", "abc", true},
        {"begin 644 a\n\"86(\nend\n", "ab", false},
        {"#86)C\n", "", false},
        {"begin again\n#86)C\nend\n", "", false},
        {"", "", false},
    };
    (void)state;
    check(TRANSFER_UU, cases, ARRAY_LEN(cases));
}

static void encodings_are_known_by_many_names(void **state)
{
    (void)state;
    assert_int_equal(transfer_from_token("BASE64"), TRANSFER_BASE64);
    assert_int_equal(transfer_from_token("quoted-printable"), TRANSFER_QUOTED);
    assert_int_equal(transfer_from_token("x-uuencode"), TRANSFER_UU);
    assert_int_equal(transfer_from_token("8bit"), TRANSFER_PLAIN);
    assert_int_equal(transfer_from_token(""), TRANSFER_PLAIN);
    assert_int_equal(transfer_from_token(NULL), TRANSFER_PLAIN);
    assert_int_equal(transfer_from_token("x-foo"), TRANSFER_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64_survives_what_mailers_do_to_it),
        cmocka_unit_test(quoted_printable_keeps_what_is_no_escape),
        cmocka_unit_test(a_line_longer_than_the_hold_is_decoded_in_pieces),
        cmocka_unit_test(uuencode_reads_between_begin_and_end),
        cmocka_unit_test(encodings_are_known_by_many_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
