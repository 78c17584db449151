/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The lateness report's other sheets: was the service up, what waits for an officer, what changed.
 */
#include "report/lateness_part.h"
#include "report/scan_words.h"

#include <inttypes.h>
#include <string.h>

static void run_sheet(struct book *b, const struct lateness_rows *l)
{
    static const struct book_column columns[] = {
        {"as_of", "ของ", CELL_TIME, false, false, false, false},
        {"why", "เหตุ", CELL_TEXT, true, false, false, false}};
    if (l->n_runs == 0)
        return;
    struct sheet *s =
        book_sheet(b, "runs", "รายงานก่อนหน้าที่ไม่ได้ออกหรือไม่สำเร็จ", "", columns, ARRAY_LEN(columns));
    for (int i = 0; i < l->n_runs; i++) {
        sheet_number(s, l->runs[i].as_of_us);
        sheet_text(s, l->runs[i].why);
    }
    book_count(b, "runs", s->title, l->n_runs, s->key, true);
}

/* NULL: nobody is told to look at it any more. */
static const struct config_mailbox *configured(const struct config *c, const char *mailbox)
{
    for (uint32_t i = 0; i < c->n_mailboxes; i++)
        if (strcmp(c->mailbox[i].name, mailbox) == 0)
            return &c->mailbox[i];
    return NULL;
}

/* A gap that has not ended: nobody has looked for longer than the mailbox's gap allows. */
static bool is_silent(const struct late_mailbox *m, const struct config *c, int64_t as_of_us)
{
    const struct config_mailbox *known = configured(c, m->name);
    return !m->is_after && known &&
           (m->polled_us == TIME_NONE || as_of_us - m->polled_us > known->gap_s * US_PER_S);
}

static const char *mailbox_state(const struct late_mailbox *m, const struct config *c,
                                 int64_t as_of_us)
{
    if (!configured(c, m->name))
        return "ไม่อยู่ในการตั้งค่า จึงไม่ได้อ่าน";
    if (*m->error)
        return m->error;
    if (is_silent(m, c, as_of_us))
        return "ขาดการอ่าน";
    return m->polled_us == TIME_NONE ? "ยังไม่เคยอ่าน" : "ปกติ";
}

static void mailbox_sheet(struct book *b, const struct lateness_rows *l, const struct config *c)
{
    static const struct book_column columns[] = {
        {"mailbox", "กล่องจดหมาย", CELL_TEXT, false, false, false, false},
        {"folder", "แฟ้ม", CELL_TEXT, false, true, false, false},
        {"polled_at", "อ่านสำเร็จล่าสุด", CELL_TIME, false, false, false, false},
        {"state", "สถานะ", CELL_TEXT, true, false, false, false}};
    struct sheet *s = book_sheet(b, "mailboxes", "กล่องจดหมาย", "ยังไม่มีกล่องจดหมายที่อ่านอยู่", columns,
                                 ARRAY_LEN(columns));
    for (int i = 0; i < l->n_mailboxes; i++) {
        const struct late_mailbox *m = &l->mailboxes[i];
        sheet_text(s, m->name);
        sheet_text(s, m->folder);
        sheet_number(s, m->polled_us);
        sheet_text(s, mailbox_state(m, c, b->as_of_us));
    }
}

static void gap_sheet(struct book *b, const struct lateness_rows *l, const struct config *c)
{
    static const struct book_column columns[] = {
        {"mailbox", "กล่องจดหมาย", CELL_TEXT, false, false, false, false},
        {"from", "ตั้งแต่", CELL_TIME, false, false, false, false},
        {"to", "ถึง", CELL_TIME, false, false, false, false},
        {"minutes", "นาน", CELL_MINUTES, false, false, false, false},
        {"why", "เหตุ", CELL_TEXT, true, false, false, false}};
    struct sheet *s = book_sheet(b, "gaps", "ช่วงที่ไม่ได้อ่านกล่องจดหมาย", "ไม่มีช่วงที่ขาดการอ่าน", columns,
                                 ARRAY_LEN(columns));
    s->note = "เวลารับเป็นเวลาที่จดหมายเข้าระบบจดหมาย ช่วงที่ขาดการอ่านไม่ทำให้หน่วยงานล่าช้า";
    for (int i = 0; i < l->n_gaps; i++) {
        sheet_text(s, l->gaps[i].mailbox);
        sheet_number(s, l->gaps[i].from_us);
        sheet_number(s, l->gaps[i].to_us);
        sheet_number(s, (l->gaps[i].to_us - l->gaps[i].from_us) / US_PER_MIN);
        sheet_text(s, l->gaps[i].why);
    }
    for (int i = 0; i < l->n_mailboxes; i++) {
        const struct late_mailbox *m = &l->mailboxes[i];
        if (!is_silent(m, c, b->as_of_us))
            continue;
        bool ever = m->polled_us != TIME_NONE;
        sheet_text(s, m->name);
        sheet_number(s, m->polled_us);
        sheet_number(s, TIME_NONE);
        sheet_number(s, ever ? (b->as_of_us - m->polled_us) / US_PER_MIN : TIME_NONE);
        sheet_text(s, *m->error ? m->error : "ยังไม่กลับมา");
    }
    book_count(b, "gaps", s->title, sheet_rows(s), s->key, true);
}

static const char *where_it_lies(struct book *b, const struct reconcile_difference *d)
{
    return *d->folder ? arena_printf(b->a, "%s (UID %" PRId64 ")", d->folder, d->uid) : "ไม่พบที่ใด";
}

/* Mailbox against ledger: what differs for no known reason, from the last comparison. */
static void reconcile_sheet(struct book *b, const struct lateness_rows *l)
{
    static const struct book_column columns[] = {
        {"mailbox", "กล่องจดหมาย", CELL_TEXT, false, true, false, false},
        {"class", "ชนิด", CELL_TEXT, false, true, false, false},
        {"what", "ความต่าง", CELL_TEXT, true, false, false, false},
        {"register_no", "เลขรับ", CELL_TEXT, false, false, false, false},
        {"entered_at", "เข้าเมื่อ", CELL_TIME, false, false, false, false},
        {"subject", "เรื่อง", CELL_TEXT, true, false, false, false},
        {"where", "อยู่ที่", CELL_TEXT, true, false, false, false},
        {"do", "สิ่งที่ต้องทำ", CELL_TEXT, true, false, false, false}};
    const struct reconcile_found *f = &l->reconcile;
    int64_t n = 0;
    struct sheet *s = book_sheet(b, "reconcile", "จดหมายในตู้ที่ต่างจากทะเบียนโดยไม่รู้เหตุ",
                                 "ตู้จดหมายตรงกับทะเบียน", columns, ARRAY_LEN(columns));
    for (int i = 0; i < f->n_differences; i++) {
        const struct reconcile_difference *d = &f->differences[i];
        if (d->is_explained)
            continue;
        sheet_text(s, d->mailbox);
        sheet_text(s, d->what->name);
        sheet_text(s, d->what->th);
        sheet_text(s, d->register_no);
        sheet_number(s, d->internaldate_us);
        sheet_text(s, d->subject);
        sheet_text(s, where_it_lies(b, d));
        sheet_text(s, d->what->do_th);
    }
    for (int i = 0; i < f->n_runs; i++)
        n += f->runs[i].n_unexplained;
    book_count(b, "reconcile", s->title, n, s->key, true);
}

void lateness_state_sheets(struct book *b, const struct lateness_rows *l, const struct config *c)
{
    run_sheet(b, l);
    mailbox_sheet(b, l, c);
    gap_sheet(b, l, c);
    reconcile_sheet(b, l);
}

static void check_sheet(struct book *b, const struct lateness_rows *l)
{
    static const struct book_column columns[] = {
        {"register_no", "เลขรับ", CELL_TEXT, false, false, false, false},
        {"entered_at", "รับเมื่อ", CELL_TIME, false, false, false, false},
        {"from", "จาก", CELL_TEXT, true, false, false, false},
        {"subject", "เรื่อง", CELL_TEXT, true, false, false, false},
        {"why", "ต้องตรวจสอบ", CELL_TEXT, true, false, false, false}};
    struct sheet *s = book_sheet(b, "check", "รอเจ้าหน้าที่ตรวจสอบ", "ไม่มีเรื่องที่รอเจ้าหน้าที่ตรวจสอบ",
                                 columns, ARRAY_LEN(columns));
    for (int i = 0; i < l->n_checks; i++) {
        sheet_text(s, l->checks[i].register_no);
        sheet_number(s, l->checks[i].entered_us);
        sheet_text(s, l->checks[i].from);
        sheet_text(s, l->checks[i].subject);
        sheet_text(s, l->checks[i].why);
    }
    book_count(b, "check", s->title, l->n_checks, s->key, true);
}

static void quarantine_sheet(struct book *b, const struct lateness_rows *l)
{
    static const struct book_column columns[] = {
        {"id", "รหัสจดหมาย", CELL_INT, false, false, false, false},
        {"mailbox", "กล่องจดหมาย", CELL_TEXT, false, false, false, false},
        {"entered_at", "เข้าเมื่อ", CELL_TIME, false, false, false, false},
        {"why", "เหตุที่กันไว้", CELL_TEXT, true, false, false, false}};
    struct sheet *s =
        book_sheet(b, "quarantined", "จดหมายที่กันไว้", "ไม่มีจดหมายที่กันไว้", columns, ARRAY_LEN(columns));
    for (int i = 0; i < l->n_quarantine; i++) {
        sheet_number(s, l->quarantine[i].id);
        sheet_text(s, l->quarantine[i].mailbox);
        sheet_number(s, l->quarantine[i].entered_us);
        sheet_text(s, l->quarantine[i].why);
    }
    book_count(b, "quarantined", s->title, l->n_quarantine, s->key, true);
}

static const char *file_state(const char *state)
{
    static const char *const words[][2] = {{"encrypted", "เข้ารหัสไว้ เปิดอ่านไม่ได้"},
                                           {"damaged", "แฟ้มเสียหาย"},
                                           {"limit", "ใหญ่เกินที่อ่านได้"},
                                           {"poison", "อ่านแล้วโปรแกรมหยุด"},
                                           {"forged", "ใบรับปลอม"}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strcmp(words[i][0], state) == 0)
            return words[i][1];
    return state;
}

static void file_sheet(struct book *b, const struct lateness_rows *l)
{
    static const struct book_column columns[] = {
        {"register_no", "เลขรับ", CELL_TEXT, false, false, false, false},
        {"entered_at", "รับเมื่อ", CELL_TIME, false, false, false, false},
        {"filename", "แฟ้ม", CELL_TEXT, true, false, false, false},
        {"state", "สถานะ", CELL_TEXT, false, false, false, false},
        {"why", "รายละเอียด", CELL_TEXT, true, true, false, false}};
    struct sheet *s = book_sheet(b, "unreadable", "แฟ้มที่อ่านรหัส QR ไม่ได้", "อ่านได้ทุกแฟ้ม", columns,
                                 ARRAY_LEN(columns));
    for (int i = 0; i < l->n_files; i++) {
        sheet_text(s, l->files[i].register_no);
        sheet_number(s, l->files[i].entered_us);
        sheet_text(s, l->files[i].filename);
        sheet_text(s, file_state(l->files[i].state));
        sheet_text(s, scan_words(b->a, l->files[i].why));
    }
    book_count(b, "unreadable", s->title, l->n_files, s->key, true);
}

static void change_sheet(struct book *b, const struct lateness_rows *l)
{
    static const struct book_column columns[] = {
        {"at", "เมื่อ", CELL_TIME, false, false, false, false},
        {"what", "สิ่งที่เปลี่ยน", CELL_TEXT, true, false, false, false},
        {"from", "เดิม", CELL_TIME, false, false, false, false},
        {"to", "ใหม่", CELL_TIME, false, false, false, false},
        {"why", "เหตุ", CELL_TEXT, true, false, false, false},
        {"who", "โดย", CELL_TEXT, false, true, false, false}};
    struct sheet *s = book_sheet(b, "changes", "การเปลี่ยนแปลงของกำหนด วันหยุด และการประชุม",
                                 "ไม่มีการเปลี่ยนแปลงตั้งแต่รายงานก่อนหน้า", columns, ARRAY_LEN(columns));
    for (int i = 0; i < l->n_changes; i++) {
        sheet_number(s, l->changes[i].at_us);
        sheet_text(s, l->changes[i].what);
        sheet_number(s, l->changes[i].from_us);
        sheet_number(s, l->changes[i].to_us);
        sheet_text(s, l->changes[i].why);
        sheet_text(s, l->changes[i].who);
    }
    book_count(b, "changes", "การเปลี่ยนแปลงตั้งแต่รายงานก่อนหน้า", l->n_changes, s->key, false);
}

void lateness_work_sheets(struct book *b, const struct lateness_rows *l)
{
    check_sheet(b, l);
    quarantine_sheet(b, l);
    file_sheet(b, l);
    change_sheet(b, l);
}
