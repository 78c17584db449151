/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What libetpan's parser may see, and what a server may call itself capable of. */
#include "intake/imap_login.h"
#include "intake/imap_vet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void ordinary_answers_pass(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "* OK [PERMANENTFLAGS (\\Answered \\Deleted \\*)] Flags permitted.",
        "* OK [UIDVALIDITY 1795347561] UIDs valid",
        "* OK [COPYUID 38505 304,319:320 3956:3958] Done",
        "* OK [BADCHARSET (utf-8 (x))] text",
        "* OK still here :( :( :( :( :( :( :( :( :( :(",
        "* CAPABILITY IMAP4rev1 IDLE",
        "* FLAGS (\\Answered \\Deleted)",
        "* LIST (\\HasNoChildren) \"/\" \"a (b\"",
        "* 1 FETCH (UID 7 FLAGS (\\Seen) RFC822.SIZE 4 INTERNALDATE \"17-Jul-2021 02:44:25 "
        "+0700\")",
        "* ESEARCH (TAG \"x\") UID ALL 1:3",
        "+ idling",
        "+",
        "7 OK [READ-WRITE] Select completed (0.001 + 0.000 secs).",
        "7 NO [TRYCREATE] no such folder",
        "7 BAD what",
    };
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct imap_vet v;
        struct err err = {0};
        imap_vet_init(&v);
        if (!imap_vet_line(&v, lines[i], &err))
            fail_msg("%s: %s", lines[i], err.text);
        assert_int_equal(v.literal, 0);
    }
}

static void what_would_break_the_parser_is_refused(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        "x",
        "x y",
        "* BYE shutting down",
        "* bye",
        "* OK [PERMANENTFLAGS (",
        "* OK [PERMANENTFLAGS (\\Seen]",
        "* NO [X",
        "7 OK [CAPABILITY IMAP4rev1",
        "* OK [BADCHARSET (((x)))] text",
        "* OK [X )] text",
        "* 1 FETCH (BODYSTRUCTURE ((((((((((\"text\"))))))))))",
        "* 1 FETCH (BODY[] \"never closed)",
        "* 1 FETCH (BODY[] {65537}",
        "* 1 FETCH (BODY[] {99999999999999999999999}",
        "* 1 FETCH (BODY[] {4294967297}",
    };
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct imap_vet v;
        struct err err = {0};
        imap_vet_init(&v);
        if (imap_vet_line(&v, lines[i], &err))
            fail_msg("passed: %s", lines[i]);
        assert_int_equal(err.kind, ERR_RETRY);
    }
}

static void a_literal_keeps_the_depth_of_its_response(void **state)
{
    (void)state;
    struct imap_vet v;
    imap_vet_init(&v);
    assert_true(imap_vet_line(&v, "* 1 FETCH (BODY[] {65536}", NULL));
    assert_int_equal(v.literal, 65536);
    assert_int_equal(v.depth, 1);
    assert_true(imap_vet_line(&v, " UID 7 BODY[TEXT] {0}", NULL));
    assert_true(v.inside);
    assert_true(imap_vet_line(&v, ")", NULL));
    assert_false(v.inside);
    assert_int_equal(v.depth, 0);
    assert_true(imap_vet_line(&v, "* 1 FETCH (BODY[] {1}", NULL));
    assert_true(imap_vet_line(&v, "(((((((", NULL));
    assert_int_equal(v.depth, IMAP_DEPTH_MAX);
    assert_true(imap_vet_line(&v, "* 1 FETCH (X {1}", NULL));
    assert_false(imap_vet_line(&v, "((((((((", NULL));
}

static void a_literal_may_be_as_large_as_its_limit(void **state)
{
    (void)state;
    struct imap_vet v;
    imap_vet_init(&v);
    v.literal_max = 100;
    assert_true(imap_vet_line(&v, "* 1 FETCH (BODY[] {100}", NULL));
    assert_int_equal(v.literal, 100);
    imap_vet_init(&v);
    v.literal_max = 100;
    assert_false(imap_vet_line(&v, "* 1 FETCH (BODY[] {101}", NULL));
}

static void news_are_counted(void **state)
{
    (void)state;
    static const char *const lines[] = {"* 23 EXISTS", "* 3 EXPUNGE", "* VANISHED 1:5",
                                        "* 1 RECENT",  "* OK EXISTS", "* 5 exists"};
    struct imap_vet v;
    imap_vet_init(&v);
    for (size_t i = 0; i < ARRAY_LEN(lines); i++)
        assert_true(imap_vet_line(&v, lines[i], NULL));
    assert_int_equal(v.n_exists, 2);
    assert_int_equal(v.n_gone, 2);
}

static void after_logout_a_bye_is_expected(void **state)
{
    (void)state;
    struct imap_vet v;
    imap_vet_init(&v);
    v.may_end = true;
    assert_true(imap_vet_line(&v, "* BYE see you", NULL));
}

static void capabilities_are_whole_words(void **state)
{
    (void)state;
    struct imap_caps c = {0};
    imap_caps_add(&c, "IMAP4rev1 idle XMOVE AUTH=PLAIN AUTH=SCRAM-SHA-256-PLUS UIDPLUS] STARTTLS");
    assert_true(c.idle && c.plain && c.uidplus);
    assert_false(c.move || c.scram_sha_256 || c.starttls || c.logindisabled || c.sasl_ir);
    imap_caps_add(&c, "");
    imap_caps_add(&c, "  MOVE  AUTH=SCRAM-SHA-256");
    assert_true(c.move && c.scram_sha_256);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ordinary_answers_pass),
        cmocka_unit_test(what_would_break_the_parser_is_refused),
        cmocka_unit_test(a_literal_keeps_the_depth_of_its_response),
        cmocka_unit_test(a_literal_may_be_as_large_as_its_limit),
        cmocka_unit_test(news_are_counted),
        cmocka_unit_test(after_logout_a_bye_is_expected),
        cmocka_unit_test(capabilities_are_whole_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
