/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Reed-Solomon over GF(256), as QR codes use it: errors and erasures.
 * see ISO/IEC 18004, 7.5 and annex A (polynomial 0x11d, first root 1) */
#ifndef QR_REED_SOLOMON_H
#define QR_REED_SOLOMON_H

#include "base/cleanup.h"
#include <stdbool.h>
#include <stdint.h>

enum { RS_WORD_MAX = 255, RS_CHECK_MAX = 68, RS_FIELD = 255 };

/* A word that is tried with many changes and erasures: what it costs to open it is paid once. */
struct rs_word {
    int n, n_check; /* symbols; the last so many check the others */
    uint8_t symbol[RS_WORD_MAX], syndrome[RS_CHECK_MAX];
    uint8_t exp[2 * RS_FIELD], log[RS_FIELD + 1]; /* private: of the field */
};

/* What one change of a symbol adds to the syndromes. */
struct rs_change {
    int at;
    uint8_t by;
    uint8_t syndrome[RS_CHECK_MAX];
};

/* symbols: n of them, at most RS_WORD_MAX; n_check at most RS_CHECK_MAX, less than n. */
void rs_open(struct rs_word *w, const uint8_t *symbols, int n, int n_check);

/* The change that adds by to the symbol at, of any word so long. */
struct rs_change rs_change_of(const struct rs_word *w, int at, uint8_t by);
void rs_apply(struct rs_word *w, const struct rs_change *c);

/* erased lists n_erased ≤ n_check places whose symbols are not to be trusted. Corrects any e errors
 * besides with 2e + n_erased ≤ n_check. out: n symbols. out  false: no code word is that near */
bool rs_correct(const struct rs_word *w, const int *erased, int n_erased, uint8_t *out) MUST_CHECK;

#endif
