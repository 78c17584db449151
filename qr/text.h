/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The bytes of a code → text. Without a named character set (ECI) a code's bytes say nothing of
 * their letters, and decoders guess Shift-JIS where Thai offices wrote windows-874. */
#ifndef QR_TEXT_H
#define QR_TEXT_H

#include "base/arena.h"
#include <stdbool.h>
#include <stdint.h>

/* guess: what the decoder thinks, UTF-8; has_eci: it knows. Returns valid UTF-8 without NUL. */
char *code_text(struct arena *a, const uint8_t *bytes, size_t n, const char *guess, bool has_eci);

/* Text with every byte that is not UTF-8, and every NUL, as U+FFFD. */
char *code_text_valid(struct arena *a, const uint8_t *bytes, size_t n);

#endif
