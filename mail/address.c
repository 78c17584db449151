/* SPDX-License-Identifier: AGPL-3.0-or-later
 * From headers, and the grammar of addresses. See address.h and compose.h. */
#include "mail/address.h"

#include "base/buf.h"
#include "base/thai.h"
#include "mail/compose.h"
#include "mail/header.h"
#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { LOCAL_MAX = 64, DOMAIN_MAX = 253, LABEL_MAX = 63 }; /* bytes: RFC 5321 4.5.3, RFC 1035 */

/* One mailbox as it is collected. */
struct pieces {
    struct buf phrase;  /* before the angle bracket, quotes off */
    struct buf addr;    /* in the brackets, or all of it where there are none */
    struct buf comment; /* the last comment: the name in "clerk@customs.go.th (Clerk)" */
    bool has_angle;
};

static const char *mailbox_scan(const char *p, const char *end, struct pieces *out);
static void mailbox_keep(struct arena *a, struct pieces *p, struct mailboxes *out);
static void pieces_fini(struct pieces *p);

void mailboxes_read(struct arena *a, const char *raw, size_t n, struct mailboxes *out)
{
    const char *p = raw, *end = raw + n;
    *out = (struct mailboxes){0};
    struct pieces pieces CLEANUP(pieces_fini) = {0};
    while (p < end) {
        p = mailbox_scan(p, end, &pieces);
        /* "Last, First <a@b>" without quotes: the comma was the name's. */
        if (!pieces.has_angle && p < end && !memchr(buf_str(&pieces.addr), '@', pieces.addr.len)) {
            buf_addc(&pieces.phrase, *p);
            p++;
            continue;
        }
        mailbox_keep(a, &pieces, out);
        pieces_fini(&pieces);
        p += p < end;
    }
}

bool address_valid(const char *addr)
{
    const char *at = strrchr(addr, '@');
    size_t local = at ? (size_t)(at - addr) : 0;
    if (local == 0 || local > LOCAL_MAX || !utf8_valid(addr, strlen(addr)))
        return false;
    for (size_t i = 0; i < local; i++) {
        unsigned char c = (unsigned char)addr[i];
        bool dot = c == '.' && i > 0 && i + 1 < local && addr[i - 1] != '.';
        if (c < 0x80 && !isalnum(c) && !strchr("!#$%&'*+-/=?^_`{|}~", c) && !dot)
            return false;
    }
    const char *label = at + 1;
    size_t dots = 0;
    if (strlen(label) > DOMAIN_MAX)
        return false;
    for (const char *p = label;; p++) {
        if (*p == '.' || *p == 0) {
            if (p == label || p - label > LABEL_MAX || label[0] == '-' || p[-1] == '-')
                return false;
            dots += *p == '.';
            label = p + 1;
        } else if ((unsigned char)*p < 0x80 && !isalnum((unsigned char)*p) && *p != '-') {
            return false;
        }
        if (*p == 0)
            return dots > 0;
    }
}

static void pieces_fini(struct pieces *p)
{
    buf_fini(&p->phrase);
    buf_fini(&p->addr);
    buf_fini(&p->comment);
    p->has_angle = false;
}

/* A quoted string, quotes off. Returns the byte behind it. */
static const char *scan_quoted(const char *p, const char *end, struct buf *out)
{
    for (; p < end && *p != '"'; p++) {
        if (*p == '\\' && end - p > 1)
            p++;
        buf_addc(out, *p);
    }
    return p < end ? p + 1 : end;
}

static const char *scan_comment(const char *p, const char *end, struct buf *out)
{
    const char *stop = header_skip_cfws(p, end);
    while (stop > p && stop[-1] != ')')
        stop--;
    buf_clear(out);
    if (stop - p > 2)
        buf_add(out, p + 1, (size_t)(stop - p) - 2);
    return stop > p ? stop : end;
}

/* In the brackets: a route ("@relay:") goes, blanks go. */
static const char *scan_angle(const char *p, const char *end, struct buf *out)
{
    const char *route = p;
    buf_clear(out);
    while (route < end && *route == '@' && (route = memchr(p, ':', (size_t)(end - p))) != NULL)
        p = ++route;
    for (; p < end && *p != '>'; p++)
        if (!isspace((unsigned char)*p) && *p != '<')
            buf_addc(out, *p);
    return p < end ? p + 1 : end;
}

/* Up to the comma or semicolon that ends one mailbox. A group's name is dropped at its colon. */
static const char *mailbox_scan(const char *p, const char *end, struct pieces *out)
{
    while (p < end && *p != ',' && *p != ';') {
        if (*p == '"') {
            p = scan_quoted(p + 1, end, out->has_angle ? &out->comment : &out->phrase);
        } else if (*p == '(') {
            p = scan_comment(p, end, &out->comment);
        } else if (*p == '<') {
            p = scan_angle(p + 1, end, &out->addr);
            out->has_angle = true;
        } else if (*p == ':' && !out->has_angle) {
            buf_clear(&out->phrase);
            buf_clear(&out->addr);
            p++;
        } else if (end - p > 1 && p[0] == '=' && p[1] == '?') {
            const char *stop = memmem(p + 2, (size_t)(end - p) - 2, "?=", 2);
            const char *text = stop ? memchr(p + 2, '?', (size_t)(stop - p) - 2) : NULL;
            if (text && stop < text + 3) /* the "?=" of "?Q?=E0…" */
                stop = memmem(text + 3, (size_t)(end - text) - 3, "?=", 2);
            stop = stop ? stop + 2 : p + 2;
            buf_add(&out->phrase, p, (size_t)(stop - p));
            p = stop;
        } else {
            buf_addc(&out->phrase, *p);
            if (!out->has_angle && !isspace((unsigned char)*p))
                buf_addc(&out->addr, *p);
            p++;
        }
    }
    return p;
}

static char *clean_addr(struct arena *a, const struct buf *raw)
{
    const char *text = buf_str(raw);
    if (strncasecmp(text, "mailto:", 7) == 0)
        text += 7;
    char *addr = arena_strdup(a, text), *at = strrchr(addr, '@');
    for (char *p = at; p && *p; p++)
        *p = (char)tolower((unsigned char)*p);
    size_t n = strlen(addr);
    if (n > 0 && addr[n - 1] == '.')
        addr[n - 1] = 0;
    return address_valid(addr) ? addr : NULL;
}

static void mailbox_keep(struct arena *a, struct pieces *p, struct mailboxes *out)
{
    const char *addr = clean_addr(a, &p->addr);
    bool same = out->n > 0 && addr && out->addr && strcmp(addr, out->addr) == 0;
    bool empty = !p->has_angle && p->addr.len == 0;
    if (same || empty)
        return;
    if (out->n++ > 0)
        return;
    const struct buf *name = p->has_angle ? &p->phrase : &p->comment;
    const char *text = header_decode(a, buf_str(name), name->len);
    out->addr = addr;
    out->name = *text ? text : NULL;
}
