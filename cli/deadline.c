/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela deadline: by when, and why. */
#include "db/deadline.h"
#include "base/clock.h"
#include "base/thai.h"
#include "base/thai_date.h"
#include "cli/deadline.h"
#include "cli/judged.h"
#include "cli/listing.h"
#include "cli/moves.h"
#include "cli/verbs.h"
#include "db/matter.h"

#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- list, show */

static bool verdict_known(const char *verdict)
{
    static const char *const names[] = {"ON_TIME", "LATE",        "OVERDUE",    "DUE_SOON",
                                        "PENDING", "NO_DEADLINE", "INCOMPLETE", "EXEMPT"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strcmp(names[i], verdict) == 0)
            return true;
    const char *near = cli_nearest(verdict, names, ARRAY_LEN(names));
    cli_usage(&command_deadline, "--verdict %s: no such judgement%s%s", verdict,
              near ? "; did you mean " : "", near ? near : "");
    return false;
}

static int list_run(struct cli *c, int argc, char **argv)
{
    enum { PAGE = 50, EVERYTHING = INT32_MAX };
    struct judged_filter f = {.as_of_us = clock_now_us()};
    const char *agency = NULL;
    int64_t limit = PAGE, page = 1;
    const struct opt opts[] = {{"--as-of", OPT_TIME, &f.as_of_us},
                               {"--verdict", OPT_TEXT, &f.verdict},
                               {"--agency", OPT_TEXT, &agency},
                               {"--limit", OPT_INT, &limit},
                               {"--page", OPT_INT, &page}};
    struct err err = {0};
    if (!cli_options(&command_deadline, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 1 || limit < 1 || limit > EVERYTHING || page < 1 || page - 1 > EVERYTHING / limit)
        return cli_usage(&command_deadline, "%s takes options only; a page is 1 or more", argv[0]);
    if (f.verdict && !verdict_known(f.verdict))
        return EXIT_USAGE;
    struct db *db = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (agency && !agency_of(db, agency, &f.agency_id, &err))
        return cli_fail(&err);
    f.limit = (int)limit;
    f.offset = (int)((page - 1) * limit);
    return judged_print(c, db, &f);
}

static int show_run(struct cli *c, int argc, char **argv)
{
    static const struct field fields[] = {
        {"version", "รุ่น", "version", FIELD_NUMBER, false, 0},
        {"level", "ลำดับ", "level", FIELD_NUMBER, false, 0},
        {"holds", "มีผล", "holds", FIELD_FLAG, false, 0},
        {"due_at", "กำหนด", "due", FIELD_TIME, false, 0},
        {"basis", "ที่มา", "basis", FIELD_TEXT, true, 16},
        {"reason", "เหตุผล", "reason", FIELD_TEXT, true, 8},
        {"source", "เอกสาร", "document", FIELD_TEXT, true, 8},
        {"extension", NULL, NULL, FIELD_FLAG, false, 0},
        {"erases_lateness", NULL, NULL, FIELD_FLAG, false, 0},
        {"created_at", "เมื่อ", "entered", FIELD_TIME, false, 0},
        {"created_by", "โดย", "by", FIELD_TEXT, false, 0},
    };
    struct err err = {0};
    struct deadlines list;
    int64_t id;
    if (!cli_options(&command_deadline, &argc, argv, NULL, 0))
        return EXIT_USAGE;
    if (argc != 3)
        return cli_usage(&command_deadline, "show wants a matter and an agency");
    struct db *db = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!expectation_of(db, argv[1], argv[2], &id, &err) ||
        !deadline_history(c->a, db, id, &list, &err))
        return cli_fail(&err);
    struct listing *l = listing_new(c, "versions", fields, ARRAY_LEN(fields));
    for (int i = 0; i < list.n; i++) {
        const struct deadline *d = &list.deadline[i];
        listing_number(l, d->version);
        listing_number(l, d->level);
        listing_flag(l, d->holds);
        listing_time(l, d->due_us);
        listing_text(l, d->basis);
        listing_text(l, d->reason);
        listing_text(l, d->source);
        listing_flag(l, d->is_extension);
        listing_flag(l, d->erases_lateness);
        listing_time(l, d->created_us);
        listing_text(l, d->created_by);
    }
    return listing_print(l, false);
}

/* ---------------------------------------------------------------- set */

/* The date and time that an official sentence names: "ภายในวันที่ ๑๖ เมษายน ๒๕๖๔ เวลา ๑๒.๐๐ น." */
static bool date_in_text(const char *text, struct deadline_rule *rule, struct err *err)
{
    struct thai_when when;
    if (!thai_date_find(text, &when))
        return err_set(err, ERR_REFUSE, "\"%s\": there is no date in it", text);
    rule->at_us = when.at_us;
    rule->has_time = when.has_time;
    if (rule->level == 0)
        rule->level = strstr(text, "ด่วนภายใน") ? DEADLINE_WITHIN : DEADLINE_EXPLICIT;
    return true;
}

static int levels_said(const struct deadline_words *w)
{
    return (w->date != NULL) + (w->text != NULL) + (w->within != NULL) + (w->override != NULL) +
           (w->meeting != NULL) + (w->working_days >= 0) + (w->days >= 0) + w->none;
}

static bool instant_of(const char *text, enum deadline_level level, struct deadline_rule *rule,
                       struct err *err)
{
    rule->level = level;
    return cli_time(text, &rule->at_us) ? time_of(text, &rule->at_us, &rule->has_time, err)
                                        : date_in_text(text, rule, err);
}

bool deadline_rule_of(struct db *db, const struct deadline_words *w, struct deadline_rule *out,
                      struct err *err)
{
    struct deadline_rule r = {.at_us = TIME_NONE,
                              .from_us = w->from_us,
                              .source = w->source,
                              .reason = w->why,
                              .erases_lateness = w->erases_lateness,
                              .created_us = TIME_NONE};
    bool ok = true;
    if (levels_said(w) != 1 || w->days > WORKING_DAYS_MAX || w->working_days > WORKING_DAYS_MAX)
        return err_set(err, ERR_REFUSE,
                       "a deadline is one of a date, a sentence with a date, a "
                       "meeting, a number of days, an override, or none");
    if (w->date)
        ok = instant_of(w->date, DEADLINE_EXPLICIT, &r, err);
    else if (w->text)
        ok = date_in_text(w->text, &r, err);
    else if (w->within)
        ok = instant_of(w->within, DEADLINE_WITHIN, &r, err);
    else if (w->override)
        ok = instant_of(w->override, DEADLINE_OVERRIDE, &r, err);
    else if (w->meeting) {
        r.level = DEADLINE_MEETING;
        ok = meeting_of(db, w->body, w->meeting, &r.meeting_id, err);
    } else if (w->none) {
        r.level = DEADLINE_NONE;
    } else {
        r.level = w->working_days >= 0 ? DEADLINE_WORKING_DAYS : DEADLINE_CALENDAR_DAYS;
        r.days = (int)(w->working_days >= 0 ? w->working_days : w->days);
    }
    if (ok)
        *out = r;
    return ok;
}

static const char *outcome(struct cli *c, const struct deadline *d)
{
    const char *due = d->due_us == TIME_NONE ? tr(c, "ยังไม่กำหนด", "none")
                                             : thai_time(c->a, d->due_us, THAI_DATE_TIME);
    return arena_printf(
        c->a, "%s %d: %s (%s)%s", tr(c, "กำหนดรุ่นที่", "version"), d->version, due, d->basis,
        d->holds ? ""
                 : tr(c, " บันทึกไว้ แต่กำหนดที่มาก่อนยังมีผล", " recorded; a stronger one keeps holding"));
}

static int set_run(struct cli *c, int argc, char **argv)
{
    struct deadline_words w = deadline_words_empty();
    const struct opt opts[] = {{"--date", OPT_TEXT, &w.date},
                               {"--text", OPT_TEXT, &w.text},
                               {"--within", OPT_TEXT, &w.within},
                               {"--override", OPT_TEXT, &w.override},
                               {"--meeting", OPT_TEXT, &w.meeting},
                               {"--body", OPT_TEXT, &w.body},
                               {"--working-days", OPT_INT, &w.working_days},
                               {"--days", OPT_INT, &w.days},
                               {"--from", OPT_DAY, &w.from_us},
                               {"--none", OPT_FLAG, &w.none},
                               {"--source", OPT_TEXT, &w.source},
                               {"--why", OPT_TEXT, &w.why},
                               {"--erases-lateness", OPT_FLAG, &w.erases_lateness}};
    struct err err = {0};
    struct deadline_rule rule;
    struct deadline d;
    int64_t id;
    if (!cli_options(&command_deadline, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 3 || levels_said(&w) != 1)
        return cli_usage(&command_deadline, "set wants a matter, an agency, and one deadline");
    struct db *db CLEANUP(db_rollbackp) = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!db_begin(db, &err) || !deadline_rule_of(db, &w, &rule, &err) ||
        !expectation_of(db, argv[1], argv[2], &id, &err) ||
        !deadline_set(c->a, db, id, &rule, c->who, &d, &err))
        return cli_fail(&err);
    const char *json = arena_printf(c->a, "{\"version\": %d, \"level\": %d, \"holds\": %s}",
                                    d.version, (int)d.level, d.holds ? "true" : "false");
    return change_done(c, db, json, "%s", outcome(c, &d));
}

/* ---------------------------------------------------------------- extend, exempt, review */

static int extend_run(struct cli *c, int argc, char **argv)
{
    int64_t working_days = -1, days = -1, id;
    const char *date = NULL;
    struct extension x = {.at_us = TIME_NONE, .source = "", .created_us = TIME_NONE};
    const struct opt opts[] = {{"--working-days", OPT_INT, &working_days},
                               {"--days", OPT_INT, &days},
                               {"--date", OPT_TEXT, &date},
                               {"--why", OPT_TEXT, &x.reason},
                               {"--source", OPT_TEXT, &x.source},
                               {"--erases-lateness", OPT_FLAG, &x.erases_lateness}};
    struct err err = {0};
    struct deadline d;
    if (!cli_options(&command_deadline, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 3 || !x.reason || (working_days > 0) + (days > 0) + (date != NULL) != 1 ||
        days > WORKING_DAYS_MAX || working_days > WORKING_DAYS_MAX)
        return cli_usage(&command_deadline, "extend wants a matter, an agency, --why, and one of "
                                            "--working-days, --days and --date");
    x.working = working_days > 0;
    x.days = (int)(working_days > 0 ? working_days : days > 0 ? days : 0);
    struct db *db CLEANUP(db_rollbackp) = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if ((date && !time_of(date, &x.at_us, &x.has_time, &err)) || !db_begin(db, &err) ||
        !expectation_of(db, argv[1], argv[2], &id, &err) ||
        !deadline_extend(c->a, db, id, &x, c->who, &d, &err))
        return cli_fail(&err);
    const char *json = arena_printf(c->a, "{\"version\": %d, \"level\": %d, \"holds\": %s}",
                                    d.version, (int)d.level, d.holds ? "true" : "false");
    return change_done(c, db, json, "%s", outcome(c, &d));
}

static int exempt_run(struct cli *c, int argc, char **argv)
{
    const char *why = NULL;
    bool end = false;
    const struct opt opts[] = {{"--why", OPT_TEXT, &why}, {"--end", OPT_FLAG, &end}};
    struct err err = {0};
    int64_t id;
    if (!cli_options(&command_deadline, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 3 || (why && *why) == end)
        return cli_usage(&command_deadline, "exempt wants a matter, an agency, and --why or --end");
    struct db *db CLEANUP(db_rollbackp) = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!db_begin(db, &err) || !expectation_of(db, argv[1], argv[2], &id, &err) ||
        !expectation_exempt(db, id, end ? "" : why, c->who, &err))
        return cli_fail(&err);
    return change_done(c, db, "{\"done\": true}", "%s %s: %s", argv[1], argv[2],
                       end ? tr(c, "เลิกยกเว้นแล้ว", "no longer exempt")
                           : tr(c, "ยกเว้นแล้ว", "exempt"));
}

static int review_run(struct cli *c, int argc, char **argv)
{
    struct moves_wish wish = {0};
    const struct opt opts[] = {{"--why", OPT_TEXT, &wish.why}, {"--move", OPT_FLAG, &wish.move}};
    struct err err = {0};
    if (!cli_options(&command_deadline, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 1 || wish.move != (wish.why != NULL))
        return cli_usage(&command_deadline, "review takes --move with --why, or nothing");
    struct db *db CLEANUP(db_rollbackp) = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!db_begin(db, &err) || !moves_apply(c, db, &wish, &err))
        return cli_fail(&err);
    return change_done(c, db, "{\"done\": true}", "%s",
                       tr(c, "ตรวจตามปฏิทินปัจจุบันแล้ว", "checked by the present calendar"));
}

static int run(struct cli *c, int argc, char **argv)
{
    static const struct verb verbs[] = {{"list", list_run},
                                        {"show", show_run},
                                        {"set", set_run},
                                        {"extend", extend_run},
                                        {"exempt", exempt_run},
                                        {"review", review_run},
                                        {"import", deadline_import_run},
                                        {"export", deadline_export_run},
                                        {NULL, NULL}};
    return verb_run(&command_deadline, c, argc, argv, verbs);
}

const struct command command_deadline = {
    .name = "deadline",
    .summary_th = "กำหนดส่ง: ตั้ง ขยาย ยกเว้น และผลการพิจารณา",
    .summary_en = "by when, and why: set, extend, exempt, and how it stands",
    .usage_th = "วิธีใช้\n"
                "  thanwela deadline list [--as-of เวลา] [--verdict OVERDUE] [--agency รหัส]\n"
                "  thanwela deadline show เลขเรื่อง หน่วยงาน      ทุกรุ่นของกำหนด\n"
                "  thanwela deadline set เลขเรื่อง หน่วยงาน (หนึ่งในนี้) [--source เอกสาร]\n"
                "      --override เวลา --why เหตุ   1 คำสั่งเจ้าหน้าที่ (ต้องมีเหตุและเอกสาร)\n"
                "      --date เวลา                 2 วันที่หนังสือขอระบุ\n"
                "      --text 'ภายในวันที่ ๑๖ เมษายน ๒๕๖๔ เวลา ๑๒.๐๐ น.'\n"
                "      --within เวลา               3 ด่วนภายใน\n"
                "      --meeting ประชุม             4 เวลาปิดรับของการประชุม\n"
                "      --working-days N            5 N วันทำการ  [--from วันรับ]\n"
                "      --days N                    6 N วัน  [--from วันรับ]\n"
                "      --none --why เหตุ            7 ยังไม่กำหนด: ล้างกำหนดเดิม\n"
                "    เลขน้อยมาก่อน วันที่ไม่มีเวลาสิ้นสุด 16:30\n"
                "  thanwela deadline extend เลขเรื่อง หน่วยงาน --why เหตุ [--source เอกสาร]\n"
                "      (--working-days N | --days N | --date เวลา) [--erases-lateness]\n"
                "  thanwela deadline exempt เลขเรื่อง หน่วยงาน (--why เหตุ | --end)\n"
                "  thanwela deadline review [--move --why เหตุ]   กำหนดที่ปฏิทินปัจจุบันทำให้เลื่อน\n"
                "  thanwela deadline import ไฟล์ [--dry-run]\n"
                "  thanwela deadline export [--as-of เวลา]\n"
                "\n"
                "ขยายหลังครบกำหนดไม่ลบความล่าช้า เว้นแต่ --erases-lateness (บันทึกไว้)\n"
                "CSV: matter,agency,date,text,within,override,meeting,meeting_body,\n"
                "     working_days,days,from,source,why\n",
    .usage_en = "Usage\n"
                "  thanwela deadline list [--as-of TIME] [--verdict OVERDUE] [--agency CODE]\n"
                "  thanwela deadline show MATTER AGENCY        every version\n"
                "  thanwela deadline set MATTER AGENCY (one of these) [--source DOC]\n"
                "      --override TIME --why WHY   1 an officer's word, reason and document\n"
                "      --date TIME                 2 what the requesting letter says\n"
                "      --text SENTENCE               the same, as a Thai sentence with a date\n"
                "      --within TIME               3 ด่วนภายใน\n"
                "      --meeting MEETING           4 the cut-off of a meeting\n"
                "      --working-days N            5 N working days  [--from DAY]\n"
                "      --days N                    6 N days  [--from DAY]\n"
                "      --none --why WHY            7 none: what stood before stands no more\n"
                "    the smaller number is the stronger; a date without a time ends 16:30\n"
                "  thanwela deadline extend MATTER AGENCY --why WHY [--source DOC]\n"
                "      (--working-days N | --days N | --date TIME) [--erases-lateness]\n"
                "  thanwela deadline exempt MATTER AGENCY (--why WHY | --end)\n"
                "  thanwela deadline review [--move --why WHY]   what the calendar would move\n"
                "  thanwela deadline import FILE [--dry-run]\n"
                "  thanwela deadline export [--as-of TIME]\n"
                "\n"
                "An extension after the deadline does not erase lateness, but with\n"
                "--erases-lateness, which is kept on record.\n"
                "CSV: matter,agency,date,text,within,override,meeting,meeting_body,\n"
                "     working_days,days,from,source,why\n",
    .run = run,
};
