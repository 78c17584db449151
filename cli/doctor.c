/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela doctor: is everything as it must be? */
#include "cli/cli.h"
#include "db/health.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

extern const struct command command_doctor;

static const char *const grades[] = {"ok", "look", "bad"};

static void print_json(const struct health_line *lines, uint32_t n)
{
    json_t *checks = json_array();
    for (uint32_t i = 0; i < n; i++)
        json_array_append_new(checks, json_pack("{s:s, s:s, s:s, s:s}", "check", lines[i].key,
                                                "grade", grades[lines[i].grade], "th", lines[i].th,
                                                "en", lines[i].en));
    json_t *document = json_pack("{s:o}", "checks", checks);
    char *text CLEANUP(mem_freep) = json_dumps(document, JSON_INDENT(2));
    printf("%s\n", text);
    json_decref(document);
}

static void print_lines(const struct cli *c, const struct health_line *lines, uint32_t n)
{
    static const char *const marks[] = {"✓", "!", "✗"};
    static const char *const colors[] = {"\033[32m", "\033[33m", "\033[31m"};
    for (uint32_t i = 0; i < n; i++)
        printf("%s%s%s %s\n", c->color ? colors[lines[i].grade] : "", marks[lines[i].grade],
               c->color ? "\033[0m" : "", tr(c, lines[i].th, lines[i].en));
}

static int run(struct cli *c, int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return cli_usage(&command_doctor, "%s",
                         tr(c, "doctor ไม่รับอาร์กิวเมนต์", "doctor takes no arguments"));
    struct err err = {0};
    struct health_line *lines;
    uint32_t n;
    struct db *db = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!health_check(db, c->a, &lines, &n, &err))
        return cli_fail(&err);
    if (c->json)
        print_json(lines, n);
    else
        print_lines(c, lines, n);
    for (uint32_t i = 0; i < n; i++)
        if (lines[i].grade == HEALTH_BAD)
            return EXIT_FOUND;
    return EXIT_DONE;
}

const struct command command_doctor = {
    .name = "doctor",
    .summary_th = "ตรวจว่าทะเบียน คิว และประวัติถูกต้องครบถ้วน",
    .summary_en = "is everything as it must be",
    .usage_th = "thanwela doctor [--json]\n\n"
                "ตรวจกฎของทะเบียน ตู้จดหมาย อีเมลค้างส่ง ไฟล์รออ่าน อีเมลที่กันไว้ และประวัติ\n"
                "สิ้นสุดด้วย 0 เมื่อปกติ และ 1 เมื่อพบสิ่งที่ต้องแก้\n",
    .usage_en = "thanwela doctor [--json]\n\n"
                "Checks the register's rules, mailboxes, answers and scans that wait, mails set\n"
                "aside, and the chain of events. Exit status 0 all well, 1 something to mend.\n",
    .run = run,
};
