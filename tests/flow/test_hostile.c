/* SPDX-License-Identifier: AGPL-3.0-or-later
 * IMAP against servers that hang, drip, flood or lie, before and after signing in: none holds us
 * longer than it may, none breaks us, and what an honest one may say is understood. */
#include "base/clock.h"
#include "intake/imap_impl.h"
#include "tests/flow/fake.h"
#include "tests/flow/office.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define PASSWORD "geheim-7"

static struct office *office; /* for its certificates */
static const struct imap_times short_times = {
    .connect_ms = 800, .silence_ms = 400, .answer_ms = 800};

static int start(void **state)
{
    (void)state;
    static const char *const options[] = {"--parts", "certificates", NULL};
    office = office_start(options);
    struct arena *a CLEANUP(arena_freep) = arena_new();
    return system(arena_printf(a, "umask 077; echo '%s' >'%s'", PASSWORD,
                               office_path(a, office, "password")));
}

static int stop(void **state)
{
    (void)state;
    office_stop(office);
    return 0;
}

static struct config_mailbox mailbox(struct arena *a, const struct fake *f, enum tls_mode tls)
{
    struct config_mailbox m = office_mailbox(a, office, "clerk");
    m.port = fake_port(f);
    m.tls = tls;
    m.password_file = office_path(a, office, "password");
    m.done_folder = m.aside_folder = NULL;
    return m;
}

struct ending {
    struct err err;
    char heard[4096];
    int64_t ms;
};

static struct ending open_against(const struct fake_config *fc, enum tls_mode tls)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct fake *f = fake_start(fc);
    struct config_mailbox m = mailbox(a, f, tls);
    struct imap *c = NULL;
    struct imap_folder folder;
    struct ending e = {0};
    int64_t before = clock_mono_ms();
    assert_false(imap_open_within(&m, &short_times, &c, &folder, &e.err));
    e.ms = clock_mono_ms() - before;
    fake_heard(f, e.heard, sizeof e.heard - 1);
    fake_stop(f);
    return e;
}

#define SIGNED_IN                                                                                  \
    ">* OK [PERMANENTFLAGS (\r\n", "<", ">* CAPABILITY IMAP4rev1\r\n%t OK x\r\n", "<",             \
        ">%t OK x\r\n", "<", ">* CAPABILITY IMAP4rev1 UIDPLUS MOVE IDLE\r\n%t OK x\r\n"
#define SELECTED                                                                                   \
    SIGNED_IN, "<",                                                                                \
        ">* 1 EXISTS\r\n* OK [PERMANENTFLAGS (\r\n* OK [UIDVALIDITY 9]\r\n%t OK [READ-WRITE]\r\n"

static void a_server_that_hangs_drips_or_floods_is_cut(void **state)
{
    (void)state;
    static const char *const silent[] = {".", NULL};
    static const char *const drips[] = {"~* OK a very long greeting", NULL};
    static const char *const floods[] = {
        "#aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL};
    static const char *const hangs_up[] = {"x", NULL};
    static const char *const busy[] = {">* BYE too many users\r\n", "*", NULL};
    static const char *const no_answer[] = {">* OK x\r\n", "<", ".", NULL};
    static const char *const chatters[] = {">* OK x\r\n", "<", "#* OK still here\r\n", NULL};
    static const char *const bye_in_login[] = {
        ">* OK x\r\n", "<", ">* CAPABILITY IMAP4rev1\r\n%t OK x\r\n", "<", ">* BYE\r\n", "*", NULL};
    static const char *const bye_in_select[] = {SIGNED_IN, "<", ">* BYE shutting down\r\n", "*",
                                                NULL};
    static const char *const floods_select[] = {SIGNED_IN, "<", "#* 1 RECENT\r\n", NULL};
    static const char *const deep[] = {SIGNED_IN, "<", ">* 1 FETCH (BODYSTRUCTURE ((((((((((((",
                                       "#((((((((((", NULL};
    static const char *const huge_literal[] = {
        SIGNED_IN, "<", ">* 1 FETCH (BODY[] {4294967297}\r\n", "#xxxxxxxxxxxx", NULL};
    static const char *const nonsense[] = {SIGNED_IN, "<", ">* 1 FETCH (((\r\n%t OK x\r\n", "*",
                                           NULL};
    static const struct {
        const char *name;
        const char *const *script;
    } cases[] = {
        {"silent", silent},
        {"drips", drips},
        {"floods", floods},
        {"hangs up", hangs_up},
        {"busy", busy},
        {"no answer", no_answer},
        {"chatters", chatters},
        {"bye in login", bye_in_login},
        {"bye in select", bye_in_select},
        {"floods select", floods_select},
        {"deep", deep},

        {"huge literal", huge_literal},
        {"nonsense", nonsense},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct ending e = open_against(&(struct fake_config){.script = cases[i].script}, TLS_NONE);
        if (e.err.kind != ERR_RETRY || e.ms > 3000)
            fail_msg("%s: %s after %d ms: %s", cases[i].name, err_kind_name(e.err.kind), (int)e.ms,
                     e.err.text);
    }
}

struct taken {
    int n;
    uint64_t bytes;
};

static bool take(void *user, uint32_t uid, int fd, uint64_t size, struct err *err)
{
    struct taken *t = user;
    (void)uid, (void)fd, (void)err;
    t->n++;
    t->bytes += size;
    return true;
}

/* Fetch UID 7 from a server that has just sent the folder. */
static bool fetch_from(const char *const *script, struct taken *t, struct err *err, int64_t *ms)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct fake *f = fake_start(&(struct fake_config){.script = script});
    struct config_mailbox m = mailbox(a, f, TLS_NONE);
    struct imap *c = NULL;
    struct imap_folder folder;
    *err = (struct err){0};
    if (!imap_open_within(&m, &short_times, &c, &folder, err))
        fail_msg("%s", err->text);
    assert_int_equal(folder.uidvalidity, 9);
    int64_t before = clock_mono_ms();
    bool ok = imap_fetch(c, (uint32_t[]){7}, 1, 1000, take, t, err);
    *ms = clock_mono_ms() - before;
    imap_close(c);
    fake_stop(f);
    return ok;
}

#define SIZED SELECTED, "<", ">* 1 FETCH (UID 7 RFC822.SIZE 5)\r\n%t OK x\r\n", "<"

static void what_an_honest_server_may_say_is_understood(void **state)
{
    (void)state;
    static const char *const plain[] = {
        SIZED, ">* 1 FETCH (UID 7 BODY[] {5}\r\nhello)\r\n%t OK x\r\n", "<", NULL};
    static const char *const uid_last[] = {
        SIZED, ">* 1 FETCH (BODY[] {5}\r\nhello UID 7 FLAGS (\\Seen))\r\n%t OK x\r\n", "<", NULL};
    static const char *const quoted[] = {
        SIZED, ">* 1 FETCH (UID 7 BODY[] \"hello\")\r\n%t OK x\r\n", "<", NULL};
    static const char *const estimated[] = {
        SIZED, ">* 1 FETCH (UID 7 BODY[] {9}\r\nhello all)\r\n%t OK x\r\n", "<", NULL};
    static const char *const empty[] = {SIZED, ">* 1 FETCH (UID 7 BODY[] {0}\r\n)\r\n%t OK x\r\n",
                                        "<", NULL};
    static const char *const news[] = {
        SIZED,
        ">* 2 EXISTS\r\n* 2 FETCH (FLAGS (\\Seen))\r\n* 2 FETCH (UID 8 FLAGS ())\r\n"
        "* 1 FETCH (UID 7 BODY[] {5}\r\nhello)\r\n%t OK x\r\n",
        "<", NULL};
    static const char *const vanished[] = {SIZED, ">%t OK x\r\n", "<", NULL};
    static const struct {
        const char *const *script;
        int n;
        uint64_t bytes;
    } cases[] = {{plain, 1, 5}, {uid_last, 1, 5}, {quoted, 1, 5},  {estimated, 1, 9},
                 {empty, 1, 0}, {news, 1, 5},     {vanished, 0, 0}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct taken t = {0};
        struct err err;
        int64_t ms;
        if (!fetch_from(cases[i].script, &t, &err, &ms))
            fail_msg("case %zu: %s", i, err.text);
        assert_int_equal(t.n, cases[i].n);
        assert_int_equal(t.bytes, cases[i].bytes);
    }
}

static void a_lie_inside_a_fetch_ends_the_connection(void **state)
{
    (void)state;
    static const char *const cut_in_literal[] = {SIZED, ">* 1 FETCH (UID 7 BODY[] {5}\r\nhel", "x",
                                                 NULL};
    static const char *const hangs_in_literal[] = {SIZED, ">* 1 FETCH (UID 7 BODY[] {5}\r\nhel",
                                                   ".", NULL};
    static const char *const drips_in_literal[] = {SIZED, ">* 1 FETCH (UID 7 BODY[] {900}\r\n",
                                                   "~x", NULL};
    static const char *const over_limit[] = {SIZED, ">* 1 FETCH (UID 7 BODY[] {1001}\r\n",
                                             "#xxxxxxxx", NULL};
    static const char *const wraps[] = {
        SIZED, ">* 1 FETCH (UID 7 BODY[] {4294967301}\r\nhello)\r\n%t OK x\r\n", "*", NULL};
    static const char *const another[] = {
        SIZED, ">* 2 FETCH (UID 8 BODY[] {5}\r\nhello)\r\n%t OK x\r\n", "*", NULL};
    static const char *const twice[] = {
        SIZED,
        ">* 1 FETCH (UID 7 BODY[] {5}\r\nhello)\r\n* 1 FETCH (UID 7 BODY[] {5}\r\nworld)\r\n"
        "%t OK x\r\n",
        "*", NULL};
    static const char *const nameless[] = {
        SIZED,
        ">* 1 FETCH (BODY[] {5}\r\nhello)\r\n* 1 FETCH (UID 7 BODY[] {5}\r\nworld)\r\n"
        "%t OK x\r\n",
        "*", NULL};
    static const char *const bye[] = {SIZED, ">* BYE\r\n", "*", NULL};
    static const char *const unclosed[] = {SIZED, ">* 1 FETCH (UID 7\r\n%t OK x\r\n", "*", NULL};
    static const struct {
        const char *name;
        const char *const *script;
        int n;
    } cases[] = {
        {"cut in literal", cut_in_literal, 0},
        {"hangs in literal", hangs_in_literal, 0},
        {"drips in literal", drips_in_literal, 0},
        {"over limit", over_limit, 0},
        {"wraps", wraps, 0},
        {"another", another, 0},
        {"twice", twice, 1},
        {"nameless", nameless, 0},
        {"bye", bye, 0},
        {"unclosed", unclosed, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct taken t = {0};
        struct err err;
        int64_t ms;
        if (fetch_from(cases[i].script, &t, &err, &ms) || err.kind != ERR_RETRY || ms > 3000 ||
            t.n != cases[i].n)
            fail_msg("%s: %d mails, %s after %d ms: %s", cases[i].name, t.n,
                     err_kind_name(err.kind), (int)ms, err.text);
    }
}

/* The time of receipt is the server's, with its zone. */
static void the_servers_date_is_read_with_its_zone(void **state)
{
    (void)state;
    static const char *const script[] = {
        SELECTED, "<",
        ">* 1 FETCH (UID 7 FLAGS () INTERNALDATE \"17-Jul-2021 02:44:25 +0700\" RFC822.SIZE 5)\r\n"
        "* 2 FETCH (UID 8 FLAGS (\\Deleted) INTERNALDATE \" 1-Jan-2021 00:00:00 -0330\" "
        "RFC822.SIZE 4294967295)\r\n"
        "* 3 FETCH (UID 3 RFC822.SIZE 6 INTERNALDATE \"31-Dec-2020 23:59:59 +0000\")\r\n"
        "* 4 FETCH (UID 9 RFC822.SIZE 6 INTERNALDATE \"31-Feb-2021 10:00:00 +0700\")\r\n"
        "* 5 FETCH (UID 10 RFC822.SIZE 6 INTERNALDATE \"1-Jan-2147483647 10:00:00 +0700\")\r\n"
        "* 3 FETCH (FLAGS (\\Seen))\r\n%t OK x\r\n",
        "<", NULL};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct fake *f = fake_start(&(struct fake_config){.script = script});
    struct config_mailbox m = mailbox(a, f, TLS_NONE);
    struct imap *c = NULL;
    struct imap_folder folder;
    struct imap_entry *e = NULL;
    struct err err = {0};
    uint32_t n = 0;
    assert_true(imap_open_within(&m, &short_times, &c, &folder, &err));
    if (!imap_list(c, a, &e, &n, &err))
        fail_msg("%s", err.text);
    assert_int_equal(n, 5);
    assert_int_equal(e[3].internaldate_us, TIME_NONE); /* no such day */
    assert_int_equal(e[4].internaldate_us, TIME_NONE);
    assert_int_equal(e[0].uid, 3);
    assert_int_equal(e[0].internaldate_us, 1609459199 * US_PER_S);
    assert_int_equal(e[1].internaldate_us, 1626464665 * US_PER_S);
    assert_int_equal(e[2].internaldate_us, 1609471800 * US_PER_S);
    assert_int_equal(e[2].size_bytes, 4294967295);
    assert_true(e[2].is_deleted && !e[1].is_deleted);
    imap_close(c);
    fake_stop(f);
}

static void a_move_whose_answer_is_lost_is_unsure(void **state)
{
    (void)state;
    static const char *const lost[] = {SELECTED, "<", "x", NULL};
    static const char *const silent[] = {SELECTED, "<", ".", NULL};
    static const char *const refused[] = {SELECTED, "<", ">%t NO [TRYCREATE] no folder\r\n", "*",
                                          NULL};
    static const char *const gone[] = {SELECTED, "<", ">%t OK nothing there\r\n", "*", NULL};
    static const char *const moved[] = {
        SELECTED, "<", ">* OK [COPYUID 5 7 1] x\r\n* 1 EXPUNGE\r\n%t OK x\r\n", "*", NULL};
    static const struct {
        const char *const *script;
        enum err_kind kind;
        bool moved;
    } cases[] = {{lost, ERR_UNSURE, false},
                 {silent, ERR_UNSURE, false},
                 {refused, ERR_RETRY, false},
                 {gone, ERR_NONE, false},
                 {moved, ERR_NONE, true}};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct fake *f = fake_start(&(struct fake_config){.script = cases[i].script});
        struct config_mailbox m = mailbox(a, f, TLS_NONE);
        struct imap *c = NULL;
        struct imap_folder folder;
        struct err err = {0};
        bool is_moved = false;
        assert_true(imap_open_within(&m, &short_times, &c, &folder, &err));
        assert_int_equal(imap_move(c, 7, "done", &is_moved, &err), cases[i].kind == ERR_NONE);
        assert_int_equal(err.kind, cases[i].kind);
        assert_int_equal(is_moved, cases[i].moved);
        imap_close(c);
        fake_stop(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_that_hangs_drips_or_floods_is_cut),
        cmocka_unit_test(what_an_honest_server_may_say_is_understood),
        cmocka_unit_test(a_lie_inside_a_fetch_ends_the_connection),
        cmocka_unit_test(the_servers_date_is_read_with_its_zone),
        cmocka_unit_test(a_move_whose_answer_is_lost_is_unsure),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
