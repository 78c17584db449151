/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Who may sign in: passwords, sessions, locks and what is kept of each try. Every step is committed
 * as the service commits it; what only time does is done by the tables' owner. */
#include "db/person.h"
#include "tests/flow/database.h"
#include "tests/flow/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PASSWORD "a long enough password"
#define DESK     "10.0.0.5"
#define STRANGER "203.0.113.9"

enum { TRIES_MAX = 60, LONG_LOGIN = 100000 };

struct people_world {
    struct office *office;
    struct db *db, *owner;
    struct arena *a;
};

static int start(void **state)
{
    static const char *const options[] = {"--parts", "postgres", NULL};
    struct people_world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    w->a = arena_new();
    w->office = office_start(options);
    database_migrate(w->office);
    w->db = database_open(w->office);
    w->owner = database_open_owner(w->office);
    *state = w;
    return 0;
}

static int stop(void **state)
{
    struct people_world *w = *state;
    database_is_sound(w->owner);
    db_close(w->db);
    db_close(w->owner);
    office_stop(w->office);
    arena_free(w->a);
    free(w);
    return 0;
}

static void add(struct people_world *w, const char *login)
{
    struct err err = {0};
    const struct person p = {.login = login, .name = "เจ้าหน้าที่ทดสอบ", .rank = "officer"};
    must(person_add(w->db, &p, PASSWORD, "test", &err), &err);
}

static enum session_fate try(struct people_world *w, const char *login, const char *password,
                             const char *address, struct session *out)
{
    struct err err = {0};
    enum session_fate fate = SESSION_NONE;
    struct session s = {0};
    int64_t until_us;
    must(session_open(w->a, w->db, login, password, address, &fate, &s, &until_us, &err), &err);
    if (out)
        *out = s;
    return fate;
}

static enum session_fate look(struct people_world *w, const char *token)
{
    struct err err = {0};
    enum session_fate fate = SESSION_OPEN;
    struct session s;
    must(session_find(w->a, w->db, token, &fate, &s, &err), &err);
    return fate;
}

/* Wrong passwords until the answer is a lock; how many were answered "wrong" before. */
static int guess(struct people_world *w, const char *login, const char *address)
{
    for (int i = 0; i < TRIES_MAX; i++)
        if (try(w, login, "not the password", address, NULL) == SESSION_LOCKED)
            return i;
    fail_msg("%s from %s is never locked", login, address);
    return 0;
}

/* As many wrong ones as guess() needs, without the cost of their hashes. */
static void lock(struct people_world *w, const char *login, const char *address)
{
    for (int i = 0; i < 6; i++)
        database_int(w->owner,
                     arena_printf(w->a, "select 0 from (select sign_in_failed('%s', '%s')) done",
                                  login, address));
    assert_int_equal(try(w, login, PASSWORD, address, NULL), SESSION_LOCKED);
}

static int64_t count(struct people_world *w, const char *where)
{
    return database_int(w->owner,
                        arena_printf(w->a, "select count(*) from access_log where %s", where));
}

/* ---------------------------------------------------------------- people */

static void a_login_that_is_taken_is_refused_in_words(void **state)
{
    struct people_world *w = *state;
    struct err err = {0};
    const struct person again = {.login = "taken", .name = "x", .rank = "reader"};
    add(w, "taken");
    assert_false(person_add(w->db, &again, PASSWORD, "test", &err));
    assert_int_equal(err.kind, ERR_REFUSE);
    assert_non_null(strstr(err.text, "taken: the login is taken"));
}

static void people_that_do_not_fit_are_refused(void **state)
{
    static const struct {
        const char *login, *rank, *password;
    } cases[] = {
        {"x", "reader", PASSWORD},         {"Big", "reader", PASSWORD},
        {"sp ace", "reader", PASSWORD},    {".dot", "reader", PASSWORD},
        {"somebody", "king", PASSWORD},    {"somebody", "reader", "11 letters."},
        {"quote\"d", "officer", PASSWORD},
    };
    struct people_world *w = *state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct err err = {0};
        const struct person p = {.login = cases[i].login, .name = "x", .rank = cases[i].rank};
        assert_false(person_add(w->db, &p, cases[i].password, "test", &err));
        assert_int_equal(err.kind, ERR_REFUSE);
    }
    assert_int_equal(database_int(w->owner, "select count(*) from person where name = 'x'"), 0);
}

/* Where the old sessions cannot be ended, the new password is not there either. */
static void a_new_password_and_the_end_of_old_sessions_are_one(void **state)
{
    struct people_world *w = *state;
    struct err err = {0};
    struct session s;
    add(w, "changing");
    assert_int_equal(try(w, "changing", PASSWORD, DESK, &s), SESSION_OPEN);
    database_run(w->owner, "create trigger stuck before update on session"
                           " for each row execute function deny()");
    assert_false(person_password(w->db, "changing", "another long password", "test", &err));
    assert_false(person_disable(w->db, "changing", true, "test", &err));
    database_run(w->owner, "drop trigger stuck on session");
    assert_int_equal(try(w, "changing", PASSWORD, DESK, NULL), SESSION_OPEN);
    must(person_password(w->db, "changing", "another long password", "test", &err), &err);
    assert_int_equal(look(w, s.token), SESSION_NONE);
    assert_int_equal(try(w, "changing", "another long password", DESK, NULL), SESSION_OPEN);
}

/* ---------------------------------------------------------------- sessions */

static void a_session_ends_unused_or_old_or_signed_out_or_with_its_person(void **state)
{
    static const char *const ends[] = {
        "update session set seen_at = seen_at - interval '2 hours 1 second' where person_id ="
        " (select id from person where login = 'ending')",
        "update session set opened_at = opened_at - interval '12 hours 1 second' where person_id ="
        " (select id from person where login = 'ending')",
    };
    struct people_world *w = *state;
    struct err err = {0};
    struct session s;
    add(w, "ending");
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        assert_int_equal(try(w, "ending", PASSWORD, DESK, &s), SESSION_OPEN);
        assert_int_equal(look(w, s.token), SESSION_OPEN);
        database_run(w->owner, ends[i]);
        assert_int_equal(look(w, s.token), SESSION_NONE);
    }
    assert_int_equal(try(w, "ending", PASSWORD, DESK, &s), SESSION_OPEN);
    must(session_close(w->db, s.token, DESK, &err), &err);
    assert_int_equal(look(w, s.token), SESSION_NONE);
    assert_int_equal(count(w, "what = 'signed out' and who = 'ending'"), 1);
    assert_int_equal(try(w, "ending", PASSWORD, DESK, &s), SESSION_OPEN);
    must(person_disable(w->db, "ending", true, "test", &err), &err);
    assert_int_equal(look(w, s.token), SESSION_NONE);
    assert_int_equal(try(w, "ending", PASSWORD, DESK, NULL), SESSION_WRONG);
    must(person_disable(w->db, "ending", false, "test", &err), &err);
    assert_int_equal(look(w, s.token), SESSION_NONE); /* what ended does not come back */
}

static void the_tables_hold_no_token_and_no_password(void **state)
{
    struct people_world *w = *state;
    struct session s;
    add(w, "hashed");
    assert_int_equal(try(w, "hashed", PASSWORD, DESK, &s), SESSION_OPEN);
    assert_int_equal(database_int(w->owner, arena_printf(w->a,
                                                         "select count(*) from session where"
                                                         " session::text like '%%%s%%'",
                                                         s.token)),
                     0);
    assert_int_equal(database_int(w->owner,
                                  "select count(*) from person where login = 'hashed'"
                                  " and password like '$argon2id$v=19$m=65536,t=2,p=1$%'"),
                     1);
}

/* ---------------------------------------------------------------- locks */

static void wrong_passwords_lock_the_login_and_no_other(void **state)
{
    struct people_world *w = *state;
    add(w, "guessed");
    add(w, "beside");
    assert_int_equal(guess(w, "guessed", "203.0.113.1"), 6);
    assert_int_equal(try(w, "guessed", PASSWORD, "203.0.113.2", NULL), SESSION_LOCKED);
    assert_int_equal(try(w, "beside", PASSWORD, "203.0.113.1", NULL), SESSION_OPEN);
}

static void many_logins_from_one_address_lock_the_address(void **state)
{
    struct people_world *w = *state;
    enum session_fate fate = SESSION_WRONG;
    int n = 18;
    database_run(w->owner, "insert into sign_in_guard (key, fails)"
                           " values ('address 203.0.113.77', 18)");
    for (; n < TRIES_MAX && fate == SESSION_WRONG; n++)
        fate =
            try(w, arena_printf(w->a, "somebody%d", n), "not the password", "203.0.113.77", NULL);
    assert_int_equal(fate, SESSION_LOCKED);
    assert_int_equal(n, 22);
}

/* A stranger who never stops guessing keeps the login shut where it was never used; not at the
 * desk of the officer, whose own slips count for themselves. */
static void nobody_is_kept_out_of_the_desk_where_they_work(void **state)
{
    struct people_world *w = *state;
    add(w, "wanted");
    assert_int_equal(try(w, "wanted", PASSWORD, DESK, NULL), SESSION_OPEN);
    lock(w, "wanted", STRANGER);
    assert_int_equal(try(w, "wanted", PASSWORD, "198.51.100.4", NULL), SESSION_LOCKED);
    assert_int_equal(try(w, "wanted", PASSWORD, DESK, NULL), SESSION_OPEN);
    lock(w, "wanted", DESK);
}

static void a_lock_grows_survives_and_ends_by_itself(void **state)
{
    struct people_world *w = *state;
    add(w, "patient");
    database_run(w->owner, "delete from sign_in_guard");
    lock(w, "patient", STRANGER);
    db_close(w->db);
    w->db = database_open(w->office);
    assert_int_equal(try(w, "patient", PASSWORD, STRANGER, NULL), SESSION_LOCKED);
    database_run(w->owner, "update sign_in_guard set fails = 40, locked_until = '-infinity'");
    assert_int_equal(try(w, "patient", "not the password", STRANGER, NULL), SESSION_WRONG);
    assert_int_equal(database_int(w->owner, "select count(*) from sign_in_guard where locked_until"
                                            " between clock_timestamp() + interval '14 min'"
                                            " and clock_timestamp() + interval '15 min'"),
                     2);
    database_run(w->owner, "update sign_in_guard set locked_until = clock_timestamp()");
    assert_int_equal(try(w, "patient", PASSWORD, STRANGER, NULL), SESSION_OPEN);
}

static void an_old_row_of_the_guard_goes(void **state)
{
    struct people_world *w = *state;
    database_run(w->owner, "insert into sign_in_guard (key, fails, last_at)"
                           " values ('address old', 9, clock_timestamp() - interval '25 hours')");
    try(w, "nobody", "not the password", "203.0.113.60", NULL);
    assert_int_equal(
        database_int(w->owner, "select count(*) from sign_in_guard where key = 'address old'"), 0);
}

/* ---------------------------------------------------------------- what is kept */

/* People type their password where the login goes. That log is kept for ever. */
static void a_login_that_nobody_has_is_kept_nowhere(void **state)
{
    struct people_world *w = *state;
    assert_int_equal(try(w, "my secret passphrase", "", "203.0.113.30", NULL), SESSION_WRONG);
    assert_int_equal(try(w, "mysecretword", "", "203.0.113.30", NULL), SESSION_WRONG);
    assert_int_equal(count(w, "who like '%secret%'"), 0);
    assert_int_equal(count(w, "what = 'wrong password' and address = '203.0.113.30'"), 2);
    assert_int_equal(
        database_int(w->owner, "select count(*) from sign_in_guard where key like '%secret%'"), 0);
}

/* Letters without a pattern, so that no index makes them small. */
static const char *endless(struct arena *a)
{
    char *text = arena_alloc(a, LONG_LOGIN + 1);
    uint32_t x = 2463534242u;
    for (int i = 0; i < LONG_LOGIN; i++) {
        x ^= x << 13, x ^= x >> 17, x ^= x << 5;
        text[i] = (char)('a' + x % 26);
    }
    text[LONG_LOGIN] = 0;
    return text;
}

static void a_login_of_any_length_is_only_wrong(void **state)
{
    struct people_world *w = *state;
    const char *login = endless(w->a);
    assert_int_equal(try(w, login, "x", "203.0.113.40", NULL), SESSION_WRONG);
    assert_int_equal(try(w, "somebody", login, "203.0.113.40", NULL), SESSION_WRONG);
}

/* A stranger must not be able to fill the disk with a log that nobody may shorten. */
static void a_lock_is_told_once(void **state)
{
    struct people_world *w = *state;
    add(w, "flooded");
    lock(w, "flooded", "203.0.113.50");
    for (int i = 0; i < 8; i++)
        try(w, "flooded", PASSWORD, "203.0.113.50", NULL);
    assert_in_range(count(w, "what = 'locked' and who = 'flooded'"), 1, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_login_that_is_taken_is_refused_in_words),
        cmocka_unit_test(people_that_do_not_fit_are_refused),
        cmocka_unit_test(a_new_password_and_the_end_of_old_sessions_are_one),
        cmocka_unit_test(a_session_ends_unused_or_old_or_signed_out_or_with_its_person),
        cmocka_unit_test(the_tables_hold_no_token_and_no_password),
        cmocka_unit_test(wrong_passwords_lock_the_login_and_no_other),
        cmocka_unit_test(many_logins_from_one_address_lock_the_address),
        cmocka_unit_test(nobody_is_kept_out_of_the_desk_where_they_work),
        cmocka_unit_test(a_lock_grows_survives_and_ends_by_itself),
        cmocka_unit_test(an_old_row_of_the_guard_goes),
        cmocka_unit_test(a_login_that_nobody_has_is_kept_nowhere),
        cmocka_unit_test(a_login_of_any_length_is_only_wrong),
        cmocka_unit_test(a_lock_is_told_once),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
