/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Time. Bangkok has been UTC+7 since 1920, so days are counted, not looked up. */
#include "base/clock.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

static const int64_t bangkok_us = 7 * 3600 * US_PER_S;

const char *clock_fixed(void)
{
#ifdef THANWELA_TEST_BUILD
    const char *text = getenv("THANWELA_NOW");
    return text && *text ? text : NULL;
#else
    return NULL;
#endif
}

int64_t clock_now_us(void)
{
    const char *fixed = clock_fixed();
    int64_t us;
    if (fixed && time_parse_iso(fixed, &us))
        return us;
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * US_PER_S + t.tv_nsec / 1000;
}

int64_t clock_mono_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * US_PER_S + t.tv_nsec / 1000;
}

int64_t clock_mono_ms(void)
{
    return clock_mono_us() / 1000;
}

int64_t clock_jitter_ms(int64_t ms)
{
    uint32_t chance = 0;
    ssize_t ignored = getrandom(&chance, sizeof chance, 0);
    (void)ignored;
    return ms - ms / 4 + (int64_t)chance % (ms / 2 + 1);
}

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar, and back (H. Hinnant's
 * algorithm: years start in March, so that the leap day comes last). */
static int64_t days_from_date(int year, int month, int day)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void date_from_days(int64_t days, struct civil *c)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t of_era = days - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t m = (5 * of_year + 2) / 153;
    c->day = (int)(of_year - (153 * m + 2) / 5 + 1);
    c->month = (int)(m < 10 ? m + 3 : m - 9);
    c->year = (int)(year + era * 400 + (c->month <= 2));
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

struct civil civil_from(int64_t us)
{
    struct civil c = {0};
    int64_t local = us + bangkok_us;
    int64_t days = floor_div(local, US_PER_DAY);
    int64_t rest = local - days * US_PER_DAY;
    date_from_days(days, &c);
    c.weekday = (int)(((days % 7) + 11) % 7); /* 1970-01-01 was a Thursday */
    c.hour = (int)(rest / (3600 * US_PER_S));
    c.minute = (int)(rest / US_PER_MIN % 60);
    c.second = (int)(rest / US_PER_S % 60);
    c.micros = (int)(rest % US_PER_S);
    return c;
}

bool civil_valid(const struct civil *c)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (c->year < 1 || c->year > 9999 || c->month < 1 || c->month > 12 || c->day < 1)
        return false;
    bool leap = (c->year % 4 == 0 && c->year % 100 != 0) || c->year % 400 == 0;
    if (c->day > days[c->month - 1] + (c->month == 2 && leap))
        return false;
    return c->hour >= 0 && c->hour < 24 && c->minute >= 0 && c->minute < 60 && c->second >= 0 &&
           c->second < 60 && c->micros >= 0 && c->micros < US_PER_S;
}

int64_t civil_to(const struct civil *c)
{
    assert(civil_valid(c));
    int64_t seconds = (int64_t)c->hour * 3600 + c->minute * 60 + c->second;
    return days_from_date(c->year, c->month, c->day) * US_PER_DAY + seconds * US_PER_S + c->micros -
           bangkok_us;
}

/* n digits exactly at *p. */
static bool take_digits(const char **p, int n, int *out)
{
    int value = 0;
    for (int i = 0; i < n; i++) {
        char d = (*p)[i];
        if (d < '0' || d > '9')
            return false;
        value = value * 10 + (d - '0');
    }
    *p += n;
    *out = value;
    return true;
}

static bool take_fraction(const char **p, int *micros_out)
{
    int micros = 0, scale = 100000;
    const char *start = ++*p;
    for (; **p >= '0' && **p <= '9'; ++*p, scale /= 10)
        micros += (**p - '0') * scale;
    *micros_out = micros;
    return *p > start;
}

/* Z, +07:00, +0700 or +07 → seconds east of UTC; nothing → Bangkok. */
static bool take_offset(const char **p, int64_t *east_s_out)
{
    int hours, minutes = 0, sign = **p == '-' ? -1 : 1;
    *east_s_out = 7 * 3600;
    if (**p == 0)
        return true;
    if (**p == 'Z' || **p == 'z') {
        ++*p;
        *east_s_out = 0;
        return true;
    }
    if (**p != '+' && **p != '-')
        return false;
    ++*p;
    if (!take_digits(p, 2, &hours) || hours > 15)
        return false;
    if (**p == ':')
        ++*p;
    if (**p && (!take_digits(p, 2, &minutes) || minutes > 59))
        return false;
    *east_s_out = sign * (hours * 3600 + minutes * 60);
    return true;
}

static bool take_time_of_day(const char **p, struct civil *c)
{
    if (!take_digits(p, 2, &c->hour) || *(*p)++ != ':' || !take_digits(p, 2, &c->minute))
        return false;
    if (**p == ':') {
        ++*p;
        if (!take_digits(p, 2, &c->second))
            return false;
        if (**p == '.' && !take_fraction(p, &c->micros))
            return false;
    }
    return true;
}

bool time_parse_iso(const char *text, int64_t *us_out)
{
    struct civil c = {0};
    int64_t east_s = 7 * 3600;
    const char *p = text;
    if (!take_digits(&p, 4, &c.year) || *p++ != '-' || !take_digits(&p, 2, &c.month) ||
        *p++ != '-' || !take_digits(&p, 2, &c.day))
        return false;
    if (*p == 'T' || *p == ' ') {
        p++;
        if (!take_time_of_day(&p, &c) || !take_offset(&p, &east_s))
            return false;
    }
    if (*p != 0 || !civil_valid(&c))
        return false;
    *us_out = civil_to(&c) + bangkok_us - east_s * US_PER_S;
    return true;
}

char *time_format_iso(int64_t us, char out[static 40])
{
    out[0] = 0;
    if (us == TIME_NONE)
        return out;
    struct civil c = civil_from(us);
    snprintf(out, 40, "%04d-%02d-%02dT%02d:%02d:%02d+07:00", c.year, c.month, c.day, c.hour,
             c.minute, c.second);
    return out;
}
