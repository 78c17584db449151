/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What a reader knows before the modules are sure: data that does not fill its symbol is followed
 * by words that the standard names, and letters of one text have bits in common (of ASCII the
 * highest, of figures and small letters the third). Both are only odds: the check words decide. see
 * ISO/IEC 18004, 7.4.2-7.4.10 (modes, counts, terminator, pad words) */
#include "qr/symbol.h"
#include "qr/symbol_layout.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BYTE_BITS = 8, MODE_BITS = 4, PAD_FIRST = 0xec, PAD_NEXT = 0x11 };

static const float heard_at_most = 6; /* of one bit's odds */
static const float sure = 3, prior_most = 4;
static const float for_it_min = 6; /* a mode and a count that nothing contradicts have 8 */

/* The symbol's data as bits in their order. */
struct stream {
    int n_bits;
    float *bit;  /* > 0: one */
    int *module; /* where it lies */
    bool *flip;  /* dark is zero there */
};

static void stream_fini(struct stream *s)
{
    free(s->bit);
    free(s->module);
    free(s->flip);
}

static void *zeros(int n, size_t size)
{
    void *p = calloc((size_t)n, size);
    if (!p)
        abort();
    return p;
}

static struct stream stream_of(int version, const float *soft)
{
    int side = symbol_side(version), n = 0;
    CLEANUP(mem_freep) uint8_t *map = zeros(side * side, 1);
    CLEANUP(mem_freep) int *path = zeros(side * side, sizeof *path);
    struct symbol_format format;
    symbol_map(version, map);
    (void)symbol_path(version, map, path);
    symbol_formats(side, soft, &format, 1);
    const struct symbol_blocks b = symbol_blocks(version, format.level);
    int n_data = BYTE_BITS * (b.n_words - b.n * b.n_check);
    struct stream s = {n_data, zeros(n_data, sizeof *s.bit), zeros(n_data, sizeof *s.module),
                       zeros(n_data, sizeof *s.flip)};
    for (int block = 0; block < b.n; block++) {
        for (int i = 0; i < BYTE_BITS * (b.n_data_short + (block >= b.n_short)); i++, n++) {
            int word = symbol_word_place(&b, block, i / BYTE_BITS);
            int at = path[BYTE_BITS * word + i % BYTE_BITS];
            s.module[n] = at;
            s.flip[n] = symbol_is_masked(format.mask, at % side, at / side);
            float heard = fminf(fmaxf(soft[at], -heard_at_most), heard_at_most);
            s.bit[n] = s.flip[n] ? -heard : heard;
        }
    }
    return s;
}

/* How much likelier are the bits from at on if they are meant as a value (its highest bit first)
 * than if they may be anything? */
static float speak_for(const struct stream *s, int at, unsigned value, int n_bits)
{
    float sum = 0;
    for (int k = 0; k < n_bits; k++) {
        float agrees = value >> (n_bits - 1 - k) & 1 ? s->bit[at + k] : -s->bit[at + k];
        sum += (float)M_LN2 - log1pf(expf(-agrees));
    }
    return sum;
}

/* The same for pad words from each word of the data to its end. */
static float *pads_of(const struct stream *s)
{
    int n = s->n_bits / BYTE_BITS;
    float *pads = zeros(n + 2, sizeof *pads), next = 0; /* next: had they begun with the second */
    for (int w = n - 1; w >= 0; w--) {
        float begun = speak_for(s, w * BYTE_BITS, PAD_FIRST, BYTE_BITS) + next;
        next = speak_for(s, w * BYTE_BITS, PAD_NEXT, BYTE_BITS) + pads[w + 1];
        pads[w] = begun;
    }
    return pads;
}

/* One way to read the start: a text of so many bytes. */
struct reading {
    int n_count, n_bytes, end; /* bits of the count; bytes of text; first bit after them */
    float for_it;              /* logarithm of how much likelier the bits are than any */
};

/* The likeliest length of a text of bytes. */
static struct reading read_start(const struct stream *s, int version)
{
    enum { BYTES_MODE = 4, WIDE_FROM = 10 };
    CLEANUP(mem_freep) float *pads = pads_of(s);
    struct reading best = {.for_it = -INFINITY};
    int n_count = version < WIDE_FROM ? 8 : 16, start = MODE_BITS + n_count;
    for (int n = 0; start + BYTE_BITS * n <= s->n_bits && n < 1 << n_count; n++) {
        int end = start + BYTE_BITS * n, word = (end + MODE_BITS + BYTE_BITS - 1) / BYTE_BITS;
        int after = end + MODE_BITS > s->n_bits ? s->n_bits : word * BYTE_BITS;
        float sum = speak_for(s, 0, BYTES_MODE, MODE_BITS) +
                    speak_for(s, MODE_BITS, (unsigned)n, n_count) +
                    speak_for(s, end, 0, after - end);
        if (after < s->n_bits)
            sum += pads[word];
        if (sum > best.for_it)
            best = (struct reading){n_count, n, end, sum};
    }
    return best;
}

static void foretell(const struct stream *s, int at, float odds, float *prior)
{
    prior[s->module[at]] = s->flip[at] ? -odds : odds;
}

static void foretell_value(const struct stream *s, int at, unsigned value, int n_bits, float *prior)
{
    for (int k = 0; k < n_bits && at + k < s->n_bits; k++)
        foretell(s, at + k, value >> (n_bits - 1 - k) & 1 ? prior_most : -prior_most, prior);
}

static void foretell_pads(const struct stream *s, const struct reading *r, float *prior)
{
    int word = (r->end + MODE_BITS + BYTE_BITS - 1) / BYTE_BITS;
    foretell_value(s, r->end, 0, word * BYTE_BITS - r->end, prior);
    for (int w = word; w < s->n_bits / BYTE_BITS; w++)
        foretell_value(s, w * BYTE_BITS, (w - word) % 2 ? PAD_NEXT : PAD_FIRST, BYTE_BITS, prior);
}

/* What sure bits at each place of a byte are, the others probably are too. */
static void foretell_letters(const struct stream *s, const struct reading *r, float *prior)
{
    int start = MODE_BITS + r->n_count, ones[BYTE_BITS] = {0}, noughts[BYTE_BITS] = {0};
    for (int k = start; k < r->end; k++) {
        ones[(k - start) % BYTE_BITS] += s->bit[k] > sure;
        noughts[(k - start) % BYTE_BITS] += s->bit[k] < -sure;
    }
    for (int k = start; k < r->end; k++) {
        int place = (k - start) % BYTE_BITS;
        float odds = logf((float)(ones[place] + 1) / (float)(noughts[place] + 1));
        foretell(s, k, fminf(fmaxf(odds, -prior_most), prior_most), prior);
    }
}

void symbol_prior(int version, const float *soft, float *prior_out)
{
    int side = symbol_side(version);
    CLEANUP(stream_fini) struct stream s = stream_of(version, soft);
    memset(prior_out, 0, (size_t)(side * side) * sizeof *prior_out);
    const struct reading r = read_start(&s, version);
    if (r.for_it < for_it_min)
        return;
    foretell_value(&s, 0, 4, MODE_BITS, prior_out);
    foretell_value(&s, MODE_BITS, (unsigned)r.n_bytes, r.n_count, prior_out);
    foretell_letters(&s, &r, prior_out);
    foretell_pads(&s, &r, prior_out);
}
