/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Folder names on their way to the server. */
#include "intake/utf7.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void names_are_spelt_as_the_standard_says(void **state)
{
    (void)state;
    static const struct {
        const char *name, *spelt;
    } cases[] = {
        {"INBOX", "INBOX"},
        {"a&b", "a&-b"},
        {"&", "&-"},
        {"~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"}, /* RFC 3501 5.1.3 */
        {"ลงทะเบียนแล้ว", "&DiUOBw4XDjAOQA4aDjUOIg4ZDkEOJQ5JDic-"},
        {"พักไว้", "&Dh4OMQ4BDkQOJw5J-"},
        {"ก&ข", "&DgE-&-&DgI-"},
        {"ก-", "&DgE--"},
        {"😀x", "&2D3eAA-x"},
    };
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *spelt = NULL;
        struct err err = {0};
        assert_true(utf7_encode(a, cases[i].name, &spelt, &err));
        assert_string_equal(spelt, cases[i].spelt);
    }
}

static void a_name_that_could_carry_a_command_is_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"",      "a\r\nx LOGOUT", "a\nb",    "a\x7f",
                                        "a\x01", "\xff",          "\xe0\xb8"};
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char *spelt = NULL;
        struct err err = {0};
        assert_false(utf7_encode(a, names[i], &spelt, &err));
        assert_int_equal(err.kind, ERR_FATAL);
        assert_null(spelt);
    }
}

static void a_name_may_have_255_bytes_and_no_more(void **state)
{
    (void)state;
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    char name[FOLDER_NAME_MAX + 2];
    memset(name, 'x', sizeof name);
    name[FOLDER_NAME_MAX + 1] = 0;
    char *spelt = NULL;
    assert_false(utf7_encode(a, name, &spelt, NULL));
    name[FOLDER_NAME_MAX] = 0;
    assert_true(utf7_encode(a, name, &spelt, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_spelt_as_the_standard_says),
        cmocka_unit_test(a_name_that_could_carry_a_command_is_refused),
        cmocka_unit_test(a_name_may_have_255_bytes_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
