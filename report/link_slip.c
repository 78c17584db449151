/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The slip of a link on paper. See link_slip.h. No subject and no name: the page travels. */
#include "report/link_slip.h"

#include "base/clock.h"
#include "base/thai.h"
#include "qr/draw.h"
#include "report/paper.h"
#include "report/receipt_words.h"
#include <ctype.h>

#define SLIP_TITLE  "ใบแนบลิงก์เอกสาร"
#define CODE_SIDE   52.0 /* mm, as all below */
#define LABEL_WIDTH 34.0

struct sheet {
    const struct link_slip *s;
    struct qr_matrix code;
};

char *link_url(struct arena *a, const char *base_url, const char *token)
{
    char *url = arena_printf(a, "%s/L/%s", base_url, token);
    for (char *p = url; *p; p++)
        *p = (char)toupper((unsigned char)*p);
    return url;
}

static void fields(struct paper *p, const struct link_slip *s)
{
    static const struct paper_type body = {.pt = 14};
    struct arena *a = paper_arena(p);
    const struct {
        const char *label, *value;
    } rows[] = {
        {"เลขทะเบียนรับ", thai_digits(a, s->register_no)},
        {"ที่หนังสือ", thai_digits(a, receipt_field(a, s->letter_no, "ไม่ระบุ"))},
        {"จำนวนแฟ้ม", thai_digits(a, arena_printf(a, "%d", s->n_files))},
        {"เปิดได้ถึง", thai_digits(a, thai_time(a, s->expires_us, THAI_LONG_TIME))},
        {"ออกเมื่อ", thai_digits(a, thai_time(a, s->made_us, THAI_LONG_TIME))},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        paper_field(p, LABEL_WIDTH, &body, rows[i].label, rows[i].value);
}

static void draw(struct paper *p, const void *facts)
{
    static const struct paper_type office = {.pt = 16, .bold = true},
                                   title = {.pt = 22, .bold = true}, plain = {.pt = 13},
                                   mono = {.pt = 9, .mono = true};
    const struct sheet *sheet = facts;
    double x = paper_left(p), y = paper_y(p), width = paper_width(p) - CODE_SIDE - 4, start = y;
    paper_code(p, &sheet->code, x + paper_width(p) - CODE_SIDE + 2, y - 2, CODE_SIDE,
               sheet->s->url);
    y += paper_text_at(p, x, y, width, &office,
                       receipt_cut(paper_arena(p), sheet->s->office_name, 300, ""));
    y += paper_text_at(p, x, y, width, &title, SLIP_TITLE);
    double below = start + CODE_SIDE;
    paper_skip(p, (y > below ? y : below) - start);
    fields(p, sheet->s);
    paper_skip(p, 3);
    paper_text(p, &plain,
               "สแกนรหัสด้วยโทรศัพท์ หรือพิมพ์ที่อยู่ด้านล่าง เพื่อเปิดแฟ้มของหนังสือฉบับนี้ "
               "ผู้ใดมีใบนี้ย่อมเปิดแฟ้มได้ โปรดส่งต่อเฉพาะผู้เกี่ยวข้อง สำนักงานเพิกถอนลิงก์ได้ทุกเมื่อ");
    paper_skip(p, 2);
    paper_text(p, &mono, sheet->s->url);
}

bool link_slip_pdf(const struct link_slip *s, struct buf *out, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct sheet sheet = {.s = s};
    const struct paper_setup setup = {
        .title = arena_printf(a, "%s %s", SLIP_TITLE, s->register_no),
        .author = s->office_name,
        .at_us = s->made_us,
        .head = SLIP_TITLE,
        .foot =
            arena_printf(a, "%s · เลขทะเบียนรับ %s", s->office_name, thai_digits(a, s->register_no)),
    };
    return qr_encode(a, s->url, QR_ECC_M, &sheet.code, err) &&
           paper_pdf(&setup, draw, &sheet, out, err);
}
