/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A stored file of 8 MB, downloaded from the web role of the real daemon: parts of it and their
 * conditions, and visitors who take it slowly or not at all. */
#include "db/query.h"
#include "tests/flow/visitor.h"
#include "web/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { FILE_BYTES = 8 * 1000 * 1000, LINE_BYTES = 50 };

static struct daemon *d;
static struct db *db;
static pid_t web;
static int port;
static char session[VISITOR_WORD_MAX], csrf[VISITOR_WORD_MAX];
static const char *path, *etag;

static const char head[] =
    "Authentication-Results: mx.mof.example; dmarc=pass header.from=customs.go.th\r\n"
    "From: saraban@customs.go.th\r\nTo: saraban@mof.example\r\nMessage-ID: <big@customs.go.th>\r\n"
    "Subject: report\r\nMIME-Version: 1.0\r\nContent-Type: application/x-numbers; name=n.dat\r\n"
    "Content-Disposition: attachment; filename=n.dat\r\n\r\n";

/* Every line says where it begins, so that a part tells where it is from. */
static void deliver_large(void)
{
    struct buf mail CLEANUP(buf_fini) = {0};
    buf_adds(&mail, head);
    for (int at = 0; at < FILE_BYTES; at += LINE_BYTES)
        buf_addf(&mail, "%047d\r\n.", at); /* 50 bytes */
    office_deliver(d->office, "saraban@mof.example", buf_str(&mail), mail.len);
}

static const char *read_text(const char *sql)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct err err = {0};
    if (!db_query(db, sql, NULL, &r, &err))
        fail_msg("%s", err.text);
    return r.n ? row_dup(d->a, &r, 0, 0) : NULL;
}

static int start(void **state)
{
    (void)state;
    d = visitor_office(&port, &web);
    db = database_open_owner(d->office);
    deliver_large();
    for (int i = 0; i < 900 && !path; i++, usleep(100000))
        path = read_text("select '/items/' || i.year || '/' || i.no || '/files/' || f.id"
                         " from item i join attachment f on f.item_id = i.id"
                         " where f.is_attachment and i.token is not null limit 1");
    if (!path)
        return -1;
    etag = read_text("select '\"' || encode(b.sha256, 'hex') || '\"' from blob b"
                     " join attachment f on f.blob_id = b.id where f.is_attachment");
    visitor_sign_in(port, "reader", session, csrf);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    int status = daemon_end(web, SIGTERM);
    db_close(db);
    daemon_free(d);
    return status;
}

static int64_t size(void)
{
    return database_int(db, "select b.size from blob b join attachment f on f.blob_id = b.id"
                            " where f.is_attachment");
}

static void add_request(struct buf *out, const char *method, const char *headers)
{
    buf_addf(out, "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: thanwela=%s\r\n%s\r\n",
             method, path, session, headers);
}

static int ask(const char *method, const char *headers, struct buf *answer)
{
    struct buf request CLEANUP(buf_fini) = {0};
    add_request(&request, method, headers);
    return visitor_ask_raw(port, request.data, request.len, answer);
}

static size_t body_of(const struct buf *answer)
{
    const char *end = strstr(buf_str(answer), "\r\n\r\n");
    assert_non_null(end);
    return answer->len - (size_t)(end + 4 - buf_str(answer));
}

/* ---------------------------------------------------------------- parts */

static void parts_are_what_was_asked_for(void **state)
{
    struct buf answer CLEANUP(buf_fini) = {0};
    int64_t all = size();
    const struct {
        const char *name, *headers;
        int status;
        int64_t from, n; /* n: of the body; from: -1 no Content-Range, -2 the size alone */
    } cases[] = {
        {"the whole", "", 200, -1, all},
        {"the first byte", "Range: bytes=0-0\r\n", 206, 0, 1},
        {"over the end of a chunk", "Range: bytes=1048570-1048580\r\n", 206, 1048570, 11},
        {"over the end of a piece", "Range: bytes=131070-131080\r\n", 206, 131070, 11},
        {"the last two", "Range: bytes=-2\r\n", 206, all - 2, 2},
        {"more than there is from the end", "Range: bytes=-99999999\r\n", 200, -1, all},
        {"from there on", arena_printf(d->a, "Range: bytes=%lld-\r\n", (long long)all - 5), 206,
         all - 5, 5},
        {"beyond its end",
         arena_printf(d->a, "Range: bytes=%lld-99999999\r\n", (long long)all - 10), 206, all - 10,
         10},
        {"behind its end", "Range: bytes=99999999-\r\n", 416, -2, -1},
        {"nothing at all", "Range: bytes=-0\r\n", 416, -2, -1},
        {"two parts: the whole", "Range: bytes=0-1,5-6\r\n", 200, -1, all},
        {"backwards: the whole", "Range: bytes=9-2\r\n", 200, -1, all},
        {"another unit: the whole", "Range: pages=1-2\r\n", 200, -1, all},
        {"numbers without an end", "Range: bytes=99999999999999999999999-\r\n", 200, -1, all},
        {"of the same file", arena_printf(d->a, "Range: bytes=0-1\r\nIf-Range: %s\r\n", etag), 206,
         0, 2},
        {"of another file: the whole", "Range: bytes=0-1\r\nIf-Range: \"other\"\r\n", 200, -1, all},
        {"of a day: the whole", "Range: bytes=0-1\r\nIf-Range: Sat, 28 Nov 2026 00:00:00 GMT\r\n",
         200, -1, all},
        {"only if it is another", arena_printf(d->a, "If-None-Match: %s\r\n", etag), 304, -1, 0},
        {"if it is not that other", "If-None-Match: \"other\"\r\n", 200, -1, all},
        {"if it changed since", "If-Modified-Since: Sat, 28 Nov 2026 00:00:00 GMT\r\n", 200, -1,
         all},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char range[128] = "Content-Range: ";
        print_message("%s\n", cases[i].name);
        assert_int_equal(ask("GET", cases[i].headers, &answer), cases[i].status);
        if (cases[i].n >= 0)
            assert_int_equal(body_of(&answer), cases[i].n);
        if (cases[i].from >= 0)
            snprintf(range, sizeof range, "Content-Range: bytes %lld-%lld/%lld\r\n",
                     (long long)cases[i].from, (long long)(cases[i].from + cases[i].n - 1),
                     (long long)all);
        if (cases[i].from == -2)
            snprintf(range, sizeof range, "Content-Range: bytes */%lld\r\n", (long long)all);
        assert_true((strstr(buf_str(&answer), range) != NULL) == (cases[i].from != -1));
        assert_non_null(strstr(buf_str(&answer), "X-Content-Type-Options: nosniff"));
        if (cases[i].status != 416)
            assert_non_null(strstr(buf_str(&answer), etag));
    }
}

/* Whether the file has these bytes there, in the database. */
static bool has_at(long from, const char *bytes, size_t n)
{
    static const char sql[] =
        "select substr(string_agg(c.data, '' order by c.seq), $2::int + 1, octet_length($1::bytea))"
        " = $1 from blob_chunk c join attachment f on f.blob_id = c.blob_id where f.is_attachment";
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    struct err err = {0};
    param_bytes(&p, bytes, n);
    param_int(&p, from);
    if (!db_query(db, sql, &p, &r, &err))
        fail_msg("%s", err.text);
    return row_bool(&r, 0, 0);
}

static void the_bytes_of_a_part_are_those_of_the_file(void **state)
{
    static const long froms[] = {0, 131000, 1048500, 2097152, 7000000};
    struct buf answer CLEANUP(buf_fini) = {0};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(froms); i++) {
        const char *range =
            arena_printf(d->a, "Range: bytes=%ld-%ld\r\n", froms[i], froms[i] + 299999);
        assert_int_equal(ask("GET", range, &answer), 206);
        assert_int_equal(body_of(&answer), 300000);
        assert_true(has_at(froms[i], strstr(buf_str(&answer), "\r\n\r\n") + 4, 300000));
    }
}

static void a_head_says_the_size_and_sends_nothing(void **state)
{
    struct buf answer CLEANUP(buf_fini) = {0};
    (void)state;
    assert_int_equal(ask("HEAD", "", &answer), 200);
    assert_int_equal(body_of(&answer), 0);
    assert_non_null(
        strstr(buf_str(&answer), arena_printf(d->a, "Content-Length: %lld", (long long)size())));
}

/* ---------------------------------------------------------------- slow readers */

/* A connection whose own kernel takes as good as nothing for it. */
static int begin_slowly(void)
{
    struct buf request CLEANUP(buf_fini) = {0};
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int small = 4096, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    add_request(&request, "GET", "");
    visitor_send(fd, request.data, request.len);
    return fd;
}

/* A little is taken; whether the server has ended it. */
static bool sip(int fd, size_t n)
{
    char bytes[256];
    struct pollfd p = {.fd = fd};
    assert_true(n <= sizeof bytes);
    if (n > 0)
        (void)!recv(fd, bytes, n, MSG_DONTWAIT);
    poll(&p, 1, 0);
    return p.revents & (POLLHUP | POLLERR);
}

/* The first takes nothing, the others a little four times a second; meanwhile everyone else is
 * served, and none of them holds a connection to the database. */
static void who_takes_a_file_too_slowly_is_ended(void **state)
{
    enum { SLOW = 12, ROUNDS = 4 * 60 };
    struct buf answer CLEANUP(buf_fini) = {0};
    int fds[SLOW], n_ended = 0;
    (void)state;
    for (int i = 0; i < SLOW; i++)
        fds[i] = begin_slowly();
    for (int round = 0; round < ROUNDS && n_ended < SLOW; round++, usleep(250 * 1000)) {
        n_ended = 0;
        for (int i = 0; i < SLOW; i++)
            n_ended += sip(fds[i], i == 0 ? 0 : 256);
        if (round % 8 == 0)
            assert_int_equal(visitor_ask(port, &answer, "GET", "/items", session, NULL), 200);
        if (round == 20)
            assert_int_equal(database_int(db, "select count(*) from pg_stat_activity where"
                                              " application_name = 'thanwela web'"
                                              " and state <> 'idle'"),
                             0);
    }
    for (int i = 0; i < SLOW; i++)
        close(fds[i]);
    assert_int_equal(n_ended, SLOW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_what_was_asked_for),
        cmocka_unit_test(the_bytes_of_a_part_are_those_of_the_file),
        cmocka_unit_test(a_head_says_the_size_and_sends_nothing),
        cmocka_unit_test(who_takes_a_file_too_slowly_is_ended),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
