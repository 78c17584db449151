/* SPDX-License-Identifier: AGPL-3.0-or-later
 * /L/TOKEN: an item's files for whoever has the link; and making one, with its QR. Unknown, expired
 * and revoked are one answer after one statement. */
#include "web/pages.h"
#include "web/parts.h"

#include "db/link.h"
#include "qr/draw.h"
#include "report/link_slip.h"
#include "report/receipt_words.h"
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct opened {
    int id;
    const char *register_no;
    int64_t expires_us;
    struct stored_files files;
    bool found;
};

static bool open_link(struct web_request *r, struct opened *o, struct err *err)
{
    char *token = arena_strdup(r->a, r->param[0]);
    for (char *p = token; *p; p++)
        *p = (char)toupper((unsigned char)*p);
    return link_find(r->a, r->db, token, &o->id, &o->register_no, &o->expires_us, &o->files,
                     &o->found, err);
}

static bool say_closed(struct web_request *r, struct web_answer *out)
{
    web_say(r, out, 404, web_tr(r, "ลิงก์นี้ใช้ไม่ได้", "This link does not open"),
            web_tr(r, "ลิงก์หมดอายุ ถูกเพิกถอน หรือไม่มีอยู่ โปรดขอลิงก์ใหม่จากสำนักงาน",
                   "It has expired, was revoked or never was. Ask the office for a new one."));
    return true;
}

bool page_link(struct web_request *r, struct web_answer *out, struct err *err)
{
    struct opened o = {0};
    struct html h;
    if (!open_link(r, &o, err))
        return false;
    if (!o.found)
        return say_closed(r, out);
    web_page_start(
        r, out, &h,
        arena_printf(r->a, "%s %s", web_tr(r, "แฟ้มของเลขรับ", "Files of no."), o.register_no));
    const char *const titles[] = {web_tr(r, "ที่", "No."), web_tr(r, "แฟ้ม", "File"),
                                  web_tr(r, "ขนาด (ไบต์)", "Bytes"), "SHA-256"};
    part_table(&h, titles, ARRAY_LEN(titles));
    for (int i = 0; i < o.files.n; i++) {
        const struct stored_file *f = &o.files.file[i];
        html_start(&h, "tr");
        part_cell(&h, titles[0], "short", arena_printf(r->a, "%d", f->seq + 1));
        html_start(&h, "td");
        part_link(&h, arena_printf(r->a, "/l/%s/%d", web_escape(r->a, r->param[0]), f->seq + 1),
                  *f->filename ? f->filename : f->type);
        html_end(&h);
        part_cell(&h, titles[2], "number", receipt_size(r->a, (uint64_t)f->size_bytes));
        part_cell(&h, titles[3], "hash", f->sha256);
        html_end(&h);
    }
    html_end(&h);
    html_end(&h);
    html_start(&h, "p");
    html_attr(&h, "class", "note");
    html_textf(&h, "%s %s", web_tr(r, "ลิงก์นี้ใช้ได้ถึง", "This link opens until"),
               part_time(r, o.expires_us));
    web_page_end(&h);
    return true;
}

bool page_link_file(struct web_request *r, struct web_answer *out, struct err *err)
{
    struct opened o = {0};
    if (!open_link(r, &o, err))
        return false;
    int seq = (int)strtol(r->param[1], NULL, 10) - 1;
    for (int i = 0; o.found && i < o.files.n; i++)
        if (o.files.file[i].seq == seq)
            return link_used(r->db, o.id, err) &&
                   part_send_file(r, out, &o.files.file[i], arena_printf(r->a, "link %d", o.id),
                                  err);
    return say_closed(r, out);
}

/* ---------------------------------------------------------------- making one */

/* The link is told once, on the page that answers the form: nobody can read it again. */
bool page_item_link(struct web_request *r, struct web_answer *out, struct err *err)
{
    struct html h;
    struct qr_matrix m;
    struct link_made made;
    const char *number = part_number(r);
    const struct link_wish w = {
        .register_no = number,
        .days = (int)web_int(&r->form, "days", 1, LINK_DAYS_MAX, LINK_DAYS_DEFAULT),
        .who = r->person->login};
    if (!link_new(r->a, r->db, &w, &made, err))
        return false;
    const char *url = link_url(r->a, r->site->config->base_url, made.token);
    if (!qr_encode(r->a, url, QR_ECC_M, &m, err))
        return false;
    web_page_start(r, out, &h, web_tr(r, "ลิงก์ใหม่", "New link"));
    html_element(&h, "p",
                 web_tr(r, "จดหรือพิมพ์หน้านี้ไว้ ลิงก์จะไม่แสดงอีก",
                        "Keep or print this page: the link is not shown again."));
    part_qr(&m, &h);
    html_start(&h, "p");
    html_attr(&h, "class", "hash");
    html_attr(&h, "id", "link");
    html_text(&h, url);
    html_end(&h);
    html_start(&h, "dl");
    part_fact(&h, web_tr(r, "เลขรับ", "No."), number);
    part_fact(&h, web_tr(r, "ใช้ได้ถึง", "Until"), part_time(r, made.expires_us));
    html_end(&h);
    part_link(&h, part_item_url(r->a, number), web_tr(r, "กลับไปที่รายการ", "Back to the item"));
    web_page_end(&h);
    return true;
}
