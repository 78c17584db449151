/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Bytes of codes → text, where no character set is named. */
#include "qr/text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *words; /* what this is about */
    const char *bytes;
    const char *guess;
    bool has_eci;
    const char *want;
} cases[] = {
    {"plain letters", "https://x.th/a", "?", false, "https://x.th/a"},
    {"Thai in UTF-8, guessed as Shift-JIS", "\xe0\xb8\x81\xe0\xb8\x84", "\u762d", false, "กค"},
    {"Thai in windows-874", "\xa1\xa4 0416.2/\xc7 393", "｡､ 0416.2/ﾇ 393", false,
     "กค 0416.2/ว 393"},
    {"a Thai word with vowels and marks", "\xe0\xc3\xd7\xe8\xcd\xa7", "?", false, "เรื่อง"},
    {"windows-874's own quotes", "\x93\xa1\x94\x85", "?", false, "“ก”…"},
    {"a named set is believed", "\xa1\xa4", "｡､", true, "｡､"},
    {"Shift-JIS kanji are not Thai", "\x93\xfa\x96\x7b", "日本", false, "日本"},
    {"Latin-1 is not Thai", "caf\xe9", "café", false, "café"},
    {"a vowel without its consonant is not Thai", "a\xd1", "ok", false, "ok"},
    {"a guess that is no UTF-8 is repaired", "\xff\xfe", "\xff", false, "\xef\xbf\xbd"},
};

static void text_is_what_was_meant(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEANUP(arena_freep)
        struct arena *a = arena_new();
        const char *got = code_text(a, (const uint8_t *)cases[i].bytes, strlen(cases[i].bytes),
                                    cases[i].guess, cases[i].has_eci);
        if (strcmp(got, cases[i].want) != 0)
            fail_msg("%s: got \"%s\", want \"%s\"", cases[i].words, got, cases[i].want);
    }
}

static void nul_and_broken_bytes_show_as_replacements(void **state)
{
    (void)state;
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    const uint8_t bytes[] = {'a', 0, 0xc3, 'b', 0xe0, 0xb8};
    assert_string_equal(code_text_valid(a, bytes, sizeof bytes), "a\xef\xbf\xbd\xef\xbf\xbd"
                                                                 "b\xef\xbf\xbd\xef\xbf\xbd");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_what_was_meant),
        cmocka_unit_test(nul_and_broken_bytes_show_as_replacements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
