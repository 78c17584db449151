/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Reed-Solomon over GF(256), as QR codes use it: errors and erasures.
 * see ISO/IEC 18004, 7.5 and annex A (polynomial 0x11d, first root 1) */
#ifndef QR_REED_SOLOMON_H
#define QR_REED_SOLOMON_H

#include "base/cleanup.h"
#include <stdbool.h>
#include <stdint.h>

enum { RS_WORD_MAX = 255, RS_CHECK_MAX = 68 };

/* Correct word in place: n symbols, the last n_check of them check symbols. erased lists n_erased
 * places whose symbols are not to be trusted. Corrects any e errors besides with 2e + n_erased ≤
 * n_check. out  false, and word as it was: no code word is that near; *n_errors_out counts the
 * changed symbols outside the erased places */
bool rs_correct(uint8_t *word, int n, int n_check, const int *erased, int n_erased,
                int *n_errors_out) MUST_CHECK;

#endif
