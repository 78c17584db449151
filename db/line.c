/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the LINE group is told. See line.h and migrations/0040_line.sql. */
#include "db/line.h"

#include "db/query.h"
#include <string.h>

static const char look_sql[] = "select us(line_look())";
static const char late_sql[] =
    "select expectation_id, deadline_id, matter_no, agency, us(due_at), us(was_at), is_received"
    " from line_newly_late(from_us($1::bigint), $2)";
static const char changed_sql[] =
    "select expectation_id, deadline_id, matter_no, agency, us(due_at), us(was_at), is_received"
    " from line_newly_changed(from_us($1::bigint))";
static const char told_late_sql[] = "insert into line_late (expectation_id, due_at, outbox_id)"
                                    " values ($1, from_us($2::bigint), $3)";
static const char told_changed_sql[] =
    "insert into line_changed (deadline_id, outbox_id) values ($1, $2)";
static const char digest_sql[] = "select what, matter_no, agency, us(due_at)"
                                 " from line_digest(from_us($1::bigint), from_us($2::bigint))";

bool line_look(struct db *db, int64_t *since_out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!db_query(db, look_sql, NULL, &r, err))
        return false;
    *since_out = row_time(&r, 0, 0);
    return true;
}

bool line_new(struct arena *a, struct db *db, enum line_news news, int64_t since_us,
              const char *mailboxes, struct line_cases *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_time(&p, since_us);
    if (news == LINE_LATE)
        param_text(&p, mailboxes);
    if (!db_query(db, news == LINE_LATE ? late_sql : changed_sql, &p, &r, err))
        return false;
    out->row = arena_array(a, (size_t)r.n, sizeof *out->row);
    out->n = r.n;
    for (int i = 0; i < r.n; i++)
        out->row[i] = (struct line_case){.expectation_id = row_int(&r, i, 0),
                                         .deadline_id = row_int(&r, i, 1),
                                         .matter_no = row_dup(a, &r, i, 2),
                                         .agency = row_dup(a, &r, i, 3),
                                         .due_us = row_time(&r, i, 4),
                                         .was_us = row_time(&r, i, 5),
                                         .is_received = row_bool(&r, i, 6)};
    return true;
}

static bool told_one(struct db *db, enum line_news news, const struct line_case *k,
                     int64_t outbox_id, struct err *err)
{
    struct params p = {0};
    if (news == LINE_CHANGED) {
        param_int(&p, k->deadline_id);
        param_int(&p, outbox_id);
        return db_query(db, told_changed_sql, &p, NULL, err);
    }
    param_int(&p, k->expectation_id);
    param_time(&p, k->due_us);
    param_int(&p, outbox_id);
    return db_query(db, told_late_sql, &p, NULL, err);
}

bool line_told(struct db *db, enum line_news news, const struct line_cases *cases,
               int64_t outbox_id, struct err *err)
{
    for (int i = 0; i < cases->n; i++)
        if (!told_one(db, news, &cases->row[i], outbox_id, err))
            return false;
    return true;
}

bool line_digest(struct arena *a, struct db *db, int64_t as_of_us, int64_t since_us,
                 struct line_digest *out, struct err *err)
{
    struct {
        const char *what;
        struct line_cases *cases;
    } parts[] = {{"late", &out->late}, {"overdue", &out->overdue}, {"soon", &out->soon}};
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_time(&p, as_of_us);
    param_time(&p, since_us);
    *out = (struct line_digest){0};
    if (!db_query(db, digest_sql, &p, &r, err))
        return false;
    for (size_t k = 0; k < ARRAY_LEN(parts); k++) {
        struct line_cases *c = parts[k].cases;
        c->row = arena_array(a, (size_t)r.n, sizeof *c->row);
        for (int i = 0; i < r.n; i++)
            if (strcmp(row_text(&r, i, 0), parts[k].what) == 0)
                c->row[c->n++] = (struct line_case){.matter_no = row_dup(a, &r, i, 1),
                                                    .agency = row_dup(a, &r, i, 2),
                                                    .due_us = row_time(&r, i, 3),
                                                    .was_us = TIME_NONE};
    }
    return true;
}
