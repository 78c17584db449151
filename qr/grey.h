/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A grey picture, the few things done to one before it is read, and where its pixels lie on the
 * page. */
#ifndef QR_GREY_H
#define QR_GREY_H

#include "base/cleanup.h"
#include <stdbool.h>
#include <stdint.h>

/* 0 = black. A picture from grey_new owns its pixels; one from grey_crop looks into another's. */
struct grey {
    uint8_t *px; /* stride * h bytes, row by row */
    int w, h, stride;
};

struct point {
    double x, y;
};

struct rect {
    int x0, y0, x1, y1; /* x1 and y1 outside */
};

/* x' = a*x + c*y + e, y' = b*x + d*y + f, as in PDF. */
struct affine {
    double a, b, c, d, e, f;
};

/* Unset pixels; aborts where memory ends. w and h ≥ 1, w*h ≤ SCAN_PX_MAX * 16. */
struct grey grey_new(int w, int h);
void grey_fini(struct grey *g); /* frees, leaves it empty; also the CLEANUP */

/* A view, r cut to the picture; never grey_fini it. */
struct grey grey_crop(const struct grey *g, struct rect r);
bool rect_is_empty(struct rect r);
struct rect rect_cut(struct rect r, int w, int h);
struct rect rect_join(struct rect p, struct rect q);
bool rect_touch(struct rect p, struct rect q);

/* A picture of its own; inverted: black for white. */
struct grey grey_copy(const struct grey *g, bool inverted);
/* Unsharp mask: v + amount_2 / 2 * (v - mean of the 5 x 5 around). */
struct grey grey_sharpen(const struct grey *g, int amount_2);
/* Twice as wide and high, bicubic (Keys, a = -0.5). */
struct grey grey_double(const struct grey *g);
/* Each pixel repeated times × times, with a white border: small drawn pictures of a code. */
struct grey grey_repeat(const struct grey *g, int times, int border_px);
/* Half as wide and high, mean of 2 × 2. */
struct grey grey_halve(const struct grey *g);
/* The lightest of the 3 x 3 around, in place of each pixel: ink that a copier spread goes back. */
struct grey grey_lighten(const struct grey *g);
/* Mean of the (2r+1)² around (r at most 7), in place of each pixel: the paper under the ink. */
struct grey grey_mean(const struct grey *g, int r);

/* Pixels of one bit, the leftmost in its byte's highest, row by row as they come: shade says what 0
 * and 1 are. */
struct grey_bits {
    uint64_t eight[256]; /* the pixels of each byte */
};
void grey_bits_set(struct grey_bits *b, const uint8_t shade[2]);
void grey_bits_row(const struct grey_bits *b, const uint8_t *bits, int w, uint8_t *to);

/* Are all pixels but a few black or white? */
bool grey_has_two_tones(const struct grey *g);

/* Of a number that an int can hold; floor is a call. */
static inline int floor_int(double v)
{
    int i = (int)v;
    return i - (v < i);
}

struct point affine_point(const struct affine *m, double x, double y);
/* first, then second */
struct affine affine_join(const struct affine *first, const struct affine *second);

#endif
