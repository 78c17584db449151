/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Mails without a number, as officers look for them. See item.h. */
#include "db/item.h"

#include "db/query.h"

static const char mails_sql[] =
    "select m.id, b.name, m.why, coalesce(m.message_id, ''), us(m.entered_at), us(m.stored_at),"
    " f.size, m.attempts, coalesce(i.no || '/' || i.year, ''), count(*) over ()"
    " from message m join mailbox b on b.id = m.mailbox_id join blob f on f.id = m.blob_id"
    " left join item i on i.message_fk = m.duplicate_of"
    " where m.state = $1 and ($2::bigint is null or m.entered_at >= from_us($2))"
    "  and ($3::bigint is null or m.entered_at < from_us($3))"
    "  and ($4::text is null or lower(m.why) like $4)"
    " order by m.entered_at desc, m.id desc limit nullif($5::bigint, 0) offset $6::bigint";

bool mail_list(struct arena *a, struct db *db, const struct item_filter *f, struct mail_rows *out,
               struct err *err)
{
    struct params p = {0};
    struct rows r CLEANUP(rows_fini) = {0};
    param_text(&p, f->state);
    param_time(&p, f->from_us);
    param_time(&p, f->to_us);
    param_text(&p, f->search && *f->search ? like_pattern(a, f->search) : NULL);
    param_int(&p, f->limit);
    param_int(&p, f->offset);
    if (!db_query(db, mails_sql, &p, &r, err))
        return false;
    *out = (struct mail_rows){.n = r.n, .total = r.n ? row_int(&r, 0, 9) : 0};
    out->mail = arena_array(a, (size_t)r.n, sizeof *out->mail);
    for (int i = 0; i < r.n; i++)
        out->mail[i] = (struct mail_row){.id = row_int(&r, i, 0),
                                         .mailbox = row_dup(a, &r, i, 1),
                                         .why = row_dup(a, &r, i, 2),
                                         .message_id = row_dup(a, &r, i, 3),
                                         .entered_us = row_time(&r, i, 4),
                                         .stored_us = row_time(&r, i, 5),
                                         .size_bytes = row_int(&r, i, 6),
                                         .attempts = (int)row_int(&r, i, 7),
                                         .duplicate_of = row_dup(a, &r, i, 8)};
    return true;
}
