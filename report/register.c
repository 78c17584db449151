/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The receive register. See register.h. Columns as in the office's form: number, letter, date,
 * from, to, subject, what was done, remarks. */
#include "report/register.h"

#include "base/thai.h"
#include "db/item.h"
#include <string.h>

static const struct book_column columns[] = {
    {.key = "register_no", .title = "เลขทะเบียนรับ", .kind = CELL_TEXT},
    {.key = "entered_at", .title = "วันเวลารับ", .kind = CELL_TIME},
    {.key = "letter_no", .title = "ที่", .kind = CELL_TEXT},
    {.key = "letter_date", .title = "ลงวันที่", .kind = CELL_DAY},
    {.key = "from", .title = "จาก", .kind = CELL_TEXT, .shrinks = true},
    {.key = "to", .title = "ถึง", .kind = CELL_TEXT, .extra = true, .mixed = true},
    {.key = "subject", .title = "เรื่อง", .kind = CELL_TEXT, .shrinks = true},
    {.key = "status", .title = "การปฏิบัติ", .kind = CELL_TEXT},
    {.key = "remark", .title = "หมายเหตุ", .kind = CELL_TEXT, .shrinks = true},
    {.key = "urgency", .title = "ชั้นความเร็ว", .kind = CELL_TEXT, .extra = true, .mixed = true},
    {.key = "matter_no", .title = "เรื่องที่", .kind = CELL_TEXT, .extra = true},
    {.key = "due_at", .title = "กำหนด", .kind = CELL_TIME, .extra = true},
    {.key = "verdict", .title = "ผล", .kind = CELL_TEXT, .extra = true},
    {.key = "registered_at", .title = "ลงทะเบียนเมื่อ", .kind = CELL_TIME, .extra = true},
};

static const char *remark(struct arena *a, const struct item_row *r)
{
    struct buf out CLEANUP(buf_fini) = {0};
    const char *const parts[][2] = {{"ยกเลิกเลข: ", r->cancelled_why},
                                    {"ต้องตรวจสอบ: ", r->check_why},
                                    {"ไม่ครบ: ", r->incomplete_why}};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        if (*parts[i][1])
            buf_addf(&out, "%s%s%s", out.len ? "; " : "", parts[i][0], parts[i][1]);
    return arena_strdup(a, buf_str(&out));
}

static void add_row(struct sheet *s, const struct item_row *r, const char *office)
{
    sheet_text(s, r->register_no);
    sheet_number(s, r->entered_us);
    sheet_text(s, r->letter_no);
    sheet_number(s, r->letter_date_us);
    sheet_text(s, *r->agency ? r->agency : r->from_addr);
    sheet_text(s, office);
    sheet_text(s, r->subject);
    sheet_text(s, r->status);
    sheet_text(s, remark(s->a, r));
    sheet_text(s, r->urgency);
    sheet_text(s, r->matter_no);
    sheet_number(s, r->due_us);
    sheet_text(s, r->label);
    sheet_number(s, r->registered_us);
}

static struct book *book_make(struct arena *a, const struct config *c, int64_t as_of_us)
{
    struct book *b = book_new(a, "register", c->office_name, "ทะเบียนหนังสือรับ", as_of_us);
    b->shows_all = true;
    return b;
}

static int add_rows(struct book *b, const struct item_rows *rows, const struct config *c,
                    bool only_cancelled)
{
    struct sheet *s = only_cancelled
                          ? book_sheet(b, "cancelled", "เลขทะเบียนรับที่ยกเลิก", "ไม่มีเลขที่ยกเลิก", columns,
                                       ARRAY_LEN(columns))
                          : book_sheet(b, "register", "ทะเบียนหนังสือรับ", "ไม่มีหนังสือรับในช่วงเวลานี้",
                                       columns, ARRAY_LEN(columns));
    int n_cancelled = 0;
    for (int i = 0; i < rows->n; i++) {
        bool is_cancelled = *rows->item[i].cancelled_why;
        n_cancelled += is_cancelled;
        if (is_cancelled || !only_cancelled)
            add_row(s, &rows->item[i], c->office_name);
    }
    return n_cancelled;
}

static bool read_rows(struct arena *a, struct db *db, int64_t from_us, int64_t to_us,
                      int64_t as_of_us, struct item_rows *rows, struct err *err)
{
    const struct item_filter f = {.state = "any",
                                  .from_us = from_us,
                                  .to_us = to_us,
                                  .by_number = true,
                                  .as_of_us = as_of_us,
                                  .as_it_stood = true,
                                  .oldest_first = true};
    return item_list(a, db, &f, rows, err);
}

bool register_gather(struct arena *a, struct db *db, const struct config *c, int64_t from_us,
                     int64_t to_us, int64_t as_of_us, struct book **out, struct err *err)
{
    struct item_rows rows;
    if (!read_rows(a, db, from_us, to_us, as_of_us, &rows, err))
        return false;
    struct book *b = book_make(a, c, as_of_us);
    int n_cancelled = add_rows(b, &rows, c, false);
    book_fact(b, "period", "ช่วงเวลา",
              arena_printf(a, "%s ถึง %s", thai_time(a, from_us, THAI_DATE_LONG),
                           thai_time(a, to_us - 1, THAI_DATE_LONG)));
    book_count(b, "numbers", "เลขที่ออก", rows.n, "register", false);
    book_count(b, "cancelled", "ในจำนวนนี้ยกเลิก", n_cancelled, "cancelled", false);
    *out = b;
    return true;
}

bool register_list(struct arena *a, struct db *db, const struct config *c, int64_t from_us,
                   int64_t to_us, int64_t as_of_us, const char *key, struct book **out,
                   struct err *err)
{
    struct item_rows rows;
    bool only_cancelled = strcmp(key, "cancelled") == 0;
    if (!only_cancelled && strcmp(key, "register") != 0)
        return err_set(err, ERR_REFUSE, "--list %s of register: there are register and cancelled",
                       key);
    if (!read_rows(a, db, from_us, to_us, as_of_us, &rows, err))
        return false;
    struct book *b = book_make(a, c, as_of_us);
    add_rows(b, &rows, c, only_cancelled);
    *out = b;
    return true;
}
