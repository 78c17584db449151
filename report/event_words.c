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

const char *no_receipt_words(const char *why, bool english)
{
    static const struct {
        const char *why, *th, *en;
    } reasons[] = {
        {"automatic", "อีเมลอัตโนมัติ ไม่ตอบกลับ", "automatic mail is not answered"},
        {"list", "อีเมลจากรายชื่อเวียน ไม่ตอบกลับ", "mail of a list is not answered"},
        {"own", "อีเมลจากที่อยู่ของสำนักงานเอง", "mail of the office itself"},
        {"unverified", "ผู้ส่งยังไม่ยืนยัน", "the sender is not verified"},
        {"address", "ที่อยู่ผู้ส่งใช้ตอบกลับไม่ได้", "the sender's address cannot be answered"},
        {"cap", "ออกใบรับให้ที่อยู่นี้ครบจำนวนของวันแล้ว", "the day's receipts to this address are used up"},
        {"hand", "รับด้วยมือ ใบรับพิมพ์ให้ที่เคาน์เตอร์", "by hand: its receipt is printed"},
        {"unwritable", "จัดทำใบรับไม่ได้ ดูบันทึกของบริการ",
         "the receipt could not be written: see the service's log"},
    };
    for (size_t i = 0; why && i < ARRAY_LEN(reasons); i++)
        if (strcmp(why, reasons[i].why) == 0)
            return english ? reasons[i].en : reasons[i].th;
    return why ? why : "";
}

const char *event_why(const char *what, const char *why, bool english)
{
    return strcmp(what, "scanned, no receipt") == 0 ? no_receipt_words(why, english) : why;
}
