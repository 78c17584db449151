/* SPDX-License-Identifier: AGPL-3.0-or-later
 * One item with everything that is known of it. See item.h. */
#include "db/item.h"

#include "base/refusals.h"
#include "db/query.h"

static const char files_sql[] =
    "select f.id, b.size, coalesce(f.filename, ''), f.type, f.label_type,"
    " encode(b.sha256, 'hex'), coalesce(f.scan_state, ''), f.scan_why, coalesce(f.n_pages, 0),"
    " f.is_attachment from attachment f join blob b on b.id = f.blob_id"
    " where f.item_id = $1 order by f.seq";

static bool read_files(struct arena *a, struct db *db, const struct params *p, struct item_whole *w,
                       struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!db_query_kept(db, files_sql, p, &r, err))
        return false;
    w->n_files = r.n;
    w->files = arena_array(a, (size_t)r.n, sizeof *w->files);
    for (int i = 0; i < r.n; i++)
        w->files[i] = (struct item_file){.id = row_int(&r, i, 0),
                                         .size_bytes = row_int(&r, i, 1),
                                         .filename = row_dup(a, &r, i, 2),
                                         .type = row_dup(a, &r, i, 3),
                                         .label_type = row_dup(a, &r, i, 4),
                                         .sha256 = row_dup(a, &r, i, 5),
                                         .scan_state = row_dup(a, &r, i, 6),
                                         .scan_why = row_dup(a, &r, i, 7),
                                         .n_pages = (int)row_int(&r, i, 8),
                                         .is_attachment = row_bool(&r, i, 9)};
    return true;
}

static const char codes_sql[] =
    "select c.attachment_id, c.page, c.format, c.content, c.meaning,"
    " coalesce(i.no || '/' || i.year, m.no || '/' || m.year, ''), c.parts"
    " from code c join attachment f on f.id = c.attachment_id"
    " left join item i on i.id = c.item_ref left join matter m on m.id = c.matter_ref"
    " where f.item_id = $1 order by f.seq, c.seq";

static bool read_codes(struct arena *a, struct db *db, const struct params *p, struct item_whole *w,
                       struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!db_query_kept(db, codes_sql, p, &r, err))
        return false;
    w->n_codes = r.n;
    w->codes = arena_array(a, (size_t)r.n, sizeof *w->codes);
    for (int i = 0; i < r.n; i++)
        w->codes[i] = (struct item_code){.file_id = row_int(&r, i, 0),
                                         .page = (int)row_int(&r, i, 1),
                                         .format = row_dup(a, &r, i, 2),
                                         .content = row_dup(a, &r, i, 3),
                                         .meaning = row_dup(a, &r, i, 4),
                                         .refers_to = row_dup(a, &r, i, 5),
                                         .parts = row_dup(a, &r, i, 6)};
    return true;
}

static const char pages_sql[] = "select s.attachment_id, s.page, s.steps from scan_page s"
                                " join attachment f on f.id = s.attachment_id"
                                " where f.item_id = $1 order by f.seq, s.page";

static bool read_pages(struct arena *a, struct db *db, const struct params *p, struct item_whole *w,
                       struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!db_query_kept(db, pages_sql, p, &r, err))
        return false;
    w->n_pages = r.n;
    w->pages = arena_array(a, (size_t)r.n, sizeof *w->pages);
    for (int i = 0; i < r.n; i++)
        w->pages[i] = (struct item_page){.file_id = row_int(&r, i, 0),
                                         .page = (int)row_int(&r, i, 1),
                                         .steps = row_dup(a, &r, i, 2)};
    return true;
}

/* The route of the document: its own events and those of its matter. */
static const char events_sql[] =
    "select e.id, us(e.at), e.who, e.what, e.why from event e join item i on i.id = $1"
    " where (e.item_id = i.id or (e.matter_id = i.matter_id and e.item_id is null))"
    " and ($2::bigint is null or e.at <= from_us($2)) order by e.id";

static bool read_events(struct arena *a, struct db *db, int64_t until_us, struct item_whole *w,
                        struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_int(&p, w->row.id);
    param_time(&p, until_us);
    if (!db_query_kept(db, events_sql, &p, &r, err))
        return false;
    w->n_events = r.n;
    w->events = arena_array(a, (size_t)r.n, sizeof *w->events);
    for (int i = 0; i < r.n; i++)
        w->events[i] = (struct item_event){.id = row_int(&r, i, 0),
                                           .at_us = row_time(&r, i, 1),
                                           .who = row_dup(a, &r, i, 2),
                                           .what = row_dup(a, &r, i, 3),
                                           .why = row_dup(a, &r, i, 4)};
    return true;
}

static const char answers_sql[] =
    "select rcpt, state, coalesce(last_reply, ''), us(created_at), us(sent_at)"
    " from outbox where item_id = $1 order by id";

static bool read_answers(struct arena *a, struct db *db, const struct params *p,
                         struct item_whole *w, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!db_query_kept(db, answers_sql, p, &r, err))
        return false;
    w->n_answers = r.n;
    w->answers = arena_array(a, (size_t)r.n, sizeof *w->answers);
    for (int i = 0; i < r.n; i++)
        w->answers[i] = (struct item_answer){.rcpt = row_dup(a, &r, i, 0),
                                             .state = row_dup(a, &r, i, 1),
                                             .reply = row_dup(a, &r, i, 2),
                                             .created_us = row_time(&r, i, 3),
                                             .sent_us = row_time(&r, i, 4)};
    return true;
}

bool item_read(struct arena *a, struct db *db, const char *register_no, int64_t as_of_us,
               bool as_it_stood, struct item_whole *out, struct err *err)
{
    struct item_rows found;
    struct item_whole w = {0};
    const struct item_filter f = {.state = "any",
                                  .from_us = TIME_NONE,
                                  .to_us = TIME_NONE,
                                  .register_no = register_no,
                                  .as_of_us = as_of_us,
                                  .as_it_stood = as_it_stood};
    if (!item_list(a, db, &f, &found, err))
        return false;
    if (found.n == 0)
        return err_say(err, REFUSE_ITEM_UNKNOWN, register_no);
    w.row = found.item[0];
    struct params p = {0};
    param_int(&p, w.row.id);
    if (!read_files(a, db, &p, &w, err) || !read_codes(a, db, &p, &w, err) ||
        !read_pages(a, db, &p, &w, err) ||
        !read_events(a, db, as_it_stood ? as_of_us : TIME_NONE, &w, err) ||
        !read_answers(a, db, &p, &w, err))
        return false;
    *out = w;
    return true;
}
