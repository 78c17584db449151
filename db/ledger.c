/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The ledger of mails and their copies. See ledger.h. */
#include "db/ledger.h"

#include "base/refusals.h"
#include "db/blob.h"
#include "db/event.h"
#include "db/query.h"
#include <assert.h>
#include <string.h>

static const char message_sql[] =
    "insert into message (mailbox_id, blob_id, entered_at) values ($1, $2, from_us($3::bigint))"
    " on conflict (blob_id) do update set blob_id = excluded.blob_id returning id, state";
static const char copy_sql[] =
    "insert into message_copy (mailbox_id, uidvalidity, uid, message_fk) values ($1, $2, $3, $4)"
    " on conflict do nothing";
static const char too_large_known_sql[] =
    "select m.id from message_copy c join message m on m.id = c.message_fk"
    " where c.mailbox_id = $1 and c.uidvalidity = $2 and c.uid = $3 and m.blob_id is null"
    " and m.entered_at = from_us($4::bigint)";
static const char too_large_sql[] = "insert into message (mailbox_id, entered_at, state, why) "
                                    "values ($1, from_us($2::bigint), 'quarantined', $3)"
                                    " returning id";
static const char pending_sql[] =
    "select id, blob_id, us(entered_at), attempts, released_by from message"
    " where mailbox_id = $1 and state = 'stored' order by id limit $2";
static const char attempt_sql[] = "update message set attempts = attempts + 1 where id = $1 and "
                                  "state = 'stored' and attempts < $2";
static const char aside_sql[] =
    "update message set state = $2, why = $3 where id = $1 and state = 'stored'";
static const char state_sql[] = "select state from message where id = $1";
static const char filed_sql[] =
    "update message_copy set filed_at = clock_timestamp(), filed_to = $5::text"
    " where mailbox_id = $1 and uidvalidity = $2 and uid = $3 and message_fk = $4"
    " and (filed_at is null or filed_to is null and $5::text is not null)";
static const char identity_sql[] =
    "select b.sha256, b.size, (select count(*) from message_copy c"
    "   join mailbox m on m.id = c.mailbox_id join mailbox own on own.id = $1"
    "   where c.message_fk = $2 and c.filed_to = $3 and m.host = own.host and m.login = own.login)"
    " from message m join blob b on b.id = m.blob_id where m.id = $2";
static const char release_find_sql[] =
    "select state, blob_id is null from message where id = $1 for update";
static const char release_sql[] =
    "update message set state = 'stored', why = '', attempts = 0, released_by = $2 where id = $1";
static const char notify_sql[] = "notify thanwela_mailbox";
static const char waiting_sql[] = "select count(*) from message where state = 'stored'";

static const char *const state_names[] = {"stored", "registered", "duplicate", "ignored",
                                          "quarantined"};
static_assert(ARRAY_LEN(state_names) == MESSAGE_N_STATES, "a name for each state");

const char *message_state_name(enum message_state s)
{
    return state_names[s];
}

static enum message_state state_from(const char *name)
{
    for (int s = 0; s < MESSAGE_N_STATES; s++)
        if (strcmp(name, state_names[s]) == 0)
            return (enum message_state)s;
    assert(false && "a state that the table's check does not allow");
    return MESSAGE_STORED;
}

/* The place where a copy lies: the first three parameters of the copy statements. */
static void param_place(struct params *p, const struct ledger_mail *m)
{
    param_int(p, m->mailbox_id);
    param_int(p, m->uidvalidity);
    param_int(p, m->uid);
}

static bool note_copy(struct db *db, const struct ledger_mail *m, int64_t message_id,
                      struct err *err)
{
    struct params p = {0};
    param_place(&p, m);
    param_int(&p, message_id);
    return db_query(db, copy_sql, &p, NULL, err);
}

bool ledger_store(struct db *db, const struct ledger_mail *m, struct ledger_message *out,
                  struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    struct blob_source raw = {.fd = m->raw_fd, .size = m->size_bytes, .sha256 = m->sha256};
    int64_t blob_id;
    if (!blob_store(db, &raw, &blob_id, err))
        return false;
    param_int(&p, m->mailbox_id);
    param_int(&p, blob_id);
    param_int(&p, m->entered_at_us);
    if (!db_query(db, message_sql, &p, &r, err))
        return false;
    out->id = row_int(&r, 0, 0);
    out->state = state_from(row_text(&r, 0, 1));
    return note_copy(db, m, out->id, err);
}

bool ledger_too_large(struct db *db, const struct ledger_mail *m, uint64_t limit_bytes,
                      struct ledger_message *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    struct err why;
    param_place(&p, m);
    param_int(&p, m->entered_at_us);
    if (!db_query(db, too_large_known_sql, &p, &r, err))
        return false;
    out->state = MESSAGE_QUARANTINED;
    if (r.n > 0) {
        out->id = row_int(&r, 0, 0);
        return true;
    }
    err_set(
        &why, ERR_REFUSE,
        "mail of %llu bytes is over the limit of %llu: it stays in the mailbox, take it by hand",
        (unsigned long long)m->size_bytes, (unsigned long long)limit_bytes);
    p = (struct params){0};
    param_int(&p, m->mailbox_id);
    param_int(&p, m->entered_at_us);
    param_text(&p, why.text);
    if (!db_query(db, too_large_sql, &p, &r, err))
        return false;
    out->id = row_int(&r, 0, 0);
    return note_copy(db, m, out->id, err);
}

bool ledger_pending(struct db *db, struct arena *a, int mailbox_id, int limit,
                    struct ledger_pending **out, uint32_t *n_out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_int(&p, mailbox_id);
    param_int(&p, limit);
    if (!db_query(db, pending_sql, &p, &r, err))
        return false;
    struct ledger_pending *list = arena_array(a, (size_t)r.n, sizeof *list);
    for (int i = 0; i < r.n; i++)
        list[i] = (struct ledger_pending){
            .id = row_int(&r, i, 0),
            .blob_id = row_int(&r, i, 1),
            .entered_at_us = row_time(&r, i, 2),
            .attempts = (int)row_int(&r, i, 3),
            .released_by = row_dup(a, &r, i, 4),
        };
    *out = list;
    *n_out = (uint32_t)r.n;
    return true;
}

/* Not waiting for the disk: it is the child's death that is counted, not the machine's. */
bool ledger_attempt(struct db *db, const struct ledger_pending *m, bool *go_out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_int(&p, m->id);
    param_int(&p, ATTEMPTS_MAX);
    if (!db_begin_async(db, err))
        return false;
    struct db *tx CLEANUP(db_rollbackp) = db;
    if (!db_query(db, attempt_sql, &p, &r, err))
        return false;
    *go_out = r.touched == 1;
    return db_commit(tx, err);
}

bool ledger_aside(struct db *db, int64_t message_id, enum message_state state, const char *why,
                  struct err *err)
{
    struct params p = {0};
    assert(state == MESSAGE_QUARANTINED || state == MESSAGE_IGNORED);
    param_int(&p, message_id);
    param_text(&p, message_state_name(state));
    param_text(&p, why);
    if (!db_begin(db, err)) /* the mail leaves the inbox after it: it waits for the disk */
        return false;
    struct db *tx CLEANUP(db_rollbackp) = db;
    return db_query(db, aside_sql, &p, NULL, err) && db_commit(tx, err);
}

bool ledger_state(struct db *db, int64_t message_id, enum message_state *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_int(&p, message_id);
    if (!db_query(db, state_sql, &p, &r, err))
        return false;
    if (r.n != 1)
        return err_set(err, ERR_FATAL, "database: there is no mail %lld", (long long)message_id);
    *out = state_from(row_text(&r, 0, 0));
    return true;
}

bool ledger_filed(struct db *db, const struct ledger_mail *m, int64_t message_id,
                  const char *folder, struct err *err)
{
    struct params p = {0};
    param_place(&p, m);
    param_int(&p, message_id);
    param_text(&p, folder);
    if (!db_begin_async(db, err))
        return false;
    struct db *tx CLEANUP(db_rollbackp) = db;
    return db_query(db, filed_sql, &p, NULL, err) && db_commit(tx, err);
}

bool ledger_identity(struct db *db, int mailbox_id, int64_t message_id, const char *folder,
                     struct ledger_identity *out, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    size_t n;
    param_int(&p, mailbox_id);
    param_int(&p, message_id);
    param_text(&p, folder);
    if (!db_query(db, identity_sql, &p, &r, err))
        return false;
    if (r.n != 1)
        return err_set(err, ERR_FATAL, "database: the bytes of mail %lld are not there",
                       (long long)message_id);
    const uint8_t *sha256 = row_bytes(a, &r, 0, 0, &n);
    assert(n == sizeof out->sha256);
    memcpy(out->sha256, sha256, sizeof out->sha256);
    out->size_bytes = (uint64_t)row_int(&r, 0, 1);
    out->n_filed = (uint32_t)row_int(&r, 0, 2);
    return true;
}

bool ledger_release(struct db *db, int64_t message_id, const char *who, const char *why,
                    struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_int(&p, message_id);
    if (!db_begin(db, err))
        return false;
    struct db *tx CLEANUP(db_rollbackp) = db;
    if (!db_query(db, release_find_sql, &p, &r, err))
        return false;
    if (r.n != 1)
        return err_say(err, REFUSE_MAIL_UNKNOWN, (long long)message_id);
    if (strcmp(row_text(&r, 0, 0), "quarantined") != 0)
        return err_say(err, REFUSE_MAIL_NOT_HELD, (long long)message_id, row_text(&r, 0, 0));
    if (row_bool(&r, 0, 1))
        return err_say(err, REFUSE_MAIL_TOO_LARGE, (long long)message_id);
    param_text(&p, who);
    struct err name;
    err_set(&name, ERR_NONE, "release mail %lld", (long long)message_id);
    struct event e = {.who = who, .what = name.text, .why = why};
    return db_query(db, release_sql, &p, NULL, err) && db_query(db, notify_sql, NULL, NULL, err) &&
           event_append(db, &e, err) && db_commit(tx, err);
}

bool ledger_waiting(struct db *db, int64_t *n_out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!db_query(db, waiting_sql, NULL, &r, err))
        return false;
    *n_out = row_int(&r, 0, 0);
    return true;
}
