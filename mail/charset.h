/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Bytes in the charset that a mail claims → UTF-8 that can be stored and shown.
 *
 * Every Thai label (tis-620, iso-8859-11, windows-874, cp874 …) is read as windows-874, which is
 * what Thai mailers write whatever they call it. A charset that is not on our list is never looked
 * up by name: the name is a stranger's, and in the sandbox no module could be loaded for it. */
#ifndef MAIL_CHARSET_H
#define MAIL_CHARSET_H

#include "base/buf.h"
#include <stdbool.h>

enum { CHARSET_LABEL_MAX = 40 }; /* bytes of a label; a longer one is unknown */

enum charset_use {
    CHARSET_HEADER, /* one line: tabs become blanks, every other control U+FFFD */
    CHARSET_TEXT,   /* lines: tab and LF stay, CRLF becomes LF, every other control U+FFFD */
};

/* Append n bytes, decoded. Never fails: what cannot be decoded becomes U+FFFD.
 * label  as the mail says it; NULL, empty, unknown or lying: UTF-8 where the bytes are that, else
 *        windows-874
 * out    grows by valid UTF-8 without controls
 * see    RFC 2978; domain: Thai legacy bytes are windows-874 */
void charset_decode(struct buf *out, const char *label, const void *bytes, size_t n,
                    enum charset_use use);

/* True for a label whose decoder is on our list. */
bool charset_known(const char *label);

/* Load every decoder once, before the sandbox closes the file system. */
void charset_warm_up(void);

#endif
