/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Codes as a copier leaves them: drawn, blurred, with noise, then black and white or grey. */
#include "qr/hard.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <qrencode.h>

/* One way to spoil a code. */
struct spoilt {
    double module_px, blur_px, noise; /* noise of the ink */
    double threshold;                 /* darkness that becomes black; 0: stays grey */
    double angle;                     /* radians */
    double pulled;                    /* modules by which cloth pulls the fourth corner inwards */
};

static const char text[] = "https://verify.example.go.th/d/1f0c9a7b3e5d2846";

enum { MARGIN_PX = 24, REACH_MAX = 12 };

static double roll(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) / 16777216.0;
}

/* Normal enough: twelve dice. */
static double noise(uint32_t *seed)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += roll(seed);
    return sum;
}

/* 1 where the code is dark; (x, y) in pixels of the picture. */
static double dark_at(const QRcode *q, const struct spoilt *s, double side, double x, double y)
{
    double u = x - side / 2, v = y - side / 2, c = cos(s->angle), d = sin(s->angle);
    double across = (c * u + d * v) / s->module_px + q->width / 2.0;
    double down = (c * v - d * u) / s->module_px + q->width / 2.0;
    double pull = s->pulled * fmax(across, 0) * fmax(down, 0) / (q->width * q->width);
    int i = (int)floor(across + pull), j = (int)floor(down + pull);
    return i >= 0 && j >= 0 && i < q->width && j < q->width && q->data[j * q->width + i] & 1;
}

/* One way through the picture: along rows (step 1) or down columns. */
static void blur(double *p, int side, double sigma, bool down)
{
    double kernel[2 * REACH_MAX + 1], all = 0;
    for (int k = -REACH_MAX; k <= REACH_MAX; k++)
        all += kernel[k + REACH_MAX] = exp(-k * k / (2 * sigma * sigma));
    double *line = calloc((size_t)side, sizeof *line);
    assert_non_null(line);
    for (int r = 0; r < side; r++) {
        for (int x = 0; x < side; x++) {
            line[x] = 0;
            for (int k = -REACH_MAX; k <= REACH_MAX; k++) {
                int at = x + k < 0 ? 0 : x + k >= side ? side - 1 : x + k;
                line[x] += kernel[k + REACH_MAX] / all * p[down ? at * side + r : r * side + at];
            }
        }
        for (int x = 0; x < side; x++)
            p[down ? x * side + r : r * side + x] = line[x];
    }
    free(line);
}

static struct grey spoil(const QRcode *q, const struct spoilt *s)
{
    int side = (int)(q->width * s->module_px) + 2 * MARGIN_PX;
    struct grey g = grey_new(side, side);
    double *p = calloc((size_t)(side * side), sizeof *p);
    assert_non_null(p);
    uint32_t seed = 11;
    for (int i = 0; i < side * side; i++) {
        for (int k = 0; k < 9; k++)
            p[i] +=
                dark_at(q, s, side, i % side + (k % 3 + 0.5) / 3, i / side + (k / 3 + 0.5) / 3) / 9;
    }
    blur(p, side, s->blur_px, false);
    blur(p, side, s->blur_px, true);
    for (int i = 0; i < side * side; i++) {
        double v = p[i] + s->noise * noise(&seed),
               tone = s->threshold > 0 ? v > s->threshold : 0.8 * v;
        g.px[i] = (uint8_t)lround(fmin(fmax(230 - 200 * tone, 0), 255));
        if (s->threshold > 0)
            g.px[i] = tone > 0 ? 0 : 255;
    }
    free(p);
    return g;
}

/* Finders by likeness, then the hard look with them; how many codes it reads. */
static int read_alike(struct arena *a, const struct grey *g, int *odds_left,
                      struct zxing_hit hits[static HARD_READS_MAX])
{
    struct finder *f = arena_array(a, FINDERS_MAX, sizeof *f);
    int n = finder_match(g, f, 0);
    assert_in_range(n, 3, 6);
    const struct hard_place place = {g, NULL, f, n, false, odds_left};
    return hard_read(a, &place, hits);
}

static void closed_copies_and_blurred_greys_are_read_where_the_decoder_reads_nothing(void **state)
{
    static const struct spoilt cases[] = {
        {4.3, 2.6, 0.064, 0.40, 0.01, 0},  /* a fax of a copy: rings closed, edges ragged */
        {4.3, 1.6, 0.043, 0.296, 0.02, 0}, /* light modules closed */
        {3.3, 1.9, 0.035, 0, 0.01, 0},     /* grey, 0.58 modules of blur */
        {2.7, 1.9, 0.03, 0, 0, 0},         /* grey, 0.7 modules */
    };
    (void)state;
    QRcode *q = QRcode_encodeString8bit(text, 4, QR_ECLEVEL_M);
    assert_non_null(q);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena *a = arena_new();
        CLEANUP(grey_fini) struct grey g = spoil(q, &cases[i]);
        struct zxing_hit hits[HARD_READS_MAX];
        struct zxing_hits plain;
        const struct zxing_ask ask = {0};
        zxing_read(a, &g, &ask, &plain);
        assert_int_equal(plain.n, 0);
        int odds_left = 1;
        assert_int_equal(read_alike(a, &g, &odds_left, hits), 1);
        assert_in_range(-odds_left, 1, 57 * 57);
        assert_int_equal(hits[0].n_bytes, sizeof text - 1);
        assert_memory_equal(hits[0].bytes, text, sizeof text - 1);
        arena_free(a);
    }
    QRcode_free(q);
}

/* The share of dark modules is what the encoder's mask made of it: half. */
static void light_modules_that_a_copier_closed_are_doubted(void **state)
{
    static const struct spoilt closed = {3.2, 1.792, 0.03, 0.40, 0.01, 0};
    static const char long_text[] =
        "https://edoc.example.go.th/"
        "verify?doc=fLQPe3CSghJNHP7x6ynaGKmBAhrfxrcEJnhJBhAYbVsCzid3r2UYn"
        "Ysf9WUFKD5jvvei6gqnRgdGSxsWddDz5nnjGrAe4evKXKEzacraGGjq5dwRmfSQc8ZJqdEgbL3s2Aje3xUcuYBM";
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    QRcode *q = QRcode_encodeString8bit(long_text, 8, QR_ECLEVEL_L);
    assert_non_null(q);
    CLEANUP(grey_fini) struct grey g = spoil(q, &closed);
    struct zxing_hit hits[HARD_READS_MAX];
    int odds_left = 1;
    assert_int_equal(read_alike(a, &g, &odds_left, hits), 1);
    assert_int_equal(hits[0].n_bytes, sizeof long_text - 1);
    assert_memory_equal(hits[0].bytes, long_text, sizeof long_text - 1);
    QRcode_free(q);
}

static void closed_timing_lines_are_no_reason_to_leave_a_code(void **state)
{
    static const struct spoilt cases[] = {{3.1, 1.829, 0.08, 0.325, 0.01, 0},
                                          {3.1, 1.922, 0.08, 0.375, 0.01, 0},
                                          {3.1, 2.015, 0.08, 0.375, 0.01, 0}};
    (void)state;
    QRcode *q = QRcode_encodeString8bit(text, 6, QR_ECLEVEL_Q);
    assert_non_null(q);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        CLEANUP(grey_fini) struct grey g = spoil(q, &cases[i]);
        struct zxing_hit hits[HARD_READS_MAX];
        int odds_left = HARD_ODDS_MAX;
        assert_int_equal(read_alike(a, &g, &odds_left, hits), 1);
        assert_int_equal(hits[0].n_bytes, sizeof text - 1);
        assert_memory_equal(hits[0].bytes, text, sizeof text - 1);
    }
    QRcode_free(q);
}

static void the_fourth_corner_is_found_where_cloth_pulls_it(void **state)
{
    static const struct spoilt cloth = {.module_px = 4.3, .blur_px = 1.4, .noise = 0.02};
    (void)state;
    QRcode *q = QRcode_encodeString8bit(text, 4, QR_ECLEVEL_M);
    assert_non_null(q);
    for (int pulled = 2; pulled <= 3; pulled++) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct spoilt more = cloth;
        more.pulled = pulled;
        CLEANUP(grey_fini) struct grey g = spoil(q, &more);
        struct zxing_hit hits[HARD_READS_MAX];
        int odds_left = HARD_ODDS_MAX;
        assert_int_equal(read_alike(a, &g, &odds_left, hits), 1);
        assert_int_equal(hits[0].n_bytes, sizeof text - 1);
        assert_memory_equal(hits[0].bytes, text, sizeof text - 1);
    }
    QRcode_free(q);
}

static void a_document_asks_for_the_odds_of_so_many_modules_and_no_more(void **state)
{
    static const struct spoilt closed = {4.3, 2.6, 0.064, 0.40, 0.01, 0};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    QRcode *q = QRcode_encodeString8bit(text, 4, QR_ECLEVEL_M);
    assert_non_null(q);
    CLEANUP(grey_fini) struct grey g = spoil(q, &closed);
    struct zxing_hit hits[HARD_READS_MAX];
    int odds_left = 0;
    assert_int_equal(read_alike(a, &g, &odds_left, hits), 0);
    assert_int_equal(odds_left, 0);
    odds_left = HARD_ODDS_MAX;
    assert_int_equal(read_alike(a, &g, &odds_left, hits), 1);
    assert_true(odds_left < HARD_ODDS_MAX && odds_left > 0);
    QRcode_free(q);
}

static void finders_are_placed_to_a_quarter_of_a_module(void **state)
{
    static const struct spoilt closed = {4.3, 2.6, 0.064, 0.40, 0, 0};
    (void)state;
    QRcode *q = QRcode_encodeString8bit(text, 4, QR_ECLEVEL_M);
    assert_non_null(q);
    CLEANUP(grey_fini) struct grey g = spoil(q, &closed);
    static struct finder f[FINDERS_MAX];
    int n = finder_match(&g, f, 0), met = 0;
    double near = 3.5 * closed.module_px, far = (q->width - 3.5) * closed.module_px;
    double start = g.w / 2.0 - q->width * closed.module_px / 2;
    const double corners[3][2] = {{near, near}, {far, near}, {near, far}};
    for (int k = 0; k < 3; k++) {
        for (int i = 0; i < n; i++)
            met += hypot(f[i].x - start - corners[k][0], f[i].y - start - corners[k][1]) <
                   closed.module_px / 4;
    }
    assert_int_equal(met, 3);
    QRcode_free(q);
}

static void pictures_too_small_or_flat_have_no_finders(void **state)
{
    (void)state;
    static struct finder f[FINDERS_MAX];
    for (int side = 1; side < 40; side++) {
        CLEANUP(grey_fini) struct grey g = grey_new(side, 40 - side);
        memset(g.px, 200, (size_t)(g.w * g.h));
        assert_int_equal(finder_match(&g, f, 0), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_copies_and_blurred_greys_are_read_where_the_decoder_reads_nothing),
        cmocka_unit_test(light_modules_that_a_copier_closed_are_doubted),
        cmocka_unit_test(closed_timing_lines_are_no_reason_to_leave_a_code),
        cmocka_unit_test(the_fourth_corner_is_found_where_cloth_pulls_it),
        cmocka_unit_test(a_document_asks_for_the_odds_of_so_many_modules_and_no_more),
        cmocka_unit_test(finders_are_placed_to_a_quarter_of_a_module),
        cmocka_unit_test(pictures_too_small_or_flat_have_no_finders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
