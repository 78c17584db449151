/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Two database servers, the second a synchronous standby: the first is killed while the daemon
 * works, the second promoted, and the first comes back and still calls itself primary. What was
 * acknowledged stays, no number is given twice, and the old primary is refused.
 * THANWELA_SEED tells the instants, THANWELA_FAILOVERS how many rounds, THANWELA_DOWN_MS how
 * long there is no primary at the longest. */
#include "base/buf.h"
#include "base/clock.h"
#include "db/query.h"
#include "tests/flow/pair.h"
#include "tests/flow/world.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum { WAIT_MS = 60000, DOWN_MS = 2000, OUTAGE_MS = 12000, ROLES = 3, ACKED_MAX = 256 };

static const struct scenario letters = {
    .name = "failover", .n_letters = 20, .n_documents = 6, .n_strangers = 2, .n_automatic = 2};

struct failover {
    struct world *w;
    const char *names[2]; /* of this round: the leader, and who takes over */
    bool demands;         /* require_standby: no number is given by a lone primary */
    uint64_t chance;
    unsigned long run_ms, down_ms;
    pid_t daemon;
    double slowest_s; /* from promotion to the first whole look at the mailbox */
    int n_acked;      /* numbers that were acknowledged before the leader died */
};

/* ---- small things */

static void pair_say(const struct failover *f, const char *verb, int which, const char *rest)
{
    char words[96];
    snprintf(words, sizeof words, "%s %s %s", verb, f->names[which], rest);
    pair_run(f->w->daemon->office, words);
}

static void look_at(struct failover *f, int which)
{
    f->w->database_host = pair_host(f->w->daemon->a, f->w->daemon->office, f->names[which]);
}

static int64_t ask(const struct failover *f, const char *sql)
{
    struct db *db CLEANUP(db_closep) = world_database(f->w);
    return database_int(db, sql);
}

/* Until sql says so. */
static void await(const struct failover *f, const char *what, const char *sql)
{
    struct db *db CLEANUP(db_closep) = world_database(f->w);
    for (int64_t start_ms = clock_mono_ms(); database_int(db, sql) == 0; usleep(20000))
        if (clock_mono_ms() - start_ms > WAIT_MS)
            fail_msg("%s did not come: see %s", what, f->w->daemon->log);
}

static char *read_log(const struct failover *f, struct buf *out)
{
    char bytes[65536];
    int fd CLEANUP(fd_closep) = open(f->w->daemon->log, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    buf_clear(out);
    for (ssize_t n; (n = read(fd, bytes, sizeof bytes)) > 0;)
        buf_add(out, bytes, (size_t)n);
    return (char *)(uintptr_t)buf_str(out);
}

static void await_log(const struct failover *f, const char *words)
{
    struct buf log CLEANUP(buf_fini) = {0};
    for (int64_t start_ms = clock_mono_ms(); !strstr(read_log(f, &log), words); usleep(50000))
        if (clock_mono_ms() - start_ms > WAIT_MS)
            fail_msg("\"%s\" is not in %s", words, f->w->daemon->log);
}

/* Both servers in the order given, as the daemon's configuration from here on. */
static void write_conf(struct failover *f, int round)
{
    struct daemon *d = f->w->daemon;
    char *conf = office_path(d->a, d->office, "thanwela/pair.conf");
    char *command = arena_printf(
        d->a,
        "sed -e 's|^conninfo = .*|conninfo = %s\\nrequire_standby = %s|' -e 's|^poll_s = "
        ".*|poll_s = 1|' '%s' >'%s'",
        pair_conninfo(d->a, d->office, round % 3 ? "second" : "postgres",
                      round % 3 ? "postgres" : "second"),
        f->demands ? "yes" : "no", office_path(d->a, d->office, "thanwela/thanwela.conf"), conf);
    assert_int_equal(system(command), 0);
    d->conf = conf;
}

/* These faults are ours: chance can strike one mail three times. And nobody waits for the leases of
 * the dead. On a lone primary that demands a standby a commit of the daemon waits and holds its
 * rows, whoever died meanwhile: there we do what we can. */
static void go_on(const struct failover *f, bool is_alone)
{
    struct db *db CLEANUP(db_closep) = world_database(f->w);
    struct err ignored = {0};
    database_run(db, "set lock_timeout = '1s'");
    (void)!db_script(db, "update message set attempts = 0 where state = 'stored'", &ignored);
    (void)!db_script(db, "update job set attempts = 0 where state in ('ready', 'running')",
                     &ignored);
    if (!is_alone || !f->demands)
        world_bury_dead(f->w);
}

/* ---- what was acknowledged */

struct acked {
    long no;
    char message_id[64];
};

/* Every "registered" line of the log. One number, one mail, over both servers. */
static size_t read_acked(const struct failover *f, struct acked acked[static ACKED_MAX])
{
    struct buf log CLEANUP(buf_fini) = {0};
    size_t n = 0;
    for (const char *at = read_log(f, &log); (at = strstr(at, "fate=numbered")); at++) {
        struct acked a = {0};
        assert_int_equal(
            sscanf(at, "fate=numbered no=%ld/%*d from=%*s message_id=%63s", &a.no, a.message_id),
            2);
        for (size_t i = 0; i < n; i++)
            if (acked[i].no == a.no && strcmp(acked[i].message_id, a.message_id) != 0)
                fail_msg("number %ld was given to %s and to %s", a.no, acked[i].message_id,
                         a.message_id);
        assert_true(n < ACKED_MAX);
        acked[n++] = a;
    }
    return n;
}

static void all_acked_are_there(const struct failover *f)
{
    static struct acked acked[ACKED_MAX];
    size_t n = read_acked(f, acked);
    struct db *db CLEANUP(db_closep) = world_database(f->w);
    for (size_t i = 0; i < n; i++) {
        char sql[256];
        snprintf(sql, sizeof sql,
                 "select count(*) from item where no = %ld and position(message_id in '%s') > 0",
                 acked[i].no, acked[i].message_id);
        if (database_int(db, sql) != 1)
            fail_msg("number %ld of %s was acknowledged and is lost", acked[i].no,
                     acked[i].message_id);
    }
}

/* ---- a round */

static void leader_dies_and_the_other_is_promoted(struct failover *f)
{
    static struct acked acked[ACKED_MAX];
    char sql[160];
    f->n_acked += (int)read_acked(f, acked);
    pair_say(f, "kill", 0, "");
    usleep((useconds_t)world_chance(&f->chance, f->down_ms) * 1000);
    pair_say(f, "demand", 1, f->demands ? "yes" : "no"); /* as Patroni does, unless told not to */
    pair_say(f, "promote", 1, "");
    int64_t start_ms = clock_mono_ms(), at_us = clock_now_us();
    look_at(f, 1);
    go_on(f, true);
    snprintf(sql, sizeof sql, "select count(*) from mailbox where us(last_poll_at) > %lld",
             (long long)at_us);
    if (f->demands) {
        await_log(f, "no number is given until one is back");
        return;
    }
    await(f, "a look at the mailbox", sql);
    double took_s = (double)(clock_mono_ms() - start_ms) / 1000;
    f->slowest_s = took_s > f->slowest_s ? took_s : f->slowest_s;
}

/* The old leader starts, and thinks it is one. Both answer, and what was remembered is lost. */
static void old_leader_comes_back(struct failover *f)
{
    struct daemon *d = f->w->daemon;
    static const char seen_sql[] =
        "select (select count(*) from item) + 1000 * (select count(*) from message)"
        " + 1000000 * (select count(*) from message_copy where filed_at is not null)";
    pair_say(f, "start", 0, "");
    look_at(f, 0);
    int64_t before = ask(f, seen_sql);
    assert_int_equal(daemon_end(f->daemon, SIGKILL), 128 + SIGKILL);
    assert_int_equal(unlink(office_path(d->a, d->office, "thanwela/timeline")), 0);
    f->daemon = daemon_start(d, NULL, false);
    look_at(f, 1);
    go_on(f, true);
    await(f, "the daemon on the new primary",
          "select count(*) from pg_stat_activity where application_name like 'thanwelad %'");
    pair_say(f, "kill", 1, ""); /* the old one answers alone */
    await_log(f, "is an old one");
    usleep(1000000);
    look_at(f, 0);
    assert_int_equal(ask(f, seen_sql), before);
    pair_say(f, "start", 1, "");
    look_at(f, 1);
    go_on(f, true);
}

static void no_number_comes_of_a_lone_primary(const struct failover *f)
{
    int64_t before = ask(f, "select count(*) from item");
    usleep(2000000);
    assert_int_equal(ask(f, "select count(*) from item"), before);
}

static void wait_until_done(const struct failover *f)
{
    for (int64_t start_ms = clock_mono_ms(); !world_is_done(f->w); usleep(50000)) {
        if (clock_mono_ms() - start_ms > WAIT_MS)
            fail_msg("the daemon did not come to an end: see %s", f->w->daemon->log);
        world_bury_dead(f->w);
    }
}

static void round_of(struct failover *f, int i)
{
    f->names[0] = i % 2 ? "second" : "postgres";
    f->names[1] = i % 2 ? "postgres" : "second";
    f->demands = i / 2 % 2 != 0 || i == 1;
    look_at(f, 0);
    write_conf(f, i);
    world_reset(f->w);
    assert_int_equal(truncate(f->w->daemon->log, 0), 0);
    f->daemon = daemon_start(f->w->daemon, NULL, false);
    if (world_chance(&f->chance, 2))
        await(f, "a number", "select count(*) from item");
    usleep((useconds_t)world_chance(&f->chance, f->run_ms) * 1000);
    leader_dies_and_the_other_is_promoted(f);
    if (f->demands)
        no_number_comes_of_a_lone_primary(f);
    old_leader_comes_back(f);
    pair_say(f, "follow", 0, f->names[1]);
    go_on(f, false);
    wait_until_done(f);
    assert_int_equal(daemon_end(f->daemon, SIGTERM), 0);
    world_finish(f->w);
    world_check(f->w);
    all_acked_are_there(f);
}

static void a_promoted_standby_goes_on_where_the_primary_died(void **state)
{
    (void)state;
    long seed = world_setting("THANWELA_SEED", 1), rounds = world_setting("THANWELA_FAILOVERS", 2);
    struct failover f = {.w = world_new(&letters), .chance = (uint64_t)seed};
    f.down_ms = (unsigned long)world_setting("THANWELA_DOWN_MS", DOWN_MS);
    world_reset(f.w);
    struct db *db = world_database(f.w); /* what the test itself changes waits for nobody */
    database_run(db, "alter role office set synchronous_commit = local");
    db_close(db);
    pair_run(f.w->daemon->office, "follow second postgres");
    int64_t start_ms = clock_mono_ms();
    assert_int_equal(daemon_once(f.w->daemon, NULL), 0);
    f.run_ms = (unsigned long)(clock_mono_ms() - start_ms) + 1;
    for (int i = 0; i < rounds; i++)
        round_of(&f, i);
    print_message(
        "seed %ld, %ld fail-overs, %d numbers acknowledged before: 0 lost, 0 given twice, "
        "the old primary refused in each; resumed %.1f s after promotion at the latest, "
        "%d receipts repeated\n",
        seed, rounds, f.n_acked, f.slowest_s, f.w->n_repeats);
    world_free(f.w);
}

/* ---- nothing spins */

static int listen_at(struct arena *a, const char *dir)
{
    struct sockaddr_un where = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(where.sun_path, sizeof where.sun_path, "%s", arena_printf(a, "%s/.s.PGSQL.5432", dir));
    assert_int_equal(bind(fd, (struct sockaddr *)&where, sizeof where), 0);
    assert_int_equal(listen(fd, 64), 0);
    return fd;
}

/* Every connection is taken and hung up on. */
static int hang_up_on_all(int fd, int for_ms)
{
    int n = 0;
    for (int64_t end_ms = clock_mono_ms() + for_ms, left; (left = end_ms - clock_mono_ms()) > 0;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (poll(&p, 1, (int)left) > 0) {
            close(accept(fd, NULL, NULL));
            n++;
        }
    }
    return n;
}

static void an_outage_is_met_with_few_attempts(void **state)
{
    struct daemon *d = daemon_new(NULL, NULL);
    char *dir = arena_strdup(d->a, "/tmp/thanwela-outage-XXXXXX");
    (void)state;
    assert_non_null(mkdtemp(dir));
    int fd CLEANUP(fd_closep) = listen_at(d->a, dir);
    char *conf = arena_printf(d->a, "%s.outage", d->conf);
    assert_int_equal(system(arena_printf(d->a,
                                         "sed 's|^conninfo = host=[^ ]*|conninfo = host=%s|' "
                                         "'%s' >'%s'",
                                         dir, d->conf, conf)),
                     0);
    pid_t pid = daemon_start(d, conf, false);
    int n = hang_up_on_all(fd, OUTAGE_MS);
    assert_int_equal(daemon_end(pid, SIGTERM), 0);
    print_message("%d attempts of %d roles in an outage of %d s\n", n, ROLES, OUTAGE_MS / 1000);
    assert_in_range(n, 2 * ROLES, 8 * ROLES); /* 0.4, 0.8, 1.5, 3, 3 ... s between at the least */
    unlink(arena_printf(d->a, "%s/.s.PGSQL.5432", dir));
    rmdir(dir);
    daemon_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_outage_is_met_with_few_attempts),
        cmocka_unit_test(a_promoted_standby_goes_on_where_the_primary_died),
    };
    if (getenv("THANWELA_ONLY"))
        cmocka_set_test_filter(getenv("THANWELA_ONLY"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
