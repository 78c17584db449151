/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What libetpan's parser may see, and what a server may call itself capable of. */
#include "intake/imap_login.h"
#include "intake/imap_vet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* imap_vet_line on a copy that it may change. */
static bool vet(struct imap_vet *v, const char *line, char out[256], struct err *err)
{
    snprintf(out, 256, "%s", line);
    return imap_vet_line(v, out, err);
}

static void ordinary_answers_pass_as_they_are(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "* OK [UIDVALIDITY 1795347561] UIDs valid",
        "* OK [COPYUID 38505 304,319:320 3956:3958] Done",
        "* OK still here :( :( :( :( :( :( :( :( :( :(",
        "* OK text with [brackets (later",
        "* CAPABILITY IMAP4rev1 IDLE",
        "* FLAGS (\\Answered \\Deleted)",
        "* LIST (\\HasNoChildren) \"/\" \"a (b\"",
        "* 1 FETCH (UID 7 FLAGS (\\Seen) RFC822.SIZE 4 INTERNALDATE \"17-Jul-2021 02:44:25 "
        "+0700\")",
        "* ESEARCH (TAG \"x\") UID ALL 1:3",
        "+ idling",
        "+",
        "7 OK [READ-WRITE] Select completed (0.001 + 0.000 secs).",
        "7 ok [read-only] x",
        "7 BAD what",
    };
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct imap_vet v;
        struct err err = {0};
        char out[256];
        imap_vet_init(&v);
        if (!vet(&v, lines[i], out, &err))
            fail_msg("%s: %s", lines[i], err.text);
        assert_string_equal(out, lines[i]);
        assert_int_equal(v.literal, 0);
        assert_false(v.is_bare);
    }
}

/* libetpan crashes on the first of them. */
static void codes_that_we_do_not_need_become_text(void **state)
{
    (void)state;
    static const struct {
        const char *line, *passed;
        bool is_bare;
    } cases[] = {
        {"* OK [PERMANENTFLAGS (", "* OK  PERMANENTFLAGS (", false},
        {"* OK [PERMANENTFLAGS (\\Answered \\*)] Flags.",
         "* OK  PERMANENTFLAGS (\\Answered \\*)  Flags.", false},
        {"7 NO [TRYCREATE] no such folder", "7 NO  TRYCREATE  no such folder", false},
        {"7 OK [CAPABILITY IMAP4rev1", "7 OK  CAPABILITY IMAP4rev1", false},
        {"* OK [UIDVALIDITY 12x] y", "* OK  UIDVALIDITY 12x  y", false},
        {"* OK [COPYUID (1) 2 3] y", "* OK  COPYUID (1) 2 3  y", false},
        {"* OK [READ-WRITER] y", "* OK  READ-WRITER  y", false},
        {"* OK [] y", "* OK    y", false},
        {"* OK [", "* OK  ", false},
        {"7 OK [ [PERMANENTFLAGS (", "7 OK    PERMANENTFLAGS (", false},
        {"7 OK   [PERMANENTFLAGS (", "7 OK    PERMANENTFLAGS (", false},
        {"*  OK [PERMANENTFLAGS (\\x] y", "*  OK  PERMANENTFLAGS (\\x  y", false},
        {"* \tOK [PERMANENTFLAGS (\\x] y", "* \tOK  PERMANENTFLAGS (\\x  y", false},
        {"* OK\t[PERMANENTFLAGS (\\x] y", "* OK\t PERMANENTFLAGS (\\x  y", false},
        {"* OK \t[PERMANENTFLAGS (\\x] y", "* OK \t PERMANENTFLAGS (\\x  y", false},
        {"7  OK [PERMANENTFLAGS (", "7  OK  PERMANENTFLAGS (", false},
        {"+ [PERMANENTFLAGS (\\x", "+  PERMANENTFLAGS (\\x", false},
        {"+  \t[PERMANENTFLAGS (\\x]", "+  \t PERMANENTFLAGS (\\x ", false},
        {"+ idling", "+ idling", false},
        {"+ ", "+ ", false},
        {"7 OK", "7 OK", true},
        {"7 OK ", "7 OK ", true},
        {"7 OK [READ-WRITE]", "7 OK [READ-WRITE]", true},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct imap_vet v;
        char out[256];
        imap_vet_init(&v);
        assert_true(vet(&v, cases[i].line, out, NULL));
        assert_string_equal(out, cases[i].passed);
        assert_int_equal(v.is_bare, cases[i].is_bare);
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
        "*  BYE",
        "*\tBYE",
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
        char out[256];
        if (vet(&v, lines[i], out, &err))
            fail_msg("passed: %s", lines[i]);
        assert_int_equal(err.kind, ERR_RETRY);
    }
}

static void a_literal_keeps_the_depth_of_its_response(void **state)
{
    (void)state;
    struct imap_vet v;
    char out[256];
    imap_vet_init(&v);
    assert_true(vet(&v, "* 1 FETCH (BODY[] {65536}", out, NULL));
    assert_int_equal(v.literal, 65536);
    assert_int_equal(v.depth, 1);
    assert_true(vet(&v, " UID 7 BODY[TEXT] {0}", out, NULL));
    assert_true(v.inside);
    assert_true(vet(&v, ")", out, NULL));
    assert_false(v.inside);
    assert_int_equal(v.depth, 0);
    assert_true(vet(&v, "* 1 FETCH (BODY[] {1}", out, NULL));
    assert_true(vet(&v, "(((((((", out, NULL));
    assert_int_equal(v.depth, IMAP_DEPTH_MAX);
    assert_true(vet(&v, "* 1 FETCH (X {1}", out, NULL));
    assert_false(vet(&v, "((((((((", out, NULL));
}

static void a_literal_may_be_as_large_as_its_limit(void **state)
{
    (void)state;
    struct imap_vet v;
    char out[256];
    imap_vet_init(&v);
    v.literal_max = 100;
    assert_true(vet(&v, "* 1 FETCH (BODY[] {100}", out, NULL));
    assert_int_equal(v.literal, 100);
    imap_vet_init(&v);
    v.literal_max = 100;
    assert_false(vet(&v, "* 1 FETCH (BODY[] {101}", out, NULL));
}

static void news_are_counted(void **state)
{
    (void)state;
    static const char *const lines[] = {"* 23 EXISTS", "* 3 EXPUNGE", "* VANISHED 1:5",
                                        "* 1 RECENT",  "* OK EXISTS", "*  5 exists"};
    struct imap_vet v;
    imap_vet_init(&v);
    for (size_t i = 0; i < ARRAY_LEN(lines); i++)
        assert_true(vet(&v, lines[i], (char[256]){0}, NULL));
    assert_int_equal(v.n_exists, 2);
    assert_int_equal(v.n_gone, 2);
}

static void after_logout_a_bye_is_expected(void **state)
{
    (void)state;
    struct imap_vet v;
    char out[256];
    imap_vet_init(&v);
    v.may_end = true;
    assert_true(vet(&v, "* BYE see you", out, NULL));
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
        cmocka_unit_test(ordinary_answers_pass_as_they_are),
        cmocka_unit_test(codes_that_we_do_not_need_become_text),
        cmocka_unit_test(what_would_break_the_parser_is_refused),
        cmocka_unit_test(a_literal_keeps_the_depth_of_its_response),
        cmocka_unit_test(a_literal_may_be_as_large_as_its_limit),
        cmocka_unit_test(news_are_counted),
        cmocka_unit_test(after_logout_a_bye_is_expected),
        cmocka_unit_test(capabilities_are_whole_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
