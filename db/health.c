/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The doctor's questions: a table of counts, each with the sentence for none and for some. */
#include "db/health.h"

#include "db/event.h"
#include "db/query.h"
#include <inttypes.h>

struct question {
    const char *key;
    const char *sql; /* → count, and the first few by name */
    enum health_grade grade_if_any;
    const char *none_th, *none_en;
    const char *some_th, *some_en; /* what to do; the count and the names stand before it */
};

static const struct question questions[] = {
    {"violations",
     "select count(*), string_agg(what || ' ' || ref, ', ') from (select * from violation limit "
     "20) v",
     HEALTH_BAD, "ไม่พบข้อมูลที่ขัดกัน", "no rule of the register is broken",
     "รายการขัดกับกฎของทะเบียน: หยุดบริการและติดต่อผู้พัฒนา",
     "broken rules of the register: stop the service and report it"},
    {"mailboxes_silent",
     "select count(*), string_agg(name || coalesce(' (' || last_error || ')', ''), ', ') from "
     "mailbox"
     " where last_poll_at is null or last_poll_at < office_now() - interval '15 minutes'",
     HEALTH_BAD, "อ่านตู้จดหมายได้ครบใน 15 นาทีที่ผ่านมา", "every mailbox was read in the last 15 minutes",
     "ตู้จดหมายที่อ่านไม่ได้เกิน 15 นาที: ดู thanwelad --check",
     "mailboxes not read for 15 minutes: see thanwelad --check"},
    {"outbox_dead",
     "select count(*), string_agg(rcpt || ': ' || coalesce(last_reply, ''), ', ') from"
     " (select * from outbox where state = 'dead' order by id desc limit 5) o",
     HEALTH_LOOK, "ไม่มีอีเมลหรือข้อความ LINE ที่ส่งไม่ได้", "no mail and no LINE message is undeliverable",
     "อีเมลหรือข้อความ LINE ส่งไม่ได้ถาวร: แจ้งทางอื่น",
     "mails or LINE messages that cannot be delivered: tell the readers another way"},
    {"outbox_waiting",
     "select count(*), min(rcpt) from outbox where state in ('ready', 'sending')"
     " and created_at < office_now() - interval '1 hour'",
     HEALTH_LOOK, "ไม่มีอีเมลค้างส่งเกินหนึ่งชั่วโมง", "no answer has waited for an hour",
     "อีเมลค้างส่งเกินหนึ่งชั่วโมง: ตรวจ [smtp] และ [line]",
     "answers have waited for an hour: check [smtp] and [line]"},
    {"scans_waiting",
     "select count(*), min(item_id)::text from job where state in ('ready', 'running')"
     " and next_at < clock_timestamp() - interval '1 hour'",
     HEALTH_LOOK, "ไม่มีไฟล์รออ่านเกินหนึ่งชั่วโมง", "no file has waited for an hour",
     "ไฟล์รออ่านเกินหนึ่งชั่วโมง: ตรวจว่ามีบทบาท scan ทำงานอยู่",
     "files have waited for an hour: is the scan role running?"},
    {"quarantined", "select count(*), null from message where state = 'quarantined'", HEALTH_LOOK,
     "ไม่มีอีเมลถูกกันไว้", "no mail is set aside",
     "อีเมลถูกกันไว้: ดู thanwela item list --state quarantined",
     "mails set aside: see thanwela item list --state quarantined"},
    {"reconcile",
     "select coalesce(sum(r.n_unexplained), 0), string_agg(m.name || ' ' || to_char(r.at at time "
     "zone 'Asia/Bangkok', 'YYYY-MM-DD HH24:MI'), ', ') filter (where r.n_unexplained > 0)"
     " from mailbox m cross join lateral (select * from reconcile_run x where x.mailbox_id = m.id"
     "  order by x.id desc limit 1) r",
     HEALTH_LOOK, "ตู้จดหมายตรงกับทะเบียน", "mailboxes and ledger agree",
     "จดหมายที่ต่างจากทะเบียนโดยไม่รู้เหตุ: ดู thanwela reconcile",
     "mails differ from the ledger for no known reason: see thanwela reconcile"},
    {"gaps",
     "select count(*), string_agg(m.name || ' ' || to_char(from_at at time zone 'Asia/Bangkok', "
     "'YYYY-MM-DD HH24:MI'), ', ')"
     " from (select * from poll_gap where to_at > office_now() - interval '1 day' order by from_at "
     "desc limit 5) g"
     " join mailbox m on m.id = g.mailbox_id",
     HEALTH_LOOK, "ไม่มีช่วงที่ไม่ได้อ่านตู้จดหมายในวันที่ผ่านมา", "no gap in polling in the last day",
     "ช่วงที่ไม่ได้อ่านตู้จดหมายในวันที่ผ่านมา", "gaps in polling in the last day"},
};

static bool ask(struct db *db, struct arena *a, const struct question *q, struct health_line *out,
                struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!db_query(db, q->sql, NULL, &r, err))
        return err_add(err, "%s", q->key);
    int64_t n = row_int(&r, 0, 0);
    *out = (struct health_line){HEALTH_OK, q->key, q->none_th, q->none_en};
    if (n == 0)
        return true;
    const char *names = row_null(&r, 0, 1) ? "" : arena_printf(a, " (%s)", row_text(&r, 0, 1));
    out->grade = q->grade_if_any;
    out->th = arena_printf(a, "%" PRId64 " %s%s", n, q->some_th, names);
    out->en = arena_printf(a, "%" PRId64 " %s%s", n, q->some_en, names);
    return true;
}

static bool ask_chain(struct db *db, struct arena *a, struct health_line *out, struct err *err)
{
    int64_t n, broken;
    if (!event_chain_check(db, &n, &broken, err))
        return err_add(err, "chain");
    *out = (struct health_line){.grade = HEALTH_OK, .key = "chain"};
    out->th = arena_printf(a, "ประวัติ %" PRId64 " รายการต่อกันครบ ไม่มีการแก้ไข", n);
    out->en = arena_printf(a, "the chain of %" PRId64 " events is whole", n);
    if (broken == 0)
        return true;
    out->grade = HEALTH_BAD;
    out->th = arena_printf(a, "ประวัติถูกแก้ไขตั้งแต่รายการที่ %" PRId64 ": ตรวจสิทธิ์เข้าถึงฐานข้อมูล", broken);
    out->en = arena_printf(
        a, "the chain is broken from event %" PRId64 " on: who has access to the database?",
        broken);
    return true;
}

bool health_check(struct db *db, struct arena *a, struct health_line **out, uint32_t *n_out,
                  struct err *err)
{
    struct health_line *lines = arena_array(a, ARRAY_LEN(questions) + 1, sizeof *lines);
    for (size_t i = 0; i < ARRAY_LEN(questions); i++)
        if (!ask(db, a, &questions[i], &lines[i], err))
            return false;
    if (!ask_chain(db, a, &lines[ARRAY_LEN(questions)], err))
        return false;
    *out = lines;
    *n_out = ARRAY_LEN(questions) + 1;
    return true;
}
