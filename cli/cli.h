/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What every subcommand gets, and the table of them. One file per subcommand: cli/<name>.c exports
 * `const struct command command_<name>`, cli/main.c lists it. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "config/config.h"
#include "db/db.h"
#include <stdio.h>

enum { EXIT_DONE = 0, EXIT_FOUND = 1, EXIT_USAGE = 2 };

struct cli {
    struct arena *a;             /* lives as long as the command */
    const char *conf_path;       /* -c, or the default */
    bool json;                   /* --json: stable keys, one document */
    bool english;                /* LANG=en… */
    bool color;                  /* standard output is a terminal and NO_COLOR is not set */
    int columns;                 /* of the terminal; 100 where there is none */
    const char *who;             /* for events: the login name */
    const struct config *config; /* private: cli_config */
    struct db *db;               /* private: cli_db */
};

struct command {
    const char *name;
    const char *summary_th, *summary_en; /* one line in `thanwela --help` */
    const char *usage_th, *usage_en; /* `thanwela NAME --help`: whole text, lines ≤ 78 columns */
    int (*run)(struct cli *c, int argc, char **argv); /* argv[0] is the command's name */
};

/* The options before the command and what the environment says. argv_out points at the command's
 * name, *argc_out counts from there; --json and --help behind the command (before "--") are taken
 * out.
 * out  what to do: run the command, or one of the answers that need none */
enum cli_wants { CLI_COMMAND, CLI_HELP, CLI_COMMAND_HELP, CLI_VERSION, CLI_NOTHING, CLI_WRONG };
enum cli_wants cli_start(struct cli *c, int argc, char **argv, int *argc_out, char ***argv_out);

/* The configuration and a connection, opened at the first call. They print one clear sentence and
 * return NULL when it cannot be: return EXIT_USAGE then. */
const struct config *cli_config(struct cli *c);
struct db *cli_db(struct cli *c);

/* Print "thanwela: sentence" on standard error; returns EXIT_FOUND or, for FATAL, EXIT_USAGE. */
int cli_fail(const struct err *err);
/* Print the sentence and where help is on standard error; returns EXIT_USAGE. */
int cli_usage(const struct command *cmd, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Print and empty a buffer; EXIT_DONE, or EXIT_FOUND with a sentence where it cannot be written. */
int cli_print(struct buf *out);

/* Thai or English, as the caller reads. */
const char *tr(const struct cli *c, const char *th, const char *en);

/* The command's options as a table. OPT_INT wants 0 to INT64_MAX, OPT_TIME an ISO date or instant
 * whose year may be Buddhist ("2564-04-09T16:30"), OPT_DAY a date alone. */
enum opt_kind { OPT_FLAG, OPT_TEXT, OPT_INT, OPT_TIME, OPT_DAY };
struct opt {
    const char *name; /* "--as-of" */
    enum opt_kind kind;
    void *value; /* bool, const char *, int64_t, int64_t us, int64_t us: set where it was given */
};

/* Take options out of argv (also "--name=value"); "--" ends them. What is left stays in order in
 * argv[1..] and *argc is adjusted. false: printed what was wrong and the nearest right name; return
 * EXIT_USAGE. */
bool cli_options(const struct command *cmd, int *argc, char **argv, const struct opt *opts,
                 size_t n_opts) MUST_CHECK;

/* An ISO date or instant as a user types it: a year from 2400 on is Buddhist. */
bool cli_time(const char *text, int64_t *us_out) MUST_CHECK;

/* The nearest name, or NULL where none is near (config/nearest.h). */
const char *cli_nearest(const char *word, const char *const *names, size_t n);

#endif
