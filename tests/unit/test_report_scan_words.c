/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "report/scan_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void an_officer_reads_thai(void **state)
{
    static const char *const cases[][2] = {
        {"the PDF asks for a password", "ต้องใช้รหัสผ่าน"},
        {"the PDF cannot be opened: no objects found", "เปิดแฟ้ม PDF ไม่ได้"},
        {"page 12: a picture of 30000 x 20000 pixels is larger than the limit",
         "หน้า 12: ภาพ 30000 x 20000 จุด ใหญ่เกินกำหนด"},
        {"แนบ/สัญญา.pdf: the PDF asks for a password", "แนบ/สัญญา.pdf: ต้องใช้รหัสผ่าน"},
        {"more.zip: a.pdf: page 2: the file is empty", "more.zip: a.pdf: หน้า 2: แฟ้มว่าง"},
        {"600 pages, of which 500 were looked at", "มี 600 หน้า อ่านแล้ว 500 หน้า"},
        {"it takes too long to read: 31 s", "ใช้เวลาอ่านเกินกำหนด"},
        {"joined of 3 parts", "รวมจาก 3 ส่วน"},
        {"part 2 of 3 is missing", "ขาดส่วนที่ 2 จาก 3 ส่วน"},
        {"parts 2 and 4 of 5 are missing", "ขาดส่วนที่ 2 และ 4 จาก 5 ส่วน"},
        {"13 of 16 parts are missing", "ขาด 13 ส่วน จาก 16 ส่วน"},
        {"part 1 of 2 is there with two contents", "ส่วนที่ 1 จาก 2 ส่วน มีสองแบบไม่ตรงกัน"},
        {"2 parts do not belong together by their checksum", "2 ส่วนนี้ค่าตรวจสอบไม่ตรงกัน"},
        {"a library's own sentence", ""},
        {"page : x", ""},
        {"", ""},
        {"เปิดไฟล์นี้แล้วระบบล้มถึงสามครั้ง จึงไม่เปิดอีก", "เปิดไฟล์นี้แล้วระบบล้มถึงสามครั้ง จึงไม่เปิดอีก"},
    };
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(scan_words(a, cases[i][0]), cases[i][1]);
}

static void what_was_tried_is_told_in_thai(void **state)
{
    static const char *const cases[][2] = {
        {"page image 300 dpi, decoder on all of it, 1 solved module by module, sharpened and "
         "doubled in 2 places, finders by likeness in 1: 2 found",
         "ภาพของหน้า 300 dpi, อ่านซ้ำทั้งภาพ, ถอดทีละช่องได้ 1 รหัส, เพิ่มความคมและขยาย 2 แห่ง, "
         "หามุมรหัสที่เลือน 1 แห่ง: พบ 2 รหัส"},
        {"region 300 dpi, region 600 dpi: nothing found",
         "วาดบางส่วน 300 dpi, วาดบางส่วน 600 dpi: ไม่พบรหัส"},
        {"nothing on the page could hold a code: nothing found", "ไม่มีส่วนใดที่อาจเป็นรหัส: ไม่พบรหัส"},
        {"page 200 dpi, image: nothing found", "วาดทั้งหน้า 200 dpi, ภาพในหน้า: ไม่พบรหัส"},
        {"strips 200 dpi: 4 found", "ภาพที่เป็นแถบ 200 dpi: พบ 4 รหัส"},
        {"picture 200 dpi: 1 found", "ภาพ 200 dpi: พบ 1 รหัส"},
        {"picture, as an older scanner said it: nothing found",
         "ภาพ, as an older scanner said it: ไม่พบรหัส"},
        {"", ""},
    };
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(scan_steps_words(a, cases[i][0]), cases[i][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_officer_reads_thai),
        cmocka_unit_test(what_was_tried_is_told_in_thai),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
