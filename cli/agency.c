/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela agency: who sends, and what tells them. */
#include "db/agency.h"
#include "cli/import.h"
#include "cli/listing.h"
#include "cli/verbs.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

extern const struct command command_agency;

static const char *const mark_kinds[] = {"address", "domain", "prefix"};

/* ---------------------------------------------------------------- list, export */

/* "customs.go.th; mail.customs.go.th": the marks of one kind that are open-ended; a mark with days
 * of its own is written with them, "old.go.th (2560-01-01..2563-12-31)". */
static const char *marks_of(struct cli *c, const struct agency *g, const char *kind)
{
    struct buf text CLEANUP(buf_fini) = {0};
    char from[40], until[40];
    for (int i = 0; i < g->n_marks; i++) {
        const struct agency_mark *m = &g->marks[i];
        if (strcmp(m->kind, kind) != 0)
            continue;
        buf_addf(&text, "%s%s", text.len ? "; " : "", m->value);
        time_format_iso(m->from_us, from)[10 * (m->from_us != TIME_NONE)] = 0;
        time_format_iso(m->until_us, until)[10 * (m->until_us != TIME_NONE)] = 0;
        if (*from || *until)
            buf_addf(&text, " (%s..%s)", from, until);
    }
    return arena_strdup(c->a, buf_str(&text));
}

static const struct field fields[] = {
    {"code", "รหัส", "code", FIELD_TEXT, false, 0},
    {"name", "ชื่อ", "name", FIELD_TEXT, true, 12},
    {"short", "ย่อ", "short", FIELD_TEXT, false, 0},
    {"contact", "ผู้ประสานงาน", "contact", FIELD_TEXT, true, 8},
    {"contact_mail", NULL, NULL, FIELD_TEXT, false, 0},
    {"valid_from", NULL, NULL, FIELD_DAY, false, 0},
    {"valid_to", NULL, NULL, FIELD_DAY, false, 0},
    {"address", "ที่อยู่อีเมล", "addresses", FIELD_TEXT, true, 10},
    {"domain", "โดเมน", "domains", FIELD_TEXT, true, 10},
    {"prefix", "เลขที่หนังสือ", "letter prefix", FIELD_TEXT, true, 6},
};

static int list_or_export(struct cli *c, int argc, char **argv, bool csv)
{
    int64_t as_of_us = TIME_NONE;
    const struct opt opts[] = {{"--as-of", OPT_TIME, &as_of_us}};
    struct err err = {0};
    struct agencies list;
    if (!cli_options(&command_agency, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 1)
        return cli_usage(&command_agency, "%s: not expected", argv[1]);
    struct db *db = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!agency_list(c->a, db, as_of_us, &list, &err))
        return cli_fail(&err);
    struct listing *l = listing_new(c, "agencies", fields, ARRAY_LEN(fields));
    for (int i = 0; i < list.n; i++) {
        const struct agency *g = &list.agency[i];
        listing_text(l, g->code);
        listing_text(l, g->name);
        listing_text(l, g->short_name);
        listing_text(l, g->contact);
        listing_text(l, g->contact_mail);
        listing_time(l, g->from_us);
        listing_time(l, g->until_us);
        for (size_t k = 0; k < ARRAY_LEN(mark_kinds); k++)
            listing_text(l, marks_of(c, g, mark_kinds[k]));
    }
    return listing_print(l, csv);
}

static int list_run(struct cli *c, int argc, char **argv)
{
    return list_or_export(c, argc, argv, false);
}

static int export_run(struct cli *c, int argc, char **argv)
{
    return list_or_export(c, argc, argv, true);
}

/* ---------------------------------------------------------------- add, mark */

/* "a; b (2560-01-01..2563-12-31)": every mark of a cell. changed_out becomes true where one is. */
static bool put_marks(struct cli *c, int id, const char *kind, const char *cell, bool *changed_out,
                      struct err *err)
{
    char *rest = arena_strdup(c->a, cell), *word;
    while ((word = strsep(&rest, ";"))) {
        struct agency_mark m = {.kind = kind, .from_us = TIME_NONE, .until_us = TIME_NONE};
        enum row_change change;
        char *days = strstr(word, " ("), *until = days ? strstr(days, "..") : NULL;
        if (until) {
            *days = *until = 0;
            until[2 + strcspn(until + 2, ")")] = 0;
            if (!time_of(days + 2, &m.from_us, NULL, err) ||
                !time_of(until + 2, &m.until_us, NULL, err))
                return false;
        }
        m.value = word + strspn(word, " ");
        if (!*m.value)
            continue;
        if (!agency_mark_put(cli_db(c), id, &m, c->who, &change, err))
            return false;
        *changed_out = *changed_out || change != ROW_SAME;
    }
    return true;
}

struct form { /* an agency as its options or its row say it */
    struct agency agency;
    const char *marks[ARRAY_LEN(mark_kinds)]; /* "" none */
};

static bool put_form(struct cli *c, const struct form *f, enum row_change *out, struct err *err)
{
    int id;
    bool marked = false;
    if (!agency_put(cli_db(c), &f->agency, c->who, &id, out, err))
        return false;
    for (size_t k = 0; k < ARRAY_LEN(mark_kinds); k++)
        if (!put_marks(c, id, mark_kinds[k], f->marks[k], &marked, err))
            return false;
    if (*out == ROW_SAME && marked)
        *out = ROW_CHANGED;
    return true;
}

/* What is there already: options that are not given leave it as it is. */
static bool form_of(struct cli *c, const char *code, struct form *f, bool *found_out,
                    struct err *err)
{
    struct agencies list;
    *found_out = false;
    if (!agency_list(c->a, cli_db(c), TIME_NONE, &list, err))
        return false;
    *f = (struct form){
        .agency = {.code = code, .name = "", .from_us = TIME_NONE, .until_us = TIME_NONE},
        .marks = {"", "", ""}};
    for (int i = 0; i < list.n; i++)
        if (strcmp(list.agency[i].code, code) == 0) {
            f->agency = list.agency[i];
            *found_out = true;
        }
    return true;
}

static const char *either(const char *given, const char *old)
{
    return given ? given : old;
}

static void overlay(struct form *f, const struct form *given)
{
    struct agency *old = &f->agency;
    const struct agency *new = &given->agency;
    old->name = either(new->name, old->name);
    old->short_name = either(new->short_name, old->short_name);
    old->contact = either(new->contact, old->contact);
    old->contact_mail = either(new->contact_mail, old->contact_mail);
    old->from_us = new->from_us == TIME_NONE ? old->from_us : new->from_us;
    old->until_us = new->until_us == TIME_NONE ? old->until_us : new->until_us;
    for (size_t k = 0; k < ARRAY_LEN(mark_kinds); k++)
        f->marks[k] = either(given->marks[k], f->marks[k]);
}

static int add_run(struct cli *c, int argc, char **argv)
{
    struct form f, given = {.agency = {.from_us = TIME_NONE, .until_us = TIME_NONE}};
    struct err err = {0};
    enum row_change change;
    bool found;
    const struct opt opts[] = {{"--name", OPT_TEXT, &given.agency.name},
                               {"--short", OPT_TEXT, &given.agency.short_name},
                               {"--contact", OPT_TEXT, &given.agency.contact},
                               {"--contact-mail", OPT_TEXT, &given.agency.contact_mail},
                               {"--from", OPT_DAY, &given.agency.from_us},
                               {"--until", OPT_DAY, &given.agency.until_us},
                               {"--address", OPT_TEXT, &given.marks[0]},
                               {"--domain", OPT_TEXT, &given.marks[1]},
                               {"--prefix", OPT_TEXT, &given.marks[2]}};
    if (!cli_options(&command_agency, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc < 2 || argc > 3)
        return cli_usage(&command_agency, "%s wants a code, such as CUSTOMS", argv[0]);
    if (argc == 3)
        given.agency.name = argv[2];
    struct db *db CLEANUP(db_rollbackp) = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!db_begin(db, &err) || !form_of(c, argv[1], &f, &found, &err))
        return cli_fail(&err);
    overlay(&f, &given);
    if (!put_form(c, &f, &change, &err))
        return cli_fail(&err);
    const char *json = arena_printf(c->a, "{\"agency\": \"%s\", \"changed\": %s}", argv[1],
                                    change == ROW_SAME ? "false" : "true");
    return change_done(c, db, json, "%s: %s", argv[1],
                       change == ROW_SAME ? tr(c, "เหมือนเดิม", "as it was")
                       : found            ? tr(c, "แก้ไขแล้ว", "changed")
                                          : tr(c, "เพิ่มแล้ว", "added"));
}

static int unmark_run(struct cli *c, int argc, char **argv)
{
    const char *value[ARRAY_LEN(mark_kinds)] = {NULL};
    int64_t until_us = TIME_NONE;
    const struct opt opts[] = {{"--address", OPT_TEXT, &value[0]},
                               {"--domain", OPT_TEXT, &value[1]},
                               {"--prefix", OPT_TEXT, &value[2]},
                               {"--until", OPT_DAY, &until_us}};
    struct err err = {0};
    int id, n = 0;
    if (!cli_options(&command_agency, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    for (size_t k = 0; k < ARRAY_LEN(mark_kinds); k++)
        n += value[k] != NULL;
    if (argc != 2 || n == 0 || until_us == TIME_NONE)
        return cli_usage(&command_agency,
                         "unmark wants a code, --address, --domain or --prefix, and --until");
    struct db *db CLEANUP(db_rollbackp) = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!db_begin(db, &err) || !agency_of(db, argv[1], &id, &err))
        return cli_fail(&err);
    for (size_t k = 0; k < ARRAY_LEN(mark_kinds); k++)
        if (value[k] && !agency_mark_end(db, id, mark_kinds[k], value[k], until_us, c->who, &err))
            return cli_fail(&err);
    return change_done(c, db, "{\"done\": true}", "%s: %s", argv[1], tr(c, "แก้ไขแล้ว", "changed"));
}

/* ---------------------------------------------------------------- who is it? */

static int resolve_run(struct cli *c, int argc, char **argv)
{
    int64_t as_of_us = clock_now_us();
    const struct opt opts[] = {{"--as-of", OPT_TIME, &as_of_us}};
    struct err err = {0};
    struct agency_match m;
    if (!cli_options(&command_agency, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc < 2 || argc > 3)
        return cli_usage(&command_agency, "resolve wants an address, and may have a letter number");
    struct db *db = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!agency_resolve(c->a, db, argv[1], argc > 2 ? argv[2] : NULL, as_of_us, &m, &err))
        return cli_fail(&err);
    if (c->json) {
        json_t *root = json_pack("{s:s?, s:s, s:s, s:b}", "agency", m.name, "how", m.how, "check",
                                 m.check_why, "known", m.known);
        char *text CLEANUP(mem_freep) = json_dumps(root, JSON_INDENT(1));
        json_decref(root);
        puts(text);
    } else {
        printf("%s%s%s%s%s%s\n", m.name ? m.name : "-", m.name ? " (" : "", m.how,
               m.name ? ")" : "", *m.check_why ? ": " : "", m.check_why);
    }
    return *m.check_why ? EXIT_FOUND : EXIT_DONE;
}

/* ---------------------------------------------------------------- import */

static const char *const columns[] = {
    "code",       "name|name_th", "short|short_th", "contact", "contact_mail",
    "valid_from", "valid_to",     "address|email",  "domain",  "prefix|letter_prefix"};

static bool import_put(struct cli *c, void *user, const struct csv *t, const struct csv_row *row,
                       enum row_change *out, const char **said_out, struct err *err)
{
    (void)user;
    struct form f = {.agency = {.code = csv_get(t, row, "code"),
                                .name = csv_get(t, row, "name"),
                                .short_name = csv_get(t, row, "short"),
                                .contact = csv_get(t, row, "contact"),
                                .contact_mail = csv_get(t, row, "contact_mail")}};
    for (size_t k = 0; k < ARRAY_LEN(mark_kinds); k++)
        f.marks[k] = csv_get(t, row, mark_kinds[k]);
    if (!time_of(csv_get(t, row, "valid_from"), &f.agency.from_us, NULL, err) ||
        !time_of(csv_get(t, row, "valid_to"), &f.agency.until_us, NULL, err))
        return false;
    *said_out = arena_printf(c->a, "%s %s", f.agency.code, f.agency.name);
    return put_form(c, &f, out, err);
}

static int import_verb(struct cli *c, int argc, char **argv)
{
    bool dry_run = false;
    const struct opt opts[] = {{"--dry-run", OPT_FLAG, &dry_run}};
    const struct importer im = {
        .columns = columns, .n_columns = ARRAY_LEN(columns), .put = import_put};
    if (!cli_options(&command_agency, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 2)
        return cli_usage(&command_agency, "import wants one file");
    return import_run(c, &im, NULL, argv[1], dry_run);
}

static int run(struct cli *c, int argc, char **argv)
{
    static const struct verb verbs[] = {{"list", list_run},       {"add", add_run},
                                        {"change", add_run},      {"unmark", unmark_run},
                                        {"resolve", resolve_run}, {"import", import_verb},
                                        {"export", export_run},   {NULL, NULL}};
    return verb_run(&command_agency, c, argc, argv, verbs);
}

const struct command command_agency = {
    .name = "agency",
    .summary_th = "หน่วยงานที่ส่งเรื่อง และสิ่งที่ใช้จำแนก",
    .summary_en = "who sends, and what tells them",
    .usage_th = "วิธีใช้\n"
                "  thanwela agency list [--as-of วัน]\n"
                "  thanwela agency add รหัส ชื่อ [ตัวเลือก]     เพิ่มหน่วยงาน เช่น add CUSTOMS กรมศุลกากร\n"
                "  thanwela agency change รหัส [ตัวเลือก]     แก้ไข สิ่งที่ไม่ระบุคงเดิม\n"
                "  thanwela agency unmark รหัส --domain โดเมน --until วัน   เลิกใช้หลังวันนั้น\n"
                "  thanwela agency resolve ที่อยู่ [เลขที่หนังสือ]   จดหมายนี้ของหน่วยงานใด\n"
                "  thanwela agency import ไฟล์ [--dry-run]\n"
                "  thanwela agency export\n"
                "\n"
                "ตัวเลือก\n"
                "  --name ชื่อ  --short ย่อ  --contact ผู้ประสานงาน  --contact-mail อีเมล\n"
                "  --address อีเมล  --domain โดเมน  --prefix 'กค 05'   (หลายค่าคั่นด้วย ;)\n"
                "  --from วัน  --until วัน   วันแรกและวันสุดท้ายที่ใช้\n"
                "CSV: code,name,short,contact,contact_mail,valid_from,valid_to,\n"
                "     address,domain,prefix\n"
                "     หลายค่าในช่องเดียวคั่นด้วย ; ค่าที่มีช่วงเวลา: old.go.th (2560-01-01..2563-12-31)\n",
    .usage_en = "Usage\n"
                "  thanwela agency list [--as-of DAY]\n"
                "  thanwela agency add CODE NAME [OPTIONS]\n"
                "  thanwela agency change CODE [OPTIONS]      what is not given stays\n"
                "  thanwela agency unmark CODE --domain DOMAIN --until DAY\n"
                "  thanwela agency resolve ADDRESS [LETTER-NUMBER]   whose mail is this?\n"
                "  thanwela agency import FILE [--dry-run]\n"
                "  thanwela agency export\n"
                "\n"
                "Options\n"
                "  --name NAME  --short NAME  --contact PERSON  --contact-mail ADDRESS\n"
                "  --address MAIL  --domain DOMAIN  --prefix 'กค 05'   (several: with ;)\n"
                "  --from DAY  --until DAY   first and last day of the agency\n"
                "CSV: code,name,short,contact,contact_mail,valid_from,valid_to,\n"
                "     address,domain,prefix\n"
                "     several with ; and of some days: old.go.th (2017-01-01..2020-12-31)\n",
    .run = run,
};
