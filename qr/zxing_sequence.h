/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Which part of a longer message is a code? ISO/IEC 18004 calls it structured append. The decoder
 * knows, its C interface does not say: zxing_sequence.cpp asks it in its own language. */
#ifndef QR_ZXING_SEQUENCE_H
#define QR_ZXING_SEQUENCE_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    ZXING_SEQUENCE_ID_BYTES = 32,
    ZXING_SEQUENCE_PARTS_MAX = 1000, /* QR has 16 at most, PDF417 may claim 99,999 */
};

struct zxing_sequence {
    int part;                         /* from 0 */
    int n_parts;                      /* 2 or more */
    char id[ZXING_SEQUENCE_ID_BYTES]; /* what all parts share; QR: the parity, in decimal */
};

/* barcode: a ZXing_Barcode. false: a code by itself, or a part of
 * nobody knows how many, or of more than any document here holds. */
bool zxing_sequence_of(const void *barcode, struct zxing_sequence *out);

#ifdef __cplusplus
}
#endif

#endif
