/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A document that an officer marks as secret: what was open to strangers closes, what was shown is
 * hidden, and what is lifted opens again; a matter takes its letters with it. */
#include "base/buf.h"
#include "db/query.h"
#include "tests/flow/visitor.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { WAIT_TENTHS = 600 };

static struct daemon *d;
static struct db *db;
static pid_t web;
static int port;
static const char *number, *link_path, *receipt_path, *file_path;
static char session[VISITOR_WORD_MAX], csrf[VISITOR_WORD_MAX];

static const char *text_of(const char *sql)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct err err = {0};
    if (!db_query(db, sql, NULL, &r, &err))
        fail_msg("%s", err.text);
    return arena_strdup(d->a, row_text(&r, 0, 0));
}

static int start(void **state)
{
    struct buf said CLEANUP(buf_fini) = {0};
    char url[VISITOR_WORD_MAX];
    (void)state;
    d = visitor_office(&port, &web);
    db = database_open_owner(d->office);
    const char *path = office_path(d->a, d->office, "plan.txt");
    FILE *f = fopen(path, "wb");
    assert_true(f && fputs("the plan", f) > 0 && fclose(f) == 0);
    assert_int_equal(daemon_run(d, NULL, "thanwela", "item", "add", path, "--subject",
                                "แผนลับของเหลือง", "--agency", "CUSTOMS", NULL),
                     0);
    for (int i = 0; i < WAIT_TENTHS && database_int(db, "select count(token) from item") == 0; i++)
        usleep(100000);
    number = text_of("select no || '/' || year from item");
    receipt_path = arena_printf(d->a, "/r/%s", text_of("select token from item"));
    file_path = text_of("select '/items/' || i.year || '/' || i.no || '/files/' || f.id"
                        " from item i join attachment f on f.item_id = i.id");
    assert_int_equal(daemon_run(d, &said, "thanwela", "link", number, "--json", NULL), 0);
    visitor_between(buf_str(&said), "\"url\":\"", "\"", url, sizeof url);
    link_path = arena_printf(d->a, "/l/%s", strrchr(url, '/') + 1);
    visitor_sign_in(port, "officer", session, csrf);
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

static int status_of(const char *path, const char *cookie)
{
    struct buf answer CLEANUP(buf_fini) = {0};
    return visitor_ask(port, &answer, "GET", path, cookie, NULL);
}

static bool page_has(const char *path, const char *cookie, const char *text)
{
    struct buf answer CLEANUP(buf_fini) = {0};
    assert_true(visitor_ask(port, &answer, "GET", path, cookie, NULL) > 0);
    return strstr(buf_str(&answer), text) != NULL;
}

static int mark(const char *what, const char *no, const char *word, const char *why)
{
    return daemon_run(d, NULL, "thanwela", what, "secrecy", no, word, "--why", why, NULL);
}

static void must_be_hidden(void)
{
    const char *item =
        arena_strndup(d->a, file_path, (size_t)(strstr(file_path, "/files") - file_path));
    assert_int_equal(status_of(link_path, NULL), 404);
    assert_int_equal(status_of(file_path, session), 403);
    assert_true(page_has(receipt_path, NULL, "อยู่ในทะเบียน"));
    assert_false(page_has(receipt_path, NULL, "data-sha256"));
    assert_false(page_has("/items?q=%E0%B9%81%E0%B8%9C%E0%B8%99%E0%B8%A5%E0%B8%B1%E0%B8%9A",
                          session, "/items/25"));
    assert_false(page_has(item, session, "แผนลับของเหลือง"));
    assert_false(page_has(item, session, "plan.txt"));
}

static void what_is_marked_secret_closes_and_what_is_lifted_opens(void **state)
{
    (void)state;
    assert_int_equal(status_of(link_path, NULL), 200);
    assert_int_equal(status_of(file_path, session), 200);
    assert_true(page_has(receipt_path, NULL, "data-sha256"));
    assert_true(page_has("/items?q=%E0%B9%81%E0%B8%9C%E0%B8%99%E0%B8%A5%E0%B8%B1%E0%B8%9A", session,
                         "/items/25"));
    assert_int_equal(mark("item", number, "ลับมาก", "มีชื่อบุคคล"), 0);
    must_be_hidden();
    assert_int_equal(database_int(db, "select count(*) from link where revoked_at is null"), 0);
    assert_int_equal(database_int(db, "select count(*) from event where what = 'secret'"
                                      " and why = 'มีชื่อบุคคล' and detail->>'to' = 'ลับมาก'"),
                     1);
    assert_int_equal(mark("item", number, "none", "ประกาศแล้ว"), 0);
    assert_int_equal(status_of(file_path, session), 200);
    assert_true(page_has(receipt_path, NULL, "data-sha256"));
    assert_int_equal(status_of(link_path, NULL), 404); /* a closed link stays closed */
    database_is_sound(db);
}

static void the_form_of_the_page_does_the_same(void **state)
{
    struct buf answer CLEANUP(buf_fini) = {0};
    const char *item =
        arena_strndup(d->a, file_path, (size_t)(strstr(file_path, "/files") - file_path));
    const char *form =
        arena_printf(d->a, "csrf=%s&secrecy=%%E0%%B8%%A5%%E0%%B8%%B1%%E0%%B8%%9A&why=x", csrf);
    (void)state;
    const char *action = arena_printf(d->a, "%s/secrecy", item);
    assert_int_equal(visitor_ask(port, &answer, "POST", action, session, form), 303);
    must_be_hidden();
    assert_int_equal(visitor_ask(port, &answer, "POST", action, session,
                                 arena_printf(d->a, "csrf=%s&secrecy=&why=", csrf)),
                     422);
    assert_int_equal(visitor_ask(port, &answer, "POST", action, session,
                                 arena_printf(d->a, "csrf=%s&secrecy=&why=y", csrf)),
                     303);
    assert_int_equal(status_of(file_path, session), 200);
}

static void a_secret_matter_takes_its_letters_with_it(void **state)
{
    (void)state;
    assert_int_equal(daemon_run(d, NULL, "thanwela", "matter", "add", "เรื่องของเหลือง", "--class",
                                "CAB-OPINION", "--agency", "CUSTOMS", NULL),
                     0);
    const char *matter = text_of("select no || '/' || year from matter");
    assert_int_equal(mark("matter", matter, "ลับ", "คณะรัฐมนตรีสั่ง"), 0);
    assert_int_equal(daemon_run(d, NULL, "thanwela", "item", "assign", number, "--matter", matter,
                                "--why", "เป็นเรื่องนี้", NULL),
                     0);
    must_be_hidden();
    assert_int_not_equal(mark("item", number, "none", "ลองดู"), 0);
    must_be_hidden();
    assert_int_equal(mark("matter", matter, "ปกติ", "ประกาศแล้ว"), 0);
    must_be_hidden();
    assert_int_equal(mark("item", number, "ปกติ", "ประกาศแล้ว"), 0);
    assert_int_equal(status_of(file_path, session), 200);
    assert_int_equal(mark("matter", matter, "ลับที่สุด", "คณะรัฐมนตรีสั่งอีก"), 0);
    must_be_hidden();
    assert_int_equal(mark("item", number, "none", "x"), 1);
    database_is_sound(db);
}

static void an_unknown_word_or_no_reason_changes_nothing(void **state)
{
    (void)state;
    int64_t before = database_int(db, "select count(*) from event");
    assert_int_not_equal(mark("item", number, "ปกปิด", "x"), 0);
    assert_int_not_equal(mark("item", number, "ลับ", ""), 0);
    assert_int_not_equal(mark("item", "99/2500", "ลับ", "x"), 0);
    assert_int_not_equal(mark("matter", "99/2500", "ลับ", "x"), 0);
    assert_int_equal(database_int(db, "select count(*) from event"), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_marked_secret_closes_and_what_is_lifted_opens),
        cmocka_unit_test(the_form_of_the_page_does_the_same),
        cmocka_unit_test(a_secret_matter_takes_its_letters_with_it),
        cmocka_unit_test(an_unknown_word_or_no_reason_changes_nothing),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
