/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What a person is told when something is refused: a name, the sentence in English (for the log and
 * the terminal) and in Thai (for pages). Both take the same values in the same order: the compiler
 * holds them to it. A refusal that is not here is told on a page by its kind alone, so that no
 * library's words ever reach one.
 *
 *     return err_say(err, REFUSE_ITEM_UNKNOWN, register_no); */
#ifndef BASE_REFUSALS_H
#define BASE_REFUSALS_H

#include "base/err.h"

#define REFUSE_AGENCY_UNKNOWN                                                                      \
    "agency %s: there is none; thanwela agency list", "หน่วยงาน %s: ไม่มีรหัสนี้"
#define REFUSE_CANCEL_WHY                                                                          \
    "item %s: a number is cancelled only with a reason", "เลขรับ %s: การยกเลิกเลขต้องมีเหตุผล"
#define REFUSE_CLASS_UNKNOWN "class %s: there is none", "ประเภท %s: ไม่มีประเภทนี้"
#define REFUSE_COMPLETES_NOT                                                                       \
    "item %s cannot complete %s: it must be whole and have come after it, and %s must be marked "  \
    "incomplete",                                                                                  \
        "เลขรับ %s ทำให้ %s ครบไม่ได้: ต้องครบเอง มาทีหลัง และ %s ต้องถูกบันทึกว่าไม่ครบ"
#define REFUSE_CUTOFF_AFTER "the cut-off is after the meeting's start", "เวลาปิดรับอยู่หลังเวลาประชุม"
#define REFUSE_CUTOFF_DAYS                                                                         \
    "a cut-off is at most %d working days before the meeting",                                     \
        "เวลาปิดรับอยู่ก่อนประชุมได้ไม่เกิน %d วันทำการ"
#define REFUSE_CUTOFF_TIME                                                                         \
    "the cut-off's time of day is not one", "เวลาปิดรับไม่ใช่เวลาของวัน เขียนเช่น 12.00"
#define REFUSE_CUTOFF_WHAT                                                                         \
    "the cut-off is an instant: say the new one, or a number of working days",                     \
        "การประชุมนี้ปิดรับ ณ วันเวลาหนึ่ง ให้ระบุวันเวลาใหม่หรือจำนวนวันทำการ"
#define REFUSE_DAYS_RANGE                                                                          \
    "%d working days: a number from 0 to %d is counted", "%d วันทำการ: นับได้ 0 ถึง %d วัน"
#define REFUSE_DAY_FORM                                                                            \
    "%s: not read as a day; write 2021-04-09 12:00",                                               \
        "%s: อ่านเป็นวันที่ไม่ได้ เขียนเช่น 9 เม.ย. 2564 เวลา 12.00 น."
#define REFUSE_DEADLINE_DAYS                                                                       \
    "deadline: %d days: 0 to %d are counted", "กำหนด %d วัน: นับได้ 0 ถึง %d วัน"
#define REFUSE_DEADLINE_JUDGED                                                                     \
    "deadline: the answer is here whole and was judged; only an override with reason and "         \
    "document changes it",                                                                         \
        "เรื่องนี้รับครบและพิจารณาแล้ว เปลี่ยนได้เฉพาะคำสั่งของเจ้าหน้าที่ที่มีเหตุผลและหนังสืออ้างอิง"
#define REFUSE_DEADLINE_LEVEL                                                                      \
    "deadline: %d is not a level from 1 to 7", "ระดับของกำหนด %d: มีระดับ 1 ถึง 7"
#define REFUSE_DEADLINE_OVERRIDE_WANTS                                                             \
    "deadline: an override needs its reason and its document",                                     \
        "กำหนดที่เจ้าหน้าที่สั่งต้องมีเหตุผลและหนังสืออ้างอิง"
#define REFUSE_DEADLINE_WHEN                                                                       \
    "deadline: a date or an instant must be given", "ต้องระบุวันหรือเวลาที่ครบกำหนด"
#define REFUSE_EXPECTATION_UNKNOWN                                                                 \
    "expectation %lld: there is none of that number", "ไม่มีรายการที่ต้องส่งที่ %lld"
#define REFUSE_EXTENSION_NONE                                                                      \
    "deadline: there is none to extend, or the new end is not after the old",                      \
        "ไม่มีกำหนดให้ขยาย หรือกำหนดใหม่ไม่อยู่หลังกำหนดเดิม"
#define REFUSE_EXTENSION_WHAT                                                                      \
    "deadline: an extension is a number of days or a new end",                                     \
        "การขยายเวลาต้องระบุจำนวนวันหรือวันครบกำหนดใหม่"
#define REFUSE_EXTENSION_WHY "deadline: an extension needs a reason", "การขยายเวลาต้องมีเหตุผล"
#define REFUSE_HAND_TIME_WHY                                                                       \
    "by hand: a time of receipt that is not now wants its reason", "เวลารับที่ไม่ใช่ขณะนี้ต้องมีเหตุผล"
#define REFUSE_HAND_TOO_EARLY "by hand: the time it came is still to come", "เวลารับนี้ยังมาไม่ถึง"
#define REFUSE_HAND_WANTS                                                                          \
    "by hand: wants a subject and 1 to %d files", "ต้องมีชื่อเรื่อง และแฟ้มหนึ่งถึง %d แฟ้ม"
#define REFUSE_HOLIDAY_KIND                                                                        \
    "%s: a holiday is annual, substitute, special or regional", "%s: ไม่ใช่ชนิดของวันหยุด"
#define REFUSE_HOLIDAY_NAME "the holiday has no name", "วันหยุดต้องมีชื่อ"
#define REFUSE_HOLIDAY_REGION                                                                      \
    "%s: a regional holiday, and no other, names its region",                                      \
        "%s: วันหยุดประจำภาค และชนิดนี้เท่านั้น ต้องระบุพื้นที่"
#define REFUSE_HOLIDAY_REVOKED "%s: revoked before it was announced", "%s: ยกเลิกก่อนวันที่ประกาศ"
#define REFUSE_HOLIDAY_WANTS   "a holiday needs its day and its name", "วันหยุดต้องมีวันและชื่อ"
#define REFUSE_ITEM_CANCELLED  "item %s: its number is cancelled", "เลขรับ %s ถูกยกเลิกแล้ว"
#define REFUSE_ITEM_UNKNOWN    "item %s: no such number in the register", "ไม่มีเลขรับ %s ในทะเบียน"
#define REFUSE_KPI_LIST                                                                            \
    "--list %s of kpi: there are in_time, late, presented, open, matters, reported, mismatches, "  \
    "results",                                                                                     \
        "ไม่มีรายการ %s ของตัวชี้วัด ที่มีคือ in_time, late, presented, open, matters, reported, "           \
        "mismatches, results"
#define REFUSE_KPI_POPULATION                                                                      \
    "--population %s: is cabinet, parliament or combined",                                         \
        "--population %s: เป็น cabinet, parliament หรือ combined"
#define REFUSE_KPI_SCOPE                                                                           \
    "--scope %s: is quarter, half or cumulative", "--scope %s: เป็น quarter, half หรือ cumulative"
#define REFUSE_KPI_SCOPE_QUARTER                                                                   \
    "--scope %s: wants --quarter, such as 2564Q3", "--scope %s: ต้องระบุไตรมาส เช่น 2564Q3"
#define REFUSE_KPI_UNDEFINED                                                                       \
    "kpi: no definition covers fiscal year %d: enter one with thanwela kpi define",                \
        "ยังไม่มีนิยามตัวชี้วัดของปีงบประมาณ %d ให้ผู้ดูแลเพิ่มด้วย thanwela kpi define"
#define REFUSE_LATENESS_LIST                                                                       \
    "%s: no such list; there are %syear.expected, year.in_time, year.late, year.missing, "         \
    "year.incomplete, year.waiting",                                                               \
        "ไม่มีรายการ %s ที่มีคือ %syear.expected, year.in_time, year.late, year.missing, "               \
        "year.incomplete, year.waiting"
#define REFUSE_LINK_DAYS "link: days must be from 1 to %d", "อายุของลิงก์คือ 1 ถึง %d วัน"
#define REFUSE_LINK_NO_FILE                                                                        \
    "item %s: there is no such file; thanwela item show lists them", "เลขรับ %s: ไม่มีแฟ้มแนบนี้"
#define REFUSE_LINK_SECRET                                                                         \
    "item %s is secret: its files have no link", "เลขรับ %s เป็นความลับ ออกลิงก์ถึงแฟ้มไม่ได้"
#define REFUSE_LINK_UNKNOWN "link %d: there is none that is open", "ลิงก์ที่ %d: ไม่มี หรือปิดไปแล้ว"
#define REFUSE_MAIL_ADDRESS "%s: not a mail address", "%s: ไม่ใช่ที่อยู่อีเมล"
#define REFUSE_MAIL_NOT_HELD                                                                       \
    "mail %lld is %s, not quarantined: nothing to release",                                        \
        "จดหมายรหัส %lld (%s) ไม่ได้ถูกกันไว้ อาจมีผู้ปล่อยแล้ว"
#define REFUSE_MAIL_TOO_LARGE                                                                      \
    "mail %lld was too large to be taken: register it by hand",                                    \
        "จดหมายรหัส %lld ใหญ่เกินกำหนด ให้ลงทะเบียนด้วยมือ"
#define REFUSE_MAIL_UNKNOWN                                                                        \
    "there is no mail %lld: see `thanwela item list --state quarantined`", "ไม่มีจดหมายรหัส %lld"
#define REFUSE_MATTER_CLASS                                                                        \
    "%s: no such class; they are CAB-SUBMIT, CAB-OPINION, CAB-URGENT, CAB-FOLLOWUP, "              \
    "PARL-CONSULT, PARL-QUESTION, PARL-BILL and OTHER",                                            \
        "%s: ไม่มีประเภทนี้ ที่มีคือ CAB-SUBMIT, CAB-OPINION, CAB-URGENT, CAB-FOLLOWUP, PARL-CONSULT, "    \
        "PARL-QUESTION, PARL-BILL และ OTHER"
#define REFUSE_MATTER_NO_UNKNOWN                                                                   \
    "matter %d/%d: there is none; see thanwela matter list", "ไม่มีเรื่องที่ %d/%d"
#define REFUSE_MATTER_TAKEN   "matter %d/%d: there is one of that number", "เรื่องที่ %d/%d: มีเลขนี้แล้ว"
#define REFUSE_MATTER_TITLE   "the matter has no title", "เรื่องต้องมีชื่อ"
#define REFUSE_MATTER_UNKNOWN "matter %s: there is none", "ไม่มีเรื่องที่ %s"
#define REFUSE_MEETING_BODY                                                                        \
    "%s: a meeting is of cabinet or parliament",                                                   \
        "%s: การประชุมเป็นของคณะรัฐมนตรี (cabinet) หรือรัฐสภา (parliament)"
#define REFUSE_MEETING_CHANGE_WHY                                                                  \
    "a meeting is moved or cancelled only with a reason", "การเลื่อนหรือยกเลิกประชุมต้องมีเหตุผล"
#define REFUSE_MEETING_KIND                                                                        \
    "%s: a meeting is regular, special or mobile",                                                 \
        "%s: ชนิดของการประชุมคือ ปกติ (regular) พิเศษ (special) หรือสัญจร (mobile)"
#define REFUSE_MEETING_NOT_PLANNED                                                                 \
    "meeting %d: there is none planned of that number", "ไม่มีการประชุมที่ %d ที่นัดไว้"
#define REFUSE_MEETING_OTHER                                                                       \
    "meeting %lld is planned for that instant with another kind or cut-off; move it with a "       \
    "reason",                                                                                      \
        "การประชุมที่ %lld นัด ณ เวลานั้นด้วยชนิดหรือเวลาปิดรับอื่น ให้เลื่อนโดยมีเหตุผล"
#define REFUSE_MEETING_OVER                                                                        \
    "meeting %d: it is %s and not planned any more", "การประชุมที่ %d (%s) ไม่ได้นัดอยู่แล้ว"
#define REFUSE_MEETING_TAKEN                                                                       \
    "meeting %lld of that body is planned for that instant already",                               \
        "มีการประชุมที่ %lld นัดไว้ ณ เวลานั้นแล้ว"
#define REFUSE_MEETING_UNKNOWN "meeting %d: there is none of that number", "ไม่มีการประชุมที่ %d"
#define REFUSE_MEETING_WHEN    "a meeting needs its day and time", "การประชุมต้องมีวันและเวลา"
#define REFUSE_MEETING_WHY                                                                         \
    "meeting %d: a reason must be given", "การเลื่อนหรือยกเลิกการประชุมที่ %d ต้องมีเหตุผล"
#define REFUSE_MOVES_WHY    "deadlines are moved only with a reason", "การย้ายกำหนดต้องมีเหตุผล"
#define REFUSE_NOT_EXPECTED "this agency is not asked for this matter", "เรื่องนี้ไม่ได้กำหนดให้หน่วยงานนี้ส่ง"
#define REFUSE_NOT_SCANNED                                                                         \
    "item %s: its files are still being read; try again in a moment",                              \
        "เลขรับ %s: ยังอ่านแฟ้มไม่เสร็จ ลองใหม่ในอีกสักครู่"
#define REFUSE_NOT_YET     "%s: that is still to come", "%s: ยังไม่ถึงเวลานี้"
#define REFUSE_NUMBER_FORM "%s %s: wants a number such as 12/2564", "%.0s%s: เขียนเป็นเลข เช่น 12/2564"
#define REFUSE_PAPER_ROWS                                                                          \
    "report %s: %d rows are too many for paper, which takes %d: ask for a shorter period, or for " \
    "xlsx",                                                                                        \
        "รายงาน %s: %d แถวมากเกินไปสำหรับกระดาษ ซึ่งรับได้ %d แถว ให้เลือกช่วงที่สั้นลง หรือใช้ xlsx"
#define REFUSE_PRESENTED_LATER                                                                     \
    "matter %s: presented at %s is still to come: enter it when it was presented",                 \
        "เรื่องที่ %s: เวลาเสนอ %s ยังมาไม่ถึง ให้บันทึกเมื่อเสนอแล้ว"
#define REFUSE_RESCAN_NONE                                                                         \
    "item %s: no file of it was given up: nothing to release", "เลขรับ %s: ไม่มีแฟ้มที่เลิกอ่านไป"
#define REFUSE_REVOKE_WHY                                                                          \
    "link %d: a link is revoked only with a reason", "การเพิกถอนลิงก์ที่ %d ต้องมีเหตุผล"
#define REFUSE_SECRECY_OF_MATTER                                                                   \
    "item %s: its matter is secret; lift the matter's first",                                      \
        "เลขรับ %s: เรื่องของหนังสือนี้เป็นความลับ ให้ยกเลิกชั้นความลับของเรื่องก่อน"
#define REFUSE_SECRECY_SAME        "item %s: it is so already", "เลขรับ %s: เป็นเช่นนี้อยู่แล้ว"
#define REFUSE_SECRECY_SAME_MATTER "matter %s: it is so already", "เรื่องที่ %s: เป็นเช่นนี้อยู่แล้ว"
#define REFUSE_SECRECY_UNKNOWN     "%s: no such secrecy", "%s: ไม่มีชั้นความลับนี้ ที่มีคือ ลับ ลับมาก ลับที่สุด"
#define REFUSE_SECRECY_WHY                                                                         \
    "%s: secrecy is changed only with a reason", "%s: การเปลี่ยนชั้นความลับต้องมีเหตุผล"
#define REFUSE_SECRECY_WORD                                                                        \
    "secrecy %s: there is none; there are ลับ, ลับมาก, ลับที่สุด", "ชั้นความลับ %s: ไม่มี ที่มีคือ ลับ ลับมาก "     \
                                                             "ลับที่สุด"
#define REFUSE_STATUS_UNKNOWN                                                                      \
    "status %s: there is none; there are %s", "สถานะ %s: ไม่มีสถานะนี้ ที่มีคือ %s"
#define REFUSE_UPLOAD_WANTS    "give a subject and at least one file", "ต้องมีชื่อเรื่อง และแฟ้มอย่างน้อยหนึ่งแฟ้ม"
#define REFUSE_URGENCY_UNKNOWN "%s: no such urgency", "%s: ไม่มีชั้นความเร่งด่วนนี้"
#define REFUSE_WHEN_FORM                                                                           \
    "%s: write day and time, such as 2021-04-20 09:00",                                            \
        "%s: ต้องมีวันและเวลา เช่น 20 เม.ย. 2564 เวลา 09.00 น."
#define REFUSE_YEAR_NOT_THAI "%d: not a Buddhist year", "%d: ไม่ใช่ปีพุทธศักราช"

#endif
