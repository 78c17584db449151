/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Dates in running Thai text. See thai_date.h. The text is a stranger's: whatever does not read as
 * a whole, possible date with a year is passed over. */
#include "base/thai_date.h"

#include "base/thai.h"
#include <string.h>

enum {
    BUDDHIST = 543,
    BUDDHIST_FIRST = 2400, /* a year from here to BUDDHIST_LAST is Buddhist, */
    BUDDHIST_LAST = 2699,
    CE_FIRST = 1900, /* from here to CE_LAST it is CE, and any other is none */
    CE_LAST = 2156,
};

/* A time of day as it was read. */
struct clock_words {
    int hour, minute;
    const char *start, *end;
};

static bool read_date(const char *p, struct civil *out, const char **end_out);
static bool read_clock(const char *p, struct clock_words *out, bool *impossible_out);
static bool starts_a_date(const char *text, const char *p);

/* The digit at p in either script, -1 where there is none. */
static int digit_at(const char *p, size_t *len_out)
{
    *len_out = 1;
    if (*p >= '0' && *p <= '9')
        return *p - '0';
    *len_out = 3;
    if (strncmp(p, "\xE0\xB9", 2) == 0 && (unsigned char)p[2] >= 0x90 &&
        (unsigned char)p[2] <= 0x99)
        return (unsigned char)p[2] - 0x90;
    return -1;
}

/* A number of at most max digits; their count, 0 where there is none or more follow. */
static int read_number(const char **p, int max, int *value_out)
{
    int n = 0, value = 0, digit;
    size_t len;
    const char *at = *p;
    for (; (digit = digit_at(at, &len)) >= 0; at += len) {
        if (++n > max)
            return 0;
        value = value * 10 + digit;
    }
    if (n > 0) {
        *p = at;
        *value_out = value;
    }
    return n;
}

/* Blanks, no-break and zero-width ones too. */
static const char *skip_blanks(const char *p)
{
    static const char *const blanks[] = {
        " ",           "\t", "\n", "\r", "\xC2\xA0", "\xE2\x80\x8B", "\xE2\x80\x8C", "\xE2\x80\x8D",
        "\xEF\xBB\xBF"};
    for (size_t i = 0; i < ARRAY_LEN(blanks);) {
        size_t n = strlen(blanks[i]);
        bool here = strncmp(p, blanks[i], n) == 0;
        p += here ? n : 0;
        i = here ? 0 : i + 1;
    }
    return p;
}

/* Past word, blanks before it allowed; false leaves p alone. */
static bool take_word(const char **p, const char *word)
{
    const char *at = skip_blanks(*p);
    size_t n = strlen(word);
    if (strncmp(at, word, n) != 0)
        return false;
    *p = at + n;
    return true;
}

static bool take_one_of(const char **p, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (take_word(p, words[i]))
            return true;
    return false;
}

bool thai_date_find(const char *text, struct thai_when *out)
{
    struct clock_words before = {0};
    size_t len;
    for (const char *p = text; *p; p += len) {
        struct clock_words clock;
        bool impossible;
        if ((len = utf8_len(p, strnlen(p, 4))) == 0)
            len = 1;
        if (strncmp(p, "เวลา", strlen("เวลา")) == 0 && read_clock(p, &clock, &impossible))
            before = clock;
        struct civil date;
        const char *end;
        if (!starts_a_date(text, p) || !read_date(p, &date, &end))
            continue;
        bool after = read_clock(end, &clock, &impossible);
        len = (size_t)(end - p);
        if (impossible)
            continue;
        static const char *const fillers[] = {"ของ", "วันที่", "ในวันที่", "ใน", "วัน", "ที่"};
        const char *gap = before.end;
        while (gap && gap < p && take_one_of(&gap, fillers, ARRAY_LEN(fillers)))
            ;
        bool earlier = !after && gap && skip_blanks(gap) == p;
        const struct clock_words *use = after ? &clock : &before;
        out->has_time = after || earlier;
        date.hour = out->has_time && use->hour < 24 ? use->hour : 0;
        date.minute = out->has_time ? use->minute : 0;
        out->at_us = civil_to(&date);
        out->at_us += out->has_time && use->hour == 24 ? US_PER_DAY : 0;
        out->start = earlier ? before.start : p;
        out->end = after ? clock.end : end;
        return true;
    }
    return false;
}

static bool digit_ends_at(const char *text, const char *p)
{
    size_t len;
    if (p > text && p[-1] >= '0' && p[-1] <= '9')
        return true;
    return p - text >= 3 && digit_at(p - 3, &len) >= 0 && len == 3;
}

/* Not inside a longer number or a row of them ("0706/1/2/2564"), and not the second day of
 * "๑๕ - ๑๖ มีนาคม". */
static bool starts_a_date(const char *text, const char *p)
{
    size_t len;
    if (digit_at(p, &len) < 0 || digit_ends_at(text, p))
        return false;
    if (p > text && (p[-1] == '/' || p[-1] == '.') && digit_ends_at(text, p - 1))
        return false;
    while (p > text && p[-1] == ' ')
        p--;
    bool dash = p - text >= 3 && strncmp(p - 3, "\xE2\x80\x93", 3) == 0;
    if (!dash && !(p > text && p[-1] == '-'))
        return true;
    p -= dash ? 3 : 1;
    while (p > text && p[-1] == ' ')
        p--;
    return !digit_ends_at(text, p);
}

/* A month's name, long or short; the dots of the short form are often left out. 0 for none. */
static int take_month(const char **p)
{
    for (int month = 1; month <= 12; month++) {
        if (take_word(p, thai_month(month, false)))
            return month;
    }
    for (int month = 1; month <= 12; month++) {
        const char *at = skip_blanks(*p);
        const char *name = thai_month(month, true);
        for (; *name; name++) {
            if (*name == '.') {
                at += *at == '.';
                at = name[1] ? skip_blanks(at) : at;
            } else if (*at == *name) {
                at++;
            } else {
                break;
            }
        }
        if (!*name) {
            *p = at;
            return month;
        }
    }
    return 0;
}

/* Two digits are 25xx; four are Buddhist or CE by their size. 0 for neither. */
static int year_ce(int digits, int value)
{
    if (digits == 2)
        return value + 2500 - BUDDHIST;
    if (digits == 4 && value >= BUDDHIST_FIRST && value <= BUDDHIST_LAST)
        return value - BUDDHIST;
    return digits == 4 && value >= CE_FIRST && value <= CE_LAST ? value : 0;
}

/* "/3/2564": both separators are the same. */
static bool read_numeric_rest(const char **p, struct civil *out)
{
    const char *at = *p;
    char separator = *at++;
    int month = 0, year = 0, digits;
    if (!strchr("/-.", separator) || !read_number(&at, 2, &month) || *at++ != separator)
        return false;
    digits = read_number(&at, 4, &year);
    if (digits == 2 && separator != '/') /* "1.2.64" is a clause, "1-2-64" a range */
        return false;
    out->month = month;
    out->year = year_ce(digits, year);
    *p = at;
    return *at != '/';
}

static bool read_named_rest(const char **p, struct civil *out)
{
    static const char *const eras[] = {"พ.ศ.", "พ.ศ", "พศ.", "ค.ศ.", "ค.ศ"};
    int year = 0;
    (void)take_word(p, "เดือน");
    out->month = take_month(p);
    if (out->month == 0)
        return false;
    (void)take_word(p, "ปี");
    (void)take_one_of(p, eras, ARRAY_LEN(eras));
    *p = skip_blanks(*p);
    int digits = read_number(p, 4, &year);
    out->year = year_ce(digits, year);
    return true;
}

static bool read_date(const char *p, struct civil *out, const char **end_out)
{
    *out = (struct civil){0};
    if (read_number(&p, 2, &out->day) == 0)
        return false;
    if (!(*p && strchr("/-.", *p) ? read_numeric_rest(&p, out) : read_named_rest(&p, out)))
        return false;
    *end_out = p;
    return out->year > 0 && civil_valid(out);
}

/* "เวลา ๑๒.๐๐ น.", "10:30", "เวลา 9 นาฬิกา": a full stop alone is no sign of a time. */
static bool read_clock(const char *p, struct clock_words *out, bool *impossible_out)
{
    static const char *const before[] = {",", "ก่อน", "ภายใน", "ไม่เกิน", "ตั้งแต่"};
    static const char *const hours[] = {"น.", "นาฬิกา"};
    *impossible_out = false;
    *out = (struct clock_words){.start = p};
    while (take_one_of(&p, before, ARRAY_LEN(before)))
        ;
    bool named = take_word(&p, "เวลา");
    p = skip_blanks(p);
    if (read_number(&p, 2, &out->hour) == 0)
        return false;
    bool colon = *p == ':';
    if (colon || *p == '.') {
        p++;
        if (read_number(&p, 2, &out->minute) != 2)
            return false;
    } else if (!named) {
        return false;
    }
    bool closed = take_one_of(&p, hours, ARRAY_LEN(hours));
    out->end = p;
    if (!named && !closed && !colon)
        return false;
    *impossible_out = out->minute > 59 || out->hour > 24 || (out->hour == 24 && out->minute > 0);
    return !*impossible_out;
}
