/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Mails that have no number: set aside with a reason until an officer releases them, and those that
 * were ignored or are duplicates. */
#include "web/pages.h"
#include "web/parts.h"

#include "db/ledger.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_MAILS = 50, PAGES_MAX = 100000, COLUMNS = 5 };

static const char *const states[] = {"quarantined", "duplicate", "ignored", "stored"};

static void write_release(struct web_request *r, struct html *h, const struct mail_row *m)
{
    html_start(h, "td");
    if (r->person->rank >= WEB_OFFICER) {
        web_form_start(r, h, arena_printf(r->a, "/mails/%" PRId64 "/release", m->id));
        part_reason(r, h, false);
        html_element(h, "button", web_tr(r, "ปล่อยเข้าทะเบียน", "Release"));
        html_end(h);
    }
    html_end(h);
}

static void write_mail(struct web_request *r, struct html *h, const struct mail_row *m,
                       const char *const titles[COLUMNS], bool may_release)
{
    html_start(h, "tr");
    part_cell(h, titles[0], "short", arena_printf(r->a, "%" PRId64, m->id));
    part_cell(h, titles[1], "short", part_time(r, m->entered_us));
    part_cell(h, titles[2], "", m->mailbox);
    part_cell(h, titles[3], "",
              *m->duplicate_of
                  ? arena_printf(r->a, "%s %s", web_tr(r, "ซ้ำกับ", "same as"), m->duplicate_of)
                  : m->why);
    if (may_release)
        write_release(r, h, m);
    html_end(h);
}

bool page_mails(struct web_request *r, struct web_answer *out, struct err *err)
{
    const char *state = web_find(&r->query, "state");
    int64_t page = web_int(&r->query, "page", 1, PAGES_MAX, 1);
    struct mail_rows rows;
    struct html h;
    state = state && *state ? state : states[0];
    const struct item_filter f = {.state = state,
                                  .from_us = TIME_NONE,
                                  .to_us = TIME_NONE,
                                  .limit = PAGE_MAILS,
                                  .offset = (int)(page - 1) * PAGE_MAILS};
    if (!mail_list(r->a, r->db, &f, &rows, err))
        return false;
    const char *const titles[COLUMNS] = {
        web_tr(r, "รหัสจดหมาย", "Mail"), web_tr(r, "เข้าเมื่อ", "Came in"),
        web_tr(r, "กล่อง", "Mailbox"), web_tr(r, "เหตุ", "Why"), web_tr(r, "ดำเนินการ", "Work")};
    bool may_release = strcmp(state, "quarantined") == 0;
    web_page_start(r, out, &h, web_tr(r, "จดหมายที่ไม่มีเลขทะเบียน", "Mails without a number"));
    html_start(&h, "form");
    html_attr(&h, "class", "row");
    html_attr(&h, "method", "get");
    html_url(&h, "action", "/mails");
    part_select(r, &h, web_tr(r, "ชนิด", "Kind"), "state", states, ARRAY_LEN(states), state, false);
    html_element(&h, "button", web_tr(r, "ดู", "Show"));
    html_end(&h);
    if (rows.n == 0)
        html_element(&h, "p", web_tr(r, "ไม่มีจดหมายชนิดนี้", "There is no such mail."));
    part_table(&h, titles, may_release ? COLUMNS : COLUMNS - 1);
    for (int i = 0; i < rows.n; i++)
        write_mail(r, &h, &rows.mail[i], titles, may_release);
    html_end(&h);
    html_end(&h);
    part_pages(r, &h, arena_printf(r->a, "/mails?state=%s&page=", web_escape(r->a, state)), page,
               PAGE_MAILS, rows.total);
    web_page_end(&h);
    return true;
}

bool page_mail_release(struct web_request *r, struct web_answer *out, struct err *err)
{
    if (!ledger_release(r->db, strtoll(r->param[0], NULL, 10), r->person->login,
                        web_get(&r->form, "why"), err))
        return false;
    web_done(r, out, "/mails?state=quarantined", "released");
    return true;
}
