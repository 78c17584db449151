/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The database's words as an officer reads them: in forms' lists and in cells. */
#include "web/parts.h"

#include "report/event_words.h"
#include "report/scan_words.h"
#include <string.h>

static const struct {
    const char *word, *th, *en;
} words[] = {
    {"", "—", "—"},
    /* states of an item, and its verdicts */
    {"registered", "อยู่ในทะเบียน", "registered"},
    {"cancelled", "ยกเลิก", "cancelled"},
    {"check", "รอเจ้าหน้าที่ตรวจ", "to check"},
    {"unverified", "ผู้ส่งยังไม่ยืนยัน", "sender not verified"},
    {"on_time", "ทันเวลา", "in time"},
    {"late", "ไม่ทัน", "late"},
    {"incomplete", "มาทันแต่ไม่ครบ", "incomplete"},
    {"overdue", "เกินกำหนดและยังไม่ได้รับ", "overdue"},
    {"no_deadline", "ยังไม่กำหนด", "no deadline"},
    {"exempt", "ยกเว้น", "exempt"},
    {"ON_TIME", "ทันเวลา", "in time"},
    {"LATE", "ไม่ทัน", "late"},
    {"OVERDUE", "เกินกำหนดและยังไม่ได้รับ", "overdue, not received"},
    {"DUE_SOON", "ใกล้ครบกำหนด", "due soon"},
    {"PENDING", "รอรับ", "waiting"},
    {"NO_DEADLINE", "ยังไม่กำหนด", "no deadline"},
    {"INCOMPLETE", "มาทันแต่ไม่ครบ", "in time, incomplete"},
    {"EXEMPT", "ยกเว้น", "exempt"},
    /* mails without a number */
    {"quarantined", "กันไว้", "set aside"},
    {"duplicate", "ซ้ำ", "duplicates"},
    {"ignored", "ไม่ต้องลงทะเบียน", "ignored"},
    {"stored", "เก็บแล้ว รอลงทะเบียน", "stored, not registered yet"},
    /* the calendar */
    {"cabinet", "ครม.", "cabinet"},
    {"parliament", "สภา", "parliament"},
    {"regular", "ปกติ", "regular"},
    {"special", "พิเศษ", "special"},
    {"mobile", "สัญจร", "mobile"},
    {"planned", "นัด", "planned"},
    {"postponed", "เลื่อน", "postponed"},
    {"replaced", "แก้เวลาปิดรับ", "replaced"},
    {"annual", "ประจำปี", "annual"},
    {"substitute", "ชดเชย", "substitute"},
    {"regional", "เฉพาะพื้นที่", "regional"},
    /* classes */
    {"CAB-SUBMIT", "CAB-SUBMIT เสนอ ครม.", "CAB-SUBMIT for the Cabinet"},
    {"CAB-OPINION", "CAB-OPINION ความเห็นต่อ สลค.", "CAB-OPINION an opinion asked for"},
    {"CAB-URGENT", "CAB-URGENT เรื่องด่วน ครม.", "CAB-URGENT urgent, for the Cabinet"},
    {"CAB-FOLLOWUP", "CAB-FOLLOWUP ติดตามมติ ครม.", "CAB-FOLLOWUP after a resolution"},
    {"PARL-CONSULT", "PARL-CONSULT ข้อหารือของสมาชิก", "PARL-CONSULT members' consultations"},
    {"PARL-QUESTION", "PARL-QUESTION กระทู้ถาม", "PARL-QUESTION a question"},
    {"PARL-BILL", "PARL-BILL ร่างกฎหมาย", "PARL-BILL a bill"},
    {"OTHER", "OTHER อื่น ๆ", "OTHER"},
    /* levels of a deadline, as db/deadline.h counts them */
    {"1", "เจ้าหน้าที่สั่ง (ต้องมีเหตุผลและหนังสือ)", "an officer's word (with reason and source)"},
    {"2", "หนังสือที่ขอระบุวัน", "a day in the letter that asks"},
    {"3", "ด่วนภายใน", "urgent, within"},
    {"5", "นับวันทำการจากวันรับเรื่อง", "working days from receipt"},
    {"6", "นับวันจากวันรับเรื่อง", "days from receipt"},
    /* how a file was read */
    {"codes", "พบรหัส QR", "codes found"},
    {"none", "อ่านแล้ว ไม่พบรหัส QR", "read, no code"},
    {"encrypted", "เข้ารหัสไว้ เปิดอ่านไม่ได้", "encrypted"},
    {"damaged", "เสียหาย", "damaged"},
    {"unsupported", "ชนิดที่ไม่มีหน้าให้อ่าน", "a kind without pages"},
    {"limit", "เกินขนาดที่อ่าน", "over a limit"},
    {"poison", "อ่านไม่สำเร็จหลายครั้ง เลิกอ่าน", "given up"},
    /* a receipt on its way */
    {"ready", "รอส่ง", "ready"},
    {"sending", "กำลังส่ง", "sending"},
    {"sent", "ส่งแล้ว", "sent"},
    {"dead", "ส่งไม่ได้", "cannot be sent"},
};

const char *part_word(const struct web_request *r, const char *word)
{
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strcmp(words[i].word, word) == 0)
            return web_tr(r, words[i].th, words[i].en);
    return word;
}

const char *part_label(const struct web_request *r, const char *verdict, const char *label)
{
    return r->english && *verdict ? part_word(r, verdict) : label;
}

const char *part_event(const struct web_request *r, const char *what)
{
    return r->english ? what : event_words(what);
}

const char *part_scan(const struct web_request *r, const char *state, const char *why)
{
    const char *word = *state ? part_word(r, state) : web_tr(r, "รออ่าน", "waiting");
    const char *more = r->english ? why : scan_words(r->a, why);
    return *more ? arena_printf(r->a, "%s: %s", word, more) : word;
}
