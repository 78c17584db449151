/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwelad, the daemon: takes mail in, registers, scans and answers it. What it does is told by
 * the configuration; the roles are in roles.c, the order of their lives in supervisor.c. */
#include "base/step.h"
#include "config/config.h"
#include "daemon/check.h"
#include "daemon/roles.h"
#include "daemon/supervisor.h"

#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 2 };

static const struct {
    struct option option;
    const char *shown, *th, *en;
} options[] = {
    {{"config", required_argument, NULL, 'c'},
     "-c, --config FILE",
     "แฟ้มตั้งค่า (ปกติ $THANWELA_CONF หรือ /etc/thanwela/thanwela.conf)",
     "the configuration (else $THANWELA_CONF or /etc/thanwela/thanwela.conf)"},
    {{"check", no_argument, NULL, 'k'},
     "--check",
     "ตรวจการตั้งค่า กุญแจ ฐานข้อมูล กล่องอีเมล และเครื่องส่งอีเมล แล้วจบ",
     "look at configuration, keys, database, mailboxes and mail server, then end"},
    {{"once", no_argument, NULL, 'o'},
     "--once",
     "ทำงานที่ค้างอยู่ให้หมด แล้วจบ",
     "do all that is there to do, then end"},
    {{"help", no_argument, NULL, 'h'}, "--help", "ข้อความนี้", "this text"},
    {{"version", no_argument, NULL, 'v'}, "--version", "รุ่นของโปรแกรม", "the program's version"},
};

static bool reads_english(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return strncmp(value, "en", 2) == 0;
    }
    return false;
}

static int help(void)
{
    bool english = reads_english();
    puts(english
             ? "thanwelad takes in documents sent by e-mail, registers and acknowledges them.\n\n"
               "Usage:  thanwelad [-c FILE] [--check | --once]\n"
             : "thanwelad รับเอกสารที่ส่งทางอีเมล ลงทะเบียน และออกใบรับ\n\n"
               "วิธีใช้:  thanwelad [-c แฟ้ม] [--check | --once]\n");
    for (size_t i = 0; i < ARRAY_LEN(options); i++)
        printf("  %-18s  %s\n", options[i].shown, english ? options[i].en : options[i].th);
    puts(english ? "\nSIGTERM ends it in good order, SIGHUP has the configuration read again.\n"
                   "Exit status: 0 done, 1 something failed, 2 used wrongly, 78 configuration"
                 : "\nSIGTERM ให้จบงานแล้วหยุด SIGHUP ให้อ่านแฟ้มตั้งค่าใหม่\n"
                   "ผลการทำงาน (exit status): 0 เรียบร้อย  1 มีงานที่ทำไม่สำเร็จ  2 ใช้คำสั่งไม่ถูกต้อง  78 "
                   "การตั้งค่าผิด");
    return 0;
}

static int check(const struct supervisor_plan *plan)
{
    return check_run(plan->conf_path, stdout);
}

int main(int argc, char **argv)
{
    struct option known[ARRAY_LEN(options) + 1] = {0};
    struct supervisor_plan plan = {.conf_path = config_default_path(),
                                   .roles = roles,
                                   .n_roles = n_roles,
                                   .times = supervisor_times};
    int (*work)(const struct supervisor_plan *) = supervisor_run;
    setlocale(LC_ALL, "");
    step_init();
    for (size_t i = 0; i < ARRAY_LEN(options); i++)
        known[i] = options[i].option;
    for (int o; (o = getopt_long(argc, argv, "c:", known, NULL)) != -1;) {
        if (o == 'c')
            plan.conf_path = optarg;
        else if (o == 'o')
            work = supervisor_once;
        else if (o == 'k')
            work = check;
        else if (o == 'h')
            return help();
        else if (o == 'v')
            return puts("thanwelad " THANWELA_VERSION) < 0;
        else
            return EXIT_USAGE;
    }
    if (optind == argc)
        return work(&plan);
    fprintf(stderr, "thanwelad: %s: no such argument; see thanwelad --help\n", argv[optind]);
    return EXIT_USAGE;
}
