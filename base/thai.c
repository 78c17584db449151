/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Thai digits, dates, folding and widths. See thai.h. */
#include "base/thai.h"

#include "base/buf.h"
#include "base/clock.h"
#include <assert.h>
#include <string.h>

static const char *const months_long[] = {"มกราคม",  "กุมภาพันธ์", "มีนาคม",    "เมษายน",
                                          "พฤษภาคม", "มิถุนายน",  "กรกฎาคม",  "สิงหาคม",
                                          "กันยายน",  "ตุลาคม",   "พฤศจิกายน", "ธันวาคม"};
static const char *const months_short[] = {"ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.",
                                           "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.",  "พ.ย.", "ธ.ค."};
static_assert(ARRAY_LEN(months_long) == 12 && ARRAY_LEN(months_short) == 12, "twelve months");

size_t utf8_len(const char *p, size_t n)
{
    const unsigned char *s = (const unsigned char *)p;
    if (n == 0)
        return 0;
    if (s[0] < 0x80)
        return 1;
    if (s[0] < 0xC2 || s[0] > 0xF4)
        return 0;
    size_t len = s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
    if (n < len)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    bool too_long = (s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xF0 && s[1] < 0x90);
    bool surrogate = s[0] == 0xED && s[1] > 0x9F;
    bool beyond = s[0] == 0xF4 && s[1] > 0x8F;
    return too_long || surrogate || beyond ? 0 : len;
}

bool utf8_valid(const char *bytes, size_t n)
{
    for (size_t i = 0, len; i < n; i += len)
        if ((len = utf8_len(bytes + i, n - i)) == 0)
            return false;
    return true;
}

/* The letter of len bytes at p, as utf8_len found it; 0 is U+FFFD. */
static uint32_t letter_of(const char *p, size_t len)
{
    const unsigned char *s = (const unsigned char *)p;
    switch (len) {
    case 1:
        return s[0];
    case 2:
        return (uint32_t)(s[0] & 0x1F) << 6 | (s[1] & 0x3F);
    case 3:
        return (uint32_t)(s[0] & 0x0F) << 12 | (uint32_t)(s[1] & 0x3F) << 6 | (s[2] & 0x3F);
    case 4:
        return (uint32_t)(s[0] & 0x07) << 18 | (uint32_t)(s[1] & 0x3F) << 12 |
               (uint32_t)(s[2] & 0x3F) << 6 | (s[3] & 0x3F);
    default:
        return 0xFFFD;
    }
}

/* The letter at p, in a string, and its length; an invalid byte is U+FFFD of length 1. */
static uint32_t letter_at(const char *p, size_t *len_out)
{
    size_t len = utf8_len(p, strnlen(p, 4));
    *len_out = len ? len : 1;
    return letter_of(p, len);
}

char *thai_digits(struct arena *a, const char *text)
{
    struct buf out CLEANUP(buf_fini) = {0};
    for (; *text; text++) {
        if (*text >= '0' && *text <= '9') {
            const char digit[3] = {(char)0xE0, (char)0xB9, (char)(0x90 + (*text - '0'))};
            buf_add(&out, digit, sizeof digit);
        } else {
            buf_addc(&out, *text);
        }
    }
    return arena_strdup(a, buf_str(&out));
}

const char *thai_month(int month, bool is_short)
{
    assert(month >= 1 && month <= 12);
    if (is_short)
        return months_short[month - 1];
    return months_long[month - 1];
}

char *thai_time(struct arena *a, int64_t us, enum thai_form form)
{
    if (us == TIME_NONE)
        return arena_strdup(a, "-");
    struct civil c = civil_from(us);
    int year = c.year + 543;
    switch (form) {
    case THAI_DATE_LONG:
        return arena_printf(a, "%d %s %d", c.day, thai_month(c.month, false), year);
    case THAI_DATE_SHORT:
        return arena_printf(a, "%d %s %02d", c.day, thai_month(c.month, true), year % 100);
    case THAI_DATE_TIME:
        return arena_printf(a, "%d %s %02d %02d:%02d", c.day, thai_month(c.month, true), year % 100,
                            c.hour, c.minute);
    case THAI_DATE_SECOND:
        return arena_printf(a, "%d %s %02d %02d:%02d:%02d", c.day, thai_month(c.month, true),
                            year % 100, c.hour, c.minute, c.second);
    case THAI_TIME:
        return arena_printf(a, "%02d.%02d น.", c.hour, c.minute);
    case THAI_LONG_TIME:
        return arena_printf(a, "%d %s %d เวลา %02d.%02d น.", c.day, thai_month(c.month, false),
                            year, c.hour, c.minute);
    case THAI_LONG_SECOND:
        return arena_printf(a, "%d %s %d เวลา %02d.%02d.%02d น.", c.day, thai_month(c.month, false),
                            year, c.hour, c.minute, c.second);
    }
    return arena_strdup(a, "-");
}

enum thai_form thai_form_beside(int64_t us, int64_t limit_us)
{
    bool is_over = us != TIME_NONE && limit_us != TIME_NONE && us > limit_us;
    return is_over && us / US_PER_MIN == limit_us / US_PER_MIN ? THAI_DATE_SECOND : THAI_DATE_TIME;
}

static bool is_zero_width(uint32_t u)
{
    return (u >= 0x200B && u <= 0x200F) || u == 0x2060 || u == 0xFEFF || u == 0x00AD;
}

static bool is_blank(uint32_t u)
{
    return u == ' ' || (u >= '\t' && u <= '\r') || u == 0xA0 || (u >= 0x2000 && u <= 0x200A) ||
           u == 0x202F || u == 0x3000;
}

static const char sara_am[] = "\xE0\xB8\xB3", sara_aa[] = "\xE0\xB8\xB2";

char *thai_fold(struct arena *a, const char *text)
{
    struct buf out CLEANUP(buf_fini) = {0};
    size_t len;
    bool blank = false;
    for (const char *p = text; *p; p += len) {
        uint32_t u = letter_at(p, &len);
        if (is_zero_width(u))
            continue;
        if (is_blank(u)) {
            blank = out.len > 0;
            continue;
        }
        if (blank)
            buf_addc(&out, ' ');
        blank = false;
        if (u >= 0x0E50 && u <= 0x0E59) {
            buf_addc(&out, (char)('0' + (u - 0x0E50)));
        } else if (u == 0x0E4D && strncmp(p + len, sara_aa, 3) == 0) {
            buf_adds(&out, sara_am);
            len += 3;
        } else if (u >= 'A' && u <= 'Z') {
            buf_addc(&out, (char)(u + 32));
        } else {
            buf_add(&out, p, len);
        }
    }
    return arena_strdup(a, buf_str(&out));
}

/* Marks above and below, tone marks, combining accents; double width beyond Thai is CJK's. */
static int letter_columns(uint32_t u)
{
    if (u == 0x0E31 || (u >= 0x0E34 && u <= 0x0E3A) || (u >= 0x0E47 && u <= 0x0E4E))
        return 0;
    if ((u >= 0x0300 && u <= 0x036F) || is_zero_width(u) || u < ' ' || (u >= 0x7F && u < 0xA0))
        return 0;
    if ((u >= 0x1100 && u <= 0x115F) || (u >= 0x2E80 && u <= 0xA4CF) ||
        (u >= 0xAC00 && u <= 0xD7A3) || (u >= 0xF900 && u <= 0xFAFF) ||
        (u >= 0xFF00 && u <= 0xFF60) || (u >= 0x1F300 && u <= 0x1FAFF))
        return 2;
    return 1;
}

int text_columns(const char *text)
{
    int columns = 0;
    size_t len;
    for (const char *p = text; *p; p += len)
        columns += letter_columns(letter_at(p, &len));
    return columns;
}

char *text_fit(struct arena *a, const char *text, int columns)
{
    if (text_columns(text) <= columns)
        return arena_strdup(a, text);
    if (columns < 1)
        return arena_strdup(a, "");
    int used = 0;
    size_t len;
    const char *p = text;
    for (; *p; p += len) {
        int w = letter_columns(letter_at(p, &len));
        if (used + w > columns - 1)
            break;
        used += w;
    }
    return arena_printf(a, "%.*s…", (int)(p - text), text);
}

static bool is_unsafe(uint32_t u)
{
    return u < ' ' || (u >= 0x7F && u < 0xA0) || (u >= 0x202A && u <= 0x202E) ||
           (u >= 0x2066 && u <= 0x2069) || u == 0x200E || u == 0x200F || u == 0x061C ||
           u == 0x2028 || u == 0x2029 || (u & 0xFFFE) == 0xFFFE;
}

char *text_clean(struct arena *a, const char *bytes, size_t n)
{
    struct buf out CLEANUP(buf_fini) = {0};
    for (size_t i = 0, len; i < n; i += len) {
        len = utf8_len(bytes + i, n - i);
        if (!len || !bytes[i] || is_unsafe(letter_of(bytes + i, len)))
            buf_adds(&out, "\xEF\xBF\xBD");
        else
            buf_add(&out, bytes + i, len);
        len = len ? len : 1;
    }
    return arena_strdup(a, buf_str(&out));
}
