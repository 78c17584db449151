/* SPDX-License-Identifier: AGPL-3.0-or-later
 * IMAP over a wire that breaks at every byte and every line: each break is an error that says so,
 * each mail is where it was or where it was to go, never in both and never in neither. And the wire
 * itself. */
#include "intake/imap_impl.h"
#include "tests/flow/cut.h"
#include "tests/flow/office.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define ADDRESS "saraban@mof.example"

static struct office *office;
static const struct imap_times short_times = {
    .connect_ms = 2000, .silence_ms = 300, .answer_ms = 1000};

static int start(void **state)
{
    (void)state;
    static const char *const options[] = {"--parts", "dovecot,postgres", "--no-tls", NULL};
    office = office_start(options);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    office_stop(office);
    return 0;
}

static struct config_mailbox mailbox(struct arena *a, const struct office *o, int port)
{
    struct config_mailbox m = office_mailbox(a, o, ADDRESS);
    m.tls = TLS_NONE; /* so that lines can be counted */
    m.port = port;
    return m;
}

static bool count_mail(void *user, uint32_t uid, int fd, uint64_t size, struct err *err)
{
    (void)uid, (void)fd, (void)size, (void)err;
    (*(int *)user)++;
    return true;
}

/* One look at the folder: list, fetch all, move all. How many were moved for sure is added. */
static bool look(const struct config_mailbox *m, int *moved, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct imap *c CLEANUP(imap_closep) = NULL;
    struct imap_folder folder;
    struct imap_entry *entries = NULL;
    uint32_t n = 0, uids[50];
    int fetched = 0;
    if (!imap_open_within(m, &short_times, &c, &folder, err) || !imap_list(c, a, &entries, &n, err))
        return false;
    for (uint32_t i = 0; i < n; i++)
        uids[i] = entries[i].uid;
    if (!imap_fetch(c, uids, n, 1 << 20, count_mail, &fetched, err))
        return false;
    assert_int_equal(fetched, n);
    for (uint32_t i = 0; i < n; i++) {
        bool is_moved = false;
        if (!imap_move(c, uids[i], m->done_folder, &is_moved, err))
            return false;
        *moved += is_moved;
    }
    return true;
}

static const char done[] = ".&DiUOBw4XDjAOQA4aDjUOIg4ZDkEOJQ5JDic-";

struct sweep {
    enum cut_side side;
    enum cut_unit unit;
    uint64_t step, last;
    enum cut_how how;
};

/* Two mails for each point where the wire breaks, then a look over a whole wire. How often it
 * broke. */
static int break_everywhere(const struct office *o, const struct sweep *sweeps, size_t n_sweeps,
                            int *delivered)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct cut *c = cut_start_tcp(office_port(o, "IMAP_PORT"));
    struct config_mailbox broken = mailbox(a, o, cut_port(c));
    struct config_mailbox whole = mailbox(a, o, office_port(o, "IMAP_PORT"));
    int breaks = 0;
    for (const struct sweep *s = sweeps; s < sweeps + n_sweeps; s++) {
        for (uint64_t k = 1; k <= s->last; k += s->step) {
            for (int n = 0; n < 2; n++, ++*delivered)
                office_deliver(o, ADDRESS, "Subject: x\r\n\r\nx", 15);
            struct err err = {0};
            int moved = 0;
            cut_arm(c, &(struct cut_rule){s->side, s->unit, k, s->how, 1});
            bool ok = look(&broken, &moved, &err);
            if (!ok && err.kind != ERR_RETRY && err.kind != ERR_UNSURE)
                fail_msg("%s: %s", err_kind_name(err.kind), err.text);
            breaks += !ok;
            if (!look(&whole, &moved, &err))
                fail_msg("%s", err.text);
            assert_int_equal(office_count(o, ADDRESS, ""), 0);
        }
    }
    cut_stop(c);
    return breaks;
}

static void no_break_loses_or_doubles_a_mail(void **state)
{
    (void)state;
    static const struct sweep sweeps[] = {
        {CUT_TO_SERVER, CUT_LINES, 1, 14, CUT_CLOSE},
        {CUT_TO_CLIENT, CUT_LINES, 2, 40, CUT_RESET},
        {CUT_TO_CLIENT, CUT_BYTES, 331, 4000, CUT_CLOSE},
        {CUT_TO_SERVER, CUT_LINES, 4, 14, CUT_STALL},
    };
    int delivered = 0;
    int breaks = break_everywhere(office, sweeps, ARRAY_LEN(sweeps), &delivered);
    assert_int_equal(office_count(office, ADDRESS, done), delivered);
    assert_true(breaks > 30); /* the sweep did break something */
}

/* COPY and STORE are two steps: between them a break may leave a second copy, never none. */
static void without_move_no_break_loses_a_mail(void **state)
{
    (void)state;
    static const char *const options[] = {"--parts", "dovecot", "--no-tls", "--no-move", NULL};
    static const struct sweep sweeps[] = {{CUT_TO_CLIENT, CUT_LINES, 2, 45, CUT_RESET}};
    struct office *o = office_start(options);
    int delivered = 0;
    int breaks = break_everywhere(o, sweeps, ARRAY_LEN(sweeps), &delivered);
    assert_in_range(office_count(o, ADDRESS, done), delivered, delivered + breaks);
    assert_true(breaks > 12);
    office_stop(o);
}

static void a_slow_wire_only_takes_longer(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct cut *c = cut_start_tcp(office_port(office, "IMAP_PORT"));
    struct config_mailbox m = mailbox(a, office, cut_port(c));
    struct err err = {0};
    int moved = 0;
    office_deliver(office, ADDRESS, "Subject: x\r\n\r\nx", 15);
    cut_delay(c, 30);
    if (!look(&m, &moved, &err))
        fail_msg("%s", err.text);
    assert_int_equal(moved, 1);
    cut_stop(c);
}

static void an_idle_connection_that_breaks_is_noticed(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct cut *wire = cut_start_tcp(office_port(office, "IMAP_PORT"));
    struct config_mailbox m = mailbox(a, office, cut_port(wire));
    struct imap *c CLEANUP(imap_closep) = NULL;
    struct imap_folder folder;
    struct err err = {0};
    struct imap_entry *entries = NULL;
    uint32_t n = 0;
    bool news = false;
    assert_true(imap_open_within(&m, &short_times, &c, &folder, &err));
    assert_true(imap_idle(c, -1, 20000, &news, &err));
    assert_true(news); /* who has not looked yet has something to look at */
    assert_true(imap_list(c, a, &entries, &n, &err));
    cut_all(wire, CUT_RESET);
    assert_false(imap_idle(c, -1, 20000, &news, &err));
    assert_int_equal(err.kind, ERR_RETRY);
    cut_stop(wire);
}

/* How many rows psql brings over a wire with that rule; -1 where it fails. */
static int rows_over(struct arena *a, const char *dir, int n)
{
    char *command =
        arena_printf(a,
                     "exit $(PGPASSWORD=$(cat '%s') psql -XqAt -h '%s' -U thanwela thanwela "
                     "-c 'select generate_series(1, %d)' 2>/dev/null | wc -l)",
                     office_get(office, "DB_PASSWORD_FILE"), dir, n);
    int status = system(command);
    return WEXITSTATUS(status);
}

static void the_wire_counts_messages_of_postgresql(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    char *dir = office_path(a, office, "wire");
    assert_int_equal(system(arena_printf(a, "mkdir -m 755 '%s'", dir)), 0);
    struct cut *c =
        cut_start_unix(arena_printf(a, "%s/.s.PGSQL.5432", dir),
                       arena_printf(a, "%s/.s.PGSQL.5432", office_get(office, "DB_HOST")));
    cut_arm(c, &(struct cut_rule){CUT_TO_SERVER, CUT_PG_MESSAGES, 1000, CUT_CLOSE, 1});
    assert_int_equal(rows_over(a, dir, 7), 7);
    uint64_t whole = cut_passed(c); /* startup, two of SCRAM, Query, Terminate */
    assert_int_equal(whole, 5);
    for (uint64_t k = 0; k < 4; k++) {
        cut_arm(c, &(struct cut_rule){CUT_TO_SERVER, CUT_PG_MESSAGES, k, CUT_CLOSE, 1});
        assert_int_equal(rows_over(a, dir, 7), 0);
        assert_int_equal(cut_times(c), 1);
        assert_int_equal(cut_passed(c), k);
    }
    cut_arm(c, NULL);
    assert_int_equal(rows_over(a, dir, 7), 7);
    cut_stop(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_break_loses_or_doubles_a_mail),
        cmocka_unit_test(without_move_no_break_loses_a_mail),
        cmocka_unit_test(a_slow_wire_only_takes_longer),
        cmocka_unit_test(an_idle_connection_that_breaks_is_noticed),
        cmocka_unit_test(the_wire_counts_messages_of_postgresql),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
