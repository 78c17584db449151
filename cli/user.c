/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela user: who may sign in to the register in a browser. Passwords are typed or piped, never
 * arguments: those stand in the list of processes. */
#include "cli/listing.h"
#include "cli/verbs.h"
#include "db/person.h"

#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

extern const struct command command_user;

/* ---------------------------------------------------------------- passwords */

static bool set_echo(bool on)
{
    struct termios t;
    if (tcgetattr(STDIN_FILENO, &t) != 0)
        return false;
    t.c_lflag = on ? t.c_lflag | ECHO : t.c_lflag & ~(tcflag_t)ECHO;
    return tcsetattr(STDIN_FILENO, TCSAFLUSH, &t) == 0;
}

static char *read_line(struct cli *c)
{
    char line[PASSWORD_BYTES_MAX + 2];
    if (!fgets(line, sizeof line, stdin))
        return NULL;
    line[strcspn(line, "\r\n")] = 0;
    return arena_strdup(c->a, line);
}

static char *ask(struct cli *c, const char *words)
{
    bool hides = isatty(STDIN_FILENO) && set_echo(false);
    if (isatty(STDIN_FILENO))
        fprintf(stderr, "%s: ", words);
    char *line = read_line(c);
    if (hides) {
        set_echo(true);
        fputc('\n', stderr);
    }
    return line;
}

/* At a terminal twice, so that a slip of the finger shuts nobody out. */
static const char *read_password(struct cli *c, struct err *err)
{
    char *first = ask(c, tr(c, "รหัสผ่าน (12 ตัวขึ้นไป)", "password (12 letters or more)"));
    if (!first)
        return err_set(err, ERR_REFUSE, "user: no password on the standard input"), NULL;
    if (!isatty(STDIN_FILENO))
        return first;
    const char *again = ask(c, tr(c, "อีกครั้ง", "again"));
    if (!again || strcmp(first, again) != 0)
        return err_set(err, ERR_REFUSE, "user: the two passwords differ: try again"), NULL;
    return first;
}

/* ---------------------------------------------------------------- verbs */

static int say(struct cli *c, const char *login, const char *th, const char *en)
{
    if (c->json)
        printf("{\"login\":\"%s\"}\n", login);
    else
        printf("%s: %s\n", login, tr(c, th, en));
    return EXIT_DONE;
}

static int add_run(struct cli *c, int argc, char **argv)
{
    const char *rank = "reader", *name = NULL, *password = "";
    bool by_proxy = false;
    const struct opt opts[] = {{"--role", OPT_TEXT, &rank},
                               {"--name", OPT_TEXT, &name},
                               {"--no-password", OPT_FLAG, &by_proxy}};
    struct err err = {0};
    if (!cli_options(&command_user, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 2)
        return cli_usage(&command_user, "%s", tr(c, "ระบุชื่อผู้ใช้หนึ่งชื่อ", "give one login"));
    struct db *db = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!by_proxy && !(password = read_password(c, &err)))
        return cli_fail(&err);
    if (!by_proxy && !*password)
        return cli_usage(&command_user, "%s", tr(c, "รหัสผ่านว่างเปล่า", "the password is empty"));
    const struct person p = {.login = argv[1], .name = name ? name : argv[1], .rank = rank};
    if (!person_add(db, &p, password, c->who, &err))
        return cli_fail(&err);
    return say(c, argv[1], "เพิ่มแล้ว", "added");
}

static int password_run(struct cli *c, int argc, char **argv)
{
    struct err err = {0};
    if (argc != 2)
        return cli_usage(&command_user, "%s", tr(c, "ระบุชื่อผู้ใช้หนึ่งชื่อ", "give one login"));
    struct db *db = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    const char *password = read_password(c, &err);
    if (!password || !person_password(db, argv[1], password, c->who, &err))
        return cli_fail(&err);
    return say(c, argv[1], "เปลี่ยนรหัสผ่านแล้ว ต้องเข้าสู่ระบบใหม่", "new password; signed out everywhere");
}

static int disable(struct cli *c, int argc, char **argv, bool off)
{
    struct err err = {0};
    if (argc != 2)
        return cli_usage(&command_user, "%s", tr(c, "ระบุชื่อผู้ใช้หนึ่งชื่อ", "give one login"));
    struct db *db = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!person_disable(db, argv[1], off, c->who, &err))
        return cli_fail(&err);
    return off ? say(c, argv[1], "ปิดการใช้งานแล้ว", "disabled and signed out")
               : say(c, argv[1], "เปิดการใช้งานแล้ว", "enabled");
}

static int disable_run(struct cli *c, int argc, char **argv)
{
    return disable(c, argc, argv, true);
}

static int enable_run(struct cli *c, int argc, char **argv)
{
    return disable(c, argc, argv, false);
}

static int list_run(struct cli *c, int argc, char **argv)
{
    static const struct field fields[] = {{"login", "ชื่อผู้ใช้", "Login", FIELD_TEXT, false, 0},
                                          {"name", "ชื่อ", "Name", FIELD_TEXT, true, 10},
                                          {"role", "สิทธิ์", "Role", FIELD_TEXT, false, 0},
                                          {"seen_at", "ใช้ล่าสุด", "Last seen", FIELD_TIME, false, 0},
                                          {"disabled", "ปิด", "Disabled", FIELD_FLAG, false, 0}};
    struct people all;
    struct err err = {0};
    (void)argv;
    if (argc != 1)
        return cli_usage(&command_user, "%s", tr(c, "list ไม่มีตัวเลือก", "list takes no words"));
    struct db *db = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!person_list(c->a, db, &all, &err))
        return cli_fail(&err);
    struct listing *l = listing_new(c, "users", fields, ARRAY_LEN(fields));
    for (int i = 0; i < all.n; i++) {
        listing_text(l, all.person[i].login);
        listing_text(l, all.person[i].name);
        listing_text(l, all.person[i].rank);
        listing_time(l, all.person[i].seen_us);
        listing_flag(l, all.person[i].is_disabled);
    }
    return listing_print(l, false);
}

static int run(struct cli *c, int argc, char **argv)
{
    static const struct verb verbs[] = {{"list", list_run},         {"add", add_run},
                                        {"password", password_run}, {"disable", disable_run},
                                        {"enable", enable_run},     {NULL, NULL}};
    return verb_run(&command_user, c, argc, argv, verbs);
}

const struct command command_user = {
    .name = "user",
    .summary_th = "ผู้ใช้ทะเบียนทางเว็บ",
    .summary_en = "who may sign in to the web register",
    .usage_th = "วิธีใช้\n"
                "  thanwela user list [--json]\n"
                "  thanwela user add ชื่อผู้ใช้ [--role สิทธิ์] [--name ชื่อ] [--no-password]\n"
                "  thanwela user password ชื่อผู้ใช้\n"
                "  thanwela user disable|enable ชื่อผู้ใช้\n"
                "\n"
                "รหัสผ่านพิมพ์ที่จอ หรือส่งทาง standard input บรรทัดเดียว\n"
                "\n"
                "  --role สิทธิ์     reader อ่าน (ปกติ)  officer ทำงานทะเบียน  admin ทุกอย่าง\n"
                "  --name ชื่อ      ชื่อที่แสดง\n"
                "  --no-password   เข้าผ่าน reverse proxy เท่านั้น ([web] trusted_header)\n",
    .usage_en = "Usage\n"
                "  thanwela user list [--json]\n"
                "  thanwela user add LOGIN [--role ROLE] [--name NAME] [--no-password]\n"
                "  thanwela user password LOGIN\n"
                "  thanwela user disable|enable LOGIN\n"
                "\n"
                "The password is typed, or one line of the standard input.\n"
                "\n"
                "  --role ROLE     reader (usual), officer works the register, admin\n"
                "  --name NAME     as it is shown\n"
                "  --no-password   comes by the reverse proxy alone ([web] trusted_header)\n",
    .run = run,
};
