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

/* Bytes of the value that are written. */
static size_t shown_bytes(const char *value)
{
    size_t n = strnlen(value, LOG_VALUE_MAX);
    if (value[n])
        while (n > 0 && ((unsigned char)value[n] & 0xC0) == 0x80)
            n--;
    return n;
}

static bool is_plain(const char *value, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)value[i];
        if (c <= ' ' || c == '"' || c == '\\' || c == '=' || c == 127)
            return false;
    }
    return n > 0;
}

static void add_escaped(struct buf *line, unsigned char c)
{
    if (c == '"' || c == '\\')
        buf_addf(line, "\\%c", c);
    else if (c < ' ' || c == 127)
        buf_addf(line, "\\x%02x", c);
    else
        buf_addc(line, (char)c);
}

static void add_value(struct buf *line, const char *value)
{
    size_t n = shown_bytes(value);
    bool quoted = !is_plain(value, n);
    if (quoted)
        buf_addc(line, '"');
    for (size_t i = 0; i < n; i++)
        add_escaped(line, (unsigned char)value[i]);
    if (value[n])
        buf_adds(line, "…");
    if (quoted)
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
