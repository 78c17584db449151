/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The layout of a symbol: function patterns, data path, masks, format and version words. */
#include "qr/symbol_layout.h"
#include <stdlib.h>
#include <string.h>

/* see ISO/IEC 18004, table 9: check words a block, and blocks, by level and version */
static const uint8_t check_words[N_LEVELS][SYMBOL_VERSION_MAX + 1] = {
    {0,  7,  10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28,
     28, 28, 30, 30, 26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30},
    {0,  10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26,
     26, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28},
    {0,  13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30,
     28, 30, 30, 30, 30, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30},
    {0,  17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28,
     30, 24, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30},
};
static const uint8_t n_blocks[N_LEVELS][SYMBOL_VERSION_MAX + 1] = {
    {0, 1, 1, 1,  1,  1,  2,  2,  2,  2,  4,  4,  4,  4,  4,  6,  6,  6,  6,  7, 8,
     8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25},
    {0,  1,  1,  1,  2,  2,  4,  4,  4,  5,  5,  5,  8,  9,  9,  10, 10, 11, 13, 14, 16,
     17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49},
    {0,  1,  1,  2,  2,  4,  4,  6,  6,  8,  8,  8,  10, 12, 16, 12, 17, 16, 18, 21, 20,
     23, 23, 25, 27, 29, 34, 34, 35, 38, 40, 43, 45, 48, 51, 53, 56, 59, 62, 65, 68},
    {0,  1,  1,  2,  4,  4,  4,  5,  6,  8,  8,  11, 11, 16, 16, 18, 16, 19, 21, 25, 25,
     25, 34, 30, 32, 35, 37, 40, 42, 45, 48, 51, 54, 57, 60, 63, 66, 70, 74, 77, 81},
};

int symbol_side(int version)
{
    return 17 + 4 * version;
}

static int n_raw_bits(int version)
{
    int bits = (16 * version + 128) * version + 64;
    if (version >= 2) {
        int n = version / 7 + 2;
        bits -= (25 * n - 10) * n - 55;
        if (version >= 7)
            bits -= 36;
    }
    return bits;
}

struct symbol_blocks symbol_blocks(int version, enum symbol_level level)
{
    int words = n_raw_bits(version) / 8, n = n_blocks[level][version];
    int n_check = check_words[level][version];
    return (struct symbol_blocks){n, n - words % n, n_check, words / n - n_check, words};
}

bool symbol_is_masked(int mask, int x, int y)
{
    switch (mask) {
    case 0:
        return (x + y) % 2 == 0;
    case 1:
        return y % 2 == 0;
    case 2:
        return x % 3 == 0;
    case 3:
        return (x + y) % 3 == 0;
    case 4:
        return (x / 3 + y / 2) % 2 == 0;
    case 5:
        return x * y % 2 + x * y % 3 == 0;
    case 6:
        return (x * y % 2 + x * y % 3) % 2 == 0;
    default:
        return ((x + y) % 2 + x * y % 3) % 2 == 0;
    }
}

/* A square ring of parts: dark at distance d from the centre where bit d of darks is set. */
static void draw_rings(uint8_t *map, int side, int cx, int cy, int reach, unsigned darks)
{
    for (int y = cy - reach; y <= cy + reach; y++) {
        for (int x = cx - reach; x <= cx + reach; x++) {
            if (x < 0 || y < 0 || x >= side || y >= side)
                continue;
            int dx = abs(x - cx), dy = abs(y - cy), d = dx > dy ? dx : dy;
            map[y * side + x] = darks >> d & 1 ? PART_DARK : PART_LIGHT;
        }
    }
}

static int alignment_places(int version, int place[7])
{
    if (version < 2)
        return 0;
    int n = version / 7 + 2, side = symbol_side(version);
    int step = version == 32 ? 26 : (version * 4 + n * 2 + 1) / (n * 2 - 2) * 2;
    place[0] = 6;
    for (int i = n - 1, at = side - 7; i >= 1; i--, at -= step)
        place[i] = at;
    return n;
}

static void draw_alignments(int version, uint8_t *map)
{
    int place[7], n = alignment_places(version, place), side = symbol_side(version);
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
            bool in_finder = (i == 0 && j == 0) || (i == 0 && j == n - 1) || (i == n - 1 && j == 0);
            if (!in_finder)
                draw_rings(map, side, place[j], place[i], 2, 0x5);
        }
    }
}

int symbol_format_place(int side, int copy, int i)
{
    int x, y;
    if (copy == 0) {
        x = i < 8 ? 8 : i == 8 ? 7 : 14 - i;
        y = i < 6 ? i : i < 8 ? i + 1 : 8;
    } else {
        x = i < 8 ? side - 1 - i : 8;
        y = i < 8 ? 8 : side - 15 + i;
    }
    return y * side + x;
}

static int version_place(int side, int copy, int i)
{
    int a = side - 11 + i % 3, b = i / 3;
    return copy ? a * side + b : b * side + a;
}

void symbol_map(int version, uint8_t *map)
{
    int side = symbol_side(version);
    memset(map, PART_DATA, (size_t)(side * side));
    for (int i = 0; i < side; i++)
        map[6 * side + i] = map[i * side + 6] = i % 2 ? PART_LIGHT : PART_DARK;
    draw_alignments(version, map);
    draw_rings(map, side, 3, 3, 4, 0xb);
    draw_rings(map, side, side - 4, 3, 4, 0xb);
    draw_rings(map, side, 3, side - 4, 4, 0xb);
    for (int i = 0; i < FORMAT_BITS; i++) {
        map[symbol_format_place(side, 0, i)] = PART_FORMAT;
        map[symbol_format_place(side, 1, i)] = PART_FORMAT;
    }
    map[(side - 8) * side + 8] = PART_DARK;
    for (int i = 0; version >= 7 && i < 18; i++)
        map[version_place(side, 0, i)] = map[version_place(side, 1, i)] = PART_VERSION;
}

int symbol_path(int version, const uint8_t *map, int *path)
{
    int side = symbol_side(version), n = 0;
    for (int right = side - 1; right >= 1; right -= 2) {
        if (right == 6)
            right = 5;
        bool upward = ((right + 1) & 2) == 0;
        for (int k = 0; k < side; k++) {
            int y = upward ? side - 1 - k : k;
            for (int x = right; x > right - 2; x--) {
                if (map[y * side + x] == PART_DATA)
                    path[n++] = y * side + x;
            }
        }
    }
    return n;
}

static unsigned bch(unsigned data, int n_check, unsigned poly)
{
    unsigned rest = data;
    for (int i = 0; i < n_check; i++)
        rest = rest << 1 ^ (rest >> (n_check - 1) & 1 ? poly : 0);
    return data << n_check | (rest & ((1u << n_check) - 1));
}

unsigned symbol_format_word(struct symbol_format f)
{
    static const unsigned bits[N_LEVELS] = {1, 0, 3, 2};
    return bch(bits[f.level] << 3 | (unsigned)f.mask, 10, 0x537) ^ 0x5412;
}

static float format_votes(int side, const float *soft, struct symbol_format f)
{
    unsigned word = symbol_format_word(f);
    float votes = 0;
    for (int i = 0; i < FORMAT_BITS; i++) {
        float v = soft[symbol_format_place(side, 0, i)] + soft[symbol_format_place(side, 1, i)];
        votes += word >> i & 1 ? v : -v;
    }
    return votes;
}

void symbol_formats(int side, const float *soft, struct symbol_format *out, int n)
{
    float best[N_LEVELS * 8];
    int filled = 0;
    for (int k = 0; k < N_LEVELS * 8; k++) {
        struct symbol_format f = {(enum symbol_level)(k / 8), k % 8};
        float v = format_votes(side, soft, f);
        int at = filled < n ? filled++ : n;
        for (; at > 0 && best[at - 1] < v; at--) {
            if (at < n) {
                best[at] = best[at - 1];
                out[at] = out[at - 1];
            }
        }
        if (at < n) {
            best[at] = v;
            out[at] = f;
        }
    }
}

int symbol_version_read(int version_guess, const float *soft)
{
    int side = symbol_side(version_guess), best = 0;
    float most = 0, total = 0;
    for (int i = 0; i < 36; i++) {
        float v = soft[version_place(side, i / 18, i % 18)];
        total += v > 0 ? v : -v;
    }
    for (int version = 7; version <= SYMBOL_VERSION_MAX; version++) {
        unsigned word = bch((unsigned)version, 12, 0x1f25);
        float votes = 0;
        for (int i = 0; i < 18; i++) {
            float v = soft[version_place(side, 0, i)] + soft[version_place(side, 1, i)];
            votes += word >> i & 1 ? v : -v;
        }
        if (votes > most) {
            most = votes;
            best = version;
        }
    }
    return most > total / 2 ? best : 0;
}

int symbol_word_place(const struct symbol_blocks *s, int b, int i)
{
    int n_data = s->n_data_short + (b >= s->n_short);
    if (i >= n_data) /* check words: after all data */
        return s->n_words - s->n * s->n_check + (i - n_data) * s->n + b;
    return i < s->n_data_short ? i * s->n + b : s->n_data_short * s->n + b - s->n_short;
}
