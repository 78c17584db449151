/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The kinds of difference between mailbox and ledger, in an officer's words. What is told apart how
 * stands in reconcile_differences() of 0031. */
#include "db/reconcile.h"

#include <string.h>

static const struct reconcile_class classes[] = {
    /* unexplained */
    {"not_taken", "อยู่ในกล่องขาเข้า แต่ทะเบียนไม่รู้จัก", "in the inbox, not in the ledger",
     "ดูบันทึกของบริการว่าเหตุใดจึงไม่รับ แล้วเปิดบริการใหม่",
     "see the service's log for why it was not taken; restart it"},
    {"not_settled", "เก็บแล้ว แต่ยังไม่ได้ลงทะเบียนหรือกันไว้",
     "stored, but neither registered nor set aside", "ดูบันทึกของบริการ ขั้น parse และ register",
     "see the service's log, steps parse and register"},
    {"not_filed", "ดำเนินการแล้ว แต่ยังอยู่ในกล่องขาเข้า", "settled, but still in the inbox",
     "ตรวจสิทธิ์ย้ายจดหมายของบัญชีนี้ แล้วเปิดบริการใหม่",
     "may the account move mail? then restart the service"},
    {"filed_but_in_inbox", "ทะเบียนว่าย้ายแล้ว แต่ยังอยู่ในกล่องขาเข้า",
     "the ledger says it was filed, but it lies in the inbox",
     "เปิดบริการใหม่ จะพบและย้ายอีกครั้ง ถ้าเป็นซ้ำให้แจ้งผู้ดูแลเซิร์ฟเวอร์อีเมล",
     "restart the service: it is met and moved again; if it comes back, tell the mail server's "
     "operator"},
    {"unknown_in_done", "อยู่ในแฟ้มที่ลงทะเบียนแล้ว แต่ทะเบียนไม่เคยพบ",
     "in the folder of registered mail, never met by the ledger",
     "มีผู้ย้ายไปเอง จึงยังไม่มีเลขรับ: ย้ายกลับกล่องขาเข้าเพื่อลงทะเบียน",
     "somebody put it there: it has no number. Move it to the inbox to have it registered"},
    {"unknown_in_aside", "อยู่ในแฟ้มพักไว้ แต่ทะเบียนไม่เคยพบ",
     "in the folder of mail set aside, never met by the ledger",
     "มีผู้ย้ายไปเอง จึงยังไม่มีเลขรับ: ย้ายกลับกล่องขาเข้าเพื่อลงทะเบียน",
     "somebody put it there: it has no number. Move it to the inbox to have it registered"},
    {"doubled", "มีมากกว่าที่ทะเบียนพบ", "more copies lie there than the ledger met",
     "มีผู้คัดลอกไว้ หรือเซิร์ฟเวอร์ย้ายซ้ำ: ลบฉบับที่เกิน เลขรับมีเลขเดียว",
     "somebody copied it, or the server moved it twice: delete what is too many; it has one "
     "number"},
    {"missing", "ย้ายเข้าแฟ้มแล้ว แต่ไม่พบที่ใด", "was filed, and lies nowhere",
     "มีผู้ลบหรือย้ายไปแฟ้มอื่น ต้นฉบับยังอยู่ครบในทะเบียน: สอบถามผู้ใช้ตู้จดหมาย",
     "somebody deleted it or took it to another folder; its bytes are in the register: ask who "
     "uses the mailbox"},
    {"gone_from_inbox", "หายจากกล่องขาเข้าโดยบริการไม่ได้ย้าย", "gone from the inbox, and not by us",
     "มีผู้ลบหรือย้ายก่อนบริการ ต้นฉบับยังอยู่ครบในทะเบียน: สอบถามผู้ใช้ตู้จดหมาย",
     "somebody was faster; its bytes are in the register: ask who uses the mailbox"},
    /* explained */
    {"waiting", "เพิ่งเข้ามา", "has just come", "ไม่ต้องทำอะไร จะรับในรอบถัดไป",
     "nothing: it is taken in the next round"},
    {"too_large", "ใหญ่เกินที่รับได้ จึงอยู่ในกล่องขาเข้า", "too large to take: it stays in the inbox",
     "ลงทะเบียนด้วยมือ แล้วย้ายออก", "register it by hand and move it away"},
    {"marked_deleted", "มีผู้ทำเครื่องหมายลบ จึงไม่ย้าย", "marked as deleted by somebody: not moved",
     "ไม่ต้องทำอะไร เรื่องอยู่ในทะเบียนแล้ว", "nothing: the register has it"},
    {"moved_by_human", "มีผู้ย้ายไปแฟ้มอื่นของตู้นี้", "moved between our folders by somebody",
     "ไม่ต้องทำอะไร เรื่องอยู่ในทะเบียนแล้ว", "nothing: the register has it"},
    {"move_not_noted", "ย้ายแล้ว แต่ทะเบียนยังไม่ได้จด", "moved, and the ledger has no note of it",
     "ไม่ต้องทำอะไร บริการหยุดกลางคันหลังย้าย หรือมีผู้ย้ายให้",
     "nothing: the service stopped right after the move, or somebody moved it"},
    {"copies", "มีผู้คัดลอก และรับทุกฉบับแล้ว", "copied by somebody, every copy met",
     "ไม่ต้องทำอะไร มีเลขรับเดียว", "nothing: it has one number"},
    {"released", "ปล่อยแล้ว แต่ยังอยู่ในแฟ้มพักไว้", "released, and still in the folder of mail set aside",
     "ไม่ต้องทำอะไร ย้ายได้ตามสะดวก", "nothing; move it as you like"},
    {"taken_by_human", "มีผู้นำออกจากกล่องขาเข้าก่อนบริการย้าย",
     "taken out of the inbox by somebody before we moved it", "ไม่ต้องทำอะไร เรื่องอยู่ในทะเบียนแล้ว",
     "nothing: the register has it"},
    {"cleaned", "เก่ากว่าทุกฉบับในแฟ้ม: ล้างแฟ้มไปแล้ว",
     "older than all that lie there: the folder was cleaned", "ไม่ต้องทำอะไร ต้นฉบับยังอยู่ครบในทะเบียน",
     "nothing: its bytes are in the register"},
    {"not_compared", "ยังอ่านเทียบไม่ครบ", "not compared yet", "สั่ง thanwela reconcile อีกครั้ง จะอ่านต่อ",
     "run thanwela reconcile again: it reads on"},
    {"uidvalidity", "เซิร์ฟเวอร์ตั้งเลขจดหมายใหม่ (UIDVALIDITY)",
     "the server began to count mails anew (UIDVALIDITY)", "ไม่ต้องทำอะไร จดหมายรู้จักกันด้วยเนื้อหา",
     "nothing: mails are known by their content"},
    {"other", "แตกต่าง", "differs", "ติดต่อผู้พัฒนา", "report it"},
};

const struct reconcile_class *reconcile_class(const char *name)
{
    size_t i = 0;
    while (i < ARRAY_LEN(classes) - 1 && strcmp(classes[i].name, name) != 0)
        i++;
    return &classes[i];
}
