/* SPDX-License-Identifier: AGPL-3.0-or-later
 * From a request to an answer: the route, its rank, the token of a form, the page; and the headers
 * that every answer has. */
#include "web/routes.h"
#include "web/sign_in.h"

#include "base/log.h"
#include <sodium.h>
#include <string.h>

/* A form of another site has the visitor's cookie and not this. */
static bool token_fits(const struct web_request *r)
{
    const char *given = web_get(&r->form, "csrf");
    size_t n = strlen(r->csrf);
    return strlen(given) == n && sodium_memcmp(given, r->csrf, n) == 0;
}

static void say_missing(struct web_request *r, struct web_answer *out, const char *allow)
{
    out->allow = allow;
    if (allow)
        web_say(r, out, 405, web_tr(r, "ใช้วิธีนี้กับหน้านี้ไม่ได้", "Not this way"),
                web_tr(r, "กลับไปหน้าก่อนแล้วลองใหม่", "Go back and try again."));
    else
        web_say(r, out, 404, web_tr(r, "ไม่มีหน้านี้", "No such page"),
                web_tr(r, "ตรวจที่อยู่ของหน้าอีกครั้ง", "Look at the address once more."));
}

/* Only what base/refusals.h has is told: other sentences are the database's or a library's. */
static void say_refused(struct web_request *r, struct web_answer *out, const struct err *err)
{
    const char *text = *err->thai
                           ? web_tr(r, err->thai, err->text)
                           : web_tr(r, "ข้อมูลที่กรอกมีช่องที่ระบบไม่รับ ยังไม่มีสิ่งใดเปลี่ยน ตรวจแล้วลองใหม่",
                                    "Something in the form cannot be taken. Nothing was changed; "
                                    "look it over and try again.");
    web_say(r, out, 422, web_tr(r, "ทำไม่ได้", "Not done"), text);
}

void web_trouble(struct web_request *r, struct web_answer *out, const struct err *err)
{
    log_event(err->kind == ERR_REFUSE ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR, "web", "path", r->path,
              "fate", err_kind_name(err->kind), "why", err->text, NULL);
    if (err->kind == ERR_REFUSE)
        say_refused(r, out, err);
    else if (err->kind == ERR_FATAL)
        web_say(r, out, 500, web_tr(r, "ระบบผิดพลาด", "Our fault"),
                web_tr(r, "บันทึกไว้แล้ว แจ้งผู้ดูแลระบบ", "It is logged; tell the operator."));
    else
        web_say(
            r, out, 503, web_tr(r, "ระบบไม่พร้อมชั่วคราว", "Not available for a moment"),
            web_tr(r, "ไม่มีสิ่งใดสูญหาย ลองใหม่ในอีกสักครู่", "Nothing is lost. Try again in a moment."));
}

/* Not signed in is a question of signing in; a rank too low is an answer. */
static void say_forbidden(struct web_request *r, struct web_answer *out)
{
    if (!r->person && r->method == WEB_GET) {
        web_see(out, sign_in_location(r));
        return;
    }
    web_say(r, out, 403, web_tr(r, "ไม่มีสิทธิ์", "Not allowed"),
            web_tr(r, "หน้านี้ต้องใช้สิทธิ์สูงกว่า หรือแบบฟอร์มหมดอายุ กลับไปเปิดหน้าใหม่แล้วลองอีกครั้ง",
                   "This needs more rights, or the form is too old: open the page again."));
}

static bool is_allowed(const struct web_request *r, const struct web_route *route)
{
    enum web_rank rank = r->person ? r->person->rank : WEB_PUBLIC;
    return rank >= route->rank && (r->method == WEB_GET || token_fits(r));
}

void web_dispatch(struct web_request *r, struct web_answer *out)
{
    const char *allow;
    struct err err = {0};
    out->status = 200;
    const struct web_route *route = web_route_find(r->a, r->method, r->path, r->param, &allow);
    if (!route)
        say_missing(r, out, allow);
    else if (!sign_in_read(r, &err))
        web_trouble(r, out, &err);
    else if (!is_allowed(r, route))
        say_forbidden(r, out);
    else if (!route->page(r, out, &err))
        web_trouble(r, out, &err);
}

/* ---------------------------------------------------------------- headers */

enum { HEADERS_MAX = 24 };

struct headers {
    const char *pair[2 * HEADERS_MAX + 1];
    int n;
};

static void add(struct headers *h, const char *name, const char *value)
{
    h->pair[h->n++] = name;
    h->pair[h->n++] = value;
}

/* Our pages have no inline script or style and ask no other origin; a stranger's file may do
 * nothing at all, not even have an origin. */
static const char page_policy[] =
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'";
static const char file_policy[] =
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox";

const char *const *web_headers(struct arena *a, const struct web_request *r,
                               const struct web_answer *out)
{
    struct headers *h = arena_alloc(a, sizeof *h);
    add(h, "Content-Type", out->type ? out->type : "text/html; charset=utf-8");
    add(h, "Content-Security-Policy", out->is_sandboxed ? file_policy : page_policy);
    add(h, "X-Content-Type-Options", "nosniff");
    add(h, "Referrer-Policy", "no-referrer");
    add(h, "Cross-Origin-Opener-Policy", "same-origin");
    add(h, "Cross-Origin-Resource-Policy", "same-origin");
    add(h, "Permissions-Policy", "camera=(), microphone=(), geolocation=()");
    add(h, "Cache-Control", out->is_asset ? "public, max-age=31536000, immutable" : "no-store");
    if (r->is_https)
        add(h, "Strict-Transport-Security", "max-age=31536000");
    if (out->location)
        add(h, "Location", out->location);
    if (out->set_cookie)
        add(h, "Set-Cookie", out->set_cookie);
    if (out->disposition)
        add(h, "Content-Disposition", out->disposition);
    if (out->allow)
        add(h, "Allow", out->allow);
    if (out->status == 503)
        add(h, "Retry-After", "5");
    if (out->etag)
        add(h, "ETag", out->etag);
    if (out->status == 416)
        add(h, "Content-Range", arena_printf(a, "bytes */%llu", (unsigned long long)out->total));
    if (out->blob) {
        add(h, "Accept-Ranges", "bytes");
        if (out->status == 206)
            add(h, "Content-Range",
                arena_printf(a, "bytes %llu-%llu/%llu", (unsigned long long)out->from,
                             (unsigned long long)(out->from + out->n_bytes - 1),
                             (unsigned long long)out->total));
    }
    return h->pair;
}
