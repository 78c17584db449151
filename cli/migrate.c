/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela migrate: bring the database to this program's schema. */
#include "db/migrate.h"
#include "cli/cli.h"
#include "db/calendar.h"

#include <stdio.h>
#include <string.h>

extern const struct command command_migrate;

static void tell(void *user, const struct migration *m)
{
    const struct cli *c = user;
    if (!c->json)
        printf("%s %s\n", tr(c, "ปรับโครงสร้างแล้ว", "migrated"), m->name);
}

/* The run-time role is the user of [database] conninfo. */
static const char *runtime_role(struct cli *c, const char *conninfo)
{
    const char *at = strstr(conninfo, "user=");
    if (!at)
        return c->who;
    at += strlen("user=");
    return arena_strndup(c->a, at, strcspn(at, " "));
}

static int run(struct cli *c, int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return cli_usage(&command_migrate, "migrate takes no arguments");
    const struct config *conf = cli_config(c);
    if (!conf)
        return EXIT_USAGE;
    struct err err = {0};
    struct db *db CLEANUP(db_closep) = NULL;
    int n;
    const struct office_rules rules = {
        .receipt_basis = conf->receipt_basis, .region = conf->region, .soon_days = conf->soon_days};
    if (!db_open_raw(conf->db_migrate_conninfo, conf->db_migrate_password_file, "thanwela migrate",
                     &db, &err) ||
        !db_limit_silence(db, 0, &err) ||
        !migrate(db, runtime_role(c, conf->db_conninfo), tell, c, &n, &err) ||
        !office_rules_put(db, &rules, &err))
        return cli_fail(&err);
    if (c->json)
        printf("{\"migrated\": %d, \"schema\": \"%s\"}\n", n, migrations[n_migrations - 1].name);
    else if (n == 0)
        printf("%s\n", tr(c, "ฐานข้อมูลเป็นรุ่นล่าสุดอยู่แล้ว", "the database is up to date"));
    return EXIT_DONE;
}

const struct command command_migrate = {
    .name = "migrate",
    .summary_th = "ปรับโครงสร้างฐานข้อมูลให้ตรงกับโปรแกรม",
    .summary_en = "bring the database to this program's schema",
    .usage_th = "thanwela migrate\n\n"
                "ปรับโครงสร้างฐานข้อมูลตามลำดับ แต่ละขั้นสำเร็จทั้งขั้นหรือไม่ทำเลย\n"
                "ใช้ผู้ใช้เจ้าของฐานข้อมูลจาก [database] migrate_conninfo และให้สิทธิ์แก่ผู้ใช้ของบริการ\n",
    .usage_en = "thanwela migrate\n\n"
                "Runs what is missing, in order, each step whole or not at all. Signs in by\n"
                "[database] migrate_conninfo, the owner, and gives the service's role its\n"
                "rights.\n",
    .run = run,
};
