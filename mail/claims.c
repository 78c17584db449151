/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Counting what a letter claims. See claims.h. */
#include "mail/claims.h"

#include "base/thai.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_BYTES_MAX = 4000 }; /* behind the heading: a list of enclosures is not longer */

static const char heading[] = "สิ่งที่ส่งมาด้วย";

/* Digits that end right before `end`, blanks between allowed; CLAIMS_NONE where there are none. */
static int number_before(const char *start, const char *end)
{
    while (end > start && end[-1] == ' ')
        end--;
    const char *digits = end;
    while (digits > start && isdigit((unsigned char)digits[-1]) && end - digits < 4)
        digits--;
    if (digits == end || (digits > start && isdigit((unsigned char)digits[-1])))
        return CLAIMS_NONE;
    long n = strtol(digits, NULL, 10);
    return n <= CLAIMS_MAX ? (int)n : CLAIMS_NONE;
}

/* "3 ไฟล์", "3 แฟ้ม" or "3 files". Two different counts are no answer. */
static int files_said(const char *text)
{
    static const char *const words[] = {"ไฟล์", "แฟ้ม", "files", "attachments"};
    int said = CLAIMS_NONE;
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        for (const char *at = text; (at = strstr(at, words[i])); at += strlen(words[i])) {
            int n = number_before(text, at);
            if (n == CLAIMS_NONE)
                continue;
            if (said != CLAIMS_NONE && said != n)
                return CLAIMS_NONE;
            said = n;
        }
    return said;
}

/* Is "n." or "n)" a list's number here, and not the tail of 12.5 or of a year? */
static const char *find_item(const char *text, const char *end, int n)
{
    char mark[8];
    for (const char *at = text; at < end; at++) {
        int len = 0;
        for (int rest = n; rest > 0; rest /= 10)
            len++;
        for (int i = len - 1, rest = n; i >= 0; i--, rest /= 10)
            mark[i] = (char)('0' + rest % 10);
        bool is_mark = strncmp(at, mark, (size_t)len) == 0 && (at[len] == '.' || at[len] == ')') &&
                       !isdigit((unsigned char)at[len + 1]);
        bool starts = at == text || at[-1] == ' ' || at[-1] == '\n';
        if (is_mark && starts)
            return at + len + 1;
    }
    return NULL;
}

static int items_listed(const char *text)
{
    const char *at = strstr(text, heading);
    if (!at)
        return CLAIMS_NONE;
    at += strlen(heading);
    const char *end = at + strnlen(at, LIST_BYTES_MAX);
    int n = 0;
    while (n < CLAIMS_MAX && (at = find_item(at, end, n + 1)))
        n++;
    return n > 0 ? n : CLAIMS_NONE;
}

int claims_read(struct arena *a, const char *text)
{
    if (!text)
        return CLAIMS_NONE;
    const char *folded = thai_fold(a, text);
    int n = files_said(folded);
    return n != CLAIMS_NONE ? n : items_listed(folded);
}
