/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The mail that brings the receipt: plain text for every reader, HTML for a phone, the page as PDF.
 * Arabic digits, because mails are searched and copied. Nothing is fetched from elsewhere: the code
 * is a picture inside the mail. */
#include "report/receipt.h"

#include "base/clock.h"
#include "base/thai.h"
#include "mail/compose.h"
#include "qr/draw.h"
#include "report/html.h"
#include "report/receipt_words.h"
#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum {
    FILES_LISTED_MAX = 50, /* in the mail; the page names them all */
    SUBJECT_COLUMNS = 90,  /* of the answered letter's subject in ours */
    CODE_PX = 8,           /* of the picture, a module; shown at */
    CODE_SHOWN_PX = 4,     /* so that screens of one and two pixels a point show sharp modules */
};
static const char code_id[] = "receipt-qr@thanwela";

/* Label and value, for text and HTML alike. */
struct line {
    const char *label, *value;
    bool is_result;
};
enum { LINES_MAX = 16 };

static const char *letter_of(struct arena *a, const struct receipt *r)
{
    const char *no = receipt_field(a, r->letter_no, "ไม่พบ");
    if (r->letter_date_us == TIME_NONE)
        return no;
    return arena_printf(a, "%s ลงวันที่ %s", no, thai_time(a, r->letter_date_us, THAI_DATE_LONG));
}

static int collect(struct arena *a, const struct receipt *r, struct line out[static LINES_MAX])
{
    const struct line lines[] = {
        {"เลขทะเบียนรับ", receipt_number(a, r), false},
        {"วันที่รับ", thai_time(a, r->entered_at_us, THAI_DATE_LONG), false},
        {"เวลารับ", thai_time(a, r->entered_at_us, THAI_TIME), false},
        {"จาก", receipt_sender(a, r), false},
        {"ที่", letter_of(a, r), false},
        {"เรื่อง", receipt_field(a, r->subject, "ไม่ระบุ"), false},
        {"ประเภท", receipt_class(r), false},
        {"ชั้นความเร็ว", receipt_field(a, r->urgency, "ไม่ระบุ"), false},
        {"กำหนดส่ง", receipt_due(a, r), false},
        {"ผลการรับ", receipt_judgement(r), true},
        {"เหตุผล", receipt_cut(a, r->judgement_why, RECEIPT_WHY_MAX, "-"), false},
        {"ไฟล์", receipt_count(a, r), false},
    };
    static_assert(ARRAY_LEN(lines) <= LINES_MAX, "all lines have a place");
    memcpy(out, lines, sizeof lines);
    return ARRAY_LEN(lines);
}

static uint32_t files_listed(const struct receipt *r)
{
    if (is_given(r->secrecy))
        return 0;
    return r->n_files < FILES_LISTED_MAX ? r->n_files : FILES_LISTED_MAX;
}

static const char *file_name(struct arena *a, const struct receipt_file *f)
{
    return receipt_field(a, f->filename, "ไม่ระบุชื่อไฟล์");
}

static const char *file_facts(struct arena *a, const struct receipt_file *f)
{
    const char *pages = f->n_pages > 0 ? arena_printf(a, "%d หน้า, ", f->n_pages) : "";
    const char *note =
        is_given(f->note) ? arena_printf(a, " (%s)", receipt_field(a, f->note, "")) : "";
    return arena_printf(a, "%s%s ไบต์, SHA-256 %s%s", pages, receipt_size(a, f->size_bytes),
                        receipt_hash(a, f), note);
}

static const char *files_left(struct arena *a, const struct receipt *r)
{
    if (is_given(r->secrecy))
        return "ไม่แสดงรายการไฟล์ เนื่องจากเป็นหนังสือที่มีชั้นความลับ";
    if (r->n_files <= FILES_LISTED_MAX)
        return "";
    return arena_printf(a, "และอีก %u ไฟล์ ดูรายการทั้งหมดในใบรับ (PDF) ที่แนบมา",
                        r->n_files - FILES_LISTED_MAX);
}

/* ---------------------------------------------------------------- plain text */

static void text_line(struct buf *out, const struct line *l)
{
    enum { LABEL_COLUMNS = 14 };
    buf_adds(out, l->label);
    for (int i = text_columns(l->label); i < LABEL_COLUMNS; i++)
        buf_addc(out, ' ');
    for (const char *p = l->value; *p; p++) {
        buf_addc(out, *p);
        if (*p == '\n')
            buf_addf(out, "%*s", LABEL_COLUMNS, "");
    }
    buf_addc(out, '\n');
}

static void write_text(struct arena *a, const struct receipt *r, struct buf *out)
{
    struct line lines[LINES_MAX];
    int n = collect(a, r, lines);
    buf_addf(out, "%s\n%s\n\n", RECEIPT_TITLE, receipt_field(a, r->office_name, ""));
    for (int i = 0; i < n; i++)
        text_line(out, &lines[i]);
    for (uint32_t i = 0; i < files_listed(r); i++)
        buf_addf(out, "%4u. %s\n      %s\n", i + 1, file_name(a, &r->files[i]),
                 file_facts(a, &r->files[i]));
    if (*files_left(a, r))
        buf_addf(out, "      %s\n", files_left(a, r));
    buf_addf(out, "\n%s\n\n%s\n\nตรวจสอบใบรับนี้:\n%s\n", receipt_times(a, r), RECEIPT_CAVEAT, r->url);
    buf_adds(out, "\nอีเมลฉบับนี้ระบบส่งให้โดยอัตโนมัติ ใบรับฉบับเต็มเป็นไฟล์ PDF ที่แนบมา\n");
}

/* ---------------------------------------------------------------- HTML */

static const char sheet[] =
    "body{margin:0;padding:12px;background:#f3f4f6;color:#111;"
    "font:16px/1.6 'TH Sarabun New','Sarabun','Noto Sans Thai','Leelawadee UI',Tahoma,sans-serif}"
    ".paper{max-width:600px;margin:0 auto;padding:16px;background:#fff;border:1px solid #d1d5db}"
    "h1{font-size:22px;margin:0 0 4px;text-align:center}"
    ".office,.code,.small{text-align:center}.number{font-size:30px;font-weight:bold;"
    "text-align:center;margin:8px 0}table{width:100%;border-collapse:collapse}"
    "th,td{padding:6px 4px;text-align:left;vertical-align:top;border-bottom:1px solid #e5e7eb;"
    "overflow-wrap:anywhere}th{width:7em;font-weight:bold}"
    ".result{font-weight:bold;font-size:20px}.green{color:#0a6129}.red{color:#a80d14}"
    ".amber{color:#8c5400}.black{color:#111}.small{color:#374151;font-size:14px}"
    ".facts{color:#374151;font-size:13px}img{max-width:100%;height:auto}"
    "ol{padding-left:1.6em}li{margin:4px 0;overflow-wrap:anywhere}";

static const char *const ink_class[] = {[PAPER_BLACK] = "black",
                                        [PAPER_GREY] = "black",
                                        [PAPER_GREEN] = "green",
                                        [PAPER_RED] = "red",
                                        [PAPER_AMBER] = "amber"};

static void html_block(struct html *h, const char *element, const char *class, const char *text)
{
    html_start(h, element);
    html_attr(h, "class", class);
    html_text(h, text);
    html_end(h);
}

/* A value whose lines are kept. */
static void html_lines(struct html *h, const char *value)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    for (size_t n; *value; value += n + (value[n] == '\n')) {
        n = strcspn(value, "\n");
        html_text(h, arena_strndup(a, value, n));
        if (value[n]) {
            html_start(h, "br");
            html_end(h);
        }
    }
}

static void html_facts(struct html *h, struct arena *a, const struct receipt *r)
{
    struct line lines[LINES_MAX];
    int n = collect(a, r, lines);
    html_start(h, "table");
    for (int i = 0; i < n; i++) {
        html_start(h, "tr");
        html_start(h, "th");
        html_attr(h, "scope", "row");
        html_text(h, lines[i].label);
        html_end(h);
        html_start(h, "td");
        if (lines[i].is_result)
            html_attrf(h, "class", "result %s", ink_class[receipt_judgement_ink(r)]);
        html_lines(h, lines[i].value);
        html_end(h);
        html_end(h);
    }
    html_end(h);
}

static void html_files(struct html *h, struct arena *a, const struct receipt *r)
{
    html_start(h, "ol");
    for (uint32_t i = 0; i < files_listed(r); i++) {
        html_start(h, "li");
        html_text(h, file_name(a, &r->files[i]));
        html_block(h, "div", "facts", file_facts(a, &r->files[i]));
        html_end(h);
    }
    html_end(h);
    if (*files_left(a, r))
        html_block(h, "p", "small", files_left(a, r));
}

static void html_code(struct html *h, const struct receipt *r, const struct qr_matrix *code)
{
    html_start(h, "p");
    html_attr(h, "class", "code");
    html_start(h, "a");
    html_url(h, "href", r->url);
    html_start(h, "img");
    html_attrf(h, "src", "cid:%s", code_id);
    html_attrf(h, "width", "%d", qr_side(code) * CODE_SHOWN_PX);
    html_attr(h, "alt", "คิวอาร์โค้ดสำหรับตรวจสอบใบรับ");
    html_end(h);
    html_end(h);
    html_end(h);
}

static void write_html(struct arena *a, const struct receipt *r, const struct qr_matrix *code,
                       struct buf *out)
{
    struct html h = {.out = out};
    html_document(&h, "th");
    html_head(&h, RECEIPT_TITLE);
    html_style(&h, sheet);
    html_end(&h);
    html_start(&h, "body");
    html_start(&h, "div");
    html_attr(&h, "class", "paper");
    html_element(&h, "h1", RECEIPT_TITLE);
    html_block(&h, "div", "office", receipt_field(a, r->office_name, ""));
    html_block(&h, "div", "number", receipt_number(a, r));
    html_facts(&h, a, r);
    html_files(&h, a, r);
    html_code(&h, r, code);
    html_block(&h, "p", "small", "สแกนหรือแตะคิวอาร์โค้ดเพื่อตรวจสอบใบรับนี้");
    html_start(&h, "p");
    html_attr(&h, "class", "small");
    html_lines(&h, receipt_times(a, r));
    html_end(&h);
    html_block(&h, "p", "small", RECEIPT_CAVEAT);
    html_block(&h, "p", "small", "อีเมลฉบับนี้ระบบส่งให้โดยอัตโนมัติ ใบรับฉบับเต็มเป็นไฟล์ PDF ที่แนบมา");
    html_end(&h);
    html_end(&h);
    html_end(&h);
}

/* ---------------------------------------------------------------- the whole mail */

static char *subject_of(struct arena *a, const struct receipt *r)
{
    const char *number = receipt_number(a, r);
    if (!is_given(r->subject))
        return arena_printf(a, "ใบรับหนังสือ เลขที่ %s", number);
    return arena_printf(a, "ใบรับหนังสือ เลขที่ %s เรื่อง %s", number,
                        text_fit(a, receipt_field(a, r->subject, ""), SUBJECT_COLUMNS));
}

static bool compose(struct arena *a, const struct receipt *r, const struct receipt_mail *m,
                    const struct qr_matrix *code, const struct buf *pdf, struct buf *out,
                    struct err *err)
{
    struct buf text CLEANUP(buf_fini) = {0}, html CLEANUP(buf_fini) = {0},
                    png CLEANUP(buf_fini) = {0};
    write_text(a, r, &text);
    write_html(a, r, code, &html);
    qr_png(code, CODE_PX, &png);
    const struct compose_file files[] = {
        {.filename = "receipt-qr.png",
         .type = "image/png",
         .content_id = code_id,
         .bytes = png.data,
         .n_bytes = png.len},
        {.filename = arena_printf(a, "ใบรับ-%" PRId64 "-%d.pdf", r->no, r->year),
         .type = "application/pdf",
         .bytes = pdf->data,
         .n_bytes = pdf->len},
    };
    const struct compose c = {
        .from_name = r->office_name,
        .from_addr = r->office_addr,
        .to = &m->to,
        .n_to = 1,
        .subject = subject_of(a, r),
        .date_us = m->date_us,
        .message_id = m->message_id,
        .in_reply_to = m->in_reply_to,
        .references = m->references,
        .auto_replied = true,
        .text = buf_str(&text),
        .html = buf_str(&html),
        .files = files,
        .n_files = ARRAY_LEN(files),
    };
    return compose_mail(&c, out, err);
}

bool receipt_mail(const struct receipt *r, const struct receipt_mail *m, struct buf *out,
                  struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf pdf CLEANUP(buf_fini) = {0};
    struct qr_matrix code;
    return qr_encode(a, r->url, QR_ECC_M, &code, err) && receipt_pdf(r, &pdf, err) &&
           compose(a, r, m, &code, &pdf, out, err);
}
