/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What we write is read back by our own parser, and by what RFC 5322 allows in a line. */
#include "base/clock.h"
#include "mail/compose.h"
#include "mail/compose_header.h"
#include "mail/mime_core.h"
#include "mail/mime_read.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char *const one_to[] = {"clerk@customs.go.th"};

static struct compose small(void)
{
    return (struct compose){
        .from_name = "กองกลาง สำนักงานรัฐมนตรี",
        .from_addr = "saraban@minister.example.th",
        .to = one_to,
        .n_to = 1,
        .subject = "ได้รับแล้ว",
        .date_us = INT64_C(1615777500) * US_PER_S, /* 2021-03-15 10:05 in Bangkok */
        .message_id = "<r1.1@minister.example.th>",
        .text = "ข้อความ\nสองบรรทัด\n",
    };
}

static void to_reader(void *user, uint8_t type, const void *p, size_t n)
{
    assert_true(mime_reader_frame(user, type, p, n));
}

static void read_back(struct arena *a, const struct buf *raw, struct mail *out)
{
    struct err err = {0};
    int fd CLEANUP(fd_closep) = child_memfd("composed");
    struct mime_reader *reader CLEANUP(mime_reader_freep) = mime_reader_new(a);
    const struct mail_sink sink = {.send = to_reader, .user = reader};
    assert_int_equal(write(fd, raw->data, raw->len), raw->len);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_true(mime_core(fd, &sink));
    assert_true(mime_reader_take(reader, out, &err));
    close(out->parts_fd);
}

/* CRLF everywhere, no line over 998 bytes, no header line over 78. */
static void lines_are_lawful(const struct buf *raw)
{
    bool header = true;
    for (const char *p = buf_str(raw), *end = p + raw->len; p < end;) {
        const char *lf = memchr(p, '\n', (size_t)(end - p));
        assert_non_null(lf);
        assert_true(lf > p && lf[-1] == '\r');
        size_t n = (size_t)(lf - p) - 1;
        header &= n > 0;
        if (n > (header ? 78u : 998u) || memchr(p, '\r', n))
            fail_msg("line of %zu: %.*s", n, (int)n, p);
        p = lf + 1;
    }
}

static void a_receipt_has_text_page_picture_and_paper(void **state)
{
    static const struct compose_file files[] = {
        {"qr.png", "image/png", "qr@minister.example.th", "\x89PNG\r\n\x1a\n", 8},
        {"ใบรับหนังสืออิเล็กทรอนิกส์ เลขที่ ๑/๒๕๖๔ ของสำนักงานรัฐมนตรี.pdf", "application/pdf", NULL,
         "%PDF-1.7\n", 9},
    };
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf raw CLEANUP(buf_fini) = {0}, again CLEANUP(buf_fini) = {0};
    struct compose c = small();
    struct mail m;
    (void)state;
    c.html = "<p>ข้อความ</p>";
    c.files = files;
    c.n_files = 2;
    c.in_reply_to = "<a@b>";
    c.references = "<z@b> <a@b>";
    c.auto_replied = true;
    assert_true(compose_mail(&c, &raw, NULL));
    assert_true(compose_mail(&c, &again, NULL));
    assert_string_equal(raw.data, again.data);
    lines_are_lawful(&raw);
    read_back(a, &raw, &m);
    assert_string_equal(m.subject, c.subject);
    assert_string_equal(m.from_name, c.from_name);
    assert_string_equal(m.from_addr, c.from_addr);
    assert_string_equal(m.message_id, c.message_id);
    assert_string_equal(m.in_reply_to, "<a@b>");
    assert_string_equal(m.references, "<z@b> <a@b>");
    assert_string_equal(m.text, c.text);
    assert_true(m.is_auto);
    assert_true(m.date_us == c.date_us);
    assert_int_equal(m.flags, 0);
    assert_int_equal(m.n_leaves, 4);
    assert_string_equal(m.leaves[1].type, "text/html");
    assert_string_equal(m.leaves[2].filename, "qr.png");
    assert_string_equal(m.leaves[2].sniffed, "image/png");
    assert_string_equal(m.leaves[3].sent_name, files[1].filename);
    assert_string_equal(m.leaves[3].sniffed, "application/pdf");
    assert_true(strstr(raw.data, "Content-ID: <qr@minister.example.th>\r\n") != NULL);
    assert_true(strstr(raw.data, "Auto-Submitted: auto-replied\r\n") != NULL);
    assert_true(strstr(raw.data, "Date: Mon, 15 Mar 2021 10:05:00 +0700\r\n") != NULL);
}

static void nothing_that_is_given_begins_a_header(void **state)
{
    static const struct compose_file evil = {"a\r\nBcc: v@example.test\r\n\".pdf",
                                             "text/x\r\nBcc: v@example.test", "x>\r\nBcc: v", "x",
                                             1};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf raw CLEANUP(buf_fini) = {0};
    struct compose c = small();
    struct mail m;
    (void)state;
    c.subject = "hi\r\nBcc: v@example.test\n\r\nbody";
    c.from_name = "x\"\r\nBcc: v@example.test";
    c.message_id = "<a@b>\r\nBcc: v@example.test";
    c.in_reply_to = "<a\r\nBcc: v@b> <ok@b>";
    c.references = "\r\nBcc: v\r\n<ก@b> <c@d>\0";
    c.files = &evil;
    c.n_files = 1;
    assert_true(compose_mail(&c, &raw, NULL));
    assert_null(strstr(raw.data, "\nBcc"));
    lines_are_lawful(&raw);
    read_back(a, &raw, &m);
    assert_string_equal(m.message_id, "<a@b>");
    assert_string_equal(m.in_reply_to, "<ok@b>");
    assert_string_equal(m.references, "<c@d>");
    assert_string_equal(m.leaves[1].type, "application/octet-stream");
}

static void long_thai_is_cut_at_whole_letters(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf raw CLEANUP(buf_fini) = {0}, subject CLEANUP(buf_fini) = {0};
    struct compose c = small();
    struct mail m;
    (void)state;
    for (int i = 0; i < 100; i++)
        buf_adds(&subject, i % 3 ? "ที่นี่ " : "x");
    subject.len -= subject.data[subject.len - 1] == ' ';
    subject.data[subject.len] = 0;
    c.subject = buf_str(&subject);
    assert_true(compose_mail(&c, &raw, NULL));
    lines_are_lawful(&raw);
    for (const char *p = raw.data; (p = strstr(p, "=?UTF-8?B?")) != NULL; p++) {
        const char *end = strstr(p, "?=");
        assert_true(end && end + 2 - p <= WORD_COLUMNS_MAX);
        struct buf one CLEANUP(buf_fini) = {0};
        buf_addf(&one, "Subject: %.*s\r\n\r\n", (int)(end + 2 - p), p);
        struct mail part;
        read_back(a, &one, &part);
        assert_null(strstr(part.subject, "\uFFFD"));
    }
    read_back(a, &raw, &m);
    assert_string_equal(m.subject, c.subject);
}

static void plain_words_stay_plain_and_look_alikes_do_not(void **state)
{
    static const struct {
        const char *subject, *written; /* NULL: encoded */
    } cases[] = {
        {"Receipt 1/2564", "Subject: Receipt 1/2564\r\n"},
        {"=?utf-8?Q?no?=", NULL},
        {"", "Subject: \r\n"},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         NULL},
    };
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf raw CLEANUP(buf_fini) = {0};
        struct compose c = small();
        c.subject = cases[i].subject;
        assert_true(compose_mail(&c, &raw, NULL));
        lines_are_lawful(&raw);
        if (cases[i].written)
            assert_non_null(strstr(raw.data, cases[i].written));
        else
            assert_non_null(strstr(raw.data, "Subject: =?UTF-8?B?"));
    }
}

static void addresses_outside_the_grammar_are_refused(void **state)
{
    static const char *const good[] = {
        "clerk@customs.go.th",
        "a.b+c@x-y.example",
        "สมชาย@ตัวอย่าง.ไทย",
        "o'neil@example.test",
    };
    static const char *const bad[] = {
        "",
        "a",
        "@b.th",
        "a@",
        "a@b",
        "a b@c.th",
        "a@b..th",
        ".a@b.th",
        "a.@b.th",
        "a..b@c.th",
        "a@-b.th",
        "a@b-.th",
        "a@b.th\r\n",
        "a\n@b.th",
        "<a@b.th>",
        "\"a b\"@c.th",
        "a@[127.0.0.1]",
        "a@b.th,c@d.th",
        "a@b.th>",
        "a(c)@b.th",
        "a@b.th (c)",
        "a\x01@b.th",
        "a@b\x7f.th",
        "\xff@b.th",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@b.th",
        "a@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.th",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        if (!address_valid(good[i]))
            fail_msg("%s is an address", good[i]);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct buf raw CLEANUP(buf_fini) = {0};
        struct err err = {0};
        struct compose c = small();
        c.to = &bad[i];
        if (address_valid(bad[i]) || compose_mail(&c, &raw, &err) || err.kind != ERR_REFUSE)
            fail_msg("[%s] is no address", bad[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_receipt_has_text_page_picture_and_paper),
        cmocka_unit_test(nothing_that_is_given_begins_a_header),
        cmocka_unit_test(long_thai_is_cut_at_whole_letters),
        cmocka_unit_test(plain_words_stay_plain_and_look_alikes_do_not),
        cmocka_unit_test(addresses_outside_the_grammar_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
