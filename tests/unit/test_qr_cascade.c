/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The order of looks, rule by rule: which two finders may be corners of one code. */
#include "qr/cascade_look.h"
#include "qr/draw.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { MODULE_PX = 2, PAGE_PX = 400, AT_PX = 120, PAPER = 230, INK = 40 };

static struct grey page_of_paper(void)
{
    struct grey g = grey_new(PAGE_PX, PAGE_PX);
    memset(g.px, PAPER, (size_t)(g.stride * g.h));
    return g;
}

static void draw_code(const struct grey *g, const struct qr_matrix *code)
{
    for (int y = 0; y < code->size * MODULE_PX; y++) {
        for (int x = 0; x < code->size * MODULE_PX; x++) {
            if (code->modules[y / MODULE_PX * code->size + x / MODULE_PX])
                g->px[(AT_PX + y) * g->stride + AT_PX + x] = INK;
        }
    }
}

/* Letters four millimetres high at 150 dpi, two lines of them a centimetre: bars with gaps. */
static void draw_letters(const struct grey *g)
{
    enum { LINE_PX = 30, LETTER_PX = 14, STROKE_PX = 3, PITCH_PX = 9 };
    for (int y = 0; y < g->h; y++) {
        for (int x = 0; x < g->w; x++) {
            if (y % LINE_PX < LETTER_PX && x % PITCH_PX < STROKE_PX)
                g->px[y * g->stride + x] = INK;
        }
    }
}

static void turn_light(const struct grey *g)
{
    for (int i = 0; i < g->stride * g->h; i++)
        g->px[i] = (uint8_t)(255 - g->px[i]);
}

static struct finder finder_at(double x, double y, bool light)
{
    return (struct finder){.x = x, .y = y, .module = MODULE_PX, .hits = 6, .light = light};
}

static void any_two_finders_of_a_code_have_grey_between_them(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct qr_matrix code;
    struct err err = {0};
    (void)state;
    assert_true(
        qr_encode(a, "https://verify.example.go.th/d/1f0c9a7b3e5d2846", QR_ECC_M, &code, &err));
    double near = AT_PX + 3.5 * MODULE_PX, far = AT_PX + (code.size - 3.5) * MODULE_PX;
    const double corner[4][2] = {{near, near}, {far, near}, {near, far}};
    for (int light = 0; light < 2; light++) {
        CLEANUP(grey_fini) struct grey g = page_of_paper();
        draw_code(&g, &code);
        if (light)
            turn_light(&g);
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                struct finder p = finder_at(corner[i][0], corner[i][1], light),
                              q = finder_at(corner[j][0], corner[j][1], light);
                if (i != j)
                    assert_true(look_pair_is_grey(&g, &p, &q));
            }
        }
    }
}

static void letters_that_look_like_finders_have_paper_between_them(void **state)
{
    (void)state;
    CLEANUP(grey_fini) struct grey text = page_of_paper();
    CLEANUP(grey_fini) struct grey paper = page_of_paper();
    draw_letters(&text);
    for (int light = 0; light < 2; light++) {
        for (int far = 30; far <= 200; far += 17) {
            struct finder p = finder_at(150, 200, light),
                          q = finder_at(150 + far, 200 + far / 9, light);
            assert_false(look_pair_is_grey(&text, &p, &q));
            assert_false(look_pair_is_grey(&paper, &p, &q));
        }
        turn_light(&text);
        turn_light(&paper);
    }
}

/* What is beyond the edge is taken for paper. */
static void a_pair_at_the_edge_is_asked_for_what_is_there(void **state)
{
    (void)state;
    CLEANUP(grey_fini) struct grey g = page_of_paper();
    struct finder p = finder_at(1, 1, false), q = finder_at(PAGE_PX - 1, 1, false);
    assert_false(look_pair_is_grey(&g, &p, &q));
    p = finder_at(-50, -50, false);
    assert_false(look_pair_is_grey(&g, &p, &q));
}

static void a_pair_is_alike_and_as_far_apart_as_corners_are(void **state)
{
    struct finder p = finder_at(100, 100, false), q = finder_at(100 + 40 * MODULE_PX, 100, false);
    (void)state;
    assert_int_equal(look_pair_strength(&p, &q), 6);
    q.hits = 2;
    assert_int_equal(look_pair_strength(&p, &q), 2);
    q.light = true;
    assert_int_equal(look_pair_strength(&p, &q), 0);
    q = finder_at(100 + 11 * MODULE_PX, 100, false);
    assert_int_equal(look_pair_strength(&p, &q), 0);
    q = finder_at(100 + 101 * MODULE_PX, 100, false);
    assert_int_equal(look_pair_strength(&p, &q), 0);
    q = finder_at(100 + 40 * MODULE_PX, 100, false);
    q.module = 2 * MODULE_PX;
    assert_int_equal(look_pair_strength(&p, &q), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_two_finders_of_a_code_have_grey_between_them),
        cmocka_unit_test(letters_that_look_like_finders_have_paper_between_them),
        cmocka_unit_test(a_pair_at_the_edge_is_asked_for_what_is_there),
        cmocka_unit_test(a_pair_is_alike_and_as_far_apart_as_corners_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
