/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the scanning child and its parent say to each other: scan_child.c writes, scan.c reads and
 * checks every number again. Numbers are little endian, doubles as in memory (one machine). */
#ifndef QR_SCAN_FRAMES_H
#define QR_SCAN_FRAMES_H

#include "base/child.h"

enum {
    FRAME_CODE = 'C',  /* page, format, member, x, y, corners, text, bytes, part, n_parts, sequence,
                        ECI */
    FRAME_PAGE = 'P',  /* steps, width, height, n_codes; after its codes */
    FRAME_END = 'E',   /* state, type, why, CPU µs of load, draw, read; last */
    FRAME_SHEET = 'S', /* page, width, height, scale: a preview follows */
    FRAME_ROWS = 'R',  /* whole rows of it, from the top on */
};

/* Bytes of a sentence and of a member's path; the child cuts, the parent refuses more. */
enum { SCAN_WHY_BYTES_MAX = 1024, SCAN_MEMBER_BYTES_MAX = 4096, SCAN_SEQUENCE_BYTES_MAX = 32 };

enum { SCAN_CHILD_BROKEN = 3 }; /* exit status: the parent broke its word */

/* Followed by the document's name and a NUL. */
struct scan_request {
    uint32_t more_formats;
    uint32_t preview_page;
};

child_fn scan_child;

#endif
