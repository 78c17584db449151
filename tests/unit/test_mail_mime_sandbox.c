/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The border between the child that parses and the parent that believes nothing, and hostile mails
 * on the whole way through the sandbox. */
#include "base/buf.h"
#include "mail/mime.h"
#include "mail/mime_read.h"
#include "mail/sniff.h"
#include "tests/unit/made_mail.h"

#include <sodium.h>
#include <string.h>

static void the_parent_believes_no_frame(void **state)
{
    static const struct {
        uint8_t type;
        const char *bytes;
        size_t n;
    } wrong[] = {
        {'?', "", 0},
        {FRAME_FIELD, "", 0},
        {FRAME_FIELD,
         "\x7F"
         "x",
         2},
        {FRAME_DATA, "x", 1},
        {FRAME_LEAF_END, "text/plain", 10},
        {FRAME_LEAF, "\0\0\0\0\0", 5},
        {FRAME_LEAF, "\0\0\0\0\0text/plain", 15},
        {FRAME_LEAF, "\0\0\0\0\0text/plain\0name", 20},
        {FRAME_LEAF, "\xFF\0\0\0\0text/plain\0\0", 17},
        {FRAME_DONE, "short", 5},
    };
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct err err = {0};
    struct mail m;
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct mime_reader *r CLEANUP(mime_reader_freep) = mime_reader_new(a);
        if (mime_reader_frame(r, wrong[i].type, (const uint8_t *)wrong[i].bytes, wrong[i].n))
            fail_msg("frame %zu was taken", i);
        assert_false(mime_reader_take(r, &m, &err));
        assert_int_equal(err.kind, ERR_REFUSE);
    }
    struct mime_reader *r CLEANUP(mime_reader_freep) = mime_reader_new(a);
    static const uint8_t subject[] = "\0evil\r\nX: \xFF", done[9] = {0xFF, 0xFF, 0xFF, 0xFF};
    static const uint8_t leaf[] = "\0\0\0\0\1TEXT/\r\n\0..\\..\\x";
    assert_true(mime_reader_frame(r, FRAME_FIELD, subject, sizeof subject - 1));
    assert_false(mime_reader_frame(r, FRAME_FIELD, subject, sizeof subject - 1));
    assert_true(mime_reader_frame(r, FRAME_LEAF, leaf, sizeof leaf));
    assert_false(mime_reader_frame(r, FRAME_LEAF, leaf, sizeof leaf));
    assert_false(mime_reader_frame(r, FRAME_DONE, done, sizeof done));
    assert_true(mime_reader_frame(r, FRAME_LEAF_END, (const uint8_t *)"no type", 7));
    assert_true(mime_reader_frame(r, FRAME_DONE, done, sizeof done));
    assert_false(mime_reader_frame(r, FRAME_DONE, done, sizeof done));
    assert_true(mime_reader_take(r, &m, &err));
    close(m.parts_fd);
    assert_string_equal(m.subject, "evil\uFFFD\uFFFDX: \uFFFD");
    assert_string_equal(m.leaves[0].type, "application/octet-stream");
    assert_string_equal(m.leaves[0].filename, "x");
    assert_int_equal(m.flags, MAIL_FLAG_END - 1);
}

static void types_are_told_from_the_bytes(void **state)
{
    static const struct {
        const char *bytes;
        size_t n;
        const char *type;
    } cases[] = {
        {"%PDF-1.7", 8, "application/pdf"},
        {"\n\n%PDF-1.7", 10, "application/pdf"},
        {"\x89PNG\r\n\x1a\n....", 12, "image/png"},
        {"\xFF\xD8\xFF\xE0", 4, "image/jpeg"},
        {"II*\0....", 8, "image/tiff"},
        {"RIFF....WEBPVP8 ", 16, "image/webp"},
        {"\0\0\0\x18"
         "ftypheic",
         12, "image/heic"},
        {"PK\x03\x04....word/document.xml", 25,
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
        {"PK\x03\x04....x", 9, "application/zip"},
        {"<HTML>", 6, "text/html"},
        {"plain", 5, "text/plain"},
        {"bin\0ary", 7, "application/octet-stream"},
        {"", 0, "application/octet-stream"},
        {"\x78\x9F\x3E\x22....", 8, "application/vnd.ms-tnef"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_string_equal(sniff_type(cases[i].bytes, cases[i].n), cases[i].type);
}

/* The zygote, the frames and the pipe, with leaves larger than any buffer on the way. */
static void a_mail_goes_through_the_sandbox_whole(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct zygote *z CLEANUP(zygote_stopp) = NULL;
    struct err err = {0};
    struct mail m;
    struct buf raw CLEANUP(buf_fini) = {0};
    uint8_t want[crypto_hash_sha256_BYTES];
    (void)state;
    buf_adds(&raw, HEAD "Content-Type: application/pdf; name=a.pdf\r\n\r\n");
    size_t head = raw.len;
    for (int i = 0; i < 500000; i++)
        buf_addc(&raw, (char)(i * 7));
    crypto_hash_sha256(want, (uint8_t *)raw.data + head, raw.len - head);
    if (!mail_zygote_start(&z, &err))
        fail_msg("%s", err.text);
    for (int round = 0; round < 3; round++) {
        int fd CLEANUP(fd_closep) = memfd_of(raw.data, raw.len);
        if (!mail_parse(a, z, fd, &m, &err))
            fail_msg("%s", err.text);
        assert_int_equal(m.n_leaves, 1);
        assert_memory_equal(m.leaves[0].sha256, want, sizeof want);
        char bytes[3];
        assert_int_equal(pread(m.parts_fd, bytes, 3, (off_t)m.leaves[0].offset + 1), 3);
        assert_memory_equal(bytes, raw.data + head + 1, 3);
        close(m.parts_fd);
    }
    /* A charset that we do not know and glibc does: GMime asks for it, and nothing may be opened.
     */
    static const char odd[] =
        "From: =?KOI8-T?Q?=C1?= <a@b.th>\r\nTo: =?ARMSCII-8?Q?=C1?= <a@b.th>\r\n"
        "Content-Type: text/plain; name*=ISO-IR-209''%C1; charset=\"x-foo\"\r\n\r\nx";
    int fd CLEANUP(fd_closep) = memfd_of(odd, sizeof odd - 1);
    if (!mail_parse(a, z, fd, &m, &err))
        fail_msg("%s", err.text);
    close(m.parts_fd);
}

/* What 24 MB can be made of to cost the most: each has an answer, soon. */
static void hostile_mails_are_answered(void **state)
{
    static const struct {
        const char *start, *again;
        uint32_t flag;
    } cases[] = {
        {HEAD, "X-A: b\r\n", MAIL_FLAG_HEADER},
        {HEAD, "a:\n", MAIL_FLAG_HEADER},
        {HEAD "X-A: b\r\n", " c\r\n", MAIL_FLAG_HEADER},
        {HEAD "To: ", "a:", MAIL_FLAG_HEADER},
        {HEAD "Content-Type: text/plain", "; a=b", MAIL_FLAG_HEADER},
        {MIXED, "--b\r\n", MAIL_FLAG_PARTS},
        {MIXED, "--b\r\n\r\n\r\n", MAIL_FLAG_PARTS},
        {MIXED, "text without a boundary\r\n", MAIL_FLAG_UNDECODED},
        {MIXED "--b--\r\n", "an epilogue without end\r\n", MAIL_FLAG_UNDECODED},
        {MIXED, "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n", MAIL_FLAG_DEPTH},
        {HEAD, "Content-Type: message/rfc822\r\n\r\n", MAIL_FLAG_DEPTH},
        {HEAD "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n", "QUJD",
         0},
    };
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct zygote *z CLEANUP(zygote_stopp) = NULL;
    struct err err = {0};
    (void)state;
    if (!mail_zygote_start(&z, &err))
        fail_msg("%s", err.text);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf raw CLEANUP(buf_fini) = {0};
        struct mail m;
        buf_adds(&raw, cases[i].start);
        while (raw.len < 24 << 20)
            buf_adds(&raw, cases[i].again);
        int fd CLEANUP(fd_closep) = memfd_of(raw.data, raw.len);
        if (!mail_parse(a, z, fd, &m, &err))
            fail_msg("case %zu: %s", i, err.text);
        close(m.parts_fd);
        if ((m.flags & cases[i].flag) != cases[i].flag)
            fail_msg("case %zu: flags %x", i, m.flags);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_parent_believes_no_frame),
        cmocka_unit_test(types_are_told_from_the_bytes),
        cmocka_unit_test(a_mail_goes_through_the_sandbox_whole),
        cmocka_unit_test(hostile_mails_are_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
