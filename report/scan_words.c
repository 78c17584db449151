/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The scanner's sentences in Thai. See scan_words.h. */
#include "report/scan_words.h"

#include "base/buf.h"
#include <ctype.h>
#include <string.h>

/* # is a number, which the Thai words take over in order; * is the rest. */
struct words {
    const char *english, *thai;
};

static const struct words sentences[] = {
    {"the file is empty", "แฟ้มว่าง"},
    {"joined of # parts", "รวมจาก # ส่วน"},
    {"part # of # is missing", "ขาดส่วนที่ # จาก # ส่วน"},
    {"parts # and # of # are missing", "ขาดส่วนที่ # และ # จาก # ส่วน"},
    {"# of # parts are missing", "ขาด # ส่วน จาก # ส่วน"},
    {"part # of # is there with two contents", "ส่วนที่ # จาก # ส่วน มีสองแบบไม่ตรงกัน"},
    {"# parts do not belong together by their checksum", "# ส่วนนี้ค่าตรวจสอบไม่ตรงกัน"},
    {"files inside files, deeper than #", "แฟ้มซ้อนกันลึกเกิน # ชั้น"},
    {"archives inside archives, deeper than #", "แฟ้มบีบอัดซ้อนกันลึกเกิน # ชั้น"},
    {"more than # parts", "เกิน # ส่วน"},
    {"it ends within a file", "ขาดกลางแฟ้ม"},
    {"more than # pages", "เกิน # หน้า"},
    {"# pages, of which # were looked at", "มี # หน้า อ่านแล้ว # หน้า"},
    {"a password protects this Office file", "ต้องใช้รหัสผ่าน"},
    {"the PDF asks for a password", "ต้องใช้รหัสผ่าน"},
    {"the PDF has no pages that can be found", "ไม่พบหน้าในแฟ้ม PDF"},
    {"the PDF cannot be opened*", "เปิดแฟ้ม PDF ไม่ได้"},
    {"the PDF is broken, and there is no code in what is left of it",
     "แฟ้ม PDF เสียหาย ไม่พบรหัสในส่วนที่เหลือ"},
    {"the picture has no pixels", "ภาพว่าง"},
    {"a picture of # x # pixels is larger than the limit*", "ภาพ # x # จุด ใหญ่เกินกำหนด"},
    {"GIF: more than # pictures", "เกิน # ภาพ"},
    {"HEIC: larger than the limit", "ภาพใหญ่เกินกำหนด"},
    {"JPEG: *", "ภาพ JPEG เสียหาย"},
    {"PNG: *", "ภาพ PNG เสียหาย"},
    {"it takes too long to read*", "ใช้เวลาอ่านเกินกำหนด"},
    {"it takes too much memory to read*", "ใช้หน่วยความจำเกินกำหนด"},
    {"it says more than is listened to*", "เนื้อหามากเกินกำหนด"},
    {"the reader ended without a verdict*", "ตัวอ่านหยุดก่อนอ่านจบ"},
    {"the reader gave up on it*", "ตัวอ่านอ่านต่อไม่ได้"},
    {"the reader crashed on it*", "ตัวอ่านล้มขณะเปิดแฟ้มนี้"},
    {"it made the reader ask for what is forbidden*", "แฟ้มพยายามทำสิ่งที่ไม่อนุญาต"},
};

static const struct words steps_tried[] = {
    {"page image # dpi", "ภาพของหน้า # dpi"},
    {"strips # dpi", "ภาพที่เป็นแถบ # dpi"},
    {"page # dpi", "วาดทั้งหน้า # dpi"},
    {"region # dpi", "วาดบางส่วน # dpi"},
    {"image", "ภาพในหน้า"},
    {"picture # dpi", "ภาพ # dpi"},
    {"picture", "ภาพ"},
    {"decoder on all of it", "อ่านซ้ำทั้งภาพ"},
    {"# solved module by module", "ถอดทีละช่องได้ # รหัส"},
    {"sharpened and doubled in # places", "เพิ่มความคมและขยาย # แห่ง"},
    {"finders by likeness in #", "หามุมรหัสที่เลือน # แห่ง"},
    {"nothing on the page could hold a code", "ไม่มีส่วนใดที่อาจเป็นรหัส"},
    {"# found", "พบ # รหัส"},
    {"nothing found", "ไม่พบรหัส"},
};

enum { NUMBERS_MAX = 4 };

struct numbers {
    const char *at[NUMBERS_MAX];
    int n;
};

static bool matches(const char *text, const char *pattern, struct numbers *out)
{
    out->n = 0;
    for (; *pattern && *pattern != '*'; pattern++) {
        if (*pattern != '#') {
            if (*text++ != *pattern)
                return false;
            continue;
        }
        if (!isdigit((unsigned char)*text))
            return false;
        out->at[out->n++] = text;
        text += strspn(text, "0123456789");
    }
    return *pattern == '*' || !*text;
}

static void add_thai(const char *thai, const struct numbers *numbers, struct buf *out)
{
    for (int i = 0; *thai; thai++) {
        if (*thai != '#') {
            buf_addc(out, *thai);
            continue;
        }
        buf_add(out, numbers->at[i], strspn(numbers->at[i], "0123456789"));
        i++;
    }
}

static bool add_words(const struct words *words, size_t n, const char *text, struct buf *out)
{
    struct numbers numbers;
    for (size_t i = 0; i < n; i++) {
        if (!matches(text, words[i].english, &numbers))
            continue;
        add_thai(words[i].thai, &numbers, out);
        return true;
    }
    return false;
}

/* "page 3: " or "a member's name: ", and then its sentence. */
const char *scan_words(struct arena *a, const char *why)
{
    struct buf out CLEANUP(buf_fini) = {0};
    struct numbers page;
    for (const char *text = why; !add_words(sentences, ARRAY_LEN(sentences), text, &out);) {
        const char *colon = strstr(text, ": ");
        if (!colon)
            return (unsigned char)*why >= 0x80 ? why : ""; /* said in Thai, or by a library */
        if (matches(text, "page #: *", &page))
            add_thai("หน้า #: ", &page, &out);
        else
            buf_add(&out, text, (size_t)(colon + 2 - text));
        text = colon + 2;
    }
    return arena_strdup(a, buf_str(&out));
}

/* "what, what, what: what came of it". What an older scanner wrote stays as it is. */
const char *scan_steps_words(struct arena *a, const char *steps)
{
    struct buf out CLEANUP(buf_fini) = {0};
    for (const char *text = steps; *text;) {
        size_t n = strcspn(text, ",:");
        if (!add_words(steps_tried, ARRAY_LEN(steps_tried), arena_strndup(a, text, n), &out))
            buf_add(&out, text, n);
        text += n;
        n = strspn(text, ",: ");
        buf_add(&out, text, n);
        text += n;
    }
    return arena_strdup(a, buf_str(&out));
}
