/* SPDX-License-Identifier: AGPL-3.0-or-later
 * /login and /logout. */
#include "web/pages.h"

#include "base/thai.h"
#include "db/person.h"
#include "web/sign_in.h"
#include <string.h>

static void write_input(struct html *h, const char *label, const char *name, const char *type,
                        const char *complete)
{
    html_start(h, "label");
    html_text(h, label);
    html_start(h, "input");
    html_attr(h, "name", name);
    html_attr(h, "type", type);
    html_attr(h, "autocomplete", complete);
    html_attr(h, "required", "");
    html_end(h);
    html_end(h);
}

/* Only a path of ours: a link must not send a visitor who signs in here elsewhere. */
static const char *way_back(const char *to)
{
    return to[0] == '/' && to[1] != '/' && to[1] != '\\' && !strpbrk(to, "\r\n") ? to : "/";
}

static void write_form(struct web_request *r, struct web_answer *out, const char *to,
                       const char *trouble)
{
    struct html h;
    web_page_start(r, out, &h, web_tr(r, "เข้าสู่ระบบ", "Sign in"));
    if (trouble) {
        html_start(&h, "p");
        html_attr(&h, "role", "alert");
        html_attr(&h, "class", "trouble");
        html_text(&h, trouble);
        html_end(&h);
    }
    web_form_start(r, &h, "/login");
    html_start(&h, "input");
    html_attr(&h, "type", "hidden");
    html_attr(&h, "name", "to");
    html_attr(&h, "value", to);
    html_end(&h);
    write_input(&h, web_tr(r, "ชื่อผู้ใช้", "Login"), "login", "text", "username");
    write_input(&h, web_tr(r, "รหัสผ่าน", "Password"), "password", "password", "current-password");
    html_element(&h, "button", web_tr(r, "เข้าสู่ระบบ", "Sign in"));
    web_page_end(&h);
}

bool page_login(struct web_request *r, struct web_answer *out, struct err *err)
{
    (void)err;
    if (r->person)
        web_see(out, way_back(web_get(&r->query, "to")));
    else
        write_form(r, out, way_back(web_get(&r->query, "to")), NULL);
    return true;
}

static void let_in(struct web_request *r, struct web_answer *out, const struct session *s,
                   const char *to)
{
    out->set_cookie = arena_printf(r->a, SESSION_COOKIE "=%s; Path=/; HttpOnly; SameSite=Lax%s",
                                   s->token, r->is_https ? "; Secure" : "");
    web_see(out, to);
}

bool page_login_post(struct web_request *r, struct web_answer *out, struct err *err)
{
    const char *to = way_back(web_get(&r->form, "to")), *login = web_get(&r->form, "login");
    enum session_fate fate;
    struct session s;
    int64_t until_us;
    if (!session_open(r->a, r->db, thai_fold(r->a, login), web_get(&r->form, "password"),
                      r->address, &fate, &s, &until_us, err))
        return false;
    if (fate == SESSION_OPEN) {
        let_in(r, out, &s, to);
        return true;
    }
    out->status = fate == SESSION_LOCKED ? 429 : 403;
    write_form(r, out, to,
               fate == SESSION_LOCKED
                   ? arena_printf(r->a, "%s %s",
                                  web_tr(r, "ผิดหลายครั้งเกินไป ลองใหม่ได้หลัง",
                                         "Too many wrong ones: try again after"),
                                  thai_time(r->a, until_us, THAI_LONG_SECOND))
                   : web_tr(r, "ชื่อผู้ใช้หรือรหัสผ่านไม่ถูกต้อง", "Login or password is wrong"));
    return true;
}

bool page_logout(struct web_request *r, struct web_answer *out, struct err *err)
{
    if (r->session && !session_close(r->db, r->session, r->address, err))
        return false;
    out->set_cookie = SESSION_COOKIE "=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0";
    web_see(out, "/login");
    return true;
}
