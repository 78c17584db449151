/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The parts of messages that take several codes, wherever in the document they lie → one code a
 * message (structured append; ISO/IEC 18004, 8). */
#ifndef QR_JOIN_H
#define QR_JOIN_H

#include "qr/scan.h"

/* codes: as they were read, each with its part. out  every code by itself, and each message where
 * its first part lies; in the order of codes. Lives in a, n_out at most n */
struct scan_code *join_parts(struct arena *a, const struct scan_code *codes, uint32_t n,
                             uint32_t *n_out);

#endif
