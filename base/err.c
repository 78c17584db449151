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

static void put(char *text, const char *fmt, va_list args) __attribute__((format(printf, 2, 0)));

/* Through a buffer of its own: a value may be the text that was there. */
static void put(char *text, const char *fmt, va_list args)
{
    char whole[ERR_TEXT_MAX];
    vsnprintf(whole, sizeof whole, fmt, args);
    trim_torn_letter(whole);
    memcpy(text, whole, sizeof whole);
}

void err_put(struct err *err, enum err_kind kind, const char *fmt, ...)
{
    if (!err)
        return;
    va_list args;
    va_start(args, fmt);
    put(err->text, fmt, args);
    va_end(args);
    err->thai[0] = 0;
    err->kind = kind;
}

void err_put_both(struct err *err, const char *en_fmt, const char *th_fmt, ...)
{
    if (!err)
        return;
    va_list args, again;
    va_start(args, th_fmt);
    va_copy(again, args);
    put(err->text, en_fmt, args);
    put(err->thai, th_fmt, again);
    va_end(again);
    va_end(args);
    err->kind = ERR_REFUSE;
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
