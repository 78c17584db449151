/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Encoded words, RFC 2047. See header.h; parameters are in params.c. */
#include "mail/header.h"

#include "base/buf.h"
#include "base/thai.h"
#include "mail/charset.h"
#include "mail/transfer.h"
#include <ctype.h>
#include <string.h>
#include <strings.h>

/* "=?charset*language?encoding?text?=" */
struct word {
    char charset[CHARSET_LABEL_MAX + 1];
    bool base64;
    const char *text;
    size_t n_text;
    const char *end; /* behind "?=" */
};

/* Words of one charset that stand together: their bytes are decoded as one. */
struct run {
    char charset[CHARSET_LABEL_MAX + 1];
    struct buf bytes;  /* each word decoded by itself */
    struct buf base64; /* their letters as one stream, in case a mailer cut it anywhere */
    bool odd;          /* a base64 word ended inside a quantum, without padding */
    bool all_base64;
};

static bool word_at(const char *p, const char *end, struct word *out);
static void run_add(struct run *r, const struct word *w);
static void run_flush(struct run *r, struct buf *out);
static void raw_add(struct buf *raw, const char *p, size_t n);
static void decode_all(struct buf *out, const char *p, const char *end);
static bool only_words(const struct buf *text);

static bool is_lws(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

char *header_decode(struct arena *a, const char *raw, size_t n)
{
    struct buf out CLEANUP(buf_fini) = {0};
    while (n > 0 && is_lws(raw[n - 1]))
        n--;
    while (n > 0 && is_lws(*raw)) {
        raw++;
        n--;
    }
    decode_all(&out, raw, raw + n);
    if (only_words(&out)) { /* a gateway encoded what was encoded already */
        struct buf twice CLEANUP(buf_fini) = {0};
        decode_all(&twice, out.data, out.data + out.len);
        return arena_strndup(a, buf_str(&twice), twice.len);
    }
    while (out.len > 0 && out.data[out.len - 1] == ' ')
        out.len--;
    const char *text = buf_str(&out), *end = text + out.len;
    text += strspn(text, " ");
    return text < end ? arena_strndup(a, text, (size_t)(end - text)) : arena_strdup(a, "");
}

const char *header_skip_cfws(const char *p, const char *end)
{
    size_t depth = 0;
    for (; p < end; p++) {
        if (*p == '(')
            depth++;
        else if (depth > 0 && *p == ')')
            depth--;
        else if (depth > 0 && *p == '\\' && p + 1 < end)
            p++;
        else if (depth == 0 && !is_lws(*p))
            return p;
    }
    return end;
}

static void decode_all(struct buf *out, const char *p, const char *end)
{
    struct run run = {0};
    struct buf raw CLEANUP(buf_fini) = {0};
    while (p < end) {
        const char *gap = p;
        struct word w;
        while (p < end && is_lws(*p))
            p++;
        if (p < end && word_at(p, end, &w)) {
            bool follows = run.charset[0] || run.bytes.len > 0;
            if (!follows)
                raw_add(&raw, gap, (size_t)(p - gap));
            charset_decode(out, NULL, buf_str(&raw), raw.len, CHARSET_HEADER);
            buf_clear(&raw);
            if (follows && strcasecmp(run.charset, w.charset) != 0)
                run_flush(&run, out);
            run_add(&run, &w);
            p = w.end;
            continue;
        }
        run_flush(&run, out);
        const char *start = p;
        while (p < end && !is_lws(*p) && !(p > start && end - p > 1 && p[0] == '=' && p[1] == '?'))
            p++;
        raw_add(&raw, gap, (size_t)(p - gap));
    }
    run_flush(&run, out);
    charset_decode(out, NULL, buf_str(&raw), raw.len, CHARSET_HEADER);
    buf_fini(&run.bytes);
    buf_fini(&run.base64);
}

/* The text of a quoted word may hold "?=" by mistake ("really?=20"): an escape behind it, and a
 * later end in the same stretch, say that it does not end there. */
static const char *word_end(const char *text, const char *end, bool base64)
{
    for (const char *p = text; (p = memmem(p, (size_t)(end - p), "?=", 2)) != NULL; p += 2) {
        bool escape = !base64 && end - p > 3 && hex_digit(p[2]) >= 0 && hex_digit(p[3]) >= 0;
        const char *stop = p + 2;
        while (stop < end && !is_lws(*stop) &&
               !(stop[0] == '=' && end - stop > 1 && stop[1] == '?'))
            stop++;
        if (!escape || !memmem(p + 2, (size_t)(stop - p - 2), "?=", 2))
            return p;
    }
    return NULL;
}

/* A word that lost its end at the header's end still reads, when nothing but its letters follows.
 */
static bool word_is_torn(struct word *w, const char *end)
{
    for (const char *p = w->text; p < end; p++)
        if (is_lws(*p) || *p == '?')
            return false;
    w->n_text = (size_t)(end - w->text);
    w->end = end;
    return w->n_text > 0;
}

static bool word_at(const char *p, const char *end, struct word *out)
{
    if (end - p < 6 || p[0] != '=' || p[1] != '?')
        return false;
    size_t k = 0;
    for (p += 2; p < end && *p != '?' && *p != '*'; p++) {
        if (is_lws(*p) || k == CHARSET_LABEL_MAX)
            return false;
        out->charset[k++] = *p;
    }
    out->charset[k] = 0;
    while (p < end && *p != '?' && !is_lws(*p)) /* "*language" */
        p++;
    if (end - p < 3 || p[0] != '?' || p[2] != '?')
        return false;
    char encoding = (char)toupper((unsigned char)p[1]);
    if (encoding != 'B' && encoding != 'Q')
        return false;
    out->base64 = encoding == 'B';
    out->text = p + 3;
    const char *stop = word_end(out->text, end, out->base64);
    if (!stop)
        return word_is_torn(out, end);
    out->n_text = (size_t)(stop - out->text);
    out->end = stop + 2;
    return true;
}

static void run_add(struct run *r, const struct word *w)
{
    if (r->bytes.len == 0 && r->base64.len == 0 && !r->odd)
        r->all_base64 = true;
    memcpy(r->charset, w->charset, sizeof r->charset);
    r->all_base64 &= w->base64;
    if (w->base64) {
        struct transfer_state s;
        transfer_init(&s, TRANSFER_BASE64);
        transfer_feed(&s, w->text, w->n_text, &r->bytes);
        r->odd |= s.n_acc > 0;
        transfer_end(&s, &r->bytes);
        buf_add(&r->base64, w->text, w->n_text);
        return;
    }
    for (size_t i = 0; i < w->n_text; i++) {
        int high = i + 2 < w->n_text && w->text[i] == '=' ? hex_digit(w->text[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(w->text[i + 2]) : -1;
        if (low >= 0) {
            buf_addc(&r->bytes, (char)(high << 4 | low));
            i += 2;
        } else if (w->text[i] != '\r' && w->text[i] != '\n') {
            buf_addc(&r->bytes, w->text[i] == '_' ? ' ' : w->text[i]);
        }
    }
}

/* Where a word ended inside a quantum, its padding was left out or the stream was cut there: the
 * second is so when only the whole stream is UTF-8. */
static void run_flush(struct run *r, struct buf *out)
{
    if (r->odd && r->all_base64 && !utf8_valid(buf_str(&r->bytes), r->bytes.len)) {
        struct buf whole CLEANUP(buf_fini) = {0};
        struct transfer_state s;
        transfer_init(&s, TRANSFER_BASE64);
        transfer_feed(&s, buf_str(&r->base64), r->base64.len, &whole);
        transfer_end(&s, &whole);
        if (utf8_valid(buf_str(&whole), whole.len)) {
            buf_clear(&r->bytes);
            buf_add(&r->bytes, buf_str(&whole), whole.len);
        }
    }
    charset_decode(out, r->charset, buf_str(&r->bytes), r->bytes.len, CHARSET_HEADER);
    buf_clear(&r->bytes);
    buf_clear(&r->base64);
    r->charset[0] = 0;
    r->odd = false;
}

/* Raw text with its folding undone. */
static void raw_add(struct buf *raw, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] != '\r' && p[i] != '\n')
            buf_addc(raw, p[i]);
}

static bool only_words(const struct buf *text)
{
    const char *p = buf_str(text), *end = p + text->len;
    struct word w;
    if (p == end)
        return false;
    while (p < end) {
        if (is_lws(*p))
            p++;
        else if (word_at(p, end, &w))
            p = w.end;
        else
            return false;
    }
    return true;
}
