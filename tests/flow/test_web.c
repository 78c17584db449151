/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The web role of the real daemon, asked byte by byte: what a visitor may send, who may ask for
 * what, and what every answer carries. What people see is in tests/browser/. */
#include "tests/flow/daemon.h"
#include "web/routes.h"

#include "base/buf.h"
#include "base/clock.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct daemon *d;
static pid_t web;
static int port;
static char session[128], csrf[128];

/* ---------------------------------------------------------------- asking */

static int free_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    int fd CLEANUP(fd_closep) = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
    return ntohs(at.sin_port);
}

static int dial(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&at, sizeof at) == 0)
        return fd;
    close(fd);
    return -1;
}

/* All that comes until the server closes, or says nothing for so long. */
static void read_all(int fd, int ms, struct buf *out)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    char piece[65536];
    ssize_t n;
    buf_clear(out);
    while (poll(&p, 1, ms) > 0 && (n = read(fd, piece, sizeof piece)) > 0)
        buf_add(out, piece, (size_t)n);
}

static void send_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);
        if (sent <= 0)
            return; /* the server has had enough: its answer tells */
        bytes += sent;
        n -= (size_t)sent;
    }
}

/* The status of an answer to raw bytes; 0: none came. */
static int ask_raw(const char *bytes, size_t n, struct buf *answer)
{
    int fd CLEANUP(fd_closep) = dial();
    assert_true(fd >= 0);
    send_all(fd, bytes, n);
    read_all(fd, 3000, answer);
    int status = 0;
    sscanf(buf_str(answer), "HTTP/1.1 %d", &status);
    return status;
}

static int ask(struct buf *answer, const char *method, const char *path, const char *cookie,
               const char *form)
{
    struct buf request CLEANUP(buf_fini) = {0};
    buf_addf(&request, "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n", method, path);
    if (cookie)
        buf_addf(&request, "Cookie: thanwela=%s\r\n", cookie);
    if (form)
        buf_addf(&request,
                 "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n",
                 strlen(form));
    buf_addf(&request, "\r\n%s", form ? form : "");
    return ask_raw(request.data, request.len, answer);
}

/* What stands between two marks; fails where they do not stand there. */
static void between(const char *text, const char *from, const char *to, char *out, size_t max)
{
    const char *start = strstr(text, from);
    assert_non_null(start);
    start += strlen(from);
    const char *end = strstr(start, to);
    assert_non_null(end);
    assert_true((size_t)(end - start) < max);
    snprintf(out, max, "%.*s", (int)(end - start), start);
}

/* ---------------------------------------------------------------- the office */

static void add_person(const char *login, const char *rank)
{
    char command[1024];
    snprintf(command, sizeof command,
             "echo 'a long password of %s' | %s/thanwela -c %s user add %s --role %s >/dev/null",
             login, PROGRAMS, d->conf, login, rank);
    assert_int_equal(system(command), 0);
}

static int start(void **state)
{
    char listen[64];
    (void)state;
    port = free_port();
    snprintf(listen, sizeof listen, "127.0.0.1:%d", port);
    setenv("WEB_LISTEN", listen, 1);
    d = daemon_new(NULL, NULL);
    add_person("reader", "reader");
    add_person("officer", "officer");
    web = daemon_start(d, NULL, false);
    for (int i = 0, fd = -1; i < 400 && fd < 0; i++, usleep(50000))
        if ((fd = dial()) >= 0) {
            close(fd);
            return 0;
        }
    return -1;
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
    struct buf answer CLEANUP(buf_fini) = {0};
    char form[512];
    assert_int_equal(ask(&answer, "GET", "/login", NULL, NULL), 200);
    between(buf_str(&answer), "name=\"csrf\" value=\"", "\"", csrf, sizeof csrf);
    snprintf(form, sizeof form, "csrf=%s&to=/&login=%s&password=a+long+password+of+%s", csrf, login,
             login);
    assert_int_equal(ask(&answer, "POST", "/login", NULL, form), 303);
    between(buf_str(&answer), "Set-Cookie: thanwela=", ";", session, sizeof session);
    assert_int_equal(ask(&answer, "GET", "/items", session, NULL), 200);
    between(buf_str(&answer), "name=\"csrf\" value=\"", "\"", csrf, sizeof csrf);
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
        int anonymous = ask(&answer, method, path, NULL, body);
        if (routes[i].rank > WEB_PUBLIC)
            assert_int_equal(anonymous, routes[i].method == WEB_GET ? 303 : 403);
        int reader = ask(&answer, method, path, session, body);
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
        assert_int_equal(ask(&answer, "POST", path, session, "why=x"), 403);
        assert_int_equal(ask(&answer, "POST", path, session, "csrf=0123456789&why=x"), 403);
    }
}

static void every_answer_has_its_headers(void **state)
{
    static const char *const paths[] = {"/", "/r/xyz", "/login", "/nowhere", "/l/xyz", "/a/none"};
    static const char *const headers[] = {
        "Content-Security-Policy: default-src 'none'", "frame-ancestors 'none'",
        "X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer",
        "Cache-Control: no-store"};
    struct buf answer CLEANUP(buf_fini) = {0};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        assert_true(ask(&answer, "GET", paths[i], NULL, NULL) > 0);
        for (size_t k = 0; k < ARRAY_LEN(headers); k++)
            assert_non_null(strstr(buf_str(&answer), headers[k]));
        assert_null(strstr(buf_str(&answer), "unsafe"));
    }
}

static void wrong_passwords_lock_and_are_kept(void **state)
{
    struct buf answer CLEANUP(buf_fini) = {0};
    struct db *db CLEANUP(db_closep) = database_open_owner(d->office);
    char form[512], token[128];
    int status = 0;
    (void)state;
    assert_int_equal(ask(&answer, "GET", "/login", NULL, NULL), 200);
    between(buf_str(&answer), "name=\"csrf\" value=\"", "\"", token, sizeof token);
    snprintf(form, sizeof form, "csrf=%s&to=/&login=somchai&password=not+the+password", token);
    for (int i = 0; i < 7; i++)
        status = ask(&answer, "POST", "/login", NULL, form);
    assert_int_equal(status, 429);
    assert_int_equal(database_int(db, "select count(*) from access_log where who = 'somchai'"
                                      " and what in ('wrong password', 'locked')"),
                     7);
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
        int status = ask_raw(odd[i].bytes, strlen(odd[i].bytes), &answer);
        print_message("%s: %d\n", odd[i].name, status);
        assert_true(status == 0 || status == 400 || status == 501);
        assert_null(strstr(buf_str(&answer) + (answer.len > 12 ? 12 : 0), "HTTP/1.1 200"));
        assert_int_equal(ask(&answer, "GET", "/login", NULL, NULL), 200);
    }
    buf_adds(&big, "GET /login HTTP/1.1\r\nHost: x\r\nX-A: ");
    for (int i = 0; i < WEB_HEADER_MAX + 8192; i++)
        buf_addc(&big, 'a');
    buf_adds(&big, "\r\n\r\n");
    int status = ask_raw(big.data, big.len, &answer);
    assert_true(status == 0 || status == 431 || status == 413);
    assert_int_equal(ask(&answer, "GET", "/login", NULL, NULL), 200);
}

static void a_form_that_is_too_large_is_refused(void **state)
{
    struct buf answer CLEANUP(buf_fini) = {0}, form CLEANUP(buf_fini) = {0};
    (void)state;
    buf_adds(&form, "login=");
    for (int i = 0; i < WEB_FORM_MAX; i++)
        buf_addc(&form, 'a');
    assert_int_equal(ask(&answer, "POST", "/login", NULL, buf_str(&form)), 413);
    assert_int_equal(ask(&answer, "GET", "/login", NULL, NULL), 200);
}

static void other_methods_are_refused(void **state)
{
    static const char *const methods[] = {"PUT", "DELETE", "TRACE", "OPTIONS", "PATCH", "CONNECT"};
    struct buf answer CLEANUP(buf_fini) = {0};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        int status = ask(&answer, methods[i], "/items", NULL, NULL);
        assert_true(status >= 400 && status < 600);
    }
    assert_int_equal(ask(&answer, "GET", "/items/1/1/cancel", NULL, NULL), 405);
    assert_non_null(strstr(buf_str(&answer), "Allow: POST"));
}

/* One byte a second is never silent; it is ended all the same, and others are served meanwhile. */
static void a_visitor_who_drips_is_ended(void **state)
{
    struct buf answer CLEANUP(buf_fini) = {0};
    int fd CLEANUP(fd_closep) = dial();
    bool ended = false;
    (void)state;
    send_all(fd, "GET / HTTP/1.1\r\n", 16);
    for (int i = 0; i < 40 && !ended; i++) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        send_all(fd, "X", 1);
        ended = poll(&p, 1, 1000) > 0;
        if (i == 3)
            assert_int_equal(ask(&answer, "GET", "/login", NULL, NULL), 200);
    }
    assert_true(ended);
}

/* ---------------------------------------------------------------- a certificate of its own */

/* The same daemon without a proxy: TLS, a cookie that goes over TLS alone, and HSTS. */
static void with_a_certificate_it_speaks_tls(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    int tls_port = free_port();
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
        assert_int_equal(ask(&answer, "GET", path, NULL, NULL), 404);
        memcpy(path, "/R/", 3);
        assert_int_equal(ask(&answer, "GET", path, NULL, NULL), 404);
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
