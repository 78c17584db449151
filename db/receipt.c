/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The facts behind a receipt. See receipt.h. */
#include "db/receipt.h"

#include "base/refusals.h"
#include "db/query.h"

static const char facts_sql[] =
    "select i.id, i.secrecy <> '', i.no || '/' || i.year, coalesce(g.name_th, ''),"
    " us(i.entered_at), us(i.registered_at), i.cancelled_why, j.verdict, j.label, j.why"
    " from item i left join agency g on g.id = i.agency_id"
    " left join lateral item_judgement(from_us($2::bigint), i.id) j on true"
    " where i.token = $1";

static const char files_sql[] =
    "select encode(b.sha256, 'hex'), b.size, f.type from item i"
    " join attachment f on f.item_id = i.id and f.is_attachment join blob b on b.id = f.blob_id"
    " where i.token = $1 and i.secrecy = '' order by f.seq";

static bool read_files(struct arena *a, struct db *db, const char *token, struct receipt_facts *out,
                       struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_text(&p, token);
    if (!db_query_kept(db, files_sql, &p, &r, err))
        return false;
    out->n_files = r.n;
    out->files = arena_array(a, (size_t)r.n, sizeof *out->files);
    for (int i = 0; i < r.n; i++)
        out->files[i] = (struct receipt_facts_file){.sha256 = row_dup(a, &r, i, 0),
                                                    .size_bytes = row_int(&r, i, 1),
                                                    .type = row_dup(a, &r, i, 2)};
    return true;
}

bool receipt_facts(struct arena *a, struct db *db, const char *token, int64_t as_of_us,
                   struct receipt_facts *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    struct receipt_facts f = {0};
    param_text(&p, token);
    param_time(&p, as_of_us);
    if (!db_begin_kept(db, err)) /* planning it takes longer than judging one item */
        return false;
    struct db *open CLEANUP(db_rollbackp) = db;
    if (!db_query_kept(db, facts_sql, &p, &r, err) || !read_files(a, db, token, &f, err))
        return false;
    f.is_found = r.n == 1;
    f.is_secret = f.is_found && row_bool(&r, 0, 1);
    if (f.is_found && !f.is_secret) {
        f.register_no = row_dup(a, &r, 0, 2);
        f.agency = row_dup(a, &r, 0, 3);
        f.entered_us = row_time(&r, 0, 4);
        f.registered_us = row_time(&r, 0, 5);
        f.cancelled_why = row_dup(a, &r, 0, 6);
        f.verdict = arena_strdup(a, row_text(&r, 0, 7));
        f.label = arena_strdup(a, row_text(&r, 0, 8));
        f.why = arena_strdup(a, row_text(&r, 0, 9));
    }
    *out = f;
    return true;
}

static const char token_sql[] = "select coalesce(token, '') from item where no || '/' || year = $1";

bool receipt_token(struct arena *a, struct db *db, const char *register_no, const char **out,
                   struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_text(&p, register_no);
    if (!db_query(db, token_sql, &p, &r, err))
        return false;
    if (r.n == 0)
        return err_say(err, REFUSE_ITEM_UNKNOWN, register_no);
    *out = arena_strdup(a, row_text(&r, 0, 0));
    return true;
}
