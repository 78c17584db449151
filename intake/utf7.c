/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Modified UTF-7. See utf7.h. Names come from the configuration, so that what is wrong with one is
 * said, not repaired. */
#include "intake/utf7.h"

#include "base/buf.h"
#include "base/thai.h"
#include <stdint.h>
#include <string.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/* Bits of UTF-16 that wait to become a base64 letter. */
struct bits {
    uint32_t value;
    int n;
};

static void put_unit(struct buf *out, struct bits *b, uint32_t unit)
{
    b->value = b->value << 16 | unit;
    for (b->n += 16; b->n >= 6; b->n -= 6)
        buf_addc(out, letters[b->value >> (b->n - 6) & 63]);
    b->value &= (1U << b->n) - 1;
}

static void put_letter(struct buf *out, struct bits *b, uint32_t letter)
{
    if (letter < 0x10000) {
        put_unit(out, b, letter);
        return;
    }
    letter -= 0x10000;
    put_unit(out, b, 0xD800 | letter >> 10);
    put_unit(out, b, 0xDC00 | (letter & 0x3FF));
}

static void end_shift(struct buf *out, struct bits *b)
{
    if (b->n > 0)
        buf_addc(out, letters[b->value << (6 - b->n) & 63]);
    buf_addc(out, '-');
    *b = (struct bits){0};
}

/* The letter of n bytes at p, which are valid UTF-8. */
static uint32_t letter_at(const char *p, size_t n)
{
    static const uint32_t first_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t letter = (unsigned char)*p & first_bits[n];
    for (size_t i = 1; i < n; i++)
        letter = letter << 6 | ((unsigned char)p[i] & 0x3F);
    return letter;
}

static bool check(const char *name, struct err *err)
{
    size_t n = strlen(name);
    if (n == 0 || n > FOLDER_NAME_MAX)
        return err_set(err, ERR_FATAL, "a folder's name must have 1 to %d bytes, not %zu",
                       FOLDER_NAME_MAX, n);
    if (!utf8_valid(name, n))
        return err_set(err, ERR_FATAL, "a folder's name is not valid UTF-8");
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)name[i] < 0x20 || name[i] == 0x7F)
            return err_set(err, ERR_FATAL, "a folder's name has a control character at byte %zu",
                           i + 1);
    return true;
}

bool utf7_encode(struct arena *a, const char *name, char **out, struct err *err)
{
    if (!check(name, err))
        return false;
    CLEANUP(buf_fini)
    struct buf text = {0};
    struct bits bits = {0};
    bool shifted = false;
    for (const char *p = name; *p;) {
        size_t n = utf8_len(p, strlen(p));
        bool plain = n == 1;
        if (plain == shifted) {
            if (plain)
                end_shift(&text, &bits);
            else
                buf_addc(&text, '&');
            shifted = !plain;
        }
        if (!plain)
            put_letter(&text, &bits, letter_at(p, n));
        else
            buf_adds(&text, *p == '&' ? "&-" : (char[]){*p, 0});
        p += n;
    }
    if (shifted)
        end_shift(&text, &bits);
    *out = arena_strdup(a, buf_str(&text));
    return true;
}
