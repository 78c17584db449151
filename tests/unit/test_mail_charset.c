/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/thai.h"
#include "mail/charset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define THAI_874 "\xA2\xCD\xCA\xE8\xA7\xC3\xD2\xC2\xA7\xD2\xB9" /* ขอส่งรายงาน */

static void decodes_to(const char *label, const char *bytes, size_t n, enum charset_use use,
                       const char *want)
{
    struct buf out CLEANUP(buf_fini) = {0};
    charset_decode(&out, label, bytes, n, use);
    if (strcmp(buf_str(&out), want) != 0)
        fail_msg("%s: [%s], wanted [%s]", label ? label : "(none)", buf_str(&out), want);
    assert_true(utf8_valid(buf_str(&out), out.len));
}

static void every_thai_label_is_windows_874(void **state)
{
    static const char *const labels[] = {
        "tis-620",     "TIS-620",       "tis620",      "TIS620",      "iso-8859-11",
        "ISO-8859-11", "iso8859-11",    "windows-874", "Windows-874", "cp874",
        "CP874",       "x-windows-874", "ms874",       "ibm874",      "tis620.2533-1",
        "iso-ir-166",  "\"tis-620\"",   " tis-620 ",   "tis-620*th",  "'windows-874'",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
        decodes_to(labels[i], THAI_874, sizeof THAI_874 - 1, CHARSET_HEADER, "ขอส่งรายงาน");
        decodes_to(labels[i],
                   "\x93\x80"
                   "100\x85\x94\xA0",
                   8, CHARSET_HEADER, "“€100…”\u00A0");
        assert_true(charset_known(labels[i]));
    }
}

static void a_label_that_lies_is_not_believed(void **state)
{
    static const char utf8[] = "รายงาน";
    static const char *const thai_or_none[] = {
        NULL, "", "utf-8", "us-ascii", "x-unknown", "tis-620", "iso-8859-1", "windows-1252"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(thai_or_none); i++) {
        decodes_to(thai_or_none[i], utf8, sizeof utf8 - 1, CHARSET_HEADER, utf8);
        decodes_to(thai_or_none[i], THAI_874, sizeof THAI_874 - 1, CHARSET_HEADER, "ขอส่งรายงาน");
    }
    decodes_to("utf-8", "\xE0\xB8\xA3\xE0\xB8\xB2\xE0\xB8", 8, CHARSET_HEADER, "รา\uFFFD\uFFFD");
    decodes_to("utf-8",
               "abc\xFF\xFE\xC0\x80"
               "def",
               10, CHARSET_HEADER, "abc\uFFFD\uFFFD\uFFFD\uFFFDdef");
    decodes_to(NULL, "\xC3\xD2\xC2\xA7\xD2\xB9 \xA1", 8, CHARSET_HEADER, "รายงาน ก");
}

static void other_alphabets_are_read_by_their_labels(void **state)
{
    static const struct {
        const char *label, *bytes, *want;
    } cases[] = {
        {"iso-8859-1", "caf\xE9 \x80", "café €"},
        {"windows-1252", "\x93x\x94", "“x”"},
        {"iso-8859-1", "na\xEFve \xC9\xE9\xE8 \xA3", "naïve Ééè £"},
        {"koi8-r", "\xF0\xD2\xC9\xD7\xC5\xD4", "Привет"},
        {"gb2312", "\xD6\xD0\xCE\xC4", "中文"},
        {"big5", "\xA4\xA4\xA4\xE5", "中文"},
        {"iso-2022-jp", "\x1b$BF|K\\8l\x1b(B", "日本語"},
        {NULL, "\x1b$BF|K\\8l\x1b(B", "日本語"},
        {"shift_jis", "\x93\xFA\x96{", "日本"},
        {"euc-jp", "\xC6\xFC\xCB\xDC", "日本"},
        {"ks_c_5601-1987", "\xBE\xC8\xB3\xE7", "안녕"},
        {"utf-7", "+Dh8OTg4H-", "ฟ๎ง"},
        {"gb2312", "\xD6", "\uFFFD"},
        {"iso-2022-jp", "\x1b$BF", "\uFFFD\uFFFD"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf out CLEANUP(buf_fini) = {0};
        charset_decode(&out, cases[i].label, cases[i].bytes, strlen(cases[i].bytes),
                       CHARSET_HEADER);
        if (strncmp(buf_str(&out), cases[i].want, strlen("\uFFFD")) != 0 ||
            (cases[i].want[0] != '\xEF' && strcmp(buf_str(&out), cases[i].want) != 0))
            fail_msg("%s: [%s]", cases[i].label, buf_str(&out));
    }
    decodes_to("utf-16", "\xFF\xFE\x01\x0E\x02\x0E", 6, CHARSET_HEADER, "กข");
    decodes_to("utf-16be", "\x0E\x01\x0E\x02", 4, CHARSET_HEADER, "กข");
}

static void controls_are_shown_as_undecodable(void **state)
{
    (void)state;
    decodes_to(NULL, "a\0b\r\nc\td\x7f\xC2\x85", 11, CHARSET_HEADER,
               "a\uFFFDb\uFFFD\uFFFDc d\uFFFD\uFFFD");
    decodes_to(NULL, "a\0b\r\nc\td\x7f\xC2\x85", 11, CHARSET_TEXT, "a\uFFFDb\nc\td\uFFFD\uFFFD");
    decodes_to("iso-2022-jp", "a\r\nb", 4, CHARSET_TEXT, "a\nb");
    decodes_to("x", "", 0, CHARSET_TEXT, "");
}

static void a_strangers_label_reaches_no_loader(void **state)
{
    char longest[CHARSET_LABEL_MAX + 2];
    (void)state;
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    assert_false(charset_known(longest));
    longest[CHARSET_LABEL_MAX] = 0;
    assert_false(charset_known(longest));
    assert_false(charset_known("utf-8//translit"));
    assert_false(charset_known("../../tmp/x"));
    assert_false(charset_known("ibm037"));
    assert_false(charset_known(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_thai_label_is_windows_874),
        cmocka_unit_test(a_label_that_lies_is_not_believed),
        cmocka_unit_test(other_alphabets_are_read_by_their_labels),
        cmocka_unit_test(controls_are_shown_as_undecodable),
        cmocka_unit_test(a_strangers_label_reaches_no_loader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
