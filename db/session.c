/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Signing in. See person.h. A wrong login costs the same Argon2id as a wrong password, so that the
 * time of an answer does not tell who is known. */
#include "db/person.h"

#include "db/event.h"
#include "db/query.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { TOKEN_BYTES = 32, TOKEN_TEXT = 2 * TOKEN_BYTES + 1 };

static void random_text(char out[TOKEN_TEXT])
{
    unsigned char bytes[TOKEN_BYTES];
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(out, TOKEN_TEXT, bytes, sizeof bytes);
}

static void hash_of(const char *token, unsigned char out[crypto_hash_sha256_BYTES])
{
    crypto_hash_sha256(out, (const unsigned char *)token, strlen(token));
}

static struct person person_of(struct arena *a, const struct rows *r, int col)
{
    return (struct person){.id = row_int(r, 0, col),
                           .login = row_dup(a, r, 0, col + 1),
                           .name = row_dup(a, r, 0, col + 2),
                           .rank = row_dup(a, r, 0, col + 3),
                           .seen_us = TIME_NONE};
}

/* ---------------------------------------------------------------- what is kept of it */

static const char log_sql[] = "insert into access_log (what, who, item_id, attachment_id, address)"
                              " values ($1, $2, $3, $4, $5)";

/* A login that nobody has may be a password in the wrong field: it is not written down. */
static const char try_sql[] =
    "insert into access_log (what, who, address)"
    " values ($1, coalesce((select login from person where login = $2), '?'), $3)";

static bool keep(struct db *db, const char *what, const char *login, const char *address,
                 struct err *err)
{
    struct params p = {0};
    param_text(&p, what);
    param_text(&p, login);
    param_text(&p, address);
    return db_query(db, try_sql, &p, NULL, err);
}

bool access_opened(struct db *db, const char *who, int64_t item_id, int64_t file_id,
                   const char *address, struct err *err)
{
    struct params p = {0};
    param_text(&p, "opened");
    param_text(&p, who);
    param_int(&p, item_id);
    param_int(&p, file_id);
    param_text(&p, address);
    return db_query(db, log_sql, &p, NULL, err);
}

/* ---------------------------------------------------------------- signing in */

static const char locked_sql[] = "select us(sign_in_locked($1, $2))";

static bool is_locked(struct db *db, const char *login, const char *address, int64_t *until_us_out,
                      struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_text(&p, login);
    param_text(&p, address);
    if (!db_query(db, locked_sql, &p, &r, err))
        return false;
    *until_us_out = row_time(&r, 0, 0);
    return true;
}

static const char told_sql[] = "select sign_in_told($1, $2)";

/* Kept once a lock: a flood of tries must not fill a log that nobody may shorten. */
static bool keep_locked(struct db *db, const char *login, const char *address, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_text(&p, login);
    param_text(&p, address);
    return db_query(db, told_sql, &p, &r, err) &&
           (!row_bool(&r, 0, 0) || keep(db, "locked", login, address, err));
}

static const char person_sql[] = "select id, login, name, rank, password from person"
                                 " where login = $1 and disabled_at is null";

/* A hash that no password has, of the usual cost: what an unknown login is compared with. */
static const char nobody[crypto_pwhash_STRBYTES] =
    "$argon2id$v=19$m=65536,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

static bool is_right(const struct rows *r, const char *password)
{
    const char *kept = r->n == 1 ? row_text(r, 0, 4) : "";
    char hash[crypto_pwhash_STRBYTES] = "";
    strncpy(hash, *kept ? kept : nobody, sizeof hash - 1);
    bool fits = crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
    return fits && *kept;
}

static const char failed_sql[] = "select sign_in_failed($1, $2)";

static bool refuse(struct db *db, const char *login, const char *address, struct err *err)
{
    struct params p = {0};
    param_text(&p, login);
    param_text(&p, address);
    return db_query(db, failed_sql, &p, NULL, err) &&
           keep(db, "wrong password", login, address, err);
}

static const char forgiven_sql[] = "select sign_in_forgiven($1, $2)";

static bool forgive(struct db *db, const char *login, const char *address, struct err *err)
{
    struct params p = {0};
    param_text(&p, login);
    param_text(&p, address);
    return db_query(db, forgiven_sql, &p, NULL, err);
}

static const char open_sql[] =
    "insert into session (token_hash, person_id, csrf, address) values ($1, $2, $3, $4)";

static bool begin(struct arena *a, struct db *db, const char *address, struct session *s,
                  struct err *err)
{
    char token[TOKEN_TEXT], csrf[TOKEN_TEXT];
    unsigned char hash[crypto_hash_sha256_BYTES];
    random_text(token);
    random_text(csrf);
    hash_of(token, hash);
    s->token = arena_strdup(a, token);
    s->csrf = arena_strdup(a, csrf);
    struct params p = {0};
    param_bytes(&p, hash, sizeof hash);
    param_int(&p, s->person.id);
    param_text(&p, csrf);
    param_text(&p, address);
    return forgive(db, s->person.login, address, err) && db_query(db, open_sql, &p, NULL, err) &&
           keep(db, "signed in", s->person.login, address, err);
}

bool session_open(struct arena *a, struct db *db, const char *login, const char *password,
                  const char *address, enum session_fate *fate_out, struct session *out,
                  int64_t *locked_until_us_out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct session s = {0};
    struct params p = {0};
    param_text(&p, login);
    if (!is_locked(db, login, address, locked_until_us_out, err))
        return false;
    if (*locked_until_us_out != TIME_NONE) {
        *fate_out = SESSION_LOCKED;
        return keep_locked(db, login, address, err);
    }
    if (!db_query(db, person_sql, &p, &r, err))
        return false;
    if (strlen(password) > PASSWORD_BYTES_MAX || !is_right(&r, password)) {
        *fate_out = SESSION_WRONG;
        return refuse(db, login, address, err);
    }
    s.person = person_of(a, &r, 0);
    if (!begin(a, db, address, &s, err))
        return false;
    *fate_out = SESSION_OPEN;
    *out = s;
    return true;
}

/* seen_at moves at most once a minute: a look at a page is not a write. */
static const char find_sql[] =
    "with s as (select * from session where token_hash = $1 and ended_at is null"
    "            and seen_at > clock_timestamp() - $2::int * interval '1 s'"
    "            and opened_at > clock_timestamp() - $3::int * interval '1 s'),"
    " seen as (update session set seen_at = clock_timestamp() where token_hash = $1"
    "          and seen_at < clock_timestamp() - interval '1 min' and exists (select from s))"
    " select p.id, p.login, p.name, p.rank, s.csrf from s join person p on p.id = s.person_id"
    " where p.disabled_at is null";

bool session_find(struct arena *a, struct db *db, const char *token, enum session_fate *fate_out,
                  struct session *out, struct err *err)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    hash_of(token, hash);
    param_bytes(&p, hash, sizeof hash);
    param_int(&p, SESSION_IDLE_S);
    param_int(&p, SESSION_LIFE_S);
    if (!db_query_kept(db, find_sql, &p, &r, err))
        return false;
    *fate_out = r.n == 1 ? SESSION_OPEN : SESSION_NONE;
    if (r.n == 1)
        *out = (struct session){.csrf = row_dup(a, &r, 0, 4), .person = person_of(a, &r, 0)};
    return true;
}

/* As above: the row moves at most once a minute. $3 idle, $4 life, in seconds */
static const char proxy_sql[] =
    "with t as (select clock_timestamp() as now),"
    " p as (select id, login, name, rank from person where login = $1 and disabled_at is null),"
    " s as (insert into proxy_session as o (person_id, address, opened_at, seen_at)"
    "        select p.id, $2, t.now, t.now from p, t where not exists"
    "         (select from proxy_session x where x.person_id = p.id and x.address = $2"
    "           and x.seen_at > t.now - interval '1 min'"
    "           and x.opened_at > t.now - $4::int * interval '1 s')"
    "        on conflict (person_id, address) do update set seen_at = excluded.seen_at,"
    "         opened_at = case when o.seen_at > excluded.seen_at - $3::int * interval '1 s'"
    "          and o.opened_at > excluded.seen_at - $4::int * interval '1 s'"
    "          then o.opened_at else excluded.opened_at end"
    "        returning opened_at = seen_at as is_new),"
    " l as (insert into access_log (what, who, address)"
    "        select 'signed in', p.login, $2 from p, s where s.is_new)"
    " select id, login, name, rank from p";

bool session_by_proxy(struct arena *a, struct db *db, const char *login, const char *address,
                      enum session_fate *fate_out, struct person *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_text(&p, login);
    param_text(&p, address);
    param_int(&p, SESSION_IDLE_S);
    param_int(&p, SESSION_LIFE_S);
    if (!db_query_kept(db, proxy_sql, &p, &r, err))
        return false;
    *fate_out = r.n == 1 ? SESSION_OPEN : SESSION_NONE;
    if (r.n == 1)
        *out = person_of(a, &r, 0);
    return true;
}

static const char close_sql[] =
    "with s as (update session set ended_at = clock_timestamp() where token_hash = $1"
    "            and ended_at is null returning person_id)"
    " insert into access_log (what, who, address)"
    " select 'signed out', p.login, $2 from s join person p on p.id = s.person_id";

bool session_close(struct db *db, const char *token, const char *address, struct err *err)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    struct params p = {0};
    hash_of(token, hash);
    param_bytes(&p, hash, sizeof hash);
    param_text(&p, address);
    return db_query(db, close_sql, &p, NULL, err);
}
