/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela matter: what is asked, and of whom. */
#include "db/matter.h"
#include "base/clock.h"
#include "base/thai.h"
#include "cli/import.h"
#include "cli/item.h"
#include "cli/judged.h"
#include "cli/listing.h"
#include "cli/verbs.h"
#include "db/meeting.h"
#include "db/secrecy.h"

#include <stdlib.h>
#include <string.h>

extern const struct command command_matter;

/* ---------------------------------------------------------------- list, show, export */

static const struct field fields[] = {
    {"no", "เลขเรื่อง", "no", FIELD_TEXT, false, 0},
    {"class", "ประเภท", "class", FIELD_TEXT, false, 0},
    {"title", "เรื่อง", "title", FIELD_TEXT, true, 20},
    {"urgency", "ความเร็ว", "urgency", FIELD_TEXT, false, 0},
    {"secrecy", NULL, NULL, FIELD_TEXT, false, 0},
    {"letter_no", NULL, NULL, FIELD_TEXT, false, 0},
    {"received_at", NULL, NULL, FIELD_TIME, false, 0},
    {"meeting", "ประชุม", "meeting", FIELD_TIME, false, 0},
    {"meeting_body", NULL, NULL, FIELD_TEXT, false, 0},
    {"agencies", "หน่วยงาน", "agencies", FIELD_TEXT, true, 8},
};

static int print_matters(struct cli *c, struct db *db, const struct matter_filter *f, bool csv)
{
    struct matters list;
    struct err err = {0};
    if (!matter_list(c->a, db, f, &list, &err))
        return cli_fail(&err);
    struct listing *l = listing_new(c, "matters", fields, ARRAY_LEN(fields));
    for (int i = 0; i < list.n; i++) {
        const struct matter *m = &list.matter[i];
        listing_text(l, arena_printf(c->a, "%d/%d", m->no, m->year));
        listing_text(l, m->class_name);
        listing_text(l, m->title);
        listing_text(l, m->urgency);
        listing_text(l, m->secrecy);
        listing_text(l, m->letter_no);
        listing_time(l, m->received_us);
        listing_time(l, m->meeting_us);
        listing_text(l, m->meeting_body);
        listing_text(l, m->agencies);
    }
    return listing_print(l, csv);
}

static int list_or_export(struct cli *c, int argc, char **argv, bool csv)
{
    enum { PAGE = 50, EVERYTHING = INT32_MAX };
    struct matter_filter f = {0};
    int64_t year = 0, limit = csv ? EVERYTHING : PAGE, page = 1;
    const struct opt opts[] = {{"--class", OPT_TEXT, &f.class_name},
                               {"--year", OPT_INT, &year},
                               {"--limit", OPT_INT, &limit},
                               {"--page", OPT_INT, &page}};
    if (!cli_options(&command_matter, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 1 || year > 9999 || limit < 1 || limit > EVERYTHING || page < 1 ||
        (page - 1) > EVERYTHING / limit)
        return cli_usage(&command_matter, "%s takes a class, a year, a limit and a page", argv[0]);
    f.year = (int)year;
    f.limit = (int)limit;
    f.offset = (int)((page - 1) * limit);
    struct db *db = cli_db(c);
    return db ? print_matters(c, db, &f, csv) : EXIT_USAGE;
}

static int list_run(struct cli *c, int argc, char **argv)
{
    return list_or_export(c, argc, argv, false);
}

static int export_run(struct cli *c, int argc, char **argv)
{
    return list_or_export(c, argc, argv, true);
}

static int show_run(struct cli *c, int argc, char **argv)
{
    struct judged_filter owed = {.as_of_us = clock_now_us()};
    const struct opt opts[] = {{"--as-of", OPT_TIME, &owed.as_of_us}};
    struct matter_filter f = {0};
    struct err err = {0};
    if (!cli_options(&command_matter, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 2)
        return cli_usage(&command_matter, "show wants a matter's number, such as 12/2564");
    struct db *db = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!matter_of(db, argv[1], &f.id, &err))
        return cli_fail(&err);
    owed.matter_id = f.id;
    if (!c->json) {
        int status = print_matters(c, db, &f, false);
        if (status != EXIT_DONE)
            return status;
        putchar('\n');
    }
    return judged_print(c, db, &owed);
}

/* ---------------------------------------------------------------- add, expect, meet */

/* "CUSTOMS; RD" or "CUSTOMS,RD": each is asked. added_out becomes true where one is new. */
static bool expect_all(struct cli *c, struct db *db, int64_t matter_id, const char *codes,
                       bool *added_out, struct err *err)
{
    char *rest = arena_strdup(c->a, codes), *code;
    while ((code = strsep(&rest, ";, "))) {
        int agency_id;
        int64_t id, old;
        if (!*code)
            continue;
        if (!agency_of(db, code, &agency_id, err) ||
            !expectation_find(db, matter_id, agency_id, &old, err) ||
            !expectation_add(db, matter_id, agency_id, TIME_NONE, c->who, &id, err))
            return false;
        *added_out = *added_out || !old;
    }
    return true;
}

struct form { /* a matter as options or a row say it */
    struct matter m;
    const char *no, *meeting, *body, *agencies; /* "" none */
};

static bool form_read(struct db *db, struct form *f, struct err *err)
{
    if (*f->no && !matter_no_parse(f->no, &f->m.year, &f->m.no))
        return err_set(err, ERR_REFUSE, "%s: a matter's number is like 12/2564", f->no);
    return !*f->meeting ||
           meeting_of(db, *f->body ? f->body : NULL, f->meeting, &f->m.meeting_id, err);
}

static struct form form_empty(void)
{
    return (struct form){.m = {.class_name = "CAB-SUBMIT",
                               .title = "",
                               .urgency = "",
                               .secrecy = "",
                               .letter_no = "",
                               .received_us = TIME_NONE,
                               .created_us = TIME_NONE},
                         .no = "",
                         .meeting = "",
                         .body = "",
                         .agencies = ""};
}

static int add_run(struct cli *c, int argc, char **argv)
{
    struct form f = form_empty();
    const struct opt opts[] = {{"--no", OPT_TEXT, &f.no},
                               {"--class", OPT_TEXT, &f.m.class_name},
                               {"--urgency", OPT_TEXT, &f.m.urgency},
                               {"--secrecy", OPT_TEXT, &f.m.secrecy},
                               {"--letter", OPT_TEXT, &f.m.letter_no},
                               {"--received", OPT_TIME, &f.m.received_us},
                               {"--meeting", OPT_TEXT, &f.meeting},
                               {"--body", OPT_TEXT, &f.body},
                               {"--agency", OPT_TEXT, &f.agencies}};
    struct err err = {0};
    int64_t id;
    int no;
    bool added = false;
    struct matters made;
    if (!cli_options(&command_matter, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 2)
        return cli_usage(&command_matter, "add wants the matter's title");
    f.m.title = argv[1];
    struct db *db CLEANUP(db_rollbackp) = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!db_begin(db, &err) || !form_read(db, &f, &err) ||
        !matter_add(db, &f.m, c->who, &id, &no, &err) ||
        !expect_all(c, db, id, f.agencies, &added, &err) ||
        !matter_list(c->a, db, &(struct matter_filter){.id = id}, &made, &err))
        return cli_fail(&err);
    const char *json = arena_printf(c->a, "{\"matter\": \"%d/%d\"}", no, made.matter[0].year);
    return change_done(c, db, json, "%s %d/%d", tr(c, "เรื่องที่", "matter"), no, made.matter[0].year);
}

static int expect_run(struct cli *c, int argc, char **argv)
{
    struct err err = {0};
    int64_t id;
    bool added = false;
    if (!cli_options(&command_matter, &argc, argv, NULL, 0))
        return EXIT_USAGE;
    if (argc < 3)
        return cli_usage(&command_matter, "expect wants a matter's number and agencies' codes");
    struct db *db CLEANUP(db_rollbackp) = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!db_begin(db, &err) || !matter_of(db, argv[1], &id, &err))
        return cli_fail(&err);
    for (int i = 2; i < argc; i++)
        if (!expect_all(c, db, id, argv[i], &added, &err))
            return cli_fail(&err);
    return change_done(c, db, "{\"done\": true}", "%s: %s", argv[1],
                       added ? tr(c, "บันทึกแล้ว", "done") : tr(c, "เหมือนเดิม", "as it was"));
}

static int meet_run(struct cli *c, int argc, char **argv)
{
    const char *body = NULL;
    const struct opt opts[] = {{"--body", OPT_TEXT, &body}};
    struct err err = {0};
    int64_t id;
    int meeting_id;
    if (!cli_options(&command_matter, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 3)
        return cli_usage(&command_matter, "meet wants a matter's number and a meeting");
    struct db *db CLEANUP(db_rollbackp) = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!db_begin(db, &err) || !matter_of(db, argv[1], &id, &err) ||
        !meeting_of(db, body, argv[2], &meeting_id, &err) ||
        !matter_meet(db, id, meeting_id, c->who, &err))
        return cli_fail(&err);
    return change_done(c, db, "{\"done\": true}", "%s → #%d", argv[1], meeting_id);
}

/* ---------------------------------------------------------------- import */

static const char *const columns[] = {"no",           "class",          "title|subject", "urgency",
                                      "secrecy",      "letter_no",      "received_at",   "meeting",
                                      "meeting_body", "agencies|agency"};

static const char *or_default(const char *text, const char *fallback)
{
    return *text ? text : fallback;
}

static bool is_same(struct cli *c, struct db *db, int64_t id, const struct form *f, struct err *err)
{
    struct matters old;
    if (!matter_list(c->a, db, &(struct matter_filter){.id = id}, &old, err))
        return false;
    const struct matter *m = old.matter;
    return (strcmp(m->title, f->m.title) == 0 && strcmp(m->class_name, f->m.class_name) == 0) ||
           err_set(err, ERR_REFUSE, "matter %s is there and is another: %s", f->no, m->title);
}

/* A matter that is there keeps what it is; agencies that the row adds are asked. */
static bool put_form(struct cli *c, struct form *f, enum row_change *out, struct err *err)
{
    struct db *db = cli_db(c);
    int64_t id = 0;
    int no;
    bool asked = false;
    if (!form_read(db, f, err) || (f->m.no && !matter_find(db, f->m.year, f->m.no, &id, err)))
        return false;
    bool is_new = id == 0;
    if (is_new ? !matter_add(db, &f->m, c->who, &id, &no, err) : !is_same(c, db, id, f, err))
        return false;
    if (!expect_all(c, db, id, f->agencies, &asked, err))
        return false;
    *out = is_new ? ROW_ADDED : asked ? ROW_CHANGED : ROW_SAME;
    return true;
}

static bool import_put(struct cli *c, void *user, const struct csv *t, const struct csv_row *row,
                       enum row_change *out, const char **said_out, struct err *err)
{
    (void)user;
    struct form f = form_empty();
    f.no = csv_get(t, row, "no");
    f.m.class_name = or_default(csv_get(t, row, "class"), f.m.class_name);
    f.m.title = csv_get(t, row, "title");
    f.m.urgency = csv_get(t, row, "urgency");
    f.m.secrecy = csv_get(t, row, "secrecy");
    f.m.letter_no = csv_get(t, row, "letter_no");
    f.meeting = csv_get(t, row, "meeting");
    f.body = csv_get(t, row, "meeting_body");
    f.agencies = csv_get(t, row, "agencies");
    *said_out = arena_printf(c->a, "%s %s", f.no, f.m.title);
    return time_of(csv_get(t, row, "received_at"), &f.m.received_us, NULL, err) &&
           put_form(c, &f, out, err);
}

static int import_verb(struct cli *c, int argc, char **argv)
{
    bool dry_run = false;
    const struct opt opts[] = {{"--dry-run", OPT_FLAG, &dry_run}};
    const struct importer im = {
        .columns = columns, .n_columns = ARRAY_LEN(columns), .put = import_put};
    if (!cli_options(&command_matter, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 2)
        return cli_usage(&command_matter, "import wants one file");
    return import_run(c, &im, NULL, argv[1], dry_run);
}

static int secrecy_run(struct cli *c, int argc, char **argv)
{
    const char *why = NULL;
    struct err err = {0};
    const struct opt opts[] = {{"--why", OPT_TEXT, &why}};
    if (!cli_options(&command_matter, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 3 || !why || !*why)
        return cli_usage(&command_matter, "secrecy wants a matter's number, a word and --why");
    struct db *db = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!matter_secrecy(db, argv[1], secrecy_word(argv[2]), c->who, why, &err))
        return cli_fail(&err);
    if (c->json)
        puts("{\"done\": true}");
    else
        printf("%s: %s\n", argv[1], argv[2]);
    return EXIT_DONE;
}

static int run(struct cli *c, int argc, char **argv)
{
    static const struct verb verbs[] = {
        {"list", list_run},     {"show", show_run},       {"add", add_run},
        {"expect", expect_run}, {"meet", meet_run},       {"import", import_verb},
        {"export", export_run}, {"secrecy", secrecy_run}, {NULL, NULL}};
    return verb_run(&command_matter, c, argc, argv, verbs);
}

const struct command command_matter = {
    .name = "matter",
    .summary_th = "เรื่องที่ขอ และหน่วยงานที่ต้องส่ง",
    .summary_en = "what is asked, and of whom",
    .usage_th = "วิธีใช้\n"
                "  thanwela matter list [--class ประเภท] [--year 2564] [--limit 50] [--page 1]\n"
                "  thanwela matter show เลขเรื่อง [--as-of เวลา]\n"
                "  thanwela matter add ชื่อเรื่อง [ตัวเลือก]\n"
                "  thanwela matter expect เลขเรื่อง หน่วยงาน...     หน่วยงานเหล่านี้ต้องส่งเรื่องนี้\n"
                "  thanwela matter meet เลขเรื่อง ประชุม [--body สภา]   กำหนดตามเวลาปิดรับ\n"
                "  thanwela matter secrecy เลขเรื่อง ลับ|ลับมาก|ลับที่สุด|ปกติ --why เหตุ\n"
                "                          หนังสือของเรื่องเป็นความลับตาม ลิงก์ถึงแฟ้มปิดทันที\n"
                "  thanwela matter import ไฟล์ [--dry-run]\n"
                "  thanwela matter export [--year 2564]\n"
                "\n"
                "ตัวเลือกของ add\n"
                "  --class ประเภท     CAB-SUBMIT CAB-OPINION CAB-URGENT CAB-FOLLOWUP\n"
                "                     PARL-CONSULT PARL-QUESTION PARL-BILL OTHER\n"
                "  --agency รหัส      หน่วยงานที่ต้องส่ง หลายหน่วยงานคั่นด้วย ;\n"
                "  --meeting ประชุม    เลขที่หรือวันประชุม   --body ครม.|สภา\n"
                "  --letter เลขที่      หนังสือที่ขอ   --received เวลา  วันที่รับหนังสือขอ\n"
                "  --urgency ด่วน...   --secrecy ลับ...   --no 12/2564 (ปกติเลขถัดไป)\n"
                "CSV: no,class,title,urgency,secrecy,letter_no,received_at,meeting,\n"
                "     meeting_body,agencies\n",
    .usage_en = "Usage\n"
                "  thanwela matter list [--class CLASS] [--year 2564] [--limit 50] [--page 1]\n"
                "  thanwela matter show NUMBER [--as-of TIME]\n"
                "  thanwela matter add TITLE [OPTIONS]\n"
                "  thanwela matter expect NUMBER AGENCY...   these agencies owe an answer\n"
                "  thanwela matter meet NUMBER MEETING [--body BODY]   by its cut-off\n"
                "  thanwela matter secrecy MATTER LEVEL --why WHY\n"
                "    LEVEL: ลับ, ลับมาก, ลับที่สุด; none lifts it\n"
                "  thanwela matter import FILE [--dry-run]\n"
                "  thanwela matter export [--year 2564]\n"
                "\n"
                "Options of add\n"
                "  --class CLASS      CAB-SUBMIT CAB-OPINION CAB-URGENT CAB-FOLLOWUP\n"
                "                     PARL-CONSULT PARL-QUESTION PARL-BILL OTHER\n"
                "  --agency CODE      who is asked; several with ;\n"
                "  --meeting MEETING  its id or day   --body cabinet|parliament\n"
                "  --letter NUMBER    of the request   --received TIME  when it reached us\n"
                "  --urgency WORD  --secrecy WORD   --no 12/2564 (else the next)\n"
                "CSV: no,class,title,urgency,secrecy,letter_no,received_at,meeting,\n"
                "     meeting_body,agencies\n",
    .run = run,
};
