/* SPDX-License-Identifier: AGPL-3.0-or-later
 * UTF-8 if it is UTF-8; windows-874 if it reads as Thai; else the decoder's guess. */
#include "qr/text.h"
#include "base/buf.h"
#include "base/thai.h"
#include <string.h>

/* windows-874 → Unicode; 0 where it has no letter. */
static uint32_t thai_letter(uint8_t b)
{
    static const uint16_t low[] = {
        [0x00] = 0x20ac, [0x05] = 0x2026, [0x11] = 0x2018, [0x12] = 0x2019, [0x13] = 0x201c,
        [0x14] = 0x201d, [0x15] = 0x2022, [0x16] = 0x2013, [0x17] = 0x2014};
    if (b < 0x80)
        return b;
    if (b < 0x80 + ARRAY_LEN(low))
        return low[b - 0x80];
    if (b == 0xa0)
        return 0xa0;
    return (b >= 0xa1 && b <= 0xda) || (b >= 0xdf && b <= 0xfb) ? (uint32_t)(0x0e00 + b - 0xa0) : 0;
}

static bool is_consonant(uint32_t u)
{
    return u >= 0x0e01 && u <= 0x0e2e;
}

/* Stands above, below or after a consonant: vowels and tone marks. */
static bool is_dependent(uint32_t u)
{
    return (u >= 0x0e30 && u <= 0x0e3a) || (u >= 0x0e45 && u <= 0x0e4e);
}

static bool is_leading(uint32_t u)
{
    return u >= 0x0e40 && u <= 0x0e44;
}

/* Thai spelling has rules that Shift-JIS or Latin bytes break within a word or two. */
static bool reads_as_thai(const uint8_t *p, size_t n)
{
    uint32_t before = 0;
    size_t consonants = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t u = thai_letter(p[i]);
        if (u == 0)
            return false;
        if (is_dependent(u) && !is_consonant(before) && !is_dependent(before))
            return false;
        if (is_leading(before) && !is_consonant(u))
            return false;
        consonants += is_consonant(u);
        before = u;
    }
    return consonants > 0;
}

static void add_utf8(struct buf *b, uint32_t u)
{
    if (u < 0x80) {
        buf_addc(b, (char)u);
    } else if (u < 0x800) {
        buf_addc(b, (char)(0xc0 | u >> 6));
        buf_addc(b, (char)(0x80 | (u & 0x3f)));
    } else {
        buf_addc(b, (char)(0xe0 | u >> 12));
        buf_addc(b, (char)(0x80 | (u >> 6 & 0x3f)));
        buf_addc(b, (char)(0x80 | (u & 0x3f)));
    }
}

static char *from_thai(struct arena *a, const uint8_t *p, size_t n)
{
    CLEANUP(buf_fini)
    struct buf b = {0};
    for (size_t i = 0; i < n; i++)
        add_utf8(&b, thai_letter(p[i]));
    return arena_strdup(a, buf_str(&b));
}

char *code_text_valid(struct arena *a, const uint8_t *p, size_t n)
{
    CLEANUP(buf_fini)
    struct buf b = {0};
    while (n > 0) {
        size_t k = *p ? utf8_len((const char *)p, n) : 0;
        if (k)
            buf_add(&b, p, k);
        else
            buf_adds(&b, "\xef\xbf\xbd");
        p += k ? k : 1;
        n -= k ? k : 1;
    }
    return arena_strdup(a, buf_str(&b));
}

char *code_text(struct arena *a, const uint8_t *bytes, size_t n, const char *guess, bool has_eci)
{
    if (!has_eci && utf8_valid((const char *)bytes, n))
        return code_text_valid(a, bytes, n);
    if (!has_eci && reads_as_thai(bytes, n))
        return from_thai(a, bytes, n);
    return code_text_valid(a, (const uint8_t *)guess, strlen(guess));
}
