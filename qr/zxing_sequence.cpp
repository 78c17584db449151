/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The one file in the decoder's own language: behind its C interface a ZXing_Barcode is this. */
#include "qr/zxing_sequence.h"
#include <ZXing/Barcode.h>
#include <cstdio>

bool zxing_sequence_of(const void *barcode, struct zxing_sequence *out)
{
    const auto *b = static_cast<const ZXing::Barcode *>(barcode);
    const int part = b->sequenceIndex(), n_parts = b->sequenceSize();
    if (n_parts < 2 || n_parts > ZXING_SEQUENCE_PARTS_MAX || part < 0 || part >= n_parts)
        return false;
    out->part = part;
    out->n_parts = n_parts;
    std::snprintf(out->id, sizeof out->id, "%s", b->sequenceId().c_str());
    return true;
}
