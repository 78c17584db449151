/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Whole documents: what must be read is read, where it lies, and what is said of those that cannot
 * be. tests/data/documents/README says where they are from. */
#include "scanned.h"

#include <endian.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define DOCUMENTS TESTS_DATA "/documents/"

enum { NAME_MAX_BYTES = 120, TEXT_MAX_BYTES = 600 };

/* A scan is laid askew on the glass, a drawn page is not. */
static const double far_off_pt = 42;

static struct found *scan_file_for(struct arena *a, const char *name, bool more_formats)
{
    char path[512];
    struct stat st;
    snprintf(path, sizeof path, DOCUMENTS "%s", name);
    CLEANUP(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0)
        fail_msg("%s is missing", path);
    void *p = arena_alloc(a, (size_t)st.st_size);
    assert_int_equal(read(fd, p, (size_t)st.st_size), st.st_size);
    return scan_bytes(a, p, (size_t)st.st_size, more_formats);
}

static struct found *scan_file(struct arena *a, const char *name)
{
    return scan_file_for(a, name, false);
}

struct line {
    char file[NAME_MAX_BYTES], x[16], y[16], text[TEXT_MAX_BYTES];
    unsigned page;
};

static bool next_line(FILE *f, struct line *l)
{
    char row[1024];
    while (fgets(row, sizeof row, f)) {
        if (sscanf(row, "%119[^\t]\t%u\t%15[^\t]\t%15[^\t]\t%599[^\n]", l->file, &l->page, l->x,
                   l->y, l->text) == 5 &&
            row[0] != '#')
            return true;
    }
    return false;
}

static bool lies_there(const struct scan_code *c, const struct line *l)
{
    return l->x[0] == '-' || hypot(c->x - atof(l->x), c->y - atof(l->y)) < far_off_pt;
}

/* Each expected code is met by one that was found, and by no other. */
static bool meets(struct found *f, const struct line *l)
{
    for (uint32_t i = 0; i < f->n_codes; i++) {
        const struct scan_code *c = &f->codes[i];
        if (!f->met[i] && c->page == l->page && strcmp(c->text, l->text) == 0 && lies_there(c, l))
            return f->met[i] = true;
    }
    return false;
}

static void corners_are_on_the_page(const struct found *f, const char *file)
{
    for (uint32_t i = 0; i < f->n_codes; i++) {
        const struct scan_page *p = &f->pages[f->codes[i].page - 1];
        for (int k = 0; k < 4; k++) {
            const double *at = f->codes[i].corner[k];
            double slack = p->width / 50;
            if (at[0] < -slack || at[1] < -slack || at[0] > p->width + slack ||
                at[1] > p->height + slack)
                fail_msg("%s: a corner at %.0f, %.0f is off the page", file, at[0], at[1]);
        }
    }
}

static void nothing_else_was_found(const struct found *f, const char *file, bool whole_list)
{
    for (uint32_t i = 0; i < f->n_codes && whole_list; i++) {
        if (!f->met[i])
            fail_msg("%s: \"%s\" is not there", file, f->codes[i].text);
    }
}

/* whole_list: the list has every code of its files. */
static void check_list(const char *list, const char *folder, bool whole_list)
{
    CLEANUP(arena_freep) struct arena *a = arena_new();
    char path[512], file[512] = "";
    snprintf(path, sizeof path, DOCUMENTS "%s", list);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    struct found *found = NULL;
    struct line l;
    int n = 0;
    for (; next_line(f, &l); n++) {
        char name[512];
        snprintf(name, sizeof name, "%s%s", folder, l.file);
        if (strcmp(name, file) != 0) {
            if (found)
                nothing_else_was_found(found, file, whole_list);
            snprintf(file, sizeof file, "%s", name);
            found = scan_file(a, file);
            assert_int_equal(found->verdict.state, SCAN_CODES);
            corners_are_on_the_page(found, file);
        }
        if (!meets(found, &l))
            fail_msg("%s page %u: \"%s\" was not read, or not at %s, %s", file, l.page, l.text, l.x,
                     l.y);
    }
    fclose(f);
    assert_true(n > 20);
}

static void scanned_drawn_and_photographed_codes_are_read(void **state)
{
    (void)state;
    check_list("expected.tsv", "", false);
}

static char *manifest(struct arena *a)
{
    struct stat st;
    FILE *f = fopen(DOCUMENTS "manifest.jsonl", "r");
    assert_non_null(f);
    assert_int_equal(fstat(fileno(f), &st), 0);
    char *text = arena_alloc(a, (size_t)st.st_size + 1);
    assert_int_equal(fread(text, 1, (size_t)st.st_size, f), st.st_size);
    fclose(f);
    return text;
}

/* Codes that noise half covers, and blocks that can be corrected to almost anything. */
static void what_is_read_of_hard_scans_stands_in_the_manifest(void **state)
{
    static const char *const files[] = {"multi10-003.pdf", "scan-100-hard-002.pdf",
                                        "scan-100-photocopy-011.pdf", "scan-150-lowcon-000.pdf",
                                        "scan-100-lowcon-005.pdf"};
    CLEANUP(arena_freep) struct arena *a = arena_new();
    const char *all = manifest(a);
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        struct found *f = scan_file(a, files[i]);
        for (uint32_t k = 0; k < f->n_codes; k++) {
            if (!strstr(all, f->codes[k].text))
                fail_msg("%s: \"%s\" is not there", files[i], f->codes[k].text);
        }
    }
}

static void every_odd_way_to_draw_a_code_is_read(void **state)
{
    (void)state;
    check_list("odd/odd.tsv", "odd/", true);
}

static const struct {
    const char *file;
    enum scan_state state;
} states[] = {
    {"odd/locked-aes-256.pdf", SCAN_ENCRYPTED}, {"odd/locked-aes-128.pdf", SCAN_ENCRYPTED},
    {"odd/locked-rc4.pdf", SCAN_ENCRYPTED},     {"odd/cut-off.pdf", SCAN_DAMAGED},
    {"odd/cut-off.png", SCAN_DAMAGED},          {"odd/empty.pdf", SCAN_DAMAGED},
    {"odd/hollow.pdf", SCAN_DAMAGED},           {"odd/words.txt", SCAN_UNSUPPORTED},
};

static void what_cannot_be_read_is_never_called_empty(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(states); i++) {
        CLEANUP(arena_freep) struct arena *a = arena_new();
        struct found *f = scan_file(a, states[i].file);
        if (f->verdict.state != states[i].state || !f->verdict.why)
            fail_msg("%s: %s", states[i].file, scan_state_name(f->verdict.state));
        assert_int_equal(f->n_codes, 0);
    }
}

/* A PNG without its pixels: the size is asked before anything is decoded. */
static void put_u32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> (24 - 8 * i));
}

static enum scan_state png_of(uint32_t w, uint32_t h, uint32_t crc)
{
    CLEANUP(arena_freep) struct arena *a = arena_new();
    uint8_t png[41] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    put_u32(png + 16, w);
    put_u32(png + 20, h);
    png[24] = 8;
    put_u32(png + 29, crc);
    memcpy(png + 33, "\0\0\1\0IDAT", 8);
    return scan_bytes(a, png, sizeof png, false)->verdict.state;
}

static uint32_t crc_of(const uint8_t *p, size_t n)
{
    uint32_t c = UINT32_MAX;
    for (size_t i = 0; i < n; i++) {
        c ^= p[i];
        for (int k = 0; k < 8; k++)
            c = c & 1 ? 0xedb88320u ^ c >> 1 : c >> 1;
    }
    return ~c;
}

static enum scan_state png_sized(uint32_t w, uint32_t h)
{
    uint8_t head[17] = "IHDR";
    put_u32(head + 4, w);
    put_u32(head + 8, h);
    head[12] = 8;
    return png_of(w, h, crc_of(head, sizeof head));
}

static void a_picture_of_the_largest_size_is_opened_and_one_larger_is_not(void **state)
{
    (void)state;
    assert_int_equal(png_sized(10000, SCAN_PX_MAX / 10000), SCAN_DAMAGED); /* opened: no pixels */
    assert_int_equal(png_sized(10000, SCAN_PX_MAX / 10000 + 1), SCAN_LIMIT);
}

static struct found *scan_drawn_pdf(struct arena *a, const char *box)
{
    const char *pdf =
        arena_printf(a,
                     "%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
                     "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
                     "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 4 0 R/Resources"
                     "<</XObject<</A 5 0 R/B 5 0 R>>>>>>endobj\n"
                     "4 0 obj<</Length 74>>stream\nq 9999999 0 0 9999999 0 0 cm /A Do Q "
                     "q 9999999 0 0 9999999 0 0 cm /B Do Q   \nendstream endobj\n"
                     "5 0 obj<</Type/XObject/Subtype/Image/Width 30/Height 2/BitsPerComponent 1"
                     "/ColorSpace/DeviceGray/Length 8>>stream\n12345678\nendstream endobj\n"
                     "trailer<</Root 1 0 R>>\n",
                     box);
    return scan_bytes(a, pdf, strlen(pdf), false);
}

static void a_page_too_large_to_be_drawn_is_over_the_limit(void **state)
{
    (void)state;
    CLEANUP(arena_freep) struct arena *a = arena_new();
    struct found *f = scan_drawn_pdf(a, "0 0 10000000 10000000");
    assert_int_equal(f->verdict.state, SCAN_LIMIT);
}

static void each_page_says_what_was_tried(void **state)
{
    (void)state;
    CLEANUP(arena_freep) struct arena *a = arena_new();
    struct found *f = scan_file(a, "odd/odd-drawn.pdf");
    assert_int_equal(f->n_pages, 1);
    assert_non_null(strstr(f->pages[0].steps, "region 300 dpi"));
    assert_non_null(strstr(f->pages[0].steps, "1 found"));
    assert_int_equal(f->pages[0].n_codes, 1);
    assert_float_equal(f->pages[0].width, 595, 0.5);
}

static void a_fine_scan_is_decoded_around_its_finders_only(void **state)
{
    (void)state;
    CLEANUP(arena_freep) struct arena *a = arena_new();
    struct found *f = scan_file(a, "odd/odd-fine-fax.pdf");
    assert_int_equal(f->n_pages, 1);
    assert_string_equal(f->pages[0].steps, "page image 300 dpi: 2 found");
}

/* A page of 150 dpi of one bit a pixel with a square of grey on it, as TIFF without compression.
 */
static size_t tiff_of_grey(struct arena *a, uint8_t **out)
{
    enum { W = 1240, H = 1754, STRIDE = W / 8, HEAD = 256, AT = 400, SIDE = 176 };
    static const uint32_t tags[][3] = {/* number, type, value */
                                       {256, 4, W}, {257, 4, H},          {258, 3, 1},
                                       {259, 3, 1}, {262, 3, 0},          {273, 4, HEAD},
                                       {278, 4, H}, {279, 4, STRIDE * H}, {282, 5, HEAD - 8}};
    uint8_t *p = arena_alloc(a, HEAD + STRIDE * H), *to = p + 10;
    memcpy(p, "II*\0\x08\0\0\0", 8);
    p[8] = ARRAY_LEN(tags);
    for (size_t i = 0; i < ARRAY_LEN(tags); i++, to += 12) {
        const uint16_t head[2] = {htole16((uint16_t)tags[i][0]), htole16((uint16_t)tags[i][1])};
        const uint32_t tail[2] = {htole32(1), htole32(tags[i][2])};
        memcpy(to, head, sizeof head);
        memcpy(to + 4, tail, sizeof tail);
    }
    const uint32_t dpi[2] = {htole32(150), htole32(1)};
    memcpy(p + HEAD - 8, dpi, sizeof dpi);
    for (int y = AT; y < AT + SIDE; y++) {
        for (int x = AT / 8; x < (AT + SIDE) / 8; x++)
            p[HEAD + y * STRIDE + x] = y % 2 ? 0xaa : 0x55;
    }
    *out = p;
    return HEAD + STRIDE * H;
}

/* Squares of grey are asked on scans, not on photos. */
static void a_fax_in_a_tiff_is_looked_at_as_a_scan(void **state)
{
    CLEANUP(arena_freep) struct arena *a = arena_new();
    uint8_t *tiff;
    size_t n = tiff_of_grey(a, &tiff);
    (void)state;
    struct found *f = scan_bytes(a, tiff, n, false);
    assert_int_equal(f->verdict.state, SCAN_NONE);
    assert_non_null(strstr(f->pages[0].steps, "picture 150 dpi"));
    assert_non_null(strstr(f->pages[0].steps, "sharpened and doubled in 1 places"));
}

static void equal_codes_in_two_places_count_twice(void **state)
{
    (void)state;
    CLEANUP(arena_freep) struct arena *a = arena_new();
    struct found *f = scan_file(a, "odd/odd-twice.pdf");
    assert_int_equal(f->n_codes, 2);
    assert_true(f->codes[0].y < f->codes[1].y);
}

/* Drawn by another encoder than the product's. */
static const struct {
    const char *file, *format, *text;
    bool when_asked; /* not among those that are always looked for */
} kinds[] = {
    {"kinds/rmqr.png", "rMQRCode", "RMQR 2564/12", false},
    {"kinds/micro.png", "MicroQRCode", "MICRO 42", false},
    {"kinds/eci-utf8.png", "QRCode", "เลขทะเบียนรับ ๑๒/๒๕๖๔", false},
    {"kinds/eci-874.png", "QRCode", "กค 0416.2/ว 393", false},
    {"kinds/eci-shift-jis.png", "QRCode", "日本語 2564", false},
    {"kinds/kanji.png", "QRCode", "日本語", false},
    {"kinds/datamatrix.png", "DataMatrix", "https://verify.example.go.th/dm", true},
    {"kinds/aztec.png", "Aztec", "https://verify.example.go.th/az", true},
    {"kinds/pdf417.png", "PDF417", "https://verify.example.go.th/p4", true},
};

static void every_kind_of_code_is_read_and_the_rarer_ones_when_asked(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        CLEANUP(arena_freep) struct arena *a = arena_new();
        for (int more = 0; more < 2; more++) {
            struct found *f = scan_file_for(a, kinds[i].file, more);
            if (!more && kinds[i].when_asked) {
                assert_int_equal(f->verdict.state, SCAN_NONE);
                continue;
            }
            assert_int_equal(f->n_codes, 1);
            assert_string_equal(f->codes[0].text, kinds[i].text);
            assert_string_equal(f->codes[0].format, kinds[i].format);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scanned_drawn_and_photographed_codes_are_read),
        cmocka_unit_test(what_is_read_of_hard_scans_stands_in_the_manifest),
        cmocka_unit_test(every_odd_way_to_draw_a_code_is_read),
        cmocka_unit_test(what_cannot_be_read_is_never_called_empty),
        cmocka_unit_test(a_picture_of_the_largest_size_is_opened_and_one_larger_is_not),
        cmocka_unit_test(a_page_too_large_to_be_drawn_is_over_the_limit),
        cmocka_unit_test(each_page_says_what_was_tried),
        cmocka_unit_test(a_fine_scan_is_decoded_around_its_finders_only),
        cmocka_unit_test(a_fax_in_a_tiff_is_looked_at_as_a_scan),
        cmocka_unit_test(equal_codes_in_two_places_count_twice),
        cmocka_unit_test(every_kind_of_code_is_read_and_the_rarer_ones_when_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
