/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela kpi: what the KPI is computed from. What it says is thanwela report kpi. */
#include "db/kpi.h"
#include "cli/import.h"
#include "cli/verbs.h"

#include <stdlib.h>
#include <string.h>

static const char usage_th[] =
    "วิธีใช้\n"
    "  thanwela kpi present เลขเรื่อง --due เวลา [--at เวลา] [--incorrect]\n"
    "               [--why เหตุที่ล่าช้า] [--source หนังสือ]\n"
    "                        บันทึกการเสนอเรื่องต่อ สลค. หรือสภา ไม่ใส่ --at คือยังไม่เสนอ\n"
    "  thanwela kpi import แฟ้ม.csv [--dry-run]\n"
    "                        คอลัมน์ matter,due_at,presented_at,correct,why,source\n"
    "  thanwela kpi reported 2564Q1 --percent 88 [--score 2] [--weighted 0.6]\n"
    "               --why เหตุ\n"
    "                        ค่าที่รายงานไว้ เก็บเทียบกับค่าที่คำนวณ\n"
    "  thanwela kpi define 2565 --population combined --scope quarter\n"
    "               --scoring step [--correct] --why เหตุ\n"
    "                        นิยามของปีงบประมาณ: cabinet parliament combined;\n"
    "                        quarter half cumulative; step interpolated;\n"
    "                        --correct นับเฉพาะที่ทันเวลาและถูกต้อง\n"
    "ดูผล: thanwela report kpi --year 2564\n";
static const char usage_en[] =
    "Usage\n"
    "  thanwela kpi present MATTER --due TIME [--at TIME] [--incorrect]\n"
    "               [--why WHY-LATE] [--source LETTER]\n"
    "                        a matter was presented; without --at: not yet\n"
    "  thanwela kpi import FILE.csv [--dry-run]\n"
    "                        columns matter,due_at,presented_at,correct,why,source\n"
    "  thanwela kpi reported 2564Q1 --percent 88 [--score 2] [--weighted 0.6]\n"
    "               --why WHY\n"
    "                        what was reported, kept beside what is computed\n"
    "  thanwela kpi define 2565 --population combined --scope quarter\n"
    "               --scoring step [--correct] --why WHY\n"
    "                        a fiscal year: cabinet parliament combined; quarter\n"
    "                        half cumulative; step interpolated; --correct: only\n"
    "                        what was in time and correct succeeds\n"
    "The result: thanwela report kpi --year 2564\n";

static int kpi_run(struct cli *c, int argc, char **argv);
const struct command command_kpi = {"kpi",
                                    "บันทึกการเสนอเรื่อง นิยาม และค่าที่รายงานของตัวชี้วัด",
                                    "presentations, definitions and reported figures of the KPI",
                                    usage_th,
                                    usage_en,
                                    kpi_run};

enum { YEAR_FIRST = 2500, YEAR_LAST = 2800 }; /* Buddhist */

/* ---- present */

static int present_run(struct cli *c, int argc, char **argv)
{
    bool incorrect = false, changed = false;
    struct err err = {0};
    struct kpi_presentation p = {.due_us = TIME_NONE, .presented_us = TIME_NONE};
    const struct opt opts[] = {
        {"--due", OPT_TIME, &p.due_us},        {"--at", OPT_TIME, &p.presented_us},
        {"--incorrect", OPT_FLAG, &incorrect}, {"--why", OPT_TEXT, &p.late_why},
        {"--source", OPT_TEXT, &p.source},
    };
    if (!cli_options(&command_kpi, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 2 || p.due_us == TIME_NONE)
        return cli_usage(&command_kpi, "present wants one matter and --due");
    p.matter = argv[1];
    p.is_correct = !incorrect;
    struct db *db = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!db_begin(db, &err))
        return cli_fail(&err);
    struct db *open CLEANUP(db_rollbackp) = db;
    if (!kpi_present(db, &p, c->who, &changed, &err))
        return cli_fail(&err);
    return change_done(
        c, db, changed ? "{\"changed\": true}" : "{\"changed\": false}", "%s: %s", p.matter,
        changed ? tr(c, "บันทึกแล้ว", "entered") : tr(c, "ตรงกับที่บันทึกไว้แล้ว", "stands already"));
}

/* ---- import */

static const char *const import_columns[] = {"matter",  "due_at", "presented_at",
                                             "correct", "why",    "source"};

static bool import_put(struct cli *c, void *user, const struct csv *t, const struct csv_row *row,
                       enum row_change *out, const char **said_out, struct err *err)
{
    const char *correct = csv_get(t, row, "correct");
    bool changed = false;
    struct kpi_presentation p = {.matter = csv_get(t, row, "matter"),
                                 .late_why = csv_get(t, row, "why"),
                                 .source = csv_get(t, row, "source")};
    (void)user;
    if (!time_of(csv_get(t, row, "due_at"), &p.due_us, NULL, err) ||
        !time_of(csv_get(t, row, "presented_at"), &p.presented_us, NULL, err))
        return false;
    if (p.due_us == TIME_NONE)
        return err_set(err, ERR_REFUSE, "due_at is missing");
    if (*correct && strcmp(correct, "yes") != 0 && strcmp(correct, "no") != 0)
        return err_set(err, ERR_REFUSE, "correct %s: is yes or no", correct);
    p.is_correct = strcmp(correct, "no") != 0;
    *said_out = arena_strdup(c->a, p.matter);
    if (!kpi_present(cli_db(c), &p, c->who, &changed, err))
        return false;
    *out = changed ? ROW_ADDED : ROW_SAME;
    return true;
}

static int import_verb(struct cli *c, int argc, char **argv)
{
    bool dry_run = false;
    const struct opt opts[] = {{"--dry-run", OPT_FLAG, &dry_run}};
    if (!cli_options(&command_kpi, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 2)
        return cli_usage(&command_kpi, "import wants one file");
    const struct importer im = {
        .columns = import_columns, .n_columns = ARRAY_LEN(import_columns), .put = import_put};
    return import_run(c, &im, NULL, argv[1], dry_run);
}

/* ---- reported */

/* "88", "88.5", "0.60" → hundredths; NULL is -1. */
static bool hundredths_of(const char *text, int *out)
{
    if (!text) {
        *out = -1;
        return true;
    }
    size_t whole = strspn(text, "0123456789");
    const char *point = text + whole;
    size_t part = *point == '.' ? strspn(point + 1, "0123456789") : 0;
    if (whole < 1 || whole > 3 || part > 2 || text[whole + (*point == '.') + part] ||
        (*point == '.' && part == 0))
        return false;
    *out = atoi(text) * 100;
    if (part)
        *out += (point[1] - '0') * 10 + (part == 2 ? point[2] - '0' : 0);
    return true;
}

static int reported_run(struct cli *c, int argc, char **argv)
{
    const char *percent = NULL, *score = NULL, *weighted = NULL, *why = NULL;
    struct kpi_reported r = {.is_there = true};
    struct err err = {0};
    int year = 0, quarter = 0;
    char end;
    const struct opt opts[] = {{"--percent", OPT_TEXT, &percent},
                               {"--score", OPT_TEXT, &score},
                               {"--weighted", OPT_TEXT, &weighted},
                               {"--why", OPT_TEXT, &why}};
    if (!cli_options(&command_kpi, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 2 || sscanf(argv[1], "%4dQ%1d%c", &year, &quarter, &end) != 2 ||
        year < YEAR_FIRST || year > YEAR_LAST || quarter < 1 || quarter > KPI_QUARTERS ||
        !percent || !why || !*why)
        return cli_usage(&command_kpi,
                         "reported wants a quarter such as 2564Q1, --percent and --why");
    if (!hundredths_of(percent, &r.percent) || r.percent > 10000 ||
        !hundredths_of(score, &r.score) || r.score > 500 || !hundredths_of(weighted, &r.weighted))
        return cli_usage(&command_kpi, "--percent is 0 to 100, --score 0 to 5, both with at most "
                                       "two decimals");
    r.why = why;
    struct db *db = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!db_begin(db, &err))
        return cli_fail(&err);
    struct db *open CLEANUP(db_rollbackp) = db;
    if (!kpi_report(db, year, quarter, &r, c->who, &err))
        return cli_fail(&err);
    return change_done(c, db, "{\"changed\": true}", "%s: %s", argv[1],
                       tr(c, "บันทึกแล้ว", "entered"));
}

/* ---- define */

static bool word_of(const char *const *words, int n, const char *word, int *out)
{
    for (int i = 0; i < n; i++) {
        if (word && strcmp(words[i], word) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

static int define_run(struct cli *c, int argc, char **argv)
{
    const char *population = NULL, *scope = NULL, *scoring = NULL;
    struct kpi_definition d = {0};
    struct err err = {0};
    int p = 0, s = 0, how = 0;
    const struct opt opts[] = {
        {"--population", OPT_TEXT, &population},
        {"--scope", OPT_TEXT, &scope},
        {"--scoring", OPT_TEXT, &scoring},
        {"--correct", OPT_FLAG, &d.wants_correct},
        {"--why", OPT_TEXT, &d.why},
    };
    if (!cli_options(&command_kpi, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    d.fiscal_year = argc == 2 ? atoi(argv[1]) : 0;
    if (d.fiscal_year < YEAR_FIRST || d.fiscal_year > YEAR_LAST || !d.why || !*d.why)
        return cli_usage(&command_kpi, "define wants a fiscal year such as 2565, and --why");
    if (!word_of(kpi_population_names, KPI_N_POPULATIONS, population, &p) ||
        !word_of(kpi_scope_names, KPI_N_SCOPES, scope, &s) ||
        !word_of(kpi_scoring_names, KPI_N_SCORINGS, scoring, &how))
        return cli_usage(&command_kpi,
                         "--population is cabinet, parliament or combined; --scope "
                         "quarter, half or cumulative; --scoring step or interpolated");
    d.population = (enum kpi_population)p;
    d.scope = (enum kpi_scope)s;
    d.scoring = (enum kpi_scoring)how;
    struct db *db = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!db_begin(db, &err))
        return cli_fail(&err);
    struct db *open CLEANUP(db_rollbackp) = db;
    if (!kpi_define(db, &d, c->who, &err))
        return cli_fail(&err);
    return change_done(c, db, "{\"changed\": true}", "%d: %s", d.fiscal_year,
                       tr(c, "บันทึกนิยามแล้ว", "defined"));
}

static int kpi_run(struct cli *c, int argc, char **argv)
{
    static const struct verb verbs[] = {{"present", present_run},
                                        {"import", import_verb},
                                        {"reported", reported_run},
                                        {"define", define_run},
                                        {NULL, NULL}};
    return verb_run(&command_kpi, c, argc, argv, verbs);
}
