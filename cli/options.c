/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A command's options from its table: one way to write them, one way to be told what is wrong. */
#include "cli/cli.h"
#include "config/nearest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { BUDDHIST_FROM = 2400, BUDDHIST_AHEAD = 543 };

const char *cli_nearest(const char *word, const char *const *names, size_t n)
{
    struct nearest near = {.of = word};
    for (size_t i = 0; i < n; i++)
        nearest_offer(&near, names[i]);
    return near.best;
}

bool cli_time(const char *text, int64_t *us_out)
{
    char ce[64];
    size_t n = strlen(text);
    int year = n >= 4 && strspn(text, "0123456789") == 4 ? atoi(text) : 0;
    if (year < BUDDHIST_FROM || n >= sizeof ce)
        return time_parse_iso(text, us_out);
    snprintf(ce, sizeof ce, "%04d%s", year - BUDDHIST_AHEAD, text + 4);
    return time_parse_iso(ce, us_out);
}

static bool parse_int(const char *text, int64_t *out)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno || end == text || *end || value < 0)
        return false;
    *out = value;
    return true;
}

static bool take_value(const struct command *cmd, const struct opt *o, const char *value)
{
    bool ok = true;
    const char *wants = "";
    switch (o->kind) {
    case OPT_FLAG:
        *(bool *)o->value = true;
        break;
    case OPT_TEXT:
        *(const char **)o->value = value;
        break;
    case OPT_INT:
        ok = parse_int(value, o->value);
        wants = "a whole number from 0 on";
        break;
    case OPT_TIME:
        ok = cli_time(value, o->value);
        wants = "a date or time such as 2564-04-09T16:30";
        break;
    case OPT_DAY:
        ok = strlen(value) == strlen("2564-04-09") && cli_time(value, o->value);
        wants = "a date such as 2564-04-09";
        break;
    }
    if (!ok)
        cli_usage(cmd, "%s %s: wants %s", o->name, value, wants);
    return ok;
}

static const struct opt *opt_find(const struct opt *opts, size_t n, const char *arg, size_t len)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(opts[i].name) == len && strncmp(opts[i].name, arg, len) == 0)
            return &opts[i];
    return NULL;
}

static void no_such_option(const struct command *cmd, const struct opt *opts, size_t n,
                           const char *arg)
{
    const char *names[64];
    size_t n_names = n;
    for (size_t i = 0; i < n_names; i++)
        names[i] = opts[i].name;
    const char *near = cli_nearest(arg, names, n_names);
    if (near)
        cli_usage(cmd, "%s: no such option; did you mean %s?", arg, near);
    else
        cli_usage(cmd, "%s: no such option", arg);
}

/* A lone "-" (standard input) and "-5" are words, not options. */
static bool is_option(const char *arg)
{
    return arg[0] == '-' && arg[1] && !(arg[1] >= '0' && arg[1] <= '9');
}

bool cli_options(const struct command *cmd, int *argc, char **argv, const struct opt *opts,
                 size_t n_opts)
{
    int kept = 1, i = 1;
    for (; i < *argc && strcmp(argv[i], "--") != 0; i++) {
        if (!is_option(argv[i])) {
            argv[kept++] = argv[i];
            continue;
        }
        const char *arg = argv[i], *equals = strchr(arg, '=');
        size_t len = equals ? (size_t)(equals - arg) : strlen(arg);
        const struct opt *o = opt_find(opts, n_opts, arg, len);
        if (!o) {
            no_such_option(cmd, opts, n_opts, arg);
            return false;
        }
        const char *value = equals ? equals + 1 : NULL;
        if (o->kind == OPT_FLAG && value) {
            cli_usage(cmd, "%s: takes no value", o->name);
            return false;
        }
        if (o->kind != OPT_FLAG && !value && !(value = i + 1 < *argc ? argv[++i] : NULL)) {
            cli_usage(cmd, "%s: a value must follow", o->name);
            return false;
        }
        if (!take_value(cmd, o, value))
            return false;
    }
    for (i += i < *argc; i < *argc; i++)
        argv[kept++] = argv[i];
    argv[kept] = NULL;
    *argc = kept;
    return true;
}
