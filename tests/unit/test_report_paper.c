/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Pages as poppler sees them: a reader that is not ours. */
#include "base/buf.h"
#include "base/clock.h"
#include "report/paper.h"
#include "tests/unit/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const struct paper_setup plain = {.title = "ทดสอบ", .author = "สำนักงาน", .at_us = 0};

static void print(struct bench *b, const struct paper_setup *setup, paper_draw *draw,
                  const void *facts)
{
    struct buf pdf CLEANUP(buf_fini) = {0};
    struct err err = {0};
    if (!paper_pdf(setup, draw, facts, &pdf, &err))
        fail_msg("%s", err.text);
    FILE *f = fopen(arena_printf(b->a, "%s/x.pdf", b->folder), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(pdf.data, 1, pdf.len, f), pdf.len);
    assert_int_equal(fclose(f), 0);
}

/* What a line of shell says; $F is the page. */
static char *said(struct bench *b, const char *line)
{
    FILE *f = popen(arena_printf(b->a, "F='%s/x.pdf'; %s", b->folder, line), "r");
    assert_non_null(f);
    char *text = arena_alloc(b->a, 1 << 18);
    size_t n = fread(text, 1, (1 << 18) - 1, f);
    text[n] = 0;
    int status = pclose(f);
    if (status != 0)
        fail_msg("%s: exit %d: %s", line, status, text);
    while (n > 0 && strchr("\n\f", text[n - 1]))
        text[--n] = 0;
    return text;
}

static int number(struct bench *b, const char *line)
{
    return atoi(said(b, line));
}

/* ---------------------------------------------------------------- text */

static void draw_text(struct paper *p, const void *facts)
{
    static const struct paper_type type = {.pt = 14};
    paper_text(p, &type, facts);
}

static void words_come_out_as_they_went_in(void **state)
{
    struct bench *b = *state;
    static const char *const texts[] = {"ชั้นความเร็ว นี้ ที่ น้ำ กตัญญู ฤๅษี ผู้ซึ่งกล้าหาญ", "กค ๐๔๑๖.๒/ว ๓๙๓",
                                        "เวลา ๑๐.๐๕ น.", "saraban@example.go.th <office>",
                                        "ปี้ ปูนปั้น ญู ฐู ก๊ก จ๋า"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        print(b, &plain, draw_text, texts[i]);
        assert_string_equal(said(b, "pdftotext $F -"), texts[i]);
        assert_string_equal(said(b, "pdftotext -raw $F -"), texts[i]);
    }
}

static void a_long_name_is_broken_without_a_hyphen(void **state)
{
    struct bench *b = *state;
    char *name = arena_alloc(b->a, 401);
    for (int i = 0; i < 400; i++)
        name[i] = "abcdefghij"[i % 10];
    print(b, &plain, draw_text, name);
    assert_string_equal(said(b, "pdftotext -raw $F - | tr -d '\\n\\f'"), name);
    assert_true(number(b, "pdftotext -raw $F - | wc -l") > 3);
}

static void thai_is_broken_between_words(void **state)
{
    struct bench *b = *state;
    struct buf text CLEANUP(buf_fini) = {0};
    for (int i = 0; i < 60; i++)
        buf_adds(&text, "คณะรัฐมนตรี");
    print(b, &plain, draw_text, buf_str(&text));
    assert_true(number(b, "pdftotext -raw $F - | wc -l") > 5);
    /* no line begins with a part of the word รัฐมนตรี or คณะ */
    assert_int_equal(number(b, "pdftotext -raw $F - | tr -d '\\f' | grep -v '^$' | "
                               "grep -cvE '^(คณะ|รัฐ)' || true"),
                     0);
}

static void an_hour_is_not_torn_from_its_unit(void **state)
{
    struct bench *b = *state;
    for (int i = 0; i < 40; i++) {
        char *text = arena_printf(b->a, "%*s ปิดรับเวลา ๑๒.๐๐ น. ของวันนั้น", 0, "");
        for (int k = 0; k < i; k++)
            text = arena_printf(b->a, "ก %s", text);
        for (int k = 0; k < 30; k++)
            text = arena_printf(b->a, "กข %s", text);
        print(b, &plain, draw_text, text);
        assert_int_equal(number(b, "pdftotext -raw $F - | grep -c '^น\\.' || true"), 0);
    }
}

static void controls_and_bad_bytes_are_made_visible(void **state)
{
    struct bench *b = *state;
    print(b, &plain, draw_text,
          "a\x1b[31mb\xff\xe2\x80\xae"
          "c\nd");
    assert_string_equal(said(b, "pdftotext -raw $F -"), "a\ufffd[31mb\ufffd\ufffdc\nd");
}

/* A letter with a tower of marks, at the top of the page: its ink must not leave its own line. */
static void draw_tower(struct paper *p, const void *facts)
{
    static const struct paper_type type = {.pt = 14};
    for (int i = 0; i < 10; i++)
        paper_text(p, &type, "");
    paper_text(p, &type, facts);
}

static void a_tower_of_marks_stays_in_its_line(void **state)
{
    struct bench *b = *state;
    static const char *const marks[] = {"\u0e49", "\u0e34", "\u0301", "\u0e38", "\u20dd"};
    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        struct buf tower CLEANUP(buf_fini) = {0};
        buf_adds(&tower, "ก");
        for (int k = 0; k < 200; k++)
            buf_adds(&tower, marks[i]);
        print(b, &plain, draw_tower, buf_str(&tower));
        assert_int_equal(
            number(b, arena_printf(b->a,
                                   "pdftoppm -r 72 -gray -singlefile $F %s/t && python3 -c \""
                                   "from PIL import Image, ImageOps; "
                                   "b = ImageOps.invert(Image.open('%s/t.pgm')).getbbox(); "
                                   "print(int(b[3] - b[1] < 40))\"",
                                   b->folder, b->folder)),
            1);
    }
}

static void draw_fields(struct paper *p, const void *facts)
{
    static const struct paper_type type = {.pt = 14};
    double start = paper_y(p);
    (void)facts;
    paper_field(p, 40, &type, "ป้ายที่ยาวเกินกว่าจะอยู่ในบรรทัดเดียวได้จริง ๆ ต้องขึ้นหลายบรรทัด", "สั้น");
    double one = paper_text_height(p, 100, &type, "ก");
    if (paper_y(p) - start < 2 * one)
        paper_text(p, &type, "overlap");
}

static void a_long_label_pushes_the_next_field_down(void **state)
{
    struct bench *b = *state;
    print(b, &plain, draw_fields, NULL);
    assert_int_equal(number(b, "pdftotext -raw $F - | grep -c overlap || true"), 0);
}

static void letters_of_all_scripts_are_drawn(void **state)
{
    struct bench *b = *state;
    static const char *const texts[] = {"مرحبا بالعالم",
                                        "שלום עולם",
                                        "नमस्ते क्ष",
                                        "漢字かな交じり文",
                                        "👩‍👩‍👧‍👦🇹🇭",
                                        "a\u0300\u0301\u0302\u0303\u0304",
                                        "\ufeff\u200b\u2060",
                                        "\U0010fffd\U000e0041"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        print(b, &plain, draw_text, texts[i]);
        assert_int_equal(number(b, "pdfinfo $F | sed -n 's/^Pages: *//p'"), 1);
    }
}

/* ---------------------------------------------------------------- pages */

struct rows {
    int n;
    const char *text;
};

static const struct paper_column columns[] = {{"ลำดับ", 1, PAPER_RIGHT, false},
                                              {"ชื่อเรื่อง", 6, PAPER_LEFT, false},
                                              {"รหัส", 2, PAPER_LEFT, true}};

static void draw_rows(struct paper *p, const void *facts)
{
    const struct rows *r = facts;
    struct paper_table *t = paper_table(p, columns, ARRAY_LEN(columns), 12);
    paper_group(t, "กลุ่มที่หนึ่ง");
    for (int i = 0; i < r->n; i++) {
        const char *cells[] = {arena_printf(paper_arena(p), "%d", i + 1), r->text, "end"};
        paper_row(t, cells);
    }
}

static void titles_stand_on_every_page_and_rows_stay_whole(void **state)
{
    struct bench *b = *state;
    struct rows rows = {200, "บรรทัดที่หนึ่งของเรื่องที่ยาวพอจะขึ้นบรรทัดใหม่ได้เพราะยาวมากจริง ๆ เพื่อทดสอบตาราง"};
    print(b, &plain, draw_rows, &rows);
    int pages = number(b, "pdfinfo $F | sed -n 's/^Pages: *//p'");
    assert_true(pages > 4);
    assert_int_equal(number(b, "pdftotext -layout $F - | grep -c ชื่อเรื่อง"), pages);
    assert_int_equal(number(b, "pdftotext -raw $F - | grep -c 'end$'"), 200);
    assert_int_equal(
        number(
            b,
            "for p in $(seq 1 60); do pdftotext -raw -f $p -l $p $F - 2>/dev/null | tr -d '\\f' | "
            "grep -v -e หน้า -e '^$' | tail -n 1 | grep -c '^end$'; done | grep -c 1"),
        pages);
}

static void a_monstrous_cell_ends_in_dots(void **state)
{
    struct bench *b = *state;
    char *text = arena_alloc(b->a, 100001);
    memset(text, 'x', 100000);
    struct rows rows = {2, text};
    print(b, &plain, draw_rows, &rows);
    assert_int_equal(number(b, "pdfinfo $F | sed -n 's/^Pages: *//p'"), 1);
    assert_int_equal(number(b, "pdftotext -raw $F - | grep -c '^x*…$'"), 2);
    assert_true(number(b, "pdftotext -raw $F - | wc -c") <
                4000); /* nothing hidden behind the dots */
}

static void pages_are_numbered_only_where_there_are_several(void **state)
{
    struct bench *b = *state;
    struct paper_setup setup = plain;
    setup.head = "หัวต่อ";
    setup.foot = "ท้าย";
    struct rows few = {3, "x"}, many = {120, "x"};
    print(b, &setup, draw_rows, &few);
    assert_int_equal(number(b, "pdftotext $F - | grep -c หน้า || true"), 0);
    assert_int_equal(number(b, "pdftotext $F - | grep -c หัวต่อ || true"), 0);
    print(b, &setup, draw_rows, &many);
    int pages = number(b, "pdfinfo $F | sed -n 's/^Pages: *//p'");
    assert_int_equal(number(b, "pdftotext $F - | grep -c หน้า"), pages);
    assert_int_equal(number(b, "pdftotext $F - | grep -c ท้าย"), pages);
    assert_int_equal(number(b, "pdftotext $F - | grep -c หัวต่อ"), pages - 1);
    assert_int_equal(number(b, "pdftotext -f 1 -l 1 $F - | grep -c 'หน้า ๑/'"), 1);
}

static void a_page_may_lie_on_its_side(void **state)
{
    struct bench *b = *state;
    struct paper_setup setup = plain;
    setup.landscape = true;
    print(b, &setup, draw_text, "กว้าง");
    assert_int_equal(number(b, "pdfinfo $F | grep -c '841.89 x 595.276'"), 1);
}

static void draw_reserved(struct paper *p, const void *facts)
{
    static const struct paper_type type = {.pt = 14};
    (void)facts;
    double y = paper_reserve(p, 60);
    assert_true(y == paper_bottom(p));
    paper_text_at(p, paper_left(p), y, paper_width(p), &type, "reserved");
    for (int i = 0; i < 60; i++)
        paper_text(p, &type, "line");
}

static void what_is_reserved_stays_free(void **state)
{
    struct bench *b = *state;
    print(b, &plain, draw_reserved, NULL);
    int on_first = number(b, "pdftotext -layout -f 1 -l 1 $F - | grep -c line");
    int on_second = number(b, "pdftotext -layout -f 2 -l 2 $F - | grep -c line");
    assert_true(on_first > 5 && on_first < on_second);
    assert_string_equal(
        said(b, "pdftotext -layout -f 1 -l 1 $F - | tr -d ' \\f' | grep -v -e '^$' -e หน้า | "
                "tail -n 1"),
        "reserved");
}

/* In a process of its own, whose fontconfig knows no font. */
static void without_its_font_no_page_is_made(void **state)
{
    struct bench *b = *state;
    char *conf = arena_printf(b->a, "%s/fonts.conf", b->folder);
    FILE *f = fopen(conf, "w");
    assert_non_null(f);
    fputs("<?xml version=\"1.0\"?><fontconfig><dir>/usr/share/fonts/truetype/dejavu</dir>"
          "</fontconfig>",
          f);
    assert_int_equal(fclose(f), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct buf pdf CLEANUP(buf_fini) = {0};
        struct err err = {0};
        setenv("FONTCONFIG_FILE", conf, 1);
        bool made = paper_pdf(&plain, draw_text, "x", &pdf, &err);
        _exit(!made && err.kind == ERR_FATAL && strstr(err.text, "fonts-thai-tlwg") ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

/* facts: how many mm of the page are taken already. */
static void draw_headed_table(struct paper *p, const void *facts)
{
    static const struct paper_column two[] = {{.title = "NUMBER", .share = 1},
                                              {.title = "WORDS", .share = 1}};
    static const char *const cells[] = {
        "FIRST", "a row that needs a line and then another and one more to say what it has to say, "
                 "and then another and one more, as long subjects of letters do"};
    paper_skip(p, *(const int *)facts);
    struct paper_table *t = paper_table(p, two, ARRAY_LEN(two), 12);
    paper_heading(t, "HEADING", "NOTE");
    for (int i = 0; i < 20; i++) {
        paper_row(t, cells);
        assert_true(paper_y(p) <= paper_bottom(p));
    }
}

static void a_heading_stands_over_the_first_row_wherever_it_comes(void **state)
{
    for (int taken = 0; taken <= 250; taken += 5) {
        print(*state, &plain, draw_headed_table, &taken);
        const char *seen = said(*state, "pdftotext $F - | awk 'BEGIN { RS = \"\\f\" }"
                                        " /HEADING/ { print \"heading\", NR, ++n }"
                                        " /NOTE/ { note = NR } /NUMBER/ && !title { title = NR }"
                                        " /FIRST/ && !row { row = NR }"
                                        " END { print note, title, row }' | tr '\n' ' '");
        int heading, times, note, title, row;
        assert_int_equal(
            sscanf(seen, "heading %d %d %d %d %d", &heading, &times, &note, &title, &row), 5);
        assert_int_equal(times, 1);
        assert_int_equal(note, heading);
        assert_int_equal(title, heading);
        assert_int_equal(row, heading);
    }
}

int main(void)
{
#define with_folder(test) cmocka_unit_test_setup_teardown(test, folder_set_up, folder_tear_down)
    const struct CMUnitTest tests[] = {
        with_folder(without_its_font_no_page_is_made), /* first: fonts are read once a process */
        with_folder(words_come_out_as_they_went_in),
        with_folder(a_long_name_is_broken_without_a_hyphen),
        with_folder(thai_is_broken_between_words),
        with_folder(an_hour_is_not_torn_from_its_unit),
        with_folder(controls_and_bad_bytes_are_made_visible),
        with_folder(a_tower_of_marks_stays_in_its_line),
        with_folder(a_long_label_pushes_the_next_field_down),
        with_folder(letters_of_all_scripts_are_drawn),
        with_folder(titles_stand_on_every_page_and_rows_stay_whole),
        with_folder(a_heading_stands_over_the_first_row_wherever_it_comes),
        with_folder(a_monstrous_cell_ends_in_dots),
        with_folder(pages_are_numbered_only_where_there_are_several),
        with_folder(a_page_may_lie_on_its_side),
        with_folder(what_is_reserved_stays_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
