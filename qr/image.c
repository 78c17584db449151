/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Which picture is it, and its pages through the cascade. */
#include "qr/image.h"
#include "qr/cascade.h"
#include "qr/document.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool is_bmp(const uint8_t *p, size_t n);
static bool is_heic(const uint8_t *p, size_t n);
static bool is_pnm(const uint8_t *p, size_t n);

static const struct {
    const char *type;
    const char *magic; /* NULL: ask is */
    size_t n, at;
    bool (*is)(const uint8_t *p, size_t n);
    image_fn *read;
} types[] = {
    {"image/jpeg", "\xff\xd8\xff", 3, 0, NULL, image_jpeg},
    {"image/png", "\x89PNG\r\n\x1a\n", 8, 0, NULL, image_png},
    {"image/tiff", "II*\0", 4, 0, NULL, image_tiff},
    {"image/tiff", "MM\0*", 4, 0, NULL, image_tiff},
    {"image/tiff", "II+\0", 4, 0, NULL, image_tiff},
    {"image/tiff", "MM\0+", 4, 0, NULL, image_tiff},
    {"image/webp", "WEBP", 4, 8, NULL, image_webp},
    {"image/gif", "GIF87a", 6, 0, NULL, image_gif},
    {"image/gif", "GIF89a", 6, 0, NULL, image_gif},
    {"image/heic", NULL, 0, 0, is_heic, image_heic},
    {"image/bmp", NULL, 0, 0, is_bmp, image_other},
    {"image/jp2", "\0\0\0\x0cjP  \r\n\x87\n", 12, 0, NULL, image_jpx},
    {"image/jp2", "\xff\x4f\xff\x51", 4, 0, NULL, image_jpx},
    {"image/x-portable-anymap", NULL, 0, 0, is_pnm, image_other},
};

static bool is_bmp(const uint8_t *p, size_t n)
{
    /* "BM" alone opens many a text: the header's own size must be a known one */
    static const uint8_t sizes[] = {12, 40, 52, 56, 64, 108, 124};
    return n > 26 && p[0] == 'B' && p[1] == 'M' && memchr(sizes, p[14], sizeof sizes) &&
           p[15] == 0 && p[16] == 0 && p[17] == 0;
}

static bool is_heic(const uint8_t *p, size_t n)
{
    static const char brands[][5] = {"heic", "heix", "hevc", "heim",
                                     "heis", "mif1", "msf1", "avif"};
    if (n < 12 || memcmp(p + 4, "ftyp", 4) != 0)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(brands); i++) {
        if (memcmp(p + 8, brands[i], 4) == 0)
            return true;
    }
    return false;
}

static bool is_pnm(const uint8_t *p, size_t n)
{
    return n > 8 && p[0] == 'P' && p[1] >= '1' && p[1] <= '6' &&
           (p[2] == '\n' || p[2] == ' ' || p[2] == '\r' || p[2] == '\t');
}

static int type_index(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (types[i].is ? types[i].is(p, n)
                        : n >= types[i].at + types[i].n &&
                              memcmp(p + types[i].at, types[i].magic, types[i].n) == 0)
            return (int)i;
    }
    return -1;
}

const char *image_type(const uint8_t *p, size_t n)
{
    int i = type_index(p, n);
    return i < 0 ? NULL : types[i].type;
}

bool image_size_ok(uint64_t w, uint64_t h, struct err *err)
{
    if (w == 0 || h == 0)
        return err_set(err, ERR_REFUSE, "the picture has no pixels");
    if (w > IMAGE_SIDE_MAX || h > IMAGE_SIDE_MAX || w * h > SCAN_PX_MAX)
        return err_set(err, ERR_REFUSE, "a picture of %llu x %llu pixels is larger than the limit",
                       (unsigned long long)w, (unsigned long long)h);
    return true;
}

enum scan_state image_damaged(struct err *err, const char *fmt, ...)
{
    char why[200];
    va_list args;
    va_start(args, fmt);
    vsnprintf(why, sizeof why, fmt, args);
    va_end(args);
    (void)err_set(err, ERR_REFUSE, "%s", why);
    return SCAN_DAMAGED;
}

struct image_scan {
    const struct document_job *job;
    bool too_many;
    uint32_t n_codes;
};

static bool scan_page(void *user, const struct picture *p)
{
    struct image_scan *s = user;
    if (s->job->tally->n_pages >= SCAN_PAGES_MAX) {
        s->too_many = true;
        return false;
    }
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    struct affine turn = exif_turn(p->orientation, p->grey.w, p->grey.h);
    bool turned = p->orientation >= 5;
    struct cascade *c =
        cascade_new(a, s->job, turned ? p->grey.h : p->grey.w, turned ? p->grey.w : p->grey.h);
    struct cascade_view view = {
        .dpi = p->dpi, .to_page = turn, .what = "picture", .photo = !p->one_bit || p->dpi <= 0};
    cascade_look(c, &p->grey, &view);
    s->n_codes += cascade_hand_over(c, s->job);
    return true;
}

void image_scan(struct arena *a, const struct document_job *job, struct document_verdict *out)
{
    int i = type_index(job->bytes, job->n_bytes);
    struct image_scan s = {.job = job};
    struct err err = {0};
    const struct image_job image = {job->bytes, job->n_bytes, scan_page, &s};
    out->type = types[i].type;
    enum scan_state state = types[i].read(&image, &err);
    if (s.too_many)
        document_say(a, out, SCAN_LIMIT, "more than %d pages", SCAN_PAGES_MAX);
    else if (state != SCAN_NONE)
        document_say(a, out, state, "%s", err.text);
    else
        out->state = s.n_codes ? SCAN_CODES : SCAN_NONE;
}
