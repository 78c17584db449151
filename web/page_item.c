/* SPDX-License-Identifier: AGPL-3.0-or-later
 * One item: what it is, its files and the codes found in them, its deadline and why, its route and
 * its links. What officers do with it is in page_item_work.c. */
#include "web/pages.h"
#include "web/parts.h"

#include "db/link.h"
#include "db/person.h"
#include "qr/scan.h"
#include "report/event_words.h"
#include "report/receipt_words.h"
#include "report/scan_words.h"
#include "web/scanner.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- what it is */

static void write_letter(struct web_request *r, struct html *h, const struct item_row *i)
{
    html_start(h, "dl");
    part_fact(h, web_tr(r, "เรื่อง", "Subject"), *i->secrecy ? "(ลับ)" : i->subject);
    part_fact(h, web_tr(r, "เวลารับ", "Received"), part_second(r, i->entered_us));
    part_fact(h, web_tr(r, "ลงทะเบียนเมื่อ", "Registered"), part_second(r, i->registered_us));
    part_fact(h, web_tr(r, "หน่วยงาน", "Agency"), i->agency);
    part_fact(h, web_tr(r, "ผู้ส่ง", "Sender"),
              *i->from_name ? arena_printf(r->a, "%s <%s>", i->from_name, i->from_addr)
                            : i->from_addr);
    part_fact(h, web_tr(r, "ที่", "Letter"), i->letter_no);
    if (i->letter_date_us != TIME_NONE)
        part_fact(h, web_tr(r, "ลงวันที่", "Dated"), part_day(r, i->letter_date_us));
    part_fact(h, web_tr(r, "ประเภท", "Class"), part_word(r, i->class_name));
    part_fact(h, web_tr(r, "ความเร่งด่วน", "Urgency"), i->urgency);
    part_fact(h, web_tr(r, "ชั้นความลับ", "Secrecy"), i->secrecy);
    if (*i->matter_no) {
        html_element(h, "dt", web_tr(r, "เรื่องที่", "Matter"));
        html_start(h, "dd");
        part_link(h, part_matter_url(r->a, i->matter_no), i->matter_no);
        html_textf(h, " %s", i->matter_title);
        html_end(h);
    }
    part_fact(h, web_tr(r, "สถานะ", "State"), i->status);
    part_fact(h, web_tr(r, "ยกเลิกเพราะ", "Cancelled because"), i->cancelled_why);
    part_fact(h, web_tr(r, "ต้องตรวจสอบ", "To check"), i->check_why);
    html_end(h);
}

static void write_judgement(struct web_request *r, struct html *h, const struct item_row *i)
{
    html_element(h, "h2", web_tr(r, "กำหนดและผล", "Deadline and judgement"));
    html_start(h, "p");
    html_start(h, "strong");
    html_attr(h, "class", part_tone(i->verdict));
    html_attr(h, "id", "judgement");
    html_text(h, part_label(r, i->verdict, i->label));
    html_end(h);
    html_end(h);
    html_start(h, "p");
    html_attr(h, "class", "why");
    html_text(h, i->why);
    html_end(h);
}

/* ---------------------------------------------------------------- files and codes */

static void write_codes(struct web_request *r, struct html *h, const struct item_whole *w,
                        const struct item_file *f)
{
    html_start(h, "ul");
    for (int i = 0; i < w->n_codes; i++) {
        const struct item_code *c = &w->codes[i];
        if (c->file_id != f->id)
            continue;
        html_start(h, "li");
        part_link(
            h, part_item_path(r, arena_printf(r->a, "/pages/%" PRId64 "?page=%d", f->id, c->page)),
            arena_printf(r->a, "%s %d", web_tr(r, "หน้า", "page"), c->page));
        html_textf(h, " %s %s: %s", c->format, c->refers_to, c->content);
        if (*c->parts)
            html_textf(h, " (%s)", r->english ? c->parts : scan_words(r->a, c->parts));
        html_end(h);
    }
    html_end(h);
    for (int i = 0; i < w->n_pages; i++)
        if (w->pages[i].file_id == f->id) {
            html_start(h, "p");
            html_attr(h, "class", "note");
            html_textf(h, "%s %d: %s", web_tr(r, "หน้า", "page"), w->pages[i].page,
                       r->english ? w->pages[i].steps : scan_steps_words(r->a, w->pages[i].steps));
            html_end(h);
        }
}

static void write_files(struct web_request *r, struct html *h, const struct item_whole *w)
{
    html_element(h, "h2", web_tr(r, "แฟ้ม", "Files"));
    for (int i = 0; i < w->n_files; i++) {
        const struct item_file *f = &w->files[i];
        bool is_secret = *w->row.secrecy != 0;
        const char *name = *f->filename && !is_secret ? f->filename : f->type;
        html_start(h, "details");
        html_start(h, "summary");
        html_textf(h, "%d. %s · %s %s", i + 1, name, receipt_size(r->a, (uint64_t)f->size_bytes),
                   web_tr(r, "ไบต์", "bytes"));
        html_end(h);
        html_start(h, "p");
        if (!is_secret)
            part_link(h, part_item_path(r, arena_printf(r->a, "/files/%" PRId64, f->id)),
                      web_tr(r, "เปิดแฟ้ม", "Open"));
        html_textf(h, " · %s · %s", f->type, part_scan(r, f->scan_state, f->scan_why));
        html_end(h);
        html_start(h, "p");
        html_attr(h, "class", "hash");
        html_text(h, f->sha256);
        html_end(h);
        if (!is_secret)
            write_codes(r, h, w, f);
        html_end(h);
    }
    if (w->n_files == 0)
        html_element(h, "p", web_tr(r, "ไม่มีแฟ้ม", "No files."));
}

/* ---------------------------------------------------------------- its route */

enum { ROUTE_COLUMNS = 4 };

static void write_step(struct html *h, const char *const titles[ROUTE_COLUMNS],
                       const char *const cells[ROUTE_COLUMNS])
{
    html_start(h, "tr");
    for (int i = 0; i < ROUTE_COLUMNS; i++)
        part_cell(h, titles[i], i == 0 ? "short" : "", cells[i]);
    html_end(h);
}

/* Events and the mails that answered, as they came; both are in order. */
static void write_steps(struct web_request *r, struct html *h, const struct item_whole *w,
                        const char *const titles[ROUTE_COLUMNS])
{
    for (int i = 0, k = 0; i < w->n_events || k < w->n_answers;) {
        const struct item_event *e = i < w->n_events ? &w->events[i] : NULL;
        const struct item_answer *a = k < w->n_answers ? &w->answers[k] : NULL;
        if (e && (!a || e->at_us <= a->created_us)) {
            const char *const cells[] = {part_second(r, e->at_us), part_event(r, e->what), e->who,
                                         event_why(e->what, e->why, r->english)};
            write_step(h, titles, cells);
            i++;
        } else {
            const char *const cells[] = {part_second(r, a->created_us),
                                         web_tr(r, "ใบรับ", "receipt"), a->rcpt,
                                         part_word(r, a->state)};
            write_step(h, titles, cells);
            k++;
        }
    }
}

static void write_route(struct web_request *r, struct html *h, const struct item_whole *w)
{
    html_element(h, "h2", web_tr(r, "เส้นทางเอกสาร", "Route"));
    const char *const titles[ROUTE_COLUMNS] = {web_tr(r, "เมื่อ", "When"),
                                               web_tr(r, "ทำอะไร", "What"), web_tr(r, "โดย", "By"),
                                               web_tr(r, "เหตุ", "Why")};
    html_start(h, "div");
    html_attr(h, "id", "route");
    part_table(h, titles, ROUTE_COLUMNS);
    write_steps(r, h, w, titles);
    html_end(h);
    html_end(h);
    html_end(h);
}

/* ---------------------------------------------------------------- links */

enum { LINK_COLUMNS = 5 };

static void write_link_row(struct web_request *r, struct html *h, const struct link *l,
                           const char *const titles[LINK_COLUMNS])
{
    bool is_open = l->revoked_us == TIME_NONE && l->expires_us > r->now_us;
    html_start(h, "tr");
    part_cell(h, titles[0], "short", arena_printf(r->a, "%d", l->id));
    part_cell(h, titles[1], "",
              arena_printf(r->a, "%s · %s", part_time(r, l->created_us), l->created_by));
    part_cell(
        h, titles[2], "",
        l->revoked_us != TIME_NONE
            ? arena_printf(r->a, "%s %s: %s", web_tr(r, "เพิกถอน", "revoked"),
                           part_time(r, l->revoked_us), l->revoked_why)
            : arena_printf(r->a, "%s %s",
                           is_open ? web_tr(r, "ใช้ได้ถึง", "until") : web_tr(r, "หมดอายุ", "expired"),
                           part_time(r, l->expires_us)));
    part_cell(h, titles[3], "",
              arena_printf(r->a, "%s %d · %s", web_tr(r, "ใช้", "used"), l->n_uses,
                           part_time(r, l->used_us)));
    html_start(h, "td");
    if (is_open && r->person->rank >= WEB_OFFICER) {
        web_form_start(r, h, part_item_path(r, arena_printf(r->a, "/links/%d", l->id)));
        part_reason(r, h, true);
        html_element(h, "button", web_tr(r, "เพิกถอน", "Revoke"));
        html_end(h);
    }
    html_end(h);
    html_end(h);
}

static void write_link_table(struct web_request *r, struct html *h, const struct links *links)
{
    const char *const titles[LINK_COLUMNS] = {
        web_tr(r, "ลิงก์ที่", "Link"), web_tr(r, "ออกเมื่อ โดย", "Made"), web_tr(r, "ใช้ได้", "Opens"),
        web_tr(r, "การใช้", "Uses"), web_tr(r, "ดำเนินการ", "Work")};
    part_table(h, titles, LINK_COLUMNS);
    for (int k = 0; k < links->n; k++)
        write_link_row(r, h, &links->link[k], titles);
    html_end(h);
    html_end(h);
}

static bool write_links(struct web_request *r, struct html *h, const struct item_row *i,
                        struct err *err)
{
    struct links links;
    if (!link_list(r->a, r->db, i->register_no, &links, err))
        return false;
    html_element(h, "h2", web_tr(r, "ลิงก์ถึงแฟ้ม", "Links to the files"));
    if (links.n > 0)
        write_link_table(r, h, &links);
    else
        html_element(h, "p", web_tr(r, "ยังไม่ได้ออกลิงก์", "No link was made."));
    if (r->person->rank < WEB_OFFICER || *i->secrecy)
        return true;
    web_form_start(r, h, part_item_path(r, "/links"));
    part_input(h, web_tr(r, "ใช้ได้กี่วัน", "For how many days"), "days", "number", "30");
    html_element(h, "button", web_tr(r, "สร้างลิงก์และคิวอาร์", "Make a link and its QR"));
    html_end(h);
    return true;
}

bool page_item(struct web_request *r, struct web_answer *out, struct err *err)
{
    struct item_whole w;
    struct html h;
    if (!item_read(r->a, r->db, part_number(r), r->now_us, false, &w, err))
        return false;
    web_page_start(r, out, &h,
                   arena_printf(r->a, "%s %s", web_tr(r, "เลขรับ", "No."), w.row.register_no));
    write_letter(r, &h, &w.row);
    write_judgement(r, &h, &w.row);
    write_files(r, &h, &w);
    html_start(&h, "p");
    html_attr(&h, "class", "work");
    part_link(&h, part_item_path(r, "/receipt"), web_tr(r, "พิมพ์ใบรับ", "Print the receipt"));
    html_end(&h);
    write_route(r, &h, &w);
    if (!write_links(r, &h, &w.row, err))
        return false;
    if (r->person->rank >= WEB_OFFICER)
        part_item_work(r, &h, &w.row);
    web_page_end(&h);
    return true;
}

/* ---------------------------------------------------------------- its files */

/* A page as the scanner saw it, a red frame around each code. */
bool page_item_page(struct web_request *r, struct web_answer *out, struct err *err)
{
    struct stored_file f;
    bool found;
    if (!file_find(r->a, r->db, strtoll(r->param[2], NULL, 10), &f, &found, err))
        return false;
    if (!found || f.is_secret) {
        web_say(r, out, 404, web_tr(r, "ไม่มีแฟ้มนี้", "No such file"), "");
        return true;
    }
    out->type = "image/png";
    return access_opened(r->db, r->person->login, f.item_id, f.id, r->address, err) &&
           scanner_draw(r->site->scanner, r->db, f.blob_id, f.filename,
                        (uint32_t)web_int(&r->query, "page", 1, SCAN_PAGES_MAX, 1), &out->body,
                        err);
}

bool page_item_file(struct web_request *r, struct web_answer *out, struct err *err)
{
    struct stored_file f;
    bool found;
    if (!file_find(r->a, r->db, strtoll(r->param[2], NULL, 10), &f, &found, err))
        return false;
    if (found)
        return part_send_file(r, out, &f, r->person->login, err);
    web_say(r, out, 404, web_tr(r, "ไม่มีแฟ้มนี้", "No such file"), "");
    return true;
}
