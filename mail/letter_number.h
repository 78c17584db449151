/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The number of an official letter in running text: "กค 0416.2/ว 393". */
#ifndef MAIL_LETTER_NUMBER_H
#define MAIL_LETTER_NUMBER_H

#include "base/arena.h"
#include <stdbool.h>

struct letter_number {
    const char *start, *end; /* in the text */
    const char *code;        /* "กค", n_code bytes */
    size_t n_code;
    const char *digits; /* "0416.2", n_digits bytes */
    size_t n_digits;
};

/* The first number at or after from. text is folded (thai_fold): Arabic digits, single blanks.
 * Spellings: กค 0416.2/ว 393 · กค 0422.2/พิเศษ ว 2 · กค 0405.4/ว.123 · กค 0706/พ./7836 ·
 * นร 0503/(คกก.6)/28 · กค 0405.4ว 322 · กค (กวจ) 0405.2/ว 119 · อว 67.01/123 */
bool letter_number_find(const char *text, const char *from, struct letter_number *out);

/* True where p is the start or end of a run of Thai letters and marks: neither side of a word. */
bool thai_ends_before(const char *text, const char *p);
bool thai_starts_at(const char *p);

#endif
