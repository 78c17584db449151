/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Base64, quoted-printable and uuencode, streaming. See transfer.h. */
#include "mail/transfer.h"

#include <string.h>
#include <strings.h>

static void base64_feed(struct transfer_state *s, const char *p, size_t n, struct buf *out);
static void base64_flush(struct transfer_state *s, struct buf *out);
static void base64_late_line(struct transfer_state *s, const char *p, size_t n, struct buf *out);
static void quoted_line(struct transfer_state *s, const char *p, size_t n, struct buf *out);
static void uu_line(struct transfer_state *s, const char *p, size_t n, struct buf *out);
static void lines_feed(struct transfer_state *s, const char *p, size_t n, struct buf *out);
static size_t hold_line(struct transfer_state *s, const char *p, size_t n, struct buf *out);

enum transfer transfer_from_token(const char *token)
{
    static const struct {
        const char *token;
        enum transfer kind;
    } names[] = {
        {"7bit", TRANSFER_PLAIN},
        {"8bit", TRANSFER_PLAIN},
        {"binary", TRANSFER_PLAIN},
        {"7-bit", TRANSFER_PLAIN},
        {"8-bit", TRANSFER_PLAIN},
        {"none", TRANSFER_PLAIN},
        {"base64", TRANSFER_BASE64},
        {"base-64", TRANSFER_BASE64},
        {"x-base64", TRANSFER_BASE64},
        {"b64", TRANSFER_BASE64},
        {"quoted-printable", TRANSFER_QUOTED},
        {"quotedprintable", TRANSFER_QUOTED},
        {"quoted-printeable", TRANSFER_QUOTED},
        {"x-uuencode", TRANSFER_UU},
        {"uuencode", TRANSFER_UU},
        {"x-uue", TRANSFER_UU},
        {"uue", TRANSFER_UU},
        {"x-uu", TRANSFER_UU},
    };
    if (!token || !*token)
        return TRANSFER_PLAIN;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strcasecmp(names[i].token, token) == 0)
            return names[i].kind;
    return TRANSFER_UNKNOWN;
}

void transfer_init(struct transfer_state *s, enum transfer kind)
{
    *s = (struct transfer_state){.kind = kind, .line_empty = true};
}

void transfer_feed(struct transfer_state *s, const void *bytes, size_t n, struct buf *out)
{
    switch (s->kind) {
    case TRANSFER_BASE64:
        base64_feed(s, bytes, n, out);
        break;
    case TRANSFER_QUOTED:
    case TRANSFER_UU:
        lines_feed(s, bytes, n, out);
        break;
    case TRANSFER_PLAIN:
    case TRANSFER_UNKNOWN:
        buf_add(out, bytes, n);
        break;
    }
}

void transfer_end(struct transfer_state *s, struct buf *out)
{
    if (s->kind == TRANSFER_BASE64) {
        base64_late_line(s, s->hold, s->n_hold, out);
        s->broken |= s->n_acc == 1;
        base64_flush(s, out);
    } else if (s->kind == TRANSFER_QUOTED && s->n_hold > 0) {
        quoted_line(s, s->hold, s->n_hold, out);
    } else if (s->kind == TRANSFER_UU) {
        if (s->n_hold > 0)
            uu_line(s, s->hold, s->n_hold, out);
        s->broken |= s->uu_open;
    }
    bool broken = s->broken;
    transfer_init(s, s->kind);
    s->broken = broken;
}

int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Value plus one, so that a letter outside the alphabet is 0. */
static const uint8_t base64_table[256] = {
    ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,  ['H'] = 8,
    ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
    ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
    ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
    ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
    ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
    ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
    ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63, ['/'] = 64};

/* Padding ends a quantum, not the stream: two padded blocks in a row are one file. */
static void base64_letter(struct transfer_state *s, char c, struct buf *out)
{
    uint8_t value = base64_table[(unsigned char)c];
    if (value > 0) {
        s->acc = s->acc << 6 | (uint32_t)(value - 1);
        if (++s->n_acc == 4) {
            const char bytes[3] = {(char)(s->acc >> 16), (char)(s->acc >> 8), (char)s->acc};
            buf_add(out, bytes, sizeof bytes);
            s->acc = s->n_acc = 0;
        }
    } else if (c == '=') {
        base64_flush(s, out);
        s->closed = true;
    } else if (c == '\n') {
        s->closed |= s->line_empty;
    } else if (c != '\r' && c != ' ' && c != '\t') {
        s->broken = true;
    }
    s->line_empty = c == '\n' || (s->line_empty && strchr("\r \t", c) && c);
}

static size_t line_length(const char *p, const unsigned char *end)
{
    size_t n = (size_t)((const char *)end - p);
    const char *lf = memchr(p, '\n', n);
    return lf ? (size_t)(lf - p) + 1 : n;
}

/* Nearly all of a mail's bytes come through here: whole quanta by the block, the rest by letter. */
static void base64_feed(struct transfer_state *s, const char *p, size_t n, struct buf *out)
{
    const unsigned char *in = (const unsigned char *)p, *end = in + n;
    while (in < end) {
        char block[768];
        size_t used = 0;
        if (s->closed && (s->line_empty || s->n_hold > 0)) {
            in += hold_line(s, (const char *)in, line_length((const char *)in, end), out);
            continue;
        }
        while (s->n_acc == 0 && end - in >= 4 && used < sizeof block) {
            unsigned a = base64_table[in[0]], b = base64_table[in[1]];
            unsigned c = base64_table[in[2]], d = base64_table[in[3]];
            if (!a || !b || !c || !d)
                break;
            uint32_t v = (a - 1) << 18 | (b - 1) << 12 | (c - 1) << 6 | (d - 1);
            block[used++] = (char)(v >> 16);
            block[used++] = (char)(v >> 8);
            block[used++] = (char)v;
            in += 4;
        }
        buf_add(out, block, used);
        s->line_empty &= used == 0;
        if (in < end && used < sizeof block)
            base64_letter(s, (char)*in++, out);
    }
}

/* One letter alone carries no whole byte; two carry one, three carry two. */
static void base64_flush(struct transfer_state *s, struct buf *out)
{
    if (s->n_acc == 2) {
        buf_addc(out, (char)(s->acc >> 4));
    } else if (s->n_acc == 3) {
        buf_addc(out, (char)(s->acc >> 10));
        buf_addc(out, (char)(s->acc >> 2));
    }
    s->acc = s->n_acc = 0;
}

/* Behind padding or an empty line stands another block, or the footer of a list or scanner, which
 * is no part of the file: only a line of nothing but letters goes on. */
static void base64_late_line(struct transfer_state *s, const char *p, size_t n, struct buf *out)
{
    while (n > 0 && strchr("\r\n \t", p[n - 1]) && p[n - 1])
        n--;
    for (size_t i = 0; i < n; i++) {
        if (!base64_table[(unsigned char)p[i]] && p[i] != '=') {
            s->broken = true;
            return;
        }
    }
    s->closed &= n == 0;
    for (size_t i = 0; i < n; i++)
        base64_letter(s, p[i], out);
    s->line_empty = true;
}

static void one_line(struct transfer_state *s, const char *p, size_t n, struct buf *out)
{
    if (s->kind == TRANSFER_BASE64)
        base64_late_line(s, p, n, out);
    else if (s->kind == TRANSFER_QUOTED)
        quoted_line(s, p, n, out);
    else
        uu_line(s, p, n, out);
}

/* Where a line that outgrew the hold may be cut: no escape torn, no blank that may turn out to end
 * the line passed on. Only an absurd line has no such place. */
static size_t quoted_cut(const char *p, size_t n)
{
    for (size_t cut = n; cut > n / 2; cut--)
        if (!strchr(" \t\r=", p[cut - 1]) && p[cut - 2] != '=')
            return cut;
    return n;
}

/* Add to the held line; pass it on when it is whole or can grow no more. */
static size_t hold_line(struct transfer_state *s, const char *p, size_t n, struct buf *out)
{
    size_t room = sizeof s->hold - s->n_hold, take = n < room ? n : room;
    memcpy(s->hold + s->n_hold, p, take);
    s->n_hold += take;
    bool whole = s->hold[s->n_hold - 1] == '\n';
    if (!whole && s->n_hold < sizeof s->hold)
        return take;
    size_t cut = whole || s->kind != TRANSFER_QUOTED ? s->n_hold : quoted_cut(s->hold, s->n_hold);
    one_line(s, s->hold, cut, out);
    s->n_hold -= cut;
    memmove(s->hold, s->hold + cut, s->n_hold);
    return take;
}

/* Cut the stream into lines, ends included. */
static void lines_feed(struct transfer_state *s, const char *p, size_t n, struct buf *out)
{
    while (n > 0) {
        const char *lf = memchr(p, '\n', n);
        size_t take = lf ? (size_t)(lf - p) + 1 : n;
        if (lf && s->n_hold == 0)
            one_line(s, p, take, out);
        else
            take = hold_line(s, p, take, out);
        p += take;
        n -= take;
    }
}

/* RFC 2045 6.7: blanks before a line's end are not of the text; "=" before it joins lines. What is
 * no escape stays as it is written. */
static void quoted_line(struct transfer_state *s, const char *p, size_t n, struct buf *out)
{
    size_t end = n;
    if (end > 0 && p[end - 1] == '\n')
        end -= end > 1 && p[end - 2] == '\r' ? 2 : 1;
    size_t text = end;
    while (end < n && text > 0 && (p[text - 1] == ' ' || p[text - 1] == '\t'))
        text--;
    bool soft = text > 0 && p[text - 1] == '=';
    text -= soft ? 1 : 0;
    for (size_t i = 0; i < text; i++) {
        int high = p[i] == '=' && i + 2 < text ? hex_digit(p[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(p[i + 2]) : -1;
        if (low >= 0) {
            buf_addc(out, (char)(high << 4 | low));
            i += 2;
            continue;
        }
        s->broken |= p[i] == '=';
        buf_addc(out, p[i]);
    }
    if (!soft)
        buf_add(out, p + end, n - end);
}

static bool is_begin(const char *p, size_t n)
{
    return n > 10 && memcmp(p, "begin ", 6) == 0 && p[6] >= '0' && p[6] <= '7' && p[7] >= '0' &&
           p[7] <= '7' && p[8] >= '0' && p[8] <= '7';
}

/* A line is a length letter and groups of four; blanks at its end may have been lost on the way. */
static void uu_line(struct transfer_state *s, const char *p, size_t n, struct buf *out)
{
    while (n > 0 && (p[n - 1] == '\n' || p[n - 1] == '\r'))
        n--;
    if (!s->uu_open) {
        s->uu_open = is_begin(p, n);
        return;
    }
    if (n == 3 && memcmp(p, "end", 3) == 0) {
        s->uu_open = false;
        return;
    }
    size_t want = n > 0 ? (size_t)((p[0] - ' ') & 0x3F) : 0;
    for (size_t i = 1; want > 0 && i < n; i += 4) {
        uint32_t v = 0;
        for (size_t k = 0; k < 4; k++)
            v = v << 6 | (uint32_t)(i + k < n ? (p[i + k] - ' ') & 0x3F : 0);
        const char bytes[3] = {(char)(v >> 16), (char)(v >> 8), (char)v};
        size_t take = want < 3 ? want : 3;
        buf_add(out, bytes, take);
        want -= take;
    }
    s->broken |= want > 0;
}
