/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Symbols drawn by another library, damaged, corrected. */
#include "qr/symbol.h"
#include "qr/symbol_layout.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <qrencode.h>

static uint32_t roll(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* Sure values from a drawn code. */
static void soft_of(const QRcode *q, float *soft)
{
    for (int i = 0; i < q->width * q->width; i++)
        soft[i] = q->data[i] & 1 ? 4 : -4;
}

static QRcode *draw(int version, QRecLevel level)
{
    return QRcode_encodeString8bit("thanwela: 0123456789", version, level);
}

static void every_version_and_level_reads_back(void **state)
{
    (void)state;
    static float soft[SYMBOL_MODULES_MAX];
    static uint8_t modules[SYMBOL_MODULES_MAX];
    for (int version = 2; version <= SYMBOL_VERSION_MAX; version++) {
        for (int level = QR_ECLEVEL_L; level <= QR_ECLEVEL_H; level++) {
            QRcode *q = draw(version, (QRecLevel)level);
            if (!q || q->version != version) {
                QRcode_free(q); /* too small for the text */
                continue;
            }
            struct symbol_read read = {.modules = modules};
            assert_int_equal(q->width, symbol_side(version));
            soft_of(q, soft);
            assert_true(symbol_decode(version, soft, &read));
            assert_int_equal(read.n_wrong, 0);
            for (int i = 0; i < q->width * q->width; i++)
                assert_int_equal(modules[i], q->data[i] & 1);
            QRcode_free(q);
        }
    }
}

/* Flip every module of a share of the symbol's rows, with little certainty: erasures. */
static void doubtful_damage_beyond_half_the_check_words_is_mended(void **state)
{
    (void)state;
    static float soft[SYMBOL_MODULES_MAX];
    static uint8_t modules[SYMBOL_MODULES_MAX];
    QRcode *q = draw(4, QR_ECLEVEL_H);
    uint32_t seed = 7;
    soft_of(q, soft);
    int side = q->width;
    for (int y = 12; y < 21; y++) {
        for (int x = 9; x < side; x++)
            soft[y * side + x] = roll(&seed) & 1 ? 0.1f : -0.1f;
    }
    struct symbol_read read = {.modules = modules};
    assert_true(symbol_decode(4, soft, &read));
    assert_true(read.n_wrong > 16); /* 16 check words a block mend 8 errors each of 4 */
    for (int i = 0; i < side * side; i++)
        assert_int_equal(modules[i], q->data[i] & 1);
    QRcode_free(q);
}

static void noise_is_never_believed(void **state)
{
    (void)state;
    static float soft[SYMBOL_MODULES_MAX];
    static uint8_t modules[SYMBOL_MODULES_MAX];
    uint32_t seed = 1;
    for (int i = 0; i < 300; i++) {
        int version = 1 + i % 10;
        for (int k = 0; k < symbol_side(version) * symbol_side(version); k++)
            soft[k] = (float)((double)(roll(&seed) % 2000) / 500.0 - 2.0);
        struct symbol_read read = {.modules = modules, .draws = i % 2 ? 20 : 0};
        assert_false(symbol_decode(version, soft, &read));
    }
}

/* Version 8-L has two blocks of which 24 words each check. Erasing until some code word fits would
 * fit noise: it must be nearer than chance. */
static void a_block_of_noise_beside_a_sound_one_is_not_believed(void **state)
{
    (void)state;
    static float soft[SYMBOL_MODULES_MAX];
    static uint8_t modules[SYMBOL_MODULES_MAX], map[SYMBOL_MODULES_MAX];
    static int path[SYMBOL_MODULES_MAX];
    QRcode *q = draw(8, QR_ECLEVEL_L);
    const struct symbol_blocks blocks = symbol_blocks(8, LEVEL_L);
    uint32_t seed = 3;
    symbol_map(8, map);
    (void)symbol_path(8, map, path);
    for (int round = 0; round < 300; round++) {
        soft_of(q, soft);
        for (int i = 0; i < blocks.n_data_short + blocks.n_check; i++) {
            const int *bits = path + 8 * symbol_word_place(&blocks, 0, i);
            for (int b = 0; b < 8; b++)
                soft[bits[b]] = (float)((double)(roll(&seed) % 2000) / 500.0 - 2.0);
        }
        struct symbol_read read = {.modules = modules, .draws = round % 10 ? 0 : 100};
        assert_false(symbol_decode(8, soft, &read));
    }
    QRcode_free(q);
}

/* A block of version 4-L has 100 words, of which 20 check the others: ten errors at most. */
static void blocks_with_too_many_errors_are_corrected_by_drawing_their_doubtful_bits(void **state)
{
    enum { DOUBTFUL = 26, WRONG = 13, STRIDE = 37 };
    (void)state;
    static float soft[SYMBOL_MODULES_MAX];
    static uint8_t modules[SYMBOL_MODULES_MAX], map[SYMBOL_MODULES_MAX];
    QRcode *q = draw(4, QR_ECLEVEL_L);
    soft_of(q, soft);
    symbol_map(4, map);
    for (int i = 0, k = 0; k < DOUBTFUL; i += STRIDE) {
        int at = i % (q->width * q->width);
        if (map[at] != PART_DATA || fabsf(soft[at]) < 1)
            continue;
        soft[at] *= k % 2 && k / 2 < WRONG ? -0.05f : 0.05f;
        k++;
    }
    for (int i = 0; i < q->width * q->width; i++)
        soft[i] *= 2; /* the others are as good as certain */
    struct symbol_read read = {.modules = modules};
    assert_false(symbol_decode(4, soft, &read));
    read.draws = 1000;
    assert_true(symbol_decode(4, soft, &read));
    for (int i = 0; i < q->width * q->width; i++)
        assert_int_equal(modules[i], q->data[i] & 1);
    QRcode_free(q);
}

/* 20 bytes in the 80 of version 4-L: the rest is as the standard says. */
static void pad_words_are_foretold_and_never_wrongly(void **state)
{
    (void)state;
    static float soft[SYMBOL_MODULES_MAX], prior[SYMBOL_MODULES_MAX];
    QRcode *q = draw(4, QR_ECLEVEL_L);
    soft_of(q, soft);
    uint32_t seed = 5;
    for (int i = 0; i < q->width * q->width; i++)
        soft[i] *= roll(&seed) % 8 ? 1 : 0.02f;
    symbol_prior(4, soft, prior);
    int n = 0;
    for (int i = 0; i < q->width * q->width; i++) {
        if (fabsf(prior[i]) < 3.9f)
            continue;
        n++;
        assert_int_equal(prior[i] > 0, q->data[i] & 1);
    }
    assert_true(n >= 8 * 58);
    QRcode_free(q);
}

static void noise_foretells_nothing(void **state)
{
    (void)state;
    static float soft[SYMBOL_MODULES_MAX], prior[SYMBOL_MODULES_MAX];
    uint32_t seed = 3;
    int n = 0;
    for (int i = 0; i < 40; i++) {
        int version = 1 + i % 40, all = symbol_side(version) * symbol_side(version);
        for (int k = 0; k < all; k++)
            soft[k] = roll(&seed) & 1 ? 5 : -5;
        symbol_prior(version, soft, prior);
        for (int k = 0; k < all; k++)
            n += prior[k] != 0;
    }
    assert_int_equal(n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_version_and_level_reads_back),
        cmocka_unit_test(doubtful_damage_beyond_half_the_check_words_is_mended),
        cmocka_unit_test(noise_is_never_believed),
        cmocka_unit_test(a_block_of_noise_beside_a_sound_one_is_not_believed),
        cmocka_unit_test(blocks_with_too_many_errors_are_corrected_by_drawing_their_doubtful_bits),
        cmocka_unit_test(pad_words_are_foretold_and_never_wrongly),
        cmocka_unit_test(noise_foretells_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
