/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Header fields of mails that we write. Every text is cleaned here: no byte of it can end a field
 * or begin another. Lines end in CRLF and stay within 78 columns. */
#ifndef MAIL_COMPOSE_HEADER_H
#define MAIL_COMPOSE_HEADER_H

#include "base/buf.h"
#include <stddef.h>
#include <stdint.h>

enum {
    WORD_COLUMNS_MAX = 75, /* of one encoded word: RFC 2047 2 */
    LINE_COLUMNS = 76,     /* that we aim at */
    ID_BYTES_MAX = 250,    /* of a Message-ID that is written; a longer one is left out */
    IDS_MAX = 30,          /* in References; the oldest and the newest stay */
};

/* "Name: text", plain where it is short ASCII, else as encoded words cut at whole letters. */
void header_text(struct buf *out, const char *name, const char *text);

/* "Name: phrase <addr>", or the address alone where phrase is NULL or "". addr is valid. */
void header_mailbox(struct buf *out, const char *name, const char *phrase, const char *addr);

/* "Name: a, b", one address a line. They are valid. */
void header_addresses(struct buf *out, const char *name, const char *const *addrs, size_t n);

/* "Name: <id> <id>": what is no Message-ID is left out; without one, no field. */
void header_ids(struct buf *out, const char *name, const char *ids);

/* "Date: Mon, 15 Mar 2021 10:05:00 +0700" */
void header_date(struct buf *out, int64_t us);

/* "; name=…" behind a value, on lines of its own: quoted ASCII, or RFC 2047 for those who know only
 * that and RFC 2231 for everyone else. */
void header_file_name(struct buf *out, const char *param, const char *text);

#endif
