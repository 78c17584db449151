/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Log lines for a person and for journald. The only mutable file-scope state of base/: a process
 * has one log, set up before it does anything. */
#include "base/log.h"

#include "base/buf.h"
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum log_level max_level = LOG_LEVEL_INFO;
static char role_name[64];

void log_set_level(enum log_level level)
{
    max_level = level;
}

void log_set_role(const char *role)
{
    snprintf(role_name, sizeof role_name, "%s", role);
}

static bool is_plain(const char *value)
{
    if (!*value)
        return false;
    for (const unsigned char *p = (const unsigned char *)value; *p; p++)
        if (*p <= ' ' || *p == '"' || *p == '\\' || *p == '=' || *p == 127)
            return false;
    return true;
}

static void add_value(struct buf *line, const char *value)
{
    if (is_plain(value)) {
        buf_adds(line, value);
        return;
    }
    buf_addc(line, '"');
    for (const unsigned char *p = (const unsigned char *)value; *p; p++) {
        if (*p == '"' || *p == '\\')
            buf_addf(line, "\\%c", *p);
        else if (*p < ' ' || *p == 127)
            buf_addf(line, "\\x%02x", *p);
        else
            buf_addc(line, (char)*p);
    }
    buf_addc(line, '"');
}

void log_event(enum log_level level, const char *step, ...)
{
    static const int journal_priority[] = {3, 4, 6, 7};
    if (level > max_level)
        return;
    struct buf line CLEANUP(buf_fini) = {0};
    if (!isatty(STDERR_FILENO))
        buf_addf(&line, "<%d>", journal_priority[level]);
    buf_addf(&line, "step=%s", step);
    if (role_name[0])
        buf_addf(&line, " role=%s", role_name);
    va_list args;
    va_start(args, step);
    for (const char *key; (key = va_arg(args, const char *));) {
        const char *value = va_arg(args, const char *);
        if (!value)
            continue;
        buf_addf(&line, " %s=", key);
        add_value(&line, value);
    }
    va_end(args);
    buf_addc(&line, '\n');
    /* one write a line: processes share the descriptor */
    ssize_t ignored = write(STDERR_FILENO, line.data, line.len);
    (void)ignored;
}
