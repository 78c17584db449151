/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Pixels of a page's image, black and white: which of its bits are ink. */
#include "made_pdf.h"

#include "base/arena.h"
#include "qr/pdf.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { W = 21, H = 5, STRIDE = (W + 7) / 8 };

static bool bit(int x, int y)
{
    return (x * x + 3 * y) % 5 < 2;
}

/* Deflated, as MuPDF unpacks it bit by bit. */
static void pdf_of(fz_context *ctx, const char *words, struct buf *out)
{
    unsigned char bits[H * STRIDE] = {0};
    for (int k = 0; k < W * H; k++) {
        if (bit(k % W, k / W))
            bits[k / W * STRIDE + k % W / 8] |= (unsigned char)(0x80 >> k % W % 8);
    }
    size_t n;
    unsigned char *packed = fz_new_deflated_data(ctx, &n, bits, sizeof bits, FZ_DEFLATE_DEFAULT);
    char all[256];
    snprintf(all, sizeof all, "/BitsPerComponent 1/Filter/FlateDecode%s", words);
    made_pdf(W, H, all, packed, n, out);
    fz_free(ctx, packed);
}

static struct grey image_of(fz_context *ctx, const struct buf *pdf)
{
    CLEANUP(arena_freep) struct arena *a = arena_new();
    struct pdf_look *look = arena_alloc(a, sizeof *look);
    struct affine to_page;
    struct grey g;
    bool whole;
    struct opened o = open_pdf(ctx, pdf);
    fz_display_list *list = pdf_list_new(ctx, o.page);
    pdf_record(ctx, o.page, list);
    pdf_look(ctx, list, look);
    assert_int_equal(look->n_images, 1);
    assert_true(pdf_image_grey(ctx, &look->images[0], 300, &g, &to_page, &whole));
    assert_true(whole);
    pdf_look_drop(ctx, look);
    fz_drop_display_list(ctx, list);
    close_pdf(&o);
    return g;
}

static void ink_is(bool of_bit, const char *words)
{
    fz_context *ctx = quiet_context();
    struct buf pdf CLEANUP(buf_fini) = {0};
    pdf_of(ctx, words, &pdf);
    CLEANUP(grey_fini) struct grey g = image_of(ctx, &pdf);
    assert_int_equal(g.w, W);
    assert_int_equal(g.h, H);
    for (int k = 0; k < W * H; k++) {
        if (g.px[k / W * g.stride + k % W] != (bit(k % W, k / W) == of_bit ? 0 : 255))
            fail_msg("%s: pixel %d, %d is %d", words, k % W, k / W, g.px[k / W * g.stride + k % W]);
    }
    fz_drop_context(ctx);
}

static void of_a_picture_it_is_the_shade(void **state)
{
    (void)state;
    ink_is(false, "/ColorSpace/DeviceGray");
    ink_is(true, "/ColorSpace/DeviceGray/Decode[1 0]");
    ink_is(false, "/ColorSpace[/Indexed/DeviceGray 1<00ff>]");
    ink_is(true, "/ColorSpace[/Indexed/DeviceGray 1<ff00>]");
}

static void of_a_mask_it_is_what_is_painted(void **state)
{
    (void)state;
    ink_is(false, "/ImageMask true");
    ink_is(false, "/ImageMask true/Decode[0 1]");
    ink_is(true, "/ImageMask true/Decode[1 0]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_a_picture_it_is_the_shade),
        cmocka_unit_test(of_a_mask_it_is_what_is_painted),
    };
    return cmocka_run_group_tests_name("qr/pdf_draw", tests, NULL, NULL);
}
