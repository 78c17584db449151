/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the files of the parsing child (mime_*.c) share. Nobody else includes it. */
#ifndef MAIL_MIME_WALK_H
#define MAIL_MIME_WALK_H

#include "base/arena.h"
#include "base/buf.h"
#include "mail/frame.h"
#include "mail/mime.h"
#include "mail/mime_core.h"
#include "mail/mime_prescan.h"
#include "mail/transfer.h"

/* GMime's, by their names there: GMimeStream, GMimeHeaderList, … */
struct _GMimeStream;
struct _GMimeHeaderList;
struct _GMimeMessage;
struct _GMimeObject;
struct _GMimeMultipart;
struct _GMimePart;

/* One mail on its way. */
struct walk {
    const struct mail_sink *sink;
    struct arena *a;
    uint32_t flags; /* enum mail_flag */
    uint32_t n_nested;
    uint32_t n_leaves;
    uint32_t depth; /* messages that we are inside of */
    size_t held;    /* bytes of encoded messages that are open in memory, all levels together */
    uint8_t traits; /* enum mail_trait */
    bool has_text;  /* mail.text was sent */
    struct _GMimeStream *body;    /* the innermost message's bytes, */
    int64_t body_start, body_end; /* and where in them its body stands */
};

/* What a part's headers say of it; in w->a. */
struct leaf {
    const char *type;    /* "text/plain"; never NULL */
    const char *name;    /* NULL for none */
    const char *charset; /* NULL for none */
    enum transfer transfer;
    bool attachment;
};

/* A header of o by name, the first one; n_out its raw bytes. NULL for none. */
const char *raw_header(struct _GMimeHeaderList *headers, const char *name, size_t *n_out);

/* mime_fields.c: the mail's own header fields and traits → frames and flags. */
void fields_send(struct walk *w, struct _GMimeMessage *m);

/* mime_leaf.c */
void leaf_read(struct walk *w, struct _GMimePart *part, struct leaf *out);
void leaf_part(struct walk *w, const struct leaf *leaf, struct _GMimePart *part);
void leaf_stream(struct walk *w, const struct leaf *leaf, struct _GMimeStream *stream);
void leaf_bytes(struct walk *w, const struct leaf *leaf, const void *bytes, size_t n);

/* A multipart in which GMime found no part: its bytes as one leaf, flagged. */
void leaf_undecoded(struct walk *w, struct _GMimeMultipart *m, bool is_top);

/* Parts behind the closing boundary, which readers disagree about: one leaf, flagged. Any other
 * epilogue is nothing to readers, and to us. */
void leaf_smuggled(struct walk *w, struct _GMimeMultipart *m);

/* A whole subtree as one leaf, its headers included. */
void leaf_object(struct walk *w, struct _GMimeObject *o);

/* The decoded content in memory; false where it is over max bytes. */
bool leaf_collect(const struct leaf *leaf, struct _GMimePart *part, size_t max, struct buf *out);

/* The last frame. */
void walk_done(struct walk *w);

#endif
