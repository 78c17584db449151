/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Asking the web role byte by byte. See visitor.h. */
#include "tests/flow/visitor.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* ---------------------------------------------------------------- the office */

static void add_person(const struct daemon *d, const char *rank)
{
    char command[1024];
    snprintf(command, sizeof command,
             "echo 'a long password of %s' | %s/thanwela -c %s user add %s --role %s >/dev/null",
             rank, PROGRAMS, d->conf, rank, rank);
    assert_int_equal(system(command), 0);
}

static void await_pages(int port)
{
    int fd = -1;
    for (int i = 0; i < 400 && fd < 0; i++, usleep(50000))
        fd = visitor_dial(port);
    assert_true(fd >= 0);
    close(fd);
}

struct daemon *visitor_office(int *port_out, pid_t *web_out)
{
    char listen[64];
    *port_out = visitor_free_port();
    snprintf(listen, sizeof listen, "127.0.0.1:%d", *port_out);
    setenv("WEB_LISTEN", listen, 1);
    struct daemon *d = daemon_new(NULL, NULL);
    add_person(d, "reader");
    add_person(d, "officer");
    *web_out = daemon_start(d, NULL, false);
    await_pages(*port_out);
    return d;
}

pid_t visitor_more(struct daemon *d, const char *settings, int *port_out)
{
    *port_out = visitor_free_port();
    const char *conf = arena_printf(d->a, "%s.%d", d->conf, *port_out);
    assert_int_equal(system(arena_printf(d->a,
                                         "sed -e 's/^roles = .*/roles = web/' "
                                         "-e 's/^listen = .*/listen = 127.0.0.1:%d/' "
                                         "-e '/^\\[web\\]/a %s' %s >%s",
                                         *port_out, settings, d->conf, conf)),
                     0);
    pid_t pid = daemon_start(d, conf, false);
    await_pages(*port_out);
    return pid;
}

/* ---------------------------------------------------------------- asking */

int visitor_free_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    int fd CLEANUP(fd_closep) = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
    return ntohs(at.sin_port);
}

int visitor_dial(int port)
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

void visitor_read(int fd, int ms, struct buf *out)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    char piece[65536];
    ssize_t n;
    buf_clear(out);
    while (poll(&p, 1, ms) > 0 && (n = read(fd, piece, sizeof piece)) > 0)
        buf_add(out, piece, (size_t)n);
}

void visitor_send(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);
        if (sent <= 0)
            return; /* the server has had enough: its answer tells */
        bytes += sent;
        n -= (size_t)sent;
    }
}

int visitor_status(const struct buf *answer)
{
    int status = 0;
    sscanf(buf_str(answer), "HTTP/1.1 %d", &status);
    return status;
}

int visitor_ask_raw(int port, const char *bytes, size_t n, struct buf *answer)
{
    int fd CLEANUP(fd_closep) = visitor_dial(port);
    assert_true(fd >= 0);
    visitor_send(fd, bytes, n);
    visitor_read(fd, 3000, answer);
    return visitor_status(answer);
}

int visitor_ask(int port, struct buf *answer, const char *method, const char *path,
                const char *cookie, const char *form)
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
    int fd CLEANUP(fd_closep) = visitor_dial(port);
    assert_true(fd >= 0);
    visitor_send(fd, request.data, request.len);
    visitor_read(fd, 30000, answer); /* the server closes: no test waits for this long */
    return visitor_status(answer);
}

void visitor_between(const char *text, const char *from, const char *to, char *out, size_t max)
{
    const char *start = strstr(text, from);
    assert_non_null(start);
    start += strlen(from);
    const char *end = strstr(start, to);
    assert_non_null(end);
    assert_true((size_t)(end - start) < max);
    snprintf(out, max, "%.*s", (int)(end - start), start);
}

void visitor_sign_in(int port, const char *login, char session_out[VISITOR_WORD_MAX],
                     char csrf_out[VISITOR_WORD_MAX])
{
    struct buf answer CLEANUP(buf_fini) = {0};
    char form[512];
    assert_int_equal(visitor_ask(port, &answer, "GET", "/login", NULL, NULL), 200);
    visitor_between(buf_str(&answer), "name=\"csrf\" value=\"", "\"", csrf_out, VISITOR_WORD_MAX);
    snprintf(form, sizeof form, "csrf=%s&to=/&login=%s&password=a+long+password+of+%s", csrf_out,
             login, login);
    assert_int_equal(visitor_ask(port, &answer, "POST", "/login", NULL, form), 303);
    visitor_between(buf_str(&answer), "Set-Cookie: thanwela=", ";", session_out, VISITOR_WORD_MAX);
    assert_int_equal(visitor_ask(port, &answer, "GET", "/items", session_out, NULL), 200);
    visitor_between(buf_str(&answer), "name=\"csrf\" value=\"", "\"", csrf_out, VISITOR_WORD_MAX);
}
