/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Events in Thai. See event_words.h. */
#include "report/event_words.h"

#include "base/cleanup.h"
#include <string.h>

static const struct {
    const char *what, *th;
} words[] = {
    {"register", "ลงทะเบียน"},
    {"register by hand", "ลงทะเบียนด้วยมือ"},
    {"receipt", "ออกใบรับ"},
    {"scanned, no receipt", "อ่านแฟ้มแล้ว ไม่ส่งใบรับทางอีเมล"},
    {"assign", "มอบเรื่อง"},
    {"status", "เปลี่ยนสถานะ"},
    {"cancel", "ยกเลิกเลขทะเบียน"},
    {"release", "ปล่อยเข้าทะเบียน"},
    {"incomplete", "ไม่ครบ"},
    {"complete", "ครบ"},
    {"completed by", "ครบด้วยฉบับอื่น"},
    {"add matter", "ตั้งเรื่อง"},
    {"expect answer", "กำหนดหน่วยงานที่ต้องส่ง"},
    {"meeting of matter", "กำหนดวันประชุมของเรื่อง"},
    {"set deadline", "กำหนดวันส่ง"},
    {"extend deadline", "ขยายเวลา"},
    {"move deadlines", "ย้ายกำหนดตามปฏิทิน"},
    {"exempt", "ยกเว้น"},
    {"end exemption", "เลิกยกเว้น"},
    {"present", "เสนอแล้ว"},
    {"link", "ออกลิงก์"},
    {"secret", "กำหนดชั้นความลับ"},
    {"no longer secret", "ยกเลิกชั้นความลับ"},
    {"revoke link", "เพิกถอนลิงก์"},
    {"scan again", "สั่งอ่านแฟ้มใหม่"},
    {"scanned again", "อ่านแฟ้มใหม่แล้ว"},
    {"move meeting", "เลื่อนการประชุม"},
    {"cancel meeting", "ยกเลิกการประชุม"},
    {"add meeting", "นัดประชุม"},
    {"reconcile", "เทียบตู้จดหมายกับทะเบียน"},
    {"notice", "แจ้งหน่วยงาน"},
};

const char *event_words(const char *what)
{
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strcmp(words[i].what, what) == 0)
            return words[i].th;
    return what;
}
