/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Worlds of mails. See world.h. */
#include "tests/flow/world.h"

#include "db/query.h"
#include "tests/flow/world_mails.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { RUNS_MAX = 12 };

/* ---- the start */

static struct db *superuser(const struct world *w, const char *database)
{
    struct db *db = NULL;
    struct err err = {0};
    char conninfo[512];
    snprintf(conninfo, sizeof conninfo, "host=%s dbname=%s user=%s",
             w->database_host ? w->database_host : office_get(w->daemon->office, "DB_HOST"),
             database, office_get(w->daemon->office, "DB_SUPERUSER"));
    if (!db_open_raw(conninfo, NULL, "test", &db, &err) || !db_limit_silence(db, 0, &err))
        fail_msg("%s", err.text);
    return db;
}

struct db *world_database(const struct world *w)
{
    return superuser(w, "thanwela");
}

struct world *world_new(const struct scenario *s)
{
    struct world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    w->scenario = s;
    w->daemon = daemon_new(s->office_options, s->mailboxes);
    struct db *db CLEANUP(db_closep) = superuser(w, "postgres");
    database_run(db, "alter database thanwela rename to seeded");
    return w;
}

void world_free(struct world *w)
{
    unsetenv("THANWELA_POISON");
    daemon_free(w->daemon);
    free(w);
}

void world_spare_the_disk(struct world *w)
{
    struct db *db CLEANUP(db_closep) = superuser(w, "postgres");
    database_run(db, "alter system set fsync = off");
    database_run(db, "select pg_reload_conf()");
}

/* A receipt of the round before may still come in: then a folder is not empty when it should go. */
static void remove_mails(const struct world *w)
{
    char *command =
        arena_printf(w->daemon->a,
                     "for i in 1 2 3 4 5 6 7 8 9; do rm -rf %s/mail/*/Maildir && exit 0;"
                     " sleep 0.2; done; exit 1",
                     office_get(w->daemon->office, "OFFICE_DIR"));
    assert_int_equal(system(command), 0);
}

void world_clear(struct world *w)
{
    struct db *db CLEANUP(db_closep) = superuser(w, "postgres");
    database_run(db, "drop database if exists thanwela with (force)");
    database_run(db, "create database thanwela template seeded owner thanwela_owner");
    remove_mails(w);
    w->is_released = false;
}

void world_reset(struct world *w)
{
    world_clear(w);
    if (w->scenario->n_poison_mails + w->scenario->n_poison_files > 0)
        setenv("THANWELA_POISON", WORLD_POISON, 1); /* for the daemon */
    world_deliver(w);
}

/* ---- running */

const char *world_conf(struct world *w, int which)
{
    char *conf = arena_printf(w->daemon->a, "%s.%d", w->daemon->conf, which);
    char *command =
        arena_printf(w->daemon->a,
                     "mkdir -p %s.d && sed -e 's|^state_dir = .*|state_dir = %s.d\\nlease_s = 10|'"
                     " -e 's|^poll_s = .*|poll_s = 1|' %s >%s",
                     conf, conf, w->daemon->conf, conf);
    assert_int_equal(system(command), 0);
    return conf;
}

void world_let_time_pass(struct world *w)
{
    struct db *db CLEANUP(db_closep) = superuser(w, "thanwela");
    database_run(
        db,
        "update mailbox set lease_until = clock_timestamp() - interval '1 s';"
        "update job set claimed_until = clock_timestamp() - interval '1 s' where state = 'running';"
        "update job set next_at = clock_timestamp() where state = 'ready';"
        "update outbox set claimed_until = clock_timestamp() - interval '1 s' where state = "
        "'sending';"
        "update outbox set next_at = clock_timestamp() where state = 'ready'");
}

static int64_t n_open(struct world *w)
{
    struct db *db CLEANUP(db_closep) = superuser(w, "thanwela");
    return database_int(db, "select (select count(*) from message where state = 'stored')"
                            " + (select count(*) from job where state in ('ready', 'running'))"
                            " + (select count(*) from outbox where state in ('ready', 'sending'))");
}

static bool is_gone(long pid)
{
    char path[64], text[512] = "";
    snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    int fd CLEANUP(fd_closep) = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, text, sizeof text - 1) <= 0)
        return true;
    const char *state = strrchr(text, ')');
    return !state || state[2] == 'Z';
}

void world_bury_dead(struct world *w)
{
    struct db *db CLEANUP(db_closep) = superuser(w, "thanwela");
    struct rows r CLEANUP(rows_fini) = {0};
    struct err err = {0};
    if (!db_query(db,
                  "select distinct o, split_part(o, ':', 2)::bigint from ("
                  "select lease_owner o from mailbox where lease_until > clock_timestamp()"
                  " union all select claimed_by from job where state = 'running'"
                  " union all select claimed_by from outbox where state = 'sending') x"
                  " where o is not null",
                  NULL, &r, &err))
        fail_msg("%s", err.text);
    for (int i = 0; i < r.n; i++) {
        char sql[1024];
        const char *o = row_text(&r, i, 0);
        if (!is_gone((long)row_int(&r, i, 1)))
            continue;
        snprintf(sql, sizeof sql,
                 "update mailbox set lease_until = clock_timestamp() where lease_owner = '%s';"
                 "update job set claimed_until = clock_timestamp() where claimed_by = '%s';"
                 "update outbox set claimed_until = clock_timestamp() where claimed_by = '%s'"
                 " and state = 'sending'",
                 o, o, o);
        database_run(db, sql);
    }
}

bool world_is_done(struct world *w)
{
    return n_open(w) == 0 && office_count(w->daemon->office, WORLD_ADDR, "") == 0;
}

long world_setting(const char *name, long otherwise)
{
    const char *value = getenv(name);
    return value && *value ? strtol(value, NULL, 10) : otherwise;
}

unsigned long world_chance(uint64_t *seed, unsigned long n)
{
    uint64_t z = (*seed += 0x9e3779b97f4a7c15u); /* splitmix64 */
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (z ^ z >> 31) % n;
}

void world_finish(struct world *w)
{
    for (int i = 0; i < RUNS_MAX; i++) {
        world_let_time_pass(w);
        if (daemon_once(w->daemon, NULL) == 0 && n_open(w) == 0)
            return;
    }
    fail_msg("%s: not finished after %d runs: see %s", w->scenario->name, RUNS_MAX, w->daemon->log);
}

long world_count_steps(struct world *w)
{
    char env[512], text[32] = "", path[] = "/tmp/thanwela-steps-XXXXXX";
    int fd CLEANUP(fd_closep) = mkostemp(path, O_CLOEXEC);
    assert_true(fd >= 0);
    snprintf(env, sizeof env, "THANWELA_COUNT_STEPS=%s", path);
    int status = daemon_once(w->daemon, env);
    assert_int_equal(status, 0);
    assert_true(pread(fd, text, sizeof text - 1, 0) > 0);
    unlink(path);
    return strtol(text, NULL, 10);
}
