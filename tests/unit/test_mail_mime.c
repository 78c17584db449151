/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Mails made here: limits at their edge and one past it, what vanishes elsewhere, identity. */
#include "base/buf.h"
#include "base/clock.h"
#include "mail/mime.h"
#include "mail/mime_core.h"
#include "mail/mime_read.h"
#include "tests/unit/made_mail.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void to_reader(void *user, uint8_t type, const void *p, size_t n)
{
    if (!mime_reader_frame(user, type, p, n))
        fail_msg("frame %c of %zu bytes was refused", type, n);
}

/* In this process: the child's core into the parent's reader. */
static struct mail parse(struct arena *a, const char *bytes, size_t n)
{
    struct mail m;
    struct err err = {0};
    int fd CLEANUP(fd_closep) = memfd_of(bytes, n);
    struct mime_reader *reader CLEANUP(mime_reader_freep) = mime_reader_new(a);
    const struct mail_sink sink = {.send = to_reader, .user = reader};
    assert_true(mime_core(fd, &sink));
    if (!mime_reader_take(reader, &m, &err))
        fail_msg("%s", err.text);
    close(m.parts_fd);
    return m;
}

static struct mail parse_text(struct arena *a, const char *text)
{
    return parse(a, text, strlen(text));
}

static void no_frame_comes(void *user, uint8_t type, const void *p, size_t n)
{
    (void)user, (void)type, (void)p, (void)n;
    fail_msg("a frame came");
}

/* GMime takes a read that fails for the end of the mail. */
static void a_mail_that_cannot_be_read_is_no_empty_mail(void **state)
{
    static const struct mail_sink sink = {.send = no_frame_comes};
    char path[] = "/tmp/thanwela-unreadable-XXXXXX";
    int fd CLEANUP(fd_closep) = mkstemp(path);
    (void)state;
    assert_true(write(fd, "Subject: x\r\n", 12) == 12);
    int blind CLEANUP(fd_closep) = open(path, O_WRONLY | O_CLOEXEC);
    assert_int_equal(unlink(path), 0);
    assert_true(blind >= 0);
    assert_false(mime_core(blind, &sink));
}

static void parts_are_listed_up_to_their_limit(void **state)
{
    static const uint32_t counts[] = {MAIL_LEAVES_MAX, MAIL_LEAVES_MAX + 1};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
        struct buf raw CLEANUP(buf_fini) = {0};
        buf_adds(&raw, MIXED);
        for (uint32_t k = 0; k < counts[i]; k++)
            buf_adds(&raw, "--b\r\nContent-Type: text/plain; name=a\r\n\r\nx\r\n");
        buf_adds(&raw, "--b--\r\n");
        struct mail m = parse(a, raw.data, raw.len);
        assert_int_equal(m.n_leaves, MAIL_LEAVES_MAX);
        assert_int_equal(m.flags & MAIL_FLAG_PARTS, i == 0 ? 0 : MAIL_FLAG_PARTS);
    }
}

static void depth_is_opened_up_to_its_limit(void **state)
{
    static const int depths[] = {MAIL_DEPTH_MAX, MAIL_DEPTH_MAX + 1};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(depths); i++) {
        struct buf raw CLEANUP(buf_fini) = {0};
        for (int k = 0; k < depths[i]; k++)
            buf_adds(&raw, HEAD "Content-Type: message/rfc822\r\n\r\n");
        buf_adds(&raw, HEAD "\r\ndeep\r\n");
        struct mail m = parse(a, raw.data, raw.len);
        assert_int_equal(m.n_nested, MAIL_DEPTH_MAX);
        assert_int_equal(m.n_leaves, 1);
        assert_int_equal(m.flags & MAIL_FLAG_DEPTH, i == 0 ? 0 : MAIL_FLAG_DEPTH);
        assert_true(i == 0 ? m.leaves[0].size == 6 : m.leaves[0].size > strlen(HEAD));
    }
}

static void headers_beyond_the_limit_cost_no_attachment(void **state)
{
    static const int sizes[] = {MAIL_HEADER_MAX / 2, MAIL_HEADER_MAX * 4};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct buf raw CLEANUP(buf_fini) = {0};
        buf_adds(&raw, HEAD "Content-Type: multipart/mixed; boundary=b\r\nX-Long: ");
        for (int k = 0; k < sizes[i]; k += 70)
            buf_adds(&raw,
                     " 34567890123456789012345678901234567890123456789012345678901234567\r\n");
        buf_adds(&raw, "\r\n--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n%PDF-1.4\r\n"
                       "--b--\r\n");
        struct mail m = parse(a, raw.data, raw.len);
        assert_string_equal(m.subject, "s");
        assert_int_equal(m.n_leaves, 1);
        assert_string_equal(m.leaves[0].filename, "a.pdf");
        assert_int_equal(m.flags & MAIL_FLAG_HEADER, i == 0 ? 0 : MAIL_FLAG_HEADER);
    }
}

static void what_other_readers_lose_is_kept_and_flagged(void **state)
{
    static const struct {
        const char *raw;
        uint32_t flag;
        uint32_t n_leaves;
        uint64_t size; /* of the last leaf */
    } cases[] = {
        {MIXED "no boundary here\r\n", MAIL_FLAG_UNDECODED, 1, 18},
        {HEAD "Content-Type: multipart/mixed\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n", MAIL_FLAG_UNDECODED,
         1, 17},
        {MIXED "--b\r\n\r\nx\r\n--b--\r\n--b\r\n\r\nsmuggled\r\n--b--\r\n", MAIL_FLAG_UNDECODED, 2,
         20},
        {MIXED "--b--\r\n", MAIL_FLAG_UNDECODED, 0, 0},
        {MIXED "--b\r\njust text\r\nmore\r\n--b--\r\n", MAIL_FLAG_HEADER, 1, 15},
        {HEAD "X-Long: a\r\nwrapped\r\nwithout blanks\r\nContent-Type: multipart/mixed; boundary=b"
              "\r\n\r\n--b\r\nContent-Type: text/plain\r\nhello\r\nworld\r\n--b--\r\n",
         MAIL_FLAG_HEADER, 1, 12},
        {"From: a@b.th\rSubject: x\r\rtext", MAIL_FLAG_HEADER, 1, 29},
        {HEAD "Content-Transfer-Encoding: x-foo\r\n\r\nabc", MAIL_FLAG_ENCODING, 1, 3},
        {HEAD "Content-Transfer-Encoding: base64\r\n\r\n????\r\n", MAIL_FLAG_ENCODING, 1, 0},
        {HEAD "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\nabc",
         MAIL_FLAG_ENCRYPTED, 1, 3},
        {HEAD "From: c@d.th\r\n\r\nx", MAIL_FLAG_FROM_MANY, 1, 1},
        {HEAD "Subject: second\r\n\r\nx", MAIL_FLAG_SUBJECT_MANY, 1, 1},
        {"From: nobody\r\n\r\nx", MAIL_FLAG_FROM_BAD | MAIL_FLAG_DATE_BAD, 1, 1},
        {"", MAIL_FLAG_FROM_BAD | MAIL_FLAG_DATE_BAD, 0, 0},
    };
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct mail m = parse_text(a, cases[i].raw);
        uint64_t size = m.n_leaves ? m.leaves[m.n_leaves - 1].size : 0;
        if ((m.flags & cases[i].flag) != cases[i].flag || m.n_leaves != cases[i].n_leaves ||
            size != cases[i].size)
            fail_msg("case %zu: flags %x, %u leaves, the last of %lu bytes", i, m.flags, m.n_leaves,
                     (unsigned long)size);
    }
}

/* A gateway that turned every line end into CR CR LF: no parser knows such a mail's empty line, nor
 * its boundaries. */
static void doubled_carriage_returns_cost_no_attachment(void **state)
{
    static const char plain[] =
        MIXED "--b\r\n\r\nhello\r\n--b\r\nContent-Type: application/pdf; name=a.pdf\r\n"
              "Content-Transfer-Encoding: base64\r\n\r\nJVBERi0x\r\nLjQ=\r\n--b--\r\n";
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf raw CLEANUP(buf_fini) = {0};
    (void)state;
    for (const char *p = plain; *p; p++)
        buf_adds(&raw, *p == '\r' ? "\r\r" : (char[]){*p, 0});
    struct mail m = parse(a, raw.data, raw.len);
    assert_int_equal(m.n_leaves, 2);
    assert_string_equal(m.subject, "s");
    assert_string_equal(m.text, "hello");
    assert_string_equal(m.leaves[1].filename, "a.pdf");
    assert_string_equal(m.leaves[1].sniffed, "application/pdf");
    assert_int_equal(m.leaves[1].size, strlen("%PDF-1.4"));
    assert_int_equal(m.flags, MAIL_FLAG_HEADER);
}

static void names_carry_no_path(void **state)
{
    static const struct {
        const char *sent, *kept;
    } cases[] = {
        {"../../../etc/cron.d/x", "x"},
        {"C:\\\\Users\\\\a\\\\b.pdf", "b.pdf"},
        {"a/", "a"},
        {"..", NULL},
        {"/", NULL},
        {"a\x01.pdf", "a\uFFFD.pdf"},
        {"a\u202efdp.exe", "a\uFFFDfdp.exe"},
        {" .pdf", ".pdf"},
    };
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct mail m = parse_text(
            a, arena_printf(a, HEAD "Content-Disposition: attachment; filename=\"%s\"\r\n\r\nx",
                            cases[i].sent));
        const char *kept = m.leaves[0].filename;
        if ((kept == NULL) != (cases[i].kept == NULL) || (kept && strcmp(kept, cases[i].kept)))
            fail_msg("[%s]: [%s]", cases[i].sent, kept ? kept : "-");
    }
    char longest[1000];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    struct mail m = parse_text(a, arena_printf(a,
                                               HEAD "Content-Disposition: attachment; "
                                                    "filename=\"%s.pdf\"\r\n\r\nx",
                                               longest));
    assert_int_equal(strlen(m.leaves[0].filename), MAIL_NAME_MAX);
    assert_string_equal(m.leaves[0].filename + MAIL_NAME_MAX - 4, ".pdf");
}

static void mails_that_must_not_be_answered_say_so(void **state)
{
    static const struct {
        const char *header;
        bool is_auto, is_list, is_bounce;
    } cases[] = {
        {"Auto-Submitted: auto-replied", true, false, false},
        {"Auto-Submitted: Auto-Generated (x)", true, false, false},
        {"Auto-Submitted: no", false, false, false},
        {"X-Autoreply: yes", true, false, false},
        {"X-Auto-Response-Suppress: All", true, false, false},
        {"X-Auto-Response-Suppress: OOF", false, false, false},
        {"Precedence: Bulk", true, false, false},
        {"Precedence: list", false, true, false},
        {"Precedence: first-class", false, false, false},
        {"List-Id: <x.y>", false, true, false},
        {"List-Unsubscribe: <mailto:x@y>", false, true, false},
        {"Return-Path: <>", true, false, false},
        {"Return-Path: <a@b.th>", false, false, false},
        {"Content-Type: multipart/report; boundary=x", false, false, true},
        {"X-Other: x", false, false, false},
    };
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct mail m = parse_text(a, arena_printf(a, HEAD "%s\r\n\r\nx\r\n", cases[i].header));
        if (m.is_auto != cases[i].is_auto || m.is_list != cases[i].is_list ||
            m.is_bounce != cases[i].is_bounce)
            fail_msg("%s: auto %d, list %d, bounce %d", cases[i].header, m.is_auto, m.is_list,
                     m.is_bounce);
    }
    assert_true(parse_text(a, "From: MAILER-DAEMON@b.th\r\n\r\nx").is_bounce);
    assert_false(parse_text(a, "From: postmaster@b.th\r\n\r\nx").is_bounce);
    assert_true(parse_text(a, "From: postmaster@b.th\r\nReturn-Path: <>\r\n\r\nx").is_bounce);
    assert_string_equal(parse_text(a, HEAD "Return-Path: <>\r\n\r\nx").return_path, "");
    assert_null(parse_text(a, HEAD "\r\nx").return_path);
}

static void identity_is_the_content_not_the_way_it_came(void **state)
{
    static const char body[] = "Message-ID: <a@b>\r\n\r\nx";
    static const char *const others[] = {
        HEAD "Message-ID: <a@b>\r\n\r\ny",
        HEAD "Message-ID: <c@b>\r\n\r\nx",
        HEAD
        "Message-ID: <a@b>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n"
        "--b\r\n\r\n\r\n--b--\r\n",
        "From: a@c.th\r\nDate: Mon, 06 May 2024 10:00:00 +0700\r\nSubject: s\r\nMessage-ID: <a@b>"
        "\r\n\r\nx",
        "From: a@b.th\r\nDate: Mon, 06 May 2024 10:00:01 +0700\r\nSubject: s\r\nMessage-ID: <a@b>"
        "\r\n\r\nx",
        "From: a@b.th\r\nDate: Mon, 06 May 2024 10:00:00 +0700\r\nSubject: t\r\nMessage-ID: <a@b>"
        "\r\n\r\nx",
    };
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    struct mail one = parse_text(a, arena_printf(a, HEAD "%s", body));
    struct mail again = parse_text(
        a, arena_printf(a, "Received: from x\r\nReturn-Path: <q@w.th>\r\nX-Spam: no\r\n" HEAD "%s",
                        body));
    assert_memory_equal(one.content_key, again.content_key, sizeof one.content_key);
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        struct mail m = parse_text(a, others[i]);
        assert_memory_not_equal(one.content_key, m.content_key, sizeof one.content_key);
    }
}

static void fields_are_handed_on_cleaned(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    struct mail m = parse_text(
        a,
        HEAD "Message-ID: \r\n < a @b >\r\nIn-Reply-To: <x@y>\r\nReferences: <x@y>\r\n\t<z@y>\r\n"
             "Authentication-Results: mx; spf=pass\r\n smtp.mailfrom=a\r\n"
             "Authentication-Results: other; none\r\nSensitivity: Company-Confidential\r\n"
             "Content-Type: text/plain; charset=tis-620\r\n\r\n\xA1\r\n\xA2\0\r\n");
    assert_string_equal(m.message_id, "<a@b>");
    assert_string_equal(m.in_reply_to, "<x@y>");
    assert_string_equal(m.references, "<x@y> <z@y>");
    assert_int_equal(m.n_auth_results, 2);
    assert_string_equal(m.auth_results[0], "mx; spf=pass smtp.mailfrom=a");
    assert_string_equal(m.sensitivity, "Company-Confidential");
    assert_string_equal(m.text, "ก\nข");
    assert_true(m.date_us != TIME_NONE);
}

static void add_attribute(struct buf *out, char level, uint32_t id, const void *p, size_t n)
{
    uint16_t sum = 0;
    buf_addc(out, level);
    for (int i = 0; i < 4; i++)
        buf_addc(out, (char)(id >> (8 * i)));
    for (int i = 0; i < 4; i++)
        buf_addc(out, (char)((uint32_t)n >> (8 * i)));
    buf_add(out, p, n);
    for (size_t i = 0; i < n; i++)
        sum = (uint16_t)(sum + ((const uint8_t *)p)[i]);
    buf_addc(out, (char)sum);
    buf_addc(out, (char)(sum >> 8));
}

static void winmail_dat_gives_its_files(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf raw CLEANUP(buf_fini) = {0};
    static const char render[14] = {1};
    (void)state;
    buf_adds(&raw, HEAD "Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\n");
    buf_add(&raw, "\x78\x9F\x3E\x22\x01\x00", 6);
    add_attribute(&raw, 1, 0x00089006, "\0\0\1\0", 4);
    add_attribute(&raw, 2, 0x00069002, render, sizeof render);
    add_attribute(&raw, 2, 0x00018010, "report.pdf", 11);
    add_attribute(&raw, 2, 0x0006800F, "%PDF-1.4 tnef", 13);
    struct mail m = parse(a, raw.data, raw.len);
    assert_int_equal(m.n_leaves, 2);
    assert_string_equal(m.leaves[0].filename, "winmail.dat");
    assert_string_equal(m.leaves[1].filename, "report.pdf");
    assert_string_equal(m.leaves[1].sniffed, "application/pdf");
    assert_true(m.leaves[1].size == 13);
    m = parse(a, raw.data, raw.len - 3); /* a length that lies: only the attachment itself */
    assert_int_equal(m.n_leaves, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mail_that_cannot_be_read_is_no_empty_mail),
        cmocka_unit_test(parts_are_listed_up_to_their_limit),
        cmocka_unit_test(depth_is_opened_up_to_its_limit),
        cmocka_unit_test(headers_beyond_the_limit_cost_no_attachment),
        cmocka_unit_test(what_other_readers_lose_is_kept_and_flagged),
        cmocka_unit_test(doubled_carriage_returns_cost_no_attachment),
        cmocka_unit_test(names_carry_no_path),
        cmocka_unit_test(mails_that_must_not_be_answered_say_so),
        cmocka_unit_test(identity_is_the_content_not_the_way_it_came),
        cmocka_unit_test(fields_are_handed_on_cleaned),
        cmocka_unit_test(winmail_dat_gives_its_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
