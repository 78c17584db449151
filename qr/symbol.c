/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Correct a symbol: the code words by how sure they are, the least sure erased, a few more with
 * each try. A block is believed where its changes are nearer than noise has any code word. */
#include "qr/symbol.h"
#include "qr/reed_solomon.h"
#include "qr/symbol_layout.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    FORMATS_TRIED = 3,
    ERASE_STEP = 2,
    SPARE_MIN = 2, /* check words left over erasures: with none any word can be corrected */
};

static const double doubt_max = 0.22;
/* Expected errors less what the check words correct, in sigmas. More will not be drawn away; and
 * where by the odds there should be far less, the odds are wrong: drawing by them is no use. */
static const double beyond_max = 3.3, beyond_min = -3;
static const double chance_max = -16; /* logarithm; a page of noise has some thousand blocks */

struct work {
    int version, side, n_bits, draws;
    const float *soft;
    uint8_t map[SYMBOL_MODULES_MAX];
    int path[SYMBOL_MODULES_MAX];
    uint8_t words[SYMBOL_WORDS_MAX]; /* in the order of the path */
    float doubts[SYMBOL_WORDS_MAX];  /* about the odds that each is wrong */
};

struct ranked {
    float doubt;
    int at;
};

/* One block as it was read. */
struct block {
    struct rs_word word;             /* its symbols are code words */
    int place[RS_WORD_MAX];          /* in struct work's words */
    struct ranked rank[RS_WORD_MAX]; /* the least sure first */
};

static void read_words(struct work *w, int mask)
{
    for (int k = 0; k < w->n_bits / 8; k++) {
        unsigned word = 0;
        float doubt = 0;
        for (int b = 0; b < 8; b++) {
            int at = w->path[8 * k + b];
            bool flip = symbol_is_masked(mask, at % w->side, at / w->side);
            float s = flip ? -w->soft[at] : w->soft[at];
            word = word << 1 | (s > 0);
            doubt += expf(-fabsf(s));
        }
        w->words[k] = (uint8_t)word;
        w->doubts[k] = doubt;
    }
}

static int by_doubt(const void *p, const void *q)
{
    const struct ranked *a = p, *b = q;
    return (a->doubt < b->doubt) - (a->doubt > b->doubt);
}

/* A bit that may well be the other one. */
struct doubtful {
    struct rs_change change;
    float flips; /* how probably it is */
};

/* What a block's doubtful bits let expect of the code words as they are read. */
struct outlook {
    struct doubtful bits[RS_WORD_MAX * 8];
    int n_bits;
    double wrong, wrong_variance; /* words */
};

static float odds_of(const struct work *w, int word, int b)
{
    return fabsf(w->soft[w->path[8 * word + b]]);
}

static void look_out(const struct work *w, const struct block *b, struct outlook *o)
{
    static const float doubtful_under = 7;
    *o = (struct outlook){0};
    for (int i = 0; i < b->word.n; i++) {
        double right = 1;
        for (int bit = 0; bit < 8; bit++) {
            float odds = odds_of(w, b->place[i], bit), flips = 1 / (1 + expf(odds));
            right *= 1 - (double)flips;
            if (odds < doubtful_under)
                o->bits[o->n_bits++] =
                    (struct doubtful){rs_change_of(&b->word, i, (uint8_t)(128 >> bit)), flips};
        }
        o->wrong += 1 - right;
        o->wrong_variance += right * (1 - right);
    }
}

/* What it takes to say which of a word's bits are changed, when so many are: the logarithm of how
 * many ways there are, and of how rarely so many are. One is common, eight are not. */
static const double words_of_bits[] = {0, 2.9, 4.9, 6.2, 6.6, 6.8, 6.6, 6.0, 4.6};

static double ln_choose(int n, int k)
{
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1);
}

/* The logarithm of a bound on how probably noise has any code word as near as this one: what it
 * takes to name the changes (how many words, among how many that are no surer, which, and their
 * bits), less what the check words fix. However many of them went into erasures: those have to be
 * named too. */
static double chance_of(const struct block *b, const uint8_t *corrected)
{
    int changed = 0, among = 0;
    double name = 2 * log(b->word.n);
    for (int k = 0; k < b->word.n; k++) {
        int at = b->rank[k].at, bits = __builtin_popcount(b->word.symbol[at] ^ corrected[at]);
        changed += bits > 0;
        among = bits > 0 ? k + 1 : among;
        name += words_of_bits[bits];
    }
    return name + ln_choose(among, changed) - b->word.n_check * log(RS_WORD_MAX + 1);
}

/* 0 to 1, the same in every run. */
static float lot(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (float)(*state >> 8) / (1 << 24);
}

/* Doubtful bits as drawn by their odds, again and again: one draw in a hundred has a third less
 * errors than the likeliest word.
 * see Chase, "A class of algorithms for decoding block codes with channel measurement
 * information", 1972 */
static bool correct_drawn(const struct work *w, const struct block *b, uint8_t *out)
{
    enum { CHECK_MIN = 16 }; /* fewer correct too little for one draw to say much */
    CLEANUP(mem_freep) struct outlook *o = malloc(sizeof *o);
    if (!o)
        abort();
    look_out(w, b, o);
    double beyond = (o->wrong - b->word.n_check / 2) / sqrt(o->wrong_variance + 1e-9);
    if (b->word.n_check < CHECK_MIN || beyond > beyond_max || beyond < beyond_min)
        return false;
    uint32_t state = 1;
    for (int k = 0; k < w->draws; k++) {
        struct rs_word drawn = b->word;
        for (int i = 0; i < o->n_bits; i++) {
            if (lot(&state) < o->bits[i].flips)
                rs_apply(&drawn, &o->bits[i].change);
        }
        if (rs_correct(&drawn, NULL, 0, out) && chance_of(b, out) <= chance_max)
            return true;
    }
    return false;
}

/* First as it is, then with more and more of its least sure words erased. */
static bool correct_erased(const struct block *b, uint8_t *out)
{
    int erased[RS_CHECK_MAX];
    for (int e = 0; e == 0 || e <= b->word.n_check - SPARE_MIN; e += ERASE_STEP) {
        for (int k = 0; k < e; k++)
            erased[k] = b->rank[k].at;
        if (rs_correct(&b->word, erased, e, out) && chance_of(b, out) <= chance_max)
            return true;
    }
    return false;
}

static void block_of(const struct work *w, const struct symbol_blocks *s, int number,
                     struct block *b)
{
    int n = s->n_data_short + (number >= s->n_short) + s->n_check;
    uint8_t words[RS_WORD_MAX];
    for (int i = 0; i < n; i++) {
        b->place[i] = symbol_word_place(s, number, i);
        words[i] = w->words[b->place[i]];
        b->rank[i] = (struct ranked){w->doubts[b->place[i]], i};
    }
    rs_open(&b->word, words, n, s->n_check);
    qsort(b->rank, (size_t)n, sizeof *b->rank, by_doubt);
}

static bool correct_block(struct work *w, const struct symbol_blocks *s, int number)
{
    struct block b;
    uint8_t corrected[RS_WORD_MAX];
    block_of(w, s, number, &b);
    if (!correct_erased(&b, corrected) && !(w->draws && correct_drawn(w, &b, corrected)))
        return false;
    for (int i = 0; i < b.word.n; i++)
        w->words[b.place[i]] = corrected[i];
    return true;
}

static void draw_function(const struct work *w, struct symbol_format f, uint8_t *modules)
{
    unsigned word = symbol_format_word(f);
    for (int i = 0; i < w->side * w->side; i++) {
        if (w->map[i] != PART_DATA)
            modules[i] = w->map[i] == PART_VERSION ? w->soft[i] > 0 : w->map[i] == PART_DARK;
    }
    for (int i = 0; i < FORMAT_BITS; i++) {
        modules[symbol_format_place(w->side, 0, i)] = word >> i & 1;
        modules[symbol_format_place(w->side, 1, i)] = word >> i & 1;
    }
}

static void draw_data(const struct work *w, struct symbol_format f, uint8_t *modules)
{
    for (int k = 0; k < w->n_bits; k++) {
        int at = w->path[k];
        bool dark = k / 8 < w->n_bits / 8 && w->words[k / 8] >> (7 - k % 8) & 1;
        modules[at] = dark ^ symbol_is_masked(f.mask, at % w->side, at / w->side);
    }
}

static double doubt_of(const struct work *w, const uint8_t *modules)
{
    double against = 0, all = 0;
    for (int k = 0; k < w->n_bits / 8 * 8; k++) {
        double s = (double)w->soft[w->path[k]];
        all += fabs(s);
        against += (s > 0) != modules[w->path[k]] ? fabs(s) : 0;
    }
    return all > 0 ? against / all : 1;
}

/* Where the modules of sure blocks are known now, the others' neighbours are. */
static void report_parts(const struct work *w, struct symbol_format f,
                         const struct symbol_blocks *s, const bool *sure, struct symbol_read *out)
{
    unsigned format = symbol_format_word(f);
    memcpy(out->parts, w->map, (size_t)(w->side * w->side));
    for (int i = 0; i < FORMAT_BITS; i++) {
        uint8_t part = format >> i & 1 ? PART_DARK : PART_LIGHT;
        out->parts[symbol_format_place(w->side, 0, i)] = part;
        out->parts[symbol_format_place(w->side, 1, i)] = part;
    }
    for (int b = 0; b < s->n; b++) {
        int n = sure[b] ? s->n_data_short + (b >= s->n_short) + s->n_check : 0;
        for (int i = 0; i < n; i++) {
            int word = symbol_word_place(s, b, i);
            for (int bit = 0; bit < 8; bit++) {
                int at = w->path[8 * word + bit];
                bool dark = w->words[word] >> (7 - bit) & 1;
                dark ^= symbol_is_masked(f.mask, at % w->side, at / w->side);
                out->parts[at] = dark ? PART_DARK : PART_LIGHT;
            }
        }
    }
}

static bool correct_all(struct work *w, struct symbol_format f, const struct symbol_blocks *s,
                        struct symbol_read *out)
{
    bool sure[SYMBOL_BLOCKS_MAX];
    int n_sure = 0;
    for (int b = 0; b < s->n; b++) {
        sure[b] = correct_block(w, s, b);
        n_sure += sure[b];
    }
    if (n_sure < s->n && n_sure > out->n_blocks_sure && out->parts) {
        report_parts(w, f, s, sure, out);
        out->n_blocks_sure = n_sure;
    }
    return n_sure == s->n;
}

static bool try_format(struct work *w, struct symbol_format f, struct symbol_read *out)
{
    uint8_t before[SYMBOL_WORDS_MAX];
    const struct symbol_blocks s = symbol_blocks(w->version, f.level);
    read_words(w, f.mask);
    memcpy(before, w->words, sizeof before);
    if (!correct_all(w, f, &s, out))
        return false;
    draw_function(w, f, out->modules);
    draw_data(w, f, out->modules);
    out->doubt = doubt_of(w, out->modules);
    out->n_words = s.n_words;
    out->n_wrong = 0;
    for (int k = 0; k < s.n_words; k++)
        out->n_wrong += before[k] != w->words[k];
    return out->doubt <= doubt_max;
}

bool symbol_decode(int version, const float *soft, struct symbol_read *out)
{
    CLEANUP(mem_freep)
    struct work *w = calloc(1, sizeof *w);
    if (!w)
        abort();
    struct symbol_format formats[FORMATS_TRIED];
    out->n_blocks_sure = 0;
    w->version = version;
    w->side = symbol_side(version);
    w->soft = soft;
    symbol_map(version, w->map);
    w->n_bits = symbol_path(version, w->map, w->path);
    symbol_formats(w->side, soft, formats, FORMATS_TRIED);
    for (int i = 0; i < FORMATS_TRIED; i++) {
        w->draws = i == 0 ? out->draws : 0;
        if (try_format(w, formats[i], out))
            return true;
    }
    return false;
}
