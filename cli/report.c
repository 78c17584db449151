/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela report: print one, write it to a file, or send it to its readers. */
#include "cli/report.h"

#include "report/lateness.h"
#include <errno.h>
#include <string.h>

static const char usage_th[] =
    "วิธีใช้\n"
    "  thanwela report lateness    รายงานเรื่องล่าช้าประจำวัน\n"
    "  thanwela report kpi         ตัวชี้วัด: ร้อยละของเรื่องที่เสนอทันเวลา\n"
    "  thanwela report register    ทะเบียนหนังสือรับ\n"
    "\n"
    "ตัวเลือกของทุกรายงาน\n"
    "  --as-of เวลา       ข้อมูล ณ เวลานั้น เช่น 2564-04-09T18:00 (ปกติคือขณะนี้)\n"
    "  --format รูปแบบ     text html json csv xlsx pdf (ปกติคือ text)\n"
    "  --out แฟ้ม          เขียนลงแฟ้มแทนจอภาพ\n"
    "  --list รายการ       เฉพาะรายการที่อยู่หลังตัวเลข เช่น late overdue soon\n"
    "                     incomplete check quarantined year.late year.missing\n"
    "lateness\n"
    "  --send             ส่งให้ผู้อ่านทุกคนใน [report] readers และบันทึกว่าได้ออกแล้ว\n"
    "  --nightly          อย่าง --send แต่เฉพาะวันทำการ ใช้กับตัวตั้งเวลา\n"
    "  --agency รหัส       เฉพาะหน่วยงาน ใช้กับ --list year...\n"
    "  --quarter 2564Q1   เฉพาะไตรมาส   --month 4   เฉพาะเดือน ใช้กับ --list year...\n"
    "kpi\n"
    "  --year 2564        ปีงบประมาณ   --quarter 2564Q1   ไตรมาสของปีงบประมาณ\n"
    "  --list in_time late presented open mismatches matters\n"
    "  --population cabinet|parliament|combined\n"
    "  --scope quarter|half|cumulative\n"
    "                     รายการหลังตัวเลขช่องหนึ่งของตารางผลคำนวณ\n"
    "register\n"
    "  --year 2564        ปีปฏิทิน ตามที่เลขทะเบียนนับ   --quarter 2564Q1\n"
    "  --from วัน --to วัน  วันที่ออกเลข ทั้งสองวันนับด้วย\n"
    "  --list cancelled   เลขที่ยกเลิก\n";
static const char usage_en[] =
    "Usage\n"
    "  thanwela report lateness    the nightly lateness report\n"
    "  thanwela report kpi         the share of matters presented in time\n"
    "  thanwela report register    the receive register\n"
    "\n"
    "Options of every report\n"
    "  --as-of TIME       the data as of then: 2564-04-09T18:00 (else now)\n"
    "  --format FORMAT    text html json csv xlsx pdf (else text)\n"
    "  --out FILE         write to a file instead of the terminal\n"
    "  --list LIST        the list behind a number: late overdue soon\n"
    "                     incomplete check quarantined year.late year.missing\n"
    "lateness\n"
    "  --send             to every reader in [report] readers, and keep the run\n"
    "  --nightly          as --send, and only on working days: for the timer\n"
    "  --agency CODE      of one agency, with --list year...\n"
    "  --quarter 2564Q1   of one quarter  --month 4  of April, with --list year...\n"
    "kpi\n"
    "  --year 2564        a fiscal year   --quarter 2564Q1   one of its quarters\n"
    "  --list in_time late presented open mismatches matters\n"
    "  --population cabinet|parliament|combined\n"
    "  --scope quarter|half|cumulative\n"
    "                     the matters behind one number of the results\n"
    "register\n"
    "  --year 2564        a calendar year, as numbers run   --quarter 2564Q1\n"
    "  --from DAY --to DAY   when the number was issued, both days counted\n"
    "  --list cancelled   numbers that were cancelled\n";

enum { YEAR_FIRST = 2500, YEAR_LAST = 2800 }; /* Buddhist */

static int report_run(struct cli *c, int argc, char **argv);
const struct command command_report = {"report",
                                       "รายงานเรื่องล่าช้า ตัวชี้วัด และทะเบียน",
                                       "lateness, the KPI and the register as reports",
                                       usage_th,
                                       usage_en,
                                       report_run};

static const struct kind {
    const char *name;
    int (*run)(struct cli *c, const struct report_ask *ask);
} kinds[] = {
    {"lateness", report_lateness},
    {"kpi", report_kpi},
    {"register", report_register},
};

/* Whole seconds: --as-of with what the JSON says gives the same bytes. */
static int64_t this_second(void)
{
    int64_t now = clock_now_us();
    return now - now % US_PER_S;
}

/* "2564Q1" */
static bool quarter_parse(const char *text, int *year_out, int *quarter_out)
{
    char end;
    return sscanf(text, "%4dQ%1d%c", year_out, quarter_out, &end) == 2 && *year_out >= YEAR_FIRST &&
           *year_out <= YEAR_LAST && *quarter_out >= 1 && *quarter_out <= 4;
}

int report_usage(const char *what)
{
    return cli_usage(&command_report, "%s", what);
}

int report_put(struct cli *c, const struct report_ask *ask, struct buf *bytes)
{
    (void)c;
    if (!ask->out)
        return cli_print(bytes);
    FILE *f = fopen(ask->out, "wb");
    bool whole = f && fwrite(buf_str(bytes), 1, bytes->len, f) == bytes->len;
    if (f && fclose(f) != 0)
        whole = false;
    if (whole)
        return EXIT_DONE;
    fprintf(stderr, "thanwela: %s: cannot be written: %s\n", ask->out, strerror(errno));
    return EXIT_FOUND;
}

int report_book(struct cli *c, const struct report_ask *ask, const struct book *b)
{
    struct buf out CLEANUP(buf_fini) = {0};
    struct err err = {0};
    bool to_terminal = !ask->out;
    if (!book_write(b, ask->format, c->columns, c->color && to_terminal, &out, &err))
        return cli_fail(&err);
    return report_put(c, ask, &out);
}

static bool read_options(struct cli *c, int *argc, char **argv, struct report_ask *ask)
{
    const char *format = c->json ? "json" : "text", *quarter = NULL;
    int64_t year = 0, month = 0;
    const struct opt opts[] = {
        {"--as-of", OPT_TIME, &ask->as_of_us},  {"--format", OPT_TEXT, &format},
        {"--out", OPT_TEXT, &ask->out},         {"--list", OPT_TEXT, &ask->list},
        {"--agency", OPT_TEXT, &ask->agency},   {"--from", OPT_DAY, &ask->from_us},
        {"--to", OPT_DAY, &ask->to_us},         {"--year", OPT_INT, &year},
        {"--quarter", OPT_TEXT, &quarter},      {"--send", OPT_FLAG, &ask->send},
        {"--nightly", OPT_FLAG, &ask->nightly}, {"--population", OPT_TEXT, &ask->population},
        {"--scope", OPT_TEXT, &ask->scope},     {"--month", OPT_INT, &month},
    };
    ask->as_of_us = this_second();
    ask->from_us = ask->to_us = TIME_NONE;
    if (!cli_options(&command_report, argc, argv, opts, ARRAY_LEN(opts)))
        return false;
    if (!report_format_from(format, &ask->format)) {
        cli_usage(&command_report, "--format %s: no such format", format);
        return false;
    }
    if (year && (year < YEAR_FIRST || year > YEAR_LAST)) {
        cli_usage(&command_report, "--year wants a Buddhist year such as 2564");
        return false;
    }
    if (month < 0 || month > 12) {
        cli_usage(&command_report, "--month wants a month from 1 to 12");
        return false;
    }
    ask->year = (int)year;
    ask->month = (int)month;
    if (quarter && !quarter_parse(quarter, &ask->year, &ask->quarter)) {
        cli_usage(&command_report, "--quarter %s: wants a fiscal quarter such as 2564Q1", quarter);
        return false;
    }
    return true;
}

static int report_run(struct cli *c, int argc, char **argv)
{
    struct report_ask ask = {0};
    const char *names[ARRAY_LEN(kinds)];
    if (!read_options(c, &argc, argv, &ask))
        return EXIT_USAGE;
    if (argc != 2)
        return report_usage("one report must be named: lateness, kpi or register");
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        names[i] = kinds[i].name;
        if (strcmp(kinds[i].name, argv[1]) == 0)
            return kinds[i].run(c, &ask);
    }
    const char *near = cli_nearest(argv[1], names, ARRAY_LEN(names));
    return cli_usage(&command_report, "%s: no such report%s%s", argv[1],
                     near ? "; did you mean " : "", near ? near : "");
}
