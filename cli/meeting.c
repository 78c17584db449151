/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela meeting: of the Cabinet and of Parliament. */
#include "db/meeting.h"
#include "base/thai.h"
#include "cli/listing.h"
#include "cli/meeting.h"
#include "cli/verbs.h"

#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- list, export */

static struct listing *meetings_listing(struct cli *c, const struct meetings *list)
{
    static const struct field fields[] = {
        {"id", "ที่", "id", FIELD_NUMBER, false, 0},
        {"body", "ของ", "body", FIELD_TEXT, false, 0},
        {"starts_at", "เริ่ม", "starts", FIELD_TIME, false, 0},
        {"kind", "ชนิด", "kind", FIELD_TEXT, false, 0},
        {"cutoff_at", "ปิดรับ", "cut-off", FIELD_TIME, false, 0},
        {"cutoff_rule", "เกณฑ์", "rule", FIELD_TEXT, true, 10},
        {"status", "สถานะ", "status", FIELD_TEXT, false, 0},
        {"moved_to", "ไปที่", "moved to", FIELD_ID, false, 0},
        {"place", "สถานที่", "place", FIELD_TEXT, true, 6},
        {"source", NULL, NULL, FIELD_TEXT, false, 0},
        {"status_why", NULL, NULL, FIELD_TEXT, false, 0},
    };
    struct listing *l = listing_new(c, "meetings", fields, ARRAY_LEN(fields));
    for (int i = 0; i < list->n; i++) {
        const struct meeting *m = &list->meeting[i];
        listing_number(l, m->id);
        listing_text(l, meeting_body_shown(c, m->body));
        listing_time(l, m->starts_us);
        listing_text(l, meeting_kind_shown(c, m->kind));
        listing_time(l, m->cutoff_us);
        listing_text(l, m->cutoff_rule);
        listing_text(l, meeting_status_shown(c, m->status));
        listing_number(l, m->moved_to);
        listing_text(l, m->place);
        listing_text(l, m->source);
        listing_text(l, m->status_why);
    }
    return l;
}

static int list_or_export(struct cli *c, int argc, char **argv, bool csv)
{
    struct period p = {.from_us = TIME_NONE, .to_us = TIME_NONE};
    const char *body = NULL;
    const struct opt opts[] = {{"--year", OPT_INT, &p.year},
                               {"--from", OPT_DAY, &p.from_us},
                               {"--to", OPT_DAY, &p.to_us},
                               {"--body", OPT_TEXT, &body}};
    struct err err = {0};
    struct meetings list;
    if (!cli_options(&command_meeting, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 1)
        return cli_usage(&command_meeting, "%s: not expected", argv[1]);
    struct db *db = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    period_complete(&p);
    if (!meeting_list(c->a, db, body ? meeting_body(body) : NULL, p.from_us, p.to_us + US_PER_DAY,
                      &list, &err))
        return cli_fail(&err);
    return listing_print(csv ? meeting_file(c, &list) : meetings_listing(c, &list), csv);
}

static int list_run(struct cli *c, int argc, char **argv)
{
    return list_or_export(c, argc, argv, false);
}

static int export_run(struct cli *c, int argc, char **argv)
{
    return list_or_export(c, argc, argv, true);
}

/* ---------------------------------------------------------------- add, move, cancel */

static int add_run(struct cli *c, int argc, char **argv)
{
    struct meeting m = {.body = "cabinet", .kind = "regular", .place = "", .source = ""};
    struct meeting_cutoff cutoff = {.days = -1, .at_us = TIME_NONE};
    m.created_us = TIME_NONE;
    const struct opt opts[] = {{"--body", OPT_TEXT, &m.body},
                               {"--kind", OPT_TEXT, &m.kind},
                               {"--place", OPT_TEXT, &m.place},
                               {"--source", OPT_TEXT, &m.source},
                               {"--cutoff-days", OPT_INT, &cutoff.days},
                               {"--cutoff-time", OPT_TEXT, &cutoff.time},
                               {"--cutoff", OPT_TIME, &cutoff.at_us}};
    struct err err = {0};
    int id;
    if (!cli_options(&command_meeting, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 2 || !cli_time(argv[1], &m.starts_us) || strlen(argv[1]) < strlen("2564-04-20T09"))
        return cli_usage(&command_meeting, "add wants the start, such as 2564-04-20T09:00");
    if (cutoff.days < 0 && cutoff.at_us == TIME_NONE)
        return cli_usage(&command_meeting,
                         "add wants --cutoff-days and --cutoff-time, or --cutoff");
    m.body = meeting_body(m.body);
    m.kind = meeting_kind(m.kind);
    struct db *db CLEANUP(db_rollbackp) = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!meeting_cutoff_read(&cutoff, &m.cutoff_days, &m.cutoff_minute, &m.cutoff_us, &err) ||
        !db_begin(db, &err) || !meeting_add(db, &m, c->who, &id, &err) ||
        !meeting_get(c->a, db, id, &m, &err))
        return cli_fail(&err);
    const char *json = arena_printf(c->a, "{\"meeting\": %d}", id);
    return change_done(c, db, json, "#%d %s, %s %s (%s)", id,
                       thai_time(c->a, m.starts_us, THAI_DATE_TIME), tr(c, "ปิดรับ", "cut-off"),
                       thai_time(c->a, m.cutoff_us, THAI_DATE_TIME), m.cutoff_rule);
}

/* The meeting that a change is about, and whose change it is. */
static bool change_of(struct cli *c, const char *body, const char *word, struct meeting_change *m,
                      struct err *err)
{
    m->who = c->who;
    body = body ? meeting_body(body) : NULL;
    return meeting_of(cli_db(c), body, word, &m->id, err);
}

static int move_run(struct cli *c, int argc, char **argv)
{
    struct meeting_change m = {.source = ""};
    struct meeting_cutoff cutoff = {.days = -1, .at_us = TIME_NONE};
    const char *body = NULL;
    const struct opt opts[] = {{"--why", OPT_TEXT, &m.why},
                               {"--source", OPT_TEXT, &m.source},
                               {"--body", OPT_TEXT, &body},
                               {"--erases-lateness", OPT_FLAG, &m.erases_lateness},
                               {"--cutoff-days", OPT_INT, &cutoff.days},
                               {"--cutoff-time", OPT_TEXT, &cutoff.time},
                               {"--cutoff", OPT_TIME, &cutoff.at_us}};
    struct err err = {0};
    int id, n;
    if (!cli_options(&command_meeting, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 3 || !cli_time(argv[2], &m.starts_us) || !m.why)
        return cli_usage(&command_meeting, "move wants a meeting, its new start and --why");
    struct db *db CLEANUP(db_rollbackp) = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!meeting_cutoff_read(&cutoff, &m.cutoff_days, &m.cutoff_minute, &m.cutoff_us, &err) ||
        !db_begin(db, &err) || !change_of(c, body, argv[1], &m, &err) ||
        !meeting_move(db, &m, &id, &n, &err))
        return cli_fail(&err);
    const char *json = arena_printf(c->a, "{\"meeting\": %d, \"deadlines_moved\": %d}", id, n);
    return change_done(c, db, json, "#%d → #%d %s, %s %d", m.id, id,
                       thai_time(c->a, m.starts_us, THAI_DATE_TIME),
                       tr(c, "กำหนดส่งที่เลื่อนตาม", "deadlines moved"), n);
}

static int cancel_run(struct cli *c, int argc, char **argv)
{
    struct meeting_change m = {.source = ""};
    const char *body = NULL;
    const struct opt opts[] = {{"--why", OPT_TEXT, &m.why},
                               {"--source", OPT_TEXT, &m.source},
                               {"--body", OPT_TEXT, &body}};
    struct err err = {0};
    int n;
    if (!cli_options(&command_meeting, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 2 || !m.why)
        return cli_usage(&command_meeting, "cancel wants a meeting and --why");
    struct db *db CLEANUP(db_rollbackp) = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!db_begin(db, &err) || !change_of(c, body, argv[1], &m, &err) ||
        !meeting_cancel(db, &m, &n, &err))
        return cli_fail(&err);
    const char *json = arena_printf(c->a, "{\"meeting\": %d, \"deadlines_moved\": %d}", m.id, n);
    return change_done(c, db, json, "#%d %s, %s %d", m.id, tr(c, "ยกเลิกแล้ว", "cancelled"),
                       tr(c, "กำหนดส่งที่เปลี่ยนตาม", "deadlines changed"), n);
}

static int run(struct cli *c, int argc, char **argv)
{
    static const struct verb verbs[] = {{"list", list_run},
                                        {"add", add_run},
                                        {"move", move_run},
                                        {"cancel", cancel_run},
                                        {"propose", meeting_propose_run},
                                        {"import", meeting_import_run},
                                        {"export", export_run},
                                        {NULL, NULL}};
    return verb_run(&command_meeting, c, argc, argv, verbs);
}

const struct command command_meeting = {
    .name = "meeting",
    .summary_th = "การประชุม ครม. และสภา พร้อมเวลาปิดรับเรื่อง",
    .summary_en = "meetings of the Cabinet and of Parliament, and their cut-off",
    .usage_th = "วิธีใช้\n"
                "  thanwela meeting list [--year 2564 | --from วัน --to วัน] [--body ครม.|สภา]\n"
                "  thanwela meeting add เริ่ม (--cutoff-days N --cutoff-time T | --cutoff เวลา)\n"
                "                 [--body ครม.|สภา] [--kind ปกติ|พิเศษ|สัญจร]\n"
                "                 [--place ที่] [--source เอกสาร]\n"
                "  thanwela meeting move ประชุม เริ่มใหม่ --why เหตุ [--source เอกสาร] [--cutoff...]\n"
                "                 [--erases-lateness]   เลื่อนประชุม กำหนดส่งที่ยังเปิดเลื่อนตาม\n"
                "  thanwela meeting cancel ประชุม --why เหตุ [--source เอกสาร]\n"
                "  thanwela meeting propose --from วัน --to วัน   วันอังคาร และวันที่ตรงวันหยุด\n"
                "                 [--confirm --cutoff-days N --cutoff-time T [--start 09:00]\n"
                "                 [--place ที่] [--source เอกสาร]]   นัดทุกวันที่ไม่ตรงวันหยุดและยังไม่มีนัด\n"
                "  thanwela meeting import ไฟล์ [--dry-run]\n"
                "  thanwela meeting export [--year 2564]\n"
                "\n"
                "ประชุม คือเลขที่ในรายการ (3) หรือวันประชุม (2564-04-20)\n"
                "  --cutoff-days N      ปิดรับก่อนประชุม N วันทำการ ตามเวลา --cutoff-time\n"
                "  --cutoff เวลา         ปิดรับตามเวลานั้น\n"
                "  --erases-lateness    เจ้าหน้าที่ให้ถือว่าผู้ที่ไม่ทันกำหนดเดิมไม่ล่าช้า (บันทึกไว้)\n"
                "CSV: body,starts_at,kind,place,cutoff_days,cutoff_time,cutoff_at,source\n"
                "ตัวอย่าง: meeting add 2564-04-20T09:00 --cutoff-days 3 --cutoff-time 12:00\n",
    .usage_en = "Usage\n"
                "  thanwela meeting list [--year 2564 | --from DAY --to DAY] [--body BODY]\n"
                "  thanwela meeting add START (--cutoff-days N --cutoff-time T | --cutoff TIME)\n"
                "                 [--body BODY] [--kind KIND] [--place PLACE] [--source DOC]\n"
                "  thanwela meeting move MEETING NEW-START --why WHY [--source DOC]\n"
                "                 [--cutoff...] [--erases-lateness]    open deadlines follow\n"
                "  thanwela meeting cancel MEETING --why WHY [--source DOC]\n"
                "  thanwela meeting propose --from DAY --to DAY   Tuesdays, holidays named\n"
                "                 [--confirm --cutoff-days N --cutoff-time T [--start 09:00]\n"
                "                 [--place PLACE] [--source DOC]]   plan those that are free\n"
                "  thanwela meeting import FILE [--dry-run]\n"
                "  thanwela meeting export [--year 2564]\n"
                "\n"
                "BODY: cabinet, parliament. KIND: regular, special, mobile.\n"
                "MEETING: its id in the list (3), or its day (2021-04-20).\n"
                "  --cutoff-days N      papers are taken until N working days before\n"
                "  --cutoff TIME        until that instant\n"
                "  --erases-lateness    on record: who missed the old cut-off is not late\n"
                "CSV: body,starts_at,kind,place,cutoff_days,cutoff_time,cutoff_at,source\n",
    .run = run,
};
