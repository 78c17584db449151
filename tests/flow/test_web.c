/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The web role of the real daemon, asked byte by byte: what a visitor may send, who may ask for
 * what, and what every answer carries. What people see is in tests/browser/. */
#include "tests/flow/daemon.h"
#include "tests/flow/visitor.h"
#include "web/routes.h"

#include "base/buf.h"
#include "base/clock.h"
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct daemon *d;
static pid_t web;
static int port;
static char session[VISITOR_WORD_MAX], csrf[VISITOR_WORD_MAX];

/* ---------------------------------------------------------------- the office */

static int start(void **state)
{
    (void)state;
    d = visitor_office(&port, &web);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    int status = daemon_end(web, SIGTERM);
    daemon_free(d);
    return status;
}

static void sign_in(const char *login)
{
    visitor_sign_in(port, login, session, csrf);
}

/* ---------------------------------------------------------------- who may ask */

/* A route's path with something in the place of each star. */
static void filled_path(const char *pattern, char out[256])
{
    size_t n = 0;
    for (const char *p = pattern; *p && n < 250; p++)
        out[n++] = *p == '*' ? '1' : *p;
    out[n] = 0;
}

/* Not signed in: asked to, or refused. Signed in with too low a rank: refused. With the rank: the
 * page answers, whatever it then says of what was asked. */
static void every_route_holds_its_rank(void **state)
{
    struct buf answer CLEANUP(buf_fini) = {0};
    size_t n;
    const struct web_route *routes = web_routes(&n);
    (void)state;
    sign_in("reader");
    for (size_t i = 0; i < n; i++) {
        char path[256], form[256];
        const char *method = routes[i].method == WEB_GET ? "GET" : "POST";
        filled_path(routes[i].path, path);
        snprintf(form, sizeof form, "csrf=%s&why=x", csrf);
        const char *body = routes[i].method == WEB_POST ? form : NULL;
        if (strcmp(path, "/logout") == 0)
            continue;
        print_message("%s %s\n", method, path);
        int anonymous = visitor_ask(port, &answer, method, path, NULL, body);
        if (routes[i].rank > WEB_PUBLIC)
            assert_int_equal(anonymous, routes[i].method == WEB_GET ? 303 : 403);
        int reader = visitor_ask(port, &answer, method, path, session, body);
        if (routes[i].rank > WEB_READER)
            assert_int_equal(reader, 403);
        else if (routes[i].rank == WEB_READER)
            assert_true(reader != 403 && reader != 303 && reader != 0);
    }
}

static void a_form_without_its_token_is_refused(void **state)
{
    struct buf answer CLEANUP(buf_fini) = {0};
    size_t n;
    const struct web_route *routes = web_routes(&n);
    (void)state;
    sign_in("officer");
    for (size_t i = 0; i < n; i++) {
        char path[256];
        if (routes[i].method != WEB_POST)
            continue;
        filled_path(routes[i].path, path);
        assert_int_equal(visitor_ask(port, &answer, "POST", path, session, "why=x"), 403);
        assert_int_equal(visitor_ask(port, &answer, "POST", path, session, "csrf=0123456789&why=x"),
                         403);
    }
}

static void every_answer_has_its_headers(void **state)
{
    static const char *const paths[] = {"/",      "/r/xyz",  "/login", "/nowhere",
                                        "/l/xyz", "/a/none", "/s/xyz"};
    static const char *const headers[] = {
        "Content-Security-Policy: default-src 'none'", "frame-ancestors 'none'",
        "X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer",
        "Cache-Control: no-store"};
    struct buf answer CLEANUP(buf_fini) = {0};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        assert_true(visitor_ask(port, &answer, "GET", paths[i], NULL, NULL) > 0);
        for (size_t k = 0; k < ARRAY_LEN(headers); k++)
            assert_non_null(strstr(buf_str(&answer), headers[k]));
        assert_null(strstr(buf_str(&answer), "unsafe"));
    }
}

/* Seven tries: six wrong ones, of which the last locks, and the lock. Whom nobody knows is kept
 * without a name. */
static void wrong_passwords_lock_and_are_kept(void **state)
{
    static const char kept[] = "select count(*) from access_log where who = '?'"
                               " and what in ('wrong password', 'locked')";
    struct buf answer CLEANUP(buf_fini) = {0};
    struct db *db CLEANUP(db_closep) = database_open_owner(d->office);
    char form[512], token[128];
    int64_t before = database_int(db, kept);
    int status = 0;
    (void)state;
    assert_int_equal(visitor_ask(port, &answer, "GET", "/login", NULL, NULL), 200);
    visitor_between(buf_str(&answer), "name=\"csrf\" value=\"", "\"", token, sizeof token);
    snprintf(form, sizeof form, "csrf=%s&to=/&login=somchai&password=not+the+password", token);
    for (int i = 0; i < 7; i++)
        status = visitor_ask(port, &answer, "POST", "/login", NULL, form);
    assert_int_equal(status, 429);
    assert_int_equal(database_int(db, kept) - before, 7);
}

/* ---------------------------------------------------------------- what may be sent */

static void odd_requests_are_refused_and_the_next_is_served(void **state)
{
    struct buf answer CLEANUP(buf_fini) = {0}, big CLEANUP(buf_fini) = {0};
    static const struct {
        const char *name, *bytes;
    } odd[] = {
        {"two lengths",
         "POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"},
        {"length and chunks", "POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n"
                              "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /items HTTP/1.1\r\n"},
        {"a negative length", "POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"},
        {"another coding", "POST /login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: cow\r\n\r\n"},
        {"no host", "GET /login HTTP/1.1\r\n\r\n"},
        {"a folded header", "GET /login HTTP/1.1\r\nHost: x\r\nX-A: 1\r\n 2\r\n\r\n"},
        {"blank before the colon", "GET /login HTTP/1.1\r\nHost: x\r\nContent-Length : 4\r\n\r\n"},
        {"no HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
        int status = visitor_ask_raw(port, odd[i].bytes, strlen(odd[i].bytes), &answer);
        print_message("%s: %d\n", odd[i].name, status);
        assert_true(status == 0 || status == 400 || status == 501);
        assert_null(strstr(buf_str(&answer) + (answer.len > 12 ? 12 : 0), "HTTP/1.1 200"));
        assert_int_equal(visitor_ask(port, &answer, "GET", "/login", NULL, NULL), 200);
    }
    buf_adds(&big, "GET /login HTTP/1.1\r\nHost: x\r\nX-A: ");
    for (int i = 0; i < WEB_HEADER_MAX + 8192; i++)
        buf_addc(&big, 'a');
    buf_adds(&big, "\r\n\r\n");
    int status = visitor_ask_raw(port, big.data, big.len, &answer);
    assert_true(status == 0 || status == 431 || status == 413);
    assert_int_equal(visitor_ask(port, &answer, "GET", "/login", NULL, NULL), 200);
}

static void a_form_that_is_too_large_is_refused(void **state)
{
    struct buf answer CLEANUP(buf_fini) = {0}, form CLEANUP(buf_fini) = {0};
    (void)state;
    buf_adds(&form, "login=");
    for (int i = 0; i < WEB_FORM_MAX; i++)
        buf_addc(&form, 'a');
    assert_int_equal(visitor_ask(port, &answer, "POST", "/login", NULL, buf_str(&form)), 413);
    assert_int_equal(visitor_ask(port, &answer, "GET", "/login", NULL, NULL), 200);
}

static void other_methods_are_refused(void **state)
{
    static const char *const methods[] = {"PUT", "DELETE", "TRACE", "OPTIONS", "PATCH", "CONNECT"};
    struct buf answer CLEANUP(buf_fini) = {0};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        int status = visitor_ask(port, &answer, methods[i], "/items", NULL, NULL);
        assert_true(status >= 400 && status < 600);
    }
    assert_int_equal(visitor_ask(port, &answer, "GET", "/items/1/1/cancel", NULL, NULL), 405);
    assert_non_null(strstr(buf_str(&answer), "Allow: POST"));
}

/* One byte a second is never silent; it is ended all the same, and others are served meanwhile. */
static void a_visitor_who_drips_is_ended(void **state)
{
    struct buf answer CLEANUP(buf_fini) = {0};
    int fd CLEANUP(fd_closep) = visitor_dial(port);
    bool ended = false;
    (void)state;
    visitor_send(fd, "GET / HTTP/1.1\r\n", 16);
    for (int i = 0; i < 40 && !ended; i++) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        visitor_send(fd, "X", 1);
        ended = poll(&p, 1, 1000) > 0;
        if (i == 3)
            assert_int_equal(visitor_ask(port, &answer, "GET", "/login", NULL, NULL), 200);
    }
    assert_true(ended);
}

/* ---------------------------------------------------------------- a certificate of its own */

/* The same daemon without a proxy: TLS, a cookie that goes over TLS alone, and HSTS. */
static void with_a_certificate_it_speaks_tls(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    int tls_port = visitor_free_port();
    const char *conf = arena_printf(a, "%s.tls", d->conf), *tls = office_get(d->office, "TLS_DIR");
    const char *ask_tls =
        arena_printf(a,
                     "curl -sS -o /dev/null -D - --cacert %s/ca.crt https://localhost:%d/login | "
                     "grep -qi '^strict-transport-security: max-age'",
                     tls, tls_port);
    (void)state;
    assert_int_equal(
        system(arena_printf(
            a,
            "sed -e 's/^roles = .*/roles = web/; s/^listen = .*/listen = 127.0.0.1:%d/' "
            "-e '/^\\[web\\]/a cert_file = %s/server.crt\\nkey_file = %s/server.key' "
            "%s >%s",
            tls_port, tls, tls, d->conf, conf)),
        0);
    pid_t pid = daemon_start(d, conf, false);
    int status = -1;
    for (int i = 0; i < 200 && status != 0; i++, usleep(50000))
        status = system(arena_printf(a, "%s 2>/dev/null", ask_tls));
    assert_int_equal(daemon_end(pid, SIGTERM), 0);
    assert_int_equal(status, 0);
}

/* ---------------------------------------------------------------- guessing */

static void guessed_tokens_open_nothing(void **state)
{
    struct buf answer CLEANUP(buf_fini) = {0};
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    (void)state;
    for (int i = 0; i < 200; i++) {
        char path[64] = "/L/";
        for (int k = 0; k < 26; k++)
            path[3 + k] = letters[random() % 32];
        assert_int_equal(visitor_ask(port, &answer, "GET", path, NULL, NULL), 404);
        memcpy(path, "/R/", 3);
        assert_int_equal(visitor_ask(port, &answer, "GET", path, NULL, NULL), 404);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_route_holds_its_rank),
        cmocka_unit_test(a_form_without_its_token_is_refused),
        cmocka_unit_test(every_answer_has_its_headers),
        cmocka_unit_test(odd_requests_are_refused_and_the_next_is_served),
        cmocka_unit_test(a_form_that_is_too_large_is_refused),
        cmocka_unit_test(other_methods_are_refused),
        cmocka_unit_test(a_visitor_who_drips_is_ended),
        cmocka_unit_test(with_a_certificate_it_speaks_tls),
        cmocka_unit_test(guessed_tokens_open_nothing),
        cmocka_unit_test(wrong_passwords_lock_and_are_kept),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
