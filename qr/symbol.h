/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A QR symbol as a matrix of modules of which each is more or less sure: its layout, and its
 * correction with the doubtful code words treated as erasures. Decoders that threshold first throw
 * that knowledge away; it is worth twice as many damaged code words.
 * see ISO/IEC 18004, 6.3 (function patterns), 7.5-7.10 (code words, masks, format) */
#ifndef QR_SYMBOL_H
#define QR_SYMBOL_H

#include "base/cleanup.h"
#include <stdbool.h>
#include <stdint.h>

enum {
    SYMBOL_VERSION_MAX = 40,
    SYMBOL_SIDE_MAX = 17 + 4 * SYMBOL_VERSION_MAX,
    SYMBOL_MODULES_MAX = SYMBOL_SIDE_MAX * SYMBOL_SIDE_MAX,
};

/* What a module is before any data. */
enum symbol_part { PART_DATA, PART_LIGHT, PART_DARK, PART_FORMAT, PART_VERSION };

int symbol_side(int version); /* modules */

/* map: side * side parts, row by row. */
void symbol_map(int version, uint8_t *map);

/* The version that the two version blocks (from version 7 on) say, by soft votes; 0 where they are
 * not near any. */
int symbol_version_read(int version_guess, const float *soft);

struct symbol_read {
    int draws;        /* in: how often a block that cannot be corrected is tried with its doubtful
                         bits drawn by their odds, which then must be honest; 0: never */
    uint8_t *modules; /* side * side, 1 dark: the whole symbol as it was meant */
    uint8_t *parts;   /* side * side, or NULL: where not all could be corrected, the map with the
                         modules of blocks that surely were as PART_DARK and PART_LIGHT */
    int n_blocks_sure;
    int n_words, n_wrong; /* code words, and how many were changed */
    double doubt;         /* weight of changed modules over the weight of all: 0 sure, 0.5 noise */
};

/* soft: side * side values, > 0 dark, the larger the surer (about the logarithm of the odds).
 * out->modules is the caller's, SYMBOL_MODULES_MAX bytes. out  false: no symbol is near enough to
 * be believed */
bool symbol_decode(int version, const float *soft, struct symbol_read *out) MUST_CHECK;

/* What the standard and the text's own sure letters foretell of the other modules: logarithms of
 * the odds of dark. soft as above; prior_out: side * side values, 0 where nothing is known. */
void symbol_prior(int version, const float *soft, float *prior_out);

#endif
