/* SPDX-License-Identifier: AGPL-3.0-or-later
 * /R/TOKEN: what a phone that scans a receipt sees. Whatever the token is, the same statements run
 * and one signature is checked, so that the time of an answer tells nothing but the answer. */
#include "web/pages.h"
#include "web/parts.h"
#include "web/seal.h"

#include "base/clock.h"
#include "base/thai.h"
#include "db/receipt.h"
#include <inttypes.h>

static const struct seal seals[] = {
    [SEAL_GENUINE] = {"genuine", "ใบรับถูกต้อง", "Genuine receipt", "สำนักงานได้รับและลงทะเบียนเอกสารนี้แล้ว",
                      "The office has received and registered this document."},
    [SEAL_FALSE] =
        {"false", "ใบรับไม่ถูกต้อง", "Not genuine",
         "ลายเซ็นของรหัสนี้ไม่ตรง สำนักงานไม่ได้ออกใบรับนี้ โปรดติดต่อสำนักงานทางที่ท่านรู้จัก",
         "The signature is wrong: the office did not make this receipt. Ask the office by "
         "a way that you know."},
    [SEAL_UNKNOWN] = {"unknown", "ไม่พบใบรับนี้", "Unknown receipt",
                      "สแกนใหม่ให้ครบทั้งรหัส หากยังไม่พบ โปรดติดต่อสำนักงาน",
                      "Scan the whole code again; if it stays unknown, ask the office."},
};

static void write_row(struct html *h, const char *label, const char *value)
{
    html_element(h, "dt", label);
    html_element(h, "dd", value);
}

static const char *instant(struct web_request *r, int64_t us)
{
    char iso[40];
    return r->english ? arena_strdup(r->a, time_format_iso(us, iso))
                      : thai_time(r->a, us, THAI_LONG_SECOND);
}

static void write_facts(struct web_request *r, struct html *h, const struct receipt_facts *f)
{
    html_start(h, "dl");
    write_row(h, web_tr(r, "เลขทะเบียนรับ", "Register number"), f->register_no);
    write_row(h, web_tr(r, "เวลารับ", "Received"), instant(r, f->entered_us));
    write_row(h, web_tr(r, "ลงทะเบียนเมื่อ", "Registered"), instant(r, f->registered_us));
    if (*f->agency)
        write_row(h, web_tr(r, "จาก", "From"), f->agency);
    if (*f->cancelled_why)
        write_row(h, web_tr(r, "เลขนี้ถูกยกเลิก", "This number was cancelled"), f->cancelled_why);
    write_row(h, web_tr(r, "ผลการพิจารณาเวลา", "Judgement"), part_label(r, f->verdict, f->label));
    html_end(h);
    html_start(h, "p");
    html_attr(h, "class", "why");
    html_text(h, f->why);
    html_end(h);
}

static void write_files(struct web_request *r, struct html *h, const struct receipt_facts *f)
{
    const char *const titles[] = {web_tr(r, "ที่", "No."), web_tr(r, "ขนาด (ไบต์)", "Bytes"),
                                  "SHA-256"};
    html_element(
        h, "h2",
        arena_printf(r->a, "%s: %d", web_tr(r, "แฟ้มที่ลงทะเบียน", "Registered files"), f->n_files));
    html_start(h, "table");
    part_head(h, titles, ARRAY_LEN(titles));
    html_start(h, "tbody");
    for (int i = 0; i < f->n_files; i++) {
        html_start(h, "tr");
        html_element(h, "td", arena_printf(r->a, "%d", i + 1));
        html_start(h, "td");
        html_attr(h, "class", "number");
        html_textf(h, "%" PRId64, f->files[i].size_bytes);
        html_end(h);
        html_start(h, "td");
        html_attr(h, "class", "hash");
        html_attr(h, "data-sha256", f->files[i].sha256);
        html_text(h, f->files[i].sha256);
        html_end(h);
        html_end(h);
    }
    html_end(h);
    html_end(h);
}

/* Filled in by check.js, which finds its words in the attributes. Without it the place stays shut.
 */
static void write_check(struct web_request *r, struct html *h)
{
    html_start(h, "section");
    html_attr(h, "id", "check");
    html_attr(h, "hidden", "");
    html_attr(h, "data-yes",
              web_tr(r, "แฟ้มนี้คือแฟ้มที่ลงทะเบียนไว้ ที่ ", "This is the registered file, no. "));
    html_attr(h, "data-no",
              web_tr(r, "แฟ้มนี้ไม่ใช่แฟ้มที่ลงทะเบียนไว้", "This is none of the registered files"));
    html_attr(h, "data-failed", web_tr(r, "อ่านแฟ้มนี้ไม่ได้", "This file cannot be read"));
    html_start(h, "label");
    html_text(
        h,
        web_tr(
            r, "วางแฟ้มที่นี่ หรือเลือกแฟ้ม เพื่อตรวจว่าเป็นแฟ้มที่ลงทะเบียนไว้ (แฟ้มไม่ถูกส่งออกจากเครื่องของท่าน)",
            "Drop a file here, or choose one, to see whether it is a registered one (it does not "
            "leave your device)"));
    html_start(h, "input");
    html_attr(h, "type", "file");
    html_end(h);
    html_end(h);
    html_start(h, "output");
    html_end(h);
    html_end(h);
    html_start(h, "script");
    html_url(h, "src", web_asset_url("check.js"));
    html_attr(h, "defer", "");
    html_end(h);
}

bool page_receipt(struct web_request *r, struct web_answer *out, struct err *err)
{
    const char *token = seal_token(r->a, r->param[0]);
    struct token t;
    enum token_verdict v = seal_verify(r->site->keys, token, TOKEN_RECEIPT, &t);
    struct receipt_facts f;
    struct html h;
    if (!receipt_facts(r->a, r->db, token, r->now_us, &f, err))
        return false;
    enum seal_kind seal = seal_of(v, f.is_found);
    out->status = seal == SEAL_GENUINE ? 200 : 404;
    web_page_start(r, out, &h,
                   web_tr(r, "ตรวจใบรับหนังสืออิเล็กทรอนิกส์", "Receipt of an electronic letter"));
    part_seal(r, &h, &seals[seal]);
    if (seal == SEAL_GENUINE && f.is_secret)
        html_element(&h, "p", web_tr(r, "เอกสารนี้อยู่ในทะเบียน", "This document is in the register."));
    else if (seal == SEAL_GENUINE) {
        write_facts(r, &h, &f);
        write_files(r, &h, &f);
        write_check(r, &h);
    }
    web_page_end(&h);
    return true;
}
