/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Base32. See base32.h. */
#include "qr/base32.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

void base32_encode(const uint8_t *bytes, size_t n, char *out)
{
    uint32_t bits = 0;
    int n_bits = 0;
    for (size_t i = 0; i < n; i++) {
        bits = bits << 8 | bytes[i];
        for (n_bits += 8; n_bits >= 5; n_bits -= 5)
            *out++ = alphabet[bits >> (n_bits - 5) & 31];
    }
    if (n_bits > 0)
        *out++ = alphabet[bits << (5 - n_bits) & 31];
    *out = 0;
}

int base32_value(char letter)
{
    if (letter >= 'A' && letter <= 'Z')
        return letter - 'A';
    if (letter >= 'a' && letter <= 'z')
        return letter - 'a';
    if (letter >= '2' && letter <= '7')
        return letter - '2' + 26;
    return -1;
}

bool base32_decode(const char *letters, size_t n, uint8_t *out, size_t max, size_t *n_out)
{
    size_t n_bytes = n * 5 / 8;
    if (n_bytes > max || BASE32_LETTERS(n_bytes) != n)
        return false;
    uint32_t bits = 0;
    int n_bits = 0;
    for (size_t i = 0; i < n; i++) {
        int value = base32_value(letters[i]);
        if (value < 0)
            return false;
        bits = bits << 5 | (uint32_t)value;
        n_bits += 5;
        if (n_bits >= 8) {
            n_bits -= 8;
            *out++ = (uint8_t)(bits >> n_bits);
        }
    }
    if (bits & ((1U << n_bits) - 1))
        return false;
    *n_out = n_bytes;
    return true;
}
