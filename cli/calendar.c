/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela calendar: working days, printed as an ISO date or time. */
#include "db/calendar.h"
#include "base/clock.h"
#include "cli/verbs.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

extern const struct command command_calendar;

struct question {
    enum working_op op;
    const char *verb;
    int64_t from_us, n, as_of_us;
    const char *region; /* NULL: the office's */
};

static int answer(struct cli *c, const struct question *q)
{
    struct err err = {0};
    char iso[40], as_of[40], from[40];
    int64_t us;
    struct db *db = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!working_time(db, q->op, q->from_us, (int)q->n, q->as_of_us, q->region, &us, &err))
        return cli_fail(&err);
    bool is_time = q->op == WORKING_DEEMED;
    time_format_iso(us, iso)[is_time ? strlen("2021-04-16T08:30:00") : strlen("2021-04-16")] = 0;
    if (!c->json) {
        puts(iso);
        return EXIT_DONE;
    }
    json_t *root =
        json_pack("{s:s, s:s, s:I, s:s, s:s?, s:s}", "op", q->verb, "from",
                  time_format_iso(q->from_us, from), "n", (json_int_t)q->n, "as_of",
                  time_format_iso(q->as_of_us, as_of), "region", q->region, "result", iso);
    char *text CLEANUP(mem_freep) = json_dumps(root, JSON_INDENT(1));
    json_decref(root);
    puts(text);
    return EXIT_DONE;
}

static bool is_number(const char *word, int64_t *out)
{
    char *end;
    *out = strtoll(word, &end, 10);
    return end > word && *end == 0 && *out >= 0 && *out <= WORKING_DAYS_MAX;
}

static int run_op(struct cli *c, int argc, char **argv, enum working_op op)
{
    struct question q = {.op = op, .verb = argv[0], .as_of_us = clock_now_us()};
    const struct opt opts[] = {{"--as-of", OPT_TIME, &q.as_of_us},
                               {"--region", OPT_TEXT, &q.region}};
    if (!cli_options(&command_calendar, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    int wanted = op == WORKING_DEEMED ? 2 : 3;
    if (argc != wanted)
        return cli_usage(&command_calendar, "%s wants %s", argv[0],
                         op == WORKING_DEEMED ? "an instant" : "a date and a number of days");
    if (!cli_time(argv[1], &q.from_us))
        return cli_usage(&command_calendar, "%s: not a date or time such as 2564-04-09T16:30",
                         argv[1]);
    if (wanted == 3 && !is_number(argv[2], &q.n))
        return cli_usage(&command_calendar, "%s: wants a number of working days, 0 to %d", argv[2],
                         WORKING_DAYS_MAX);
    return answer(c, &q);
}

static int add_run(struct cli *c, int argc, char **argv)
{
    return run_op(c, argc, argv, WORKING_ADD);
}

static int sub_run(struct cli *c, int argc, char **argv)
{
    return run_op(c, argc, argv, WORKING_SUB);
}

static int deemed_run(struct cli *c, int argc, char **argv)
{
    return run_op(c, argc, argv, WORKING_DEEMED);
}

static int run(struct cli *c, int argc, char **argv)
{
    static const struct verb verbs[] = {
        {"add", add_run}, {"sub", sub_run}, {"deemed", deemed_run}, {NULL, NULL}};
    return verb_run(&command_calendar, c, argc, argv, verbs);
}

const struct command command_calendar = {
    .name = "calendar",
    .summary_th = "นับวันทำการ",
    .summary_en = "count working days",
    .usage_th = "วิธีใช้\n"
                "  thanwela calendar add วัน จำนวน      วันทำการที่ N หลังวันนั้น (0 คือวันนั้นเอง)\n"
                "  thanwela calendar sub วัน จำนวน      วันทำการที่ N ก่อนวันนั้น\n"
                "  thanwela calendar deemed เวลา        เวลานั้นเมื่อนับตามเวลาราชการ 08:30-16:30\n"
                "\n"
                "  --as-of วัน      ตามประกาศวันหยุดที่ทราบ ณ วันนั้น (ปกติคือขณะนี้)\n"
                "  --region ภาค    นับวันหยุดเฉพาะภาคนั้นด้วย (ปกติตามแฟ้มตั้งค่า)\n"
                "\n"
                "วันที่เขียนแบบ 2564-04-09 หรือ 2021-04-09 คำตอบเป็นแบบ 2021-04-09\n"
                "ตัวอย่าง: thanwela calendar add 2564-04-09 3\n",
    .usage_en = "Usage\n"
                "  thanwela calendar add DAY N       the N-th working day after (0: DAY itself)\n"
                "  thanwela calendar sub DAY N       the N-th working day before\n"
                "  thanwela calendar deemed TIME     TIME moved into office hours, 08:30-16:30\n"
                "\n"
                "  --as-of DAY      by the holidays known on DAY (else now)\n"
                "  --region NAME    count that region's holidays too (else the configuration's)\n"
                "\n"
                "Days are 2021-04-09 or 2564-04-09; the answer is 2021-04-09.\n"
                "Example: thanwela calendar add 2021-04-09 3\n",
    .run = run,
};
