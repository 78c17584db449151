/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Parameters of Content-Type and Content-Disposition, RFC 2045 and 2231, as mailers write them: in
 * quotes that never close, with encoded words inside, twice over, out of order. See header.h. */
#include "mail/header.h"

#include "base/buf.h"
#include "base/thai.h"
#include "mail/charset.h"
#include "mail/transfer.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* One "name*7*=value" of the parameter that is asked for. */
struct segment {
    unsigned no;      /* 0 for name*= */
    bool is_numbered; /* name*7= */
    bool is_extended; /* the value is percent-encoded */
    struct buf value;
};

struct segments {
    struct segment *list; /* HEADER_PARAMS_MAX of them */
    size_t n;
    struct buf plain; /* name= */
    bool has_plain;
};

static const char *param_name(const char *p, const char *end, const char **name_end_out);
static const char *param_value(const char *p, const char *end, struct buf *out);
static void param_keep(struct segments *all, const char *suffix, size_t n_suffix,
                       struct buf *value);
static char *join_segments(struct arena *a, const struct segments *all);
static char *plain_text(struct arena *a, const struct buf *value);

static bool is_lws(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

char *header_token(struct arena *a, const char *raw, size_t n)
{
    struct buf out CLEANUP(buf_fini) = {0};
    const char *end = raw + n, *p = header_skip_cfws(raw, end);
    for (; p < end && *p != ';' && *p != '('; p++) {
        bool is_gap = is_lws(*p);
        if (is_gap && (p = header_skip_cfws(p, end)) < end && *p != '/' &&
            (out.len == 0 || out.data[out.len - 1] != '/'))
            break;
        if (p == end)
            break;
        if (*p != '"' && *p != '\'')
            buf_addc(&out, (char)tolower((unsigned char)*p));
    }
    return text_clean(a, buf_str(&out), out.len);
}

char *header_param(struct arena *a, const char *raw, size_t n, const char *name)
{
    struct segment list[HEADER_PARAMS_MAX];
    struct segments all = {.list = list};
    const char *end = raw + n, *p = header_skip_cfws(raw, end);
    size_t n_name = strlen(name);
    bool quoted = false; /* the ";" behind the token is sometimes forgotten: a blank will do */
    for (; p < end && (quoted || (*p != ';' && !is_lws(*p))); p++)
        quoted ^= *p == '"';
    while (p < end && all.n < HEADER_PARAMS_MAX) {
        const char *name_end, *at = param_name(p, end, &name_end);
        size_t len = (size_t)(name_end - at);
        struct buf value CLEANUP(buf_fini) = {0};
        p = param_value(name_end, end, &value);
        if (len >= n_name && strncasecmp(at, name, n_name) == 0 &&
            (len == n_name || at[n_name] == '*') && value.data)
            param_keep(&all, at + n_name, len - n_name, &value);
    }
    char *text = all.n > 0 ? join_segments(a, &all) : NULL;
    if (!text && all.has_plain)
        text = plain_text(a, &all.plain);
    for (size_t i = 0; i < all.n; i++)
        buf_fini(&list[i].value);
    buf_fini(&all.plain);
    return text;
}

/* From a ";" to the name behind it. */
static const char *param_name(const char *p, const char *end, const char **name_end_out)
{
    while (p < end && (*p == ';' || is_lws(*p)))
        p++;
    const char *at = header_skip_cfws(p, end), *stop = at;
    while (stop < end && !strchr("=;( \t\r\n", *stop))
        stop++;
    *name_end_out = stop;
    return at;
}

/* A quoted string, or, when its quote never closes, all up to the next ";" or line end. Only \" and
 * \\ are escapes: "C:\Users\a.pdf" keeps its strokes. */
static const char *quoted_value(const char *p, const char *end, struct buf *out)
{
    const char *start = p;
    for (; p < end && *p != '"'; p++) {
        if (*p == '\r' || *p == '\n')
            continue;
        if (*p == '\\' && end - p > 1 && (p[1] == '"' || p[1] == '\\'))
            p++;
        buf_addc(out, *p);
    }
    if (p < end)
        return p + 1;
    buf_clear(out);
    for (p = start; p < end && *p != ';' && *p != '\r' && *p != '\n'; p++)
        buf_addc(out, *p);
    return p;
}

/* A bare value may hold blanks, which no standard allows and mailers write; a comment ends it only
 * when nothing else follows: "report (1).pdf" is a name. */
static const char *bare_value(const char *p, const char *end, struct buf *out)
{
    const char *stop = p;
    while (stop < end && *stop != ';') {
        const char *word = end - stop > 2 && stop[0] == '=' && stop[1] == '?'
                               ? memmem(stop + 2, (size_t)(end - stop) - 2, "?=", 2)
                               : NULL;
        stop = word && !memchr(stop, ' ', (size_t)(word - stop)) ? word + 2 : stop + 1;
    }
    const char *last = stop;
    for (const char *c = p; c < stop; c++) {
        if (*c == '(' && c > p && is_lws(c[-1]) && header_skip_cfws(c, stop) == stop) {
            last = c;
            break;
        }
    }
    while (last > p && is_lws(last[-1]))
        last--;
    for (; p < last; p++)
        if (*p != '\r' && *p != '\n')
            buf_addc(out, *p);
    return stop;
}

/* From behind the name to the next ";". out.data stays NULL where there is no "=". */
static const char *param_value(const char *p, const char *end, struct buf *out)
{
    p = header_skip_cfws(p, end);
    if (p < end && *p == '=') {
        p = header_skip_cfws(p + 1, end);
        buf_adds(out, "");
        p = p < end && *p == '"' ? quoted_value(p + 1, end, out) : bare_value(p, end, out);
    }
    while (p < end && *p != ';')
        p++;
    return p;
}

static void move(struct buf *to, struct buf *from)
{
    *to = *from;
    *from = (struct buf){0};
}

/* Keep one value under "", "*", "*7" or "*7*". The first of two alike counts. */
static void param_keep(struct segments *all, const char *suffix, size_t n_suffix, struct buf *value)
{
    if (n_suffix == 0) {
        if (!all->has_plain)
            move(&all->plain, value);
        all->has_plain = true;
        return;
    }
    struct segment s = {0};
    size_t i = 1;
    for (; i < n_suffix && isdigit((unsigned char)suffix[i]) && s.no < HEADER_SEGMENTS_MAX; i++) {
        s.no = s.no * 10 + (unsigned)(suffix[i] - '0');
        s.is_numbered = true;
    }
    s.is_extended = !s.is_numbered || (i < n_suffix && suffix[i] == '*');
    for (size_t k = 0; k < all->n; k++)
        if (all->list[k].no == s.no && all->list[k].is_numbered == s.is_numbered)
            return;
    move(&s.value, value);
    all->list[all->n++] = s;
}

static int by_number(const void *x, const void *y)
{
    const struct segment *a = x, *b = y;
    if (a->is_numbered != b->is_numbered)
        return a->is_numbered ? 1 : -1;
    return a->no < b->no ? -1 : a->no > b->no;
}

static void add_percent(struct buf *out, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int high = i + 2 < n && p[i] == '%' ? hex_digit(p[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(p[i + 2]) : -1;
        buf_addc(out, (char)(low >= 0 ? high << 4 | low : p[i]));
        i += low >= 0 ? 2 : 0;
    }
}

/* charset'language'text in the first segment; a value without it is still percent-encoded. */
static const char *split_charset(const struct buf *first, char label[static CHARSET_LABEL_MAX + 1])
{
    const char *v = buf_str(first), *one = strchr(v, '\''),
               *two = one ? strchr(one + 1, '\'') : NULL;
    label[0] = 0;
    if (!two)
        return v;
    size_t n = (size_t)(one - v);
    if (n <= CHARSET_LABEL_MAX) {
        memcpy(label, v, n);
        label[n] = 0;
    }
    return two + 1;
}

/* name*= stands alone and wins over name*0*=…; a gap in the numbers is passed over. */
static char *join_segments(struct arena *a, const struct segments *all)
{
    char label[CHARSET_LABEL_MAX + 1] = "";
    struct buf bytes CLEANUP(buf_fini) = {0}, text CLEANUP(buf_fini) = {0};
    qsort(all->list, all->n, sizeof *all->list, by_number);
    for (size_t i = 0; i < all->n; i++) {
        const struct segment *s = &all->list[i];
        const char *from = buf_str(&s->value), *end = from + s->value.len;
        if (i > 0 && !all->list[0].is_numbered)
            break;
        if (i == 0 && s->is_extended)
            from = split_charset(&s->value, label);
        if (s->is_extended)
            add_percent(&bytes, from, (size_t)(end - from));
        else
            buf_add(&bytes, from, (size_t)(end - from));
    }
    if (!label[0])
        return plain_text(a, &bytes);
    charset_decode(&text, label, buf_str(&bytes), bytes.len, CHARSET_HEADER);
    return arena_strndup(a, buf_str(&text), text.len);
}

/* Some web mailers percent-encode a plain value; no one means a name that is so written and decodes
 * to letters beyond ASCII. */
static bool percent_meant(const struct buf *value, struct buf *decoded)
{
    if (!memchr(buf_str(value), '%', value->len))
        return false;
    add_percent(decoded, buf_str(value), value->len);
    bool beyond = false;
    for (size_t i = 0; i < value->len; i++)
        if ((unsigned char)value->data[i] >= 0x80)
            return false;
    for (size_t i = 0; i < decoded->len; i++)
        beyond |= (unsigned char)decoded->data[i] >= 0x80;
    return beyond && utf8_valid(buf_str(decoded), decoded->len);
}

/* A value without a charset: encoded words that do not belong there (Outlook, everyone), raw bytes.
 */
static char *plain_text(struct arena *a, const struct buf *value)
{
    struct buf decoded CLEANUP(buf_fini) = {0}, text CLEANUP(buf_fini) = {0};
    if (memmem(buf_str(value), value->len, "=?", 2))
        return header_decode(a, buf_str(value), value->len);
    const struct buf *use = percent_meant(value, &decoded) ? &decoded : value;
    charset_decode(&text, NULL, buf_str(use), use->len, CHARSET_HEADER);
    return arena_strndup(a, buf_str(&text), text.len);
}
