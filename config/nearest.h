/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What someone meant: the nearest of some words. */
#ifndef CONFIG_NEAREST_H
#define CONFIG_NEAREST_H

#include <stdbool.h>
#include <stddef.h>

enum { NEAREST_WORD_MAX = 64 }; /* bytes of a word that is compared; longer ones are near to none */

struct nearest { /* start with .of = the word; best stays NULL while nothing is near */
    const char *of;
    const char *best;
    size_t distance;
};

/* Offer a word. Near is: one begins with the other, or no more than a third of the letters have to
 * be put in, left out, changed or swapped with their neighbour. */
void nearest_offer(struct nearest *n, const char *word);

#endif
