/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/buf.h"
#include "base/clock.h"
#include "base/thai.h"
#include "mail/address.h"
#include "mail/date.h"
#include "mail/header.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void words_are_decoded_as_they_were_meant(void **state)
{
    static const struct {
        const char *raw, *text;
    } cases[] = {
        {"=?utf-8?B?4Lij4Liy4Lii4LiH4Liy4LiZ?=", "รายงาน"},
        {"=?UTF-8?b?4Lij4Liy4Lii4LiH4Liy4LiZ?=", "รายงาน"},
        {"=?utf-8*th?B?4Lij4Liy4Lii4LiH4Liy4LiZ?=", "รายงาน"},
        {"=?tis-620?Q?=C3=D2=C2=A7=D2=B9?=", "รายงาน"},
        /* cut in the middle of a letter, and of a base64 quantum */
        {"=?utf-8?B?4Lij4A==?=\r\n =?utf-8?B?uLI=?=", "รา"},
        {"=?utf-8?B?4Lij4L?=\r\n =?utf-8?B?iy?=", "รา"},
        {"=?utf-8?B?SGVsbG8=?= =?utf-8?B?IHdvcmxk?=", "Hello world"},
        {"=?utf-8?B?4LiBYQ?= =?utf-8?B?4LiCYg?=", "กaขb"},
        {"=?utf-8?B?SGVsbG8=?==?utf-8?B?IHdvcmxk?=", "Hello world"},
        {"=?utf-8?B?4Lij?=\t\r\n  =?tis-620?B?0g==?=", "รา"},
        {"Re: =?utf-8?Q?a_b=5Fc?= (2)", "Re: a b_c (2)"},
        {"Re:=?utf-8?Q?a?=", "Re:a"},
        {"a =?utf-8?Q?b?= c", "a b c"},
        {"=?utf-8?Q?two words?=", "two words"},
        {"=?utf-8?Q?what?\?=", "what?"},
        {"=?utf-8?Q?really?=20yes?=", "really? yes"},
        {"=?utf-8?B?4Lij\r\n 4Liy?=", "รา"},
        {"=?utf-8?B?4Lij4Liy", "รา"},
        {"=?utf-8?Q?\?= x", "x"},
        {"=?utf-8?B?PT91dGYtOD9RP2E/PQ==?=", "a"}, /* encoded twice */
        {"=?x-unknown?B?4Lij4Liy?=", "รา"},
        {"=?utf-8?X?abc?=", "=?utf-8?X?abc?="},
        {"plain\r\n folded\r\n\ttwice", "plain folded twice"},
        {"  blanks  ", "blanks"},
        {"=? =?= =??", "=? =?= =??"},
        {"=?utf-8?Q?hi=0D=0ABcc:_x?=", "hi\uFFFD\uFFFDBcc: x"},
        {"\xC3\xD2\xC2\xA7\xD2\xB9 1", "รายงาน 1"},
        {"=?utf-8?B?4Lij4Liy?= \xC3\xD2", "รา รา"},
        {"", ""},
        {" \r\n ", ""},
    };
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *got = header_decode(a, cases[i].raw, strlen(cases[i].raw));
        const char *want = cases[i].text;
        if (strcmp(got, want) != 0)
            fail_msg("[%s]: [%s], wanted [%s]", cases[i].raw, got, want);
        assert_true(utf8_valid(got, strlen(got)));
    }
}

static void parameters_are_read_in_every_dress(void **state)
{
    static const struct {
        const char *raw, *value; /* of "filename" */
    } cases[] = {
        {"attachment; filename=\"report.pdf\"", "report.pdf"},
        {"attachment; filename=report.pdf", "report.pdf"},
        {"ATTACHMENT; FILENAME = \"report.pdf\" ; size=3", "report.pdf"},
        {"attachment;; filename=a.pdf", "a.pdf"},
        {"attachment filename=a.pdf", "a.pdf"},
        {"attachment (why) ; filename=\"a.pdf\" (really)", "a.pdf"},
        {"attachment; filename=my report.pdf; x=y", "my report.pdf"},
        {"attachment; filename=report (1).pdf", "report (1).pdf"},
        {"attachment; filename=a.pdf (x)", "a.pdf"},
        {"attachment; filename=\"a\\\"b\\\\c.pdf\"", "a\"b\\c.pdf"},
        {"attachment; filename=\"C:\\Users\\a.pdf\"", "C:\\Users\\a.pdf"},
        {"attachment; filename=\"a;b.pdf\"", "a;b.pdf"},
        {"attachment; filename=\"a.pdf; size=3", "a.pdf"},
        {"attachment; filename=\"a.pdf", "a.pdf"},
        {"attachment; filename=\"\"", ""},
        {"attachment; filename", NULL},
        {"attachment; xfilename=a; filenamex=b", NULL},
        {"attachment; filename=a; filename=b", "a"},
        {"attachment; filename=\"=?utf-8?B?4LiB?=.pdf\"", "ก.pdf"},
        {"attachment; filename==?utf-8?Q?a;b.pdf?=", "a;b.pdf"},
        {"attachment; filename=\"=?utf-8?B?4LiB?=\r\n =?utf-8?B?4LiC?=\"", "กข"},
        {"attachment; filename=\"\xE0\xB8\x81.pdf\"", "ก.pdf"},
        {"attachment; filename=\"\xA1.pdf\"", "ก.pdf"},
        {"attachment; filename=%E0%B8%81.pdf", "ก.pdf"},
        {"attachment; filename=a%20b.pdf", "a%20b.pdf"},
        {"attachment; filename*=UTF-8''%E0%B8%81.pdf", "ก.pdf"},
        {"attachment; filename*=tis-620'th'%A1.pdf", "ก.pdf"},
        {"attachment; filename*=\"UTF-8''%E0%B8%81.pdf\"", "ก.pdf"},
        {"attachment; filename*=%E0%B8%81.pdf", "ก.pdf"},
        {"attachment; filename=x; filename*=UTF-8''%E0%B8%81", "ก"},
        {"attachment; filename*=UTF-8''%E0%B8%81; filename=x", "ก"},
        {"attachment; filename*0*=UTF-8''%E0%B8; filename*1*=%81; filename*2=\".pdf\"", "ก.pdf"},
        {"attachment; filename*2=c; filename*0=a; filename*1=b", "abc"},
        {"attachment; filename*1=a; filename*2=b", "ab"},
        {"attachment; filename*0=a; filename*0=x; filename*1=b", "ab"},
        {"attachment; filename*0=\"=?utf-8?B?4LiB?=\"; filename*1=\" =?utf-8?B?4LiC?=\"", "กข"},
        {"attachment; filename*=UTF-8''a%0D%0ABcc:%20x", "a\uFFFD\uFFFDBcc: x"},
        {"attachment; filename*=UTF-8''a%zz%4", "a%zz%4"},
        {"attachment; filename*99999999999=a", "a"},
        {"attachment; filename*=", ""},
        {"", NULL},
        {";", NULL},
        {"\"x;filename=a\"; filename=b", "b"},
    };
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *got = header_param(a, cases[i].raw, strlen(cases[i].raw), "filename");
        if ((got == NULL) != (cases[i].value == NULL) || (got && strcmp(got, cases[i].value) != 0))
            fail_msg("[%s]: [%s], wanted [%s]", cases[i].raw, got ? got : "-",
                     cases[i].value ? cases[i].value : "-");
    }
}

static void parameters_are_bounded(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf raw CLEANUP(buf_fini) = {0};
    (void)state;
    buf_adds(&raw, "x/y");
    for (int i = 0; i < HEADER_PARAMS_MAX + 10; i++)
        buf_addf(&raw, "; n*%d=%c", i, 'a' + i % 26);
    assert_int_equal(strlen(header_param(a, raw.data, raw.len, "n")), HEADER_PARAMS_MAX);
}

static void tokens_lose_quotes_and_comments(void **state)
{
    static const struct {
        const char *raw, *token;
    } cases[] = {
        {"Text/Plain; charset=x", "text/plain"},
        {"text / plain", "text/plain"},
        {"\"base64\"", "base64"},
        {"(a (b) \\) c) base64 (d)", "base64"},
        {"text/plain charset=x", "text/plain"},
        {"base64\r\n", "base64"},
        {"", ""},
        {";", ""},
        {"(", ""},
        {"a\x01", "a\uFFFD"},
    };
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_string_equal(header_token(a, cases[i].raw, strlen(cases[i].raw)), cases[i].token);
}

static void mailboxes_are_counted_and_the_first_is_named(void **state)
{
    static const struct {
        const char *raw;
        uint32_t n;
        const char *addr, *name;
    } cases[] = {
        {"clerk@customs.go.th", 1, "clerk@customs.go.th", NULL},
        {"<clerk@CUSTOMS.go.TH>", 1, "clerk@customs.go.th", NULL},
        {"\"Last, First\" <a@b.th>", 1, "a@b.th", "Last, First"},
        {"Last, First <a@b.th>", 1, "a@b.th", "Last, First"},
        {"=?utf-8?B?4LiB?= <a@b.th>", 1, "a@b.th", "ก"},
        {"=?utf-8?Q?a,_b?= <a@b.th>", 1, "a@b.th", "a, b"},
        {"\"=?utf-8?B?4LiB?=\" <a@b.th>", 1, "a@b.th", "ก"},
        {"\xA1\xA2 <a@b.th>", 1, "a@b.th", "กข"},
        {"a@b.th (Some (One))", 1, "a@b.th", "Some (One)"},
        {"\"a@evil.th\" <a@b.th>", 1, "a@b.th", "a@evil.th"},
        {"<@relay.th,@x.th:a@b.th>", 1, "a@b.th", NULL},
        {"<mailto:a@b.th>", 1, "a@b.th", NULL},
        {"a @ b.th", 1, "a@b.th", NULL},
        {"X <a@b.th", 1, "a@b.th", "X"},
        {"a@b.th, a@B.TH", 1, "a@b.th", NULL},
        {"a@b.th, c@d.th", 2, "a@b.th", NULL},
        {"Group: a@b.th, c@d.th;", 2, "a@b.th", NULL},
        {"Group: Name <a@b.th>;", 1, "a@b.th", "Name"},
        {"undisclosed: ;", 0, NULL, NULL},
        {"nodomain", 1, NULL, NULL},
        {"<>", 1, NULL, NULL},
        {"a@b.th\x01", 1, NULL, NULL},
        {"", 0, NULL, NULL},
        {"((((", 0, NULL, NULL},
        {"\"", 0, NULL, NULL},
    };
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct mailboxes m;
        mailboxes_read(a, cases[i].raw, strlen(cases[i].raw), &m);
        bool addr = m.addr ? cases[i].addr && !strcmp(m.addr, cases[i].addr) : !cases[i].addr;
        bool name = m.name ? cases[i].name && !strcmp(m.name, cases[i].name) : !cases[i].name;
        if (m.n != cases[i].n || !addr || !name)
            fail_msg("[%s]: %u, %s, %s", cases[i].raw, m.n, m.addr ? m.addr : "-",
                     m.name ? m.name : "-");
    }
}

static void dates_are_read_with_their_zones(void **state)
{
    static const struct {
        const char *raw, *iso;
        bool lawful;
    } cases[] = {
        {"Mon, 06 May 2024 10:00:00 +0700", "2024-05-06T10:00:00+07:00", true},
        {"6 May 2024 10:00 +0000 (GMT)", "2024-05-06T10:00:00Z", true},
        {"Mon,6 May 2024 10:00:00 -0530", "2024-05-06T15:30:00Z", true},
        {"Mon, 6 May 24 10:00:00 GMT", "2024-05-06T10:00:00Z", true},
        {"Mon, 6 May 99 10:00:00 EST", "1999-05-06T15:00:00Z", true},
        {"Mon, 06 May 2024\r\n 10:00:00 +0700", "2024-05-06T10:00:00+07:00", true},
        {"Mon, 06 May 2024 23:59:60 +0700", "2024-05-06T23:59:59+07:00", true},
        {"Mon, 06 May 2567 10:00:00 +0700", "2024-05-06T10:00:00+07:00", false},
        {"Mon, 31 Apr 2024 10:00:00 +0700", NULL, false},
        {"Mon, 06 May 2024 25:00:00 +0700", NULL, false},
        {"Mon, 06 May 2024 10:00:00 +9900", NULL, false},
        {"Mon, 06 Foo 2024 10:00:00 +0700", NULL, false},
        {"yesterday", NULL, false},
        {"Mon, 06 May 99999999999 10:00:00", NULL, false},
        {"", NULL, false},
        {",,,,,,,,,,,,,,,,,,,,,,", NULL, false},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t us = 0, want = TIME_NONE;
        if (cases[i].iso)
            assert_true(time_parse_iso(cases[i].iso, &want));
        bool lawful = mail_date_read(cases[i].raw, strlen(cases[i].raw), &us);
        if (us != want || lawful != cases[i].lawful)
            fail_msg("[%s]: %lld, %d", cases[i].raw, (long long)us, lawful);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_decoded_as_they_were_meant),
        cmocka_unit_test(parameters_are_read_in_every_dress),
        cmocka_unit_test(parameters_are_bounded),
        cmocka_unit_test(tokens_lose_quotes_and_comments),
        cmocka_unit_test(mailboxes_are_counted_and_the_first_is_named),
        cmocka_unit_test(dates_are_read_with_their_zones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
