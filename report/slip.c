/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The slip on paper: what is asked, who answers by when, how to use it, and two labels to cut out
 * at the foot of the first page. */
#include "report/slip.h"

#include "base/clock.h"
#include "base/thai.h"
#include "qr/draw.h"
#include "report/paper.h"
#include "report/receipt_words.h"
#include <string.h>

#define SLIP_TITLE   "ใบปะหน้าหนังสือส่งเอกสาร"
#define LABEL_WIDTH  30.0 /* mm, as all below */
#define CODE_SIDE    38.0
#define LABEL_HEIGHT 42.0 /* of what is cut out */
#define LABEL_CODE   36.0
#define LABEL_PAD    2.5

static const struct paper_type body = {.pt = 12.5};

struct sheet {
    const struct slip *s;
    struct qr_matrix code;
};

static bool is_secret(const struct slip *s)
{
    return is_given(s->matter->secrecy);
}

static const char *title_of(struct arena *a, const struct slip *s)
{
    if (is_secret(s))
        return arena_printf(a, "(%s)", s->matter->secrecy);
    return receipt_field(a, s->matter->title, "ไม่ระบุ");
}

static const char *number_of(struct arena *a, const struct slip *s)
{
    return thai_digits(a, arena_printf(a, "%d/%d", s->matter->no, s->matter->year));
}

static const char *due_of(struct arena *a, int64_t due_us)
{
    if (due_us == TIME_NONE)
        return "ยังไม่กำหนด";
    return thai_digits(a, thai_time(a, due_us, THAI_LONG_TIME));
}

/* ---------------------------------------------------------------- labels */

/* The deadline where all parties have the same; else the reader looks at the table. */
static const char *label_due(struct arena *a, const struct slip *s)
{
    const struct slip_matter *m = s->matter;
    for (int i = 1; i < m->n_parties; i++)
        if (m->parties[i].due_us != m->parties[0].due_us)
            return "ตามตารางในใบปะหน้า";
    return due_of(a, m->n_parties ? m->parties[0].due_us : TIME_NONE);
}

static void label(struct paper *p, const struct sheet *sheet, double x, double y, double width)
{
    static const struct paper_type small = {.pt = 9.5}, big = {.pt = 15, .bold = true};
    struct arena *a = paper_arena(p);
    const struct slip *s = sheet->s;
    double text_x = x + LABEL_CODE + LABEL_PAD, text_width = width - LABEL_CODE - LABEL_PAD - 1;
    const struct {
        const struct paper_type *type;
        const char *text;
    } lines[] = {
        {&small, receipt_cut(a, s->office_name, 150, "")},
        {&big, arena_printf(a, "เรื่องที่ %s", number_of(a, s))},
        {&small, arena_printf(a, "กำหนดส่ง %s", label_due(a, s))},
    };
    paper_box(p, x, y, width, LABEL_HEIGHT, false);
    paper_code(p, &sheet->code, x + 1, y + (LABEL_HEIGHT - LABEL_CODE) / 2, LABEL_CODE, s->url);
    y += LABEL_PAD;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++)
        y += paper_text_at(p, text_x, y, text_width, lines[i].type, lines[i].text) + 0.8;
}

static void labels(struct paper *p, const struct sheet *sheet)
{
    static const struct paper_type small = {.pt = 10, .align = PAPER_CENTER, .ink = PAPER_GREY};
    double x = paper_left(p), gap = 6, width = (paper_width(p) - gap) / 2;
    double y = paper_reserve(p, LABEL_HEIGHT + 12) + 4;
    y += paper_text_at(p, x, y, paper_width(p), &small,
                       "ป้ายสำหรับตัดปิดที่มุมขวาบนของหนังสือนำส่ง (ใช้แทนใบปะหน้าได้)") +
         1;
    label(p, sheet, x, y, width);
    label(p, sheet, x + width + gap, y, width);
}

/* ---------------------------------------------------------------- the request */

static void top(struct paper *p, const struct sheet *sheet)
{
    static const struct paper_type office = {.pt = 15, .bold = true},
                                   title = {.pt = 21, .bold = true};
    static const struct paper_type number = {.pt = 26, .bold = true},
                                   small = {.pt = 11, .ink = PAPER_GREY};
    struct arena *a = paper_arena(p);
    const struct slip *s = sheet->s;
    double x = paper_left(p), y = paper_y(p), width = paper_width(p) - CODE_SIDE - 4;
    double start = y;
    paper_code(p, &sheet->code, x + paper_width(p) - CODE_SIDE + 2, y - 2, CODE_SIDE, s->url);
    y += paper_text_at(p, x, y, width, &office, receipt_cut(a, s->office_name, 300, ""));
    y += paper_text_at(p, x, y, width, &title, SLIP_TITLE);
    y += paper_text_at(p, x, y, width, &number, arena_printf(a, "เรื่องที่ %s", number_of(a, s)));
    y += paper_text_at(p, x, y, width, &small,
                       arena_printf(a, "ออกเมื่อ %s", due_of(a, s->made_at_us)));
    double below = start + CODE_SIDE - 2;
    paper_skip(p, (y > below ? y : below) - start);
    paper_line(p, x, paper_y(p), x + paper_width(p), paper_y(p), 0.3);
    paper_skip(p, 3);
}

static void request(struct paper *p, const struct slip *s)
{
    struct arena *a = paper_arena(p);
    const struct receipt class_of = {.class_name = s->matter->class_name};
    const struct {
        const char *label, *value;
    } fields[] = {
        {"เรื่อง", title_of(a, s)},
        {"ประเภท", receipt_class(&class_of)},
        {"ชั้นความเร็ว", receipt_field(a, s->matter->urgency, "ไม่ระบุ")},
        {"หนังสือที่ขอ", thai_digits(a, receipt_field(a, s->matter->letter_no, "ไม่ระบุ"))},
    };
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        paper_field(p, LABEL_WIDTH, &body, fields[i].label, fields[i].value);
    paper_skip(p, 2);
}

static void parties(struct paper *p, const struct slip *s)
{
    static const struct paper_column columns[] = {
        {"หน่วยงาน", 3.6, PAPER_LEFT, false},
        {"กำหนดส่ง", 4.6, PAPER_LEFT, false},
        {"ที่มาของกำหนด", 5, PAPER_LEFT, false},
    };
    struct arena *a = paper_arena(p);
    const struct slip_matter *m = s->matter;
    if (m->n_parties == 0) {
        paper_field(p, LABEL_WIDTH, &body, "กำหนดส่ง", "ยังไม่กำหนดหน่วยงานและวันส่ง");
        return;
    }
    struct paper_table *t = paper_table(p, columns, ARRAY_LEN(columns), 11.5);
    for (int i = 0; i < m->n_parties; i++) {
        const char *cells[] = {m->parties[i].agency, due_of(a, m->parties[i].due_us),
                               thai_digits(a, m->parties[i].basis)};
        paper_row(t, cells);
    }
}

static void directions(struct paper *p, const struct slip *s)
{
    static const struct paper_type bold = {.pt = 12.5, .bold = true}, plain = {.pt = 12};
    static const struct paper_type mono = {.pt = 7.5, .mono = true};
    struct arena *a = paper_arena(p);
    const char *address = receipt_field(a, s->office_addr, "ที่อยู่อีเมลของสำนักงาน");
    const char *const lines[] = {
        "๑. วางใบนี้เป็นหน้าแรกของเอกสาร หรือตัดป้ายด้านล่างปิดบนหนังสือนำส่ง แล้วสแกนเป็น PDF",
        arena_printf(a, "๒. ส่งทางอีเมลมาที่ %s เวลาที่อีเมลถึงสำนักงานคือเวลารับ", address),
        "๓. ระบบผูกเอกสารกับเรื่องและกำหนดส่งนี้ให้เอง และส่งใบรับกลับทางอีเมล",
    };
    paper_skip(p, 3);
    paper_need(p, 40);
    paper_text(p, &bold, "วิธีใช้");
    for (size_t i = 0; i < ARRAY_LEN(lines); i++)
        paper_text(p, &plain, lines[i]);
    paper_skip(p, 2);
    paper_text(p, &mono, receipt_groups(a, s->token));
}

static void draw(struct paper *p, const void *facts)
{
    const struct sheet *sheet = facts;
    labels(p, sheet);
    top(p, sheet);
    request(p, sheet->s);
    parties(p, sheet->s);
    directions(p, sheet->s);
}

bool slip_pdf(const struct slip *s, struct buf *out, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct sheet sheet = {.s = s};
    const struct paper_setup setup = {
        .title = arena_printf(a, "%s %d/%d", SLIP_TITLE, s->matter->no, s->matter->year),
        .author = s->office_name,
        .at_us = s->made_at_us,
        .head = arena_printf(a, "%s เรื่องที่ %s (ต่อ)", SLIP_TITLE, number_of(a, s)),
        .foot = arena_printf(a, "%s · เรื่องที่ %s", s->office_name, number_of(a, s)),
        .mark = is_secret(s) ? s->matter->secrecy : NULL,
    };
    return qr_encode(a, s->url, QR_ECC_Q, &sheet.code, err) &&
           paper_pdf(&setup, draw, &sheet, out, err);
}
