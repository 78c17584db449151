/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What an officer can do with an item, and doing it: each form is one change with its event. */
#include "web/pages.h"
#include "web/parts.h"

#include "db/link.h"
#include "db/secrecy.h"
#include <stdlib.h>

/* ---------------------------------------------------------------- what can be done */

static void start_action(struct web_request *r, struct html *h, const char *title, const char *path)
{
    html_start(h, "details");
    html_element(h, "summary", title);
    web_form_start(r, h, part_item_path(r, path));
}

static void end_action(struct web_request *r, struct html *h, const char *button, bool wants_reason)
{
    part_reason(r, h, wants_reason);
    html_element(h, "button", button);
    html_end(h);
    html_end(h);
}

void part_item_work(struct web_request *r, struct html *h, const struct item_row *i)
{
    size_t n;
    const char *const *statuses = item_statuses(&n);
    html_start(h, "section");
    html_attr(h, "class", "work");
    html_element(h, "h2", web_tr(r, "ดำเนินการ", "Work"));
    start_action(r, h, web_tr(r, "มอบเรื่อง หน่วยงาน ประเภท", "Assign"), "/assign");
    part_input(h, web_tr(r, "เรื่องที่", "Matter"), "matter", "text", i->matter_no);
    part_input(h, web_tr(r, "รหัสหน่วยงาน", "Agency code"), "agency", "text", i->agency_code);
    end_action(r, h, web_tr(r, "บันทึก", "Save"), false);
    start_action(r, h, web_tr(r, "เปลี่ยนสถานะ", "State"), "/status");
    part_select(r, h, web_tr(r, "สถานะ", "State"), "status", statuses, n, i->status, false);
    end_action(r, h, web_tr(r, "บันทึก", "Save"), false);
    start_action(r, h, web_tr(r, "ยกเลิกเลขทะเบียน", "Cancel the number"), "/cancel");
    end_action(r, h, web_tr(r, "ยกเลิกเลข", "Cancel it"), true);
    part_secrecy(r, h, part_item_path(r, "/secrecy"), i->secrecy);
    html_end(h);
}

/* ---------------------------------------------------------------- doing it */

static const char *filled(struct web_request *r, const char *name)
{
    const char *value = web_get(&r->form, name);
    return *value ? value : NULL;
}

static bool see_item(struct web_request *r, struct web_answer *out, const char *what)
{
    web_done(r, out, part_item_path(r, ""), what);
    return true;
}

bool page_item_assign(struct web_request *r, struct web_answer *out, struct err *err)
{
    const struct item_assign to = {.matter = filled(r, "matter"), .agency = filled(r, "agency")};
    return item_assign(r->db, part_number(r), &to, r->person->login, web_get(&r->form, "why"),
                       err) &&
           see_item(r, out, "saved");
}

bool page_item_status(struct web_request *r, struct web_answer *out, struct err *err)
{
    return item_status(r->db, part_number(r), web_get(&r->form, "status"), r->person->login,
                       web_get(&r->form, "why"), err) &&
           see_item(r, out, "saved");
}

bool page_item_cancel(struct web_request *r, struct web_answer *out, struct err *err)
{
    return item_cancel(r->db, part_number(r), r->person->login, web_get(&r->form, "why"), err) &&
           see_item(r, out, "cancelled");
}

bool page_item_revoke(struct web_request *r, struct web_answer *out, struct err *err)
{
    return link_revoke(r->db, (int)strtol(r->param[2], NULL, 10), r->person->login,
                       web_get(&r->form, "why"), err) &&
           see_item(r, out, "revoked");
}

bool page_item_secrecy(struct web_request *r, struct web_answer *out, struct err *err)
{
    return item_secrecy(r->db, part_number(r), web_get(&r->form, "secrecy"), r->person->login,
                        web_get(&r->form, "why"), err) &&
           see_item(r, out, "saved");
}
