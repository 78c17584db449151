/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A small office for tests of judging. See owed.h. */
#include "tests/flow/owed.h"

#include "db/agency.h"
#include "db/matter.h"
#include "db/meeting.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int agency(struct rules *t, const char *code)
{
    struct err err = {0};
    struct agency g = {
        .code = code, .name = "กรมศุลกากร", .from_us = TIME_NONE, .until_us = TIME_NONE};
    enum row_change change;
    int id;
    must(agency_put(t->db, &g, "test", &id, &change, &err), &err);
    return id;
}

struct owed owed_new(struct rules *t, const char *meeting)
{
    struct err err = {0};
    struct owed o = {0};
    int no;
    rules_now(t, "2021-04-01T09:00");
    o.agency_id = agency(t, "CUSTOMS");
    if (meeting) {
        struct meeting m = {.body = "cabinet",
                            .starts_us = at(meeting),
                            .kind = "regular",
                            .cutoff_days = 3,
                            .cutoff_minute = 12 * 60,
                            .cutoff_us = TIME_NONE,
                            .created_us = TIME_NONE};
        must(meeting_add(t->db, &m, "test", &o.meeting_id, &err), &err);
    }
    struct matter m = {.class_name = "CAB-OPINION",
                       .title = "ขอความเห็น",
                       .urgency = "",
                       .secrecy = "",
                       .letter_no = "นร 0503/ว 28",
                       .received_us = at("2021-04-01"),
                       .meeting_id = o.meeting_id,
                       .created_us = TIME_NONE};
    must(matter_add(t->db, &m, "test", &o.matter_id, &no, &err), &err);
    must(expectation_add(t->db, o.matter_id, o.agency_id, TIME_NONE, "test", &o.expectation_id,
                         &err),
         &err);
    return o;
}

struct owed owed_by(struct rules *t, const struct owed *o, const char *code)
{
    struct err err = {0};
    struct owed other = *o;
    other.agency_id = agency(t, code);
    must(expectation_add(t->db, o->matter_id, other.agency_id, TIME_NONE, "test",
                         &other.expectation_id, &err),
         &err);
    return other;
}

int64_t owed_item(struct rules *t, const struct owed *o, const char *entered, const char *sql)
{
    const char *id = rules_sql(
        t,
        "insert into item (series, year, no, entered_at, deemed_at, registered_at, digest, token,"
        " agency_id, agency_how, sender_state, subject, subject_fold, matter_id)"
        " select 'R', 2564, n.no, e.at, deemed(e.at), e.at, sha256(n.no::text::bytea),"
        " n.no::text, nullif(%d, 0), 'domain', 'verified', 's', 's', nullif(%lld, 0)"
        " from (select 1 + count(*) as no from item) n,"
        " (select from_us(%lld) as at) e returning id",
        o->agency_id, (long long)o->matter_id, (long long)at(entered));
    if (sql)
        rules_sql(t, "update item set %s where id = %s", sql, id);
    return strtoll(id, NULL, 10);
}

struct deadline owed_rule(struct rules *t, const struct owed *o, struct deadline_rule rule)
{
    struct err err = {0};
    struct deadline d;
    must(deadline_set(t->a, t->db, o->expectation_id, &rule, "test", &d, &err), &err);
    return d;
}

struct deadline owed_until(struct rules *t, const struct owed *o, const char *iso)
{
    return owed_rule(t, o,
                     (struct deadline_rule){.level = DEADLINE_EXPLICIT,
                                            .at_us = at(iso),
                                            .has_time = strlen(iso) > strlen("2021-04-09"),
                                            .created_us = TIME_NONE});
}

struct deadline owed_extend(struct rules *t, const struct owed *o, int days, bool erases)
{
    struct err err = {0};
    struct deadline d;
    struct extension x = {.days = days,
                          .working = true,
                          .at_us = TIME_NONE,
                          .reason = "รอข้อมูล",
                          .source = "กค 0501/1",
                          .erases_lateness = erases,
                          .created_us = TIME_NONE};
    must(deadline_extend(t->a, t->db, o->expectation_id, &x, "test", &d, &err), &err);
    return d;
}

struct judgement owed_judge(struct rules *t, const struct owed *o, const char *as_of)
{
    struct err err = {0};
    struct judgement j;
    must(judge_expectation(t->db, t->a, o->expectation_id, at(as_of), &j, &err), &err);
    return j;
}

struct judgement item_judge(struct rules *t, int64_t item_id, const char *as_of)
{
    struct err err = {0};
    struct judgement j;
    must(judge_item(t->db, t->a, item_id, at(as_of), &j, &err), &err);
    return j;
}

struct deadline_rule owed_level(enum deadline_level level, int meeting_id)
{
    struct deadline_rule r = {.level = level,
                              .at_us = at("2021-04-07T10:00") + level * US_PER_MIN,
                              .has_time = true,
                              .days = 10,
                              .from_us = TIME_NONE,
                              .meeting_id = meeting_id,
                              .source = "นร 0503/99",
                              .reason = "ตามหนังสือ",
                              .created_us = TIME_NONE};
    return r;
}
