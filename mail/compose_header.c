/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Writing header fields. See compose_header.h. */
#include "mail/compose_header.h"

#include "base/clock.h"
#include "base/thai.h"
#include <assert.h>
#include <ctype.h>
#include <sodium.h>
#include <string.h>

#define WORD_HEAD "=?UTF-8?B?"
#define WORD_TAIL "?="

enum {
    WORD_BYTES_MAX = 45, /* 60 letters of base64: 72 columns with head and tail */
    PLAIN_MAX = 60,      /* bytes of ASCII that need no folding behind any of our field names */
    SEGMENT_COLUMNS = 60 /* of one RFC 2231 segment */
};
static_assert(WORD_BYTES_MAX / 3 * 4 + sizeof(WORD_HEAD WORD_TAIL) - 1 <= WORD_COLUMNS_MAX,
              "an encoded word is at most 75 columns");

/* Controls become blanks; bytes that are no UTF-8 go. */
static void clean(struct buf *out, const char *text)
{
    for (size_t n; *text; text += n ? n : 1) {
        n = utf8_len(text, strnlen(text, 4));
        unsigned char c = (unsigned char)*text;
        if (n == 1 && (c < ' ' || c == 0x7F))
            buf_addc(out, ' ');
        else if (n == 2 && c == 0xC2 && (unsigned char)text[1] < 0xA0)
            buf_addc(out, ' ');
        else
            buf_add(out, text, n);
    }
}

static bool is_plain(const struct buf *text)
{
    for (size_t i = 0; i < text->len; i++)
        if ((unsigned char)text->data[i] >= 0x80)
            return false;
    return text->len <= PLAIN_MAX && !strstr(buf_str(text), "=?");
}

/* Words on lines of their own, the first behind used columns; a letter is never cut in two, for
 * readers that decode word by word. */
static void add_words(struct buf *out, const struct buf *text, size_t used)
{
    const char *p = buf_str(text), *end = p + text->len;
    do {
        size_t frame = sizeof(WORD_HEAD WORD_TAIL) - 1 + used;
        size_t max = (LINE_COLUMNS - frame) / 4 * 3;
        max = max < WORD_BYTES_MAX ? max : WORD_BYTES_MAX;
        size_t take = 0;
        while (p + take < end) {
            size_t n = utf8_len(p + take, (size_t)(end - p) - take);
            if (take + n > max)
                break;
            take += n;
        }
        char letters[sodium_base64_ENCODED_LEN(WORD_BYTES_MAX, sodium_base64_VARIANT_ORIGINAL)];
        sodium_bin2base64(letters, sizeof letters, (const unsigned char *)p, take,
                          sodium_base64_VARIANT_ORIGINAL);
        buf_addf(out, WORD_HEAD "%s" WORD_TAIL, letters);
        p += take;
        used = 1;
        if (p < end)
            buf_adds(out, "\r\n ");
    } while (p < end);
}

void header_text(struct buf *out, const char *name, const char *text)
{
    struct buf cleaned CLEANUP(buf_fini) = {0};
    clean(&cleaned, text);
    buf_addf(out, "%s: ", name);
    if (is_plain(&cleaned))
        buf_adds(out, buf_str(&cleaned));
    else
        add_words(out, &cleaned, strlen(name) + 2);
    buf_adds(out, "\r\n");
}

static void add_quoted(struct buf *out, const struct buf *text)
{
    buf_addc(out, '"');
    for (size_t i = 0; i < text->len; i++) {
        if (text->data[i] == '"' || text->data[i] == '\\')
            buf_addc(out, '\\');
        buf_addc(out, text->data[i]);
    }
    buf_addc(out, '"');
}

void header_mailbox(struct buf *out, const char *name, const char *phrase, const char *addr)
{
    struct buf cleaned CLEANUP(buf_fini) = {0};
    clean(&cleaned, phrase ? phrase : "");
    buf_addf(out, "%s: ", name);
    if (cleaned.len == 0) {
        buf_addf(out, "%s\r\n", addr);
        return;
    }
    if (is_plain(&cleaned))
        add_quoted(out, &cleaned);
    else
        add_words(out, &cleaned, strlen(name) + 2);
    buf_addf(out, "\r\n <%s>\r\n", addr);
}

void header_addresses(struct buf *out, const char *name, const char *const *addrs, size_t n)
{
    buf_addf(out, "%s: ", name);
    for (size_t i = 0; i < n; i++)
        buf_addf(out, "%s%s", i ? ",\r\n " : "", addrs[i]);
    buf_adds(out, "\r\n");
}

/* The "<…>" at or after *p, its length; *p is behind it. NULL for none. */
static const char *next_id(const char **p, size_t *n_out)
{
    for (const char *open = *p; (open = strchr(open, '<')) != NULL; open++) {
        const char *stop = open + 1;
        while (*stop > ' ' && *stop < 0x7F && *stop != '<' && *stop != '>')
            stop++;
        size_t n = (size_t)(stop - open) + 1;
        if (*stop == '>' && n > 2 && n <= ID_BYTES_MAX) {
            *p = stop + 1;
            *n_out = n;
            return open;
        }
    }
    return NULL;
}

/* RFC 5322 3.6.4: a long chain keeps its root. */
void header_ids(struct buf *out, const char *name, const char *ids)
{
    size_t total = 0, n, i = 0;
    for (const char *p = ids; next_id(&p, &n);)
        total++;
    if (total == 0)
        return;
    buf_addf(out, "%s:", name);
    const char *p = ids;
    for (const char *id; (id = next_id(&p, &n)) != NULL; i++)
        if (i == 0 || total - i < IDS_MAX)
            buf_addf(out, "%s %.*s", i ? "\r\n" : "", (int)n, id);
    buf_adds(out, "\r\n");
}

void header_date(struct buf *out, int64_t us)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct civil c = civil_from(us);
    buf_addf(out, "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d +0700\r\n", days + 3 * c.weekday,
             c.day, months + 3 * (c.month - 1), c.year, c.hour, c.minute, c.second);
}

static void add_percent(struct buf *out, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)p[i];
        if (c < 0x80 && (isalnum(c) || strchr("!#$&+-.^_`|~", c)))
            buf_addc(out, (char)c);
        else
            buf_addf(out, "%%%02X", c);
    }
}

/* name*0*=UTF-8''…; name*1*=…, letters whole; one segment is written without a number. */
static void add_segments(struct buf *out, const char *param, const struct buf *text)
{
    const char *p = buf_str(text), *end = p + text->len;
    bool one = text->len * 3 <= SEGMENT_COLUMNS;
    for (int no = 0; p < end; no++) {
        struct buf part CLEANUP(buf_fini) = {0};
        size_t n;
        while (p < end && (n = utf8_len(p, (size_t)(end - p))) * 3 + part.len <= SEGMENT_COLUMNS) {
            add_percent(&part, p, n);
            p += n;
        }
        buf_addf(out, ";\r\n %s", param);
        if (one)
            buf_addf(out, "*=UTF-8''%s", buf_str(&part));
        else
            buf_addf(out, "*%d*=%s%s", no, no == 0 ? "UTF-8''" : "", buf_str(&part));
    }
}

void header_file_name(struct buf *out, const char *param, const char *text)
{
    struct buf cleaned CLEANUP(buf_fini) = {0};
    clean(&cleaned, text);
    if (cleaned.len == 0)
        return;
    buf_addf(out, ";\r\n %s=", param);
    if (is_plain(&cleaned)) {
        add_quoted(out, &cleaned);
        return;
    }
    buf_addc(out, '"');
    add_words(out, &cleaned, strlen(param) + 4); /* a blank, "=" and the quotes */
    buf_addc(out, '"');
    add_segments(out, param, &cleaned);
}
