/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A connection: opening, transactions, and what an error means for the mail at hand.
 *
 * The one delicate moment is COMMIT. When its answer is lost, or when the wait for a synchronous
 * standby was cancelled (which PostgreSQL reports as success with a warning), nobody knows whether
 * the rows are there: that is UNSURE, and the caller looks the key up. */
#include "db/db.h"

#include "base/log.h"
#include "base/secret.h"
#include "base/step.h"
#include "db/answer.h"
#include "db/migrate.h"
#include "db/query.h"
#include <assert.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SILENCE_MS = 30000 }; /* while a connection is made ready */

struct db {
    PGconn *conn;
    bool in_transaction;
    bool in_commit;     /* COMMIT was sent, its answer is not here */
    bool wait_aborted;  /* the server gave up waiting for its standby */
    int64_t silence_ms; /* an answer is waited for so long; 0: for ever */
    int n_kept;
    const char *kept[DB_KEPT_MAX]; /* statements that are prepared, each named by its place */
};

/* What is under way ends in a commit: COMMIT itself, or a statement outside a transaction. */
static bool commits(const struct db *db)
{
    return db->in_commit || !db->in_transaction;
}

/* Called while a result is being read. The class alone tells: the words are in the server's
 * language. */
static void on_notice(void *user, const PGresult *result)
{
    struct db *db = user;
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (commits(db) && state && strcmp(state, "01000") == 0)
        db->wait_aborted = true;
}

/* SQLSTATEs, or their classes, and the fate of what was being done. */
static enum err_kind kind_of_state(const char *state)
{
    static const struct {
        const char *prefix;
        enum err_kind kind;
    } table[] = {
        {"08", ERR_RETRY},    /* connection */
        {"57", ERR_RETRY},    /* shut down, starting, crashed; a statement that someone cancelled */
        {"53", ERR_RETRY},    /* disk full, out of memory, too many connections */
        {"40", ERR_RETRY},    /* serialisation, deadlock */
        {"55", ERR_RETRY},    /* locks; a clock that stepped back */
        {"25006", ERR_RETRY}, /* read-only: a standby */
        {"25P03", ERR_RETRY}, /* idle too long inside a transaction */
        {"58", ERR_RETRY},    /* the server's disk */
        {"23505", ERR_RETRY}, /* a unique key that someone else has just taken: look again */
        {"54", ERR_REFUSE},   /* data too large for an index, */
        {"22", ERR_REFUSE},   /* data that a column does not take, */
        {"23", ERR_REFUSE},   /* or that breaks a rule of the table: this one mail's fault */
    };
    for (size_t i = 0; state && i < ARRAY_LEN(table); i++)
        if (strncmp(state, table[i].prefix, strlen(table[i].prefix)) == 0)
            return table[i].kind;
    return state ? ERR_FATAL : ERR_RETRY;
}

/* libpq's messages end in a line feed and may have several lines: the first says it. */
static void first_line(const char *text, char out[static 256])
{
    size_t n = strcspn(text, "\n");
    if (n > 255)
        n = 255;
    memcpy(out, text, n);
    out[n] = 0;
}

static bool fail(struct db *db, const PGresult *result, struct err *err)
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *text = result && state ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY)
                                       : PQerrorMessage(db->conn);
    char line[256];
    first_line(text ? text : "no answer", line);
    enum err_kind kind = kind_of_state(state);
    if (db->in_commit && (db_broken(db) || !state))
        kind = ERR_UNSURE;
    return err_set(err, kind, "database: %s%s%s%s", line, state ? " (" : "", state ? state : "",
                   state ? ")" : "");
}

/* OpenSSL does not take its first steps twice: where they failed for want of memory, nobody signs
 * in any more in this process. It ends as one does that has no memory, and the next one can. */
static void end_without_chance(const char *line)
{
    if (!strstr(line, "could not generate nonce"))
        return;
    log_event(LOG_LEVEL_ERROR, "database", "what", "this process can sign in no more", "why", line,
              NULL);
    abort();
}

/* The server says what is wrong with a login only in words. That a password was asked for proves
 * nothing: the wire may break behind it, or the server may have no place left. What we do not know
 * is asked again. */
static bool fail_open(PGconn *conn, struct err *err)
{
    static const char *const faults[] = {"authentication failed", "does not exist",
                                         "no pg_hba.conf entry", "is not permitted to log in",
                                         "permission denied for database"};
    char line[256];
    first_line(PQerrorMessage(conn), line);
    end_without_chance(line);
    bool ours = PQconnectionNeedsPassword(conn);
    for (size_t i = 0; i < ARRAY_LEN(faults); i++)
        ours |= strstr(line, faults[i]) != NULL;
    return err_set(err, ours ? ERR_FATAL : ERR_RETRY, "database: %s%s", line,
                   ours ? ": check [database] in the configuration" : "");
}

static PGconn *connect_with(const char *conninfo, const char *password, const char *application)
{
    /* conninfo stands behind our defaults, so that what it names wins; the password stands last */
    const char *const keys[] = {
        "keepalives_idle", "tcp_user_timeout", "connect_timeout", "client_encoding",
        "dbname",          "application_name", "password",        NULL};
    const char *const values[] = {"30",     "30000",     "10",     "UTF8",
                                  conninfo, application, password, NULL};
    static_assert(ARRAY_LEN(keys) == ARRAY_LEN(values), "a value for each key");
    return PQconnectdbParams(keys, values, 1);
}

/* Compiling a query is dearer than our longest one. A client that is gone is noticed within a
 * minute, and its locks with it: its successor shall not wait for them. */
static const char set_up_sql[] =
    "set timezone = 'UTC'; set client_min_messages = warning; set jit = off;"
    "set client_connection_check_interval = '10s'; set tcp_keepalives_idle = 30;"
    "set tcp_keepalives_interval = 10; set tcp_keepalives_count = 3";

static bool set_up(struct db *db, struct err *err)
{
    if (!db_script(db, set_up_sql, err))
        return false;
    if (!clock_fixed())
        return true;
    struct params p = {0};
    char iso[40]; /* with its offset: the session's zone is UTC, a bare time means Bangkok */
    param_text(&p, time_format_iso(clock_now_us(), iso));
    return db_query(db, "select set_config('thanwela.now', $1, false)", &p, NULL, err);
}

bool db_open_raw(const char *conninfo, const char *password_file, const char *application,
                 struct db **out, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct db *db CLEANUP(db_closep) = calloc(1, sizeof *db);
    char *password = NULL;
    if (!db)
        abort();
    if (password_file && !secret_read(a, password_file, &password, err))
        return false;
    step();
    db->conn = connect_with(conninfo, password, application);
    if (PQstatus(db->conn) != CONNECTION_OK)
        return fail_open(db->conn, err);
    PQsetNoticeReceiver(db->conn, on_notice, db);
    if (PQsetnonblocking(db->conn, 1) != 0)
        abort();
    db->silence_ms = SILENCE_MS;
    if (!set_up(db, err))
        return false;
    *out = TAKE(db);
    return true;
}

bool db_open(const char *conninfo, const char *password_file, const char *application,
             struct db **out, struct err *err)
{
    struct db *db CLEANUP(db_closep) = NULL;
    if (!db_open_raw(conninfo, password_file, application, &db, err) || !migrate_check(db, err))
        return false;
    *out = TAKE(db);
    return true;
}

bool db_relax(struct db *db, struct err *err)
{
    return db_query(db, "set synchronous_commit = off", NULL, NULL, err);
}

static const char idle_sql[] =
    "select set_config('idle_in_transaction_session_timeout', $1 || 's', false)";

bool db_limit_silence(struct db *db, int seconds, struct err *err)
{
    struct params p = {0};
    param_int(&p, seconds);
    db->silence_ms = (int64_t)seconds * 1000;
    return db_query(db, idle_sql, &p, NULL, err);
}

void db_close(struct db *db)
{
    if (!db)
        return;
    PQfinish(db->conn);
    free(db);
}

void db_closep(struct db **db)
{
    db_close(*db);
    *db = NULL;
}

bool db_broken(const struct db *db)
{
    return PQstatus(db->conn) != CONNECTION_OK;
}

int db_fd(const struct db *db)
{
    return PQsocket(db->conn);
}

bool db_notified(struct db *db)
{
    bool any = false;
    if (!PQconsumeInput(db->conn))
        return false;
    for (PGnotify *n; (n = PQnotifies(db->conn)); any = true)
        PQfreemem(n);
    return any;
}

static bool begin(struct db *db, const char *sql, struct err *err)
{
    if (!db_script(db, sql, err))
        return false;
    db->in_transaction = true;
    return true;
}

bool db_begin(struct db *db, struct err *err)
{
    return begin(db, "begin; set local synchronous_commit to default", err);
}

bool db_begin_async(struct db *db, struct err *err)
{
    return begin(db, "begin; set local synchronous_commit = off", err);
}

bool db_begin_snapshot(struct db *db, struct err *err)
{
    return begin(db, "begin isolation level repeatable read read only", err);
}

bool db_begin_kept(struct db *db, struct err *err)
{
    return begin(db,
                 "begin isolation level repeatable read read only;"
                 " set local plan_cache_mode = force_generic_plan;"
                 " set local join_collapse_limit = 1; set local from_collapse_limit = 1",
                 err);
}

bool db_commit(struct db *db, struct err *err)
{
    db->in_commit = true;
    bool ok = db_query(db, "commit", NULL, NULL, err);
    db->in_commit = false;
    db->in_transaction = false;
    return ok;
}

void db_rollback(struct db *db)
{
    if (!db->in_transaction)
        return;
    db->in_transaction = false;
    struct err ignored;
    if (!db_broken(db) && !db_query(db, "rollback", NULL, NULL, &ignored))
        return; /* the connection is gone and the transaction with it */
}

void db_rollbackp(struct db **db)
{
    if (*db)
        db_rollback(*db);
}

/* The rows go to rows_out. */
static bool take_result(struct db *db, PGresult *result, struct rows *rows_out, struct err *err)
{
    step();
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        return fail(db, result, err);
    /* COMMIT of a failed transaction is answered with ROLLBACK, as a success */
    if (db->in_commit && strcmp(PQcmdStatus(result), "COMMIT") != 0)
        return err_set(err, ERR_FATAL, "database: the transaction had failed and was rolled back");
    if (db->wait_aborted)
        return err_set(err, ERR_UNSURE,
                       "database: the wait for the synchronous standby was cut short");
    if (!rows_out)
        return true;
    rows_fini(rows_out);
    rows_out->n = PQntuples(result);
    rows_out->touched = strtol(PQcmdTuples(result), NULL, 10);
    rows_out->result = result;
    return true;
}

static bool silent(const struct db *db, struct err *err)
{
    return err_set(err, db->in_commit ? ERR_UNSURE : ERR_RETRY,
                   "database: the server keeps the connection and has not answered for %d seconds",
                   (int)(db->silence_ms / 1000));
}

/* The answer to what was sent, which is_sent tells. */
static bool take_answer(struct db *db, int is_sent, struct rows *rows_out, struct err *err)
{
    PGresult *result = NULL;
    if (is_sent && !answer_await(db->conn, db->silence_ms, &result))
        return silent(db, err);
    bool ok = take_result(db, result, rows_out, err);
    if (!ok || !rows_out)
        PQclear(result);
    return ok;
}

bool db_query(struct db *db, const char *sql, const struct params *p, struct rows *rows_out,
              struct err *err)
{
    static const struct params none = {0};
    if (!p)
        p = &none;
    db->wait_aborted = false;
    step();
    return take_answer(
        db, PQsendQueryParams(db->conn, sql, p->n, NULL, p->value, p->bytes, p->binary, 0),
        rows_out, err);
}

/* The name of a prepared statement; prepared now where it is not yet. */
static bool keep(struct db *db, const char *sql, int n_params, char name[static 16],
                 struct err *err)
{
    int i = 0;
    while (i < db->n_kept && db->kept[i] != sql)
        i++;
    snprintf(name, 16, "kept%d", i);
    if (i < db->n_kept)
        return true;
    assert(i < DB_KEPT_MAX);
    if (!take_answer(db, PQsendPrepare(db->conn, name, sql, n_params, NULL), NULL, err))
        return false;
    db->kept[db->n_kept++] = sql;
    return true;
}

bool db_query_kept(struct db *db, const char *sql, const struct params *p, struct rows *rows_out,
                   struct err *err)
{
    char name[16];
    db->wait_aborted = false;
    step();
    return keep(db, sql, p->n, name, err) &&
           take_answer(db,
                       PQsendQueryPrepared(db->conn, name, p->n, p->value, p->bytes, p->binary, 0),
                       rows_out, err);
}

bool db_script(struct db *db, const char *sql, struct err *err)
{
    db->wait_aborted = false;
    step();
    return take_answer(db, PQsendQuery(db->conn, sql), NULL, err);
}
