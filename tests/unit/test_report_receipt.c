/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/buf.h"
#include "base/clock.h"
#include "qr/token.h"
#include "report/receipt.h"
#include "tests/unit/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

static const char token_text[] = "CEDRCUQKAR5QAYCOZ3RQAEJCGNCFKZTXRCM2VO6M3XXP7ERJ7W2QPZEFPFP34LRE4"
                                 "UQ6CMN3OD7MPHSYZXFXKLP2ABWUFYVE"
                                 "2MYQ4S2VNFDYB6XU5HGGT5DC3QQAZ3KSQZN3HYQRE7I46CTTHUCQ";
static const char link_text[] = "HTTPS://THANWELA.EXAMPLE.GO.TH/R/"
                                "CEDRCUQKAR5QAYCOZ3RQAEJCGNCFKZTXRCM2VO6M3XXP7ERJ7W2QPZEFPFP34LRE4U"
                                "Q6CMN3OD7MPHSYZXFXKLP2ABWUFYVE"
                                "2MYQ4S2VNFDYB6XU5HGGT5DC3QQAZ3KSQZN3HYQRE7I46CTTHUCQ";

static const struct receipt_file three_files[] = {
    {"หนังสือนำส่ง กค 0503-1234.pdf", 245678, {0xab, 0xcd, 0xef, 0x01, 0x23, 0x45}, 2, NULL},
    {"สิ่งที่ส่งมาด้วย 1 ตารางประมาณการ.xlsx", 1048576, {0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc}, 0, NULL},
    {"สิ่งที่ส่งมาด้วย 2 ร่างกฎกระทรวง.pdf",
     52428800,
     {0xde, 0xad, 0xbe, 0xef, 0x00, 0x11},
     34,
     "เข้ารหัสไว้ เปิดอ่านไม่ได้"},
};

static struct receipt usual(void)
{
    return (struct receipt){
        .office_name = "สำนักงานรัฐมนตรี กระทรวงการคลัง",
        .office_addr = "saraban@minister.example.go.th",
        .series = "R",
        .year = 2564,
        .no = 123,
        .entered_at_us = at("2021-03-15T10:05:07"),
        .registered_at_us = at("2021-03-15T10:06:12"),
        .deemed_at_us = at("2021-03-15T10:05:07"),
        .agency = "กรมศุลกากร",
        .from_name = "งานสารบรรณ กรมศุลกากร",
        .from_addr = "saraban@customs.example.go.th",
        .letter_no = "กค 0503/1234",
        .letter_date_us = at("2021-03-12"),
        .subject = "ขอส่งความเห็นประกอบการพิจารณาของคณะรัฐมนตรี เรื่อง "
                   "ร่างกฎกระทรวงกำหนดอัตราอากรศุลกากร พ.ศ. ....",
        .class_name = "CAB-OPINION",
        .urgency = "ด่วนที่สุด",
        .files = three_files,
        .n_files = ARRAY_LEN(three_files),
        .n_claimed = 3,
        .due_at_us = at("2021-03-16T12:00"),
        .due_basis = "การประชุมคณะรัฐมนตรี 23 มี.ค. 64 ปิดรับ 3 วันทำการก่อน เวลา 12.00 น. (ปฏิทินฉบับที่ 7)",
        .judgement = "ON_TIME",
        .judgement_why =
            "รับ 15 มี.ค. 64 10:05 ก่อนกำหนด 16 มี.ค. 64 12:00 เป็นเวลา 1 วัน 1 ชั่วโมง 55 นาที",
        .url = link_text,
        .token = token_text,
    };
}

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
    enum { SAID_MAX = 1 << 20 };
    FILE *f = popen(command, "r");
    assert_non_null(f);
    char *text = arena_alloc(b->a, SAID_MAX);
    assert_true(fread(text, 1, SAID_MAX - 1, f) > 0);
    assert_int_equal(pclose(f), 0);
    return text;
}

static char *page_of(struct bench *b, const struct receipt *r, const char *name)
{
    struct buf pdf CLEANUP(buf_fini) = {0};
    struct err err = {0};
    if (!receipt_pdf(r, &pdf, &err))
        fail_msg("%s", err.text);
    return save(b, name, &pdf);
}

/* The words of the page without blanks and line ends: pdftotext sets its own. */
static char *words_of(struct bench *b, const char *path)
{
    char *text = said_by(b, arena_printf(b->a, "pdftotext -raw -enc UTF-8 '%s' -", path)),
         *out = text;
    for (const char *p = text; *p; p++)
        if (!strchr(" \n\r\f\t", *p))
            *out++ = *p;
    *out = 0;
    return text;
}

static void assert_says(const char *words, const char *wanted)
{
    if (!strstr(words, wanted))
        fail_msg("\"%s\" is not on the page: %s", wanted, words);
}

static int pages_of(struct bench *b, const char *path)
{
    return atoi(said_by(b, arena_printf(b->a, "pdfinfo '%s' | sed -n 's/^Pages: *//p'", path)));
}

static void the_page_says_all_fields_in_thai(void **state)
{
    struct bench *b = *state;
    static const char *const wanted[] = {"สำนักงานรัฐมนตรีกระทรวงการคลัง",
                                         "ใบรับหนังสืออิเล็กทรอนิกส์",
                                         "๑๒๓/๒๕๖๔",
                                         "๑๕มีนาคม๒๕๖๔",
                                         "๑๐.๐๕น.",
                                         "๑๐.๐๕.๐๗น.",
                                         "๑๐.๐๖.๑๒น.",
                                         "กรมศุลกากร",
                                         "<saraban@customs.example.go.th>",
                                         "กค๐๕๐๓/๑๒๓๔",
                                         "๑๒มีนาคม๒๕๖๔",
                                         "ร่างกฎกระทรวงกำหนดอัตราอากรศุลกากรพ.ศ.....",
                                         "ความเห็นประกอบการพิจารณาของคณะรัฐมนตรี",
                                         "ด่วนที่สุด",
                                         "๑๖มีนาคม๒๕๖๔เวลา๑๒.๐๐น.",
                                         "(ปฏิทินฉบับที่๗)",
                                         "ทันเวลา",
                                         "ได้รับ๓ไฟล์",
                                         "๓รายการ",
                                         "หนังสือนำส่งกค0503-1234.pdf",
                                         "๒๔๕,๖๗๘",
                                         "abcdef012345",
                                         "เข้ารหัสไว้เปิดอ่านไม่ได้",
                                         "ใบรับนี้ยืนยันการได้รับข้อมูลมิได้รับรองความถูกต้องครบถ้วนของเนื้อหา",
                                         token_text};
    struct receipt r = usual();
    char *path = page_of(b, &r, "usual.pdf");
    char *words = words_of(b, path);
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
        assert_says(words, wanted[i]);
    assert_int_equal(pages_of(b, path), 1);
    assert_null(strstr(words, "หน้า๑/๑"));
}

static void another_reader_reads_the_code_on_the_page(void **state)
{
    struct bench *b = *state;
    struct receipt r = usual();
    char *path = page_of(b, &r, "usual.pdf");
    static const int dpi[] = {100, 150, 300};
    for (size_t i = 0; i < ARRAY_LEN(dpi); i++) {
        char *read = said_by(b, arena_printf(b->a,
                                             "pdftoppm -r %d -gray -singlefile '%s' '%s/p' && "
                                             "zbarimg -q --raw --oneshot '%s/p.pgm' 2>/dev/null",
                                             dpi[i], path, b->folder, b->folder));
        assert_string_equal(read, link_text);
    }
}

static void what_is_not_known_is_said(void **state)
{
    struct bench *b = *state;
    struct receipt r = {.office_name = "สำนักงานรัฐมนตรี",
                        .year = 2564,
                        .no = 1,
                        .entered_at_us = at("2021-01-01T00:00"),
                        .registered_at_us = TIME_NONE,
                        .deemed_at_us = TIME_NONE,
                        .letter_date_us = TIME_NONE,
                        .due_at_us = TIME_NONE,
                        .n_claimed = -1,
                        .judgement = "NO_DEADLINE",
                        .sender_unverified = true,
                        .url = link_text,
                        .token = token_text};
    char *words = words_of(b, page_of(b, &r, "empty.pdf"));
    static const char *const wanted[] = {"ไม่พบในทะเบียนหน่วยงาน",
                                         "ไม่ระบุที่อยู่ผู้ส่ง(ผู้ส่งยังไม่ยืนยัน)",
                                         "ยังไม่กำหนด",
                                         "ไม่มีไฟล์แนบ",
                                         "หนังสือไม่ระบุจำนวน",
                                         "ไม่พบ",
                                         "ไม่ระบุ",
                                         "๐๐.๐๐น."};
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
        assert_says(words, wanted[i]);
    assert_null(strstr(words, "(null)"));
}

static void each_judgement_has_its_words(void **state)
{
    struct bench *b = *state;
    static const struct {
        const char *judgement, *label, *words;
    } cases[] = {
        {"ON_TIME", NULL, "ทันเวลา"},
        {"ON_TIME", "ทันตามกำหนดใหม่ (เดิมไม่ทัน)", "ทันตามกำหนดใหม่(เดิมไม่ทัน)"},
        {"LATE", NULL, "ไม่ทัน"},
        {"OVERDUE", NULL, "เกินกำหนดและยังไม่ได้รับ"},
        {"DUE_SOON", NULL, "ใกล้ครบกำหนด"},
        {"PENDING", NULL, "รอรับ"},
        {"NO_DEADLINE", NULL, "ยังไม่กำหนด"},
        {"INCOMPLETE", NULL, "มาทันแต่ไม่ครบ"},
        {"EXEMPT", NULL, "ยกเว้น"},
        {NULL, NULL, "ยังไม่พิจารณา"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct receipt r = usual();
        r.judgement = cases[i].judgement;
        r.judgement_label = cases[i].label;
        r.judgement_why = NULL;
        r.n_files = 0;
        assert_says(words_of(b, page_of(b, &r, "judged.pdf")), cases[i].words);
    }
}

static void a_secret_letter_is_marked_and_its_files_are_not_named(void **state)
{
    struct bench *b = *state;
    struct receipt r = usual();
    r.secrecy = "ลับมาก";
    r.subject = "(ลับมาก)";
    char *words = words_of(b, page_of(b, &r, "secret.pdf"));
    assert_says(words, "ไม่แสดงรายการไฟล์");
    assert_says(words, "ได้รับ๓ไฟล์");
    assert_null(strstr(words, "0503-1234.pdf"));
    assert_null(strstr(words, "abcdef012345"));
    int marks = 0;
    for (const char *p = words; (p = strstr(p, "ลับมาก")); p++)
        marks++;
    assert_true(marks >= 3);
}

static void deemed_receipt_shows_both_times(void **state)
{
    struct bench *b = *state;
    struct receipt r = usual();
    r.entered_at_us = at("2021-03-12T18:20:01");
    r.deemed_at_us = at("2021-03-15T08:30");
    r.basis_deemed = true;
    char *words = words_of(b, page_of(b, &r, "deemed.pdf"));
    assert_says(words, "๑๘.๒๐.๐๑น.");
    assert_says(words, "ถือว่าได้รับในเวลาราชการ๑๕มีนาคม๒๕๖๔เวลา๐๘.๓๐.๐๐น.");
}

/* Every number from 1 to n_files stands at the start of its row, on pages that are numbered. */
static void five_hundred_files_go_on_over_pages(void **state)
{
    struct bench *b = *state;
    enum { N = 500 };
    struct receipt_file *files = arena_array(b->a, N, sizeof *files);
    for (int i = 0; i < N; i++)
        files[i] = (struct receipt_file){.filename =
                                             arena_printf(b->a, "เอกสารประกอบ-%03d-end.pdf", i + 1),
                                         .size_bytes = (uint64_t)i};
    struct receipt r = usual();
    r.files = files;
    r.n_files = N;
    r.n_claimed = 499;
    char *path = page_of(b, &r, "many.pdf");
    char *words = words_of(b, path);
    int pages = pages_of(b, path);
    assert_true(pages > 10 && pages < 30);
    for (int i = 0; i < N; i++)
        assert_says(words, files[i].filename);
    assert_says(words, "หน้า๒/");
    assert_says(words, "เลขทะเบียนรับ๑๒๓/๒๕๖๔(ต่อ)");
    assert_says(words, "ได้รับ๕๐๐ไฟล์(หนังสือระบุสิ่งที่ส่งมาด้วย๔๙๙รายการ)");
}

/* No ink in a frame of 8 mm around each page. */
static void assert_margins_are_clean(struct bench *b, const char *path)
{
    said_by(b, arena_printf(b->a, "rm -f '%s'/m-*; pdftoppm -r 50 -gray '%s' '%s/m' && ls '%s'",
                            b->folder, path, b->folder, b->folder));
    said_by(b, arena_printf(b->a,
                            "python3 -c \"\nimport sys,glob\nfrom PIL import Image\n"
                            "for f in glob.glob('%s/m-*.pgm'):\n"
                            "    im=Image.open(f); w,h=im.size; e=16\n"
                            "    boxes=[(0,0,w,e//2),(0,h-e//2,w,h),(0,0,e,h),(w-e,0,w,h)]\n"
                            "    bad=[x for x in boxes if im.crop(x).getextrema()[0]<200]\n"
                            "    assert not bad,(f,bad)\nprint('clean')\n\"",
                            b->folder));
}

static void monstrous_data_stays_inside_the_margins(void **state)
{
    struct bench *b = *state;
    char *no_blanks = arena_alloc(b->a, 6001), *thai = arena_alloc(b->a, 9001);
    memset(no_blanks, 'W', 6000);
    for (int i = 0; i < 3000; i++)
        memcpy(thai + 3 * i, &"ที่"[3 * (i % 3)], 3);
    struct receipt_file files[] = {{no_blanks, UINT64_MAX, {0}, 2147483647, thai},
                                   {thai, 0, {0}, -1, NULL},
                                   {"\xff\xfe\x1b[31m\xe2\x80\xaegpj.exe\n\n\n", 1, {0}, 1, NULL}};
    struct receipt r = usual();
    r.no = INT64_MAX;
    r.series = "SARABAN9";
    r.office_name = r.agency = r.from_name = r.from_addr = r.letter_no = thai;
    r.subject = r.due_basis = r.judgement_why = no_blanks;
    r.files = files;
    r.n_files = ARRAY_LEN(files);
    char *path = page_of(b, &r, "monster.pdf");
    assert_says(words_of(b, path), "gpj.exe");
    assert_margins_are_clean(b, path);
    struct receipt plain = usual();
    assert_margins_are_clean(b, page_of(b, &plain, "usual.pdf"));
}

/* In two processes, because libraries count their fonts. */
static void the_same_facts_give_the_same_bytes(void **state)
{
    struct bench *b = *state;
    struct receipt r = usual();
    char *here = page_of(b, &r, "first.pdf");
    page_of(b, &r, "again.pdf");
    pid_t pid = fork();
    if (pid == 0) {
        r.no++;
        page_of(b, &r, "other.pdf");
        r.no--;
        page_of(b, &r, "child.pdf");
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    said_by(b, arena_printf(b->a, "cmp '%s' '%s/again.pdf' && cmp '%s' '%s/child.pdf' && echo same",
                            here, b->folder, here, b->folder));
    char *info = said_by(b, arena_printf(b->a, "TZ=Asia/Bangkok pdfinfo -isodates '%s'", here));
    assert_says(info, "CreationDate:    2021-03-15T10:06:12+07");
}

static void the_picture_is_the_first_page(void **state)
{
    struct bench *b = *state;
    struct receipt r = usual();
    struct buf png CLEANUP(buf_fini) = {0};
    struct err err;
    assert_true(receipt_png(&r, 150, &png, &err));
    char *path = save(b, "usual.png", &png);
    assert_string_equal(
        said_by(b, arena_printf(b->a, "zbarimg -q --raw --oneshot '%s' 2>/dev/null", path)),
        link_text);
}

int main(void)
{
#define with_folder(test) cmocka_unit_test_setup_teardown(test, folder_set_up, folder_tear_down)
    const struct CMUnitTest tests[] = {
        with_folder(the_page_says_all_fields_in_thai),
        with_folder(another_reader_reads_the_code_on_the_page),
        with_folder(what_is_not_known_is_said),
        with_folder(each_judgement_has_its_words),
        with_folder(a_secret_letter_is_marked_and_its_files_are_not_named),
        with_folder(deemed_receipt_shows_both_times),
        with_folder(five_hundred_files_go_on_over_pages),
        with_folder(monstrous_data_stays_inside_the_margins),
        with_folder(the_same_facts_give_the_same_bytes),
        with_folder(the_picture_is_the_first_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
