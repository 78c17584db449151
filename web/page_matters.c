/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Matters: what is asked, of whom, by when and why, and what came of it. */
#include "web/pages.h"
#include "web/parts.h"

#include "base/refusals.h"
#include "db/agency.h"
#include "db/deadline.h"
#include "db/judge.h"
#include "db/matter.h"
#include "db/secrecy.h"
#include <string.h>

enum { PAGE_MATTERS = 50, PAGES_MAX = 100000, COLUMNS = 5 };

static const char *const classes[] = {"CAB-SUBMIT",   "CAB-OPINION",   "CAB-URGENT", "CAB-FOLLOWUP",
                                      "PARL-CONSULT", "PARL-QUESTION", "PARL-BILL",  "OTHER"};

static const char *number_of(struct arena *a, const struct matter *m)
{
    return arena_printf(a, "%d/%d", m->no, m->year);
}

static void write_new(struct web_request *r, struct html *h)
{
    html_start(h, "details");
    html_element(h, "summary", web_tr(r, "เรื่องใหม่", "New matter"));
    web_form_start(r, h, "/matters");
    part_input(h, web_tr(r, "ชื่อเรื่อง", "Title"), "title", "text", NULL);
    part_select(r, h, web_tr(r, "ประเภท", "Class"), "class", classes, ARRAY_LEN(classes),
                classes[0], false);
    part_input(h, web_tr(r, "รหัสหน่วยงานที่ต้องส่ง", "Code of the agency that is asked"), "agency",
               "text", NULL);
    part_input(h, web_tr(r, "หนังสือที่ขอ", "Letter that asked"), "letter", "text", NULL);
    html_element(h, "button", web_tr(r, "บันทึก", "Save"));
    html_end(h);
    html_end(h);
}

static void write_matters(struct web_request *r, struct html *h, const struct matters *all)
{
    const char *const titles[COLUMNS] = {
        web_tr(r, "เรื่องที่", "No."), web_tr(r, "เรื่อง", "Title"), web_tr(r, "ประเภท", "Class"),
        web_tr(r, "หน่วยงาน", "Agencies"), web_tr(r, "ประชุม", "Meeting")};
    html_start(h, "table");
    html_attr(h, "class", "cards");
    part_head(h, titles, COLUMNS);
    html_start(h, "tbody");
    for (int i = 0; i < all->n; i++) {
        const struct matter *m = &all->matter[i];
        html_start(h, "tr");
        html_start(h, "td");
        html_attr(h, "data-label", titles[0]);
        html_attr(h, "class", "short");
        part_link(h, part_matter_url(r->a, number_of(r->a, m)), number_of(r->a, m));
        html_end(h);
        part_cell(h, titles[1], "", *m->secrecy ? "(ลับ)" : m->title);
        part_cell(h, titles[2], "short", m->class_name);
        part_cell(h, titles[3], "", m->agencies);
        part_cell(h, titles[4], "short",
                  m->meeting_us == TIME_NONE ? "" : part_time(r, m->meeting_us));
        html_end(h);
    }
    html_end(h);
    html_end(h);
}

bool page_matters(struct web_request *r, struct web_answer *out, struct err *err)
{
    int64_t page = web_int(&r->query, "page", 1, PAGES_MAX, 1);
    struct matters all;
    struct html h;
    const struct matter_filter f = {.limit = PAGE_MATTERS + 1,
                                    .offset = (int)(page - 1) * PAGE_MATTERS};
    if (!matter_list(r->a, r->db, &f, &all, err))
        return false;
    bool more = all.n > PAGE_MATTERS;
    all.n -= more;
    web_page_start(r, out, &h, web_tr(r, "เรื่อง", "Matters"));
    if (r->person->rank >= WEB_OFFICER)
        write_new(r, &h);
    write_matters(r, &h, &all);
    html_start(&h, "div");
    html_attr(&h, "class", "pages");
    if (page > 1)
        part_link(&h, arena_printf(r->a, "/matters?page=%d", (int)page - 1),
                  web_tr(r, "‹ ก่อนหน้า", "‹ before"));
    if (more)
        part_link(&h, arena_printf(r->a, "/matters?page=%d", (int)page + 1),
                  web_tr(r, "ถัดไป ›", "next ›"));
    web_page_end(&h);
    return true;
}

/* ---------------------------------------------------------------- one */

static bool find(struct web_request *r, struct matter *out, struct err *err)
{
    int year, no;
    struct matter_filter f = {.limit = 1};
    struct matters all;
    const char *number = part_number(r);
    if (!matter_no_parse(number, &year, &no) || !matter_find(r->db, year, no, &f.id, err) ||
        f.id == 0)
        return err_say(err, REFUSE_MATTER_UNKNOWN, number);
    if (!matter_list(r->a, r->db, &f, &all, err))
        return false;
    *out = all.matter[0];
    return true;
}

static void write_deadline_form(struct web_request *r, struct html *h, const struct judged *j)
{
    static const char *const levels[] = {"2", "3", "5", "6", "1"};
    html_start(h, "details");
    html_element(h, "summary", web_tr(r, "กำหนดวันส่ง", "Set a deadline"));
    web_form_start(r, h, arena_printf(r->a, "%s/deadlines", part_matter_url(r->a, j->matter_no)));
    html_start(h, "input");
    html_attr(h, "type", "hidden");
    html_attr(h, "name", "agency");
    html_attr(h, "value", j->agency_code);
    html_end(h);
    part_select(r, h, web_tr(r, "ที่มาของกำหนด", "Where the deadline is from"), "level", levels,
                ARRAY_LEN(levels), levels[0], false);
    part_input(h,
               web_tr(r, "วัน (และเวลา) เช่น 9 เม.ย. 2569 เวลา 12.00 น.",
                      "Day (and time), as 2026-04-09 12:00"),
               "at", "text", NULL);
    part_input(h, web_tr(r, "หรือจำนวนวัน นับจากวันรับเรื่อง", "or number of days from receipt"), "days",
               "number", NULL);
    part_input(h, web_tr(r, "เอกสารอ้างอิง", "Source"), "source", "text", NULL);
    part_input(h, web_tr(r, "เหตุผล", "Reason"), "why", "text", NULL);
    html_element(h, "button", web_tr(r, "บันทึก", "Save"));
    html_end(h);
    html_end(h);
}

static bool write_expected(struct web_request *r, struct html *h, const struct matter *m,
                           struct err *err)
{
    struct judged_list all;
    const struct judged_filter f = {.as_of_us = r->now_us, .matter_id = m->id};
    if (!judge_list(r->db, r->a, &f, &all, err))
        return false;
    for (int i = 0; i < all.n; i++) {
        const struct judged *j = &all.row[i];
        html_element(h, "h2", j->agency);
        html_start(h, "p");
        html_start(h, "strong");
        html_attr(h, "class", part_tone(j->j.verdict));
        html_text(h, part_label(r, j->j.verdict, j->j.label));
        html_end(h);
        html_end(h);
        html_start(h, "p");
        html_attr(h, "class", "why");
        html_text(h, j->j.why);
        html_end(h);
        if (r->person->rank >= WEB_OFFICER)
            write_deadline_form(r, h, j);
    }
    return true;
}

bool page_matter(struct web_request *r, struct web_answer *out, struct err *err)
{
    struct matter m;
    struct html h;
    struct item_rows rows;
    if (!find(r, &m, err))
        return false;
    const char *number = number_of(r->a, &m);
    const struct item_filter f = {.state = "",
                                  .from_us = TIME_NONE,
                                  .to_us = TIME_NONE,
                                  .matter = number,
                                  .as_of_us = r->now_us,
                                  .limit = PAGE_MATTERS};
    if (!item_list(r->a, r->db, &f, &rows, err))
        return false;
    web_page_start(r, out, &h, arena_printf(r->a, "%s %s", web_tr(r, "เรื่องที่", "Matter"), number));
    html_start(&h, "dl");
    part_fact(&h, web_tr(r, "เรื่อง", "Title"), *m.secrecy ? "(ลับ)" : m.title);
    part_fact(&h, web_tr(r, "ชั้นความลับ", "Secrecy"), m.secrecy);
    part_fact(&h, web_tr(r, "ประเภท", "Class"), part_word(r, m.class_name));
    part_fact(&h, web_tr(r, "หนังสือที่ขอ", "Letter that asked"), m.letter_no);
    part_fact(&h, web_tr(r, "รับเรื่องเมื่อ", "Request received"),
              m.received_us == TIME_NONE ? "" : part_time(r, m.received_us));
    part_fact(&h, web_tr(r, "ประชุม", "Meeting"),
              m.meeting_us == TIME_NONE ? "" : part_time(r, m.meeting_us));
    html_end(&h);
    if (!write_expected(r, &h, &m, err))
        return false;
    html_element(&h, "h2", web_tr(r, "หนังสือของเรื่องนี้", "Its letters"));
    part_items(r, &h, &rows);
    if (r->person->rank >= WEB_OFFICER)
        part_secrecy(r, &h, arena_printf(r->a, "%s/secrecy", part_matter_url(r->a, number)),
                     m.secrecy);
    web_page_end(&h);
    return true;
}

/* ---------------------------------------------------------------- entering */

bool page_matter_new(struct web_request *r, struct web_answer *out, struct err *err)
{
    struct matter m = {.title = web_get(&r->form, "title"),
                       .class_name = web_get(&r->form, "class"),
                       .urgency = "",
                       .secrecy = "",
                       .letter_no = web_get(&r->form, "letter"),
                       .received_us = r->now_us,
                       .created_us = TIME_NONE};
    int64_t id, expectation;
    int no, agency = 0;
    if (!db_begin(r->db, err))
        return false;
    struct db *tx CLEANUP(db_rollbackp) = r->db;
    if (!agency_find(r->db, web_get(&r->form, "agency"), &agency, err))
        return false;
    if (!agency)
        return err_say(err, REFUSE_AGENCY_UNKNOWN, web_get(&r->form, "agency"));
    if (!matter_add(r->db, &m, r->person->login, &id, &no, err) ||
        !expectation_add(r->db, id, agency, TIME_NONE, r->person->login, &expectation, err) ||
        !db_commit(tx, err))
        return false;
    web_done(r, out, "/matters", "saved");
    return true;
}

static bool read_rule(struct web_request *r, struct deadline_rule *out, struct err *err)
{
    const char *at = web_get(&r->form, "at");
    *out = (struct deadline_rule){.level = (enum deadline_level)web_int(&r->form, "level", 1, 6, 2),
                                  .at_us = TIME_NONE,
                                  .days = (int)web_int(&r->form, "days", 0, WORKING_DAYS_MAX, 0),
                                  .from_us = TIME_NONE,
                                  .source = web_get(&r->form, "source"),
                                  .reason = web_get(&r->form, "why"),
                                  .created_us = TIME_NONE};
    return !*at || part_read_time(at, &out->at_us, &out->has_time) ||
           err_say(err, REFUSE_DAY_FORM, at);
}

bool page_matter_deadline(struct web_request *r, struct web_answer *out, struct err *err)
{
    struct matter m;
    struct deadline_rule rule;
    struct deadline set;
    int agency;
    int64_t expectation;
    if (!find(r, &m, err) || !read_rule(r, &rule, err) || !db_begin(r->db, err))
        return false;
    struct db *tx CLEANUP(db_rollbackp) = r->db;
    if (!agency_find(r->db, web_get(&r->form, "agency"), &agency, err) ||
        !expectation_find(r->db, m.id, agency, &expectation, err))
        return false;
    if (!expectation)
        return err_say(err, REFUSE_NOT_EXPECTED);
    if (!deadline_set(r->a, r->db, expectation, &rule, r->person->login, &set, err) ||
        !db_commit(tx, err))
        return false;
    web_done(r, out, part_matter_url(r->a, part_number(r)), "saved");
    return true;
}

bool page_matter_secrecy(struct web_request *r, struct web_answer *out, struct err *err)
{
    const char *number = part_number(r);
    if (!matter_secrecy(r->db, number, web_get(&r->form, "secrecy"), r->person->login,
                        web_get(&r->form, "why"), err))
        return false;
    web_done(r, out, part_matter_url(r->a, number), "saved");
    return true;
}
