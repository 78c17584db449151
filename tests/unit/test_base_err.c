/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/err.h"

#include "base/refusals.h"
#include "base/thai.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void setting_fills_and_says_no(void **state)
{
    struct err err = {0};
    (void)state;
    assert_false(err_set(&err, ERR_REFUSE, "%s: %d parts, at most %d", "mail", 501, 500));
    assert_int_equal(err.kind, ERR_REFUSE);
    assert_string_equal(err.text, "mail: 501 parts, at most 500");
}

static void nobody_has_to_listen(void **state)
{
    (void)state;
    assert_false(err_set(NULL, ERR_FATAL, "%s", "x"));
    assert_false(err_add(NULL, "%s", "x"));
}

static void adding_puts_words_before_and_keeps_the_kind(void **state)
{
    struct err err = {0};
    (void)state;
    assert_false(err_set(&err, ERR_RETRY, "connection reset"));
    assert_false(err_add(&err, "imap %s", "mail.example.go.th"));
    assert_int_equal(err.kind, ERR_RETRY);
    assert_string_equal(err.text, "imap mail.example.go.th: connection reset");
}

/* err_set(&err, kind, "…%s", err.text): the old sentence inside the new one. */
static void the_old_sentence_may_be_part_of_the_new(void **state)
{
    struct err err = {0};
    (void)state;
    err_set(&err, ERR_RETRY, "inner");
    err_set(&err, ERR_FATAL, "outer because %s", err.text);
    assert_string_equal(err.text, "outer because inner");
    err_add(&err, "again %s", err.text);
    assert_string_equal(err.text, "again outer because inner: outer because inner");
}

static void a_percent_sign_of_a_stranger_is_text(void **state)
{
    struct err err = {0};
    (void)state;
    err_set(&err, ERR_REFUSE, "%s", "100%s%n");
    err_add(&err, "%s", "%d");
    assert_string_equal(err.text, "%d: 100%s%n");
}

/* Long sentences end at a whole letter, wherever the cut falls in it. */
static void long_sentences_are_cut_between_letters(void **state)
{
    (void)state;
    for (int lead = 0; lead < 4; lead++) {
        struct err err = {0};
        char text[3 * ERR_TEXT_MAX] = "";
        memset(text, 'x', (size_t)lead);
        for (size_t i = (size_t)lead; i + 3 < sizeof text; i += 3)
            memcpy(text + i, "ก", 3);
        err_set(&err, ERR_REFUSE, "%s", text);
        assert_in_range(strlen(err.text), ERR_TEXT_MAX - 4, ERR_TEXT_MAX - 1);
        assert_true(utf8_valid(err.text, strlen(err.text)));
        err_add(&err, "%s", text);
        assert_in_range(strlen(err.text), ERR_TEXT_MAX - 4, ERR_TEXT_MAX - 1);
        assert_true(utf8_valid(err.text, strlen(err.text)));
    }
}

static void a_sentence_that_just_fits_is_whole(void **state)
{
    struct err err = {0};
    char text[ERR_TEXT_MAX];
    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    err_set(&err, ERR_REFUSE, "%s", text);
    assert_string_equal(err.text, text);
}

static void a_refusal_is_said_in_both_languages(void **state)
{
    struct err err = {0};
    (void)state;
    assert_false(err_say(NULL, REFUSE_MATTER_TITLE));
    assert_false(err_say(&err, REFUSE_ITEM_UNKNOWN, "12/2564"));
    assert_int_equal(err.kind, ERR_REFUSE);
    assert_string_equal(err.text, "item 12/2564: no such number in the register");
    assert_string_equal(err.thai, "ไม่มีเลขรับ 12/2564 ในทะเบียน");
    assert_false(err_set(&err, ERR_REFUSE, "ERROR: violates"));
    assert_string_equal(err.thai, "");
}

static void every_kind_has_its_word(void **state)
{
    (void)state;
    for (int kind = 0; kind < ERR_N_KINDS; kind++)
        for (int other = 0; other < kind; other++)
            assert_string_not_equal(err_kind_name((enum err_kind)kind),
                                    err_kind_name((enum err_kind)other));
    assert_string_equal(err_kind_name(ERR_NONE), "none");
    assert_string_equal(err_kind_name(ERR_UNSURE), "unsure");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setting_fills_and_says_no),
        cmocka_unit_test(nobody_has_to_listen),
        cmocka_unit_test(adding_puts_words_before_and_keeps_the_kind),
        cmocka_unit_test(the_old_sentence_may_be_part_of_the_new),
        cmocka_unit_test(a_percent_sign_of_a_stranger_is_text),
        cmocka_unit_test(long_sentences_are_cut_between_letters),
        cmocka_unit_test(a_sentence_that_just_fits_is_whole),
        cmocka_unit_test(a_refusal_is_said_in_both_languages),
        cmocka_unit_test(every_kind_has_its_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
