/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Thai digits, Buddhist dates and the width of Thai text. Years shown are CE + 543. */
#ifndef BASE_THAI_H
#define BASE_THAI_H

#include "base/arena.h"
#include <stdbool.h>
#include <stdint.h>

/* 0-9 -> ๐-๙, for formal paper; everything else as it is. */
char *thai_digits(struct arena *a, const char *text);

enum thai_form {
    THAI_DATE_LONG,   /* 15 มีนาคม 2564 */
    THAI_DATE_SHORT,  /* 15 มี.ค. 64 */
    THAI_DATE_TIME,   /* 15 มี.ค. 64 10:00 */
    THAI_DATE_SECOND, /* 15 มี.ค. 64 10:00:07 */
    THAI_TIME,        /* 10.00 น. */
    THAI_LONG_TIME,   /* 15 มีนาคม 2564 เวลา 10.00 น. */
    THAI_LONG_SECOND, /* 15 มีนาคม 2564 เวลา 10.00.07 น.: of receipts, for seconds decide */
};

/* An instant in Bangkok time, Arabic digits. TIME_NONE gives "-". */
char *thai_time(struct arena *a, int64_t us, enum thai_form form);

/* The short form for an instant that stands beside its limit: where it is over it within the same
 * minute, its seconds say so. */
enum thai_form thai_form_beside(int64_t us, int64_t limit_us);

/* The month's name, 1-12. */
const char *thai_month(int month, bool is_short);

/* Text to compare, never to show: Thai digits become Arabic, U+0E4D U+0E32 becomes U+0E33,
 * zero-width characters go, blanks fold to one, ASCII letters become small. NFKC is not used: it
 * splits U+0E33. */
char *thai_fold(struct arena *a, const char *text);

/* Columns that UTF-8 text takes on a terminal: vowels and tone marks above and below take none. */
int text_columns(const char *text);

/* The longest start of text within that many columns, cut at a whole cell; "…" marks a cut. */
char *text_fit(struct arena *a, const char *text, int columns);

/* Text from strangers made safe to print or log: controls, bidi overrides and invalid UTF-8 become
 * U+FFFD. */
char *text_clean(struct arena *a, const char *bytes, size_t n);

/* True where the n bytes are whole, shortest-form UTF-8 without surrogates. */
bool utf8_valid(const char *bytes, size_t n);

/* Bytes of the UTF-8 letter at p (n left), 0 where it is none. */
size_t utf8_len(const char *p, size_t n);

#endif
