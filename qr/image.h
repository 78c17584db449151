/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Picture files → grey pages. One reader per format, each straight to grey, each asking for the
 * dimensions before it decodes. */
#ifndef QR_IMAGE_H
#define QR_IMAGE_H

#include "base/err.h"
#include "qr/grey.h"
#include "qr/scan.h"
#include <stddef.h>

enum {
    IMAGE_SIDE_MAX = 65500, /* pixels; JPEG's own limit */
    IMAGE_FRAMES_MAX = 200, /* pictures in one GIF */
};

struct picture {
    struct grey grey;
    int orientation; /* 1-8 as in EXIF and TIFF: how the stored rows are to be turned */
    double dpi;      /* 0 where the file does not say */
    bool one_bit;    /* black and white: no camera writes that */
};

/* Called with each page; the picture is freed by the caller of it. false: enough, stop. */
typedef bool image_page_fn(void *user, const struct picture *p);

struct image_job {
    const uint8_t *bytes;
    size_t n_bytes;
    image_page_fn *page;
    void *user;
};

/* Read every page. out  SCAN_NONE: all pixels came out; else SCAN_DAMAGED, SCAN_ENCRYPTED or
 * SCAN_LIMIT and err has the reason (its kind has no meaning); pages before it were handed on. */
typedef enum scan_state image_fn(const struct image_job *job, struct err *err);

image_fn image_jpeg, image_png, image_tiff, image_webp, image_gif, image_heic, image_jpx;
image_fn image_other; /* BMP, PNM and what image_jpx leaves, by MuPDF: pdf_picture.c */

/* false, and err says so, where a picture of this size is not to be decoded. */
bool image_size_ok(uint64_t w, uint64_t h, struct err *err) MUST_CHECK;

/* SCAN_DAMAGED with the reason. */
enum scan_state image_damaged(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* A JPEG inside something else (PDF), smaller by eighths as long as it stays over min_w pixels wide
 * (0: as it is). false: not to be had as grey this way; what came before a cut-off end is kept and
 * *whole_out is false. The grey is the caller's. */
bool jpeg_grey(const uint8_t *p, size_t n, int min_w, struct grey *out, int *orientation_out,
               double *dpi_out, bool *whole_out, struct err *err) MUST_CHECK;

/* A JPEG 2000, file or bare codestream, as grey: its only component, or the first of three
 * where that is their lightness. false: not to be had this way, or not whole; nothing to free. */
bool jpx_grey(const uint8_t *p, size_t n, struct grey *out) MUST_CHECK;

/* EXIF's orientation out of a TIFF-shaped block; 1 where there is none. */
int exif_orientation(const uint8_t *p, size_t n);
/* Stored pixels → turned pixels; w and h as stored. */
struct affine exif_turn(int orientation, int w, int h);

#endif
