/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The people who may sign in. See person.h; their sessions are in session.c. */
#include "db/person.h"

#include "db/event.h"
#include "db/query.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static bool check_password(const char *login, const char *password, struct err *err)
{
    size_t n = strlen(password);
    if (n >= PASSWORD_BYTES_MIN && n <= PASSWORD_BYTES_MAX)
        return true;
    return err_set(err, ERR_REFUSE, "user %s: a password has %d bytes or more (and at most %d)",
                   login, PASSWORD_BYTES_MIN, PASSWORD_BYTES_MAX);
}

/* Argon2id; the hash names its own cost. "" stays "": such a person comes by the proxy alone. */
static void hash_password(const char *password, char out[crypto_pwhash_STRBYTES])
{
    out[0] = 0;
    if (*password &&
        crypto_pwhash_str(out, password, strlen(password), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
        abort(); /* out of memory */
}

static const char end_sessions_sql[] =
    "update session s set ended_at = clock_timestamp() from person p"
    " where p.id = s.person_id and p.login = $1 and s.ended_at is null";

struct change {
    const char *sql;
    const char *login;
    const char *who, *what; /* of the event; the login stands in its detail */
    const char *none;       /* what is said where the statement touched no row */
};

/* As one: the statement, its event, and the end of the person's sessions. What they may do has
 * changed, so whoever is signed in by the old right is signed out. */
static bool change(struct db *db, const struct change *c, const struct params *p, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct rows r CLEANUP(rows_fini) = {0};
    struct params login = {0};
    if (!db_begin(db, err))
        return false;
    struct db *tx CLEANUP(db_rollbackp) = db;
    if (!db_query(db, c->sql, p, &r, err))
        return false;
    if (r.touched == 0)
        return err_set(err, ERR_REFUSE, "user %s: %s", c->login, c->none);
    param_text(&login, c->login);
    const struct event e = {
        .who = c->who,
        .what = c->what,
        .detail_json = arena_printf(a, "{\"login\": \"%s\"}", c->login), /* [a-z0-9._-] alone */
    };
    return db_query(db, end_sessions_sql, &login, NULL, err) && event_append(db, &e, err) &&
           db_commit(tx, err);
}

static const char add_sql[] = "insert into person (login, name, rank, password, created_by)"
                              " values ($1, $2, $3, $4, $5) on conflict (login) do nothing";

static bool login_usable(const char *login)
{
    size_t n = strlen(login);
    return n >= 2 && n <= 40 && !strchr("._-", login[0]) &&
           strspn(login, "abcdefghijklmnopqrstuvwxyz0123456789._-") == n;
}

static bool insert(struct db *db, const struct person *who_is, const char *hash, const char *who,
                   struct err *err)
{
    const struct change c = {add_sql, who_is->login, who, "add user", "the login is taken"};
    struct params p = {0};
    param_text(&p, who_is->login);
    param_text(&p, who_is->name);
    param_text(&p, who_is->rank);
    param_text(&p, hash);
    param_text(&p, who);
    return change(db, &c, &p, err);
}

bool person_add(struct db *db, const struct person *who_is, const char *password, const char *who,
                struct err *err)
{
    static const char *const ranks[] = {"reader", "officer", "admin"};
    char hash[crypto_pwhash_STRBYTES];
    bool has_rank = false;
    for (size_t i = 0; i < ARRAY_LEN(ranks); i++)
        has_rank |= strcmp(ranks[i], who_is->rank) == 0;
    if (!login_usable(who_is->login))
        return err_set(err, ERR_REFUSE,
                       "user: a login has 2 to 40 of a-z, 0-9, and behind the first also dot, "
                       "hyphen and underscore");
    if (!has_rank || !*who_is->name)
        return err_set(err, ERR_REFUSE,
                       "user %s: wants a name, and a role of reader, officer or admin",
                       who_is->login);
    if (*password && !check_password(who_is->login, password, err))
        return false;
    hash_password(password, hash);
    return insert(db, who_is, hash, who, err);
}

#define NO_SUCH_LOGIN "there is none; see thanwela user list"

static const char password_sql[] = "update person set password = $2 where login = $1";

bool person_password(struct db *db, const char *login, const char *password, const char *who,
                     struct err *err)
{
    const struct change c = {password_sql, login, who, "new password", NO_SUCH_LOGIN};
    char hash[crypto_pwhash_STRBYTES];
    if (!check_password(login, password, err))
        return false;
    hash_password(password, hash);
    struct params p = {0};
    param_text(&p, login);
    param_text(&p, hash);
    return change(db, &c, &p, err);
}

static const char disable_sql[] =
    "update person set disabled_at = case when $2 then office_now() end where login = $1";

bool person_disable(struct db *db, const char *login, bool disable, const char *who,
                    struct err *err)
{
    const struct change c = {disable_sql, login, who, disable ? "disable user" : "enable user",
                             NO_SUCH_LOGIN};
    struct params p = {0};
    param_text(&p, login);
    param_bool(&p, disable);
    return change(db, &c, &p, err);
}

static const char list_sql[] =
    "select p.id, p.login, p.name, p.rank, p.disabled_at is not null, us(greatest(max(s.seen_at),"
    " (select max(seen_at) from proxy_session x where x.person_id = p.id)))"
    " from person p left join session s on s.person_id = p.id group by p.id order by p.login";

bool person_list(struct arena *a, struct db *db, struct people *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!db_query(db, list_sql, NULL, &r, err))
        return false;
    struct people all = {arena_array(a, (size_t)r.n, sizeof *all.person), r.n};
    for (int i = 0; i < r.n; i++)
        all.person[i] = (struct person){.id = row_int(&r, i, 0),
                                        .login = row_dup(a, &r, i, 1),
                                        .name = row_dup(a, &r, i, 2),
                                        .rank = row_dup(a, &r, i, 3),
                                        .is_disabled = row_bool(&r, i, 4),
                                        .seen_us = row_time(&r, i, 5)};
    *out = all;
    return true;
}
