/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Numbers of official letters. See letter_number.h. An office code is two to four Thai consonants
 * and the office's digits; behind a stroke, or a ว for circulars, comes the running number. */
#include "mail/letter_number.h"

#include <ctype.h>
#include <string.h>

enum {
    THAI_BYTES = 3, /* of a Thai letter in UTF-8 */
    CODE_MIN = 2,
    CODE_MAX = 4,
    OFFICE_DIGITS_MIN = 3, /* "0416"; two only with a dot, as in "67.01" */
    OFFICE_DIGITS_MAX = 6,
    RUNNING_DIGITS_MAX = 7,
    SERIES_LETTERS_MAX = 4, /* "ว", "พ.", "กพร" before the running number */
    BRACKET_MAX = 36,       /* bytes of "(คกก.6)" */
};

static const char word_at[] = "ที่", circular[] = "ว", special[] = "พิเศษ", secret[] = "ลับ";

static bool is_thai(const char *p)
{
    unsigned char a = (unsigned char)p[0];
    unsigned char b = a == 0xE0 ? (unsigned char)p[1] : 0;
    unsigned char c = b ? (unsigned char)p[2] : 0;
    return (b == 0xB8 && c >= 0x81) || (b == 0xB9 && c >= 0x80 && c <= 0x8E);
}

static bool is_consonant(const char *p)
{
    return is_thai(p) && (unsigned char)p[1] == 0xB8 && (unsigned char)p[2] <= 0xAE;
}

bool thai_starts_at(const char *p)
{
    return is_thai(p);
}

bool thai_ends_before(const char *text, const char *p)
{
    return p - text >= THAI_BYTES && is_thai(p - THAI_BYTES);
}

static bool starts(const char *p, const char *word)
{
    return strncmp(p, word, strlen(word)) == 0;
}

/* Consonants in a row at p, none of which carries a vowel or tone. */
static size_t consonants(const char *p)
{
    size_t n = 0;
    while (is_consonant(p + n * THAI_BYTES))
        n++;
    return is_thai(p + n * THAI_BYTES) ? 0 : n;
}

static size_t digits(const char *p)
{
    return strspn(p, "0123456789");
}

static const char *skip_blank(const char *p)
{
    return *p == ' ' ? p + 1 : p;
}

/* "(กวจ)": the end, or p where there is none. */
static const char *skip_bracket(const char *p)
{
    if (*p != '(')
        return p;
    const char *close = memchr(p, ')', strnlen(p, BRACKET_MAX));
    return close ? close + 1 : p;
}

/* "0416.2", "0208.04", "67.01" */
static size_t office_digits(const char *p)
{
    size_t n = digits(p);
    if (n < OFFICE_DIGITS_MIN - (p[n] == '.') || n > OFFICE_DIGITS_MAX)
        return 0;
    while (p[n] == '.' && digits(p + n + 1) > 0 && digits(p + n + 1) <= OFFICE_DIGITS_MAX)
        n += 1 + digits(p + n + 1);
    return n;
}

/* What may stand between the stroke and the running number: "ว", "ว.", "พิเศษ", "(คกก.6)", "พ./". */
static const char *skip_series(const char *p)
{
    for (;;) {
        const char *start = p;
        p = skip_bracket(skip_blank(p));
        size_t n = consonants(p);
        if (starts(p, special))
            p += strlen(special);
        else if (starts(p, secret) && !is_thai(p + strlen(secret)))
            p += strlen(secret);
        else if (n > 0 && n <= SERIES_LETTERS_MAX)
            p += n * THAI_BYTES;
        if (p > start && (*p == '.' || *p == '/'))
            p++;
        if (p > start && p[-1] == '.' && *p == '/')
            p++;
        if (p == start || (*start == ' ' && p == start + 1))
            return start;
    }
}

/* The running number and what follows it in strokes; NULL where the text is no number's. */
static const char *read_tail(const char *p)
{
    const char *end = NULL;
    bool circulates = starts(p, circular) && !is_thai(p + strlen(circular));
    if (!circulates && skip_blank(p)[0] != '/')
        return NULL;
    if (!circulates)
        p = skip_blank(p) + 1;
    for (;;) {
        p = skip_blank(skip_series(p));
        size_t n = digits(p);
        if (n == 0 || n > RUNNING_DIGITS_MAX)
            return end;
        end = p + n;
        if (*end != '/')
            return end;
        p = end + 1;
    }
}

/* "งบ 2564/12" is a budget year, unless "ที่" before it says that it is a letter. */
static bool is_year(const struct letter_number *n)
{
    return n->n_digits == 4 && strncmp(n->digits, "24", 2) >= 0 && strncmp(n->digits, "27", 2) < 0;
}

static bool follows_word_at(const char *text, const char *p)
{
    size_t n = strlen(word_at);
    return (size_t)(p - text) >= n && starts(p - n, word_at);
}

static bool number_at(const char *text, const char *p, struct letter_number *out)
{
    bool blank = p > text && p[-1] == ' ';
    bool named = follows_word_at(text, p - blank);
    size_t n = consonants(p);
    if ((thai_ends_before(text, p) && !named) || n < CODE_MIN || n > CODE_MAX)
        return false;
    *out = (struct letter_number){.start = p, .code = p, .n_code = n * THAI_BYTES};
    p += out->n_code;
    p = skip_blank(skip_bracket(skip_blank(*p == '.' ? p + 1 : p)));
    out->digits = p;
    out->n_digits = office_digits(p);
    if (out->n_digits == 0 || (is_year(out) && !named))
        return false;
    p = skip_bracket(p + out->n_digits);
    out->end = read_tail(p);
    return out->end != NULL;
}

bool letter_number_find(const char *text, const char *from, struct letter_number *out)
{
    for (const char *p = from; *p; p++)
        if (is_consonant(p) && number_at(text, p, out))
            return true;
    return false;
}
