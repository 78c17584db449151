/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The words of a receipt. See receipt_words.h. */
#include "report/receipt_words.h"

#include "base/clock.h"
#include "base/thai.h"
#include <inttypes.h>
#include <string.h>

static const struct judgement_words {
    const char *name, *words;
    enum paper_ink ink;
} judgements[] = {
    {"ON_TIME", "ทันเวลา", PAPER_GREEN},
    {"LATE", "ไม่ทัน", PAPER_RED},
    {"OVERDUE", "เกินกำหนดและยังไม่ได้รับ", PAPER_RED},
    {"DUE_SOON", "ใกล้ครบกำหนด", PAPER_AMBER},
    {"PENDING", "รอรับ", PAPER_BLACK},
    {"NO_DEADLINE", "ยังไม่กำหนด", PAPER_BLACK},
    {"INCOMPLETE", "มาทันแต่ไม่ครบ", PAPER_AMBER},
    {"EXEMPT", "ยกเว้น", PAPER_BLACK},
};

static const struct {
    const char *name, *words;
} classes[] = {
    {"CAB-SUBMIT", "เรื่องเสนอคณะรัฐมนตรี"},
    {"CAB-OPINION", "ความเห็นประกอบการพิจารณาของคณะรัฐมนตรี"},
    {"CAB-URGENT", "เรื่องเสนอคณะรัฐมนตรีเร่งด่วน"},
    {"CAB-FOLLOWUP", "การติดตามมติคณะรัฐมนตรี"},
    {"PARL-CONSULT", "ข้อหารือของสมาชิกสภาผู้แทนราษฎร"},
    {"PARL-QUESTION", "กระทู้ถาม"},
    {"PARL-BILL", "ร่างกฎหมายในการพิจารณาของรัฐสภา"},
    {"OTHER", "เรื่องอื่น"},
};

bool is_given(const char *text)
{
    return text && *text;
}

const char *receipt_cut(struct arena *a, const char *text, size_t max, const char *fallback)
{
    size_t all = text ? strlen(text) : 0, n = 0;
    if (all == 0)
        return fallback;
    if (all <= max)
        return text_clean(a, text, all);
    for (size_t len = 0; n + len <= max;) {
        n += len;
        len = utf8_len(text + n, all - n);
        len = len ? len : 1;
    }
    return arena_printf(a, "%s…", text_clean(a, text, n));
}

const char *receipt_field(struct arena *a, const char *text, const char *fallback)
{
    return receipt_cut(a, text, RECEIPT_FIELD_MAX, fallback);
}

const char *receipt_number(struct arena *a, const struct receipt *r)
{
    return arena_printf(a, "%" PRId64 "/%d", r->no, r->year);
}

const char *receipt_sender(struct arena *a, const struct receipt *r)
{
    const char *agency = receipt_field(a, r->agency, "ไม่พบในทะเบียนหน่วยงาน");
    const char *addr = receipt_field(a, r->from_addr, r->by_hand ? "นำส่งด้วยมือ" : "ไม่ระบุที่อยู่ผู้ส่ง");
    const char *doubt = r->sender_unverified ? " (ผู้ส่งยังไม่ยืนยัน)" : "";
    if (!is_given(r->from_name))
        return arena_printf(a, "%s\n%s%s", agency, addr, doubt);
    const char *name = receipt_field(a, r->from_name, "");
    return arena_printf(a, "%s\n%s <%s>%s", agency, name, addr, doubt);
}

const char *receipt_class(const struct receipt *r)
{
    for (size_t i = 0; is_given(r->class_name) && i < ARRAY_LEN(classes); i++)
        if (strcmp(classes[i].name, r->class_name) == 0)
            return classes[i].words;
    return "ไม่ระบุ";
}

const char *receipt_due(struct arena *a, const struct receipt *r)
{
    if (r->due_at_us == TIME_NONE)
        return "ยังไม่กำหนด";
    if (!is_given(r->due_basis))
        return thai_time(a, r->due_at_us, THAI_LONG_TIME);
    return arena_printf(a, "%s\n%s", thai_time(a, r->due_at_us, THAI_LONG_TIME),
                        receipt_cut(a, r->due_basis, RECEIPT_WHY_MAX, ""));
}

static const struct judgement_words *judgement_find(const struct receipt *r)
{
    for (size_t i = 0; is_given(r->judgement) && i < ARRAY_LEN(judgements); i++)
        if (strcmp(judgements[i].name, r->judgement) == 0)
            return &judgements[i];
    return NULL;
}

const char *receipt_judgement(const struct receipt *r)
{
    const struct judgement_words *j = judgement_find(r);
    if (is_given(r->judgement_label))
        return r->judgement_label;
    return j ? j->words : "ยังไม่พิจารณา";
}

enum paper_ink receipt_judgement_ink(const struct receipt *r)
{
    const struct judgement_words *j = judgement_find(r);
    return j ? j->ink : PAPER_BLACK;
}

bool receipt_count_differs(const struct receipt *r)
{
    return r->n_claimed >= 0 && (uint32_t)r->n_claimed != r->n_files;
}

const char *receipt_count(struct arena *a, const struct receipt *r)
{
    const char *got = r->n_files == 0 ? "ไม่มีไฟล์แนบ" : arena_printf(a, "ได้รับ %u ไฟล์", r->n_files);
    if (r->n_claimed < 0)
        return arena_printf(a, "%s (หนังสือไม่ระบุจำนวนสิ่งที่ส่งมาด้วย)", got);
    return arena_printf(a, "%s (หนังสือระบุสิ่งที่ส่งมาด้วย %d รายการ)", got, r->n_claimed);
}

/* Without the date where it is the day that was just named. */
static const char *later_instant(struct arena *a, int64_t us, int64_t named_us)
{
    struct civil c = civil_from(us), n = civil_from(named_us);
    if (c.year != n.year || c.month != n.month || c.day != n.day)
        return thai_time(a, us, THAI_LONG_SECOND);
    return arena_printf(a, "เวลา %02d.%02d.%02d น.", c.hour, c.minute, c.second);
}

const char *receipt_times(struct arena *a, const struct receipt *r)
{
    int64_t in = r->entered_at_us, registered = r->registered_at_us;
    const char *text = arena_printf(a, "ข้อมูลเข้าระบบ %s", thai_time(a, in, THAI_LONG_SECOND));
    if (registered != TIME_NONE && registered / US_PER_S != in / US_PER_S)
        text = arena_printf(a, "%s\nลงทะเบียน %s", text, later_instant(a, registered, in));
    if (r->basis_deemed && r->deemed_at_us != TIME_NONE && r->deemed_at_us != in)
        text = arena_printf(a, "%s\nถือว่าได้รับในเวลาราชการ %s", text,
                            thai_time(a, r->deemed_at_us, THAI_LONG_SECOND));
    return text;
}

const char *receipt_hash(struct arena *a, const struct receipt_file *f)
{
    char *hex = arena_alloc(a, RECEIPT_HASH_DIGITS + 1);
    for (int i = 0; i < RECEIPT_HASH_DIGITS; i++)
        hex[i] = "0123456789abcdef"[f->sha256[i / 2] >> (i % 2 ? 0 : 4) & 15];
    return hex;
}

const char *receipt_size(struct arena *a, uint64_t bytes)
{
    const char *digits = arena_printf(a, "%" PRIu64, bytes);
    size_t n = strlen(digits);
    struct buf out CLEANUP(buf_fini) = {0};
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            buf_addc(&out, ',');
        buf_addc(&out, digits[i]);
    }
    return arena_strdup(a, buf_str(&out));
}

const char *receipt_groups(struct arena *a, const char *token)
{
    struct buf out CLEANUP(buf_fini) = {0};
    for (size_t i = 0; token[i]; i++) {
        if (i > 0 && i % RECEIPT_CODE_GROUP == 0)
            buf_addc(&out, ' ');
        buf_addc(&out, token[i]);
    }
    return arena_strdup(a, buf_str(&out));
}
