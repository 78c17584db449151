/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Migrations: ordered, each in a transaction with its own row in schema_migration, so that a crash
 * leaves a whole prefix; under an advisory lock, so that two machines may start at once. */
#include "db/migrate.h"

#include "db/query.h"
#include <sodium.h>
#include <stdio.h>
#include <string.h>

static const char lock_sql[] = "select pg_advisory_lock(8242021)";
static const char unlock_sql[] = "select pg_advisory_unlock(8242021)";
static const char ledger_sql[] =
    "create table if not exists schema_migration ("
    " number int primary key, name text not null, sha256 bytea not null,"
    " at timestamptz not null default clock_timestamp())";
static const char exists_sql[] = "select to_regclass('schema_migration') is not null";
static const char done_sql[] =
    "select number, name, encode(sha256, 'hex') from schema_migration order by number";
static const char record_sql[] =
    "insert into schema_migration (number, name, sha256) values ($1, $2, $3)";

static void hash_of(const struct migration *m, uint8_t out[32])
{
    crypto_hash_sha256(out, (const unsigned char *)m->sql, m->n_bytes);
}

static const struct migration *find(int64_t number)
{
    for (size_t i = 0; i < n_migrations; i++)
        if (migrations[i].number == number)
            return &migrations[i];
    return NULL;
}

/* What was run must be what the program holds. */
static bool check_done(const struct rows *done, struct err *err)
{
    for (int i = 0; i < done->n; i++) {
        const struct migration *m = find(row_int(done, i, 0));
        uint8_t hash[32];
        char hex[65];
        if (!m)
            return err_set(
                err, ERR_FATAL,
                "database: its schema has %s, which this program (%s) does not know: install the "
                "newer Thanwela that made it",
                row_text(done, i, 1), migrations[n_migrations - 1].name);
        hash_of(m, hash);
        sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
        if (strcmp(hex, row_text(done, i, 2)) != 0)
            return err_set(
                err, ERR_FATAL,
                "database: migration %s was changed after it had been run: put the old file back "
                "and write the change as a new migration",
                m->name);
    }
    return true;
}

static bool is_done(const struct rows *done, const struct migration *m)
{
    for (int i = 0; i < done->n; i++)
        if (row_int(done, i, 0) == m->number)
            return true;
    return false;
}

static bool run_one(struct db *db, const struct migration *m, struct err *err)
{
    uint8_t hash[32];
    struct params p = {0};
    if (!db_begin(db, err))
        return false;
    struct db *tx CLEANUP(db_rollbackp) = db;
    if (!db_script(db, m->sql, err))
        return err_add(err, "migration %s", m->name);
    hash_of(m, hash);
    param_int(&p, m->number);
    param_text(&p, m->name);
    param_bytes(&p, hash, sizeof hash);
    return db_query(db, record_sql, &p, NULL, err) && db_commit(tx, err);
}

/* The run-time role reads and writes rows and runs functions; it owns nothing, and what is
 * append-only or counted it reaches through functions of the owner alone. */
static bool grant_runtime(struct db *db, const char *role, struct err *err)
{
    static const char *const grants[] = {
        "grant usage on schema public to %s",
        "grant select, insert, update on all tables in schema public to %s",
        "grant usage on all sequences in schema public to %s",
        "grant execute on all functions in schema public to %s",
        "revoke insert, update on schema_migration, event, event_head, reg_counter from %s",
        "revoke update on deadline, blob, blob_chunk from %s",
        "grant delete on scan_page, code, sign_in_guard to %s",
    };
    for (const char *p = role; *p; p++)
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_", *p))
            return err_set(err, ERR_FATAL,
                           "database: role %s: only a-z, 0-9 and _ in a role's name", role);
    for (size_t i = 0; i < ARRAY_LEN(grants); i++) {
        char sql[256];
        const char *hole = strstr(grants[i], "%s");
        snprintf(sql, sizeof sql, "%.*s%s", (int)(hole - grants[i]), grants[i], role);
        if (!db_query(db, sql, NULL, NULL, err))
            return false;
    }
    return true;
}

static bool migrate_locked(struct db *db, const char *role, migrate_told_fn *told, void *user,
                           int *n_done_out, struct err *err)
{
    struct rows done CLEANUP(rows_fini) = {0};
    if (!db_query(db, ledger_sql, NULL, NULL, err) || !db_query(db, done_sql, NULL, &done, err) ||
        !check_done(&done, err))
        return false;
    int n = 0;
    for (size_t i = 0; i < n_migrations; i++) {
        if (is_done(&done, &migrations[i]))
            continue;
        if (!run_one(db, &migrations[i], err))
            return false;
        n++;
        if (told)
            told(user, &migrations[i]);
    }
    if (!grant_runtime(db, role, err))
        return false;
    *n_done_out = n;
    return true;
}

bool migrate(struct db *db, const char *runtime_role, migrate_told_fn *told, void *user,
             int *n_done_out, struct err *err)
{
    struct err ignored;
    if (!db_query(db, lock_sql, NULL, NULL, err))
        return false;
    bool ok = migrate_locked(db, runtime_role, told, user, n_done_out, err);
    /* the lock dies with the connection where this fails */
    (void)!db_query(db, unlock_sql, NULL, NULL, &ignored);
    return ok;
}

bool migrate_check(struct db *db, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct rows done CLEANUP(rows_fini) = {0};
    if (!db_query(db, exists_sql, NULL, &r, err))
        return false;
    if (!row_bool(&r, 0, 0))
        return err_set(err, ERR_FATAL,
                       "database: it has no Thanwela tables yet: run `thanwela migrate`");
    if (!db_query(db, done_sql, NULL, &done, err) || !check_done(&done, err))
        return false;
    if ((size_t)done.n < n_migrations)
        return err_set(err, ERR_FATAL,
                       "database: its schema is older than this program: run `thanwela migrate`");
    return true;
}
