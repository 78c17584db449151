/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Mails that are kept as files, and winmail.dat, through the real child. */
#include "qr/archive.h"
#include "tests/unit/made_archive.h"

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
        cmocka_unit_test(mails_in_archives_and_in_mails_are_read),
        cmocka_unit_test(a_mail_as_it_is_inside_a_mail_is_read),
        cmocka_unit_test(a_mail_of_too_many_parts_is_a_limit),
        cmocka_unit_test(files_in_winmail_dat_are_read_wherever_it_lies),
        cmocka_unit_test(a_winmail_dat_that_is_cut_off_keeps_what_came_before),
        cmocka_unit_test(a_winmail_dat_of_too_many_files_is_a_limit),
    };
    return cmocka_run_group_tests(tests, world_open, world_close);
}
