/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Content-Transfer-Encoding, decoded as it streams by: memory does not grow with the part.
 *
 * Real mailers leave padding out, put it in the middle, and break lines anywhere; what is no letter
 * of the alphabet is passed over, and noted. */
#ifndef MAIL_TRANSFER_H
#define MAIL_TRANSFER_H

#include "base/buf.h"
#include <stdbool.h>
#include <stdint.h>

enum transfer {
    TRANSFER_PLAIN, /* 7bit, 8bit, binary, none */
    TRANSFER_BASE64,
    TRANSFER_QUOTED,
    TRANSFER_UU,
    TRANSFER_UNKNOWN, /* bytes as they are */
};

enum { TRANSFER_HOLD = 256 }; /* bytes of one line that may wait for the next feed */

struct transfer_state { /* private; transfer_init gives the start */
    enum transfer kind;
    uint32_t acc;             /* base64: bits of the open quantum */
    uint8_t n_acc;            /* base64: letters in it, 0-3 */
    bool closed;              /* base64: padding or an empty line was seen; see transfer.c */
    bool line_empty;          /* base64: nothing in the line so far */
    bool uu_open;             /* uuencode: between begin and end */
    bool broken;              /* something was no part of the encoding */
    char hold[TRANSFER_HOLD]; /* quoted-printable, uuencode: the unfinished line */
    size_t n_hold;
};

/* The encoding that a Content-Transfer-Encoding token names; NULL or "" is TRANSFER_PLAIN. */
enum transfer transfer_from_token(const char *token);

void transfer_init(struct transfer_state *s, enum transfer kind);

/* Append the decoding of n more bytes. */
void transfer_feed(struct transfer_state *s, const void *bytes, size_t n, struct buf *out);

/* Append what was still open. The state is then as after transfer_init, but for broken. */
void transfer_end(struct transfer_state *s, struct buf *out);

/* Value of a hexadecimal digit, -1 where it is none. */
int hex_digit(char c);

#endif
