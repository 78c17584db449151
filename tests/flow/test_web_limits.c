/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Every limit on what a visitor may send to the web role of the real daemon: at the limit it is
 * taken, one past it is refused, in our words and with our headers. And what libmicrohttpd refuses
 * itself, before we see it, says nothing of what was sent. */
#include "tests/flow/visitor.h"
#include "web/server.h"
#include "web/upload.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct daemon *d;
static pid_t web;
static int port;

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

static void add_letters(struct buf *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_addc(out, 'a');
}

static bool is_ours(const struct buf *answer)
{
    return strstr(buf_str(answer), "Content-Security-Policy: default-src 'none'") &&
           strstr(buf_str(answer), "X-Content-Type-Options: nosniff") &&
           strstr(buf_str(answer), "Cache-Control: no-store") && strstr(buf_str(answer), "<h1>");
}

/* Refused with that status, and in our own words. */
static void assert_refused(const struct buf *answer, int status)
{
    assert_int_equal(visitor_status(answer), status);
    assert_true(is_ours(answer));
    assert_non_null(strstr(buf_str(answer), "Connection: close"));
}

/* ---------------------------------------------------------------- the head */

static void ask_with_head_of(size_t bytes, struct buf *answer)
{
    struct buf request CLEANUP(buf_fini) = {0};
    buf_adds(&request, "GET /login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-A: ");
    add_letters(&request, bytes - request.len - 4);
    buf_adds(&request, "\r\n\r\n");
    visitor_ask_raw(port, request.data, request.len, answer);
}

static void a_head_may_have_16_kib(void **state)
{
    struct buf answer CLEANUP(buf_fini) = {0};
    (void)state;
    ask_with_head_of(WEB_HEADER_MAX, &answer);
    assert_int_equal(visitor_status(&answer), 200);
    ask_with_head_of(WEB_HEADER_MAX + 1, &answer);
    assert_refused(&answer, 431);
    ask_with_head_of(2 * WEB_HEADER_MAX, &answer);
    assert_refused(&answer, 431);
}

static void a_request_may_have_so_many_headers(void **state)
{
    struct buf answer CLEANUP(buf_fini) = {0};
    (void)state;
    for (int more = 0; more < 2; more++) {
        struct buf request CLEANUP(buf_fini) = {0};
        buf_adds(&request, "GET /login HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
        for (int i = 2; i < WEB_HEADERS_MAX + more; i++)
            buf_addf(&request, "X-%d: 1\r\n", i);
        buf_adds(&request, "\r\n");
        visitor_ask_raw(port, request.data, request.len, &answer);
        if (more)
            assert_refused(&answer, 431);
        else
            assert_int_equal(visitor_status(&answer), 200);
    }
}

static void a_path_may_have_512_bytes(void **state)
{
    struct buf answer CLEANUP(buf_fini) = {0}, path CLEANUP(buf_fini) = {0};
    (void)state;
    buf_addc(&path, '/');
    add_letters(&path, WEB_PATH_MAX - 1);
    assert_int_equal(visitor_ask(port, &answer, "GET", buf_str(&path), NULL, NULL), 404);
    buf_addc(&path, 'a');
    visitor_ask(port, &answer, "GET", buf_str(&path), NULL, NULL);
    assert_refused(&answer, 414);
}

/* ---------------------------------------------------------------- forms */

/* A form of so many bytes, in fields that are not too long; by its length, or in chunks. */
static void ask_with_form_of(size_t bytes, bool chunked, struct buf *answer)
{
    struct buf form CLEANUP(buf_fini) = {0}, request CLEANUP(buf_fini) = {0};
    for (int i = 0; form.len + 1000 < bytes; i++) {
        buf_addf(&form, "a%d=", i);
        add_letters(&form, bytes / 16);
        buf_addc(&form, '&');
    }
    form.len = form.len > bytes ? bytes : form.len;
    add_letters(&form, bytes - form.len);
    buf_adds(&request, "POST /login HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                       "Content-Type: application/x-www-form-urlencoded\r\n");
    if (chunked)
        buf_addf(&request, "Transfer-Encoding: chunked\r\n\r\n%zx\r\n", form.len);
    else
        buf_addf(&request, "Content-Length: %zu\r\n\r\n", form.len);
    buf_add(&request, form.data, form.len);
    buf_adds(&request, chunked ? "\r\n0\r\n\r\n" : "");
    visitor_ask_raw(port, request.data, request.len, answer);
}

/* 403: it was read, and had no token. */
static void a_form_may_have_64_kib(void **state)
{
    struct buf answer CLEANUP(buf_fini) = {0};
    (void)state;
    for (int chunked = 0; chunked < 2; chunked++) {
        ask_with_form_of(WEB_FORM_MAX, chunked, &answer);
        assert_int_equal(visitor_status(&answer), 403);
        ask_with_form_of(WEB_FORM_MAX + 1, chunked, &answer);
        assert_refused(&answer, 413);
    }
}

static void a_field_may_have_32_kib_and_a_form_64_fields(void **state)
{
    struct buf answer CLEANUP(buf_fini) = {0}, form CLEANUP(buf_fini) = {0};
    (void)state;
    for (size_t more = 0; more < 2; more++) {
        buf_clear(&form);
        buf_adds(&form, "a=");
        add_letters(&form, UPLOAD_FIELD_MAX + more);
        visitor_ask(port, &answer, "POST", "/login", NULL, buf_str(&form));
        assert_int_equal(visitor_status(&answer), more ? 413 : 403);
        buf_clear(&form);
        for (size_t i = 0; i < WEB_FIELDS_MAX + more; i++)
            buf_addf(&form, "%sa%zu=1", i ? "&" : "", i);
        visitor_ask(port, &answer, "POST", "/login", NULL, buf_str(&form));
        assert_int_equal(visitor_status(&answer), more ? 413 : 403);
    }
}

/* The head alone is sent: at the limit the rest is awaited. */
static void an_upload_may_have_64_mib(void **state)
{
    struct buf answer CLEANUP(buf_fini) = {0};
    char session[VISITOR_WORD_MAX], csrf[VISITOR_WORD_MAX], head[512];
    (void)state;
    visitor_sign_in(port, "officer", session, csrf);
    for (int more = 0; more < 2; more++) {
        int fd CLEANUP(fd_closep) = visitor_dial(port);
        snprintf(head, sizeof head,
                 "POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nCookie: thanwela=%s\r\n"
                 "Content-Type: multipart/form-data; boundary=xyz\r\n\r\n",
                 WEB_UPLOAD_MAX + more, session);
        visitor_send(fd, head, strlen(head));
        visitor_read(fd, 2000, &answer);
        if (more)
            assert_refused(&answer, 413);
        else
            assert_int_equal(answer.len, 0);
    }
}

/* ---------------------------------------------------------------- connections */

/* All that may be, and one more: it is told to come again, at once, and the others are served. */
static void one_connection_too_many_is_told_so(void **state)
{
    static const char request[] =
        "GET /login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    static int fds[SERVER_CONNECTIONS_MAX];
    struct buf answer CLEANUP(buf_fini) = {0}, other CLEANUP(buf_fini) = {0};
    int at;
    (void)state;
    pid_t pid = visitor_more(d, "trusted_proxy = 127.0.0.1", &at);
    for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
        fds[i] = visitor_dial(at);
        assert_true(fds[i] >= 0);
    }
    usleep(500 * 1000); /* they are accepted */
    visitor_ask(at, &answer, "GET", "/login", NULL, NULL);
    visitor_send(fds[0], request, sizeof request - 1);
    visitor_read(fds[0], 10000, &other);
    for (size_t i = 0; i < ARRAY_LEN(fds); i++)
        close(fds[i]);
    assert_int_equal(daemon_end(pid, SIGTERM), 0);
    assert_refused(&answer, 503);
    assert_non_null(strstr(buf_str(&answer), "Retry-After: "));
    assert_int_equal(visitor_status(&other), 200);
}

/* ---------------------------------------------------------------- what we never see */

/* These libmicrohttpd refuses before it asks us: its words are constants, which no byte of the
 * request reaches, and nothing is read after them. */
static void what_is_refused_before_us_repeats_nothing(void **state)
{
#define MARK "zq7marker"
    static const struct {
        const char *name, *bytes;
    } odd[] = {
        {"no host", "GET /" MARK " HTTP/1.1\r\nX: " MARK "\r\n\r\n"},
        {"no such HTTP", "GET /" MARK " HTTP/3.7\r\nHost: " MARK "\r\n\r\n"},
        {"a blank before the colon", "GET /" MARK " HTTP/1.1\r\nHost: x\r\n" MARK " : 1\r\n\r\n"},
        {"another coding",
         "POST /" MARK " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: " MARK "\r\n\r\n"},
        {"a bad length", "POST /" MARK " HTTP/1.1\r\nHost: x\r\nContent-Length: " MARK "\r\n\r\n"},
        {"no request at all", MARK "\r\n\r\n"},
    };
    struct buf answer CLEANUP(buf_fini) = {0}, request CLEANUP(buf_fini) = {0};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
        buf_clear(&request);
        buf_addf(&request, "%sGET /login HTTP/1.1\r\nHost: x\r\n\r\n", odd[i].bytes);
        int status = visitor_ask_raw(port, request.data, request.len, &answer);
        print_message("%s: %d, %zu bytes, %s\n", odd[i].name, status, answer.len,
                      is_ours(&answer) ? "ours" : "libmicrohttpd's");
        assert_true(status == 0 || (status >= 400 && status < 600));
        assert_null(strstr(buf_str(&answer), MARK));
        assert_null(strstr(buf_str(&answer), "HTTP/1.1 200"));
    }
    buf_clear(&request); /* a head larger than libmicrohttpd's own room */
    buf_adds(&request, "GET /login HTTP/1.1\r\nHost: x\r\nX-A: " MARK);
    add_letters(&request, 8 * WEB_HEADER_MAX);
    buf_adds(&request, "\r\n\r\n");
    int status = visitor_ask_raw(port, request.data, request.len, &answer);
    print_message("a head of 128 KiB: %d\n", status);
    assert_true(status == 0 || status == 431);
    assert_null(strstr(buf_str(&answer), MARK));
#undef MARK
}

static void methods_that_we_have_not_are_refused_in_our_words(void **state)
{
    static const char *const methods[] = {"OPTIONS", "TRACE", "PUT", "DELETE", "PROPFIND"};
    struct buf answer CLEANUP(buf_fini) = {0};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        visitor_ask(port, &answer, methods[i], "/login?zq7marker", NULL, NULL);
        assert_refused(&answer, 405);
        assert_non_null(strstr(buf_str(&answer), "Allow: GET, HEAD, POST"));
        assert_null(strstr(buf_str(&answer), "zq7marker"));
    }
}

/* Two requests sent at once have two answers in their order. */
static void requests_in_a_row_are_answered_in_their_order(void **state)
{
    static const char both[] = "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n"
                               "HEAD /login HTTP/1.1\r\nHost: x\r\n\r\n"
                               "GET /login HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    struct buf answer CLEANUP(buf_fini) = {0};
    (void)state;
    visitor_ask_raw(port, both, sizeof both - 1, &answer);
    assert_int_equal(visitor_status(&answer), 404);
    const char *second = strstr(buf_str(&answer) + 1, "HTTP/1.1 200");
    assert_non_null(second);
    const char *third = strstr(second + 1, "HTTP/1.1 200");
    assert_non_null(third);
    assert_null(strstr(third + 1, "HTTP/1.1 "));
    assert_true(strstr(second, "<h1>") > third); /* HEAD has no body */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_may_have_16_kib),
        cmocka_unit_test(a_request_may_have_so_many_headers),
        cmocka_unit_test(a_path_may_have_512_bytes),
        cmocka_unit_test(a_form_may_have_64_kib),
        cmocka_unit_test(a_field_may_have_32_kib_and_a_form_64_fields),
        cmocka_unit_test(an_upload_may_have_64_mib),
        cmocka_unit_test(one_connection_too_many_is_told_so),
        cmocka_unit_test(what_is_refused_before_us_repeats_nothing),
        cmocka_unit_test(methods_that_we_have_not_are_refused_in_our_words),
        cmocka_unit_test(requests_in_a_row_are_answered_in_their_order),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
