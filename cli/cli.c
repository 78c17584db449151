/* SPDX-License-Identifier: AGPL-3.0-or-later
 * How the command starts, what it prints when something is wrong, and its two languages. */
#include "cli/cli.h"

#include "base/thai.h"
#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { COLUMNS_DEFAULT = 100, COLUMNS_MIN = 40, COLUMNS_MAX = 400 };

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

static int terminal_columns(void)
{
    struct winsize size;
    int columns = COLUMNS_DEFAULT;
    const char *said = getenv("COLUMNS");
    if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        columns = size.ws_col;
    else if (said && atoi(said) > 0)
        columns = atoi(said);
    if (columns < COLUMNS_MIN)
        return COLUMNS_MIN;
    return columns > COLUMNS_MAX ? COLUMNS_MAX : columns;
}

/* Under sudo the person is the one who called it: root is trusted to say who that was. */
static const char *login_name(struct arena *a)
{
    const char *behind = getenv("SUDO_USER");
    if (getuid() == 0 && behind && *behind)
        return text_clean(a, behind, strnlen(behind, 64));
    const struct passwd *me = getpwuid(getuid());
    return me ? text_clean(a, me->pw_name, strlen(me->pw_name))
              : arena_printf(a, "uid-%u", (unsigned)getuid());
}

/* --json and --help are everyone's: take them out behind the command as well. */
static bool take_common(struct cli *c, int *argc, char **argv)
{
    int kept = 1;
    bool help = false, open = true;
    for (int i = 1; i < *argc; i++) {
        if (open && strcmp(argv[i], "--") == 0)
            open = false;
        if (open && strcmp(argv[i], "--json") == 0)
            c->json = true;
        else if (open && (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0))
            help = true;
        else
            argv[kept++] = argv[i];
    }
    argv[kept] = NULL;
    *argc = kept;
    return help;
}

static enum cli_wants leading_options(struct cli *c, int argc, char **argv, int *at)
{
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return CLI_HELP;
        if (strcmp(argv[i], "--version") == 0)
            return CLI_VERSION;
        if (strcmp(argv[i], "--json") == 0) {
            c->json = true;
        } else if (strcmp(argv[i], "-c") == 0 && i + 1 < argc) {
            c->conf_path = argv[++i];
        } else {
            fprintf(stderr, "thanwela: %s: %s; see thanwela --help\n", argv[i],
                    strcmp(argv[i], "-c") == 0 ? "a file must follow" : "no such option");
            return CLI_WRONG;
        }
    }
    *at = i;
    return i < argc ? CLI_COMMAND : CLI_NOTHING;
}

enum cli_wants cli_start(struct cli *c, int argc, char **argv, int *argc_out, char ***argv_out)
{
    c->english = reads_english();
    c->color = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
    c->columns = terminal_columns();
    c->who = login_name(c->a);
    int at = 0;
    enum cli_wants wants = leading_options(c, argc, argv, &at);
    if (wants != CLI_COMMAND)
        return wants;
    *argc_out = argc - at;
    *argv_out = argv + at;
    return take_common(c, argc_out, *argv_out) ? CLI_COMMAND_HELP : CLI_COMMAND;
}

int cli_fail(const struct err *err)
{
    fprintf(stderr, "thanwela: %s\n", err->text);
    return err->kind == ERR_FATAL ? EXIT_USAGE : EXIT_FOUND;
}

int cli_usage(const struct command *cmd, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fprintf(stderr, "thanwela %s: ", cmd->name);
    vfprintf(stderr, fmt, args);
    fprintf(stderr, "; see thanwela %s --help\n", cmd->name);
    va_end(args);
    return EXIT_USAGE;
}

int cli_print(struct buf *out)
{
    size_t n = fwrite(buf_str(out), 1, out->len, stdout);
    bool whole = n == out->len && fflush(stdout) == 0;
    buf_clear(out);
    if (whole)
        return EXIT_DONE;
    fprintf(stderr, "thanwela: standard output cannot be written: %s\n", strerror(errno));
    return EXIT_FOUND;
}

const char *tr(const struct cli *c, const char *th, const char *en)
{
    return c->english ? en : th;
}
