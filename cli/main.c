/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela, the command: finds the subcommand in cli/commands.def and runs it. */
#include "base/thai.h"
#include "cli/cli.h"

#include <locale.h>
#include <string.h>

enum group { GROUP_REGISTER, GROUP_RULES, GROUP_REPORTS, GROUP_CODES, GROUP_SERVICE, N_GROUPS };

static const char *const groups[N_GROUPS][2] = {
    [GROUP_REGISTER] = {"งานทะเบียน", "The register"},
    [GROUP_RULES] = {"เรื่อง กำหนดส่ง และปฏิทิน", "Matters, deadlines and the calendar"},
    [GROUP_REPORTS] = {"รายงาน", "Reports"},
    [GROUP_CODES] = {"ใบรับและรหัส QR", "Receipts and QR codes"},
    [GROUP_SERVICE] = {"ดูแลระบบ", "The service"},
};

#define COMMAND(group, name) extern const struct command command_##name;
#include "cli/commands.def"
#undef COMMAND

static const struct entry {
    enum group group;
    const struct command *command; /* NULL ends the table */
} table[] = {
#define COMMAND(group, name) {GROUP_##group, &command_##name},
#include "cli/commands.def"
#undef COMMAND
    {N_GROUPS, NULL}};

static const struct command *command_find(const char *name)
{
    for (const struct entry *e = table; e->command; e++)
        if (strcmp(e->command->name, name) == 0)
            return e->command;
    return NULL;
}

static int no_such_command(const char *name)
{
    const char *names[ARRAY_LEN(table)] = {0};
    size_t n = 0;
    for (const struct entry *e = table; e->command; e++)
        names[n++] = e->command->name;
    const char *near = cli_nearest(name, names, n);
    if (near)
        fprintf(stderr, "thanwela: %s: no such command; did you mean %s?\n", name, near);
    else
        fprintf(stderr, "thanwela: %s: no such command; see thanwela --help\n", name);
    return EXIT_USAGE;
}

static const char *const help_head[2] = {
    "thanwela (ทันเวลา) รับเอกสารที่หน่วยงานส่งทางอีเมล ลงทะเบียน ออกใบรับ และรายงานว่าทันกำหนดหรือไม่\n"
    "\n"
    "วิธีใช้:  thanwela [-c ไฟล์] คำสั่ง [ตัวเลือก] [--json]\n",
    "thanwela takes in documents sent by e-mail, registers and acknowledges them, and says\n"
    "what came in time.\n"
    "\n"
    "Usage:  thanwela [-c FILE] COMMAND [OPTIONS] [--json]\n"};

static const char *const help_foot[2] = {
    "\nตัวเลือกของทุกคำสั่ง\n"
    "  -c ไฟล์      ไฟล์ค่าติดตั้ง (ปกติ /etc/thanwela/thanwela.conf)\n"
    "  --json      พิมพ์ผลเป็น JSON สำหรับโปรแกรมอื่น\n"
    "  --help      วิธีใช้ของคำสั่งนั้น เช่น thanwela item --help\n"
    "  --version   รุ่นของโปรแกรม\n"
    "\nผลการทำงาน (exit status): 0 เรียบร้อย  1 พบสิ่งผิดปกติ  2 ใช้คำสั่งไม่ถูกต้อง\n"
    "ข้อความภาษาอังกฤษ: LANG=en thanwela ...\n",
    "\nOptions of every command\n"
    "  -c FILE     the configuration (else /etc/thanwela/thanwela.conf)\n"
    "  --json      print one JSON document for other programs\n"
    "  --help      how a command is used: thanwela item --help\n"
    "  --version   the program's version\n"
    "\nExit status: 0 done, 1 found something wrong, 2 used wrongly\n"};

static int help(const struct cli *c)
{
    fputs(help_head[c->english], stdout);
    for (int g = 0; g < N_GROUPS; g++) {
        bool first = true;
        for (const struct entry *e = table; e->command; e++) {
            if ((int)e->group != g)
                continue;
            if (first)
                printf("\n%s\n", groups[g][c->english]);
            first = false;
            printf("  %-10s  %s\n", e->command->name,
                   tr(c, e->command->summary_th, e->command->summary_en));
        }
    }
    fputs(help_foot[c->english], stdout);
    return EXIT_DONE;
}

static int command_help(const struct cli *c, const struct command *cmd)
{
    fputs(tr(c, cmd->usage_th, cmd->usage_en), stdout);
    return EXIT_DONE;
}

int main(int argc, char **argv)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct cli c = {.a = a};
    int n = 0;
    char **words = NULL;
    setlocale(LC_CTYPE, "C.UTF-8");
    enum cli_wants wants = cli_start(&c, argc, argv, &n, &words);
    switch (wants) {
    case CLI_HELP:
        return help(&c);
    case CLI_VERSION:
        puts("thanwela " THANWELA_VERSION);
        return EXIT_DONE;
    case CLI_WRONG:
        return EXIT_USAGE;
    case CLI_NOTHING:
        help(&c);
        return EXIT_USAGE;
    case CLI_COMMAND:
    case CLI_COMMAND_HELP:
        break;
    }
    const struct command *cmd = command_find(words[0]);
    if (!cmd)
        return no_such_command(words[0]);
    int status = wants == CLI_COMMAND_HELP ? command_help(&c, cmd) : cmd->run(&c, n, words);
    db_close(c.db);
    return status;
}
