/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Notices. See notice.h. */
#include "db/notice.h"

#include "db/query.h"

static const char list_sql[] =
    "select n.id, us(n.at), n.who, n.subject, n.body, n.audience, coalesce(l.state, ''),"
    " coalesce(l.last_reply, ''),"
    " (select count(*) from notice_mail m where m.notice_id = n.id),"
    " (select count(*) from notice_mail m join outbox o on o.id = m.outbox_id"
    "  where m.notice_id = n.id and o.state = 'sent'),"
    " (select count(*) from notice_question q where q.notice_id = n.id),"
    " (select count(*) from notice_question q where q.notice_id = n.id"
    "  and not exists (select from notice_answer a where a.item_id = q.item_id))"
    " from notice n left join outbox l on l.id = n.line_outbox_id"
    " where $1::int = 0 or n.id = $1 order by n.id desc";
static const char unknown_sql[] =
    "select code from unnest(string_to_array(nullif($1, ''), ',')) code"
    " where not exists (select from agency g where g.code = code.code) limit 1";
static const char audience_sql[] =
    "select g.id, g.code, coalesce(nullif(g.short_th, ''), g.name_th), g.contact_mail, '', '', null"
    " from agency g where ($1 = '' or g.code = any (string_to_array($1, ',')))"
    " and g.valid_from <= bangkok_date(office_now())"
    " and (g.valid_to is null or g.valid_to >= bangkok_date(office_now())) order by g.code";
static const char mails_sql[] =
    "select g.id, g.code, coalesce(nullif(g.short_th, ''), g.name_th), m.rcpt, o.state,"
    " coalesce(o.last_reply, ''), us(o.sent_at) from notice_mail m join agency g on g.id ="
    " m.agency_id join outbox o on o.id = m.outbox_id where m.notice_id = $1 order by g.code";
static const char add_sql[] =
    "insert into notice (who, subject, body, audience) values ($1, $2, $3, $4) returning id";
static const char add_line_sql[] = "update notice set line_outbox_id = $2 where id = $1";
static const char add_mail_sql[] = "insert into notice_mail (notice_id, agency_id, rcpt, outbox_id)"
                                   " values ($1, $2, $3, $4)";
static const char questions_sql[] =
    "select q.item_id, q.notice_id, i.no || '/' || i.year, coalesce(nullif(g.short_th, ''),"
    " g.name_th, ''), coalesce(i.from_addr, ''), case when i.secrecy <> '' then '(ลับ)' else "
    "i.subject"
    " end, coalesce(i.message_id, ''), coalesce(i.refs, ''), us(q.asked_at), us(a.at),"
    " coalesce(a.who, ''), coalesce(a.body, ''), coalesce(o.state, '')"
    " from notice_question q join item i on i.id = q.item_id"
    " left join agency g on g.id = i.agency_id left join notice_answer a on a.item_id = q.item_id"
    " left join outbox o on o.id = a.outbox_id"
    " where ($1::int = 0 or q.notice_id = $1) and ($2::text is null or i.no || '/' || i.year = $2)"
    " and (not $3::boolean or a.id is null) order by q.asked_at, q.item_id, a.id";
static const char add_answer_sql[] = "insert into notice_answer (item_id, who, body, outbox_id)"
                                     " values ($1, $2, $3, $4)";

bool notice_list(struct arena *a, struct db *db, int id, struct notices *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_int(&p, id);
    if (!db_query(db, list_sql, &p, &r, err))
        return false;
    *out = (struct notices){arena_array(a, (size_t)r.n, sizeof *out->notice), r.n};
    for (int i = 0; i < r.n; i++)
        out->notice[i] = (struct notice){.id = (int)row_int(&r, i, 0),
                                         .at_us = row_time(&r, i, 1),
                                         .who = row_dup(a, &r, i, 2),
                                         .subject = row_dup(a, &r, i, 3),
                                         .body = row_dup(a, &r, i, 4),
                                         .audience = row_dup(a, &r, i, 5),
                                         .line_state = row_dup(a, &r, i, 6),
                                         .line_reply = row_dup(a, &r, i, 7),
                                         .n_mails = (int)row_int(&r, i, 8),
                                         .n_sent = (int)row_int(&r, i, 9),
                                         .n_questions = (int)row_int(&r, i, 10),
                                         .n_open = (int)row_int(&r, i, 11)};
    return true;
}

static void read_tos(struct arena *a, const struct rows *r, struct notice_tos *out)
{
    *out = (struct notice_tos){arena_array(a, (size_t)r->n, sizeof *out->to), r->n};
    for (int i = 0; i < r->n; i++)
        out->to[i] = (struct notice_to){.agency_id = (int)row_int(r, i, 0),
                                        .agency_code = row_dup(a, r, i, 1),
                                        .agency = row_dup(a, r, i, 2),
                                        .rcpt = row_dup(a, r, i, 3),
                                        .state = row_dup(a, r, i, 4),
                                        .reply = row_dup(a, r, i, 5),
                                        .sent_us = row_time(r, i, 6)};
}

bool notice_audience(struct arena *a, struct db *db, const char *codes, struct notice_tos *out,
                     struct err *err)
{
    struct rows unknown CLEANUP(rows_fini) = {0}, r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_text(&p, codes);
    if (!db_query(db, unknown_sql, &p, &unknown, err))
        return false;
    if (unknown.n)
        return err_set(err, ERR_REFUSE,
                       "agency %s: there is none of that code; see thanwela agency list",
                       row_text(&unknown, 0, 0));
    if (!db_query(db, audience_sql, &p, &r, err))
        return false;
    read_tos(a, &r, out);
    return true;
}

bool notice_mails(struct arena *a, struct db *db, int id, struct notice_tos *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_int(&p, id);
    if (!db_query(db, mails_sql, &p, &r, err))
        return false;
    read_tos(a, &r, out);
    return true;
}

bool notice_add(struct db *db, const struct notice *n, int *id_out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_text(&p, n->who);
    param_text(&p, n->subject);
    param_text(&p, n->body);
    param_text(&p, n->audience);
    if (!db_query(db, add_sql, &p, &r, err))
        return false;
    *id_out = (int)row_int(&r, 0, 0);
    return true;
}

bool notice_add_line(struct db *db, int id, int64_t outbox_id, struct err *err)
{
    struct params p = {0};
    param_int(&p, id);
    param_int(&p, outbox_id);
    return db_query(db, add_line_sql, &p, NULL, err);
}

bool notice_add_mail(struct db *db, int id, const struct notice_to *to, int64_t outbox_id,
                     struct err *err)
{
    struct params p = {0};
    param_int(&p, id);
    param_int(&p, to->agency_id);
    param_text(&p, to->rcpt);
    param_int(&p, outbox_id);
    return db_query(db, add_mail_sql, &p, NULL, err);
}

bool notice_questions(struct arena *a, struct db *db, const struct notice_ask *ask,
                      struct notice_questions *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_int(&p, ask->notice_id);
    param_text(&p, ask->register_no);
    param_bool(&p, ask->open_only);
    if (!db_query(db, questions_sql, &p, &r, err))
        return false;
    *out = (struct notice_questions){arena_array(a, (size_t)r.n, sizeof *out->question), r.n};
    for (int i = 0; i < r.n; i++)
        out->question[i] = (struct notice_question){.item_id = row_int(&r, i, 0),
                                                    .notice_id = (int)row_int(&r, i, 1),
                                                    .register_no = row_dup(a, &r, i, 2),
                                                    .agency = row_dup(a, &r, i, 3),
                                                    .from_addr = row_dup(a, &r, i, 4),
                                                    .subject = row_dup(a, &r, i, 5),
                                                    .message_id = row_dup(a, &r, i, 6),
                                                    .refs = row_dup(a, &r, i, 7),
                                                    .asked_us = row_time(&r, i, 8),
                                                    .answered_us = row_time(&r, i, 9),
                                                    .answered_by = row_dup(a, &r, i, 10),
                                                    .answer = row_dup(a, &r, i, 11),
                                                    .answer_state = row_dup(a, &r, i, 12)};
    return true;
}

bool notice_add_answer(struct db *db, int64_t item_id, const char *who, const char *body,
                       int64_t outbox_id, struct err *err)
{
    struct params p = {0};
    param_int(&p, item_id);
    param_text(&p, who);
    param_text(&p, body);
    param_int(&p, outbox_id);
    return db_query(db, add_answer_sql, &p, NULL, err);
}
