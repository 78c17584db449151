/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The table of options is sound, and what is made from it is what lies in the checkout. */
#include "config/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void every_option_is_whole(void **state)
{
    size_t n;
    const struct config_option *o = config_options(&n);
    (void)state;
    assert_true(n > 50);
    for (size_t i = 0; i < n; i++) {
        bool has_words =
            o[i].kind == CONFIG_WORD || o[i].kind == CONFIG_WORDS || o[i].kind == CONFIG_TLS;
        assert_true(o[i].kind < CONFIG_N_KINDS);
        assert_true(strlen(o[i].text_th) > 0 && strlen(o[i].text_en) > 0);
        assert_int_equal(has_words, o[i].words != NULL);
        assert_int_equal(o[i].kind == CONFIG_NUMBER, o[i].max > o[i].min);
        if (o[i].needed_by) /* config/check.c reads these as texts */
            assert_true(o[i].kind < CONFIG_NUMBER);
    }
}

static void no_two_options_share_a_name_or_a_field(void **state)
{
    size_t n;
    const struct config_option *o = config_options(&n);
    (void)state;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++) {
            bool same_section = strcmp(o[i].section, o[j].section) == 0;
            bool same_owner =
                (strcmp(o[i].section, "mailbox") == 0) == (strcmp(o[j].section, "mailbox") == 0);
            assert_false(same_section && strcmp(o[i].name, o[j].name) == 0);
            assert_false(same_owner && o[i].offset == o[j].offset);
        }
}

static void assert_file_is(const char *path, const struct buf *made)
{
    static char text[1 << 18];
    FILE *f = fopen(path, "r");
    if (!f)
        fail_msg("%s is missing: run script/generate", path);
    size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[n] = 0;
    if (strcmp(text, buf_str(made)) != 0)
        fail_msg("%s is not what the table makes: run script/generate", path);
}

static void sample_and_man_pages_are_those_of_the_table(void **state)
{
    (void)state;
    struct buf sample CLEANUP(buf_fini) = {0}, en CLEANUP(buf_fini) = {0},
                      th CLEANUP(buf_fini) = {0};
    config_write_sample(&sample);
    config_write_man(true, &en);
    config_write_man(false, &th);
    assert_file_is(CHECKOUT "/packaging/thanwela.conf", &sample);
    assert_file_is(CHECKOUT "/man/thanwela.conf.5", &en);
    assert_file_is(CHECKOUT "/man/th/thanwela.conf.5", &th);
}

static void the_sample_is_a_configuration_that_every_role_can_start_with(void **state)
{
    static const char *const roles[] = {"mailbox", "scan", "deliver", "web"};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf sample CLEANUP(buf_fini) = {0};
    struct config c;
    struct err err = {0};
    (void)state;
    config_write_sample(&sample);
    if (!config_parse(a, "sample", sample.data, sample.len, &c, &err))
        fail_msg("%s", err.text);
    for (size_t i = 0; i < ARRAY_LEN(roles); i++)
        if (!config_check_role(&c, roles[i], &err))
            fail_msg("%s", err.text);
}

/* What `thanwela config` shows can be read back and shows the same. */
static void shown_values_are_a_configuration_with_the_same_values(void **state)
{
    static const char text[] = "[office]\naddr = a@x.th\nown_addrs = b@x.th, c@x.th\n"
                               "[mailbox one]\nhost = h\ntls = none\nallow_plain = yes\n"
                               "[mailbox two]\npassword_file = cred\n[smtp]\nport = 2525\n";
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf first CLEANUP(buf_fini) = {0}, second CLEANUP(buf_fini) = {0};
    struct config c;
    struct err err = {0};
    (void)state;
    assert_true(config_parse(a, "/t.conf", text, sizeof text - 1, &c, &err));
    config_write_values(&c, &first);
    if (!config_parse(a, "/t.conf", first.data, first.len, &c, &err))
        fail_msg("%s", err.text);
    config_write_values(&c, &second);
    assert_string_equal(buf_str(&first), buf_str(&second));
    assert_non_null(strstr(buf_str(&first), "\nport = 2525\n"));
    assert_non_null(strstr(buf_str(&first), "[mailbox two]\nhost = \n"));
}

static void every_option_is_told_in_both_languages(void **state)
{
    struct buf en CLEANUP(buf_fini) = {0}, th CLEANUP(buf_fini) = {0};
    size_t n;
    const struct config_option *o = config_options(&n);
    (void)state;
    config_write_options(true, &en);
    config_write_options(false, &th);
    for (size_t i = 0; i < n; i++) {
        assert_non_null(strstr(buf_str(&en), o[i].text_en));
        assert_non_null(strstr(buf_str(&th), o[i].text_th));
    }
    assert_non_null(strstr(buf_str(&en), "  timeout_s  (number: 1-600 s; default 60)\n"));
    assert_non_null(strstr(buf_str(&en), "  host  (text; needed by mailbox)\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_option_is_whole),
        cmocka_unit_test(no_two_options_share_a_name_or_a_field),
        cmocka_unit_test(sample_and_man_pages_are_those_of_the_table),
        cmocka_unit_test(the_sample_is_a_configuration_that_every_role_can_start_with),
        cmocka_unit_test(shown_values_are_a_configuration_with_the_same_values),
        cmocka_unit_test(every_option_is_told_in_both_languages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
