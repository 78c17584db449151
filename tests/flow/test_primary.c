/* SPDX-License-Identifier: AGPL-3.0-or-later
 * One connection against servers that fail in every way that changes what an answer means: the
 * commit whose answer is lost, the wait for a standby that is cut short, the old primary that comes
 * back, the wire that breaks while signing in. */
#include "db/primary.h"
#include "db/query.h"
#include "tests/flow/cut.h"
#include "tests/flow/database.h"
#include "tests/flow/pair.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    SIGN_IN_MESSAGES = 5,
    WAIT_TICKS = 400,
    TICK_US = 25000,
    SILENCE_S = 1,
    LARGE_BYTES = 8 << 20
};

static struct office *office;

static int start(void **state)
{
    static const char *const options[] = {"--parts", "postgres", NULL};
    (void)state;
    office = office_start(options);
    database_migrate(office);
    struct db *db CLEANUP(db_closep) = database_open_superuser(office);
    database_run(db, "create table note (x int primary key); grant all on note to thanwela");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    office_stop(office);
    return 0;
}

/* ---- signing in without memory */

/* Stands before libcrypto's: what libpq asks for its nonce. */
static bool is_out_of_chance;
int RAND_bytes(unsigned char *bytes, int n);
int RAND_bytes(unsigned char *bytes, int n)
{
    return !is_out_of_chance && getentropy(bytes, (size_t)n) == 0;
}

/* OpenSSL does not take its first steps twice: once they failed for want of memory, this process
 * could not sign in ever again, and the mail would wait. */
static void a_process_that_can_sign_in_no_more_ends(void **state)
{
    int status;
    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        struct db *db = NULL;
        struct err err = {0};
        is_out_of_chance = true;
        signal(SIGABRT, SIG_DFL);
        _exit(db_open(office_get(office, "DB_CONNINFO"), office_get(office, "DB_PASSWORD_FILE"),
                      "test", &db, &err));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

/* ---- what an error means */

static void every_class_of_error_has_its_fate(void **state)
{
    static const struct {
        const char *sqlstate;
        enum err_kind kind;
    } cases[] = {
        {"08006", ERR_RETRY},  {"40001", ERR_RETRY},  {"40P01", ERR_RETRY},  {"53100", ERR_RETRY},
        {"53200", ERR_RETRY},  {"55P03", ERR_RETRY},  {"55000", ERR_RETRY},  {"57014", ERR_RETRY},
        {"57P01", ERR_RETRY},  {"57P03", ERR_RETRY},  {"58030", ERR_RETRY},  {"25006", ERR_RETRY},
        {"25P03", ERR_RETRY},  {"23505", ERR_RETRY},  {"23514", ERR_REFUSE}, {"22001", ERR_REFUSE},
        {"22021", ERR_REFUSE}, {"54000", ERR_REFUSE}, {"42P01", ERR_FATAL},  {"42501", ERR_FATAL},
        {"P0001", ERR_FATAL},  {"XX001", ERR_FATAL},
    };
    struct db *db CLEANUP(db_closep) = database_open(office);
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct err err = {0};
        char sql[128];
        snprintf(sql, sizeof sql,
                 "do $$ begin raise exception 'as told' using errcode = '%s'; end $$",
                 cases[i].sqlstate);
        assert_false(db_script(db, sql, &err));
        assert_non_null(strstr(err.text, cases[i].sqlstate));
        if (err.kind != cases[i].kind)
            fail_msg("%s is %s", cases[i].sqlstate, err_kind_name(err.kind));
    }
}

/* ---- a wire that breaks */

struct broken_wire {
    struct cut *cut;
    char *dir, *conninfo;
};

static struct broken_wire wire_new(struct arena *a)
{
    struct broken_wire w = {.dir = arena_strdup(a, "/tmp/thanwela-wire-XXXXXX")};
    assert_non_null(mkdtemp(w.dir));
    w.cut = cut_start_unix(arena_printf(a, "%s/.s.PGSQL.5432", w.dir),
                           arena_printf(a, "%s/.s.PGSQL.5432", office_get(office, "DB_HOST")));
    assert_non_null(w.cut);
    w.conninfo = arena_printf(a, "host=%s dbname=thanwela user=thanwela", w.dir);
    return w;
}

static void wire_free(struct arena *a, struct broken_wire *w)
{
    cut_stop(w->cut);
    unlink(arena_printf(a, "%s/.s.PGSQL.5432", w->dir));
    rmdir(w->dir);
}

static void a_wire_that_breaks_while_signing_in_is_tried_again(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct broken_wire wire = wire_new(a);
    (void)state;
    for (uint64_t i = 0; i < SIGN_IN_MESSAGES; i++) {
        struct db *db CLEANUP(db_closep) = NULL;
        struct err err = {0};
        cut_arm(wire.cut, &(struct cut_rule){.side = CUT_TO_CLIENT,
                                             .unit = CUT_PG_MESSAGES,
                                             .after = i,
                                             .how = i % 2 ? CUT_RESET : CUT_CLOSE,
                                             .times = 1});
        assert_false(
            db_open_raw(wire.conninfo, office_get(office, "DB_PASSWORD_FILE"), "test", &db, &err));
        if (err.kind != ERR_RETRY)
            fail_msg("after %d messages: %s: %s", (int)i, err_kind_name(err.kind), err.text);
    }
    cut_arm(wire.cut, NULL);
    wire_free(a, &wire);
}

static void a_wrong_password_is_ours_to_mend(void **state)
{
    struct db *db CLEANUP(db_closep) = NULL;
    struct err err = {0};
    (void)state;
    assert_false(db_open_raw(office_get(office, "DB_CONNINFO"),
                             office_get(office, "DB_OWNER_PASSWORD_FILE"), "test", &db, &err));
    assert_int_equal(err.kind, ERR_FATAL);
    assert_false(db_open_raw(office_get(office, "DB_CONNINFO"), NULL, "test", &db, &err));
    assert_int_equal(err.kind, ERR_FATAL);
}

static void a_commit_whose_answer_is_lost_is_unsure_and_can_be_looked_up(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct broken_wire wire = wire_new(a);
    static const enum cut_side sides[] = {CUT_TO_CLIENT, CUT_TO_SERVER};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sides); i++) {
        struct db *db CLEANUP(db_closep) = NULL;
        struct err err = {0};
        char sql[64];
        if (!db_open_raw(wire.conninfo, office_get(office, "DB_PASSWORD_FILE"), "test", &db, &err))
            fail_msg("%s", err.text);
        snprintf(sql, sizeof sql, "insert into note values (%d)", 100 + (int)i);
        assert_true(db_begin(db, &err));
        database_run(db, sql);
        cut_arm(wire.cut, &(struct cut_rule){.side = sides[i],
                                             .unit = CUT_PG_MESSAGES,
                                             .after = 0,
                                             .how = CUT_RESET,
                                             .times = 1});
        assert_false(db_commit(db, &err));
        assert_int_equal(err.kind, ERR_UNSURE);
        assert_true(db_broken(db));
        cut_arm(wire.cut, NULL);
    }
    wire_free(a, &wire);
    struct db *db CLEANUP(db_closep) = database_open(office);
    for (int tick = 0; database_int(db, "select count(*) from note where x = 100") != 1; tick++)
        if (usleep(TICK_US) < 0 || tick > WAIT_TICKS)
            fail_msg("the commit was sent and is not there");
    assert_int_equal(database_int(db, "select count(*) from note where x = 101"), 0);
}

/* ---- a server that keeps the connection and says nothing */

static struct db *open_impatient(const struct broken_wire *wire)
{
    struct db *db = NULL;
    struct err err = {0};
    if (!db_open_raw(wire->conninfo, office_get(office, "DB_PASSWORD_FILE"), "test", &db, &err) ||
        !db_limit_silence(db, SILENCE_S, &err))
        fail_msg("%s", err.text);
    return db;
}

/* From here on one side hears nothing. */
static void stall(const struct broken_wire *wire, enum cut_side side)
{
    cut_arm(wire->cut, &(struct cut_rule){
                           .side = side, .unit = CUT_PG_MESSAGES, .how = CUT_STALL, .times = 1});
}

static void a_silent_server_counts_as_gone(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct broken_wire wire = wire_new(a);
    static const enum cut_side sides[] = {CUT_TO_CLIENT, CUT_TO_SERVER};
    struct params large = {0};
    param_text(&large, memset(arena_alloc(a, LARGE_BYTES + 1), 'x', LARGE_BYTES));
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sides); i++) {
        struct db *asks CLEANUP(db_closep) = open_impatient(&wire),
                        *tells CLEANUP(db_closep) = open_impatient(&wire);
        struct err err = {0};
        stall(&wire, sides[i]);
        assert_false(db_query(asks, "select 1", NULL, NULL, &err));
        assert_int_equal(err.kind, ERR_RETRY);
        assert_non_null(strstr(err.text, "has not answered for 1 seconds"));
        assert_true(db_broken(asks));
        stall(&wire, sides[i]);
        assert_false(db_query(tells, "select length($1)", &large, NULL, &err));
        assert_int_equal(err.kind, ERR_RETRY);
        assert_true(db_broken(tells));
    }
    cut_arm(wire.cut, NULL);
    wire_free(a, &wire);
}

static void a_silent_commit_is_unsure_and_keeps_no_lock(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct broken_wire wire = wire_new(a);
    struct db *db CLEANUP(db_closep) = open_impatient(&wire);
    struct db *other CLEANUP(db_closep) = database_open(office);
    struct err err = {0};
    (void)state;
    database_run(other, "insert into note values (200)");
    assert_true(db_begin(db, &err));
    database_run(db, "delete from note where x = 200");
    stall(&wire, CUT_TO_SERVER);
    assert_false(db_commit(db, &err));
    assert_int_equal(err.kind, ERR_UNSURE);
    assert_true(db_broken(db));
    database_run(other, "set lock_timeout = '10s'; update note set x = 201 where x = 200");
    cut_arm(wire.cut, NULL);
    wire_free(a, &wire);
}

/* ---- a standby */

/* In a process of its own: end the wait of whoever waits for the standby. */
static pid_t end_the_wait(const char *how)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid > 0)
        return pid;
    char sql[160];
    struct db *db = database_open_superuser(office);
    snprintf(sql, sizeof sql,
             "select count(%s(pid)) from pg_stat_activity where wait_event = 'SyncRep'", how);
    for (int tick = 0; tick < WAIT_TICKS && database_int(db, sql) == 0; tick++)
        usleep(TICK_US);
    db_close(db);
    _exit(0);
}

static void unsure_when_ended_by(const char *how, bool in_transaction, int x)
{
    struct db *db CLEANUP(db_closep) = database_open(office);
    struct err err = {0};
    char sql[64];
    snprintf(sql, sizeof sql, "insert into note values (%d)", x);
    bool ok;
    pid_t ender;
    if (in_transaction) {
        assert_true(db_begin(db, &err));
        database_run(db, sql);
        ender = end_the_wait(how);
        ok = db_commit(db, &err);
    } else {
        ender = end_the_wait(how);
        ok = db_query(db, sql, NULL, NULL, &err);
    }
    assert_int_equal(waitpid(ender, NULL, 0), ender);
    assert_false(ok);
    if (in_transaction || strcmp(how, "pg_cancel_backend") == 0)
        assert_int_equal(err.kind, ERR_UNSURE);
    struct db *other CLEANUP(db_closep) = database_open(office);
    snprintf(sql, sizeof sql, "select count(*) from note where x = %d", x);
    assert_int_equal(database_int(other, sql), 1); /* and yet it is there */
}

static void a_wait_for_the_standby_that_is_cut_short_is_no_success(void **state)
{
    (void)state;
    pair_run(office, "follow second postgres");
    pair_run(office, "kill second");
    unsure_when_ended_by("pg_cancel_backend", true, 1);
    unsure_when_ended_by("pg_cancel_backend", false, 2);
    unsure_when_ended_by("pg_terminate_backend", true, 3);
    unsure_when_ended_by("pg_terminate_backend", false, 4);
}

static bool has_standby(bool relaxed)
{
    struct db *db CLEANUP(db_closep) = database_open(office);
    struct err err = {0};
    if (relaxed)
        assert_true(db_relax(db, &err));
    bool has = primary_has_standby(db, &err);
    assert_true(has || err.kind == ERR_RETRY);
    return has;
}

static void no_number_without_a_demanded_standby(void **state)
{
    (void)state;
    for (int privileged = 0; privileged < 2; privileged++) {
        struct db *db CLEANUP(db_closep) = database_open_superuser(office);
        pair_run(office, "follow second postgres");
        if (privileged)
            database_run(db, "grant pg_read_all_stats to thanwela");
        assert_true(has_standby(false));
        assert_true(has_standby(true)); /* a role's session does not wait; its numbers do */
        pair_run(office, "kill second");
        assert_false(has_standby(true)); /* the server waits, and there is none */
        pair_run(office, "demand postgres no");
        pair_run(office, "start second");
        for (int tick = 0; database_int(db, "select count(*) from pg_stat_replication") == 0;)
            if (usleep(TICK_US) < 0 || ++tick > WAIT_TICKS)
                fail_msg("the standby did not come back");
        usleep(TICK_US * 8);              /* for the server to read its configuration */
        assert_false(has_standby(false)); /* there is one, and the server does not wait */
    }
}

/* ---- two that call themselves primary */

/* The server that the connection goes to; "": none, and why is in err. */
static const char *chosen(struct arena *a, const char *conninfo, const char *state_dir,
                          struct err *err)
{
    struct db *db CLEANUP(db_closep) = NULL;
    struct rows r CLEANUP(rows_fini) = {0};
    if (!primary_open(conninfo, office_get(office, "DB_PASSWORD_FILE"), "test", state_dir, &db,
                      err))
        return "";
    if (!db_query(db, "select coalesce(nullif(current_setting('cluster_name'), ''), 'postgres')",
                  NULL, &r, err))
        fail_msg("%s", err->text);
    return arena_strdup(a, row_text(&r, 0, 0));
}

static void the_highest_timeline_wins_and_an_old_one_is_refused(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    char *dir = arena_strdup(a, "/tmp/thanwela-state-XXXXXX");
    const char *both = pair_conninfo(a, office, "postgres", "second");
    struct err err = {0};
    (void)state;
    assert_non_null(mkdtemp(dir));
    pair_run(office, "follow second postgres");
    assert_string_equal(chosen(a, both, dir, &err), "postgres"); /* the other is a standby */
    pair_run(office, "kill postgres");
    assert_string_equal(chosen(a, both, dir, &err), ""); /* a standby alone */
    assert_int_equal(err.kind, ERR_RETRY);
    pair_run(office, "promote second");
    assert_string_equal(chosen(a, both, dir, &err), "second");
    pair_run(office, "start postgres"); /* the old primary, on the old timeline */
    assert_string_equal(chosen(a, both, dir, &err), "second");
    assert_string_equal(chosen(a, pair_conninfo(a, office, "second", "postgres"), NULL, &err),
                        "second");
    assert_string_equal(chosen(a, both, NULL, &err), "second"); /* the note is lost */
    pair_run(office, "kill second");
    assert_string_equal(chosen(a, both, dir, &err), ""); /* only the old one answers */
    assert_int_equal(err.kind, ERR_RETRY);
    assert_non_null(strstr(err.text, "old one"));
    unlink(arena_printf(a, "%s/timeline", dir));
    rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_process_that_can_sign_in_no_more_ends),
        cmocka_unit_test(every_class_of_error_has_its_fate),
        cmocka_unit_test(a_wire_that_breaks_while_signing_in_is_tried_again),
        cmocka_unit_test(a_wrong_password_is_ours_to_mend),
        cmocka_unit_test(a_commit_whose_answer_is_lost_is_unsure_and_can_be_looked_up),
        cmocka_unit_test(a_silent_server_counts_as_gone),
        cmocka_unit_test(a_silent_commit_is_unsure_and_keeps_no_lock),
        cmocka_unit_test(a_wait_for_the_standby_that_is_cut_short_is_no_success),
        cmocka_unit_test(no_number_without_a_demanded_standby),
        cmocka_unit_test(the_highest_timeline_wins_and_an_old_one_is_refused),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
