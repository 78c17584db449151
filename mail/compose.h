/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Writing a mail: headers from cleaned text only, MIME parts, base64. The bytes are the same for
 * the same input: boundaries come from the Message-ID. */
#ifndef MAIL_COMPOSE_H
#define MAIL_COMPOSE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include <stdint.h>

struct compose_file {
    const char *filename; /* UTF-8, any letters: written by RFC 2231 and RFC 2047 */
    const char *type;     /* "application/pdf" */
    const char
        *content_id; /* without brackets: an inline picture of the HTML; NULL: an attachment */
    const void *bytes;
    size_t n_bytes;
};

struct compose {
    const char *from_name, *from_addr;
    const char *const *to; /* addresses, checked by address_valid */
    size_t n_to;
    const char *subject;
    int64_t date_us;
    const char *message_id;  /* with brackets */
    const char *in_reply_to; /* with brackets, or NULL */
    const char *references;  /* or NULL */
    bool auto_replied;       /* Auto-Submitted: auto-replied; else auto-generated */
    const char *text;        /* plain text, LF lines */
    const char *html;        /* or NULL */
    const struct compose_file *files;
    size_t n_files;
};

/* The whole mail with CRLF lines, no line over 998 bytes.
 * err  REFUSE an address is not one (the sentence names it) */
bool compose_mail(const struct compose *c, struct buf *out, struct err *err) MUST_CHECK;

/* The grammar of addresses that we send to: an allow-list (no quotes, no comments, no controls);
 * UTF-8 local parts are allowed (SMTPUTF8). */
bool address_valid(const char *addr);

#endif
