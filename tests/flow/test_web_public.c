/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the real daemon's pages give to someone whom nobody knows: the page behind a receipt of a
 * real mail, and no more of our memory and connections than is theirs. */
#include "db/query.h"
#include "tests/flow/visitor.h"
#include "web/server.h"

#include <poll.h>
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
static struct db *db;
static pid_t web;
static int port;

static const char letter[] =
    "Authentication-Results: mx.mof.example; dmarc=pass header.from=customs.go.th\r\n"
    "From: saraban@customs.go.th\r\nTo: saraban@mof.example\r\nMessage-ID: <one@customs.go.th>\r\n"
    "Subject: report\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; name=note.txt\r\n"
    "Content-Disposition: attachment; filename=note.txt\r\n\r\na note\r\n";

static int start(void **state)
{
    (void)state;
    d = visitor_office(&port, &web);
    db = database_open_owner(d->office);
    office_deliver(d->office, "saraban@mof.example", letter, sizeof letter - 1);
    for (int i = 0; i < 600; i++, usleep(50000))
        if (database_int(db, "select count(*) from item where token is not null") == 1)
            return 0;
    return -1;
}

static int stop(void **state)
{
    (void)state;
    int status = daemon_end(web, SIGTERM);
    db_close(db);
    daemon_free(d);
    return status;
}

/* ---------------------------------------------------------------- the page behind a receipt */

static const char *token_of_the_item(void)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct err err = {0};
    if (!db_query(db, "select token from item", NULL, &r, &err))
        fail_msg("%s", err.text);
    return row_dup(d->a, &r, 0, 0);
}

/* The same letters with something between each few of them. */
static const char *in_groups(const char *token, const char *between)
{
    struct buf out CLEANUP(buf_fini) = {0};
    for (size_t i = 0; token[i]; i++) {
        if (i > 0 && i % 5 == 0)
            buf_adds(&out, between);
        buf_addc(&out, token[i]);
    }
    return arena_strdup(d->a, buf_str(&out));
}

static const char *changed_at(const char *token, size_t at)
{
    char *out = arena_strdup(d->a, token);
    out[at] = out[at] == 'A' ? 'B' : 'A';
    return out;
}

static const char *small(const char *token)
{
    char *out = arena_strdup(d->a, token);
    for (char *p = out; *p; p++)
        *p = (char)(*p >= 'A' && *p <= 'Z' ? *p + 32 : *p);
    return out;
}

static void a_receipt_is_told_from_what_is_none(void **state)
{
    static const char genuine[] = "ใบรับถูกต้อง", forged[] = "ใบรับไม่ถูกต้อง", unknown[] = "ไม่พบใบรับนี้";
    struct buf answer CLEANUP(buf_fini) = {0};
    const char *token = token_of_the_item();
    const struct {
        const char *name, *token;
        int status;
        const char *says;
    } cases[] = {
        {"as it is", token, 200, genuine},
        {"in small letters", small(token), 200, genuine},
        {"typed as it is printed, in groups", in_groups(token, "%20"), 200, genuine},
        {"typed with hyphens", in_groups(token, "-"), 200, genuine},
        {"its number changed", changed_at(token, 10), 404, forged},
        {"its signature changed", changed_at(token, strlen(token) - 20), 404, forged},
        {"a word", "XYZ", 404, unknown},
        {"cut short", arena_strndup(d->a, token, 60), 404, unknown},
        {"odd bytes", "%FF%0D%0A%3Cb%3E", 404, unknown},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *path = arena_printf(d->a, "/R/%s", cases[i].token);
        print_message("%s\n", cases[i].name);
        assert_int_equal(visitor_ask(port, &answer, "GET", path, NULL, NULL), cases[i].status);
        assert_non_null(strstr(buf_str(&answer), cases[i].says));
        assert_true((strstr(buf_str(&answer), "data-sha256") != NULL) ==
                    (cases[i].says == genuine));
    }
}

static void a_secret_item_is_in_the_register_and_nothing_more(void **state)
{
    struct buf answer CLEANUP(buf_fini) = {0};
    const char *path = arena_printf(d->a, "/R/%s", token_of_the_item());
    (void)state;
    database_run(db, "update item set secrecy = 'ลับ'");
    assert_int_equal(visitor_ask(port, &answer, "GET", path, NULL, NULL), 200);
    database_run(db, "update item set secrecy = ''");
    assert_non_null(strstr(buf_str(&answer), "เอกสารนี้อยู่ในทะเบียน"));
    assert_null(strstr(buf_str(&answer), "<dl"));
    assert_null(strstr(buf_str(&answer), "data-sha256"));
}

/* The database takes no such bytes; what it would say of them is no answer. */
static void bytes_that_are_no_text_fail_no_page(void **state)
{
    struct buf answer CLEANUP(buf_fini) = {0};
    char session[VISITOR_WORD_MAX], csrf[VISITOR_WORD_MAX];
    (void)state;
    assert_int_equal(visitor_ask(port, &answer, "GET", "/L/%FF", NULL, NULL), 404);
    visitor_sign_in(port, "reader", session, csrf);
    assert_int_equal(visitor_ask(port, &answer, "GET", "/items?q=%E0%B8", session, NULL), 200);
    const char *form = arena_printf(d->a, "csrf=%s&login=%%FF&password=%%FF", csrf);
    int status = visitor_ask(port, &answer, "POST", "/login", session, form);
    assert_true(status >= 200 && status != 422 && status < 500);
}

/* ---------------------------------------------------------------- memory */

/* The answer to the head of a form of 60 MB; 0: none yet, for the form is awaited. */
static int offer_upload(const char *session, struct buf *answer)
{
    struct buf head CLEANUP(buf_fini) = {0};
    int fd CLEANUP(fd_closep) = visitor_dial(port);
    assert_true(fd >= 0);
    buf_adds(&head, "POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000000\r\n"
                    "Content-Type: multipart/form-data; boundary=xyz\r\n");
    if (session)
        buf_addf(&head, "Cookie: thanwela=%s\r\n", session);
    buf_adds(&head, "\r\n--xyz\r\n");
    visitor_send(fd, head.data, head.len);
    visitor_read(fd, 2000, answer);
    return visitor_status(answer);
}

/* The rank is asked for before the bytes: they would lie in our memory until the last has come. */
static void files_are_taken_from_officers_alone(void **state)
{
    struct buf answer CLEANUP(buf_fini) = {0};
    char session[VISITOR_WORD_MAX], csrf[VISITOR_WORD_MAX];
    (void)state;
    assert_int_equal(offer_upload(NULL, &answer), 403);
    assert_int_equal(offer_upload("0123456789", &answer), 403);
    visitor_sign_in(port, "reader", session, csrf);
    assert_int_equal(offer_upload(session, &answer), 403);
    visitor_sign_in(port, "officer", session, csrf);
    assert_int_equal(offer_upload(session, &answer), 0);
}

/* ---------------------------------------------------------------- connections */

/* Open n connections that are served and stay; how many of them were. */
static int hold(int at, int n, int *fds)
{
    static const char request[] = "GET /login HTTP/1.1\r\nHost: localhost\r\n\r\n";
    struct buf answer CLEANUP(buf_fini) = {0};
    int served = 0;
    for (int i = 0; i < n; i++) {
        struct pollfd p = {.fd = fds[i] = visitor_dial(at), .events = POLLIN};
        char piece[16] = "";
        assert_true(p.fd >= 0);
        visitor_send(p.fd, request, sizeof request - 1);
        served += poll(&p, 1, 5000) > 0 && read(p.fd, piece, sizeof piece - 1) > 0 &&
                  strstr(piece, "200") != NULL;
    }
    return served;
}

static void let_go(int n, const int *fds)
{
    for (int i = 0; i < n; i++)
        close(fds[i]);
}

static void an_address_has_so_many_connections_and_no_more(void **state)
{
    enum { MORE = 8, ALL = SERVER_PER_ADDRESS_MAX + MORE };
    struct buf answer CLEANUP(buf_fini) = {0};
    int fds[ALL], status = 0;
    (void)state;
    int served = hold(port, ALL, fds);
    let_go(ALL, fds);
    assert_int_equal(served, SERVER_PER_ADDRESS_MAX);
    for (int i = 0; i < 100 && status != 200; i++, usleep(50000))
        status = visitor_ask(port, &answer, "GET", "/login", NULL, NULL);
    assert_int_equal(status, 200);
}

/* All visitors come from the proxy's address; it has a limit for each of them itself. */
static void the_proxy_is_no_single_visitor(void **state)
{
    enum { ALL = 2 * SERVER_PER_ADDRESS_MAX };
    int fds[ALL], at;
    (void)state;
    pid_t pid = visitor_more(d, "trusted_proxy = 127.0.0.1", &at);
    int served = hold(at, ALL, fds);
    let_go(ALL, fds);
    assert_int_equal(daemon_end(pid, SIGTERM), 0);
    assert_int_equal(served, ALL);
}

/* ---------------------------------------------------------------- what is sent */

static int answers_in(const struct buf *all)
{
    int n = 0;
    for (const char *p = buf_str(all); (p = strstr(p, "HTTP/1.1 ")); p++)
        n++;
    return n;
}

/* Each holds a second request where another reader of HTTP might see the end of the first. */
static void no_request_hides_in_another(void **state)
{
#define POST                                                                                       \
    "POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
#define HIDDEN "GET /items HTTP/1.1\r\nHost: x\r\n\r\n"
    static const char *const odd[] = {
        POST "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n"
             "0\r\n\r\n" HIDDEN,
        POST "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n"
             "0\r\n\r\n" HIDDEN,
        POST "Content-Length: 0\r\nContent-Length: 40\r\n\r\n" HIDDEN,
        POST "Content-Length: 40, 0\r\n\r\n" HIDDEN,
        POST "Content-Length: +0\r\n\r\n" HIDDEN,
        POST "Transfer-Encoding: identity, chunked\r\n\r\n"
             "0\r\n\r\n" HIDDEN,
        POST "Transfer-Encoding: chunked\r\n"
             "Transfer-Encoding: x\r\n\r\n0\r\n\r\n" HIDDEN,
        POST "Transfer-Encoding: chunked\r\n\r\n"
             "-1\r\n\r\n" HIDDEN,
        "GET /login HTTP/1.1\r\nHost: x\r\nX: 1\r\n Content-Length: 40\r\n\r\n" HIDDEN,
        "GET /login HTTP/1.1\r\nHost: x\r\nX: 1\rX: 2\r\n\r\n" HIDDEN,
        "GET /login HTTP/1.1\nHost: x\n\n" HIDDEN,
        "GET /login HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 34\r\n\r\n" HIDDEN,
        "GET /login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
        "Transfer-Encoding: x\r\n\r\n0\r\n\r\n" HIDDEN,
    };
#undef HIDDEN
#undef POST
    struct buf answer CLEANUP(buf_fini) = {0};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
        int status = visitor_ask_raw(port, odd[i], strlen(odd[i]), &answer);
        print_message("%zu: %d, %d answers\n", i, status, answers_in(&answer));
        assert_true(answers_in(&answer) <= 1);
    }
}

/* A header of 12 KiB is served, one of 16 KiB and a little is not. */
static void a_header_has_its_limit(void **state)
{
    static const struct {
        int bytes;
        bool served;
    } cases[] = {{12 * 1024, true}, {WEB_HEADER_MAX + 4096, false}};
    struct buf answer CLEANUP(buf_fini) = {0}, request CLEANUP(buf_fini) = {0};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        buf_clear(&request);
        buf_adds(&request, "GET /login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-A: ");
        while ((int)request.len < cases[i].bytes - 4)
            buf_addc(&request, 'a');
        buf_adds(&request, "\r\n\r\n");
        int status = visitor_ask_raw(port, request.data, request.len, &answer);
        print_message("%d bytes: %d\n", cases[i].bytes, status);
        assert_true((status == 200) == cases[i].served);
    }
}

/* A form that comes a byte a second is ended like a header that does. */
static void a_form_that_drips_is_ended(void **state)
{
    static const char head[] = "POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n"
                               "Content-Type: application/x-www-form-urlencoded\r\n\r\n";
    int fd CLEANUP(fd_closep) = visitor_dial(port);
    bool ended = false;
    (void)state;
    visitor_send(fd, head, sizeof head - 1);
    for (int i = 0; i < 40 && !ended; i++) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        visitor_send(fd, "x", 1);
        ended = poll(&p, 1, 1000) > 0;
    }
    assert_true(ended);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_receipt_is_told_from_what_is_none),
        cmocka_unit_test(a_secret_item_is_in_the_register_and_nothing_more),
        cmocka_unit_test(bytes_that_are_no_text_fail_no_page),
        cmocka_unit_test(files_are_taken_from_officers_alone),
        cmocka_unit_test(an_address_has_so_many_connections_and_no_more),
        cmocka_unit_test(the_proxy_is_no_single_visitor),
        cmocka_unit_test(no_request_hides_in_another),
        cmocka_unit_test(a_header_has_its_limit),
        cmocka_unit_test(a_form_that_drips_is_ended),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
