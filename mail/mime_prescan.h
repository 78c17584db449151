/* SPDX-License-Identifier: AGPL-3.0-or-later
 * One pass over the raw bytes before GMime sees them. GMime keeps every header line and every part
 * as objects, some hundred bytes for each of the mail's: 24 MB of header lines cost it 4.6 GB. So
 * what is beyond the limits is cut out here, and only the rest is parsed. */
#ifndef MAIL_MIME_PRESCAN_H
#define MAIL_MIME_PRESCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PRESCAN_HEADER_LINES_MAX = 20000, /* in all blocks; real mail stays under 400 a message */
    PRESCAN_DASH_LINES_MAX = 10000,   /* lines that begin with "--"; real mail stays under 60 */
    PRESCAN_COLONS_MAX = 2000,   /* ":" in one field: GMime recurses for each group of addresses */
    PRESCAN_IDLE_MAX = 64 << 10, /* bytes before the first or behind the last boundary */
    PRESCAN_NULS_MAX = 64,
    PRESCAN_PIECES_MAX = 16, /* stretches that are parsed, with overlong headers between */
};

struct prescan {
    struct prescan_piece {
        int64_t start, end;   /* bytes */
        bool line_end_before; /* an empty line is missing there and to be put in */
    } pieces[PRESCAN_PIECES_MAX];
    size_t n_pieces;
    int64_t body;     /* where the first header block has ended; the end where there is none */
    int64_t end;      /* what is parsed ends here: the file's end, or where a limit was met */
    int64_t size;     /* the file's end */
    bool header_cut;  /* a header block was over MAIL_HEADER_MAX, or there were too many lines */
    bool dashes_cut;  /* too many lines that may be boundaries */
    bool idle_cut;    /* text that belongs to no part was too long */
    bool header_junk; /* a line in a header block was no field */
    int64_t nuls[PRESCAN_NULS_MAX]; /* where header blocks hold NULs: GMime reads up to the first */
    size_t n_nuls;
    bool has_line_ends;  /* there is a LF somewhere */
    bool has_doubled_cr; /* the first line ends in CR CR LF, as all do where a gateway did it */
};

/* Reads n bytes or less; 0 at the end. */
typedef size_t prescan_read_fn(void *user, void *bytes, size_t n);

void prescan(prescan_read_fn *read, void *user, struct prescan *out);

#endif
