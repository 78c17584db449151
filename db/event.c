/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The chain of events. Hashing is the database's, so that every writer does it alike. */
#include "db/event.h"

#include "db/query.h"

static const char append_sql[] =
    "select event_append($1, nullif($2::bigint, 0), nullif($3::bigint, 0), $4, $5, $6::jsonb)";
/* Every link, and that the last one is where the head says that the chain ends. */
static const char check_sql[] =
    "select count(*), coalesce(min(id) filter (where hash <> made or prev <> before or id <> nth),"
    "  (select h.id from event_head h where (h.id, h.hash) is distinct from"
    "   (coalesce(max(c.id), 0),"
    "    coalesce((array_agg(c.hash order by c.id desc))[1], sha256('thanwela')))))"
    " from (select id, hash, prev, event_hash(e) as made, row_number() over (order by id) as nth,"
    "  lag(hash, 1, sha256('thanwela')) over (order by id) as before from event e) c";

bool event_append(struct db *db, const struct event *e, struct err *err)
{
    struct params p = {0};
    param_text(&p, e->who);
    param_int(&p, e->item_id);
    param_int(&p, e->matter_id);
    param_text(&p, e->what);
    param_text(&p, e->why);
    param_text(&p, e->detail_json);
    return db_query(db, append_sql, &p, NULL, err);
}

bool event_chain_check(struct db *db, int64_t *n_out, int64_t *broken_out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!db_query(db, check_sql, NULL, &r, err))
        return false;
    *n_out = row_int(&r, 0, 0);
    *broken_out = row_int(&r, 0, 1);
    return true;
}
