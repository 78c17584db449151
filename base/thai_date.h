/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Dates and times as officials write them, found in running text. */
#ifndef BASE_THAI_DATE_H
#define BASE_THAI_DATE_H

#include "base/clock.h"
#include <stdbool.h>

struct thai_when {
    int64_t at_us;     /* the date's first instant, or the instant where a time was written */
    bool has_time;     /* "เวลา ๑๒.๐๐ น." was there */
    const char *start; /* where in the text the date begins, */
    const char *end;   /* and the byte after what was used */
};

/* The first date in text at or after `from` bytes: "๑๕ มีนาคม ๒๕๖๔", "15 มี.ค. 64",
 * "๙ เม.ย. ๖๔ เวลา ๑๒.๐๐ น.", "15/3/2564". Two-digit years are Buddhist (25xx). An impossible date
 * (๓๑ เมษายน) is not a date: the search goes on behind it. false: there is none. */
bool thai_date_find(const char *text, struct thai_when *out);

#endif
