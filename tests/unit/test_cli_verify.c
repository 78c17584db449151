/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela key, qr and verify, as a clerk runs them: a receipt is made, printed, photographed,
 * forged, and checked with the public key alone. */
#include "base/buf.h"
#include "base/clock.h"
#include "cli/cli.h"
#include "qr/draw.h"
#include "qr/token.h"
#include "report/receipt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

struct bench {
    struct arena *a;
    char folder[64];
    struct signer *signer;
    char *said; /* by the last command, both outputs */
};

/* Run a line of shell in the bench's folder; $T is the program. Returns its exit status. */
static int sh(struct bench *b, const char *line)
{
    char *whole =
        arena_printf(b->a, "cd '%s' && T=%s/thanwela && (%s) 2>&1", b->folder, PROGRAMS, line);
    FILE *f = popen(whole, "r");
    assert_non_null(f);
    b->said = arena_alloc(b->a, 65536);
    size_t n = fread(b->said, 1, 65535, f);
    b->said[n] = 0;
    int status = pclose(f);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void expect(struct bench *b, int status, const char *line, const char *says)
{
    int got = sh(b, line);
    if (got != status || !strstr(b->said, says))
        fail_msg("%s: exit %d, wanted %d and \"%s\"; said: %s", line, got, status, says, b->said);
}

static void save(struct bench *b, const char *name, const struct buf *bytes)
{
    FILE *f = fopen(arena_printf(b->a, "%s/%s", b->folder, name), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes->data, 1, bytes->len, f), bytes->len);
    assert_int_equal(fclose(f), 0);
}

static int set_up(void **state)
{
    struct bench *b = test_calloc(1, sizeof *b);
    struct err err = {0};
    b->a = arena_new();
    strcpy(b->folder, "/tmp/thanwela-verify-XXXXXX");
    assert_non_null(mkdtemp(b->folder));
    expect(b, 0, "$T key new secret public --id 7", "public");
    assert_true(signer_open(arena_printf(b->a, "%s/secret", b->folder), &b->signer, &err));
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;
    assert_int_equal(system(arena_printf(b->a, "rm -r '%s'", b->folder)), 0);
    signer_free(b->signer);
    arena_free(b->a);
    test_free(b);
    return 0;
}

static char *link_of(struct bench *b, uint64_t number)
{
    struct token t = {.kind = TOKEN_RECEIPT, .series = "R", .year = 2564, .number = number};
    assert_true(time_parse_iso("2021-03-15T10:05:07", &t.entered_at_us));
    return token_url(b->a, "https://thanwela.example.go.th", TOKEN_RECEIPT,
                     token_sign(b->a, b->signer, &t));
}

static void make_receipt(struct bench *b, const char *link)
{
    struct receipt r = {.office_name = "สำนักงานรัฐมนตรี",
                        .series = "R",
                        .year = 2564,
                        .no = 123,
                        .registered_at_us = TIME_NONE,
                        .deemed_at_us = TIME_NONE,
                        .letter_date_us = TIME_NONE,
                        .due_at_us = TIME_NONE,
                        .n_claimed = -1,
                        .url = link,
                        .token = strrchr(link, '/') + 1};
    struct buf pdf CLEANUP(buf_fini) = {0}, png CLEANUP(buf_fini) = {0};
    struct err err = {0};
    assert_true(time_parse_iso("2021-03-15T10:05:07", &r.entered_at_us));
    assert_true(receipt_pdf(&r, &pdf, &err) && receipt_png(&r, 150, &png, &err));
    save(b, "receipt.pdf", &pdf);
    save(b, "receipt.png", &png);
}

/* As a telephone sees it: turned, from the side, unsharp, grainy, and as JPEG. */
static void take_photo(struct bench *b)
{
    expect(b, 0,
           "python3 -c \"\n"
           "from PIL import Image, ImageFilter\n"
           "im = Image.open('receipt.png').convert('L').rotate(8, expand=True, fillcolor=90)\n"
           "w, h = im.size\n"
           "im = im.transform((w, h), Image.Transform.PERSPECTIVE,\n"
           "                  (1, 0.06, -20, 0.02, 1, -10, 0.00003, 0.00004), fillcolor=90)\n"
           "im = im.filter(ImageFilter.GaussianBlur(0.8))\n"
           "grain = Image.effect_noise(im.size, 24)\n"
           "Image.blend(im, grain, 0.2).save('photo.jpg', quality=60)\n\" && echo taken",
           "taken");
}

static void a_receipt_is_genuine_on_paper_as_picture_and_as_photo(void **state)
{
    struct bench *b = *state;
    static const char *const files[] = {"receipt.pdf", "receipt.png", "photo.jpg",
                                        "receipt.pdf receipt.png photo.jpg"};
    make_receipt(b, link_of(b, 123));
    take_photo(b);
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        expect(b, 0, arena_printf(b->a, "$T verify %s --key public", files[i]), "ของแท้");
        assert_non_null(strstr(b->said, "123/2564"));
        assert_non_null(strstr(b->said, "15 มีนาคม 2564 เวลา 10.05.07 น."));
        assert_null(strstr(b->said, "ไม่ใช่ของแท้"));
    }
}

static void a_changed_receipt_is_not_genuine(void **state)
{
    struct bench *b = *state;
    char *link = link_of(b, 123);
    char *letter = strstr(link, "/R/") + 20;
    *letter = *letter == 'A' ? 'B' : 'A';
    make_receipt(b, link);
    expect(b, 1, "$T verify receipt.pdf --key public", "ไม่ใช่ของแท้");
    assert_null(strstr(b->said, "123/2564"));
    expect(b, 1, "LC_ALL= LANG=en $T verify receipt.pdf --key public", "not genuine");
    expect(b, 1, arena_printf(b->a, "$T verify %s --key public", link), "ไม่ใช่ของแท้");
}

static void text_is_checked_too(void **state)
{
    struct bench *b = *state;
    char *link = link_of(b, 5), *token = strrchr(link, '/') + 1;
    expect(b, 0, arena_printf(b->a, "$T verify %s --key public", link), "5/2564");
    assert_non_null(strstr(b->said, "THANWELA.EXAMPLE.GO.TH"));
    expect(b, 0, arena_printf(b->a, "$T verify %s --key public", token), "5/2564");
    expect(b, 1, arena_printf(b->a, "$T verify %s HELLO --key public", link), "ไม่ใช่รหัสของใบรับ");
    char *many = arena_printf(b->a,
                              "$T verify $(for i in $(seq 100); do echo %s; done) --key public "
                              "| grep -c 5/2564",
                              token);
    expect(b, 0, many, "100");
    expect(b, 0, "$T key new secret8 public8 --id 8", "8");
    expect(b, 1, arena_printf(b->a, "$T verify %s --key public8", link), "ตรวจสอบไม่ได้");
}

static void json_has_stable_keys(void **state)
{
    struct bench *b = *state;
    make_receipt(b, link_of(b, 123));
    expect(b, 0,
           "$T verify receipt.pdf --key public --json | jq -r '[.genuine, .codes[0].verdict, "
           ".codes[0].kind, .codes[0].number, .codes[0].year, .codes[0].series, "
           ".codes[0].entered_at, .codes[0].key_id, .codes[0].page, .codes[0].file] | @csv'",
           "true,\"genuine\",\"receipt\",123,2564,\"R\",\"2021-03-15T10:05:07+07:00\",7,1,"
           "\"receipt.pdf\"");
    expect(b, 0, "$T verify HELLO --key public --json | jq -c '[.genuine, .codes[0].verdict]'",
           "[false,\"not ours\"]");
}

/* One page with a genuine receipt, a forged one and somebody's link. */
static void every_code_of_a_document_is_judged(void **state)
{
    struct bench *b = *state;
    char *forged = link_of(b, 2);
    char *letter = forged + strlen(forged) - 30;
    *letter = *letter == 'A' ? 'B' : 'A';
    const char *const texts[] = {link_of(b, 1), forged, "https://example.go.th/other"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct qr_matrix m;
        struct err err;
        struct buf png CLEANUP(buf_fini) = {0};
        assert_true(qr_encode(b->a, texts[i], QR_ECC_M, &m, &err));
        qr_png(&m, 4, &png);
        save(b, arena_printf(b->a, "%zu.png", i), &png);
    }
    expect(b, 0,
           "python3 -c \"\nfrom PIL import Image\np = Image.new('L', (900, 300), 255)\n"
           "[p.paste(Image.open(f'{i}.png').convert('L'), (300 * i, 10)) for i in range(3)]\n"
           "p.save('three.png')\n\" && echo made",
           "made");
    expect(b, 1, "$T verify three.png --key public", "1/2564");
    assert_non_null(strstr(b->said, "ไม่ใช่ของแท้"));
    expect(
        b, 1,
        "$T verify three.png --key public --json | tee j; jq -c '[.codes[].verdict]|sort' j >&2; "
        "jq -e .genuine j >/dev/null",
        "[\"forged\",\"genuine\",\"not ours\"]");
}

static void what_cannot_be_checked_says_why(void **state)
{
    struct bench *b = *state;
    struct buf blank CLEANUP(buf_fini) = {0};
    expect(b, 2, "$T verify", "verify");
    expect(b, 2, "$T verify X --kee public", "--key");
    expect(b, 2, "$T verify X --key nokey", "nokey");
    expect(b, 2, "$T verify X --key secret", "no public key");
    expect(b, 1, "echo hello >text.pdf; $T verify text.pdf --key public", "ไม่พบรหัสของใบรับ");
    expect(b, 1, "mkdir d; $T verify d --key public", "d: not a file");
    expect(b, 2, "$T key new secret", "key new");
    expect(b, 2, "$T key new s9 p9 --id 256", "255");
    expect(b, 2, "$T key new secret p9", "not written over");
}

static void codes_are_drawn_as_asked(void **state)
{
    struct bench *b = *state;
    expect(b, 0,
           "$T qr 'ทันเวลา 123' --png c.png --svg c.svg --pdf c.pdf --ecc H && "
           "zbarimg -q --raw --oneshot c.png 2>/dev/null",
           "ทันเวลา 123");
    expect(b, 0,
           "pdftoppm -r 150 -singlefile -gray c.pdf c && zbarimg -q --raw --oneshot c.pgm "
           "2>/dev/null && grep -c '<svg' c.svg",
           "ทันเวลา 123");
    expect(b, 0, "$T qr X --png - | head -c 4 | tail -c 3", "PNG");
    expect(b, 0, "$T qr HELLO", "█▀▀▀▀▀█");
    expect(b, 0, "$T qr HELLO --json | jq -r '[.text,.ecc,.version,.modules]|@csv'",
           "\"HELLO\",\"M\",1,21");
    expect(b, 1, "$T qr $(head -c 8000 /dev/zero | tr '\\0' 7)", "too long");
    expect(b, 1, "$T qr ''", "empty");
    expect(b, 2, "$T qr X --ecc Z", "--ecc Z");
    expect(b, 2, "$T qr", "qr");
    expect(b, 2, "$T qr X --png /nowhere/x.png", "/nowhere/x.png");
}

int main(void)
{
#define with_keys(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        with_keys(a_receipt_is_genuine_on_paper_as_picture_and_as_photo),
        with_keys(a_changed_receipt_is_not_genuine),
        with_keys(text_is_checked_too),
        with_keys(json_has_stable_keys),
        with_keys(every_code_of_a_document_is_judged),
        with_keys(what_cannot_be_checked_says_why),
        with_keys(codes_are_drawn_as_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
