/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Instants are int64_t microseconds since 1970-01-01 UTC, named *_us; there is no other type of
 * time in C. Days and years are the office's: Asia/Bangkok, UTC+7 without summer time. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/cleanup.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define US_PER_S   INT64_C(1000000)
#define US_PER_MIN (60 * US_PER_S)
#define US_PER_DAY (86400 * US_PER_S)

/* Not known. Columns that are NULL read as this. */
#define TIME_NONE INT64_MIN

/* Wall clock. In test builds THANWELA_NOW (an ISO instant) fixes it. */
int64_t clock_now_us(void);

/* THANWELA_NOW as written, or NULL; always NULL outside test builds. */
const char *clock_fixed(void);

/* Never steps back; for time-outs and leases. */
int64_t clock_mono_ms(void);
int64_t clock_mono_us(void);
/* A quarter more or less by chance, so that many who lost one server do not come back as one. */
int64_t clock_jitter_ms(int64_t ms);

/* A day and time of day in Asia/Bangkok; year is CE. */
struct civil {
    int year, month, day;     /* month 1-12 */
    int hour, minute, second; /* 0-23, 0-59, 0-59 */
    int micros;
    int weekday; /* 0 = Sunday; filled by civil_from, ignored by civil_to */
};

struct civil civil_from(int64_t us);
int64_t civil_to(const struct civil *c); /* wants a valid date: see civil_valid */
bool civil_valid(const struct civil *c);

/* ISO 8601: "2021-04-09", "2021-04-09T16:30[:00[.ffffff]]", the same with a blank for T and with Z
 * or an offset (+07:00). Without an offset it is Bangkok time. A date alone is its first instant.
 */
bool time_parse_iso(const char *text, int64_t *us_out) MUST_CHECK;

/* "2021-04-09T16:30:00+07:00". out holds at least 40 bytes; returns out. TIME_NONE gives "". */
char *time_format_iso(int64_t us, char out[static 40]);

#endif
