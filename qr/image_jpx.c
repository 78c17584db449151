/* SPDX-License-Identifier: AGPL-3.0-or-later
 * JPEG 2000 → grey without its colours: where three components were made of red, green and blue,
 * the first is how light they are together, and the other two need not be decoded. */
#include "qr/image.h"
#include <openjpeg.h>
#include <string.h>

enum { COLOURS = 3, BITS_MAX = 16, J2K_START = 0xff };

struct source {
    const uint8_t *bytes;
    size_t n, at;
};

static OPJ_SIZE_T read_bytes(void *to, OPJ_SIZE_T n, void *source)
{
    struct source *s = source;
    if (n > s->n - s->at)
        n = s->n - s->at;
    if (!n)
        return (OPJ_SIZE_T)-1; /* its word for the end */
    memcpy(to, s->bytes + s->at, n);
    s->at += n;
    return n;
}

static OPJ_BOOL seek_to(OPJ_OFF_T at, void *source)
{
    struct source *s = source;
    if (at < 0 || (uint64_t)at > s->n)
        return OPJ_FALSE;
    s->at = (size_t)at;
    return OPJ_TRUE;
}

static OPJ_OFF_T skip_bytes(OPJ_OFF_T n, void *source)
{
    struct source *s = source;
    return n >= 0 && (uint64_t)n <= s->n - s->at && seek_to((OPJ_OFF_T)s->at + n, s) ? n : -1;
}

static void stream_freep(opj_stream_t **s)
{
    if (*s)
        opj_stream_destroy(*s);
}

static void codec_freep(opj_codec_t **c)
{
    if (*c)
        opj_destroy_codec(*c);
}

static void image_freep(opj_image_t **i)
{
    opj_image_destroy(*i);
}

static void info_freep(opj_codestream_info_v2_t **i)
{
    opj_destroy_cstr_info(i);
}

static opj_stream_t *stream_new(struct source *s)
{
    opj_stream_t *stream = opj_stream_default_create(OPJ_TRUE);
    if (!stream)
        return NULL;
    opj_stream_set_user_data(stream, s, NULL);
    opj_stream_set_user_data_length(stream, s->n);
    opj_stream_set_read_function(stream, read_bytes);
    opj_stream_set_seek_function(stream, seek_to);
    opj_stream_set_skip_function(stream, skip_bytes);
    return stream;
}

/* A codec that has read the header; NULL where it cannot. */
static opj_codec_t *codec_new(const struct source *s, opj_stream_t *stream, opj_image_t **image_out)
{
    opj_dparameters_t parameters;
    bool bare = s->n && s->bytes[0] == J2K_START;
    opj_codec_t *codec = opj_create_decompress(bare ? OPJ_CODEC_J2K : OPJ_CODEC_JP2);
    opj_set_default_decoder_parameters(&parameters);
    if (codec && opj_setup_decoder(codec, &parameters) && opj_read_header(stream, codec, image_out))
        return codec;
    codec_freep(&codec);
    return NULL;
}

/* A palette is a box before the codestream: what is decoded then are not shades. */
static bool has_palette(const struct source *s)
{
    const uint8_t *end = memmem(s->bytes, s->n, "\xff\x4f\xff\x51", 4);
    return memmem(s->bytes, end ? (size_t)(end - s->bytes) : s->n, "pclr", 4) != NULL;
}

/* One component, or three with the colour transform that makes the first their lightness? */
static bool is_lightness_first(opj_codec_t *codec, const opj_image_t *image)
{
    CLEANUP(info_freep) opj_codestream_info_v2_t *info = opj_get_cstr_info(codec);
    return info && (image->numcomps == 1 ||
                    (image->numcomps == COLOURS && info->m_default_tile_info.mct == 1));
}

static bool is_plain(const opj_image_t *image)
{
    const opj_image_comp_t *c = image->comps;
    struct err err;
    return c->dx == 1 && c->dy == 1 && !c->sgnd && c->prec >= 8 && c->prec <= BITS_MAX &&
           image_size_ok(image->x1 - image->x0, image->y1 - image->y0, &err);
}

static bool decode_first(opj_codec_t *codec, opj_stream_t *stream, opj_image_t *image)
{
    OPJ_UINT32 first = 0;
    return (image->numcomps == 1 || opj_set_decoded_components(codec, 1, &first, OPJ_FALSE)) &&
           opj_decode(codec, stream, image) && opj_end_decompress(codec, stream) &&
           image->comps[0].data;
}

static struct grey grey_of(const opj_image_comp_t *c)
{
    struct grey g = grey_new((int)c->w, (int)c->h);
    unsigned shift = c->prec - 8;
    for (ptrdiff_t i = 0, n = (ptrdiff_t)g.w * g.h; i < n; i++)
        g.px[i] = (uint8_t)(c->data[i] >> shift);
    return g;
}

bool jpx_grey(const uint8_t *p, size_t n, struct grey *out)
{
    struct source source = {p, n, 0};
    CLEANUP(stream_freep) opj_stream_t *stream = stream_new(&source);
    CLEANUP(image_freep) opj_image_t *image = NULL;
    CLEANUP(codec_freep)
    opj_codec_t *codec = stream ? codec_new(&source, stream, &image) : NULL;
    if (!codec || has_palette(&source) || !is_lightness_first(codec, image) || !is_plain(image) ||
        !decode_first(codec, stream, image))
        return false;
    *out = grey_of(&image->comps[0]);
    return true;
}

enum scan_state image_jpx(const struct image_job *job, struct err *err)
{
    CLEANUP(grey_fini) struct grey g = {0};
    if (!jpx_grey(job->bytes, job->n_bytes, &g))
        return image_other(job, err);
    const struct picture p = {.grey = g, .orientation = 1};
    job->page(job->user, &p);
    return SCAN_NONE;
}
