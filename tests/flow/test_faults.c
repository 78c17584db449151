/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Faults that fall at any instant: the daemon killed over and over, the database killed under it,
 * two and three daemons on one mailbox with one of them killed. At every end nothing is lost,
 * nothing doubled. THANWELA_SEED tells the instants, THANWELA_FAULT_ROUNDS how many rounds of each.
 */
#include "base/clock.h"
#include "db/ledger.h"
#include "tests/flow/world.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { KILLS_MAX = 20, TOGETHER_MS_MAX = 120000, TOGETHER_MAX = 3 };

static const struct scenario mixed = {.name = "mixed",
                                      .n_letters = 20,
                                      .n_documents = 6,
                                      .n_duplicates = 3,
                                      .n_strangers = 2,
                                      .n_automatic = 2};

/* How long an undisturbed run takes on this machine now: faults fall within it. */
static unsigned long undisturbed_ms(struct world *w)
{
    world_reset(w);
    int64_t start_ms = clock_mono_ms();
    assert_int_equal(daemon_once(w->daemon, NULL), 0);
    unsigned long took_ms = (unsigned long)(clock_mono_ms() - start_ms);
    world_check(w);
    return took_ms + 1;
}

static void sleep_ms(unsigned long ms)
{
    usleep((useconds_t)(ms * 1000));
}

/* These deaths are ours: chance can strike one file three times, and it would rightly be set aside.
 * What counts against whom is the matter of deaths_count_against_no_bystander. */
static void take_the_blame(struct world *w)
{
    struct db *db CLEANUP(db_closep) = world_database(w);
    database_run(db, "update message set attempts = 0 where state = 'stored';"
                     "update job set attempts = 0 where state in ('ready', 'running')");
}

/* One round: killed early in each run, until one comes to its end by itself. Returns how often. */
static int kill_until_done(struct world *w, uint64_t *chance, unsigned long run_ms)
{
    int n_kills = 0;
    world_reset(w);
    for (int status = -1; status != 0 && n_kills < KILLS_MAX;) {
        world_let_time_pass(w);
        pid_t pid = daemon_start(w->daemon, NULL, true);
        sleep_ms(world_chance(chance, run_ms / 2));
        status = daemon_end(pid, SIGKILL);
        n_kills += status == 128 + SIGKILL;
        take_the_blame(w);
    }
    world_finish(w);
    world_check(w);
    return n_kills;
}

static void killed_again_and_again_ends_the_same(void **state)
{
    (void)state;
    long seed = world_setting("THANWELA_SEED", 1),
         rounds = world_setting("THANWELA_FAULT_ROUNDS", 2);
    uint64_t chance = (uint64_t)seed;
    struct world *w = world_new(&mixed);
    world_spare_the_disk(w);
    unsigned long run_ms = undisturbed_ms(w);
    int n_kills = 0;
    print_message("seed %ld, an undisturbed run takes %lu ms\n", seed, run_ms);
    for (long i = 0; i < rounds; i++)
        n_kills += kill_until_done(w, &chance, run_ms);
    assert_true(n_kills > 0);
    print_message("seed %ld, %ld rounds, %d kills: 0 lost, 0 doubled, %d receipts repeated\n", seed,
                  rounds, n_kills, w->n_repeats);
    world_free(w);
}

/* Tables and indexes agree, page by page. */
static void check_pages(struct world *w)
{
    const struct office *o = w->daemon->office;
    char *command =
        arena_printf(w->daemon->a,
                     "/usr/lib/postgresql/17/bin/pg_amcheck --install-missing "
                     "--heapallindexed -h '%s' -U '%s' thanwela >>'%s' 2>&1",
                     office_get(o, "DB_HOST"), office_get(o, "DB_SUPERUSER"), w->daemon->log);
    if (system(command) != 0)
        fail_msg("pg_amcheck found something: see %s", w->daemon->log);
}

static void database_killed_under_it_ends_the_same(void **state)
{
    (void)state;
    long seed = world_setting("THANWELA_SEED", 1),
         rounds = world_setting("THANWELA_FAULT_ROUNDS", 2);
    uint64_t chance = (uint64_t)seed;
    struct world *w = world_new(&mixed);
    unsigned long run_ms = undisturbed_ms(w);
    int n_met = 0;
    for (long i = 0; i < rounds; i++) {
        world_reset(w);
        pid_t pid = daemon_start(w->daemon, NULL, true);
        sleep_ms(world_chance(&chance, run_ms));
        office_crash_database(w->daemon->office);
        n_met += daemon_end(pid, 0) != 0;
        check_pages(w);
        world_finish(w);
        world_check(w);
    }
    print_message("seed %ld, %ld kills of the database, %d met by a run: pg_amcheck clean, 0 "
                  "lost, 0 doubled, %d receipts repeated\n",
                  seed, rounds, n_met, w->n_repeats);
    world_free(w);
}

/* ---- bystanders */

/* Kill the daemon when it has begun two at once, unless it ends by itself; true: it was killed. */
static bool kill_while(struct world *w, const char *begun_sql)
{
    struct db *db CLEANUP(db_closep) = world_database(w);
    int64_t before = database_int(db, begun_sql);
    pid_t pid = daemon_start(w->daemon, NULL, true);
    siginfo_t ended = {0};
    while (database_int(db, begun_sql) < before + 2 && ended.si_pid == 0) {
        sleep_ms(1);
        assert_int_equal(waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOHANG | WNOWAIT), 0);
    }
    return daemon_end(pid, SIGKILL) == 128 + SIGKILL;
}

static void deaths_count_against_no_bystander(void **state)
{
    (void)state;
    static const char *const begun[] = {
        "select coalesce(sum(attempts), 0) from message where state = 'stored'",
        "select count(*) from job where state = 'running' and claimed_until > clock_timestamp()",
    };
    struct world *w = world_new(&mixed);
    for (size_t i = 0; i < ARRAY_LEN(begun); i++) {
        int n_kills = 0;
        world_reset(w);
        for (int k = 0; k < ATTEMPTS_MAX + 1; k++) {
            n_kills += kill_while(w, begun[i]);
            world_let_time_pass(w);
        }
        assert_true(n_kills > 0);
        world_finish(w);
        world_check(w);
    }
    world_free(w);
}

/* ---- several daemons on one mailbox */

static void wait_until_done(struct world *w)
{
    int64_t start_ms = clock_mono_ms();
    while (!world_is_done(w)) {
        if (clock_mono_ms() - start_ms > TOGETHER_MS_MAX)
            fail_msg("the daemons did not come to an end: see %s", w->daemon->log);
        world_bury_dead(w);
        sleep_ms(50);
    }
}

/* One of them dies at a time, and comes back; the others live on. */
static int kill_one_of_many(struct world *w, const char *const *conf, size_t n, uint64_t *chance,
                            unsigned long run_ms)
{
    pid_t pids[TOGETHER_MAX];
    int n_kills = 0;
    for (size_t i = 0; i < n; i++)
        pids[i] = daemon_start(w->daemon, conf[i], false);
    for (; n_kills < 6 && !world_is_done(w); n_kills++) {
        unsigned long which = world_chance(chance, n);
        sleep_ms(world_chance(chance, run_ms));
        assert_int_equal(daemon_end(pids[which], SIGKILL), 128 + SIGKILL);
        take_the_blame(w);
        world_bury_dead(w);
        pids[which] = daemon_start(w->daemon, conf[which], false);
    }
    wait_until_done(w);
    for (size_t i = 0; i < n; i++)
        (void)daemon_end(pids[i], SIGKILL);
    return n_kills;
}

static void together_they_double_nothing(size_t n)
{
    long seed = world_setting("THANWELA_SEED", 1),
         rounds = world_setting("THANWELA_FAULT_ROUNDS", 2);
    uint64_t chance = (uint64_t)seed;
    struct world *w = world_new(&mixed);
    const char *conf[TOGETHER_MAX];
    int n_kills = 0;
    world_spare_the_disk(w);
    for (size_t i = 0; i < n; i++)
        conf[i] = world_conf(w, (int)i + 1);
    unsigned long run_ms = undisturbed_ms(w);
    for (long i = 0; i < rounds; i++) {
        world_reset(w);
        n_kills += kill_one_of_many(w, conf, n, &chance, run_ms);
        world_finish(w);
        world_check(w);
    }
    print_message("seed %ld, %ld rounds of %zu daemons, %d kills: 0 lost, 0 doubled, %d receipts "
                  "repeated\n",
                  seed, rounds, n, n_kills, w->n_repeats);
    world_free(w);
}

static void two_daemons_on_one_mailbox_double_nothing(void **state)
{
    (void)state;
    together_they_double_nothing(2);
}

static void three_daemons_on_one_mailbox_double_nothing(void **state)
{
    (void)state;
    together_they_double_nothing(3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deaths_count_against_no_bystander),
        cmocka_unit_test(killed_again_and_again_ends_the_same),
        cmocka_unit_test(database_killed_under_it_ends_the_same),
        cmocka_unit_test(two_daemons_on_one_mailbox_double_nothing),
        cmocka_unit_test(three_daemons_on_one_mailbox_double_nothing),
    };
    if (getenv("THANWELA_ONLY")) /* "three*": one of them alone */
        cmocka_set_test_filter(getenv("THANWELA_ONLY"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
