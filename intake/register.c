/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The rules of the register step. What could not be found stays empty and is shown as such; nothing
 * is guessed. A released mail passes the rules that set it aside, and no other. */
#include "intake/register.h"

#include "base/log.h"
#include "base/thai.h"
#include "db/agency.h"
#include "mail/authres.h"
#include "mail/claims.h"
#include "mail/compose.h"
#include "mail/letter.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* All that the rules look at. */
struct facts {
    const struct register_rules *rules;
    const struct ledger_pending *pending;
    const struct mail *mail;
    struct letter letter;
    struct agency_match agency;
    enum auth_verdict auth;
    bool is_verified;
};

static bool is_own_address(const struct config *c, const char *addr)
{
    if (!addr)
        return false;
    if (c->office_addr && strcasecmp(addr, c->office_addr) == 0)
        return true;
    for (uint32_t i = 0; i < c->own_addrs.n; i++)
        if (strcasecmp(addr, c->own_addrs.item[i]) == 0)
            return true;
    return false;
}

/* Known by address or domain; where our mail server's word is configured, it must have passed; a
 * sender who cannot be told from the headers is nobody. */
static bool is_verified(const struct facts *f)
{
    const char *id = f->rules->config->authserv_id;
    bool asks_server = id && *id;
    if (!f->agency.known || (f->mail->flags & (MAIL_FLAG_FROM_MANY | MAIL_FLAG_FROM_BAD)))
        return false;
    return asks_server ? f->auth == AUTH_PASS : true;
}

static bool has_content(const struct mail *m)
{
    if (*m->subject)
        return true;
    for (uint32_t i = 0; i < m->n_leaves; i++)
        if (m->leaves[i].size > 0)
            return true;
    return false;
}

static bool is_bounce(const struct facts *f)
{
    return f->mail->is_bounce;
}

static bool is_ours(const struct facts *f)
{
    return is_own_address(f->rules->config, f->mail->from_addr);
}

static bool is_secret(const struct facts *f)
{
    return f->letter.secrecy != SECRECY_NONE;
}

static bool is_empty(const struct facts *f)
{
    return !has_content(f->mail);
}

static bool is_encrypted(const struct facts *f)
{
    return f->mail->flags & MAIL_FLAG_ENCRYPTED;
}

static bool is_unproved(const struct facts *f)
{
    return f->agency.known && !f->is_verified;
}

static bool is_unknown(const struct facts *f)
{
    return !f->is_verified;
}

/* The first rule that holds decides. */
static const struct rule {
    bool (*holds)(const struct facts *f);
    enum register_verdict verdict;
    const char *why;
} rules_table[] = {
    {is_bounce, REGISTER_IGNORE, "ใบแจ้งส่งไม่ถึงจากระบบอีเมล ไม่ใช่หนังสือ"},
    {is_ours, REGISTER_IGNORE, "อีเมลจากที่อยู่ของสำนักงานเอง ไม่ใช่หนังสือ"},
    {is_secret, REGISTER_QUARANTINE, "มีชั้นความลับ กันไว้โดยไม่เปิดอ่าน รอเจ้าหน้าที่"},
    {is_empty, REGISTER_QUARANTINE, "อีเมลว่าง ไม่มีเรื่อง ข้อความ หรือไฟล์"},
    {is_encrypted, REGISTER_QUARANTINE, "เนื้อหาเข้ารหัสไว้ (S/MIME หรือ PGP) เปิดอ่านไม่ได้"},
    {is_unproved, REGISTER_QUARANTINE,
     "ผู้ส่งยังไม่ยืนยัน: ที่อยู่เป็นของหน่วยงาน แต่เซิร์ฟเวอร์อีเมลของเราไม่รับรองว่าส่งจากหน่วยงานนั้นจริง"},
    {is_unknown, REGISTER_QUARANTINE, "ผู้ส่งยังไม่ยืนยัน: ไม่พบที่อยู่หรือโดเมนนี้ในรายชื่อหน่วยงาน"},
};

/* An officer who released a mail has looked at it: no rule sets it aside again. */
static const struct rule *find_rule(const struct facts *f)
{
    if (f->pending->released_by[0])
        return NULL;
    for (size_t i = 0; i < ARRAY_LEN(rules_table); i++)
        if (rules_table[i].holds(f))
            return &rules_table[i];
    return NULL;
}

/* Why this mail gets no receipt; "" where it gets one. */
static const char *no_receipt_why(const struct facts *f)
{
    if (f->mail->is_auto || f->mail->is_bounce)
        return "automatic";
    if (f->mail->is_list)
        return "list";
    if (is_ours(f))
        return "own";
    if (!f->is_verified)
        return "unverified";
    return f->mail->from_addr && address_valid(f->mail->from_addr) ? "" : "address";
}

static bool is_text(const char *type)
{
    return strncmp(type, "text/", 5) == 0 || strncmp(type, "message/", 8) == 0;
}

/* Every leaf is kept; what could hold pages is scanned. The files of a secret mail stay closed. */
static void fill_parts(struct arena *a, const struct facts *f, struct registry_mail *out)
{
    const struct mail *m = f->mail;
    if (is_secret(f))
        return;
    struct registry_part *parts = arena_array(a, m->n_leaves, sizeof *parts);
    for (uint32_t i = 0; i < m->n_leaves; i++) {
        const struct mail_leaf *leaf = &m->leaves[i];
        parts[i] = (struct registry_part){
            .offset = leaf->offset,
            .size = leaf->size,
            .sha256 = leaf->sha256,
            .filename = leaf->filename,
            .label_type = leaf->type,
            .type = leaf->sniffed,
            .is_attachment = leaf->attachment,
            .is_scanned = leaf->size > 0 && !is_text(leaf->sniffed),
            .depth = (int)leaf->depth,
        };
    }
    out->parts = parts;
    out->n_parts = m->n_leaves;
}

/* What an officer should look at, in one line. */
static const char *check_why(struct arena *a, const struct facts *f)
{
    static const struct {
        enum mail_flag flag;
        const char *words;
    } flags[] = {
        {MAIL_FLAG_SUBJECT_MANY, "มีเรื่องมากกว่าหนึ่ง"},
        {MAIL_FLAG_UNDECODED, "แยกส่วนของอีเมลไม่ได้ เก็บไว้ทั้งก้อน"},
        {MAIL_FLAG_DEPTH, "อีเมลซ้อนกันลึกเกินกำหนด"},
        {MAIL_FLAG_PARTS, "มีไฟล์มากเกินกำหนด รายการไม่ครบ"},
        {MAIL_FLAG_ENCODING, "การเข้ารหัสไฟล์ผิดรูป เก็บตามที่ได้รับ"},
        {MAIL_FLAG_HEADER, "ส่วนหัวของอีเมลผิดรูป"},
        {MAIL_FLAG_FROM_MANY, "มีผู้ส่งมากกว่าหนึ่ง"},
        {MAIL_FLAG_DATE_BAD, "วันที่ในส่วนหัวของอีเมลอ่านไม่ได้"},
    };
    const char *why = f->agency.check_why ? f->agency.check_why : "";
    for (size_t i = 0; i < ARRAY_LEN(flags); i++)
        if (f->mail->flags & flags[i].flag)
            why = arena_printf(a, "%s%s%s", why, *why ? "; " : "", flags[i].words);
    return why;
}

static void fill_mail(struct arena *a, const struct facts *f, struct registry_mail *out)
{
    const struct mail *m = f->mail;
    *out = (struct registry_mail){
        .message_id = f->pending->id,
        .content_key = m->content_key,
        .sent_at_us = m->date_us,
        .entered_at_us = f->pending->entered_at_us,
        .mailbox_id = f->rules->mailbox_id,
        .from_addr = m->from_addr,
        .from_name = m->from_name,
        .agency_id = f->agency.agency_id,
        .agency_how = f->agency.how ? f->agency.how : "",
        .is_verified = f->is_verified,
        .check_why = check_why(a, f),
        .subject = m->subject,
        .subject_fold = thai_fold(a, m->subject),
        .letter_no = f->letter.number,
        .letter_date_us = f->letter.letter_date_us,
        .urgency = letter_urgency_name(f->letter.urgency),
        .secrecy = letter_secrecy_name(f->letter.secrecy),
        .within_us = f->letter.within_us,
        .meeting_date_us = f->letter.meeting_date_us,
        .matter_ref = f->letter.matter_ref,
        .rfc_message_id = m->message_id,
        .in_reply_to = m->in_reply_to,
        .references = m->references,
        .no_receipt_why = no_receipt_why(f),
        .n_claimed = claims_read(a, m->text),
        .parts_fd = m->parts_fd,
    };
    fill_parts(a, f, out);
}

bool register_weigh(struct arena *a, struct db *db, const struct register_rules *rules,
                    const struct ledger_pending *p, const struct mail *m,
                    struct register_weighed *out, struct err *err)
{
    struct facts f = {.rules = rules, .pending = p, .mail = m};
    letter_read(a, m->subject, m->sensitivity, &f.letter);
    if (!agency_resolve(a, db, m->from_addr, f.letter.number, p->entered_at_us, &f.agency, err))
        return false;
    f.auth = authres_verdict(m, rules->config->authserv_id);
    f.is_verified = is_verified(&f);
    const struct rule *rule = find_rule(&f);
    *out = (struct register_weighed){.verdict = rule ? rule->verdict : REGISTER_TAKE,
                                     .why = rule ? rule->why : ""};
    if (!rule)
        fill_mail(a, &f, &out->mail);
    return true;
}

void register_log(int64_t message_id, const struct mail *mail, const struct registry_result *r)
{
    static const char *const fates[] = {"numbered", "duplicate", "settled"};
    char id[24], no[40];
    snprintf(id, sizeof id, "%" PRId64, message_id);
    snprintf(no, sizeof no, "%" PRId64 "/%d", r->no, r->year);
    log_event(LOG_LEVEL_INFO, "register", "mail", id, "fate", fates[r->fate], "no",
              r->no ? no : NULL, "from", mail->from_addr, "message_id", mail->message_id, NULL);
}
