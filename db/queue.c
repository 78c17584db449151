/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The queue of scans. See queue.h. */
#include "db/queue.h"

#include "db/event.h"
#include "db/query.h"
#include <assert.h>
#include <stdio.h>

/* The first that is due; and with it, when many wait, up to a quarter of those that no death has
 * left behind: one commit claims them. What a death has left behind is claimed alone. */
static const char claim_sql[] =
    "with head as (select id, attempts from job where state = 'ready' and next_at <= "
    "clock_timestamp() or state = 'running' and claimed_until < clock_timestamp()"
    "  order by next_at, id for update skip locked limit 1),"
    " more as (select id from job where state = 'ready' and next_at <= clock_timestamp()"
    "  and attempts = 0 and (select attempts from head) = 0 and id <> (select id from head)"
    "  order by next_at, id for update skip locked limit least($3::int - 1,"
    "   (select count(*) from (select from job where state = 'ready' and attempts = 0"
    "    and next_at <= clock_timestamp() limit 4 * $3::int) x) / 4)),"
    " j as (update job set state = 'running', attempts = attempts + 1, claimed_by = $1,"
    "  claimed_until = clock_timestamp() + $2::int * interval '1 second'"
    "  where id in (select id from head union all select id from more)"
    "  returning id, item_id, attachment_id, attempts)"
    " select j.id, j.item_id, j.attachment_id, a.blob_id, a.filename, j.attempts"
    " from j left join attachment a on a.id = j.attachment_id order by j.id";
/* Claimed and not begun: as if it never was. */
static const char give_back_sql[] =
    "update job set state = 'ready', attempts = attempts - 1, claimed_until = null"
    " where id = $1 and state = 'running' and claimed_by = $2";
static const char retry_sql[] = "update job set state = 'ready', why = $2, claimed_until = null,"
                                " next_at = clock_timestamp() where id = $1 and state = 'running'";
/* The item's row is locked first: of two workers that end its last two jobs at once, one waits and
 * is last. */
static const char lock_item_sql[] = "select 1 from item where id = $1 for update";
static const char done_sql[] = "update job set state = 'done', claimed_until = null where id = $1 "
                               "and state in ('ready', 'running')";
static const char open_sql[] =
    "select not exists (select from job where item_id = $1 and state in ('ready', 'running'))"
    " and (select scan_done_at is null from item where id = $1)";
static const char attachment_sql[] = "update attachment set scan_state = $2, scan_why = "
                                     "coalesce($3, ''), n_pages = $4 where id = $1";
static const char clear_codes_sql[] = "delete from code where attachment_id = $1";
static const char clear_pages_sql[] = "delete from scan_page where attachment_id = $1";
static const char page_sql[] =
    "insert into scan_page (attachment_id, page, width, height, steps) values ($1, $2, $3, $4, $5)";
static const char code_sql[] =
    "insert into code (attachment_id, seq, page, member, format, content, bytes, x, y, corners, "
    "meaning,"
    "  parts, item_ref, matter_ref)"
    " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::double precision[], $11, coalesce($13, ''),"
    "  (select id from item where series || '/' || year || '/' || no = $12),"
    "  (select id from matter where no || '/' || year = $12))";
/* A slip says more than a subject line, an officer more than both; two different slips are no
 * answer. */
static const char tie_sql[] =
    "update item i set matter_id = t.matter_id, matter_how = 'slip', class = m.class from ("
    "  select min(c.matter_ref) as matter_id from code c join attachment a on a.id = "
    "c.attachment_id"
    "  where a.item_id = $1 and c.meaning = 'slip' and c.matter_ref is not null"
    "  having count(distinct c.matter_ref) = 1) t join matter m on m.id = t.matter_id"
    " where i.id = $1 and i.matter_how <> 'officer'";
static const char tie_receipt_sql[] =
    "update item i set matter_id = f.matter_id, matter_how = 'receipt', class = f.class from ("
    "  select min(c.item_ref) as item_id from code c join attachment a on a.id = c.attachment_id"
    "  where a.item_id = $1 and c.meaning = 'receipt' and c.item_ref is not null"
    "  having count(distinct c.item_ref) = 1) t join item f on f.id = t.item_id"
    " where i.id = $1 and i.matter_id is null and f.matter_id is not null";
static const char item_sql[] =
    "select i.series, i.year, i.no, us(i.entered_at), us(i.deemed_at), us(i.registered_at), "
    "i.digest,"
    " i.from_addr, i.from_name, g.name_th, i.subject, i.letter_no, us(bangkok(i.letter_date, "
    "'00:00')), i.class,"
    " i.urgency, i.secrecy, i.message_id, i.refs, i.no_receipt_why, coalesce(i.n_claimed, -1),"
    " i.token"
    " from item i left join agency g on g.id = i.agency_id where i.id = $1";
static const char files_sql[] = "select a.filename, a.type, b.size, b.sha256, coalesce(a.n_pages, "
                                "0), coalesce(a.scan_state, ''), a.scan_why"
                                " from attachment a join blob b on b.id = a.blob_id where "
                                "a.item_id = $1 and a.is_attachment order by a.seq";
static const char item_done_sql[] =
    "update item set token = $2, no_receipt_why = $3, scan_done_at = office_now()"
    " where id = $1 and scan_done_at is null";
static const char waiting_sql[] =
    "select count(*) filter (where state = 'ready' and next_at <= clock_timestamp() or"
    "  claimed_until < clock_timestamp()), count(*) from job where state in ('ready', 'running')";

bool queue_claim(struct db *db, struct arena *a, const struct queue_claim *c, struct queue_job *out,
                 int *n_out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_text(&p, c->owner);
    param_int(&p, c->lease_s);
    param_int(&p, c->max);
    if (!db_begin_async(db, err))
        return false;
    struct db *tx CLEANUP(db_rollbackp) = db;
    if (!db_query(db, claim_sql, &p, &r, err) || !db_commit(tx, err))
        return false;
    assert(r.n <= c->max);
    *n_out = r.n;
    for (int i = 0; i < r.n; i++)
        out[i] = (struct queue_job){
            .id = row_int(&r, i, 0),
            .item_id = row_int(&r, i, 1),
            .attachment_id = row_int(&r, i, 2),
            .blob_id = row_int(&r, i, 3),
            .filename = row_dup(a, &r, i, 4),
            .attempts = (int)row_int(&r, i, 5),
        };
    return true;
}

bool queue_give_back(struct db *db, const char *owner, const struct queue_job *jobs, int n,
                     struct err *err)
{
    if (n == 0)
        return true;
    if (!db_begin_async(db, err))
        return false;
    struct db *tx CLEANUP(db_rollbackp) = db;
    for (int i = 0; i < n; i++) {
        struct params p = {0};
        param_int(&p, jobs[i].id);
        param_text(&p, owner);
        if (!db_query(db, give_back_sql, &p, NULL, err))
            return false;
    }
    return db_commit(tx, err);
}

bool queue_retry(struct db *db, int64_t job_id, const char *why, struct err *err)
{
    struct params p = {0};
    param_int(&p, job_id);
    param_text(&p, why);
    return db_query(db, retry_sql, &p, NULL, err);
}

static bool by_id(struct db *db, const char *sql, int64_t id, struct rows *rows_out,
                  struct err *err)
{
    struct params p = {0};
    param_int(&p, id);
    return db_query(db, sql, &p, rows_out, err);
}

static void param_double(struct params *p, double value)
{
    int i = p->n;
    snprintf(p->number[i], sizeof p->number[i], "%.3f", value);
    param_text(p, p->number[i]);
}

static bool add_pages(struct db *db, int64_t attachment_id, const struct queue_result *result,
                      struct err *err)
{
    for (uint32_t i = 0; i < result->n_pages; i++) {
        const struct queue_page *page = &result->pages[i];
        struct params p = {0};
        param_int(&p, attachment_id);
        param_int(&p, i + 1);
        param_double(&p, page->width);
        param_double(&p, page->height);
        param_text(&p, page->steps);
        if (!db_query(db, page_sql, &p, NULL, err))
            return false;
    }
    return true;
}

static bool add_code(struct db *db, int64_t attachment_id, uint32_t seq, const struct queue_code *c,
                     struct err *err)
{
    char corners[256];
    struct params p = {0};
    snprintf(corners, sizeof corners, "{%.2f,%.2f,%.2f,%.2f,%.2f,%.2f,%.2f,%.2f}", c->corners[0],
             c->corners[1], c->corners[2], c->corners[3], c->corners[4], c->corners[5],
             c->corners[6], c->corners[7]);
    param_int(&p, attachment_id);
    param_int(&p, seq);
    param_int(&p, c->page);
    param_text(&p, c->member);
    param_text(&p, c->format);
    param_text(&p, c->text);
    param_bytes(&p, c->bytes, c->n_bytes);
    param_double(&p, c->x);
    param_double(&p, c->y);
    param_text(&p, corners);
    param_text(&p, c->meaning);
    param_text(&p, c->register_ref);
    param_text(&p, c->parts);
    return db_query(db, code_sql, &p, NULL, err);
}

static bool record(struct db *db, int64_t attachment_id, const struct queue_result *result,
                   struct err *err)
{
    struct params p = {0};
    param_int(&p, attachment_id);
    param_text(&p, result->state);
    param_text(&p, result->why);
    param_int(&p, result->n_pages);
    if (!db_query(db, attachment_sql, &p, NULL, err) ||
        !by_id(db, clear_codes_sql, attachment_id, NULL, err) ||
        !by_id(db, clear_pages_sql, attachment_id, NULL, err) ||
        !add_pages(db, attachment_id, result, err))
        return false;
    for (uint32_t i = 0; i < result->n_codes; i++)
        if (!add_code(db, attachment_id, i, &result->codes[i], err))
            return false;
    return true;
}

bool queue_finish(struct db *db, const struct queue_job *job, const struct queue_result *result,
                  bool *last_out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!by_id(db, lock_item_sql, job->item_id, NULL, err) ||
        !by_id(db, done_sql, job->id, &r, err))
        return false;
    if (r.touched == 0) { /* the claim ran out and another worker was faster */
        *last_out = false;
        return true;
    }
    if (result && !record(db, job->attachment_id, result, err))
        return false;
    if (!by_id(db, open_sql, job->item_id, &r, err))
        return false;
    *last_out = row_bool(&r, 0, 0);
    return true;
}

static bool read_files(struct db *db, struct arena *a, struct queue_item *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!by_id(db, files_sql, out->id, &r, err))
        return false;
    struct queue_item_file *files = arena_array(a, (size_t)r.n, sizeof *files);
    for (int i = 0; i < r.n; i++) {
        size_t n;
        files[i] = (struct queue_item_file){
            .filename = row_dup(a, &r, i, 0),
            .type = row_dup(a, &r, i, 1),
            .size_bytes = (uint64_t)row_int(&r, i, 2),
            .sha256 = row_bytes(a, &r, i, 3, &n),
            .n_pages = (int)row_int(&r, i, 4),
            .scan_state = row_dup(a, &r, i, 5),
            .scan_why = row_dup(a, &r, i, 6),
        };
    }
    out->files = files;
    out->n_files = (uint32_t)r.n;
    return true;
}

bool queue_item(struct db *db, struct arena *a, int64_t item_id, struct queue_item *out,
                struct err *err)
{
    return by_id(db, tie_sql, item_id, NULL, err) &&
           by_id(db, tie_receipt_sql, item_id, NULL, err) &&
           queue_item_read(db, a, item_id, out, err);
}

bool queue_item_read(struct db *db, struct arena *a, int64_t item_id, struct queue_item *out,
                     struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    size_t n;
    if (!by_id(db, item_sql, item_id, &r, err))
        return false;
    *out = (struct queue_item){
        .id = item_id,
        .series = row_dup(a, &r, 0, 0),
        .year = (int)row_int(&r, 0, 1),
        .no = row_int(&r, 0, 2),
        .entered_at_us = row_time(&r, 0, 3),
        .deemed_at_us = row_time(&r, 0, 4),
        .registered_at_us = row_time(&r, 0, 5),
        .digest = row_bytes(a, &r, 0, 6, &n),
        .from_addr = row_dup(a, &r, 0, 7),
        .from_name = row_dup(a, &r, 0, 8),
        .agency = row_dup(a, &r, 0, 9),
        .subject = row_dup(a, &r, 0, 10),
        .letter_no = row_dup(a, &r, 0, 11),
        .letter_date_us = row_time(&r, 0, 12),
        .class_name = row_dup(a, &r, 0, 13),
        .urgency = row_dup(a, &r, 0, 14),
        .secrecy = row_dup(a, &r, 0, 15),
        .message_id = row_dup(a, &r, 0, 16),
        .references = row_dup(a, &r, 0, 17),
        .no_receipt_why = row_dup(a, &r, 0, 18),
        .n_claimed = (int)row_int(&r, 0, 19),
        .token = row_dup(a, &r, 0, 20),
    };
    return read_files(db, a, out, err);
}

bool queue_item_done(struct db *db, int64_t item_id, const char *token, const char *no_receipt_why,
                     struct err *err)
{
    struct params p = {0};
    param_int(&p, item_id);
    param_text(&p, token);
    param_text(&p, no_receipt_why);
    return db_query(db, item_done_sql, &p, NULL, err);
}

bool queue_waiting(struct db *db, int64_t *due_out, int64_t *all_out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!db_query(db, waiting_sql, NULL, &r, err))
        return false;
    *due_out = row_int(&r, 0, 0);
    *all_out = row_int(&r, 0, 1);
    return true;
}

bool queue_listen(struct db *db, bool outbox, struct err *err)
{
    return db_query(db, outbox ? "listen thanwela_outbox" : "listen thanwela_job", NULL, NULL, err);
}
