/* SPDX-License-Identifier: AGPL-3.0-or-later
 * /R/TOKEN: what a phone that scans a receipt sees. Whatever the token is, the same statements run
 * and one signature is checked, so that the time of an answer tells nothing but the answer. */
#include "web/pages.h"

#include "base/clock.h"
#include "db/receipt.h"
#include "report/receipt_words.h"
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

enum seal { SEAL_GENUINE, SEAL_FALSE, SEAL_UNKNOWN };

static const struct {
    const char *class, *th, *en, *th_more, *en_more;
} seals[] = {
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

static void write_seal(struct web_request *r, struct html *h, enum seal seal)
{
    html_start(h, "section");
    html_attrf(h, "class", "seal %s", seals[seal].class);
    html_element(h, "p", web_tr(r, seals[seal].th, seals[seal].en));
    html_element(h, "p", web_tr(r, seals[seal].th_more, seals[seal].en_more));
    html_end(h);
}

static void write_row(struct html *h, const char *label, const char *value)
{
    html_element(h, "dt", label);
    html_element(h, "dd", value);
}

static const char *instant(struct web_request *r, int64_t us)
{
    char iso[40];
    return r->english ? arena_strdup(r->a, time_format_iso(us, iso)) : receipt_instant(r->a, us);
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
    write_row(h, web_tr(r, "ผลการพิจารณาเวลา", "Judgement"), f->label);
    html_end(h);
    html_start(h, "p");
    html_attr(h, "class", "why");
    html_text(h, f->why);
    html_end(h);
}

static void write_files(struct web_request *r, struct html *h, const struct receipt_facts *f)
{
    html_element(
        h, "h2",
        arena_printf(r->a, "%s: %d", web_tr(r, "แฟ้มที่ลงทะเบียน", "Registered files"), f->n_files));
    html_start(h, "table");
    html_start(h, "thead");
    html_start(h, "tr");
    html_element(h, "th", web_tr(r, "ที่", "No."));
    html_start(h, "th");
    html_attr(h, "class", "number");
    html_text(h, web_tr(r, "ขนาด (ไบต์)", "Bytes"));
    html_end(h);
    html_element(h, "th", "SHA-256");
    html_end(h);
    html_end(h);
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

/* A token is capitals; a phone may have made small letters of it, and who types it from the paper
 * types the blanks between its groups too. */
static char *as_signed(struct arena *a, const char *text)
{
    char *out = arena_strdup(a, text), *to = out;
    for (const char *p = text; *p; p++)
        if (*p != ' ' && *p != '-')
            *to++ = (char)toupper((unsigned char)*p);
    *to = 0;
    return out;
}

/* One token that is whole: checked where the asked one is too broken to cost a signature
 * (token_verify itself checks one for a key that is unknown). */
static const char whole[] = "CEDRCUQKAR5QAYCOZ3RQAEJCGNCFKZTXRCM2VO6M3XXP7ERJ7W2QPZEFPFP34LRE4UQ6CM"
                            "N3OD7MPHSYZXFXKLP2ABWUFYVE2M"
                            "YQ4S2VNFDYB6XU5HGGT5DC3QQAZ3KSQZN3HYQRE7I46CTTHUCQ";

static enum token_verdict verify(const struct verifier *keys, const char *token)
{
    struct token t, ignored;
    enum token_verdict v = token_verify(keys, token, &t);
    if (v == TOKEN_NOT_OURS)
        (void)token_verify(keys, whole, &ignored);
    return v == TOKEN_GENUINE && t.kind != TOKEN_RECEIPT ? TOKEN_NOT_OURS : v;
}

bool page_receipt(struct web_request *r, struct web_answer *out, struct err *err)
{
    const char *token = as_signed(r->a, r->param[0]);
    enum token_verdict v = verify(r->site->keys, token);
    struct receipt_facts f;
    struct html h;
    if (!receipt_facts(r->a, r->db, token, r->now_us, &f, err))
        return false;
    enum seal seal = v == TOKEN_GENUINE && f.is_found ? SEAL_GENUINE
                     : v == TOKEN_FORGED              ? SEAL_FALSE
                                                      : SEAL_UNKNOWN;
    out->status = seal == SEAL_GENUINE ? 200 : 404;
    web_page_start(r, out, &h,
                   web_tr(r, "ตรวจใบรับหนังสืออิเล็กทรอนิกส์", "Receipt of an electronic letter"));
    write_seal(r, &h, seal);
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
