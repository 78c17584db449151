/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A document that came by hand or over the counter: it gets the same number, scan and receipt as
 * one that came by mail. The officer says from whom it is and when it came. */
#include "web/pages.h"
#include "web/parts.h"

#include "base/clock.h"
#include "base/thai.h"
#include "db/agency.h"
#include "db/primary.h"
#include "db/receipt.h"
#include "db/registry.h"
#include "mail/sniff.h"
#include "qr/draw.h"
#include "report/receipt_words.h"
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PIECE_BYTES = 64 * 1024 };

/* ---------------------------------------------------------------- the form */

bool page_upload(struct web_request *r, struct web_answer *out, struct err *err)
{
    struct html h;
    (void)err;
    web_page_start(r, out, &h, web_tr(r, "รับเอกสารด้วยมือ", "A document that came by hand"));
    web_form_start_files(r, &h, "/upload");
    part_input(&h, web_tr(r, "เรื่อง", "Subject"), "subject", "text", NULL);
    part_input(&h, web_tr(r, "รหัสหน่วยงาน", "Agency code"), "agency", "text", NULL);
    part_input(&h, web_tr(r, "ที่หนังสือ", "Letter number"), "letter", "text", NULL);
    part_input(&h, web_tr(r, "เรื่องที่", "Matter"), "matter", "text", NULL);
    part_input(&h, web_tr(r, "รับเมื่อ (เว้นว่างคือขณะนี้)", "Received (empty: now)"), "at", "text", NULL);
    part_input(
        &h, web_tr(r, "ผู้นำส่ง หรือเหตุที่เวลารับไม่ใช่ขณะนี้", "Who brought it, or why the time is not now"),
        "why", "text", NULL);
    part_input(&h, web_tr(r, "อีเมลที่จะส่งใบรับ (เว้นว่างได้)", "Mail for the receipt (may be empty)"),
               "mail", "email", NULL);
    html_start(&h, "label");
    html_text(&h, web_tr(r, "แฟ้ม", "Files"));
    html_start(&h, "input");
    html_attr(&h, "type", "file");
    html_attr(&h, "name", "file");
    html_attr(&h, "multiple", "");
    html_end(&h);
    html_end(&h);
    html_element(&h, "button", web_tr(r, "ลงทะเบียน", "Register"));
    web_page_end(&h);
    return true;
}

/* ---------------------------------------------------------------- registering */

struct hand {
    struct registry_mail mail;
    struct registry_part part[WEB_FILES_MAX];
    int64_t size;
    int spool; /* all files, one after the other */
};

/* Copies one upload behind the others, and says what it is. */
static bool spool_file(struct web_request *r, struct hand *hand, int i, struct err *err)
{
    const struct web_file *file = &r->file[i];
    struct registry_part *part = &hand->part[i];
    crypto_hash_sha256_state hash;
    unsigned char piece[PIECE_BYTES];
    uint8_t *sha256 = arena_alloc(r->a, crypto_hash_sha256_BYTES);
    crypto_hash_sha256_init(&hash);
    *part = (struct registry_part){.offset = (uint64_t)hand->size,
                                   .size = file->size_bytes,
                                   .sha256 = sha256,
                                   .filename = file->filename,
                                   .label_type = "application/octet-stream",
                                   .is_attachment = true,
                                   .is_scanned = true};
    bool first = true;
    for (ssize_t n; (n = read(file->fd, piece, sizeof piece)) > 0; first = false) {
        crypto_hash_sha256_update(&hash, piece, (size_t)n);
        if (first)
            part->type = arena_strdup(r->a, sniff_type(piece, (size_t)n));
        if (write(hand->spool, piece, (size_t)n) != n)
            return err_set(err, ERR_RETRY, "upload: %s", strerror(errno));
        hand->size += n;
    }
    crypto_hash_sha256_final(&hash, sha256);
    part->type = part->type ? part->type : "application/octet-stream";
    return true;
}

/* What makes it this document: its files, its subject and when it came. */
static const uint8_t *digest_of(struct web_request *r, const struct hand *hand)
{
    crypto_hash_sha256_state hash;
    uint8_t *out = arena_alloc(r->a, crypto_hash_sha256_BYTES);
    const char *head =
        arena_printf(r->a, "by hand %" PRId64 " %s", hand->mail.entered_at_us, hand->mail.subject);
    crypto_hash_sha256_init(&hash);
    crypto_hash_sha256_update(&hash, (const unsigned char *)head, strlen(head));
    for (int i = 0; i < r->n_files; i++)
        crypto_hash_sha256_update(&hash, hand->part[i].sha256, crypto_hash_sha256_BYTES);
    crypto_hash_sha256_final(&hash, out);
    return out;
}

static const char *filled(struct web_request *r, const char *name)
{
    const char *value = web_get(&r->form, name);
    return *value ? value : NULL;
}

/* When it came: now, or an earlier instant with its reason; never later. */
static bool read_instant(struct web_request *r, struct registry_mail *m, struct err *err)
{
    const char *at = web_get(&r->form, "at");
    bool has_time;
    m->entered_at_us = r->now_us;
    if (!*at)
        return true;
    if (!part_read_time(at, &m->entered_at_us, &has_time) || !has_time)
        return err_set(err, ERR_REFUSE, "%s: ต้องมีวันและเวลา เช่น 9 เม.ย. 2564 เวลา 12.00 น.", at);
    if (m->entered_at_us > r->now_us)
        return err_set(err, ERR_REFUSE, "%s: ยังไม่ถึงเวลานี้", at);
    return *m->why || err_set(err, ERR_REFUSE, "เวลารับที่ไม่ใช่ขณะนี้ต้องมีเหตุผล");
}

static bool read_form(struct web_request *r, struct registry_mail *m, struct err *err)
{
    const char *agency = web_get(&r->form, "agency"), *mail = filled(r, "mail");
    m->who = r->person->login;
    m->why = web_get(&r->form, "why");
    m->subject = web_get(&r->form, "subject");
    m->subject_fold = thai_fold(r->a, m->subject);
    m->letter_no = filled(r, "letter");
    m->matter_ref = filled(r, "matter");
    m->from_addr = mail;
    m->agency_how = "officer";
    m->no_receipt_why = mail ? "" : "hand";
    if (!*m->subject || r->n_files == 0)
        return err_set(err, ERR_REFUSE, "ต้องมีชื่อเรื่อง และแฟ้มอย่างน้อยหนึ่งแฟ้ม");
    if (!agency_find(r->db, agency, &m->agency_id, err))
        return false;
    return m->agency_id ? read_instant(r, m, err)
                        : err_set(err, ERR_REFUSE, "หน่วยงาน %s: ไม่มีรหัสนี้", agency);
}

bool page_upload_post(struct web_request *r, struct web_answer *out, struct err *err)
{
    struct hand *hand = arena_alloc(r->a, sizeof *hand);
    struct registry_result done;
    int spool CLEANUP(fd_closep) = memfd_create("by hand", MFD_CLOEXEC);
    struct registry_mail *m = &hand->mail;
    *m = (struct registry_mail){.sent_at_us = TIME_NONE,
                                .letter_date_us = TIME_NONE,
                                .within_us = TIME_NONE,
                                .meeting_date_us = TIME_NONE,
                                .check_why = "",
                                .urgency = "",
                                .secrecy = "",
                                .n_claimed = -1,
                                .parts_fd = spool,
                                .parts = hand->part};
    hand->spool = spool;
    if (spool < 0)
        return err_set(err, ERR_RETRY, "upload: %s", strerror(errno));
    if (!read_form(r, m, err))
        return false;
    for (int i = 0; i < r->n_files; i++)
        if (!spool_file(r, hand, i, err))
            return false;
    m->n_parts = (uint32_t)r->n_files;
    m->content_key = digest_of(r, hand);
    if (r->site->config->db_require_standby && !primary_has_standby(r->db, err))
        return false;
    if (!registry_add(r->db, r->site->config->series, m, 1, &done, err))
        return false;
    web_see(out, part_item_url(r->a, arena_printf(r->a, "%" PRId64 "/%d", done.no, done.year)));
    return true;
}

/* ---------------------------------------------------------------- its receipt, to print */

bool page_item_receipt(struct web_request *r, struct web_answer *out, struct err *err)
{
    const char *number = part_number(r), *token;
    struct receipt_facts f;
    struct qr_matrix m;
    struct html h;
    if (!receipt_token(r->a, r->db, number, &token, err))
        return false;
    if (!*token)
        return err_set(err, ERR_REFUSE, "เลขรับ %s: ยังอ่านแฟ้มไม่เสร็จ ลองใหม่ในอีกสักครู่", number);
    const char *url = token_url(r->a, r->site->config->base_url, TOKEN_RECEIPT, token);
    if (!receipt_facts(r->a, r->db, token, r->now_us, &f, err) ||
        !qr_encode(r->a, url, QR_ECC_M, &m, err))
        return false;
    web_page_start(r, out, &h, RECEIPT_TITLE);
    part_qr(&m, &h);
    html_start(&h, "dl");
    part_fact(&h, web_tr(r, "เลขทะเบียนรับ", "Register number"), number);
    if (!f.is_secret) {
        part_fact(&h, web_tr(r, "เวลารับ", "Received"), receipt_instant(r->a, f.entered_us));
        part_fact(&h, web_tr(r, "จาก", "From"), f.agency);
        part_fact(&h, web_tr(r, "แฟ้ม", "Files"), arena_printf(r->a, "%d", f.n_files));
        part_fact(&h, web_tr(r, "ผลการพิจารณาเวลา", "Judgement"), f.label);
    }
    html_end(&h);
    html_start(&h, "p");
    html_attr(&h, "class", "hash");
    html_text(&h, url);
    html_end(&h);
    html_element(&h, "p", RECEIPT_CAVEAT);
    web_page_end(&h);
    return true;
}
