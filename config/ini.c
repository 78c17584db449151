/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The syntax of thanwela.conf and nothing of its meaning: see read.c for that. */
#include "config/ini.h"

#include "base/thai.h"
#include "config/config.h"
#include <string.h>

static char *trim(char *s)
{
    s += strspn(s, " \t");
    size_t n = strlen(s);
    while (n > 0 && strchr(" \t", s[n - 1]))
        s[--n] = 0;
    return s;
}

static char *unquote(char *s)
{
    size_t n = strlen(s);
    if (n < 2 || s[0] != '"' || s[n - 1] != '"' || memchr(s + 1, '"', n - 2))
        return s;
    s[n - 1] = 0;
    return s + 1;
}

/* "[ mailbox   saraban ]" → "mailbox saraban" */
static char *fold_blanks(char *s)
{
    char *to = s;
    for (const char *from = s; *from; from++)
        if (!strchr(" \t", *from))
            *to++ = *from;
        else if (to > s && to[-1] != ' ')
            *to++ = ' ';
    *to = 0;
    return s;
}

/* A line's bytes may be a secret pasted into the wrong place: no message repeats them. */
static const char *line_fault(const char *p, size_t n)
{
    if (n >= CONFIG_LINE_MAX)
        return "the line is longer than 4095 bytes";
    for (size_t i = 0; i < n; i++)
        if (((unsigned char)p[i] < ' ' && p[i] != '\t') || p[i] == 127)
            return "the line has a control character";
    return utf8_valid(p, n) ? NULL : "the line is not UTF-8: save the file as UTF-8";
}

static const char *split_line(char *text, struct ini_line *line)
{
    if (*text == '[') {
        size_t n = strlen(text);
        if (text[n - 1] != ']')
            return "a section's line ends in ]; a comment stands on a line of its own";
        text[n - 1] = 0;
        line->section = fold_blanks(trim(text + 1));
        line->name = line->value = NULL;
        return NULL;
    }
    char *equals = strchr(text, '=');
    if (!equals || equals == text)
        return "neither [section], name = value nor a comment (#)";
    *equals = 0;
    line->name = trim(text);
    line->value = unquote(trim(equals + 1));
    return line->section ? NULL : "an option before the first [section]";
}

static bool take_line(struct arena *a, const char *p, size_t n, struct ini_line *line,
                      const char **fault_out)
{
    *fault_out = line_fault(p, n);
    if (*fault_out)
        return false;
    char *text = trim(arena_strndup(a, p, n));
    if (!*text || *text == '#' || *text == ';')
        return false;
    *fault_out = split_line(text, line);
    return !*fault_out;
}

bool ini_parse(struct arena *a, const char *path, const char *text, size_t n, ini_line_fn *fn,
               void *user, struct err *err)
{
    static const char bom[] = "\xEF\xBB\xBF";
    const char *p = text, *end = text + n;
    struct ini_line line = {0};
    if (n >= 3 && memcmp(p, bom, 3) == 0)
        p += 3;
    while (p < end) {
        const char *newline = memchr(p, '\n', (size_t)(end - p)), *fault;
        size_t length = (size_t)((newline ? newline : end) - p);
        line.no++;
        bool has_cr = length > 0 && p[length - 1] == '\r';
        if (take_line(a, p, length - has_cr, &line, &fault) && !fn(user, &line, err))
            return false;
        if (fault)
            return err_set(err, ERR_FATAL, "%s:%d: %s", path, line.no, fault);
        p += length + (newline != NULL);
    }
    return true;
}
