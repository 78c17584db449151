/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A document that came by hand or over the counter: it gets the same number, scan and receipt as
 * one that came by mail. The officer says from whom it is and when it came. */
#include "web/pages.h"
#include "web/parts.h"

#include "base/clock.h"
#include "base/refusals.h"
#include "base/thai.h"
#include "db/agency.h"
#include "db/by_hand.h"
#include "db/primary.h"
#include "db/receipt.h"
#include "mail/compose.h"
#include "mail/sniff.h"
#include "qr/draw.h"
#include "report/receipt_words.h"
#include <inttypes.h>
#include <unistd.h>

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

/* When it came: now, or an earlier instant with its reason; never later. */
static bool read_instant(struct web_request *r, struct by_hand *h, struct err *err)
{
    const char *at = web_get(&r->form, "at");
    bool has_time;
    h->entered_us = TIME_NONE;
    if (!*at)
        return true;
    if (!part_read_time(at, &h->entered_us, &has_time) || !has_time)
        return err_say(err, REFUSE_WHEN_FORM, at);
    if (h->entered_us > r->now_us)
        return err_say(err, REFUSE_NOT_YET, at);
    return *h->why || err_say(err, REFUSE_HAND_TIME_WHY);
}

static bool read_form(struct web_request *r, struct by_hand *h, struct err *err)
{
    int agency_id;
    *h = (struct by_hand){.who = r->person->login,
                          .why = web_get(&r->form, "why"),
                          .subject = web_get(&r->form, "subject"),
                          .agency = web_get(&r->form, "agency"),
                          .letter_no = web_get(&r->form, "letter"),
                          .matter = web_get(&r->form, "matter"),
                          .mail = web_get(&r->form, "mail")};
    if (!*h->subject || r->n_files == 0)
        return err_say(err, REFUSE_UPLOAD_WANTS);
    if (*h->mail && !address_valid(h->mail))
        return err_say(err, REFUSE_MAIL_ADDRESS, h->mail);
    if (!agency_find(r->db, h->agency, &agency_id, err))
        return false;
    return agency_id ? read_instant(r, h, err) : err_say(err, REFUSE_AGENCY_UNKNOWN, h->agency);
}

static const char *type_of(int fd)
{
    char start[SNIFF_BYTES];
    ssize_t n = pread(fd, start, sizeof start, 0);
    return sniff_type(start, n > 0 ? (size_t)n : 0);
}

bool page_upload_post(struct web_request *r, struct web_answer *out, struct err *err)
{
    struct by_hand_file file[WEB_FILES_MAX];
    struct by_hand h;
    struct registry_result done;
    if (!read_form(r, &h, err))
        return false;
    for (int i = 0; i < r->n_files; i++)
        file[i] = (struct by_hand_file){.fd = r->file[i].fd,
                                        .size_bytes = r->file[i].size_bytes,
                                        .filename = r->file[i].filename,
                                        .type = type_of(r->file[i].fd)};
    h.file = file;
    h.n_files = (uint32_t)r->n_files;
    if (r->site->config->db_require_standby && !primary_has_standby(r->db, err))
        return false;
    if (!by_hand_add(r->db, r->site->config->series, &h, r->now_us, &done, err))
        return false;
    web_done(r, out, part_item_url(r->a, arena_printf(r->a, "%" PRId64 "/%d", done.no, done.year)),
             "registered");
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
        return err_say(err, REFUSE_NOT_SCANNED, number);
    const char *url = token_url(r->a, r->site->config->base_url, TOKEN_RECEIPT, token);
    if (!receipt_facts(r->a, r->db, token, r->now_us, &f, err) ||
        !qr_encode(r->a, url, QR_ECC_M, &m, err))
        return false;
    web_page_start(r, out, &h, RECEIPT_TITLE);
    part_qr(&m, &h);
    html_start(&h, "dl");
    part_fact(&h, web_tr(r, "เลขทะเบียนรับ", "Register number"), number);
    if (!f.is_secret) {
        part_fact(&h, web_tr(r, "เวลารับ", "Received"),
                  thai_time(r->a, f.entered_us, THAI_LONG_SECOND));
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
