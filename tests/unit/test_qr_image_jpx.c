/* SPDX-License-Identifier: AGPL-3.0-or-later
 * JPEG 2000 in grey: what is taken and what is left to MuPDF. The pictures are encoded here. */
#include "made_pdf.h"

#include "qr/image.h"
#include "qr/pdf.h"
#include <openjpeg.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { W = 40, H = 24, ROOM = 1 << 16 };

/* Of a pixel, and of component c: nothing is the same in all three. */
static int shade(int x, int y, int c)
{
    return (x * 5 + y * (3 + c) + c * 40) & 255;
}

/* Boxes are written first and their lengths later. */
struct file {
    uint8_t bytes[ROOM];
    size_t at, n;
};

static OPJ_SIZE_T write_bytes(void *bytes, OPJ_SIZE_T n, void *file)
{
    struct file *f = file;
    assert_true(f->at + n <= ROOM);
    memcpy(f->bytes + f->at, bytes, n);
    f->at += n;
    f->n = f->at > f->n ? f->at : f->n;
    return n;
}

static OPJ_BOOL seek_to(OPJ_OFF_T at, void *file)
{
    ((struct file *)file)->at = (size_t)at;
    return OPJ_TRUE;
}

static OPJ_OFF_T skip_over(OPJ_OFF_T n, void *file)
{
    ((struct file *)file)->at += (size_t)n;
    return n;
}

struct kind {
    OPJ_CODEC_FORMAT format;
    int components, bits;
    char transform;
};

static opj_image_t *picture_of(const struct kind *k)
{
    opj_image_cmptparm_t c[3];
    memset(c, 0, sizeof c);
    for (int i = 0; i < k->components; i++)
        c[i] = (opj_image_cmptparm_t){.dx = 1,
                                      .dy = 1,
                                      .w = W,
                                      .h = H,
                                      .prec = (OPJ_UINT32)k->bits,
                                      .bpp = (OPJ_UINT32)k->bits};
    opj_image_t *image = opj_image_create((OPJ_UINT32)k->components, c,
                                          k->components == 3 ? OPJ_CLRSPC_SRGB : OPJ_CLRSPC_GRAY);
    image->x1 = W;
    image->y1 = H;
    for (int i = 0; i < k->components; i++) {
        for (int at = 0; at < W * H; at++)
            image->comps[i].data[at] = shade(at % W, at / W, i) << (k->bits - 8);
    }
    return image;
}

/* Without a loss. */
static struct file *encoded(const struct kind *k)
{
    struct file *f = calloc(1, sizeof *f);
    opj_cparameters_t p;
    opj_image_t *image = picture_of(k);
    opj_codec_t *codec = opj_create_compress(k->format);
    opj_stream_t *stream = opj_stream_default_create(OPJ_FALSE);
    opj_set_default_encoder_parameters(&p);
    p.tcp_mct = k->transform;
    p.tcp_numlayers = 1;
    p.cp_disto_alloc = 1;
    p.numresolution = 3;
    opj_stream_set_user_data(stream, f, NULL);
    opj_stream_set_write_function(stream, write_bytes);
    opj_stream_set_seek_function(stream, seek_to);
    opj_stream_set_skip_function(stream, skip_over);
    assert_true(opj_setup_encoder(codec, &p, image) && opj_start_compress(codec, image, stream) &&
                opj_encode(codec, stream) && opj_end_compress(codec, stream));
    opj_stream_destroy(stream);
    opj_destroy_codec(codec);
    opj_image_destroy(image);
    return f;
}

static const struct kind colour = {OPJ_CODEC_JP2, 3, 8, 1}, bare_colour = {OPJ_CODEC_J2K, 3, 8, 1},
                         no_transform = {OPJ_CODEC_JP2, 3, 8, 0}, grey = {OPJ_CODEC_JP2, 1, 8, 0},
                         fine_grey = {OPJ_CODEC_JP2, 1, 12, 0};

static void is_the_lightness_of(const struct kind *k)
{
    CLEANUP(grey_fini) struct grey g = {0};
    CLEANUP(mem_freep) struct file *f = encoded(k);
    assert_true(jpx_grey(f->bytes, f->n, &g));
    assert_int_equal(g.w, W);
    assert_int_equal(g.h, H);
    for (int at = 0; at < W * H; at++) {
        int x = at % W, y = at / W;
        int want = k->components == 1 ? shade(x, y, 0)
                                      : (shade(x, y, 0) + 2 * shade(x, y, 1) + shade(x, y, 2)) / 4;
        assert_int_equal(g.px[y * g.stride + x], want);
    }
}

static void a_coloured_one_comes_as_its_lightness(void **state)
{
    (void)state;
    is_the_lightness_of(&colour);
    is_the_lightness_of(&bare_colour);
}

static void a_grey_one_comes_as_it_is(void **state)
{
    (void)state;
    is_the_lightness_of(&grey);
    is_the_lightness_of(&fine_grey);
}

static void is_left(const struct file *f)
{
    struct grey g = {0};
    assert_false(jpx_grey(f->bytes, f->n, &g));
    assert_null(g.px);
}

/* Red alone is not how light it is. */
static void colours_without_a_transform_are_left(void **state)
{
    (void)state;
    CLEANUP(mem_freep) struct file *f = encoded(&no_transform);
    is_left(f);
}

static void what_is_cut_off_is_left(void **state)
{
    (void)state;
    CLEANUP(mem_freep) struct file *f = encoded(&colour);
    size_t whole = f->n;
    for (f->n = 0; f->n < whole - 2; f->n++)
        is_left(f);
}

static size_t place_of(const struct file *f, const char *word)
{
    const uint8_t *p = memmem(f->bytes, f->n, word, strlen(word));
    assert_non_null(p);
    return (size_t)(p - f->bytes);
}

/* A palette box of one shade in front of the header's last box. */
static void indices_of_a_palette_are_left(void **state)
{
    static const uint8_t palette[] = {0, 0, 0, 13, 'p', 'c', 'l', 'r', 0, 1, 1, 7, 0};
    (void)state;
    CLEANUP(mem_freep) struct file *f = encoded(&grey);
    size_t at = place_of(f, "colr") - 4, header = place_of(f, "jp2h") - 4;
    memmove(f->bytes + at + sizeof palette, f->bytes + at, f->n - at);
    memcpy(f->bytes + at, palette, sizeof palette);
    f->n += sizeof palette;
    f->bytes[header + 3] = (uint8_t)(f->bytes[header + 3] + sizeof palette);
    is_left(f);
}

/* Components of the picture that MuPDF finds decoded; 0: it will have to decode it. words: what the
 * PDF says of it. */
static int decoded(const struct kind *k, const char *words)
{
    struct buf pdf CLEANUP(buf_fini) = {0};
    char all[256];
    CLEANUP(mem_freep) struct file *f = encoded(k);
    snprintf(all, sizeof all, "/Filter/JPXDecode%s", words);
    made_pdf(W, H, all, f->bytes, f->n, &pdf);
    fz_context *ctx = quiet_context();
    struct opened o = open_pdf(ctx, &pdf);
    pdf_jpx(ctx, o.page);
    pdf_obj *picture = pdf_new_indirect(ctx, pdf_specifics(ctx, o.doc), PICTURE_NO, 0);
    fz_image *image = pdf_find_item(ctx, fz_drop_image_imp, picture);
    int n = image ? image->n : 0;
    fz_drop_image(ctx, image);
    pdf_drop_obj(ctx, picture);
    close_pdf(&o);
    fz_drop_context(ctx);
    return n;
}

static void a_page_that_is_a_plain_scan_is_decoded_in_grey(void **state)
{
    static const char *const plain[] = {"", "/ColorSpace/DeviceRGB", "/ColorSpace/DeviceGray",
                                        "/ColorSpace[/CalRGB<</WhitePoint[1 1 1]>>]",
                                        "/BitsPerComponent 8"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(plain); i++)
        assert_int_equal(decoded(&colour, plain[i]), 1);
}

static void a_scan_that_is_not_to_be_shown_as_it_is_is_left(void **state)
{
    static const char *const others[] = {
        "/Decode[1 0 1 0 1 0]",
        "/SMaskInData 1",
        "/Mask[0 1 0 1 0 1]",
        "/ImageMask true",
        "/ColorSpace[/Indexed/DeviceRGB 1<000000ffffff>]",
        "/ColorSpace/DeviceCMYK",
        "/ColorSpace[/Separation/Ink/DeviceGray<</FunctionType 2/Domain[0 1]/N 1>>]",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        assert_int_equal(decoded(&colour, others[i]), 0);
    assert_int_equal(decoded(&no_transform, ""), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_coloured_one_comes_as_its_lightness),
        cmocka_unit_test(a_grey_one_comes_as_it_is),
        cmocka_unit_test(colours_without_a_transform_are_left),
        cmocka_unit_test(what_is_cut_off_is_left),
        cmocka_unit_test(indices_of_a_palette_are_left),
        cmocka_unit_test(a_page_that_is_a_plain_scan_is_decoded_in_grey),
        cmocka_unit_test(a_scan_that_is_not_to_be_shown_as_it_is_is_left),
    };
    return cmocka_run_group_tests_name("qr/image_jpx", tests, NULL, NULL);
}
