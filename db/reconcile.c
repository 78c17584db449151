/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Mailbox against ledger. See reconcile.h; what differs, and why, stands in 0031. */
#include "db/reconcile.h"

#include "base/buf.h"
#include "db/query.h"
#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum { PIECE_MAILS = 2000 }; /* rows of a listing in one statement */

/* ---- the mailbox role */

static const char asked_sql[] =
    "select m.reconcile_asked, m.reconcile_asked > coalesce((select max(r.answers) from "
    "reconcile_run r where r.mailbox_id = m.id), 0) from mailbox m where m.id = $1";
static const char listen_sql[] = "listen thanwela_mailbox";
static const char begin_sql[] = "select folder_begin($1::int, $2, $3, $4)";
static const char put_sql[] = "select folder_put($1::int, $2, $3::bigint, $4::bigint, "
                              "$5::bigint[], $6::bigint[], $7::bigint[], $8::boolean[], "
                              "$9::boolean[])";
static const char match_sql[] = "select folder_match($1::int)";
static const char unread_sql[] =
    "select uid, size from folder_mail where mailbox_id = $1 and place = $2 and message_fk is null"
    " and sha256 is null and not is_too_large order by uid limit $3";
static const char hashed_sql[] =
    "update folder_mail set sha256 = $4 where mailbox_id = $1 and place = $2 and uid = $3";
bool reconcile_asked(struct db *db, int mailbox_id, int64_t *request_out, bool *waits_out,
                     struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_int(&p, mailbox_id);
    if (!db_query(db, asked_sql, &p, &r, err))
        return false;
    *request_out = row_int(&r, 0, 0);
    *waits_out = row_bool(&r, 0, 1);
    return true;
}

bool reconcile_listen(struct db *db, struct err *err)
{
    return db_query(db, listen_sql, NULL, NULL, err);
}

struct piece { /* the columns of some rows, as arrays of PostgreSQL */
    struct buf uids, sizes, dates, deleted, too_large;
};

static void piece_fini(struct piece *p)
{
    buf_fini(&p->uids);
    buf_fini(&p->sizes);
    buf_fini(&p->dates);
    buf_fini(&p->deleted);
    buf_fini(&p->too_large);
}

static void fill_piece(struct piece *p, const struct reconcile_mail *mails, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        const char *mark = i ? "," : "{";
        buf_addf(&p->uids, "%s%" PRIu32, mark, mails[i].uid);
        buf_addf(&p->sizes, "%s%" PRIu64, mark, mails[i].size_bytes);
        buf_addf(&p->dates, "%s%" PRId64, mark, mails[i].internaldate_us);
        buf_addf(&p->deleted, "%s%c", mark, mails[i].is_deleted ? 't' : 'f');
        buf_addf(&p->too_large, "%s%c", mark, mails[i].is_too_large ? 't' : 'f');
    }
    struct buf *const all[] = {&p->uids, &p->sizes, &p->dates, &p->deleted, &p->too_large};
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        buf_adds(all[i], n ? "}" : "{}");
}

static void param_folder(struct params *p, const struct reconcile_folder *f)
{
    param_int(p, f->mailbox_id);
    param_text(p, f->place);
}

/* What lies at the UIDs after from_uid up to to_uid. */
static bool put_piece(struct db *db, const struct reconcile_folder *f, uint32_t from_uid,
                      uint32_t to_uid, const struct reconcile_mail *mails, uint32_t n,
                      struct err *err)
{
    struct piece piece CLEANUP(piece_fini) = {0};
    struct params p = {0};
    fill_piece(&piece, mails, n);
    param_folder(&p, f);
    param_int(&p, from_uid);
    param_int(&p, to_uid);
    param_text(&p, buf_str(&piece.uids));
    param_text(&p, buf_str(&piece.sizes));
    param_text(&p, buf_str(&piece.dates));
    param_text(&p, buf_str(&piece.deleted));
    param_text(&p, buf_str(&piece.too_large));
    return db_query(db, put_sql, &p, NULL, err);
}

bool reconcile_listed(struct db *db, const struct reconcile_folder *f,
                      const struct reconcile_mail *mails, uint32_t n, struct err *err)
{
    struct params p = {0};
    uint32_t from_uid = 0, done = 0;
    param_folder(&p, f);
    param_text(&p, f->name);
    param_int(&p, f->uidvalidity);
    if (!db_query(db, begin_sql, &p, NULL, err))
        return false;
    do {
        uint32_t take = n - done < PIECE_MAILS ? n - done : PIECE_MAILS;
        uint32_t to_uid = done + take == n ? UINT32_MAX : mails[done + take - 1].uid;
        if (!put_piece(db, f, from_uid, to_uid, mails + done, take, err))
            return false;
        from_uid = to_uid;
        done += take;
    } while (done < n);
    p.n = 1;
    return db_query(db, match_sql, &p, NULL, err);
}

bool reconcile_unread(struct db *db, struct arena *a, const struct reconcile_folder *f, int limit,
                      struct reconcile_mail **out, uint32_t *n_out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_folder(&p, f);
    param_int(&p, limit);
    if (!db_query(db, unread_sql, &p, &r, err))
        return false;
    struct reconcile_mail *mails = arena_array(a, (size_t)r.n, sizeof *mails);
    for (int i = 0; i < r.n; i++)
        mails[i] = (struct reconcile_mail){.uid = (uint32_t)row_int(&r, i, 0),
                                           .size_bytes = (uint64_t)row_int(&r, i, 1)};
    *out = mails;
    *n_out = (uint32_t)r.n;
    return true;
}

bool reconcile_hashed(struct db *db, const struct reconcile_folder *f, uint32_t uid,
                      const uint8_t sha256[32], struct err *err)
{
    struct params p = {0};
    param_folder(&p, f);
    param_int(&p, uid);
    param_bytes(&p, sha256, 32);
    return db_query(db, hashed_sql, &p, NULL, err);
}

bool reconcile_compare(struct db *db, int mailbox_id, int64_t request, struct reconcile_total *out,
                       struct err *err)
{
    static const char run_sql[] = "select reconcile($1::int, $2::bigint)";
    static const char total_sql[] =
        "select n_explained, n_unexplained from reconcile_run where id = $1";
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_int(&p, mailbox_id);
    param_int(&p, request);
    if (!db_begin_async(db, err))
        return false;
    struct db *tx CLEANUP(db_rollbackp) = db;
    if (!db_query(db, run_sql, &p, &r, err))
        return false;
    p = (struct params){0};
    param_int(&p, row_int(&r, 0, 0));
    if (!db_query(db, total_sql, &p, &r, err))
        return false;
    *out = (struct reconcile_total){row_int(&r, 0, 0), row_int(&r, 0, 1)};
    return db_commit(tx, err);
}

/* ---- who asks */

static const char ask_sql[] = "update mailbox set reconcile_asked = reconcile_asked + 1";
static const char notify_sql[] = "notify thanwela_mailbox";
static const char unanswered_sql[] =
    "select count(*) from mailbox m where m.last_poll_at > office_now() - interval '10 minutes'"
    " and m.reconcile_asked > coalesce((select max(r.answers) from reconcile_run r"
    "  where r.mailbox_id = m.id), 0)";
#define LAST_RUN                                                                                   \
    "lateral (select * from reconcile_run x where x.mailbox_id = m.id"                             \
    " and ($1::bigint is null or x.at <= from_us($1)) order by x.id desc limit 1) r"
static const char runs_sql[] =
    "select coalesce(r.id, 0), m.name, us(r.at), r.answers >= m.reconcile_asked, r.n_inbox, "
    "r.n_done,"
    " r.n_aside, r.n_known, r.n_explained, r.n_unexplained from mailbox m left join " LAST_RUN
    " on true order by m.name collate \"C\"";
static const char counts_sql[] =
    "select r.id, c.class, c.explained, c.n from mailbox m cross join " LAST_RUN
    " join reconcile_count c on c.run_id = r.id"
    " order by m.name collate \"C\", c.explained, c.class";
static const char differences_sql[] =
    "select r.id, coalesce(d.message_fk, 0), d.class, m.name, d.explained, coalesce(d.place, ''),"
    " coalesce(f.name, ''), coalesce(i.no || '/' || i.year, ''),"
    " coalesce(case when i.secrecy <> '' then '(ลับ)' else i.subject end, ''),"
    " d.uid, d.size, us(d.internaldate), d.n_there, d.n_known"
    " from mailbox m cross join " LAST_RUN " join reconcile_difference d on d.run_id = r.id"
    " left join folder f on f.mailbox_id = m.id and f.place = d.place"
    " left join message g on g.id = d.message_fk"
    " left join item i on i.message_fk = coalesce(g.duplicate_of, g.id)"
    " order by m.name collate \"C\", d.seq";

bool reconcile_ask(struct db *db, struct err *err)
{
    if (!db_begin_async(db, err))
        return false;
    struct db *tx CLEANUP(db_rollbackp) = db;
    return db_query(db, ask_sql, NULL, NULL, err) && db_query(db, notify_sql, NULL, NULL, err) &&
           db_commit(tx, err);
}

bool reconcile_unanswered(struct db *db, int64_t *n_out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!db_query(db, unanswered_sql, NULL, &r, err))
        return false;
    *n_out = row_int(&r, 0, 0);
    return true;
}

static bool read_runs(struct arena *a, struct db *db, const struct params *p,
                      struct reconcile_found *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!db_query(db, runs_sql, p, &r, err))
        return false;
    out->n_runs = r.n;
    out->runs = arena_array(a, (size_t)r.n, sizeof *out->runs);
    for (int i = 0; i < r.n; i++)
        out->runs[i] = (struct reconcile_run){.id = row_int(&r, i, 0),
                                              .mailbox = row_dup(a, &r, i, 1),
                                              .at_us = row_time(&r, i, 2),
                                              .is_fresh = row_bool(&r, i, 3),
                                              .n_inbox = row_int(&r, i, 4),
                                              .n_done = row_int(&r, i, 5),
                                              .n_aside = row_int(&r, i, 6),
                                              .n_known = row_int(&r, i, 7),
                                              .n_explained = row_int(&r, i, 8),
                                              .n_unexplained = row_int(&r, i, 9)};
    return true;
}

static bool read_counts(struct arena *a, struct db *db, const struct params *p,
                        struct reconcile_found *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!db_query(db, counts_sql, p, &r, err))
        return false;
    out->n_counts = r.n;
    out->counts = arena_array(a, (size_t)r.n, sizeof *out->counts);
    for (int i = 0; i < r.n; i++)
        out->counts[i] = (struct reconcile_count){.run_id = row_int(&r, i, 0),
                                                  .what = reconcile_class(row_text(&r, i, 1)),
                                                  .is_explained = row_bool(&r, i, 2),
                                                  .n = row_int(&r, i, 3)};
    return true;
}

static bool read_differences(struct arena *a, struct db *db, const struct params *p,
                             struct reconcile_found *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!db_query(db, differences_sql, p, &r, err))
        return false;
    out->n_differences = r.n;
    out->differences = arena_array(a, (size_t)r.n, sizeof *out->differences);
    for (int i = 0; i < r.n; i++)
        out->differences[i] =
            (struct reconcile_difference){.run_id = row_int(&r, i, 0),
                                          .message_id = row_int(&r, i, 1),
                                          .what = reconcile_class(row_text(&r, i, 2)),
                                          .mailbox = row_dup(a, &r, i, 3),
                                          .is_explained = row_bool(&r, i, 4),
                                          .place = row_dup(a, &r, i, 5),
                                          .folder = row_dup(a, &r, i, 6),
                                          .register_no = row_dup(a, &r, i, 7),
                                          .subject = row_dup(a, &r, i, 8),
                                          .uid = row_int(&r, i, 9),
                                          .size_bytes = row_int(&r, i, 10),
                                          .internaldate_us = row_time(&r, i, 11),
                                          .n_there = row_int(&r, i, 12),
                                          .n_known = row_int(&r, i, 13)};
    return true;
}

bool reconcile_read(struct arena *a, struct db *db, int64_t as_of_us, struct reconcile_found *out,
                    struct err *err)
{
    struct params p = {0};
    param_time(&p, as_of_us);
    return read_runs(a, db, &p, out, err) && read_counts(a, db, &p, out, err) &&
           read_differences(a, db, &p, out, err);
}
