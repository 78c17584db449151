/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela holiday: the days off. A change says which open deadlines it would move; they move only
 * when that is confirmed (--move). */
#include "base/thai.h"
#include "cli/ical.h"
#include "cli/import.h"
#include "cli/listing.h"
#include "cli/moves.h"
#include "cli/verbs.h"
#include "db/calendar.h"

#include <string.h>

extern const struct command command_holiday;

/* Words of officials beside ours. */
static const struct {
    const char *word, *kind;
} kinds[] = {
    {"annual", "annual"},     {"ประจำปี", "annual"},     {"substitute", "substitute"},
    {"ชดเชย", "substitute"},  {"special", "special"},   {"กรณีพิเศษ", "special"},
    {"พิเศษ", "special"},      {"regional", "regional"}, {"เฉพาะภาค", "regional"},
    {"เฉพาะพื้นที่", "regional"},
};

static const char *kind_of(const char *word)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (strcasecmp(kinds[i].word, word) == 0)
            return kinds[i].kind;
    return word; /* holiday_put says what is wrong with it */
}

/* For people; data keep the word that import reads. */
static const char *kind_shown(const struct cli *c, const char *kind, bool csv)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds) && !csv && !c->json && !c->english; i++)
        if (strcmp(kinds[i].kind, kind) == 0 && strcmp(kinds[i].word, kind) != 0)
            return kinds[i].word;
    return kind;
}

/* ---------------------------------------------------------------- list */

static int print_holidays(struct cli *c, struct db *db, const struct period *p, bool csv)
{
    static const struct field fields[] = {
        {"date", "วันที่", "date", FIELD_DAY, false, 0},
        {"name", "ชื่อ", "name", FIELD_TEXT, true, 16},
        {"kind", "ชนิด", "kind", FIELD_TEXT, false, 0},
        {"region", "ภาค", "region", FIELD_TEXT, false, 0},
        {"source", "ที่มา", "source", FIELD_TEXT, true, 8},
        {"announced_at", "ประกาศ", "announced", FIELD_TIME, false, 0},
        {"revoked_at", "ยกเลิก", "revoked", FIELD_TIME, false, 0},
        {"version", "ปฏิทิน", "calendar", FIELD_NUMBER, false, 0},
    };
    struct err err = {0};
    struct holidays list;
    if (!holiday_list(c->a, db, p->from_us, p->to_us, &list, &err))
        return cli_fail(&err);
    int n = (int)ARRAY_LEN(fields) - csv; /* a version is ours, not the file's */
    struct listing *l = listing_new(c, "holidays", fields, n);
    for (int i = 0; i < list.n; i++) {
        const struct holiday *h = &list.holiday[i];
        listing_time(l, h->date_us);
        listing_text(l, h->name);
        listing_text(l, kind_shown(c, h->kind, csv));
        listing_text(l, h->region);
        listing_text(l, h->source);
        listing_time(l, h->announced_us);
        listing_time(l, h->revoked_us);
        if (!csv)
            listing_number(l, h->version);
    }
    return listing_print(l, csv);
}

static int list_or_export(struct cli *c, int argc, char **argv, bool csv)
{
    struct period p = {.from_us = TIME_NONE, .to_us = TIME_NONE};
    const struct opt opts[] = {
        {"--year", OPT_INT, &p.year}, {"--from", OPT_DAY, &p.from_us}, {"--to", OPT_DAY, &p.to_us}};
    if (!cli_options(&command_holiday, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 1)
        return cli_usage(&command_holiday, "%s: not expected", argv[1]);
    struct db *db = cli_db(c);
    period_complete(&p);
    return db ? print_holidays(c, db, &p, csv) : EXIT_USAGE;
}

static int list_run(struct cli *c, int argc, char **argv)
{
    return list_or_export(c, argc, argv, false);
}

static int export_run(struct cli *c, int argc, char **argv)
{
    return list_or_export(c, argc, argv, true);
}

/* ---------------------------------------------------------------- add, revoke */

static int add_run(struct cli *c, int argc, char **argv)
{
    struct holiday h = {.kind = "annual", .region = "", .source = "", .revoked_us = TIME_NONE};
    struct moves_wish wish = {0};
    h.announced_us = TIME_NONE;
    const struct opt opts[] = {
        {"--kind", OPT_TEXT, &h.kind},     {"--region", OPT_TEXT, &h.region},
        {"--source", OPT_TEXT, &h.source}, {"--announced", OPT_TIME, &h.announced_us},
        {"--why", OPT_TEXT, &wish.why},    {"--move", OPT_FLAG, &wish.move}};
    struct err err = {0};
    enum row_change change;
    int version;
    if (!cli_options(&command_holiday, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 3 || !cli_time(argv[1], &h.date_us))
        return cli_usage(&command_holiday, "add wants a date such as 2564-07-27, and a name");
    h.name = argv[2];
    h.kind = *h.region ? "regional" : kind_of(h.kind);
    wish.why = wish.why ? wish.why : arena_printf(c->a, "เพิ่มวันหยุด %s", h.name);
    struct db *db CLEANUP(db_rollbackp) = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!db_begin(db, &err) || !calendar_change(db, c->who, wish.why, &version, &err) ||
        !holiday_put(db, version, &h, c->who, &change, &err))
        return cli_fail(&err);
    if (change == ROW_SAME)
        return cli_fail(
            (err_set(&err, ERR_REFUSE, "%s: that holiday is there already", argv[1]), &err));
    return moves_finish(c, db, &wish, version);
}

static int revoke_run(struct cli *c, int argc, char **argv)
{
    struct holiday h = {.region = "", .name = NULL};
    struct moves_wish wish = {0};
    int64_t at_us = clock_now_us();
    const struct opt opts[] = {{"--name", OPT_TEXT, &h.name},
                               {"--region", OPT_TEXT, &h.region},
                               {"--at", OPT_TIME, &at_us},
                               {"--why", OPT_TEXT, &wish.why},
                               {"--move", OPT_FLAG, &wish.move}};
    struct err err = {0};
    int version, n;
    if (!cli_options(&command_holiday, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 2 || !cli_time(argv[1], &h.date_us) || !wish.why)
        return cli_usage(&command_holiday, "revoke wants a date and --why");
    struct db *db CLEANUP(db_rollbackp) = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!db_begin(db, &err) || !calendar_change(db, c->who, wish.why, &version, &err) ||
        !holiday_revoke(db, version, &h, at_us, c->who, &n, &err))
        return cli_fail(&err);
    if (n == 0)
        return cli_fail(
            (err_set(&err, ERR_REFUSE, "%s: no holiday stands on that day", argv[1]), &err));
    return moves_finish(c, db, &wish, version);
}

/* ---------------------------------------------------------------- import */

struct intake {
    struct moves_wish wish;
    int version;
    const char *path;
};

static bool import_begin(struct cli *c, void *user, struct err *err)
{
    struct intake *in = user;
    const char *why = in->wish.why ? in->wish.why : arena_printf(c->a, "นำเข้า %s", in->path);
    in->wish.why = why;
    return calendar_change(cli_db(c), c->who, why, &in->version, err);
}

static bool import_put(struct cli *c, void *user, const struct csv *t, const struct csv_row *row,
                       enum row_change *out, const char **said_out, struct err *err)
{
    struct intake *in = user;
    const char *kind = csv_get(t, row, "kind"), *region = csv_get(t, row, "region");
    struct holiday h = {.name = csv_get(t, row, "name"),
                        .kind = *kind     ? kind_of(kind)
                                : *region ? "regional"
                                          : "annual",
                        .region = region,
                        .source = csv_get(t, row, "source")};
    if (!time_of(csv_get(t, row, "date"), &h.date_us, NULL, err) ||
        !time_of(csv_get(t, row, "announced_at"), &h.announced_us, NULL, err) ||
        !time_of(csv_get(t, row, "revoked_at"), &h.revoked_us, NULL, err))
        return false;
    if (h.date_us == TIME_NONE)
        return err_set(err, ERR_REFUSE, "the date is missing");
    *said_out = arena_printf(c->a, "%s %s", thai_time(c->a, h.date_us, THAI_DATE_SHORT), h.name);
    return holiday_put(cli_db(c), in->version, &h, c->who, out, err);
}

static bool import_end(struct cli *c, void *user, struct err *err)
{
    struct intake *in = user;
    return moves_apply(c, cli_db(c), &in->wish, err);
}

static int import_verb(struct cli *c, int argc, char **argv)
{
    struct intake in = {0};
    bool dry_run = false;
    const struct opt opts[] = {{"--dry-run", OPT_FLAG, &dry_run},
                               {"--why", OPT_TEXT, &in.wish.why},
                               {"--move", OPT_FLAG, &in.wish.move}};
    if (!cli_options(&command_holiday, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 2)
        return cli_usage(&command_holiday, "import wants one file");
    in.path = argv[1];
    const struct importer im = {.columns = holiday_columns,
                                .n_columns = n_holiday_columns,
                                .other_ending = ".ics",
                                .other_read = ical_read,
                                .put = import_put,
                                .begin = import_begin,
                                .end = import_end};
    return import_run(c, &im, &in, argv[1], dry_run);
}

static int run(struct cli *c, int argc, char **argv)
{
    static const struct verb verbs[] = {{"list", list_run},     {"add", add_run},
                                        {"revoke", revoke_run}, {"import", import_verb},
                                        {"export", export_run}, {NULL, NULL}};
    return verb_run(&command_holiday, c, argc, argv, verbs);
}

const struct command command_holiday = {
    .name = "holiday",
    .summary_th = "วันหยุดราชการ พร้อมวันประกาศและวันยกเลิก",
    .summary_en = "the days off, with announcement and revocation",
    .usage_th = "วิธีใช้\n"
                "  thanwela holiday list [--year 2564 | --from วัน --to วัน]\n"
                "  thanwela holiday add วัน ชื่อ [--kind ชนิด] [--region ภาค] [--source เอกสาร]\n"
                "                            [--announced เวลา]\n"
                "  thanwela holiday revoke วัน --why เหตุ [--name ชื่อ] [--region ภาค] [--at เวลา]\n"
                "  thanwela holiday import ไฟล์ [--dry-run]   CSV หรือ iCalendar (.ics)\n"
                "  thanwela holiday export [--year 2564]    CSV ที่นำเข้าได้\n"
                "\n"
                "ชนิด: annual (ประจำปี) substitute (ชดเชย) special (กรณีพิเศษ) regional (เฉพาะภาค)\n"
                "ทุกการแก้ไขเป็นปฏิทินรุ่นใหม่ และแสดงกำหนดส่งที่ยังเปิดอยู่ซึ่งจะเลื่อน\n"
                "  --move         ยืนยันให้เลื่อนกำหนดเหล่านั้น (รุ่นเดิมยังอยู่พร้อมเหตุผล)\n"
                "  --why เหตุ      เหตุผลของการแก้ไข\n"
                "CSV: date,name,kind,region,source,announced_at,revoked_at\n",
    .usage_en = "Usage\n"
                "  thanwela holiday list [--year 2564 | --from DAY --to DAY]\n"
                "  thanwela holiday add DAY NAME [--kind KIND] [--region NAME] [--source DOC]\n"
                "                            [--announced TIME]\n"
                "  thanwela holiday revoke DAY --why WHY [--name NAME] [--region NAME]\n"
                "                            [--at TIME]\n"
                "  thanwela holiday import FILE [--dry-run]   CSV or iCalendar (.ics)\n"
                "  thanwela holiday export [--year 2564]      a CSV that can be imported\n"
                "\n"
                "KIND: annual, substitute, special, regional\n"
                "A change is a new version of the calendar and lists the open deadlines that it\n"
                "would move.\n"
                "  --move         move them (the old versions stay, with the reason)\n"
                "  --why WHY      the reason of the change\n"
                "CSV: date,name,kind,region,source,announced_at,revoked_at\n",
    .run = run,
};
