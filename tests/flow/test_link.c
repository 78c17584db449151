/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Links to an item's files: made by the command, drawn, read back, opened piece by piece by someone
 * whom nobody knows, and closed again. */
#include "base/buf.h"
#include "db/blob.h"
#include "tests/flow/rules.h"
#include "tests/flow/visitor.h"

#include <jansson.h>
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

enum { LARGE_BYTES = 2 * BLOB_CHUNK_BYTES + 12345, TOKEN_LETTERS = 26 };

static struct daemon *d;
static struct db *db;
static pid_t web;
static int port;
static char *large; /* what the first file holds */

/* The first item: a large file without a pattern, and a small one. */
static int start(void **state)
{
    (void)state;
    d = visitor_office(&port, &web);
    db = database_open_owner(d->office);
    large = malloc(LARGE_BYTES);
    assert_non_null(large);
    uint32_t x = 2463534242u;
    for (int i = 0; i < LARGE_BYTES; i++) {
        x ^= x << 13, x ^= x >> 17, x ^= x << 5;
        large[i] = (char)x;
    }
    const char *first = office_path(d->a, d->office, "large.bin"),
               *second = office_path(d->a, d->office, "small.txt");
    FILE *f = fopen(first, "wb"), *g = fopen(second, "wb");
    assert_true(f && g && fwrite(large, 1, LARGE_BYTES, f) == LARGE_BYTES && fputs("small", g) > 0);
    assert_int_equal(fclose(f) + fclose(g), 0);
    return daemon_run(d, NULL, "thanwela", "item", "add", first, second, "--subject", "x",
                      "--agency", "CUSTOMS", NULL);
}

static int stop(void **state)
{
    (void)state;
    int status = daemon_end(web, SIGTERM);
    free(large);
    db_close(db);
    daemon_free(d);
    return status;
}

static const char *number(void)
{
    return arena_printf(d->a, "1/%d", (int)database_int(db, "select year from item where no = 1"));
}

/* A new link's URL; files: "1,2". */
static const char *make(const char *files)
{
    struct buf said CLEANUP(buf_fini) = {0};
    assert_int_equal(
        daemon_run(d, &said, "thanwela", "link", number(), "--files", files, "--json", NULL), 0);
    json_t *o = json_loads(buf_str(&said), 0, NULL);
    const char *url = arena_strdup(d->a, json_string_value(json_object_get(o, "url")));
    json_decref(o);
    return url;
}

static const char *token_of(const char *url)
{
    const char *token = strrchr(url, '/') + 1;
    assert_int_equal(strlen(token), TOKEN_LETTERS);
    return token;
}

static int64_t last_link(void)
{
    return database_int(db, "select max(id) from link");
}

static int take_back(const char *id, const char *why)
{
    return daemon_run(d, NULL, "thanwela", "link", "revoke", id, "--why", why, NULL);
}

/* The body of an answer, and its status. range: "bytes=0-1", or NULL. */
static int get(const char *path, const char *range, const char **body_out, size_t *n_out)
{
    struct buf answer CLEANUP(buf_fini) = {0};
    const char *ask =
        arena_printf(d->a, "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s%s%s\r\n",
                     path, range ? "Range: " : "", range ? range : "", range ? "\r\n" : "");
    int status = visitor_ask_raw(port, ask, strlen(ask), &answer);
    const char *body = memmem(answer.data, answer.len, "\r\n\r\n", 4);
    assert_non_null(body);
    *n_out = answer.len - (size_t)(body + 4 - answer.data);
    char *copy = arena_alloc(d->a, *n_out + 1);
    memcpy(copy, body + 4, *n_out);
    copy[*n_out] = 0;
    *body_out = copy;
    return status;
}

/* ---------------------------------------------------------------- made and drawn */

static void a_link_is_told_once_and_its_codes_lead_to_it(void **state)
{
    static const char *const names[] = {"link.png", "link.pdf"};
    struct buf said CLEANUP(buf_fini) = {0};
    const char *png = office_path(d->a, d->office, "link.png"),
               *svg = office_path(d->a, d->office, "link.svg"),
               *pdf = office_path(d->a, d->office, "link.pdf");
    (void)state;
    assert_int_equal(daemon_run(d, &said, "thanwela", "link", number(), "--png", png, "--svg", svg,
                                "--pdf", pdf, "--json", NULL),
                     0);
    char url[VISITOR_WORD_MAX];
    visitor_between(buf_str(&said), "\"url\":\"", "\"", url, sizeof url);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct buf codes CLEANUP(buf_fini) = {0};
        assert_int_equal(daemon_run(d, &codes, "thanwela", "scan", "--json",
                                    office_path(d->a, d->office, "%s", names[i]), NULL),
                         0);
        assert_non_null(strstr(buf_str(&codes), url));
    }
    assert_int_equal(system(arena_printf(d->a, "grep -q '<svg' %s", svg)), 0);
    assert_int_equal(database_int(db, arena_printf(d->a,
                                                   "select count(*) from link l, event e where"
                                                   " l::text || e::text ilike '%%%s%%'",
                                                   token_of(url))),
                     0);
}

/* ---------------------------------------------------------------- opened */

static void any_piece_of_a_file_is_the_file_s(void **state)
{
    static const struct {
        const char *range;
        int status;
        size_t from, n;
    } cases[] = {
        {NULL, 200, 0, LARGE_BYTES},
        {"bytes=0-0", 206, 0, 1},
        {"bytes=1048575-1048576", 206, BLOB_CHUNK_BYTES - 1, 2},
        {"bytes=1048570-2097160", 206, BLOB_CHUNK_BYTES - 6, BLOB_CHUNK_BYTES + 15},
        {"bytes=2097152-", 206, 2 * BLOB_CHUNK_BYTES, 12345},
        {"bytes=-1", 206, LARGE_BYTES - 1, 1},
        {"bytes=2109496-9999999", 206, LARGE_BYTES - 1, 1},
    };
    const char *path = arena_printf(d->a, "/l/%s/1", token_of(make("1"))), *body;
    size_t n;
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(get(path, cases[i].range, &body, &n), cases[i].status);
        assert_int_equal(n, cases[i].n);
        assert_memory_equal(body, large + cases[i].from, n);
    }
    assert_int_equal(get(path, "bytes=2109497-", &body, &n), 416);
    assert_int_equal(database_int(db, "select count(*) from access_log where what = 'opened'"
                                      " and who = 'link ' || (select max(id) from link)") > 0,
                     1);
}

static void chunks_end_where_the_file_does(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct err err = {0};
    const uint8_t *bytes;
    size_t n;
    int64_t id = database_int(db, "select blob_id from attachment where seq = 0");
    (void)state;
    must(blob_chunk(db, a, id, 2, &bytes, &n, &err), &err);
    assert_int_equal(n, 12345);
    assert_memory_equal(bytes, large + 2 * BLOB_CHUNK_BYTES, n);
    must(blob_chunk(db, a, id, 3, &bytes, &n, &err), &err);
    assert_int_equal(n, 0);
    must(blob_chunk(db, a, 999999, 0, &bytes, &n, &err), &err);
    assert_int_equal(n, 0);
}

static void a_link_opens_its_own_files_alone(void **state)
{
    const char *token = token_of(make("2")), *body;
    size_t n;
    (void)state;
    assert_int_equal(get(arena_printf(d->a, "/l/%s/2", token), NULL, &body, &n), 200);
    assert_string_equal(body, "small");
    assert_int_equal(get(arena_printf(d->a, "/l/%s/1", token), NULL, &body, &n), 404);
    assert_int_equal(get(arena_printf(d->a, "/L/%s", token), NULL, &body, &n), 200);
    assert_null(strstr(body, "large.bin"));
}

/* ---------------------------------------------------------------- closed */

/* The public must not hear why a link does not open. */
static void unknown_expired_and_revoked_are_one_answer(void **state)
{
    const char *unknown, *body, *token = token_of(make("1"));
    size_t n, m;
    (void)state;
    const char *path = arena_printf(d->a, "/l/%s", token);
    assert_int_equal(get("/l/AAAAAAAAAAAAAAAAAAAAAAAAAA", NULL, &unknown, &n), 404);
    database_run(db, "update link set created_at = '2020-01-01', expires_at = '2020-01-02'"
                     " where id = (select max(id) from link)");
    assert_int_equal(get(path, NULL, &body, &m), 404);
    assert_string_equal(body, unknown);
    database_run(db, "update link set expires_at = now() + interval '1 day' where id = (select "
                     "max(id) from link)");
    assert_int_equal(get(path, NULL, &body, &m), 200);
    assert_int_equal(take_back(arena_printf(d->a, "%d", (int)last_link()), "ส่งผิด"), 0);
    assert_int_equal(get(path, NULL, &body, &m), 404);
    assert_string_equal(body, unknown);
}

/* A register number where a link's is wanted must not close link 1. */
static void only_a_link_s_own_number_revokes_it(void **state)
{
    (void)state;
    make("1");
    const char *id = arena_printf(d->a, "%d", (int)last_link());
    assert_int_not_equal(take_back(arena_printf(d->a, "%s/2564", id), "y"), 0);
    assert_int_not_equal(take_back(arena_printf(d->a, "%sx", id), "y"), 0);
    assert_int_not_equal(take_back(id, ""), 0);
    assert_int_not_equal(take_back("4294967297", "y"), 0);
    assert_int_equal(database_int(db, arena_printf(d->a,
                                                   "select count(*) from link where id = %s"
                                                   " and revoked_at is null",
                                                   id)),
                     1);
    assert_int_equal(take_back(id, "y"), 0);
    assert_int_not_equal(take_back(id, "y"), 0);
}

static void what_may_have_no_link_gets_none(void **state)
{
    static const char *const cases[][3] = {
        {"--days", "0"},      {"--days", "3651"},
        {"--days", "-1"},     {"--files", "3"},
        {"--files", "1,1,2"}, {"--files", "0"},
        {"--files", "1x"},    {"--pdf", "/no/such/folder/x.pdf"}};
    int64_t before = database_int(db, "select count(*) from link where revoked_at is null");
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_not_equal(
            daemon_run(d, NULL, "thanwela", "link", number(), cases[i][0], cases[i][1], NULL), 0);
    assert_int_equal(database_int(db, "select count(*) from link where revoked_at is null"),
                     before);
    database_run(db, "update item set secrecy = 'ลับ' where no = 1");
    assert_int_not_equal(daemon_run(d, NULL, "thanwela", "link", number(), NULL), 0);
    database_run(db, "update item set secrecy = '' where no = 1");
    assert_int_equal(database_int(db, "select count(*) from link where revoked_at is null"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_is_told_once_and_its_codes_lead_to_it),
        cmocka_unit_test(any_piece_of_a_file_is_the_file_s),
        cmocka_unit_test(chunks_end_where_the_file_does),
        cmocka_unit_test(a_link_opens_its_own_files_alone),
        cmocka_unit_test(unknown_expired_and_revoked_are_one_answer),
        cmocka_unit_test(only_a_link_s_own_number_revokes_it),
        cmocka_unit_test(what_may_have_no_link_gets_none),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
