/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Between the two files of the symbol: where which bit lies. */
#ifndef QR_SYMBOL_LAYOUT_H
#define QR_SYMBOL_LAYOUT_H

#include "qr/symbol.h"

enum symbol_level { LEVEL_L, LEVEL_M, LEVEL_Q, LEVEL_H, N_LEVELS };

enum { FORMAT_BITS = 15, SYMBOL_BLOCKS_MAX = 81, SYMBOL_WORDS_MAX = 3706 };

struct symbol_format {
    enum symbol_level level;
    int mask;
};

/* Blocks of code words at a version and level: the first n_short have one data word less. */
struct symbol_blocks {
    int n, n_short, n_check, n_data_short, n_words;
};

struct symbol_blocks symbol_blocks(int version, enum symbol_level level);
/* Where word i of block b lies in the interleaved order. */
int symbol_word_place(const struct symbol_blocks *s, int b, int i);
bool symbol_is_masked(int mask, int x, int y);

/* Module indexes of data bits in the order of the code words; returns how many. */
int symbol_path(int version, const uint8_t *map, int *path);

/* Bit i (0 the lowest) of format copy 0 or 1: its module's index. */
int symbol_format_place(int side, int copy, int i);
unsigned symbol_format_word(struct symbol_format f);
/* Format by soft votes of both copies, best first; n of them. */
void symbol_formats(int side, const float *soft, struct symbol_format *out, int n);

#endif
