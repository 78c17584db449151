/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The parsing child's way through a mail: limits first, then GMime for the structure, then header
 * fields (mime_fields.c) and leaves (mime_leaf.c). See mime_core.h. */
#include "mail/mime_core.h"

#include "mail/charset.h"
#include "mail/header.h"
#include "mail/mime_walk.h"
#include <gmime/gmime.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

static void walk(struct walk *w, GMimeObject *o, unsigned level);
static void walk_multipart(struct walk *w, GMimeMultipart *m, unsigned level);
static void walk_message(struct walk *w, GMimeMessage *m, unsigned level);
static void walk_part(struct walk *w, GMimePart *part, unsigned level);

void mime_warm_up(void)
{
    g_mime_init();
    charset_warm_up();
}

static size_t read_stream(void *user, void *bytes, size_t n)
{
    ssize_t got = g_mime_stream_read(user, bytes, n);
    return got > 0 ? (size_t)got : 0;
}

static void add_piece(GMimeStream *cat, GMimeStream *piece)
{
    g_mime_stream_cat_add_source(GMIME_STREAM_CAT(cat), piece);
    g_object_unref(piece);
}

/* The stretches that the prescan left, as one stream. */
static GMimeStream *kept(GMimeStream *raw, const struct prescan *p)
{
    if (p->n_pieces == 1)
        return g_mime_stream_substream(raw, p->pieces[0].start, p->pieces[0].end);
    GMimeStream *cat = g_mime_stream_cat_new();
    for (size_t i = 0; i < p->n_pieces; i++) {
        if (p->pieces[i].line_end_before)
            add_piece(cat, g_mime_stream_mem_new_with_buffer("\r\n", 2));
        add_piece(cat, g_mime_stream_substream(raw, p->pieces[i].start, p->pieces[i].end));
    }
    return cat;
}

/* What was not parsed is one leaf: nothing vanishes. */
static void leave_rest(struct walk *w, GMimeStream *raw, int64_t start, int64_t end)
{
    if (start >= end)
        return;
    GMimeStream *rest = g_mime_stream_substream(raw, start, end);
    const struct leaf leaf = {.type = "application/octet-stream"};
    leaf_stream(w, &leaf, rest);
    g_object_unref(rest);
}

static GByteArray *read_whole(GMimeStream *raw, int64_t size)
{
    GByteArray *bytes = g_byte_array_sized_new((guint)size);
    g_byte_array_set_size(bytes, (guint)size);
    g_mime_stream_reset(raw);
    for (size_t at = 0, n; at < bytes->len; at += n)
        if ((n = read_stream(raw, bytes->data + at, bytes->len - at)) == 0)
            break;
    return bytes;
}

static bool may_be_held(const struct walk *w, const struct prescan *p)
{
    return p->size <= (int64_t)(NESTED_BYTES_MAX - w->held);
}

/* The message with each NUL of its headers changed to a control that GMime carries through and we
 * show as U+FFFD. Huge mails with NULs in headers keep them: what is behind is not read. */
static GMimeStream *without_nuls(const struct walk *w, GMimeStream *raw, const struct prescan *p)
{
    if (p->n_nuls == 0 || !may_be_held(w, p))
        return g_object_ref(raw);
    GByteArray *bytes = read_whole(raw, p->size);
    for (size_t i = 0; i < p->n_nuls; i++)
        bytes->data[p->nuls[i]] = 1;
    return g_mime_stream_mem_new_with_byte_array(bytes);
}

/* Every CR that stands before another goes. */
static void leave_one_cr(GByteArray *bytes)
{
    guint kept = 0;
    for (guint i = 0; i < bytes->len; i++)
        if (bytes->data[i] != '\r' || i + 1 == bytes->len || bytes->data[i + 1] != '\r')
            bytes->data[kept++] = bytes->data[i];
    g_byte_array_set_size(bytes, kept);
}

static void parse_message(struct walk *w, GMimeStream *whole, unsigned level);

/* A gateway turned each line end into CR CR LF: neither the headers' end nor a boundary would be
 * known. With the CRs that it added the mail is as it was sent; huge ones are read as they came. */
static void parse_with_one_cr(struct walk *w, GMimeStream *raw, int64_t size, unsigned level)
{
    GByteArray *bytes = read_whole(raw, size);
    leave_one_cr(bytes);
    GMimeStream *plain = g_mime_stream_mem_new_with_byte_array(bytes);
    w->held += (size_t)size;
    w->flags |= MAIL_FLAG_HEADER;
    parse_message(w, plain, level);
    w->held -= (size_t)size;
    g_object_unref(plain);
}

static void parse_scanned(struct walk *w, GMimeStream *raw, const struct prescan *p,
                          unsigned level);

/* One message, the mail itself or one inside it. */
static void parse_message(struct walk *w, GMimeStream *whole, unsigned level)
{
    struct prescan p;
    prescan(read_stream, whole, &p);
    if (p.has_doubled_cr && may_be_held(w, &p)) {
        parse_with_one_cr(w, whole, p.size, level);
        return;
    }
    w->flags |= p.header_cut || p.header_junk || p.n_nuls > 0 ? MAIL_FLAG_HEADER : 0;
    w->flags |= p.idle_cut ? MAIL_FLAG_UNDECODED : 0;
    w->flags |= p.dashes_cut ? MAIL_FLAG_PARTS : 0;
    if (!p.has_line_ends && p.size > 0) {
        w->flags |= MAIL_FLAG_HEADER;
        leave_rest(w, whole, 0, p.size);
        return;
    }
    GMimeStream *raw = without_nuls(w, whole, &p);
    parse_scanned(w, raw, &p, level);
    g_object_unref(raw);
}

static void parse_scanned(struct walk *w, GMimeStream *raw, const struct prescan *p, unsigned level)
{
    GMimeStream *stream = kept(raw, p);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    g_mime_parser_set_persist_stream(parser, TRUE);
    GMimeMessage *m = g_mime_parser_construct_message(parser, NULL);
    w->body = raw;
    w->body_start = p->body;
    w->body_end = p->end;
    if (m)
        walk_message(w, m, level);
    else if (w->depth == 0) /* an empty mail has no sender and no date */
        w->flags |= MAIL_FLAG_FROM_BAD | MAIL_FLAG_DATE_BAD;
    leave_rest(w, raw, p->end, p->size);
    if (m)
        g_object_unref(m);
    g_object_unref(parser);
    g_object_unref(stream);
}

/* The mail's bytes, mapped: GMime takes a read that fails for the end, and half a mail for all. */
static GMimeStream *bytes_of(int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return NULL;
    if (st.st_size == 0)
        return g_mime_stream_mem_new();
    GMimeStream *raw = g_mime_stream_mmap_new(fd, PROT_READ, MAP_PRIVATE);
    if (raw)
        GMIME_STREAM_MMAP(raw)->owner = FALSE;
    return raw;
}

bool mime_core(int fd, const struct mail_sink *sink)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct walk w = {.sink = sink, .a = a};
    g_mime_init(); /* costs nothing the second time */
    GMimeStream *raw = bytes_of(fd);
    if (!raw)
        return false;
    parse_message(&w, raw, 0);
    if (GMIME_IS_STREAM_MMAP(raw))
        munmap(GMIME_STREAM_MMAP(raw)->map, GMIME_STREAM_MMAP(raw)->maplen);
    g_object_unref(raw);
    walk_done(&w);
    return true;
}

static void walk_message(struct walk *w, GMimeMessage *m, unsigned level)
{
    if (w->depth == 0)
        fields_send(w, m);
    GMimeObject *o = g_mime_message_get_mime_part(m);
    if (o)
        walk(w, o, level);
}

static void walk(struct walk *w, GMimeObject *o, unsigned level)
{
    if (GMIME_IS_MULTIPART(o)) {
        walk_multipart(w, GMIME_MULTIPART(o), level);
    } else if (GMIME_IS_MESSAGE_PART(o) && level < MAIL_DEPTH_MAX) {
        GMimeMessage *inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(o));
        w->n_nested++;
        w->depth++;
        if (inner)
            walk_message(w, inner, level + 1);
        w->depth--;
    } else if (GMIME_IS_PART(o)) {
        walk_part(w, GMIME_PART(o), level);
    } else {
        w->flags |= MAIL_FLAG_DEPTH;
        leaf_object(w, o);
    }
}

static void walk_multipart(struct walk *w, GMimeMultipart *m, unsigned level)
{
    int n = g_mime_multipart_get_count(m);
    if (GMIME_IS_MULTIPART_ENCRYPTED(m))
        w->flags |= MAIL_FLAG_ENCRYPTED;
    if (n > 0 && level >= MAIL_DEPTH_MAX) {
        w->flags |= MAIL_FLAG_DEPTH;
        leaf_object(w, GMIME_OBJECT(m));
    } else if (n > 0) {
        for (int i = 0; i < n; i++)
            walk(w, g_mime_multipart_get_part(m, i), level + 1);
        leaf_smuggled(w, m);
    } else {
        leaf_undecoded(w, m, level == 0 && w->depth == 0);
    }
}

/* Exchange sends forwarded messages in base64, which no standard allows and GMime leaves alone. */
static void walk_encoded_message(struct walk *w, const struct leaf *leaf, GMimePart *part,
                                 unsigned level)
{
    struct buf bytes CLEANUP(buf_fini) = {0};
    if (level >= MAIL_DEPTH_MAX || !leaf_collect(leaf, part, NESTED_BYTES_MAX - w->held, &bytes)) {
        w->flags |= MAIL_FLAG_DEPTH;
        leaf_part(w, leaf, part);
        return;
    }
    size_t n = bytes.len; /* GLib takes the bytes over: they may be many */
    GByteArray *array = g_byte_array_new_take((guint8 *)TAKE(bytes.data), n);
    GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(array);
    w->held += n;
    w->n_nested++;
    w->depth++;
    parse_message(w, stream, level + 1);
    w->depth--;
    w->held -= n;
    g_object_unref(stream);
}

static void walk_part(struct walk *w, GMimePart *part, unsigned level)
{
    struct leaf leaf;
    leaf_read(w, part, &leaf);
    bool unread = strncmp(leaf.type, "multipart/", 10) == 0;
    w->flags |= unread ? MAIL_FLAG_UNDECODED : 0;
    if (unread && level == 0 && w->depth == 0)
        leave_rest(w, w->body, w->body_start, w->body_end);
    else if (strcmp(leaf.type, "message/rfc822") == 0 || strcmp(leaf.type, "message/global") == 0)
        walk_encoded_message(w, &leaf, part, level);
    else
        leaf_part(w, &leaf, part);
}
