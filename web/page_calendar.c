/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Meetings to come and the days off of a year; officers add a meeting or a holiday, move or cancel
 * one. A changed holiday lists the deadlines that it would move before it moves them. */
#include "web/pages.h"
#include "web/parts.h"

#include "base/clock.h"
#include "base/refusals.h"
#include "db/deadline.h"
#include "db/judge.h"
#include "db/meeting.h"
#include <stdlib.h>
#include <string.h>

enum { DAYS_SHOWN = 366, CUTOFF_DAYS = 3, NOON = 12 * 60 };

static const char *const bodies[] = {"cabinet", "parliament"};
static const char *const kinds[] = {"regular", "special", "mobile"};
static const char *const holiday_kinds[] = {"annual", "substitute", "special"};

/* ---------------------------------------------------------------- meetings */

static void write_meeting_actions(struct web_request *r, struct html *h, const struct meeting *m)
{
    html_start(h, "td");
    if (r->person->rank >= WEB_OFFICER && strcmp(m->status, "planned") == 0) {
        html_start(h, "details");
        html_element(h, "summary", web_tr(r, "เลื่อน ยกเลิก", "Move, cancel"));
        web_form_start(r, h, arena_printf(r->a, "/calendar/meetings/%d", m->id));
        part_input(h, web_tr(r, "เลื่อนไปวันเวลา (เว้นว่างคือยกเลิก)", "Move to (empty: cancel)"), "at",
                   "text", NULL);
        part_input(h, web_tr(r, "เอกสารอ้างอิง", "Source"), "source", "text", NULL);
        part_reason(r, h, true);
        html_element(h, "button", web_tr(r, "บันทึก", "Save"));
        html_end(h);
        html_end(h);
    }
    html_end(h);
}

static bool write_meetings(struct web_request *r, struct html *h, struct err *err)
{
    struct meetings all;
    if (!meeting_list(r->a, r->db, NULL, r->now_us - 7 * US_PER_DAY,
                      r->now_us + DAYS_SHOWN * US_PER_DAY, &all, err))
        return false;
    const char *const titles[] = {web_tr(r, "วันเวลา", "When"),  web_tr(r, "ประชุม", "Of"),
                                  web_tr(r, "ชนิด", "Kind"),     web_tr(r, "สถานที่", "Place"),
                                  web_tr(r, "ปิดรับ", "Cut-off"), web_tr(r, "สถานะ", "State"),
                                  web_tr(r, "ดำเนินการ", "Work")};
    html_element(h, "h2", web_tr(r, "การประชุม", "Meetings"));
    if (all.n == 0)
        html_element(h, "p", web_tr(r, "ยังไม่มีการประชุมที่นัดไว้", "No meeting is planned."));
    part_table(h, titles, ARRAY_LEN(titles));
    for (int i = 0; i < all.n; i++) {
        const struct meeting *m = &all.meeting[i];
        html_start(h, "tr");
        html_start(h, "td");
        html_attr(h, "class", "short");
        part_link(h, arena_printf(r->a, "/calendar/meetings/%d", m->id),
                  part_time(r, m->starts_us));
        html_end(h);
        part_cell(h, titles[1], "short", part_word(r, m->body));
        part_cell(h, titles[2], "short", part_word(r, m->kind));
        part_cell(h, titles[3], "", m->place);
        part_cell(h, titles[4], "",
                  arena_printf(r->a, "%s (%s)", m->cutoff_rule, part_time(r, m->cutoff_us)));
        part_cell(h, titles[5], "",
                  arena_printf(r->a, "%s %s", part_word(r, m->status), m->status_why));
        write_meeting_actions(r, h, m);
        html_end(h);
    }
    html_end(h);
    html_end(h);
    return true;
}

/* What is owed to one meeting, and what has come: the day before it an officer lives on this page.
 */
bool page_meeting(struct web_request *r, struct web_answer *out, struct err *err)
{
    struct judged_list all;
    struct meeting m;
    struct html h;
    struct judged_filter f = {.as_of_us = r->now_us,
                              .meeting_id = (int)strtol(r->param[0], NULL, 10)};
    if (!meeting_get(r->a, r->db, f.meeting_id, &m, err) || !judge_list(r->db, r->a, &f, &all, err))
        return false;
    web_page_start(r, out, &h,
                   arena_printf(r->a, "%s %s %s", web_tr(r, "ประชุม", "Meeting of"),
                                part_word(r, m.body), part_time(r, m.starts_us)));
    html_start(&h, "p");
    html_textf(&h, "%s %s (%s) %s", part_word(r, m.status), m.cutoff_rule,
               part_time(r, m.cutoff_us), m.place);
    html_end(&h);
    const char *const titles[] = {web_tr(r, "เรื่องที่", "Matter"), web_tr(r, "หน่วยงาน", "Agency"),
                                  web_tr(r, "เรื่อง", "Title"), web_tr(r, "ผล", "Judgement"),
                                  web_tr(r, "เพราะ", "Because")};
    part_table(&h, titles, ARRAY_LEN(titles));
    for (int i = 0; i < all.n; i++) {
        const struct judged *j = &all.row[i];
        html_start(&h, "tr");
        html_start(&h, "td");
        html_attr(&h, "class", "short");
        part_link(&h, part_matter_url(r->a, j->matter_no), j->matter_no);
        html_end(&h);
        part_cell(&h, titles[1], "", j->agency);
        part_cell(&h, titles[2], "", j->title);
        part_cell(&h, titles[3], arena_printf(r->a, "short %s", part_tone(j->j.verdict)),
                  part_label(r, j->j.verdict, j->j.label));
        part_cell(&h, titles[4], "", j->j.why);
        html_end(&h);
    }
    html_end(&h);
    html_end(&h);
    if (all.n == 0)
        html_element(&h, "p",
                     web_tr(r, "ยังไม่มีเรื่องของการประชุมนี้", "No matter is for this meeting yet."));
    web_page_end(&h);
    return true;
}

static void write_new_meeting(struct web_request *r, struct html *h)
{
    html_start(h, "details");
    html_element(h, "summary", web_tr(r, "นัดประชุมใหม่", "New meeting"));
    web_form_start(r, h, "/calendar/meetings");
    part_select(r, h, web_tr(r, "ประชุม", "Of"), "body", bodies, ARRAY_LEN(bodies), bodies[0],
                false);
    part_select(r, h, web_tr(r, "ชนิด", "Kind"), "kind", kinds, ARRAY_LEN(kinds), kinds[0], false);
    part_input(
        h, web_tr(r, "วันเวลา เช่น 20 เม.ย. 2569 เวลา 09.00 น.", "Day and time, as 2026-04-20 09:00"),
        "at", "text", NULL);
    part_input(h, web_tr(r, "สถานที่", "Place"), "place", "text", NULL);
    part_input(h, web_tr(r, "ปิดรับก่อนกี่วันทำการ (12:00 น.)", "Cut-off: working days before (12:00)"),
               "days", "number", "3");
    part_input(h, web_tr(r, "เอกสารอ้างอิง", "Source"), "source", "text", NULL);
    html_element(h, "button", web_tr(r, "บันทึก", "Save"));
    html_end(h);
    html_end(h);
}

bool page_meeting_new(struct web_request *r, struct web_answer *out, struct err *err)
{
    bool has_time;
    int id;
    struct meeting m = {.body = web_get(&r->form, "body"),
                        .kind = web_get(&r->form, "kind"),
                        .place = web_get(&r->form, "place"),
                        .cutoff_days = (int)web_int(&r->form, "days", 0, 365, CUTOFF_DAYS),
                        .cutoff_minute = NOON,
                        .cutoff_us = TIME_NONE,
                        .source = web_get(&r->form, "source"),
                        .created_us = TIME_NONE};
    if (!part_read_time(web_get(&r->form, "at"), &m.starts_us, &has_time) || !has_time)
        return err_say(err, REFUSE_MEETING_WHEN);
    if (!db_begin(r->db, err))
        return false;
    struct db *tx CLEANUP(db_rollbackp) = r->db;
    if (!meeting_add(r->db, &m, r->person->login, &id, err) || !db_commit(tx, err))
        return false;
    web_done(r, out, "/calendar", "saved");
    return true;
}

bool page_meeting_change(struct web_request *r, struct web_answer *out, struct err *err)
{
    const char *at = web_get(&r->form, "at");
    bool has_time = false;
    int id, n;
    struct meeting_change c = {.id = (int)strtol(r->param[0], NULL, 10),
                               .cutoff_days = -1,
                               .cutoff_us = TIME_NONE,
                               .why = web_get(&r->form, "why"),
                               .source = web_get(&r->form, "source"),
                               .who = r->person->login};
    if (!*c.why)
        return err_say(err, REFUSE_MEETING_CHANGE_WHY);
    if (*at && (!part_read_time(at, &c.starts_us, &has_time) || !has_time))
        return err_say(err, REFUSE_WHEN_FORM, at);
    if (!db_begin(r->db, err))
        return false;
    struct db *tx CLEANUP(db_rollbackp) = r->db;
    if (!(*at ? meeting_move(r->db, &c, &id, &n, err) : meeting_cancel(r->db, &c, &n, err)) ||
        !db_commit(tx, err))
        return false;
    web_done(r, out, "/calendar", "saved");
    return true;
}

/* ---------------------------------------------------------------- days off */

static bool write_holidays(struct web_request *r, struct html *h, struct err *err)
{
    struct holidays all;
    if (!holiday_list(r->a, r->db, r->now_us - 30 * US_PER_DAY, r->now_us + DAYS_SHOWN * US_PER_DAY,
                      &all, err))
        return false;
    const char *const titles[] = {web_tr(r, "วัน", "Day"), web_tr(r, "ชื่อ", "Name"),
                                  web_tr(r, "ชนิด", "Kind"), web_tr(r, "ที่มา", "Source")};
    html_element(h, "h2", web_tr(r, "วันหยุด", "Days off"));
    if (all.n == 0)
        html_element(h, "p",
                     web_tr(r, "ยังไม่มีวันหยุดในปฏิทิน วันเสาร์และวันอาทิตย์ไม่ใช่วันทำการอยู่แล้ว",
                            "No day off is entered; Saturdays and Sundays are none anyway."));
    part_table(h, titles, ARRAY_LEN(titles));
    for (int i = 0; i < all.n; i++) {
        const struct holiday *d = &all.holiday[i];
        html_start(h, "tr");
        part_cell(h, titles[0], "short", part_day(r, d->date_us));
        part_cell(h, titles[1], "", d->name);
        part_cell(h, titles[2], "short", part_word(r, d->kind));
        part_cell(h, titles[3], "",
                  d->revoked_us == TIME_NONE
                      ? d->source
                      : arena_printf(r->a, "%s %s", web_tr(r, "ยกเลิกเมื่อ", "revoked"),
                                     part_time(r, d->revoked_us)));
        html_end(h);
    }
    html_end(h);
    html_end(h);
    return true;
}

static void write_new_holiday(struct web_request *r, struct html *h)
{
    html_start(h, "details");
    html_element(h, "summary", web_tr(r, "ประกาศวันหยุดใหม่", "New day off"));
    web_form_start(r, h, "/calendar/holidays");
    part_input(h, web_tr(r, "วัน เช่น 13 เม.ย. 2569", "Day, as 2026-04-13"), "date", "text", NULL);
    part_input(h, web_tr(r, "ชื่อ", "Name"), "name", "text", NULL);
    part_select(r, h, web_tr(r, "ชนิด", "Kind"), "kind", holiday_kinds, ARRAY_LEN(holiday_kinds),
                holiday_kinds[2], false);
    part_input(h, web_tr(r, "เอกสารอ้างอิง", "Source"), "source", "text", NULL);
    html_element(h, "button", web_tr(r, "บันทึก", "Save"));
    html_end(h);
    html_end(h);
}

static bool write_moves(struct web_request *r, struct html *h, struct err *err)
{
    struct deadline_moves all;
    if (!deadline_moves(r->a, r->db, &all, err))
        return false;
    if (all.n == 0)
        return true;
    html_element(h, "h2",
                 web_tr(r, "กำหนดที่ปฏิทินใหม่จะย้าย", "Deadlines that the new calendar would move"));
    const char *const titles[] = {web_tr(r, "เรื่อง", "Of"), web_tr(r, "กำหนดเดิม", "From"),
                                  web_tr(r, "กำหนดใหม่", "To")};
    part_table(h, titles, ARRAY_LEN(titles));
    for (int i = 0; i < all.n; i++) {
        html_start(h, "tr");
        part_cell(h, titles[0], "", all.move[i].what);
        part_cell(h, titles[1], "short", part_time(r, all.move[i].due_us));
        part_cell(h, titles[2], "short", part_time(r, all.move[i].new_due_us));
        html_end(h);
    }
    html_end(h);
    html_end(h);
    web_form_start(r, h, "/calendar/moves");
    part_reason(r, h, true);
    html_element(h, "button", web_tr(r, "ย้ายทั้งหมด", "Move them all"));
    html_end(h);
    return true;
}

bool page_holiday_new(struct web_request *r, struct web_answer *out, struct err *err)
{
    enum row_change change;
    bool has_time;
    int version;
    struct holiday d = {.name = web_get(&r->form, "name"),
                        .kind = web_get(&r->form, "kind"),
                        .region = "",
                        .source = web_get(&r->form, "source"),
                        .announced_us = r->now_us,
                        .revoked_us = TIME_NONE};
    if (!part_read_time(web_get(&r->form, "date"), &d.date_us, &has_time) || has_time || !*d.name)
        return err_say(err, REFUSE_HOLIDAY_WANTS);
    if (!db_begin(r->db, err))
        return false;
    struct db *tx CLEANUP(db_rollbackp) = r->db;
    if (!calendar_change(r->db, r->person->login, d.name, &version, err) ||
        !holiday_put(r->db, version, &d, r->person->login, &change, err) || !db_commit(tx, err))
        return false;
    web_done(r, out, "/calendar", "saved");
    return true;
}

bool page_moves(struct web_request *r, struct web_answer *out, struct err *err)
{
    const char *why = web_get(&r->form, "why");
    int n;
    if (!*why)
        return err_say(err, REFUSE_MOVES_WHY);
    if (!db_begin(r->db, err))
        return false;
    struct db *tx CLEANUP(db_rollbackp) = r->db;
    if (!deadline_move_all(r->db, why, r->person->login, &n, err) || !db_commit(tx, err))
        return false;
    web_done(r, out, "/calendar", "saved");
    return true;
}

bool page_calendar(struct web_request *r, struct web_answer *out, struct err *err)
{
    struct html h;
    web_page_start(r, out, &h, web_tr(r, "ปฏิทิน", "Calendar"));
    if (!write_moves(r, &h, err) || !write_meetings(r, &h, err))
        return false;
    if (r->person->rank >= WEB_OFFICER)
        write_new_meeting(r, &h);
    if (!write_holidays(r, &h, err))
        return false;
    if (r->person->rank >= WEB_OFFICER)
        write_new_holiday(r, &h);
    web_page_end(&h);
    return true;
}
