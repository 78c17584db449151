/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Edit distance with swaps of neighbours (optimal string alignment), on bytes. */
#include "config/nearest.h"

#include <string.h>

static size_t min_of(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t edit_distance(const char *a, size_t n_a, const char *b, size_t n_b)
{
    size_t row[NEAREST_WORD_MAX + 1][NEAREST_WORD_MAX + 1];
    for (size_t i = 0; i <= n_a; i++)
        row[i][0] = i;
    for (size_t j = 0; j <= n_b; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= n_a; i++)
        for (size_t j = 1; j <= n_b; j++) {
            size_t changed = row[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            row[i][j] = min_of(changed, min_of(row[i - 1][j], row[i][j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[i][j] = min_of(row[i][j], row[i - 2][j - 2] + 1);
        }
    return row[n_a][n_b];
}

void nearest_offer(struct nearest *n, const char *word)
{
    size_t n_of = strlen(n->of), n_word = strlen(word);
    if (n_of == 0 || n_of > NEAREST_WORD_MAX || n_word > NEAREST_WORD_MAX)
        return;
    size_t distance = edit_distance(n->of, n_of, word, n_word);
    size_t shorter = min_of(n_of, n_word), longer = n_of + n_word - shorter;
    bool is_start = shorter >= 3 && memcmp(n->of, word, shorter) == 0;
    if (distance * 3 > longer && !is_start)
        return;
    if (!n->best || distance < n->distance) {
        n->best = word;
        n->distance = distance;
    }
}
