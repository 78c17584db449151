/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Files inside files, through the real child: what is found in them, and what is said of the rest.
 */
#include "base/buf.h"
#include "qr/archive.h"
#include "qr/draw.h"
#include "qr/scan.h"
#include "qr/scan_frames.h"

#include <archive.h>
#include <archive_entry.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { MODULE_PX = 6, ZIP_ROOM = 4 << 20 };

struct world {
    struct zygote *z;
    struct arena *a;
    struct buf png; /* a picture of a code that says TEXT */
};

#define TEXT "HTTPS://EXAMPLE.GO.TH/R/1"

static int world_open(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct qr_matrix m;
    struct err err = {0};
    w->a = arena_new();
    if (!scan_zygote_start(&w->z, &err) || !qr_encode(w->a, TEXT, QR_ECC_M, &m, &err))
        fail_msg("%s", err.text);
    qr_png(&m, MODULE_PX, &w->png);
    *state = w;
    return 0;
}

static int world_close(void **state)
{
    struct world *w = *state;
    zygote_stop(w->z);
    buf_fini(&w->png);
    arena_free(w->a);
    free(w);
    return 0;
}

static struct scan_result scan(struct world *w, const void *p, size_t n, const char *name)
{
    static const struct scan_options options = {0};
    struct scan_result result;
    struct err err = {0};
    int fd CLEANUP(fd_closep) = child_memfd("document");
    for (size_t at = 0; at < n;) {
        ssize_t done = write(fd, (const char *)p + at, n - at);
        assert_true(done > 0);
        at += (size_t)done;
    }
    if (!scan_document(w->a, w->z, fd, name, &options, &result, &err))
        fail_msg("%s", err.text);
    return result;
}

/* ---- making archives ---- */

struct member {
    const char *path;
    const void *bytes;
    size_t n;
};

typedef int archive_writer(struct archive *);

struct recipe {
    archive_writer *format;
    const char *options, *passphrase;
};

static const struct recipe zip = {archive_write_set_format_zip, NULL, NULL};

static void pack(const struct recipe *how, const struct member *members, size_t n, struct buf *out)
{
    struct archive *ar = archive_write_new();
    char *room = malloc(ZIP_ROOM);
    size_t used = 0;
    assert_int_equal(how->format(ar), ARCHIVE_OK);
    assert_int_equal(archive_write_set_bytes_per_block(ar, 1), ARCHIVE_OK);
    archive_write_set_bytes_in_last_block(ar, 1);
    if (how->options)
        assert_int_equal(archive_write_set_options(ar, how->options), ARCHIVE_OK);
    if (how->passphrase)
        assert_int_equal(archive_write_set_passphrase(ar, how->passphrase), ARCHIVE_OK);
    assert_int_equal(archive_write_open_memory(ar, room, ZIP_ROOM, &used), ARCHIVE_OK);
    for (size_t i = 0; i < n; i++) {
        struct archive_entry *e = archive_entry_new();
        archive_entry_set_pathname(e, members[i].path);
        archive_entry_set_size(e, (la_int64_t)members[i].n);
        archive_entry_set_filetype(e, AE_IFREG);
        archive_entry_set_perm(e, 0644);
        assert_true(archive_write_header(ar, e) >= ARCHIVE_WARN);
        assert_int_equal(archive_write_data(ar, members[i].bytes, members[i].n), members[i].n);
        archive_entry_free(e);
    }
    assert_int_equal(archive_write_close(ar), ARCHIVE_OK);
    archive_write_free(ar);
    buf_add(out, room, used);
    free(room);
}

/* A zip with one member, `depth` times. */
static void nest(const char *path, const struct buf *innermost, int depth, struct buf *out)
{
    struct buf inner CLEANUP(buf_fini) = {0};
    buf_add(&inner, innermost->data, innermost->len);
    for (int i = 0; i < depth; i++) {
        buf_clear(out);
        pack(&zip, &(struct member){i == 0 ? path : "inner.zip", inner.data, inner.len}, 1, out);
        buf_clear(&inner);
        buf_add(&inner, out->data, out->len);
    }
}

static void expect(const struct scan_result *r, enum scan_state state, uint32_t n_codes)
{
    if (r->state != state || r->n_codes != n_codes)
        fail_msg("%s, %u codes: %s", scan_state_name(r->state), r->n_codes, r->why ? r->why : "-");
    for (uint32_t i = 0; i < r->n_codes; i++)
        assert_string_equal(r->codes[i].text, TEXT);
    assert_true(!r->why || (state != SCAN_CODES && state != SCAN_NONE));
}

/* ---- what is found ---- */

static void pictures_in_every_kind_of_container_are_read(void **state)
{
    static const struct {
        struct recipe how;
        const char *first, *first_bytes, *picture, *type;
    } cases[] = {
        {{archive_write_set_format_zip, NULL, NULL},
         "readme.txt",
         "hello",
         "scan/qr.png",
         "application/zip"},
        {{archive_write_set_format_zip, "compression=store", NULL},
         "readme.txt",
         "hello",
         "qr.png",
         "application/zip"},
        {{archive_write_set_format_7zip, NULL, NULL},
         "readme.txt",
         "hello",
         "qr.png",
         "application/x-7z-compressed"},
        {{archive_write_set_format_zip, NULL, NULL},
         "[Content_Types].xml",
         "<Types/>",
         "word/media/image1.png",
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
        {{archive_write_set_format_zip, NULL, NULL},
         "[Content_Types].xml",
         "<Types/>",
         "xl/media/image1.png",
         "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
        {{archive_write_set_format_zip, NULL, NULL},
         "[Content_Types].xml",
         "<Types/>",
         "ppt/media/image1.png",
         "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
        {{archive_write_set_format_zip, NULL, NULL},
         "mimetype",
         "application/vnd.oasis.opendocument.text",
         "Pictures/1.png",
         "application/vnd.oasis.opendocument.text"},
    };
    struct world *w = *state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct member members[] = {
            {cases[i].first, cases[i].first_bytes, strlen(cases[i].first_bytes)},
            {cases[i].picture, w->png.data, w->png.len},
        };
        struct buf file CLEANUP(buf_fini) = {0};
        pack(&cases[i].how, members, ARRAY_LEN(members), &file);
        struct scan_result r = scan(w, file.data, file.len, "x");
        expect(&r, SCAN_CODES, 1);
        assert_string_equal(r.codes[0].member, cases[i].picture);
        assert_string_equal(r.type, cases[i].type);
    }
}

static void pages_are_counted_over_all_members(void **state)
{
    struct world *w = *state;
    const struct member members[] = {{"1.png", w->png.data, w->png.len},
                                     {"2.txt", "no page", 7},
                                     {"3.png", w->png.data, w->png.len}};
    struct buf file CLEANUP(buf_fini) = {0};
    pack(&zip, members, ARRAY_LEN(members), &file);
    struct scan_result r = scan(w, file.data, file.len, "two.zip");
    expect(&r, SCAN_CODES, 2);
    assert_int_equal(r.n_pages, 2);
    assert_int_equal(r.codes[1].page, 2);
    assert_string_equal(r.codes[1].member, "3.png");
}

static void archives_are_opened_as_deep_as_the_limit_and_no_deeper(void **state)
{
    struct world *w = *state;
    struct buf file CLEANUP(buf_fini) = {0};
    nest("qr.png", &w->png, ARCHIVE_DEPTH_MAX + 1, &file);
    struct scan_result r = scan(w, file.data, file.len, "deep.zip");
    expect(&r, SCAN_CODES, 1);
    assert_string_equal(r.codes[0].member, "inner.zip/inner.zip/inner.zip/qr.png");
    nest("qr.png", &w->png, ARCHIVE_DEPTH_MAX + 2, &file);
    r = scan(w, file.data, file.len, "deeper.zip");
    expect(&r, SCAN_LIMIT, 0);
}

static void names_in_windows_874_are_shown_in_thai(void **state)
{
    static const struct {
        const char *bytes, *text;
    } cases[] = {
        {"plain.png", "plain.png"},
        {"\xCB\xB9\xD1\xA7\xCA\xD7\xCD.png", "หนังสือ.png"},
        {"หนังสือ.png", "หนังสือ.png"},
        {"a\nb", "a\xEF\xBF\xBD"
                 "b"},
        {"\xFF\xFE", "\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"", ""},
    };
    struct world *w = *state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_string_equal(member_name(w->a, cases[i].bytes), cases[i].text);
}

static void long_names_are_cut_at_a_whole_letter(void **state)
{
    struct world *w = *state;
    char name[ARCHIVE_NAME_BYTES_MAX + 10] = "x";
    for (size_t i = 1; i + 3 < sizeof name; i += 3)
        memcpy(name + i, "ก", 3);
    assert_int_equal(strlen(member_name(w->a, name)), ARCHIVE_NAME_BYTES_MAX);
    name[1] = 'x', name[2] = 'x', name[3] = 'x';
    memmove(name, name + 1, strlen(name));
    assert_int_equal(strlen(member_name(w->a, name)), ARCHIVE_NAME_BYTES_MAX - 1);
}

/* As many bytes as a frame would not hold, were all of them sent. */
static void endless_names_do_not_drown_what_is_found(void **state)
{
    struct world *w = *state;
    struct buf file CLEANUP(buf_fini) = {0}, inner CLEANUP(buf_fini) = {0};
    char name[ARCHIVE_NAME_BYTES_MAX] = "";
    memset(name, 0xA1, sizeof name - 1); /* ko kai in windows-874: three bytes of UTF-8 */
    buf_add(&inner, w->png.data, w->png.len);
    for (int i = 0; i <= ARCHIVE_DEPTH_MAX; i++) {
        const struct member members[] = {{name, inner.data, inner.len},
                                         {name, "\x89PNG\r\n\x1a\n torn", 13}};
        buf_clear(&file);
        pack(&zip, members, ARRAY_LEN(members), &file);
        buf_clear(&inner);
        buf_add(&inner, file.data, file.len);
    }
    struct scan_result r = scan(w, file.data, file.len, "names.zip");
    expect(&r, SCAN_DAMAGED, 1);
    assert_true(strlen(r.codes[0].member) <= SCAN_MEMBER_BYTES_MAX);
    assert_true(strlen(r.why) <= SCAN_WHY_BYTES_MAX);
}

/* ---- what is said ---- */

static void what_holds_no_picture_says_so(void **state)
{
    static const struct {
        struct member members[3];
        enum scan_state state;
    } cases[] = {
        {{{"a.txt", "hello", 5}, {"b.txt", "", 0}, {"c.bin", "\0\1\2", 3}}, SCAN_UNSUPPORTED},
        {{{"[Content_Types].xml", "<T/>", 4}, {"word/document.xml", "<w/>", 4}, {"z", "", 0}},
         SCAN_NONE},
        {{{"[Content_Types].xml", "<T/>", 4},
          {"word/media/image1.emf", "\1\0\0\0", 4},
          {"z", "z", 1}},
         SCAN_UNSUPPORTED},
        {{{"mimetype", "application/vnd.oasis.opendocument.text", 39},
          {"META-INF/manifest.xml", "<manifest:encryption-data/>", 27},
          {"content.xml", "\x8f\x13", 2}},
         SCAN_ENCRYPTED},
        {{{"a.png", "\x89PNG\r\n\x1a\n torn", 13}, {"b", "b", 1}, {"c", "c", 1}}, SCAN_DAMAGED},
        {{{"a.doc", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 old", 12}, {"b", "b", 1}, {"c", "c", 1}},
         SCAN_UNSUPPORTED},
    };
    struct world *w = *state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf file CLEANUP(buf_fini) = {0};
        pack(&zip, cases[i].members, 3, &file);
        struct scan_result r = scan(w, file.data, file.len, "x.zip");
        expect(&r, cases[i].state, 0);
    }
}

static void a_member_behind_a_password_is_named(void **state)
{
    static const char *const ciphers[] = {"encryption=zipcrypt", "encryption=aes128",
                                          "encryption=aes256"};
    struct world *w = *state;
    for (size_t i = 0; i < ARRAY_LEN(ciphers); i++) {
        const struct recipe locked = {archive_write_set_format_zip, ciphers[i], "1234"};
        const struct member member = {"secret.png", w->png.data, w->png.len};
        struct buf file CLEANUP(buf_fini) = {0};
        pack(&locked, &member, 1, &file);
        struct scan_result r = scan(w, file.data, file.len, "locked.zip");
        expect(&r, SCAN_ENCRYPTED, 0);
        assert_string_equal(r.why, "secret.png: needs a password");
    }
}

static void an_office_file_behind_a_password_is_encrypted(void **state)
{
    static const char file[] = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1........"
                               "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0";
    struct scan_result r = scan(*state, file, sizeof file, "x.docx");
    expect(&r, SCAN_ENCRYPTED, 0);
}

static void a_torn_archive_keeps_what_came_out_of_it(void **state)
{
    struct world *w = *state;
    const struct member members[] = {{"1.png", w->png.data, w->png.len},
                                     {"2.png", w->png.data, w->png.len}};
    const struct recipe plain = {archive_write_set_format_zip, "compression=store", NULL};
    struct buf file CLEANUP(buf_fini) = {0};
    pack(&plain, members, ARRAY_LEN(members), &file);
    struct scan_result r = scan(w, file.data, w->png.len + w->png.len / 2, "torn.zip");
    expect(&r, SCAN_DAMAGED, 1);
}

/* n empty members and a picture behind them. */
static void many(struct world *w, size_t n, struct buf *out)
{
    struct member *members = calloc(n + 1, sizeof *members);
    for (size_t i = 0; i < n; i++)
        members[i] = (struct member){"empty", "", 0};
    members[n] = (struct member){"qr.png", w->png.data, w->png.len};
    pack(&zip, members, n + 1, out);
    free(members);
}

static void members_up_to_the_limit_are_walked(void **state)
{
    struct world *w = *state;
    struct buf file CLEANUP(buf_fini) = {0};
    many(w, ARCHIVE_MEMBERS_MAX - 1, &file);
    struct scan_result r = scan(w, file.data, file.len, "many.zip");
    expect(&r, SCAN_CODES, 1);
    buf_clear(&file);
    many(w, ARCHIVE_MEMBERS_MAX, &file);
    r = scan(w, file.data, file.len, "more.zip");
    expect(&r, SCAN_LIMIT, 0);
}

static void a_bomb_is_a_limit_and_the_next_document_is_read(void **state)
{
    struct world *w = *state;
    size_t n = (size_t)ARCHIVE_MEMBER_BYTES_MAX + 1;
    char *zeros = calloc(1, n);
    memcpy(zeros, "%PDF-1.4\n", 9);
    const struct member bombs[] = {{"a.pdf", zeros, n}, {"b.pdf", zeros, n}};
    struct buf file CLEANUP(buf_fini) = {0};
    pack(&zip, bombs, ARRAY_LEN(bombs), &file);
    free(zeros);
    struct scan_result r = scan(w, file.data, file.len, "bomb.zip");
    expect(&r, SCAN_LIMIT, 0);
    r = scan(w, w->png.data, w->png.len, "qr.png");
    expect(&r, SCAN_CODES, 1);
}

/* ---- mails kept as files ---- */

static void add_base64(struct buf *out, const struct buf *bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes->len; i += 3) {
        uint32_t v = 0;
        for (size_t k = 0; k < 3; k++)
            v = v << 8 | (i + k < bytes->len ? (uint8_t)bytes->data[i + k] : 0u);
        for (size_t k = 0; k < 4; k++)
            buf_addc(out, i + k > bytes->len ? '=' : digits[v >> (18 - 6 * k) & 63]);
        if (i % 57 == 54)
            buf_adds(out, "\r\n");
    }
}

static void mail_with(const struct buf *attachment, const char *name, struct buf *out)
{
    buf_adds(out, "Received: from a by b\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n"
                  " boundary=\"x\"\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n--x\r\n");
    buf_addf(out,
             "Content-Type: image/png;\r\n\tname=\"%s\"\r\n"
             "Content-Transfer-Encoding: base64\r\n\r\n",
             name);
    add_base64(out, attachment);
    buf_adds(out, "\r\n--x--\r\n");
}

static void mails_in_archives_and_in_mails_are_read(void **state)
{
    struct world *w = *state;
    struct buf mail CLEANUP(buf_fini) = {0}, outer CLEANUP(buf_fini) = {0},
                    file CLEANUP(buf_fini) = {0};
    mail_with(&w->png, "qr.png", &mail);
    struct scan_result r = scan(w, mail.data, mail.len, "one.eml");
    expect(&r, SCAN_CODES, 1);
    assert_string_equal(r.codes[0].member, "qr.png");
    mail_with(&mail, "inner.eml", &outer);
    nest("mail.eml", &outer, 1, &file);
    r = scan(w, file.data, file.len, "mails.zip");
    expect(&r, SCAN_CODES, 1);
    assert_string_equal(r.codes[0].member, "mail.eml/inner.eml/qr.png");
}

static void a_mail_as_it_is_inside_a_mail_is_read(void **state)
{
    struct world *w = *state;
    struct buf mail CLEANUP(buf_fini) = {0};
    buf_adds(&mail, "From: a@example.go.th\nMIME-Version: 1.0\n"
                    "Content-Type: multipart/mixed; boundary=y\n\n"
                    "--y\nContent-Type: message/rfc822\n\n");
    mail_with(&w->png, "qr.png", &mail);
    struct scan_result r = scan(w, mail.data, mail.len, "fwd.eml");
    expect(&r, SCAN_CODES, 1);
}

static void a_mail_of_too_many_parts_is_a_limit(void **state)
{
    struct world *w = *state;
    for (int extra = 0; extra <= 1; extra++) {
        struct buf mail CLEANUP(buf_fini) = {0};
        buf_adds(&mail, "MIME-Version: 1.0\n\n");
        for (int i = 1; i < MAIL_FILE_PARTS_MAX - 1 + extra; i++)
            buf_adds(&mail, "--x\nContent-Type: text/plain\n\n");
        buf_adds(&mail, "--x\nContent-Transfer-Encoding: base64\n\n");
        add_base64(&mail, &w->png);
        struct scan_result r = scan(w, mail.data, mail.len, "parts.eml");
        expect(&r, extra ? SCAN_LIMIT : SCAN_CODES, extra ? 0 : 1);
    }
}

/* ---- winmail.dat ---- */

static void add_attribute(struct buf *out, uint32_t id, const void *p, size_t n)
{
    const uint8_t head[] = {
        2,          (uint8_t)id,       (uint8_t)(id >> 8), (uint8_t)(id >> 16), 0,
        (uint8_t)n, (uint8_t)(n >> 8), (uint8_t)(n >> 16), (uint8_t)(n >> 24)};
    buf_add(out, head, sizeof head);
    buf_add(out, p, n);
    buf_add(out, "\0\0", 2);
}

static void winmail_start(struct buf *out)
{
    buf_add(out, "\x78\x9F\x3E\x22\1\0", 6);
    add_attribute(out, 0x00069007, "properties", 10);
}

static void winmail_file(struct buf *out, const char *title, const struct buf *bytes)
{
    add_attribute(out, 0x00069002, "start", 5);
    add_attribute(out, 0x00018010, title, strlen(title) + 1);
    add_attribute(out, 0x0006800F, bytes->data, bytes->len);
}

static void files_in_winmail_dat_are_read_wherever_it_lies(void **state)
{
    struct world *w = *state;
    struct buf winmail CLEANUP(buf_fini) = {0}, file CLEANUP(buf_fini) = {0};
    winmail_start(&winmail);
    winmail_file(&winmail, "qr.png", &w->png);
    winmail_file(&winmail, "\xca\xd1\xad\xad\xd2.png", &w->png);
    struct scan_result r = scan(w, winmail.data, winmail.len, "winmail.dat");
    expect(&r, SCAN_CODES, 2);
    assert_string_equal(r.type, "application/vnd.ms-tnef");
    assert_string_equal(r.codes[0].member, "qr.png");
    assert_string_equal(r.codes[1].member, "สัญญา.png");
    nest("winmail.dat", &winmail, 1, &file);
    r = scan(w, file.data, file.len, "mail.zip");
    expect(&r, SCAN_CODES, 2);
    assert_string_equal(r.codes[0].member, "winmail.dat/qr.png");
}

static void a_winmail_dat_that_is_cut_off_keeps_what_came_before(void **state)
{
    struct world *w = *state;
    struct buf winmail CLEANUP(buf_fini) = {0};
    winmail_start(&winmail);
    winmail_file(&winmail, "qr.png", &w->png);
    size_t whole = winmail.len;
    winmail_file(&winmail, "more.png", &w->png);
    for (size_t n = whole + 1; n < winmail.len; n += 37) {
        struct scan_result r = scan(w, winmail.data, n, "winmail.dat");
        bool between = r.state == SCAN_CODES; /* two attributes, no file begun */
        if (!between)
            assert_int_equal(r.state, SCAN_DAMAGED);
        assert_int_equal(r.n_codes, 1);
    }
}

static void a_winmail_dat_of_too_many_files_is_a_limit(void **state)
{
    struct world *w = *state;
    for (int extra = 0; extra <= 1; extra++) {
        struct buf winmail CLEANUP(buf_fini) = {0}, none CLEANUP(buf_fini) = {0};
        buf_adds(&none, "hello");
        winmail_start(&winmail);
        for (int i = 1; i < TNEF_FILES_MAX + extra; i++)
            winmail_file(&winmail, "a.txt", &none);
        winmail_file(&winmail, "qr.png", &w->png);
        struct scan_result r = scan(w, winmail.data, winmail.len, "winmail.dat");
        expect(&r, extra ? SCAN_LIMIT : SCAN_CODES, extra ? 0 : 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_in_every_kind_of_container_are_read),
        cmocka_unit_test(pages_are_counted_over_all_members),
        cmocka_unit_test(archives_are_opened_as_deep_as_the_limit_and_no_deeper),
        cmocka_unit_test(names_in_windows_874_are_shown_in_thai),
        cmocka_unit_test(long_names_are_cut_at_a_whole_letter),
        cmocka_unit_test(endless_names_do_not_drown_what_is_found),
        cmocka_unit_test(what_holds_no_picture_says_so),
        cmocka_unit_test(a_member_behind_a_password_is_named),
        cmocka_unit_test(an_office_file_behind_a_password_is_encrypted),
        cmocka_unit_test(a_torn_archive_keeps_what_came_out_of_it),
        cmocka_unit_test(members_up_to_the_limit_are_walked),
        cmocka_unit_test(a_bomb_is_a_limit_and_the_next_document_is_read),
        cmocka_unit_test(mails_in_archives_and_in_mails_are_read),
        cmocka_unit_test(a_mail_as_it_is_inside_a_mail_is_read),
        cmocka_unit_test(a_mail_of_too_many_parts_is_a_limit),
        cmocka_unit_test(files_in_winmail_dat_are_read_wherever_it_lies),
        cmocka_unit_test(a_winmail_dat_that_is_cut_off_keeps_what_came_before),
        cmocka_unit_test(a_winmail_dat_of_too_many_files_is_a_limit),
    };
    return cmocka_run_group_tests(tests, world_open, world_close);
}
