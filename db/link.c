/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Stored files on their way out. See link.h. */
#include "db/link.h"

#include "base/refusals.h"
#include "db/event.h"
#include "db/query.h"
#include <sodium.h>
#include <string.h>

enum { TOKEN_BYTES = 16, TOKEN_LETTERS = 26 };

/* ---------------------------------------------------------------- files */

#define FILE_COLUMNS                                                                               \
    "f.id, f.item_id, f.blob_id, b.size, f.seq, coalesce(f.filename, ''), f.type,"                 \
    " encode(b.sha256, 'hex'), i.secrecy <> ''"

static struct stored_file file_of(struct arena *a, const struct rows *r, int row, int col)
{
    return (struct stored_file){.id = row_int(r, row, col),
                                .item_id = row_int(r, row, col + 1),
                                .blob_id = row_int(r, row, col + 2),
                                .size_bytes = row_int(r, row, col + 3),
                                .seq = (int)row_int(r, row, col + 4),
                                .filename = row_dup(a, r, row, col + 5),
                                .type = row_dup(a, r, row, col + 6),
                                .sha256 = row_dup(a, r, row, col + 7),
                                .is_secret = row_bool(r, row, col + 8)};
}

static const char file_sql[] = "select " FILE_COLUMNS " from attachment f"
                               " join blob b on b.id = f.blob_id join item i on i.id = f.item_id"
                               " where f.id = $1";

bool file_find(struct arena *a, struct db *db, int64_t id, struct stored_file *out, bool *found_out,
               struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_int(&p, id);
    if (!db_query_kept(db, file_sql, &p, &r, err))
        return false;
    *found_out = r.n == 1;
    if (r.n == 1)
        *out = file_of(a, &r, 0, 0);
    return true;
}

/* ---------------------------------------------------------------- tokens */

/* 128 bits as 26 letters: base32 without the four bits that are over. */
static char *new_token(struct arena *a)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    unsigned char bytes[TOKEN_BYTES + 1] = {0};
    char *token = arena_alloc(a, TOKEN_LETTERS + 1);
    randombytes_buf(bytes, TOKEN_BYTES);
    for (int i = 0; i < TOKEN_LETTERS; i++) {
        int bit = 5 * i;
        unsigned two = (unsigned)bytes[bit / 8] << 8 | bytes[bit / 8 + 1];
        token[i] = letters[two >> (11 - bit % 8) & 31];
    }
    return token;
}

static void hash_of(const char *token, unsigned char out[crypto_hash_sha256_BYTES])
{
    crypto_hash_sha256(out, (const unsigned char *)token, strlen(token));
}

/* ---------------------------------------------------------------- making one */

/* The files that were attached; of those that are asked for, each must be one. */
static const char item_sql[] =
    "select i.id, i.secrecy <> '', (select count(*) from attachment f where f.item_id = i.id"
    "  and f.is_attachment and ($2::int[] is null or f.seq = any($2::int[])))"
    " from item i where i.no || '/' || i.year = $1 for share";

static const char add_sql[] =
    "insert into link (token_hash, item_id, files, created_by, expires_at)"
    " values ($1, $2, $3::int[], $4, office_now() + $5::int * interval '1 day')"
    " returning id, us(expires_at)";

/* "{0,2}" of 1, 3; NULL for all. */
static const char *seqs_text(struct arena *a, const struct link_wish *w)
{
    const char *text = "{";
    if (!w->seqs)
        return NULL;
    for (int i = 0; i < w->n_seqs; i++)
        text = arena_printf(a, "%s%s%d", text, i ? "," : "", w->seqs[i] - 1);
    return arena_printf(a, "%s}", text);
}

static bool check_item(struct db *db, const struct link_wish *w, const char *seqs,
                       int64_t *item_out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_text(&p, w->register_no);
    param_text(&p, seqs);
    if (!db_query(db, item_sql, &p, &r, err))
        return false;
    if (r.n == 0)
        return err_say(err, REFUSE_ITEM_UNKNOWN, w->register_no);
    if (row_bool(&r, 0, 1))
        return err_say(err, REFUSE_LINK_SECRET, w->register_no);
    if (row_int(&r, 0, 2) == 0 || (seqs && row_int(&r, 0, 2) != w->n_seqs))
        return err_say(err, REFUSE_LINK_NO_FILE, w->register_no);
    *item_out = row_int(&r, 0, 0);
    return true;
}

static bool add(struct arena *a, struct db *db, const struct link_wish *w, struct link_made *made,
                struct err *err)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    const char *seqs = seqs_text(a, w);
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    int64_t item_id;
    if (!check_item(db, w, seqs, &item_id, err))
        return false;
    hash_of(made->token, hash);
    param_bytes(&p, hash, sizeof hash);
    param_int(&p, item_id);
    param_text(&p, seqs);
    param_text(&p, w->who);
    param_int(&p, w->days);
    if (!db_query(db, add_sql, &p, &r, err))
        return false;
    made->id = (int)row_int(&r, 0, 0);
    made->expires_us = row_time(&r, 0, 1);
    const struct event e = {.who = w->who,
                            .item_id = item_id,
                            .what = "link",
                            .detail_json =
                                arena_printf(a, "{\"link\": %d, \"days\": %d}", made->id, w->days)};
    return event_append(db, &e, err);
}

bool link_new(struct arena *a, struct db *db, const struct link_wish *w, struct link_made *out,
              struct err *err)
{
    if (w->days < 1 || w->days > LINK_DAYS_MAX)
        return err_say(err, REFUSE_LINK_DAYS, LINK_DAYS_MAX);
    struct link_made made = {.token = new_token(a)};
    if (!db_begin(db, err))
        return false;
    struct db *tx CLEANUP(db_rollbackp) = db;
    if (!add(a, db, w, &made, err) || !db_commit(tx, err))
        return false;
    *out = made;
    return true;
}

/* ---------------------------------------------------------------- using one */

static const char find_sql[] =
    "select l.id, i.no || '/' || i.year, us(l.expires_at), " FILE_COLUMNS
    " from link l join item i on i.id = l.item_id join attachment f on f.item_id = i.id"
    " join blob b on b.id = f.blob_id"
    " where l.token_hash = $1 and l.revoked_at is null and l.expires_at > office_now()"
    " and i.secrecy = '' and f.is_attachment and (l.files is null or f.seq = any(l.files))"
    " order by f.seq";

bool link_find(struct arena *a, struct db *db, const char *token, int *id_out,
               const char **register_no_out, int64_t *expires_us_out, struct stored_files *out,
               bool *found_out, struct err *err)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    hash_of(token, hash);
    param_bytes(&p, hash, sizeof hash);
    if (!db_query_kept(db, find_sql, &p, &r, err))
        return false;
    *found_out = r.n > 0;
    if (r.n == 0)
        return true;
    *id_out = (int)row_int(&r, 0, 0);
    *register_no_out = row_dup(a, &r, 0, 1);
    *expires_us_out = row_time(&r, 0, 2);
    out->n = r.n;
    out->file = arena_array(a, (size_t)r.n, sizeof *out->file);
    for (int i = 0; i < r.n; i++)
        out->file[i] = file_of(a, &r, i, 3);
    return true;
}

static const char used_sql[] =
    "update link set n_uses = n_uses + 1, used_at = clock_timestamp() where id = $1";

bool link_used(struct db *db, int id, struct err *err)
{
    struct params p = {0};
    param_int(&p, id);
    return db_query(db, used_sql, &p, NULL, err);
}

/* ---------------------------------------------------------------- keeping them */

static const char list_sql[] =
    "select l.id, i.no || '/' || i.year, us(l.created_at), us(l.expires_at), us(l.revoked_at),"
    " us(l.used_at), l.created_by, l.revoked_by, l.revoked_why, l.n_uses,"
    " (select count(*) from attachment f where f.item_id = i.id and f.is_attachment"
    "  and (l.files is null or f.seq = any(l.files)))"
    " from item i left join link l on l.item_id = i.id where i.no || '/' || i.year = $1"
    " order by l.id desc";

bool link_list(struct arena *a, struct db *db, const char *register_no, struct links *out,
               struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_text(&p, register_no);
    if (!db_query(db, list_sql, &p, &r, err))
        return false;
    if (r.n == 0)
        return err_say(err, REFUSE_ITEM_UNKNOWN, register_no);
    struct links all = {arena_array(a, (size_t)r.n, sizeof *all.link),
                        row_null(&r, 0, 0) ? 0 : r.n};
    for (int i = 0; i < all.n; i++)
        all.link[i] = (struct link){.id = (int)row_int(&r, i, 0),
                                    .register_no = row_dup(a, &r, i, 1),
                                    .created_us = row_time(&r, i, 2),
                                    .expires_us = row_time(&r, i, 3),
                                    .revoked_us = row_time(&r, i, 4),
                                    .used_us = row_time(&r, i, 5),
                                    .created_by = row_dup(a, &r, i, 6),
                                    .revoked_by = row_dup(a, &r, i, 7),
                                    .revoked_why = row_dup(a, &r, i, 8),
                                    .n_uses = (int)row_int(&r, i, 9),
                                    .n_files = (int)row_int(&r, i, 10)};
    *out = all;
    return true;
}

static const char revoke_sql[] =
    "update link set revoked_at = office_now(), revoked_by = $2, revoked_why = $3"
    " where id = $1 and revoked_at is null returning item_id";

bool link_revoke(struct db *db, int id, const char *who, const char *why, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    if (!why || !*why)
        return err_say(err, REFUSE_REVOKE_WHY, id);
    if (!db_begin(db, err))
        return false;
    struct db *tx CLEANUP(db_rollbackp) = db;
    param_int(&p, id);
    param_text(&p, who);
    param_text(&p, why);
    if (!db_query(db, revoke_sql, &p, &r, err))
        return false;
    if (r.n == 0)
        return err_say(err, REFUSE_LINK_UNKNOWN, id);
    const struct event e = {.who = who,
                            .item_id = row_int(&r, 0, 0),
                            .what = "revoke link",
                            .why = why,
                            .detail_json = arena_printf(a, "{\"link\": %d}", id)};
    return event_append(db, &e, err) && db_commit(tx, err);
}
