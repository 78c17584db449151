/* SPDX-License-Identifier: AGPL-3.0-or-later
 * ZXing-C++ behind one small door: its C interface changes between releases, ours does not. */
#ifndef QR_ZXING_H
#define QR_ZXING_H

#include "base/arena.h"
#include "qr/grey.h"
#include "qr/zxing_sequence.h"

enum { ZXING_HITS_MAX = 256 }; /* of one picture */

struct zxing_ask {
    bool more_formats; /* DataMatrix, Aztec and PDF417 too */
    bool errors;       /* report what was seen but not decoded as well */
    bool pure;         /* the picture is one upright symbol and nothing else */
    bool histogram;    /* one threshold for all instead of local ones: flat, pale pictures */
    bool invert;       /* light on dark too */
    bool downscale;    /* large symbols in large pictures too */
};

struct zxing_hit {
    bool valid;           /* false: seen, located, not decoded */
    bool has_eci;         /* the code names its character set: text is right */
    char format[16];      /* "QRCode"… */
    const uint8_t *bytes; /* as encoded; NULL when not valid */
    int n_bytes;
    const char *text;               /* UTF-8 by the decoder's own guess */
    struct zxing_sequence sequence; /* n_parts 0: a code by itself */
    struct point corner[4];         /* pixels: top left, top right, bottom right, bottom left */
};

struct zxing_hits {
    struct zxing_hit *hit;
    int n;
};

/* Find the codes in one picture.
 * out  in the decoder's order; lives in a; may be 0; at most ZXING_HITS_MAX */
void zxing_read(struct arena *a, const struct grey *img, const struct zxing_ask *ask,
                struct zxing_hits *out);

#endif
