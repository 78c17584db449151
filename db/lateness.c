/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The rows of the lateness report. See lateness.h; what a verdict is stands in 0003, what is
 * counted where in report/lateness.c. */
#include "db/lateness.h"

#include "db/query.h"

/* Rows by column number of the statement above each reader: read in the statement's order. */
static const char snapshot_sql[] = "set transaction isolation level repeatable read, read only";
/* 100,000 cases with all their words are sorted without a file */
static const char memory_sql[] = "set local work_mem = '128MB'";

/* The end of the chain of events: on paper and in mails it is out of reach of whoever would write
 * the chain anew. */
static const char window_sql[] =
    "select us(since), us(quarter_from), us(year_from), us(year_to), us(soon_to), us(soon_3_to),"
    " fiscal_year, fiscal_quarter, coalesce(calendar_version, 0), coalesce((select"
    "  id || ' ' || encode(hash, 'hex') from event where at <= from_us($1)"
    "  order by id desc limit 1), '') from report_window(from_us($1))";

static bool read_window(struct arena *a, struct db *db, const struct params *p,
                        struct report_window *w, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!db_query(db, window_sql, p, &r, err))
        return false;
    *w = (struct report_window){.since_us = row_time(&r, 0, 0),
                                .quarter_us = row_time(&r, 0, 1),
                                .year_us = row_time(&r, 0, 2),
                                .year_to_us = row_time(&r, 0, 3),
                                .soon_us = row_time(&r, 0, 4),
                                .soon_3_us = row_time(&r, 0, 5),
                                .fiscal_year = (int)row_int(&r, 0, 6),
                                .fiscal_quarter = (int)row_int(&r, 0, 7),
                                .calendar_version = (int)row_int(&r, 0, 8),
                                .chain_head = row_dup(a, &r, 0, 9)};
    return true;
}

#define AGENCY "coalesce(nullif(g.short_th, ''), g.name_th)"

/* Words are dear: a line of reason costs more than its judgement, and a report without its year's
 * lists shows none of what came in time. So nothing is put together that nobody reads. */
static const char cases_sql[] =
    "select j.expectation_id, coalesce(j.decided_by, 0), case when j.told then coalesce("
    "  (select i.no || '/' || i.year from item i where i.id = j.decided_by), '') end,"
    " case when j.told then m.no || '/' || m.year end, g.code, " AGENCY ", g.contact,"
    " case when j.told then case when m.secrecy <> '' then '(ลับ)' else m.title end end,"
    " j.verdict, case when j.told then j.label end, case when j.told then j.why end,"
    " us(j.due_at), us(j.decided_at), j.late_min, j.late_work_min"
    " from (select *, $2::bool or verdict not in ('ON_TIME', 'EXEMPT') as told"
    "  from expectation_judgement(from_us($1))) j"
    " join matter m on m.id = j.matter_id join agency g on g.id = j.agency_id"
    " order by j.due_at nulls last, m.year, m.no, g.code collate \"C\"";

/* Items that no expectation covers: found first, and judged by their ids, so that the others are
 * not judged twice. */
static const char loose_items_sql[] =
    "with loose as materialized (select x.* from item_at(from_us($1)) x"
    "  where x.entered_at <= from_us($1) and x.status <> 'ยกเลิก'"
    "  and not exists (select from expectation e where e.matter_id = x.matter_id"
    "   and e.agency_id = x.agency_id and e.created_at <= from_us($1))),"
    " judged as materialized (select * from item_judgement(from_us($1))"
    "  where item_id = any ((select array(select id from loose))::bigint[]))"
    " select 0, j.item_id, i.no || '/' || i.year, coalesce(m.no || '/' || m.year, ''),"
    " coalesce(g.code, ''), coalesce(" AGENCY ", ''), coalesce(g.contact, ''),"
    " case when i.secrecy <> '' then '(ลับ)' else i.subject end,"
    " j.verdict, j.label, j.why, us(j.due_at), us(j.decided_at), j.late_min, j.late_work_min"
    " from loose i join judged j on j.item_id = i.id"
    " left join matter m on m.id = i.matter_id left join agency g on g.id = i.agency_id"
    " order by i.year, i.no, i.series";

static void case_from(struct arena *a, const struct rows *r, int i, struct late_case *c)
{
    *c = (struct late_case){.expectation_id = row_int(r, i, 0),
                            .item_id = row_int(r, i, 1),
                            .register_no = row_dup(a, r, i, 2),
                            .matter_no = row_dup(a, r, i, 3),
                            .agency_code = row_dup(a, r, i, 4),
                            .agency = row_dup(a, r, i, 5),
                            .contact = row_dup(a, r, i, 6),
                            .title = row_dup(a, r, i, 7),
                            .verdict = row_dup(a, r, i, 8),
                            .label = row_dup(a, r, i, 9),
                            .why = row_dup(a, r, i, 10),
                            .due_us = row_time(r, i, 11),
                            .decided_us = row_time(r, i, 12),
                            .late_min = row_int(r, i, 13),
                            .late_work_min = row_int(r, i, 14)};
}

static bool read_cases(struct arena *a, struct db *db, const struct params *p, bool with_words,
                       struct lateness_rows *out, struct err *err)
{
    struct rows owed CLEANUP(rows_fini) = {0}, loose CLEANUP(rows_fini) = {0};
    struct params worded = *p;
    param_bool(&worded, with_words);
    if (!db_query(db, cases_sql, &worded, &owed, err) ||
        !db_query(db, loose_items_sql, p, &loose, err))
        return false;
    out->n_cases = owed.n + loose.n;
    out->cases = arena_array(a, (size_t)out->n_cases, sizeof *out->cases);
    for (int i = 0; i < owed.n; i++)
        case_from(a, &owed, i, &out->cases[i]);
    for (int i = 0; i < loose.n; i++)
        case_from(a, &loose, i, &out->cases[owed.n + i]);
    return true;
}

static const char mailboxes_sql[] =
    "select name, folder, case when last_error_at > coalesce(last_poll_at, '-infinity')"
    "  and last_error_at <= from_us($1) then last_error end,"
    " us(least(last_poll_at, from_us($1))), coalesce(last_poll_at > from_us($1), false)"
    " from mailbox_at(from_us($1)) order by name collate \"C\"";

static bool read_mailboxes(struct arena *a, struct db *db, const struct params *p,
                           struct lateness_rows *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!db_query(db, mailboxes_sql, p, &r, err))
        return false;
    out->n_mailboxes = r.n;
    out->mailboxes = arena_array(a, (size_t)r.n, sizeof *out->mailboxes);
    for (int i = 0; i < r.n; i++)
        out->mailboxes[i] = (struct late_mailbox){.name = row_dup(a, &r, i, 0),
                                                  .folder = row_dup(a, &r, i, 1),
                                                  .error = arena_strdup(a, row_text(&r, i, 2)),
                                                  .polled_us = row_time(&r, i, 3),
                                                  .is_after = row_bool(&r, i, 4)};
    return true;
}

/* Where a report of this instant was made before, a gap that had not ended then is told by the
 * next. */
static const char gaps_sql[] =
    "select b.name, g.why, us(g.from_at), us(least(g.to_at, from_us($1)))"
    " from poll_gap g join mailbox b on b.id = g.mailbox_id, report_window(from_us($1)) w"
    " where g.to_at > w.since and g.from_at < from_us($1)"
    "  and (g.to_at <= from_us($1) or not exists"
    "   (select from mailbox_told t where t.as_of = from_us($1))) order by g.from_at, b.name "
    "collate \"C\"";

static bool read_gaps(struct arena *a, struct db *db, const struct params *p,
                      struct lateness_rows *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!db_query(db, gaps_sql, p, &r, err))
        return false;
    out->n_gaps = r.n;
    out->gaps = arena_array(a, (size_t)r.n, sizeof *out->gaps);
    for (int i = 0; i < r.n; i++)
        out->gaps[i] = (struct late_gap){.mailbox = row_dup(a, &r, i, 0),
                                         .why = row_dup(a, &r, i, 1),
                                         .from_us = row_time(&r, i, 2),
                                         .to_us = row_time(&r, i, 3)};
    return true;
}

static const char checks_sql[] =
    "select i.id, i.no || '/' || i.year, coalesce(i.from_addr, ''),"
    " case when i.secrecy <> '' then '(ลับ)' else i.subject end,"
    " concat_ws('; ', case when i.sender_state = 'unverified' then 'ผู้ส่งยังไม่ยืนยัน' end,"
    "  case when i.agency_id is null then 'ไม่ทราบหน่วยงาน' end, nullif(i.check_why, '')),"
    " coalesce(b.name, ''), us(i.entered_at)"
    " from item_at(from_us($1)) i left join mailbox b on b.id = i.mailbox_id"
    " where i.entered_at <= from_us($1) and i.status not in ('ปิด', 'ถอน', 'ยกเลิก')"
    "  and i.agency_how <> 'officer'"
    "  and (i.sender_state = 'unverified' or i.agency_id is null or i.check_why <> '')"
    " order by i.entered_at, i.id";

static const char quarantine_sql[] =
    "select m.id, '', '', '', a.why, b.name, us(m.entered_at)"
    " from set_aside_at(from_us($1)) a join message m on m.id = a.message_id"
    " join mailbox b on b.id = m.mailbox_id order by m.entered_at, m.id";

static bool read_checks(struct arena *a, struct db *db, const char *sql, const struct params *p,
                        struct late_check **out, int *n_out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!db_query(db, sql, p, &r, err))
        return false;
    struct late_check *checks = arena_array(a, (size_t)r.n, sizeof *checks);
    for (int i = 0; i < r.n; i++)
        checks[i] = (struct late_check){.id = row_int(&r, i, 0),
                                        .register_no = row_dup(a, &r, i, 1),
                                        .from = row_dup(a, &r, i, 2),
                                        .subject = row_dup(a, &r, i, 3),
                                        .why = row_dup(a, &r, i, 4),
                                        .mailbox = row_dup(a, &r, i, 5),
                                        .entered_us = row_time(&r, i, 6)};
    *out = checks;
    *n_out = r.n;
    return true;
}

/* An encrypted file is encrypted, never "no code found". */
static const char files_sql[] =
    "select i.no || '/' || i.year, coalesce(f.filename, ''), f.scan_state, f.scan_why,"
    " us(i.entered_at)"
    " from attachment f join item_at(from_us($1)) i on i.id = f.item_id, "
    "report_window(from_us($1)) w"
    " where f.scan_state in ('encrypted', 'damaged', 'limit', 'poison')"
    "  and i.entered_at <= from_us($1) and i.entered_at >= least(w.since, w.quarter_from)"
    "  and i.status not in ('ปิด', 'ถอน', 'ยกเลิก')"
    " union all"
    " select i.no || '/' || i.year, coalesce(f.filename, ''), 'forged', 'หน้า ' || c.page,"
    " us(i.entered_at)"
    " from code c join attachment f on f.id = c.attachment_id join item_at(from_us($1)) i on i.id "
    "= f.item_id,"
    "  report_window(from_us($1)) w"
    " where c.meaning = 'forged'"
    "  and i.entered_at <= from_us($1) and i.entered_at >= least(w.since, w.quarter_from)"
    "  and i.status not in ('ปิด', 'ถอน', 'ยกเลิก')"
    " order by 5, 1, 2, 3, 4";

static bool read_files(struct arena *a, struct db *db, const struct params *p,
                       struct lateness_rows *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!db_query(db, files_sql, p, &r, err))
        return false;
    out->n_files = r.n;
    out->files = arena_array(a, (size_t)r.n, sizeof *out->files);
    for (int i = 0; i < r.n; i++)
        out->files[i] = (struct late_file){.register_no = row_dup(a, &r, i, 0),
                                           .filename = row_dup(a, &r, i, 1),
                                           .state = row_dup(a, &r, i, 2),
                                           .why = row_dup(a, &r, i, 3),
                                           .entered_us = row_time(&r, i, 4)};
    return true;
}

/* Rules, holidays and meetings that changed since the report before, and deadlines that moved. A
 * year's calendar that was imported is one line: a reader wants the days that changed by hand. */
static const char changes_sql[] =
    "select us(c.at), us(c.was), us(c.now), c.what, c.why, c.who"
    " from report_window(from_us($1)) w cross join lateral ("
    " select v.at, null::timestamptz as was, null::timestamptz as now,"
    "  'ปฏิทิน v' || v.version || case when n.days > 5 then ' วันหยุด ' || n.days || ' วัน' else '' end "
    "as what,"
    "  v.why, v.who, 1 as rank from calendar_version v cross join lateral"
    "  (select count(*) as days from holiday h where h.version = v.version) n"
    " union all"
    " select v.at, null, null, 'วันหยุด ' || thai_date(h.date) || ' ' || h.name, h.source, v.who, 2"
    "  from holiday h join calendar_version v on v.version = h.version"
    "  where (select count(*) from holiday x where x.version = h.version) <= 5"
    " union all"
    " select h.revoked_at, null, null, 'ยกเลิกวันหยุด ' || thai_date(h.date) || ' ' || h.name,"
    "  h.source, '', 3 from holiday h where h.revoked_at is not null"
    " union all"
    " select m.status_at, m.starts_at, n.starts_at,"
    "  case when m.status = 'cancelled' then 'ยกเลิกประชุม' else 'เลื่อนประชุม' end"
    "   || case m.body when 'cabinet' then ' ครม. ' else 'สภา ' end"
    "   || thai_date(bangkok_date(m.starts_at)), m.status_why, '', 4"
    "  from meeting m left join meeting n on n.id = m.moved_to where m.status_at is not null"
    " union all"
    " select d.created_at, o.due_at, d.due_at,"
    "  'กำหนดส่ง ' || t.no || '/' || t.year || ' ' || " AGENCY ","
    "  coalesce(nullif(d.reason, ''), d.basis), d.created_by, 5"
    "  from deadline d join deadline o on o.expectation_id = d.expectation_id"
    "   and o.version = d.version - 1"
    "  join expectation e on e.id = d.expectation_id join matter t on t.id = e.matter_id"
    "  join agency g on g.id = e.agency_id where d.holds and d.due_at is distinct from o.due_at"
    " union all"
    " select s.valid_from, null, null, 'ระเบียบ ' || s.key || ' = ' || s.value, '', '', 6"
    "  from office_setting s where s.valid_from > '-infinity') c"
    " where c.at > w.since and c.at <= from_us($1) order by c.at, c.rank, c.what collate \"C\"";

static bool read_changes(struct arena *a, struct db *db, const struct params *p,
                         struct lateness_rows *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!db_query(db, changes_sql, p, &r, err))
        return false;
    out->n_changes = r.n;
    out->changes = arena_array(a, (size_t)r.n, sizeof *out->changes);
    for (int i = 0; i < r.n; i++)
        out->changes[i] = (struct late_change){.at_us = row_time(&r, i, 0),
                                               .from_us = row_time(&r, i, 1),
                                               .to_us = row_time(&r, i, 2),
                                               .what = row_dup(a, &r, i, 3),
                                               .why = row_dup(a, &r, i, 4),
                                               .who = row_dup(a, &r, i, 5)};
    return true;
}

/* What failed or was missed is told once, by the next that ran. */
static const char runs_sql[] =
    "select us(f.as_of), f.why from (select coalesce(max(as_of), '-infinity') as at from report_run"
    "  where kind = 'lateness' and as_of < from_us($1) and done_at is not null and error is null) "
    "last"
    " join lateral (select as_of, coalesce(error, 'เริ่มแล้วไม่จบ') as why from report_run"
    "  where kind = 'lateness' and as_of < from_us($1) and (error is not null or done_at is null)"
    " union all"
    " select at, 'ไม่ได้ออกรายงาน' from report_missed('lateness', from_us($1)) at) f"
    " on f.as_of > last.at order by f.as_of, f.why";

static bool read_runs(struct arena *a, struct db *db, const struct params *p,
                      struct lateness_rows *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!db_query(db, runs_sql, p, &r, err))
        return false;
    out->n_runs = r.n;
    out->runs = arena_array(a, (size_t)r.n, sizeof *out->runs);
    for (int i = 0; i < r.n; i++)
        out->runs[i] =
            (struct late_run){.as_of_us = row_time(&r, i, 0), .why = row_dup(a, &r, i, 1)};
    return true;
}

bool lateness_read(struct arena *a, struct db *db, int64_t as_of_us, bool with_words,
                   struct lateness_rows *out, struct err *err)
{
    struct lateness_rows l = {0};
    struct params p = {0};
    param_time(&p, as_of_us);
    if (!db_begin(db, err))
        return false;
    struct db *open CLEANUP(db_rollbackp) = db;
    if (!db_query(db, snapshot_sql, NULL, NULL, err) ||
        !db_query(db, memory_sql, NULL, NULL, err) || !read_window(a, db, &p, &l.window, err) ||
        !read_cases(a, db, &p, with_words, &l, err) || !read_mailboxes(a, db, &p, &l, err) ||
        !read_gaps(a, db, &p, &l, err) ||
        !read_checks(a, db, checks_sql, &p, &l.checks, &l.n_checks, err) ||
        !read_checks(a, db, quarantine_sql, &p, &l.quarantine, &l.n_quarantine, err) ||
        !read_files(a, db, &p, &l, err) || !read_changes(a, db, &p, &l, err) ||
        !read_runs(a, db, &p, &l, err) || !reconcile_read(a, db, as_of_us, &l.reconcile, err))
        return false;
    *out = l;
    return true;
}
