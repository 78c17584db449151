/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What stands around every page: one style sheet of ours, the office's name, who is signed in. */
#include "web/web.h"

#include <string.h>

static void write_link(struct html *h, const char *rel, const char *asset)
{
    html_start(h, "link");
    html_attr(h, "rel", rel);
    html_url(h, "href", web_asset_url(asset));
    html_end(h);
}

static void write_head(struct web_request *r, struct html *h, const char *title)
{
    html_head(h, arena_printf(r->a, "%s · %s", title, web_tr(r, "ทันเวลา", "Thanwela")));
    write_link(h, "stylesheet", "style.css");
    write_link(h, "icon", "icon.svg");
    html_end(h);
}

static const struct {
    const char *url, *th, *en;
    enum web_rank rank;
} places[] = {
    {"/", "วันนี้", "Today", WEB_READER},
    {"/items", "ทะเบียน", "Register", WEB_READER},
    {"/mails", "กันไว้", "Set aside", WEB_READER},
    {"/matters", "เรื่อง", "Matters", WEB_READER},
    {"/calendar", "ปฏิทิน", "Calendar", WEB_READER},
    {"/reports", "รายงาน", "Reports", WEB_READER},
    {"/upload", "รับด้วยมือ", "By hand", WEB_OFFICER},
};

static void write_places(struct web_request *r, struct html *h)
{
    html_start(h, "nav");
    html_attr(h, "aria-label", web_tr(r, "ส่วนต่าง ๆ ของทะเบียน", "Parts of the register"));
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        if (r->person->rank < places[i].rank)
            continue;
        html_start(h, "a");
        html_url(h, "href", places[i].url);
        if (strcmp(places[i].url, r->path) == 0)
            html_attr(h, "aria-current", "page");
        html_text(h, web_tr(r, places[i].th, places[i].en));
        html_end(h);
    }
    html_end(h);
    web_form_start(r, h, "/logout");
    html_element(h, "span", r->person->name);
    html_element(h, "button", web_tr(r, "ออกจากระบบ", "Sign out"));
    html_end(h);
}

/* The way to the same page in the other language; a GET's query is kept. */
static void write_language(struct web_request *r, struct html *h)
{
    html_start(h, "a");
    html_attr(h, "class", "language");
    html_attr(h, "lang", r->english ? "th" : "en");
    html_url(h, "href", arena_printf(r->a, "?lang=%s", r->english ? "th" : "en"));
    html_text(h, r->english ? "ภาษาไทย" : "English");
    html_end(h);
}

/* What was just done, where the reader's attention and the keyboard's focus are. */
static void write_done(struct web_request *r, struct html *h)
{
    static const struct {
        const char *what, *th, *en;
    } done[] = {{"saved", "บันทึกแล้ว", "Saved."},
                {"released", "ปล่อยแล้ว ระบบจะลงทะเบียนจดหมายนี้ในรอบถัดไป",
                 "Released: the mail is registered in the next round."},
                {"revoked", "เพิกถอนลิงก์แล้ว", "The link was revoked."},
                {"cancelled", "ยกเลิกเลขทะเบียนแล้ว", "The number was cancelled."},
                {"registered", "ลงทะเบียนแล้ว ใบรับพร้อมพิมพ์เมื่ออ่านแฟ้มเสร็จ",
                 "Registered: its receipt can be printed when its files are read."}};
    const char *what = r->person ? web_get(&r->query, "done") : "";
    for (size_t i = 0; i < ARRAY_LEN(done); i++) {
        if (strcmp(done[i].what, what) != 0)
            continue;
        html_start(h, "p");
        html_attr(h, "class", "done");
        html_attr(h, "role", "status");
        html_attr(h, "tabindex", "-1");
        html_attr(h, "autofocus", "");
        html_text(h, web_tr(r, done[i].th, done[i].en));
        html_end(h);
    }
}

static void write_skip(struct web_request *r, struct html *h)
{
    html_start(h, "a");
    html_attr(h, "class", "skip");
    html_url(h, "href", "#main");
    html_text(h, web_tr(r, "ข้ามไปที่เนื้อหา", "Skip to the content"));
    html_end(h);
}

void web_page_start(struct web_request *r, struct web_answer *out, struct html *h,
                    const char *title)
{
    *h = (struct html){.out = &out->body};
    html_document(h, r->english ? "en" : "th");
    write_head(r, h, title);
    html_start(h, "body");
    write_skip(r, h);
    html_start(h, "header");
    html_start(h, "a");
    html_attr(h, "class", "office");
    html_url(h, "href", "/");
    html_text(h, r->site->config->office_name);
    html_end(h);
    if (r->person)
        write_places(r, h);
    write_language(r, h);
    html_end(h);
    html_start(h, "main");
    html_attr(h, "id", "main");
    html_attr(h, "tabindex", "-1");
    html_element(h, "h1", title);
    write_done(r, h);
}

void web_page_end(struct html *h)
{
    while (h->depth > 0)
        html_end(h);
    buf_addc(h->out, '\n');
}

void web_say(struct web_request *r, struct web_answer *out, int status, const char *title,
             const char *text)
{
    struct html h;
    buf_clear(&out->body);
    out->status = status;
    web_page_start(r, out, &h, title);
    html_element(&h, "p", text);
    web_page_end(&h);
}

static void start_form(struct web_request *r, struct html *h, const char *action,
                       const char *encoding)
{
    html_start(h, "form");
    html_attr(h, "method", "post");
    html_url(h, "action", action);
    if (encoding)
        html_attr(h, "enctype", encoding);
    html_start(h, "input");
    html_attr(h, "type", "hidden");
    html_attr(h, "name", "csrf");
    html_attr(h, "value", r->csrf);
    html_end(h);
}

void web_form_start(struct web_request *r, struct html *h, const char *action)
{
    start_form(r, h, action, NULL);
}

void web_form_start_files(struct web_request *r, struct html *h, const char *action)
{
    start_form(r, h, action, "multipart/form-data");
}
