/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Limits before GMime. See mime_prescan.h. Header blocks are the first one, and what follows a
 * boundary or the headers of a message/rfc822, up to a blank line. */
#include "mail/mime_prescan.h"

#include "mail/mime.h"
#include <ctype.h>
#include <string.h>
#include <strings.h>

enum {
    BLOCK_BYTES = 64 << 10, /* read at once */
    HEAD_BYTES = 256,       /* of a line that are looked at */
    BOUNDARIES_MAX = 32,    /* that are told apart; with more, every "--" line counts as one */
    BOUNDARY_BYTES = 72,    /* of a boundary that are compared: RFC 2046 allows 70 */
};

struct scan {
    struct prescan *out;
    int64_t at;                /* offset of the next byte */
    int64_t line;              /* offset of the line */
    char head[HEAD_BYTES + 1]; /* its first bytes */
    uint32_t n_line_colons;    /* its ":", in a header block */
    size_t n_line;             /* its bytes so far */
    bool blank;                /* only blanks so far */
    bool in_header;            /* in a header block */
    bool in_field;             /* the line before was a field or part of one */
    bool in_type;              /* that field is Content-Type */
    bool in_nested;            /* the block is a message/rfc822's own: it may be base64 instead */
    bool nested;               /* the block is that of a message/rfc822: another block follows it */
    bool top_multipart;        /* the first block says multipart */
    bool seen_body;            /* the first block has ended */
    uint32_t n_colons;         /* of that field */
    int64_t block_bytes;       /* of this block's fields */
    uint64_t n_fields, n_dashes;
    char boundaries[BOUNDARIES_MAX][BOUNDARY_BYTES + 1];
    size_t n_boundaries;
    bool any_boundary;    /* one was declared that is not kept: every "--" line may be it */
    int64_t gap, gap_end; /* a line in a header block that may be its end: see gap_decide; -1 */
    bool gap_is_text;     /* that line is text, and a line end is missing before it */
    bool is_multipart;    /* the block's Content-Type is a multipart's: text before its boundary */
    int64_t idle;         /* where text that belongs to no part began, -1 elsewhere */
    int64_t hole;         /* where the overlong block began to be cut out, -1 while none is */
    bool full;            /* a limit was met: nothing more is parsed */
};

static void scan_block(struct scan *s, const char *p, size_t n);
static void line_done(struct scan *s);
static void stop_at(struct scan *s, int64_t offset);
static void idle_ends(struct scan *s, int64_t at);
static void gap_decide(struct scan *s);

/* What is before the first header and none itself: a byte order mark, mbox's "From " line. */
static size_t skip_start(const char *p, size_t n)
{
    if (n > 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0)
        return 3;
    size_t skip = n > 6 && memcmp(p, ">From ", 6) == 0 ? 1 : 0;
    if (n < 7 || memcmp(p + skip, "From ", 5) != 0 || p[skip + 5] == ':')
        return 0;
    const char *lf = memchr(p, '\n', n);
    return lf ? (size_t)(lf - p) + 1 : 0;
}

void prescan(prescan_read_fn *read, void *user, struct prescan *out)
{
    char block[BLOCK_BYTES];
    *out = (struct prescan){.n_pieces = 1};
    struct scan s = {
        .out = out, .blank = true, .in_header = true, .gap = -1, .idle = -1, .hole = -1};
    for (size_t n; (n = read(user, block, sizeof block)) > 0;) {
        size_t skip = s.at == 0 ? skip_start(block, n) : 0;
        if (skip > 0)
            out->pieces[0].start = s.at = s.line = (int64_t)skip;
        if (s.full)
            s.at += (int64_t)(n - skip);
        else
            scan_block(&s, block + skip, n - skip);
    }
    if (s.n_line > 0 && !s.full)
        line_done(&s);
    out->size = s.at;
    if (!s.full) {
        s.blank = false;
        gap_decide(&s);
        idle_ends(&s, s.at);
        stop_at(&s, s.at);
    }
    if (!s.seen_body)
        out->body = out->end;
}

static void scan_block(struct scan *s, const char *p, size_t n)
{
    while (n > 0 && !s->full) {
        const char *lf = memchr(p, '\n', n);
        size_t take = lf ? (size_t)(lf - p) + 1 : n;
        size_t room = s->n_line < HEAD_BYTES ? HEAD_BYTES - s->n_line : 0;
        memcpy(s->head + HEAD_BYTES - room, p, take < room ? take : room);
        for (size_t i = 0; s->blank && i < take; i++)
            s->blank = strchr(" \t\r\n", p[i]) && p[i];
        for (size_t i = 0; s->in_header && i < take; i++) {
            if (p[i] == 0 && s->out->n_nuls < PRESCAN_NULS_MAX)
                s->out->nuls[s->out->n_nuls++] = s->at + (int64_t)i;
            s->n_line_colons += p[i] == ':';
        }
        s->n_line += take;
        s->at += (int64_t)take;
        if (lf) {
            if (!s->out->has_line_ends)
                s->out->has_doubled_cr = take > 2 && memcmp(lf - 2, "\r\r", 2) == 0;
            s->out->has_line_ends = true;
            line_done(s);
        }
        p += take;
        n -= take;
    }
    s->at += (int64_t)n;
}

/* The parsed stretch ends at offset. */
static void stop_at(struct scan *s, int64_t offset)
{
    struct prescan *out = s->out;
    out->end = offset;
    if (s->hole < 0)
        out->pieces[out->n_pieces - 1].end = offset;
    s->full = true;
}

/* The overlong block ends with this line, which is parsed again. */
static void hole_ends(struct scan *s)
{
    struct prescan *out = s->out;
    if (s->hole < 0)
        return;
    if (out->n_pieces == PRESCAN_PIECES_MAX) {
        out->header_cut = true;
        stop_at(s, s->line);
        return;
    }
    out->pieces[out->n_pieces++].start = s->line;
    s->hole = -1;
}

static bool head_has(const struct scan *s, const char *word)
{
    size_t n = s->n_line < HEAD_BYTES ? s->n_line : HEAD_BYTES, n_word = strlen(word);
    for (size_t i = 0; i + n_word <= n; i++)
        if (strncasecmp(s->head + i, word, n_word) == 0)
            return true;
    return false;
}

/* "Name:", and "Name :" of old. */
static bool is_field(const struct scan *s)
{
    size_t n = s->n_line < HEAD_BYTES ? s->n_line : HEAD_BYTES, i = 0;
    while (i < n && s->head[i] != ':' && !isspace((unsigned char)s->head[i]))
        i++;
    size_t name = i;
    while (i < n && (s->head[i] == ' ' || s->head[i] == '\t'))
        i++;
    return name > 0 && i < n && s->head[i] == ':';
}

static void block_begins(struct scan *s)
{
    hole_ends(s);
    s->in_header = true;
    s->in_field = s->in_type = s->nested = s->is_multipart = false;
    s->in_nested = false;
    s->block_bytes = 0;
}

/* Keep the boundary that this line of a Content-Type declares. */
static void learn_boundary(struct scan *s)
{
    size_t n = s->n_line < HEAD_BYTES ? s->n_line : HEAD_BYTES, i = 0;
    while (i + 8 < n && strncasecmp(s->head + i, "boundary", 8) != 0)
        i++;
    if (i + 8 >= n)
        return;
    for (i += 8; i < n && (s->head[i] == ' ' || s->head[i] == '\t'); i++)
        ;
    bool plain = i < n && s->head[i] == '=';
    s->any_boundary |= i < n && s->head[i] == '*'; /* RFC 2231: told apart by GMime alone */
    for (i += plain; i < n && (s->head[i] == ' ' || s->head[i] == '\t'); i++)
        ;
    i += plain && i < n && s->head[i] == '"';
    size_t len = 0;
    while (plain && i + len < n && len < BOUNDARY_BYTES && !strchr("\"; \t\r\n", s->head[i + len]))
        len++;
    s->any_boundary |= len > 0 && s->n_boundaries == BOUNDARIES_MAX;
    if (len > 0 && s->n_boundaries < BOUNDARIES_MAX)
        memcpy(s->boundaries[s->n_boundaries++], s->head + i, len);
}

/* closes_out: it is "--boundary--", and nothing but blanks follows. */
static bool is_boundary(const struct scan *s, bool *closes_out)
{
    *closes_out = false;
    size_t n = s->n_line < HEAD_BYTES ? s->n_line : HEAD_BYTES;
    if (n < 3 || s->head[0] != '-' || s->head[1] != '-')
        return false;
    for (size_t i = 0; i < s->n_boundaries; i++) {
        size_t len = strlen(s->boundaries[i]);
        if (n < len + 2 || memcmp(s->head + 2, s->boundaries[i], len) != 0)
            continue;
        const char *rest = s->head + 2 + len;
        *closes_out = n > len + 3 && n < HEAD_BYTES && rest[0] == '-' && rest[1] == '-' &&
                      strspn(rest + 2, " \t\r\n") >= n - len - 4;
        return true;
    }
    return s->any_boundary;
}

/* GMime holds the text before the first and behind the last boundary in memory. */
static void idle_ends(struct scan *s, int64_t at)
{
    struct prescan *out = s->out;
    bool cut = s->idle >= 0 && at - s->idle > PRESCAN_IDLE_MAX && s->hole < 0 &&
               out->n_pieces < PRESCAN_PIECES_MAX;
    if (cut) {
        out->pieces[out->n_pieces - 1].end = s->idle;
        out->pieces[out->n_pieces++].start = at;
        out->idle_cut = true;
    }
    s->idle = -1;
}

static void header_ends(struct scan *s, int64_t body)
{
    bool nested = s->nested;
    s->idle = s->is_multipart ? body : -1;
    if (!s->seen_body)
        s->out->body = body;
    s->seen_body = true;
    s->in_header = false;
    if (nested)
        block_begins(s);
    s->in_nested = nested;
}

/* A field's line, or one that continues it. Lines that are neither cost GMime nothing. */
static void header_line(struct scan *s)
{
    bool goes_on = s->in_field && (s->head[0] == ' ' || s->head[0] == '\t');
    if (!goes_on) {
        s->in_type = head_has(s, "content-type:");
        s->n_colons = 0;
    }
    s->n_colons += s->n_line_colons;
    s->in_field = goes_on || is_field(s);
    s->out->header_junk |= !s->in_field && !s->in_nested;
    /* Among the mail's own fields it is a line that was wrapped without a blank. */
    bool may_be_text = !s->in_nested && s->hole < 0 && (s->seen_body || s->block_bytes == 0);
    if (!s->in_field && may_be_text) {
        s->gap = s->gap_end = s->line;
        s->gap_is_text = true;
    }
    if (!s->in_field)
        return;
    if (s->in_type)
        learn_boundary(s);
    s->is_multipart |= s->in_type && head_has(s, "multipart/");
    s->nested |= s->in_type && (head_has(s, "message/rfc822") || head_has(s, "message/global") ||
                                head_has(s, "message/news"));
    s->block_bytes += (int64_t)s->n_line;
    bool too_much = s->block_bytes > MAIL_HEADER_MAX || s->n_colons > PRESCAN_COLONS_MAX;
    if (s->hole < 0 && too_much) {
        s->out->header_cut = true;
        s->out->pieces[s->out->n_pieces - 1].end = s->hole = s->line;
    }
    if (s->hole < 0 && ++s->n_fields > PRESCAN_HEADER_LINES_MAX) {
        s->out->header_cut = true;
        stop_at(s, s->line);
    }
}

/* Some gateways end the headers with a line of one blank, which is a continuation to a parser: the
 * blanks are cut out. Others forget the empty line before the text: one is put in. Only a field
 * behind the line, or an empty line behind a stray one among fields, says that it was no end. */
static void gap_decide(struct scan *s)
{
    struct prescan *out = s->out;
    bool stray = s->gap_is_text && s->blank && s->block_bytes > 0;
    bool ends =
        s->gap >= 0 && !is_field(s) && !stray && s->hole < 0 && out->n_pieces < PRESCAN_PIECES_MAX;
    if (ends) {
        out->pieces[out->n_pieces - 1].end = s->gap;
        out->pieces[out->n_pieces++] =
            (struct prescan_piece){.start = s->gap_end, .line_end_before = s->gap_is_text};
        header_ends(s, s->gap_is_text ? s->gap : s->line);
    }
    s->gap = -1;
    s->gap_is_text = false;
}

static void line_done(struct scan *s)
{
    gap_decide(s);
    bool closes, dashes = is_boundary(s, &closes);
    if (dashes)
        idle_ends(s, s->line);
    if (dashes && ++s->n_dashes > PRESCAN_DASH_LINES_MAX) {
        s->out->dashes_cut = true;
        hole_ends(s);
        stop_at(s, s->line);
    } else if (closes) {
        hole_ends(s);
        s->in_header = false;
        s->idle = s->at;
    } else if (dashes) {
        block_begins(s);
    } else if (s->in_header && s->blank && (s->head[0] == ' ' || s->head[0] == '\t')) {
        s->gap = s->line;
        s->gap_end = s->line + (int64_t)strspn(s->head, " \t");
    } else if (s->in_header && s->blank) {
        hole_ends(s);
        header_ends(s, s->at);
    } else if (s->in_header) {
        header_line(s);
    }
    s->line = s->at;
    s->n_line = s->n_line_colons = 0;
    s->blank = true;
}
