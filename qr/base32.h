/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Base32 of RFC 4648 without padding: capitals and digits 2-7, which a QR code packs in its
 * alphanumeric mode. */
#ifndef QR_BASE32_H
#define QR_BASE32_H

#include "base/cleanup.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Letters that n bytes take. */
#define BASE32_LETTERS(n) (((n) * 8 + 4) / 5)

/* out holds BASE32_LETTERS(n) + 1 bytes; ends in NUL. */
void base32_encode(const uint8_t *bytes, size_t n, char *out);

/* The value of one letter, either case; -1 for every other character. */
int base32_value(char letter);

/* Decode n letters, either case. false: another character, a length that no bytes have, spare bits
 * that are not zero (one value has one text), or more than max bytes. */
bool base32_decode(const char *letters, size_t n, uint8_t *out, size_t max,
                   size_t *n_out) MUST_CHECK;

#endif
