/* SPDX-License-Identifier: AGPL-3.0-or-later
 * One leaf part: what its headers say, its bytes decoded and sent on as they come. See mime_walk.h.
 * The label is the sender's word; what the bytes are, sniff.h says. */
#include "mail/mime_walk.h"

#include "base/thai.h"
#include "mail/charset.h"
#include "mail/header.h"
#include "mail/sniff.h"
#include "mail/tnef.h"
#include <gmime/gmime.h>
#include <string.h>

enum { READ_BYTES = 64 << 10 };

/* A leaf on its way out. */
struct sending {
    struct walk *w;
    const struct leaf *leaf;
    struct transfer_state transfer;
    struct buf bytes; /* decoded, not yet sent */
    struct buf head;  /* the first bytes, for sniffing */
    struct buf text;  /* mail.text, while this leaf is it */
    struct buf tnef;  /* all of a winmail.dat */
    bool is_text, is_tnef;
};

static bool sending_begin(struct sending *s, struct walk *w, const struct leaf *leaf);
static void sending_feed(struct sending *s, const void *bytes, size_t n);
static void sending_end(struct sending *s);

/* "text/plain" where RFC 2045 5.2 says so; a broken label on what is meant as a file is no text. */
static const char *leaf_type(struct walk *w, const char *raw, size_t n, bool is_file)
{
    const char *type = raw ? header_token(w->a, raw, n) : "";
    const char *slash = strchr(type, '/');
    bool whole = slash && slash > type && slash[1] && !strchr(slash + 1, '/');
    if (whole)
        return type;
    return is_file ? "application/octet-stream" : "text/plain";
}

static void read_transfer(struct walk *w, GMimeHeaderList *headers, struct leaf *out)
{
    size_t n;
    const char *raw = raw_header(headers, "Content-Transfer-Encoding", &n);
    out->transfer = transfer_from_token(raw ? header_token(w->a, raw, n) : NULL);
    if (out->transfer == TRANSFER_UNKNOWN)
        w->flags |= MAIL_FLAG_ENCODING;
}

static bool means_encrypted(const char *type, const char *smime_type)
{
    bool opaque = strcmp(type, "application/pkcs7-mime") == 0 ||
                  strcmp(type, "application/x-pkcs7-mime") == 0;
    return (opaque && !(smime_type && strcmp(smime_type, "certs-only") == 0)) ||
           strcmp(type, "application/pgp-encrypted") == 0;
}

void leaf_read(struct walk *w, GMimePart *part, struct leaf *out)
{
    GMimeHeaderList *headers = g_mime_object_get_header_list(GMIME_OBJECT(part));
    size_t n_type, n_place;
    const char *type = raw_header(headers, "Content-Type", &n_type);
    const char *place = raw_header(headers, "Content-Disposition", &n_place);
    *out = (struct leaf){0};
    if (place)
        out->name = header_param(w->a, place, n_place, "filename");
    if (type && (!out->name || !*out->name))
        out->name = header_param(w->a, type, n_type, "name");
    if (out->name && !*out->name)
        out->name = NULL;
    const char *how = place ? header_token(w->a, place, n_place) : "";
    bool is_file = out->name || strcmp(how, "attachment") == 0;
    out->type = leaf_type(w, type, n_type, is_file);
    out->attachment = is_file || (strncmp(out->type, "text/", 5) != 0 &&
                                  strncmp(out->type, "multipart/", 10) != 0);
    out->charset = type ? header_param(w->a, type, n_type, "charset") : NULL;
    read_transfer(w, headers, out);
    if (means_encrypted(out->type, type ? header_param(w->a, type, n_type, "smime-type") : NULL))
        w->flags |= MAIL_FLAG_ENCRYPTED;
}

void leaf_part(struct walk *w, const struct leaf *leaf, GMimePart *part)
{
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    if (content)
        leaf_stream(w, leaf, g_mime_data_wrapper_get_stream(content));
    else
        leaf_bytes(w, leaf, "", 0);
}

void leaf_stream(struct walk *w, const struct leaf *leaf, GMimeStream *stream)
{
    struct sending s;
    if (!sending_begin(&s, w, leaf))
        return;
    char block[READ_BYTES];
    ssize_t n;
    g_mime_stream_reset(stream);
    while ((n = g_mime_stream_read(stream, block, sizeof block)) > 0)
        sending_feed(&s, block, (size_t)n);
    sending_end(&s);
}

void leaf_bytes(struct walk *w, const struct leaf *leaf, const void *bytes, size_t n)
{
    struct sending s;
    if (!sending_begin(&s, w, leaf))
        return;
    for (const char *p = bytes; n > 0;) {
        size_t take = n < READ_BYTES ? n : READ_BYTES;
        sending_feed(&s, p, take);
        p += take;
        n -= take;
    }
    sending_end(&s);
}

/* Only a closing boundary, or nothing: there was no content to lose. */
static bool holds_nothing(const char *p, size_t n)
{
    while (n > 0) {
        const char *lf = memchr(p, '\n', n);
        size_t line = lf ? (size_t)(lf - p) + 1 : n;
        bool blank = strspn(p, " \t\r\n") >= line;
        if (!blank && (line < 2 || memcmp(p, "--", 2) != 0))
            return false;
        p += line;
        n -= line;
    }
    return true;
}

void leaf_undecoded(struct walk *w, GMimeMultipart *m, bool is_top)
{
    enum { LITTLE = 1024 };
    size_t n;
    const char *raw =
        raw_header(g_mime_object_get_header_list(GMIME_OBJECT(m)), "Content-Type", &n);
    const struct leaf leaf = {.type = raw ? header_token(w->a, raw, n) : "multipart/mixed"};
    struct buf text CLEANUP(buf_fini) = {0};
    if (g_mime_multipart_get_prologue(m))
        buf_adds(&text, g_mime_multipart_get_prologue(m));
    if (g_mime_multipart_get_epilogue(m))
        buf_adds(&text, g_mime_multipart_get_epilogue(m));
    w->flags |= MAIL_FLAG_UNDECODED;
    bool much = w->body_end - w->body_start > LITTLE;
    bool nothing = holds_nothing(buf_str(&text), text.len);
    if (is_top &&
        (much || !nothing)) { /* GMime's text is not to the byte, and was cut where long */
        GMimeStream *body = g_mime_stream_substream(w->body, w->body_start, w->body_end);
        leaf_stream(w, &leaf, body);
        g_object_unref(body);
    } else if (!nothing) {
        leaf_bytes(w, &leaf, buf_str(&text), text.len);
    }
}

void leaf_smuggled(struct walk *w, GMimeMultipart *m)
{
    const char *epilogue = g_mime_multipart_get_epilogue(m);
    const char *boundary = g_mime_multipart_get_boundary(m);
    size_t n = boundary ? strlen(boundary) : 0;
    for (const char *line = epilogue; n > 0 && line && *line;) {
        if (strncmp(line, "--", 2) == 0 && strncmp(line + 2, boundary, n) == 0 &&
            strncmp(line + 2 + n, "--", 2) != 0) {
            const struct leaf leaf = {.type = "application/octet-stream", .attachment = true};
            w->flags |= MAIL_FLAG_UNDECODED;
            leaf_bytes(w, &leaf, epilogue, strlen(epilogue));
            return;
        }
        const char *lf = strchr(line, '\n');
        line = lf ? lf + 1 : NULL;
    }
}

void leaf_object(struct walk *w, GMimeObject *o)
{
    GMimeStream *bytes = g_mime_stream_mem_new();
    const struct leaf leaf = {.type = GMIME_IS_MULTIPART(o) ? "multipart/mixed" : "message/rfc822",
                              .attachment = true};
    GMimeMessage *inner =
        GMIME_IS_MESSAGE_PART(o) ? g_mime_message_part_get_message(GMIME_MESSAGE_PART(o)) : NULL;
    g_mime_object_write_to_stream(inner ? GMIME_OBJECT(inner) : o, NULL, bytes);
    leaf_stream(w, &leaf, bytes);
    g_object_unref(bytes);
}

bool leaf_collect(const struct leaf *leaf, GMimePart *part, size_t max, struct buf *out)
{
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    GMimeStream *stream = content ? g_mime_data_wrapper_get_stream(content) : NULL;
    struct transfer_state transfer;
    char block[READ_BYTES];
    ssize_t n;
    transfer_init(&transfer, leaf->transfer);
    if (stream)
        g_mime_stream_reset(stream);
    while (stream && out->len <= max && (n = g_mime_stream_read(stream, block, sizeof block)) > 0)
        transfer_feed(&transfer, block, (size_t)n, out);
    transfer_end(&transfer, out);
    return out->len <= max;
}

void walk_done(struct walk *w)
{
    char frame[9];
    for (int i = 0; i < 4; i++) {
        frame[i] = (char)(w->flags >> (8 * i));
        frame[4 + i] = (char)(w->n_nested >> (8 * i));
    }
    frame[8] = (char)w->traits;
    w->sink->send(w->sink->user, FRAME_DONE, frame, sizeof frame);
}

static bool sending_begin(struct sending *s, struct walk *w, const struct leaf *leaf)
{
    if (w->n_leaves == MAIL_LEAVES_MAX) {
        w->flags |= MAIL_FLAG_PARTS;
        return false;
    }
    *s = (struct sending){.w = w, .leaf = leaf};
    transfer_init(&s->transfer, leaf->transfer);
    s->is_text =
        !w->has_text && w->depth == 0 && !leaf->attachment && strcmp(leaf->type, "text/plain") == 0;
    w->has_text |= s->is_text;
    w->n_leaves++;
    struct buf frame CLEANUP(buf_fini) = {0};
    for (int i = 0; i < 4; i++)
        buf_addc(&frame, (char)(w->depth >> (8 * i)));
    buf_addc(&frame, leaf->attachment);
    buf_add(&frame, leaf->type, strlen(leaf->type) + 1);
    buf_add(&frame, leaf->name ? leaf->name : "", leaf->name ? strlen(leaf->name) + 1 : 1);
    w->sink->send(w->sink->user, FRAME_LEAF, frame.data, frame.len);
    return true;
}

static void keep_some(struct buf *to, const struct buf *from, size_t max)
{
    size_t room = to->len < max ? max - to->len : 0;
    buf_add(to, buf_str(from), from->len < room ? from->len : room);
}

static void send_bytes(struct sending *s)
{
    bool first = s->head.len == 0 && s->bytes.len > 0;
    keep_some(&s->head, &s->bytes, SNIFF_BYTES);
    if (first)
        s->is_tnef = s->head.len > 4 && memcmp(s->head.data, "\x78\x9F\x3E\x22", 4) == 0;
    if (s->is_text)
        keep_some(&s->text, &s->bytes, TEXT_BYTES_MAX);
    if (s->is_tnef)
        keep_some(&s->tnef, &s->bytes, NESTED_BYTES_MAX);
    for (size_t at = 0; at < s->bytes.len;) {
        size_t take = s->bytes.len - at < DATA_BYTES_MAX ? s->bytes.len - at : DATA_BYTES_MAX;
        s->w->sink->send(s->w->sink->user, FRAME_DATA, s->bytes.data + at, take);
        at += take;
    }
    buf_clear(&s->bytes);
}

static void sending_feed(struct sending *s, const void *bytes, size_t n)
{
    transfer_feed(&s->transfer, bytes, n, &s->bytes);
    send_bytes(s);
}

/* The text as UTF-8, within its bound at a whole letter. */
static void send_text(struct sending *s)
{
    struct buf text CLEANUP(buf_fini) = {0};
    charset_decode(&text, s->leaf->charset, buf_str(&s->text), s->text.len, CHARSET_TEXT);
    size_t n = text.len;
    if (n > TEXT_BYTES_MAX)
        for (n = TEXT_BYTES_MAX; ((unsigned char)text.data[n] & 0xC0) == 0x80;)
            n--;
    s->w->sink->send(s->w->sink->user, FRAME_TEXT, buf_str(&text), n);
}

static void send_tnef_file(void *user, const char *name, const void *bytes, size_t n)
{
    struct walk *w = user;
    struct buf text CLEANUP(buf_fini) = {0};
    charset_decode(&text, NULL, name, strlen(name), CHARSET_HEADER);
    const struct leaf leaf = {.type = "application/octet-stream",
                              .name = text.len > 0 ? buf_str(&text) : NULL,
                              .attachment = true};
    leaf_bytes(w, &leaf, bytes, n);
}

static void sending_end(struct sending *s)
{
    transfer_end(&s->transfer, &s->bytes);
    send_bytes(s);
    if (s->transfer.broken)
        s->w->flags |= MAIL_FLAG_ENCODING;
    const char *sniffed = sniff_type(buf_str(&s->head), s->head.len);
    s->w->sink->send(s->w->sink->user, FRAME_LEAF_END, sniffed, strlen(sniffed));
    if (s->is_text)
        send_text(s);
    if (s->is_tnef && s->tnef.len < NESTED_BYTES_MAX)
        tnef_files(buf_str(&s->tnef), s->tnef.len, send_tnef_file, s->w);
    buf_fini(&s->bytes);
    buf_fini(&s->head);
    buf_fini(&s->text);
    buf_fini(&s->tnef);
}
