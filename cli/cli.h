/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What every subcommand gets, and the table of them. One file per subcommand: cli/<name>.c exports
 * `const struct command command_<name>`, cli/main.c lists it. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"
#include "db/db.h"
#include <stdio.h>

enum { EXIT_DONE = 0, EXIT_FOUND = 1, EXIT_USAGE = 2 };

struct cli {
    struct arena *a;       /* lives as long as the command */
    const char *conf_path; /* -c, or the default */
    bool json;             /* --json: stable keys, one document */
    bool english;          /* LANG=en… */
    bool color;            /* standard output is a terminal and NO_COLOR is not set */
    int columns;           /* of the terminal; 100 where there is none */
    const char *who;       /* for events: the login name */
};

struct command {
    const char *name;
    const char *summary_th, *summary_en; /* one line in `thanwela --help` */
    const char *usage_th, *usage_en; /* `thanwela NAME --help`: whole text, lines ≤ 78 columns */
    int (*run)(struct cli *c, int argc, char **argv); /* argv[0] is the command's name */
};

/* The configuration and a connection, opened at the first call. They print one clear sentence and
 * return NULL when it cannot be: return EXIT_USAGE then. */
const struct config *cli_config(struct cli *c);
struct db *cli_db(struct cli *c);

/* Print "thanwela: sentence" on standard error; returns EXIT_FOUND or, for FATAL, EXIT_USAGE. */
int cli_fail(const struct err *err);
int cli_usage(const struct command *cmd, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Thai or English, as the caller reads. */
const char *tr(const struct cli *c, const char *th, const char *en);

#endif
