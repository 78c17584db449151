/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Which way up was the camera? One tag of EXIF, read by hand: the block is TIFF-shaped. */
#include "qr/image.h"
#include <string.h>

enum { TAG_ORIENTATION = 0x112, ENTRIES_MAX = 512 };

struct block {
    const uint8_t *p;
    size_t n;
    bool little;
};

/* Past the end reads as 0. */
static uint32_t get(const struct block *b, size_t at, int bytes)
{
    uint32_t v = 0;
    if (at > b->n || b->n - at < (size_t)bytes)
        return 0;
    for (int i = 0; i < bytes; i++)
        v = v << 8 | b->p[at + (size_t)(b->little ? bytes - 1 - i : i)];
    return v;
}

int exif_orientation(const uint8_t *p, size_t n)
{
    if (n < 8 || (memcmp(p, "II*\0", 4) != 0 && memcmp(p, "MM\0*", 4) != 0))
        return 1;
    const struct block b = {p, n, p[0] == 'I'};
    size_t at = get(&b, 4, 4);
    uint32_t entries = get(&b, at, 2);
    for (uint32_t i = 0; i < entries && i < ENTRIES_MAX; i++) {
        size_t entry = at + 2 + i * 12;
        if (get(&b, entry, 2) == TAG_ORIENTATION) {
            uint32_t v = get(&b, entry + 8, 2);
            return v >= 1 && v <= 8 ? (int)v : 1;
        }
    }
    return 1;
}

struct affine exif_turn(int orientation, int w, int h)
{
    const struct affine turns[] = {
        {1, 0, 0, 1, 0, 0}, {-1, 0, 0, 1, w, 0}, {-1, 0, 0, -1, w, h}, {1, 0, 0, -1, 0, h},
        {0, 1, 1, 0, 0, 0}, {0, 1, -1, 0, h, 0}, {0, -1, -1, 0, h, w}, {0, -1, 1, 0, 0, w},
    };
    return turns[orientation >= 1 && orientation <= 8 ? orientation - 1 : 0];
}
