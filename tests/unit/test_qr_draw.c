/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What is drawn is read by zbarimg, a reader that is not ours; pages go through pdftoppm first. */
#include "base/buf.h"
#include "qr/draw.h"
#include "tests/unit/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *save(struct bench *b, const char *name, const struct buf *bytes)
{
    char *path = arena_printf(b->a, "%s/%s", b->folder, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes->data, 1, bytes->len, f), bytes->len);
    assert_int_equal(fclose(f), 0);
    return path;
}

static char *said_by(struct bench *b, const char *command)
{
    FILE *f = popen(command, "r");
    assert_non_null(f);
    char *text = arena_alloc(b->a, 8192);
    assert_true(fread(text, 1, 8191, f) > 0);
    assert_int_equal(pclose(f), 0);
    return text;
}

static char *zbar_reads(struct bench *b, const char *picture)
{
    return said_by(
        b,
        arena_printf(b->a, "zbarimg -q --raw --oneshot -Sdisable -Sqrcode.enable '%s' 2>/dev/null",
                     picture));
}

static struct qr_matrix code_of(struct bench *b, const char *text, enum qr_ecc ecc)
{
    struct qr_matrix m;
    struct err err = {0};
    if (!qr_encode(b->a, text, ecc, &m, &err))
        fail_msg("%s", err.text);
    return m;
}

static const char link_text[] =
    "HTTPS://THANWELA.EXAMPLE.GO.TH/R/"
    "CEDRCUQKAR5QAYCOZ3RQAEJCGNCFKZTXRCM2VO6M3XXP7ERJ7W2QPZEFPFP34L"
    "RE4UQ6CMN3OD7MPHSYZXFXKLP2ABWUFYVE2MYQ4S2VNFDYB6XU5HGGT5DC3QQAZ3KSQZN3HYQRE7I46CTTHUCQ";

static void another_reader_reads_the_png(void **state)
{
    struct bench *b = *state;
    static const char *const texts[] = {"A", "0123456789", link_text, "ที่ กค ๐๔๑๖.๒/ว ๓๙๓ — ทันเวลา",
                                        "https://example.go.th/?q=a b&c=%20"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        for (enum qr_ecc ecc = QR_ECC_L; ecc <= QR_ECC_H; ecc++) {
            struct qr_matrix m = code_of(b, texts[i], ecc);
            struct buf png CLEANUP(buf_fini) = {0};
            qr_png(&m, 4, &png);
            char *read = zbar_reads(b, save(b, "code.png", &png));
            assert_string_equal(read, texts[i]);
        }
}

static void another_reader_reads_the_page(void **state)
{
    struct bench *b = *state;
    struct qr_matrix m = code_of(b, link_text, QR_ECC_M);
    struct buf pdf CLEANUP(buf_fini) = {0};
    qr_pdf(&m, 30, &pdf);
    char *path = save(b, "code.pdf", &pdf), *stem = arena_printf(b->a, "%s/page", b->folder);
    said_by(b, arena_printf(b->a,
                            "pdftoppm -r 200 -gray -singlefile '%s' '%s' && pdfinfo '%s' "
                            "2>&1 | tee '%s/info'",
                            path, stem, path, b->folder));
    char *info = said_by(b, arena_printf(b->a, "cat '%s/info'", b->folder));
    assert_non_null(strstr(info, "Pages:           1"));
    assert_non_null(strstr(info, "85.039 x 85.039 pts"));
    assert_null(strstr(info, "rror"));
    assert_string_equal(zbar_reads(b, arena_printf(b->a, "%s.pgm", stem)), link_text);
}

/* Reads "M x y h n" runs back into modules. */
static void the_svg_holds_the_same_modules(void **state)
{
    struct bench *b = *state;
    struct qr_matrix m = code_of(b, link_text, QR_ECC_M);
    struct buf svg CLEANUP(buf_fini) = {0};
    int side = qr_side(&m), x, y, n;
    uint8_t *seen = arena_alloc(b->a, (size_t)(side * side));
    qr_svg(&m, &svg);
    const char *p = strstr(buf_str(&svg), "<path d=\"");
    assert_non_null(p);
    for (p += 9; sscanf(p, "M%d %dh%d", &x, &y, &n) == 3; p = strchr(p, 'z') + 1)
        for (int i = 0; i < n; i++)
            seen[y * side + x + i] = 1;
    for (y = 0; y < side; y++)
        for (x = 0; x < side; x++)
            assert_int_equal(seen[y * side + x], qr_dark(&m, x, y));
}

static void the_quiet_zone_is_four_modules(void **state)
{
    struct bench *b = *state;
    struct qr_matrix m = code_of(b, "HELLO", QR_ECC_M);
    int side = qr_side(&m);
    assert_int_equal(m.size, 21);
    assert_int_equal(side, 29);
    for (int i = 0; i < side; i++)
        for (int k = 0; k < 4; k++)
            assert_false(qr_dark(&m, i, k) || qr_dark(&m, k, i) || qr_dark(&m, i, side - 1 - k) ||
                         qr_dark(&m, side - 1 - k, i));
    assert_true(qr_dark(&m, 4, 4) && qr_dark(&m, 24, 4) && qr_dark(&m, 4, 24));
    assert_false(qr_dark(&m, -1, 0) || qr_dark(&m, 0, 1000));
}

static void the_terminal_shows_two_rows_a_line(void **state)
{
    struct bench *b = *state;
    static const char *const cells[] = {" ", "▄", "▀", "█"};
    struct qr_matrix m = code_of(b, link_text, QR_ECC_M);
    struct buf plain CLEANUP(buf_fini) = {0}, color CLEANUP(buf_fini) = {0};
    qr_terminal(&m, false, &plain);
    qr_terminal(&m, true, &color);
    const char *p = buf_str(&plain);
    for (int y = 0; y < qr_side(&m); y += 2, p++)
        for (int x = 0; x < qr_side(&m); x++) {
            const char *cell = cells[qr_dark(&m, x, y) * 2 + qr_dark(&m, x, y + 1)];
            assert_memory_equal(p, cell, strlen(cell));
            p += strlen(cell);
        }
    assert_int_equal(*p, 0);
    assert_non_null(strstr(buf_str(&color), "\x1b[0m\n"));
    assert_null(strchr(buf_str(&plain), 0x1b));
}

static void capitals_make_a_smaller_code(void **state)
{
    struct bench *b = *state;
    char *small = arena_strdup(b->a, link_text);
    for (char *p = small; *p; p++)
        *p = (char)(*p >= 'A' && *p <= 'Z' ? *p + 32 : *p);
    assert_int_equal(code_of(b, link_text, QR_ECC_M).size, 49);
    assert_int_equal(code_of(b, small, QR_ECC_M).size, 57);
}

static void the_longest_text_fits_and_one_more_does_not(void **state)
{
    struct bench *b = *state;
    static const struct {
        char letter;
        size_t n;
    } cases[] = {{'7', 7089}, {'A', 4296}, {'a', 2953}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct qr_matrix m;
        struct err err = {0};
        char *text = arena_alloc(b->a, cases[i].n + 2);
        memset(text, cases[i].letter, cases[i].n);
        assert_int_equal(code_of(b, text, QR_ECC_L).size, 177);
        text[cases[i].n] = cases[i].letter;
        assert_false(qr_encode(b->a, text, QR_ECC_L, &m, &err));
        assert_int_equal(err.kind, ERR_REFUSE);
        assert_non_null(strstr(err.text, "too long"));
    }
}

static void what_is_no_text_is_refused(void **state)
{
    struct bench *b = *state;
    static const char *const texts[] = {"", "\xff", "a\xc0\x80", "\xed\xa0\x80"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct qr_matrix m;
        struct err err = {0};
        assert_false(qr_encode(b->a, texts[i], QR_ECC_M, &m, &err));
        assert_int_equal(err.kind, ERR_REFUSE);
    }
}

static void the_same_text_gives_the_same_bytes(void **state)
{
    struct bench *b = *state;
    struct buf first CLEANUP(buf_fini) = {0}, again CLEANUP(buf_fini) = {0};
    struct buf *outs[] = {&first, &again};
    for (size_t i = 0; i < ARRAY_LEN(outs); i++) {
        struct qr_matrix m = code_of(b, link_text, QR_ECC_M);
        qr_png(&m, 4, outs[i]);
        qr_svg(&m, outs[i]);
        qr_pdf(&m, 30, outs[i]);
        qr_terminal(&m, true, outs[i]);
    }
    assert_int_equal(first.len, again.len);
    assert_memory_equal(first.data, again.data, first.len);
}

int main(void)
{
#define with_folder(test) cmocka_unit_test_setup_teardown(test, folder_set_up, folder_tear_down)
    const struct CMUnitTest tests[] = {
        with_folder(another_reader_reads_the_png),
        with_folder(another_reader_reads_the_page),
        with_folder(the_svg_holds_the_same_modules),
        with_folder(the_quiet_zone_is_four_modules),
        with_folder(the_terminal_shows_two_rows_a_line),
        with_folder(capitals_make_a_smaller_code),
        with_folder(the_longest_text_fits_and_one_more_does_not),
        with_folder(what_is_no_text_is_refused),
        with_folder(the_same_text_gives_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
