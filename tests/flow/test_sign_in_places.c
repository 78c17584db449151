/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Where people sign in from, against a real PostgreSQL: what counts as one place, and what is kept
 * of those who come by the trusted proxy. */
#include "db/person.h"
#include "tests/flow/database.h"
#include "tests/flow/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct office *office;
static struct db *db, *owner;
static struct arena *a;

static int start(void **state)
{
    (void)state;
    office = office_start((const char *const[]){"--parts", "postgres", NULL});
    database_migrate(office);
    db = database_open(office);
    owner = database_open_owner(office);
    a = arena_new();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    database_is_sound(owner);
    db_close(db);
    db_close(owner);
    office_stop(office);
    arena_free(a);
    return 0;
}

static int64_t number(const char *sql)
{
    return database_int(owner, sql);
}

/* ---------------------------------------------------------------- places */

static void a_place_is_an_address_or_a_network_of_64_bits(void **state)
{
    static const char *const cases[][2] = {
        {"203.0.113.7", "203.0.113.7"},
        {"::ffff:203.0.113.7", "203.0.113.7"},
        {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
        {"2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"},
        {"2001:db8:1:3::1", "2001:db8:1:3::/64"},
        {"::1", "::/64"},
        {"unknown", "unknown"},
        {"", ""},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        print_message("%s\n", cases[i][0]);
        assert_int_equal(number(arena_printf(a, "select (sign_in_place('%s') = '%s')::int",
                                             cases[i][0], cases[i][1])),
                         1);
    }
}

static int64_t locked(const char *login, const char *address)
{
    return number(
        arena_printf(a, "select (sign_in_locked('%s', '%s') is not null)::int", login, address));
}

/* Each try from another address of the same network. */
static void the_addresses_of_one_network_lock_each_other(void **state)
{
    (void)state;
    for (int i = 0; i < 30; i++)
        number(arena_printf(a,
                            "select 0 from (select sign_in_failed('login%d', "
                            "'2001:db8:5:6:%x::1')) done",
                            i, i + 1));
    assert_int_equal(locked("another", "2001:db8:5:6:ffff::9"), 1);
    assert_int_equal(locked("another", "2001:db8:5:7::9"), 0);
    assert_int_equal(number("select count(*) from sign_in_guard where key like 'address %'"), 1);
}

/* ---------------------------------------------------------------- by the proxy */

static enum session_fate come(const char *login, const char *address)
{
    struct err err = {0};
    enum session_fate fate = SESSION_NONE;
    struct person p;
    must(session_by_proxy(a, db, login, address, &fate, &p, &err), &err);
    if (fate == SESSION_OPEN)
        assert_string_equal(p.login, login);
    return fate;
}

static int64_t sign_ins(const char *login)
{
    return number(arena_printf(
        a, "select count(*) from access_log where what = 'signed in' and who = '%s'", login));
}

static void add(const char *login)
{
    struct err err = {0};
    const struct person p = {.login = login, .name = "เจ้าหน้าที่ทดสอบ", .rank = "officer"};
    must(person_add(db, &p, "a long password", "test", &err), &err);
}

static void the_proxys_word_is_kept_once_a_session(void **state)
{
    struct err err = {0};
    (void)state;
    add("proxied");
    for (int i = 0; i < 5; i++)
        assert_int_equal(come("proxied", "203.0.113.20"), SESSION_OPEN);
    assert_int_equal(sign_ins("proxied"), 1);
    assert_int_equal(come("proxied", "203.0.113.21"), SESSION_OPEN);
    assert_int_equal(sign_ins("proxied"), 2);
    /* seen an hour ago: the same session */
    database_run(owner, "update proxy_session set opened_at = opened_at - interval '1 hour',"
                        " seen_at = seen_at - interval '1 hour'");
    come("proxied", "203.0.113.20");
    assert_int_equal(sign_ins("proxied"), 2);
    assert_int_equal(number("select count(*) from proxy_session"
                            " where seen_at > clock_timestamp() - interval '1 min'"),
                     1);
    /* unused for too long: another */
    database_run(owner, "update proxy_session set opened_at = opened_at - interval '3 hours',"
                        " seen_at = seen_at - interval '3 hours'");
    come("proxied", "203.0.113.20");
    come("proxied", "203.0.113.20");
    assert_int_equal(sign_ins("proxied"), 3);
    /* never unused, but a working day old */
    database_run(owner, "update proxy_session set opened_at = opened_at - interval '13 hours'");
    come("proxied", "203.0.113.20");
    come("proxied", "203.0.113.20");
    assert_int_equal(sign_ins("proxied"), 4);
    must(person_disable(db, "proxied", true, "test", &err), &err);
    assert_int_equal(come("proxied", "203.0.113.22"), SESSION_NONE);
    assert_int_equal(come("nobody", "203.0.113.22"), SESSION_NONE);
    assert_int_equal(sign_ins("proxied"), 4);
    assert_int_equal(sign_ins("nobody"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_place_is_an_address_or_a_network_of_64_bits),
        cmocka_unit_test(the_addresses_of_one_network_lock_each_other),
        cmocka_unit_test(the_proxys_word_is_kept_once_a_session),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
