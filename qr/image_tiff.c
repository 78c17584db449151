/* SPDX-License-Identifier: AGPL-3.0-or-later
 * TIFF → grey, every directory a page. Black and white or grey strips are read line by line;
 * everything else goes through libtiff's own RGBA reader. */
#include "qr/image.h"
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

struct bytes {
    const uint8_t *p;
    size_t n, at;
};

static tmsize_t on_read(thandle_t user, void *to, tmsize_t n)
{
    struct bytes *b = user;
    size_t left = b->at < b->n ? b->n - b->at : 0, take = (size_t)n < left ? (size_t)n : left;
    memcpy(to, b->p + (take ? b->at : 0), take);
    b->at += take;
    return (tmsize_t)take;
}

static tmsize_t on_write(thandle_t user, void *p, tmsize_t n)
{
    (void)user, (void)p, (void)n;
    return -1;
}

static toff_t on_seek(thandle_t user, toff_t to, int whence)
{
    struct bytes *b = user;
    b->at = (size_t)(whence == SEEK_CUR ? b->at + to : whence == SEEK_END ? b->n + to : to);
    return b->at;
}

static int on_close(thandle_t user)
{
    (void)user;
    return 0;
}

static toff_t on_size(thandle_t user)
{
    return ((const struct bytes *)user)->n;
}

static int on_map(thandle_t user, void **p, toff_t *n)
{
    const struct bytes *b = user;
    union {
        const uint8_t *from;
        void *to;
    } u = {.from = b->p}; /* libtiff only reads what is mapped */
    *p = u.to;
    *n = b->n;
    return 1;
}

static void on_unmap(thandle_t user, void *p, toff_t n)
{
    (void)user, (void)p, (void)n;
}

static int on_trouble(TIFF *t, void *user, const char *module, const char *fmt, va_list args)
{
    (void)t, (void)user, (void)module, (void)fmt, (void)args;
    return 1; /* said; the calls' results are looked at */
}

static void tiff_closep(TIFF **t)
{
    if (*t)
        TIFFClose(*t);
}

static void options_freep(TIFFOpenOptions **o)
{
    TIFFOpenOptionsFree(*o);
}

static TIFF *open_bytes(struct bytes *b)
{
    enum { ALLOC_MAX = 512 << 20 };
    CLEANUP(options_freep)
    TIFFOpenOptions *o = TIFFOpenOptionsAlloc();
    TIFFOpenOptionsSetErrorHandlerExtR(o, on_trouble, NULL);
    TIFFOpenOptionsSetWarningHandlerExtR(o, on_trouble, NULL);
    TIFFOpenOptionsSetMaxSingleMemAlloc(o, ALLOC_MAX);
    return TIFFClientOpenExt("document", "r", b, on_read, on_write, on_seek, on_close, on_size,
                             on_map, on_unmap, o);
}

struct shape {
    uint32_t w, h;
    uint16_t bits, samples, photometric;
};

static struct shape shape_of(TIFF *t)
{
    struct shape s = {0};
    TIFFGetField(t, TIFFTAG_IMAGEWIDTH, &s.w);
    TIFFGetField(t, TIFFTAG_IMAGELENGTH, &s.h);
    TIFFGetFieldDefaulted(t, TIFFTAG_BITSPERSAMPLE, &s.bits);
    TIFFGetFieldDefaulted(t, TIFFTAG_SAMPLESPERPIXEL, &s.samples);
    if (!TIFFGetField(t, TIFFTAG_PHOTOMETRIC, &s.photometric))
        s.photometric = PHOTOMETRIC_MINISWHITE;
    return s;
}

static bool is_plain(TIFF *t, const struct shape *s)
{
    return !TIFFIsTiled(t) && s->samples == 1 && (s->bits == 1 || s->bits == 8) &&
           (s->photometric == PHOTOMETRIC_MINISWHITE || s->photometric == PHOTOMETRIC_MINISBLACK);
}

static void line_to_grey(const struct shape *s, const struct grey_bits *table, const uint8_t *line,
                         uint8_t *to)
{
    if (s->bits == 1) {
        grey_bits_row(table, line, (int)s->w, to);
        return;
    }
    uint8_t flip = s->photometric == PHOTOMETRIC_MINISWHITE ? 255 : 0;
    for (uint32_t x = 0; x < s->w; x++)
        to[x] = line[x] ^ flip;
}

/* Lines up to the first that cannot be read; the rest stays white. */
static bool read_lines(TIFF *t, const struct shape *s, struct grey *g)
{
    static const uint8_t shades[2][2] = {{0, 255}, {255, 0}};
    tmsize_t n = TIFFScanlineSize(t);
    struct grey_bits table;
    if (n < (tmsize_t)((uint64_t)s->w * s->bits + 7) / 8)
        return false;
    CLEANUP(mem_freep)
    uint8_t *line = malloc((size_t)n);
    if (!line)
        abort();
    grey_bits_set(&table, shades[s->photometric == PHOTOMETRIC_MINISWHITE]);
    for (uint32_t y = 0; y < s->h; y++) {
        if (TIFFReadScanline(t, line, y, 0) != 1)
            return false;
        line_to_grey(s, &table, line, g->px + (size_t)y * (size_t)g->stride);
    }
    return true;
}

static bool read_colours(TIFF *t, const struct shape *s, struct grey *g)
{
    CLEANUP(mem_freep)
    uint32_t *px = calloc((size_t)s->w * s->h, sizeof *px);
    if (!px)
        abort();
    bool ok = TIFFReadRGBAImageOriented(t, s->w, s->h, px, ORIENTATION_TOPLEFT, 0) == 1;
    for (size_t i = 0; i < (size_t)s->w * s->h; i++) {
        uint32_t v = 77 * TIFFGetR(px[i]) + 150 * TIFFGetG(px[i]) + 29 * TIFFGetB(px[i]);
        g->px[i] = (uint8_t)(255 - (255 - (v >> 8)) * TIFFGetA(px[i]) / 255);
    }
    return ok;
}

static double dpi_of(TIFF *t)
{
    float x = 0;
    uint16_t unit = RESUNIT_INCH;
    TIFFGetField(t, TIFFTAG_XRESOLUTION, &x);
    TIFFGetFieldDefaulted(t, TIFFTAG_RESOLUTIONUNIT, &unit);
    double dpi = unit == RESUNIT_CENTIMETER ? (double)x * 2.54 : (double)x;
    return dpi > 0 && dpi < 10000 ? dpi : 0;
}

static enum scan_state read_page(const struct image_job *job, TIFF *t, bool *enough,
                                 struct err *err)
{
    struct shape s = shape_of(t);
    if (!image_size_ok(s.w, s.h, err))
        return s.w && s.h ? SCAN_LIMIT : SCAN_DAMAGED;
    uint16_t orientation = ORIENTATION_TOPLEFT;
    TIFFGetFieldDefaulted(t, TIFFTAG_ORIENTATION, &orientation);
    TIFFSetField(t, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT); /* rows as stored; we turn */
    CLEANUP(grey_fini)
    struct grey g = grey_new((int)s.w, (int)s.h);
    memset(g.px, 255, (size_t)s.w * s.h);
    bool whole = is_plain(t, &s) ? read_lines(t, &s, &g) : read_colours(t, &s, &g);
    struct picture p = {
        .grey = g, .orientation = orientation, .dpi = dpi_of(t), .one_bit = s.bits == 1};
    *enough = !job->page(job->user, &p);
    return whole ? SCAN_NONE : image_damaged(err, "TIFF: a page's pixels cannot all be read");
}

enum scan_state image_tiff(const struct image_job *job, struct err *err)
{
    struct bytes bytes = {job->bytes, job->n_bytes, 0};
    CLEANUP(tiff_closep)
    TIFF *t = open_bytes(&bytes);
    if (!t)
        return image_damaged(err, "TIFF: its header cannot be read");
    enum scan_state worst = SCAN_NONE;
    bool enough = false;
    do {
        struct err why;
        enum scan_state state = read_page(job, t, &enough, &why);
        if (state != SCAN_NONE && worst != SCAN_LIMIT) {
            worst = state;
            *err = why;
        }
    } while (!enough && TIFFReadDirectory(t));
    return worst;
}
