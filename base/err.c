/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What went wrong. See err.h. */
#include "base/err.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* vsnprintf may cut inside a letter of three bytes: drop the torn rest. */
static void trim_torn_letter(char *text)
{
    size_t n = strlen(text);
    if (n < ERR_TEXT_MAX - 1)
        return;
    while (n > 0 && ((unsigned char)text[n - 1] & 0xC0) == 0x80)
        n--;
    if (n > 0 && (unsigned char)text[n - 1] >= 0xC0)
        n--;
    text[n] = 0;
}

void err_put(struct err *err, enum err_kind kind, const char *fmt, ...)
{
    if (!err)
        return;
    char text[ERR_TEXT_MAX];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    trim_torn_letter(text);
    memcpy(err->text, text, sizeof text);
    err->kind = kind;
}

void err_prefix(struct err *err, const char *fmt, ...)
{
    if (!err)
        return;
    char words[ERR_TEXT_MAX], whole[2 * ERR_TEXT_MAX + 2];
    va_list args;
    va_start(args, fmt);
    vsnprintf(words, sizeof words, fmt, args);
    va_end(args);
    snprintf(whole, sizeof whole, "%s: %s", words, err->text);
    memcpy(err->text, whole, ERR_TEXT_MAX - 1);
    err->text[ERR_TEXT_MAX - 1] = 0;
    trim_torn_letter(err->text);
}

const char *err_kind_name(enum err_kind kind)
{
    static const char *const names[] = {"none", "retry", "refuse", "unsure", "fatal"};
    static_assert(ARRAY_LEN(names) == ERR_N_KINDS, "a name for each kind");
    return names[kind];
}
