/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The configuration and the database, opened when a command first asks: parse, scan, qr and verify
 * need neither. */
#include "cli/cli.h"

#include "db/primary.h"

const struct config *cli_config(struct cli *c)
{
    if (c->config)
        return c->config;
    struct err err = {0};
    struct config *config = arena_alloc(c->a, sizeof *config);
    const char *path = c->conf_path ? c->conf_path : config_default_path();
    if (!config_read(c->a, path, config, &err)) {
        cli_fail(&err);
        return NULL;
    }
    return c->config = config;
}

struct db *cli_db(struct cli *c)
{
    if (c->db)
        return c->db;
    const struct config *config = cli_config(c);
    if (!config)
        return NULL;
    struct err err = {0};
    /* whoever called a command may wait as long as he likes */
    if (!primary_open(config->db_conninfo, config->db_password_file, "thanwela", NULL, &c->db,
                      &err) ||
        !db_limit_silence(c->db, 0, &err)) {
        cli_fail(&err);
        return NULL;
    }
    return c->db;
}
