/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Date headers. See date.h. */
#include "mail/date.h"

#include "base/clock.h"
#include "mail/header.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    DATE_BYTES_MAX = 256, /* a longer value is no date */
    BUDDHIST_FROM = 2400, /* a year from here on is counted from the Buddha: CE + 543 */
    TOKENS_MAX = 12,
};

/* "Mon," "06" "May" "2024" "10:00:00" "+0700": words and numbers, comments gone. */
struct tokens {
    char text[DATE_BYTES_MAX];
    const char *word[TOKENS_MAX];
    size_t n;
};

static int month_of(const char *word)
{
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    for (int i = 0; i < 12; i++)
        if (strlen(word) >= 3 && strncasecmp(word, names + i * 3, 3) == 0)
            return i + 1;
    return 0;
}

/* Minutes east of Greenwich; a letter or name that is not known is 0, as RFC 5322 4.3 says. */
static int zone_of(const char *word)
{
    static const struct {
        const char *name;
        int minutes;
    } names[] = {{"est", -300}, {"edt", -240}, {"cst", -360}, {"cdt", -300}, {"mst", -420},
                 {"mdt", -360}, {"pst", -480}, {"pdt", -420}, {"ict", 420}};
    if (*word == '+' || *word == '-') {
        int value = atoi(word + 1), minutes = value / 100 * 60 + value % 100;
        return *word == '-' ? -minutes : minutes;
    }
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strcasecmp(word, names[i].name) == 0)
            return names[i].minutes;
    return 0;
}

static void split(const char *p, const char *end, struct tokens *t)
{
    char *to = t->text;
    while (t->n < TOKENS_MAX && (p = header_skip_cfws(p, end)) < end) {
        t->word[t->n++] = to;
        for (; p < end && !isspace((unsigned char)*p) && *p != '(' && *p != ','; p++)
            *to++ = *p;
        p += p < end && *p == ',';
        *to++ = 0;
    }
}

static bool read_time(const char *word, struct civil *c)
{
    char *rest;
    c->hour = (int)strtol(word, &rest, 10);
    if (rest == word || (*rest != ':' && *rest != '.'))
        return false;
    c->minute = (int)strtol(rest + 1, &rest, 10);
    c->second = *rest == ':' || *rest == '.' ? (int)strtol(rest + 1, &rest, 10) : 0;
    c->second = c->second == 60 ? 59 : c->second; /* a leap second */
    return true;
}

bool mail_date_read(const char *raw, size_t n, int64_t *us_out)
{
    struct tokens t = {0};
    *us_out = TIME_NONE;
    if (n >= DATE_BYTES_MAX - TOKENS_MAX)
        return false;
    split(raw, raw + n, &t);
    size_t i = t.n > 0 && isdigit((unsigned char)t.word[0][0]) ? 0 : 1;
    if (t.n < i + 4 || strlen(t.word[i + 2]) > 4)
        return false;
    struct civil c = {.day = atoi(t.word[i]), .month = month_of(t.word[i + 1])};
    c.year = atoi(t.word[i + 2]);
    if (strlen(t.word[i + 2]) < 4) /* RFC 5322 4.3 */
        c.year += c.year < 50 ? 2000 : 1900;
    bool buddhist = c.year >= BUDDHIST_FROM;
    c.year -= buddhist ? 543 : 0;
    if (!read_time(t.word[i + 3], &c) || !civil_valid(&c) || c.year < 1970)
        return false;
    int east = t.n > i + 4 ? zone_of(t.word[i + 4]) : 0;
    if (abs(east) > 24 * 60)
        return false;
    *us_out = civil_to(&c) + (7 * 60 - east) * US_PER_MIN; /* civil_to reads Bangkok time */
    return !buddhist;
}
