/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Figures for monitoring. See metrics.h. */
#include "db/metrics.h"

#include "db/query.h"

static const char figures_sql[] =
    "select 'mails', 'Mails by what became of them', 'state', state, count(*)::float8 from message"
    " group by state"
    " union all select 'poll_age_seconds', 'Since the last good look at a mailbox', 'mailbox',"
    "  translate(name, '\"\\', ''), extract(epoch from clock_timestamp() - last_poll_at)::float8"
    "  from mailbox where last_poll_at is not null"
    " union all select 'poll_gaps_day', 'Gaps in looking at a mailbox that touch the last day',"
    "  'mailbox', translate(m.name, '\"\\', ''), count(g.*)::float8 from mailbox m left join "
    "poll_gap g"
    "  on g.mailbox_id = m.id and g.to_at > clock_timestamp() - interval '1 day' group by m.name"
    " union all select 'scans', 'Scan jobs by state', 'state', state, count(*)::float8 from job"
    "  where state <> 'done' group by state"
    " union all select 'scan_queue_age_seconds', 'How long the oldest scan waits', '', '',"
    "  coalesce(extract(epoch from clock_timestamp() - min(i.registered_at)), 0)::float8"
    "  from job j join item i on i.id = j.item_id where j.state in ('ready', 'running')"
    " union all select 'outbox', 'Mails and notices that go out, by state', 'state', state,"
    "  count(*)::float8 from outbox group by state"
    " union all select 'outbox_age_seconds', 'How long the oldest one waits', '', '',"
    "  coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)::float8"
    "  from outbox where state in ('ready', 'sending')"
    " union all select 'deadlines', 'What agencies owe, by judgement', 'verdict', verdict,"
    "  count(*)::float8 from expectation_now group by verdict"
    " union all select 'files', 'Files by what their scan found', 'state', scan_state, "
    "count(*)::float8"
    "  from attachment where scan_state is not null group by scan_state"
    " union all select 'violations', 'What must never be seen', '', '', count(*)::float8 from "
    "violation"
    " union all select 'mailbox_errors', 'Mailboxes whose last look failed', '', '', "
    "count(*)::float8"
    "  from mailbox where last_error_at > coalesce(last_poll_at, '-infinity')"
    " order by 1, 4";

bool metrics_read(struct arena *a, struct db *db, struct metrics *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!db_query(db, figures_sql, NULL, &r, err))
        return false;
    struct metrics all = {arena_array(a, (size_t)r.n, sizeof *all.metric), r.n};
    for (int i = 0; i < r.n; i++)
        all.metric[i] = (struct metric){.name = row_dup(a, &r, i, 0),
                                        .help = row_dup(a, &r, i, 1),
                                        .label_name = row_dup(a, &r, i, 2),
                                        .label = row_dup(a, &r, i, 3),
                                        .value = row_double(&r, i, 4)};
    *out = all;
    return true;
}
