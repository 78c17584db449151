/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The receipt on paper. The first page is the whole form, its code at the foot; only a long list of
 * files goes on behind it. */
#include "report/receipt.h"

#include "base/clock.h"
#include "base/thai.h"
#include "qr/draw.h"
#include "report/paper.h"
#include "report/receipt_words.h"
#include <string.h>

#define LABEL_WIDTH  28.0 /* mm, as all below */
#define PANEL_HEIGHT 17.5
#define CODE_SIDE    35.0 /* quiet zone included: the modules alone are 30 */
#define CODE_GAP     3.0

static const struct paper_type body = {.pt = 12.5};

struct sheet {
    const struct receipt *r;
    struct qr_matrix code;
};

static char *thai_number(struct paper *p, const struct receipt *r)
{
    return thai_digits(paper_arena(p), receipt_number(paper_arena(p), r));
}

/* ---------------------------------------------------------------- top */

/* As large as one line allows. */
static void big_at(struct paper *p, double x, double y, double width, const char *text)
{
    struct paper_type type = {.pt = 22, .bold = true, .align = PAPER_CENTER};
    double one_line;
    do {
        type.pt -= 1;
        one_line = paper_text_height(p, width * 100, &type, text);
    } while (type.pt > 10 && paper_text_height(p, width, &type, text) > one_line * 1.5);
    paper_text_at(p, x, y, width, &type, text);
}

/* Number, date and time: what the clerk looks for first. */
static void panel(struct paper *p, const struct receipt *r)
{
    static const double shares[] = {0.32, 0.42, 0.26};
    static const struct paper_type label = {.pt = 11, .align = PAPER_CENTER, .ink = PAPER_GREY};
    struct arena *a = paper_arena(p);
    bool plain = !is_given(r->series) || strcmp(r->series, "R") == 0;
    const char *labels[] = {plain ? "เลขทะเบียนรับ" : arena_printf(a, "เลขทะเบียนรับ (%s)", r->series),
                            "วันที่รับ", "เวลารับ"};
    const char *values[] = {thai_number(p, r),
                            thai_digits(a, thai_time(a, r->entered_at_us, THAI_DATE_LONG)),
                            thai_digits(a, thai_time(a, r->entered_at_us, THAI_TIME))};
    double x = paper_left(p), y = paper_y(p);
    paper_box(p, x, y, paper_width(p), PANEL_HEIGHT, false);
    for (size_t i = 0; i < ARRAY_LEN(shares); i++) {
        double width = paper_width(p) * shares[i];
        if (i > 0)
            paper_line(p, x, y, x, y + PANEL_HEIGHT, 0.25);
        paper_text_at(p, x, y + 1.2, width, &label, labels[i]);
        big_at(p, x + 1, y + 5.6, width - 2, values[i]);
        x += width;
    }
    paper_skip(p, PANEL_HEIGHT + 1.5);
}

static const char *on_one_line(struct arena *a, const char *lines)
{
    struct buf out CLEANUP(buf_fini) = {0};
    for (; *lines; lines++)
        if (*lines == '\n')
            buf_adds(&out, "  ·  ");
        else
            buf_addc(&out, *lines);
    return arena_strdup(a, buf_str(&out));
}

static void top(struct paper *p, const struct receipt *r)
{
    static const struct paper_type office = {.pt = 15, .bold = true, .align = PAPER_CENTER};
    static const struct paper_type title = {.pt = 22, .bold = true, .align = PAPER_CENTER};
    static const struct paper_type small = {.pt = 11, .align = PAPER_CENTER, .ink = PAPER_GREY};
    struct arena *a = paper_arena(p);
    paper_text(p, &office, receipt_field(a, r->office_name, ""));
    paper_text(p, &small, receipt_field(a, r->office_addr, ""));
    paper_text(p, &title, RECEIPT_TITLE);
    paper_skip(p, 2);
    panel(p, r);
    paper_text(p, &small, thai_digits(a, on_one_line(a, receipt_times(a, r))));
    paper_skip(p, 2.5);
}

/* ---------------------------------------------------------------- the letter */

static void letter(struct paper *p, const struct receipt *r)
{
    struct arena *a = paper_arena(p);
    const char *no = receipt_field(a, r->letter_no, "ไม่พบ"), *dated = "ไม่พบ";
    if (r->letter_date_us != TIME_NONE)
        dated = thai_time(a, r->letter_date_us, THAI_DATE_LONG);
    const struct {
        const char *label, *value;
    } fields[] = {
        {"จาก", receipt_sender(a, r)},
        {"ที่", thai_digits(a, arena_printf(a, "%s    ลงวันที่ %s", no, dated))},
        {"เรื่อง", receipt_field(a, r->subject, "ไม่ระบุ")},
        {"ประเภท", receipt_class(r)},
        {"ชั้นความเร็ว", receipt_field(a, r->urgency, "ไม่ระบุ")},
        {"กำหนดส่ง", thai_digits(a, receipt_due(a, r))},
    };
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        paper_field(p, LABEL_WIDTH, &body, fields[i].label, fields[i].value);
}

static void judgement(struct paper *p, const struct receipt *r)
{
    static const struct paper_type why_type = {.pt = 11.5};
    const struct paper_type word = {.pt = 17, .bold = true, .ink = receipt_judgement_ink(r)};
    struct arena *a = paper_arena(p);
    const char *why = thai_digits(a, receipt_cut(a, r->judgement_why, RECEIPT_WHY_MAX, ""));
    double x = paper_left(p), text_x = x + LABEL_WIDTH, width = paper_width(p) - LABEL_WIDTH - 2;
    double height = paper_text_height(p, width, &word, receipt_judgement(r)) + 2;
    height += *why ? paper_text_height(p, width, &why_type, why) : 0;
    paper_skip(p, 1);
    paper_need(p, height);
    double y = paper_y(p) + 1;
    const struct paper_type label = {.pt = body.pt, .bold = true};
    paper_box(p, x, paper_y(p), paper_width(p), height, true);
    paper_text_at(p, x + 1.5, y + 0.8, LABEL_WIDTH, &label, "ผลการรับ");
    y += paper_text_at(p, text_x, y, width, &word, receipt_judgement(r));
    if (*why)
        paper_text_at(p, text_x, y, width, &why_type, why);
    paper_skip(p, height + 2.5);
}

/* ---------------------------------------------------------------- files */

static void file_row(struct paper_table *t, struct arena *a, uint32_t no,
                     const struct receipt_file *f)
{
    const char *name = is_given(f->filename) ? f->filename : "ไม่ระบุชื่อไฟล์";
    if (is_given(f->note))
        name = arena_printf(a, "%s (%s)", name, f->note);
    const char *pages = f->n_pages > 0 ? arena_printf(a, "%d", f->n_pages) : "–";
    const char *cells[] = {thai_digits(a, arena_printf(a, "%u", no)), name, thai_digits(a, pages),
                           thai_digits(a, receipt_size(a, f->size_bytes)), receipt_hash(a, f)};
    paper_row(t, cells);
}

static void files(struct paper *p, const struct receipt *r)
{
    static const struct paper_column columns[] = {
        {"ลำดับ", 1.1, PAPER_CENTER, false},      {"ชื่อไฟล์", 7.6, PAPER_LEFT, false},
        {"หน้า", 0.9, PAPER_RIGHT, false},        {"ขนาด (ไบต์)", 2.5, PAPER_RIGHT, false},
        {"SHA-256 (ย่อ)", 2.4, PAPER_LEFT, true},
    };
    struct arena *a = paper_arena(p);
    const struct paper_type heading = {
        .pt = body.pt, .bold = true, .ink = receipt_count_differs(r) ? PAPER_RED : PAPER_BLACK};
    paper_need(p, 20);
    paper_text(p, &heading, thai_digits(a, receipt_count(a, r)));
    if (is_given(r->secrecy)) {
        paper_text(p, &body, "ไม่แสดงรายการไฟล์ เนื่องจากเป็นหนังสือที่มีชั้นความลับ");
        return;
    }
    paper_skip(p, 0.5);
    struct paper_table *t = paper_table(p, columns, ARRAY_LEN(columns), 11);
    for (uint32_t i = 0; i < r->n_files; i++)
        file_row(t, a, i + 1, &r->files[i]);
}

/* ---------------------------------------------------------------- foot */

/* The link without its token: "HTTPS://HOST/R/". */
static char *link_start(struct arena *a, const struct receipt *r)
{
    size_t n = strlen(r->url), n_token = strlen(r->token);
    return arena_strndup(a, r->url, n > n_token ? n - n_token : n);
}

/* Measured first, because it stands at the bottom. */
static void foot(struct paper *p, const struct receipt *r, const struct qr_matrix *code)
{
    static const struct paper_type bold = {.pt = 12, .bold = true}, plain = {.pt = 11};
    static const struct paper_type mono = {.pt = 7.5, .mono = true};
    struct arena *a = paper_arena(p);
    const struct {
        const struct paper_type *type;
        const char *text;
    } lines[] = {
        {&bold, RECEIPT_CAVEAT},
        {&plain, "ตรวจสอบโดยสแกนคิวอาร์โค้ด หรือเปิดที่อยู่นี้ตามด้วยรหัส (ไม่ต้องเว้นวรรค)"},
        {&mono, link_start(a, r)},
        {&mono, receipt_groups(a, r->token)},
    };
    double width = paper_width(p) - CODE_SIDE - CODE_GAP, height = 0;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++)
        height += paper_text_height(p, width, lines[i].type, lines[i].text) + 1;
    double left = paper_left(p), x = left + CODE_SIDE + CODE_GAP;
    double y = paper_reserve(p, (height > CODE_SIDE ? height : CODE_SIDE) + 4) + 2;
    paper_line(p, left, y, left + paper_width(p), y, 0.3);
    paper_code(p, code, left - 2, y + 1, CODE_SIDE, r->url);
    y += 3;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++)
        y += paper_text_at(p, x, y, width, lines[i].type, lines[i].text) + 1;
}

static void draw(struct paper *p, const void *facts)
{
    const struct sheet *s = facts;
    foot(p, s->r, &s->code);
    top(p, s->r);
    letter(p, s->r);
    judgement(p, s->r);
    files(p, s->r);
}

/* ---------------------------------------------------------------- out */

static void set_up(struct arena *a, const struct receipt *r, struct paper_setup *out)
{
    const char *number = thai_digits(a, receipt_number(a, r));
    *out = (struct paper_setup){
        .title = arena_printf(a, "%s %s", RECEIPT_TITLE, receipt_number(a, r)),
        .author = r->office_name,
        .at_us = r->registered_at_us != TIME_NONE ? r->registered_at_us : r->entered_at_us,
        .head = arena_printf(a, "%s เลขทะเบียนรับ %s (ต่อ)", RECEIPT_TITLE, number),
        .foot = arena_printf(a, "%s · เลขทะเบียนรับ %s", r->office_name, number),
        .mark = is_given(r->secrecy) ? r->secrecy : NULL,
    };
}

bool receipt_pdf(const struct receipt *r, struct buf *out, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct sheet sheet = {.r = r};
    struct paper_setup setup;
    set_up(a, r, &setup);
    return qr_encode(a, r->url, QR_ECC_M, &sheet.code, err) &&
           paper_pdf(&setup, draw, &sheet, out, err);
}

bool receipt_png(const struct receipt *r, int dpi, struct buf *out, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct sheet sheet = {.r = r};
    struct paper_setup setup;
    set_up(a, r, &setup);
    return qr_encode(a, r->url, QR_ECC_M, &sheet.code, err) &&
           paper_png(&setup, draw, &sheet, 1, dpi, out, err);
}
