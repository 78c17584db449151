/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A wire of the daemon breaks or goes silent: to the mailbox, to the mail server, to the database;
 * after byte or message K of either direction. Then the wires are whole again, and the end is the
 * same: nothing lost, nothing doubled. A run cuts THANWELA_CUTS times on each wire and direction,
 * spread evenly and shifted by THANWELA_SEED. */
#include "base/buf.h"
#include "tests/flow/cut.h"
#include "tests/flow/world.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct scenario mixed = {.name = "mixed",
                                      .n_letters = 20,
                                      .n_documents = 2,
                                      .n_duplicates = 2,
                                      .n_strangers = 2,
                                      .n_automatic = 1};

enum wire_name { WIRE_DATABASE, WIRE_IMAP, WIRE_SMTP, N_WIRES };

static const struct {
    const char *name;
    enum cut_unit unit;
    const char *unit_name;
} wires[N_WIRES] = {
    [WIRE_DATABASE] = {"database", CUT_PG_MESSAGES, "messages"},
    [WIRE_IMAP] = {"IMAP", CUT_BYTES, "bytes"}, /* of TLS */
    [WIRE_SMTP] = {"SMTP", CUT_BYTES, "bytes"}, /* STARTTLS */
};

/* The three wires through a proxy each, and a configuration that goes by them. */
struct bench {
    struct world *w;
    struct cut *cut[N_WIRES];
    char dir[32];
    const char *conf;
};

static void rewrite_conf(struct bench *b)
{
    const struct office *o = b->w->daemon->office;
    struct arena *a = b->w->daemon->a;
    b->conf = arena_printf(a, "%s/thanwela.conf", b->dir);
    char *command = arena_printf(
        a,
        "sed -e 's|^\\(conninfo = host=\\)[^ ]*\\(.*\\)|\\1%s\\2\\ntimeout_s = 2|'"
        " -e 's|^port = %s$|port = %d\\ntimeout_s = 2|'"
        " -e 's|^port = %s$|port = %d\\ntimeout_s = 2|' %s >%s",
        b->dir, office_get(o, "IMAPS_PORT"), cut_port(b->cut[WIRE_IMAP]),
        office_get(o, "SMTP_PORT"), cut_port(b->cut[WIRE_SMTP]), b->w->daemon->conf, b->conf);
    assert_int_equal(system(command), 0);
}

static void bench_start(struct bench *b, struct world *w)
{
    const struct office *o = w->daemon->office;
    struct arena *a = w->daemon->a;
    *b = (struct bench){.w = w, .dir = "/tmp/thanwela-wires-XXXXXX"};
    assert_non_null(mkdtemp(b->dir));
    b->cut[WIRE_DATABASE] =
        cut_start_unix(arena_printf(a, "%s/.s.PGSQL.5432", b->dir),
                       arena_printf(a, "%s/.s.PGSQL.5432", office_get(o, "DB_HOST")));
    b->cut[WIRE_IMAP] = cut_start_tcp(office_port(o, "IMAPS_PORT"));
    b->cut[WIRE_SMTP] = cut_start_tcp(office_port(o, "SMTP_PORT"));
    rewrite_conf(b);
}

static void bench_stop(struct bench *b)
{
    for (int i = 0; i < N_WIRES; i++)
        cut_stop(b->cut[i]);
    unlink(b->conf);
    assert_int_equal(rmdir(b->dir), 0);
}

/* One run of the daemon over the wires, the rule armed on one of them: how much passed there, and
 * whether it broke. */
static uint64_t run_over_wires(struct world *w, enum wire_name wire, const struct cut_rule *rule,
                               bool *broke_out)
{
    struct bench b;
    bench_start(&b, w);
    cut_arm(b.cut[wire], rule);
    int status = daemon_end(daemon_start(w->daemon, b.conf, true), 0);
    uint64_t passed = cut_passed(b.cut[wire]);
    *broke_out = cut_times(b.cut[wire]) > 0;
    bench_stop(&b);
    if (!*broke_out)
        assert_int_equal(status, 0);
    return passed;
}

static int cut_side(struct world *w, enum wire_name wire, enum cut_side side, long n_cuts,
                    long seed)
{
    static const char *const
        sides[] = {[CUT_TO_SERVER] = "to the server", [CUT_TO_CLIENT] = "to us"},
        *const words[] = {[CUT_CLOSE] = "closed", [CUT_RESET] = "reset", [CUT_STALL] = "silent"};
    static const enum cut_how hows[] = {CUT_CLOSE, CUT_RESET, CUT_STALL};
    struct cut_rule rule = {.side = side, .unit = wires[wire].unit, .after = UINT64_MAX / 2};
    bool broke;
    int n_broken = 0;
    world_reset(w);
    uint64_t all = run_over_wires(w, wire, &rule, &broke);
    world_check(w);
    assert_true(all > 0 && !broke);
    for (long i = 0; i < n_cuts; i++) {
        rule.times = 1;
        rule.after = ((uint64_t)i * all / (uint64_t)n_cuts + (uint64_t)seed * (all / 7 + 1)) % all;
        rule.how = hows[(i + seed + side) % (long)ARRAY_LEN(hows)];
        world_reset(w);
        (void)run_over_wires(w, wire, &rule, &broke);
        print_message("%s, %s: %s after %lu of %lu %s\n", wires[wire].name, sides[side],
                      broke ? words[rule.how] : "not reached", (unsigned long)rule.after,
                      (unsigned long)all, wires[wire].unit_name);
        n_broken += broke;
        world_finish(w);
        world_check(w);
    }
    return n_broken;
}

static void cut_wire(enum wire_name wire)
{
    long n_cuts = world_setting("THANWELA_CUTS", 1), seed = world_setting("THANWELA_SEED", 1);
    struct world *w = world_new(&mixed);
    world_spare_the_disk(w);
    int n_broken = cut_side(w, wire, CUT_TO_SERVER, n_cuts, seed);
    n_broken += cut_side(w, wire, CUT_TO_CLIENT, n_cuts, seed);
    assert_true(n_broken > 0);
    print_message("%s: seed %ld, cut %d times: 0 lost, 0 doubled, %d receipts repeated\n",
                  wires[wire].name, seed, n_broken, w->n_repeats);
    world_free(w);
}

static void database_wire_cut_ends_the_same(void **state)
{
    (void)state;
    cut_wire(WIRE_DATABASE);
}

static void imap_wire_cut_ends_the_same(void **state)
{
    (void)state;
    cut_wire(WIRE_IMAP);
}

static void smtp_wire_cut_ends_the_same(void **state)
{
    (void)state;
    cut_wire(WIRE_SMTP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(database_wire_cut_ends_the_same),
        cmocka_unit_test(imap_wire_cut_ends_the_same),
        cmocka_unit_test(smtp_wire_cut_ends_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
