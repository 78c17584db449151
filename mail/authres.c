/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Authentication-Results. See authres.h. The header is read by the grammar of RFC 8601 2.2, whole:
 * one that does not parse to its end vouches for nothing. */
#include "mail/authres.h"

#include "mail/domain.h"
#include "mail/header.h"
#include <ctype.h>
#include <string.h>
#include <strings.h>

enum {
    WORD_BYTES_MAX = 320, /* of a value: an address is at most 64 + 1 + 255 */
    RESULTS_MAX = 100,    /* methods in one header */
};

/* One method's outcome: "dkim=pass … header.d=customs.go.th". */
struct result {
    char method[WORD_BYTES_MAX];
    char outcome[WORD_BYTES_MAX];
    char domain[WORD_BYTES_MAX]; /* that it speaks for: header.d, header.from, smtp.mailfrom; "" */
    bool has_from;               /* dmarc: header.from was there */
};

struct cursor {
    const char *p, *end;
};

static bool read_id(struct cursor *c, const char *authserv_id);
static bool read_result(struct cursor *c, struct result *out);
static enum auth_verdict judge(struct cursor *c, const char *from_domain);

enum auth_verdict authres_verdict(const struct mail *m, const char *authserv_id)
{
    const char *from = m->from_addr ? strrchr(m->from_addr, '@') : NULL;
    if (!authserv_id || !*authserv_id)
        return AUTH_UNKNOWN;
    for (uint32_t i = 0; i < m->n_auth_results; i++) {
        struct cursor c = {m->auth_results[i], m->auth_results[i] + strlen(m->auth_results[i])};
        if (read_id(&c, authserv_id))
            return from ? judge(&c, from + 1) : AUTH_FAIL;
    }
    return AUTH_UNKNOWN;
}

static void skip(struct cursor *c)
{
    c->p = header_skip_cfws(c->p, c->end);
}

static bool take(struct cursor *c, char wanted)
{
    skip(c);
    if (c->p == c->end || *c->p != wanted)
        return false;
    c->p++;
    return true;
}

/* A token or a quoted string, in small letters. extra: bytes that a token may hold besides. */
static bool take_value(struct cursor *c, const char *extra, char out[static WORD_BYTES_MAX])
{
    size_t n = 0;
    skip(c);
    bool quoted = c->p < c->end && *c->p == '"';
    for (c->p += quoted; c->p < c->end; c->p++) {
        unsigned char b = (unsigned char)*c->p;
        if (quoted ? b == '"' : b < 0x80 && !isalnum(b) && !strchr(extra, b))
            break;
        if (quoted && b == '\\' && c->end - c->p > 1)
            b = (unsigned char)*++c->p;
        if (n == WORD_BYTES_MAX - 1)
            return false;
        out[n++] = (char)tolower(b);
    }
    out[n] = 0;
    if (quoted && c->p == c->end)
        return false;
    c->p += quoted;
    return quoted || n > 0;
}

/* The authserv-id, its version, and that it is ours. */
static bool read_id(struct cursor *c, const char *authserv_id)
{
    char id[WORD_BYTES_MAX], version[WORD_BYTES_MAX];
    if (!take_value(c, "-._", id) || strcasecmp(id, authserv_id) != 0)
        return false;
    skip(c);
    if (c->p < c->end && isdigit((unsigned char)*c->p))
        return take_value(c, "", version) && strcmp(version, "1") == 0;
    return true;
}

/* "smtp.mailfrom = clerk@customs.go.th": keep the domain where this method speaks by it. */
static bool read_property(struct cursor *c, struct result *r)
{
    static const struct {
        const char *method, *property;
    } speaks[] = {
        {"dkim", "header.d"}, {"dkim", "header.i"}, {"spf", "smtp.mailfrom"},
        {"spf", "smtp.mail"}, {"spf", "smtp.from"}, {"dmarc", "header.from"},
    };
    char name[WORD_BYTES_MAX], part[WORD_BYTES_MAX], value[WORD_BYTES_MAX];
    if (!take_value(c, "-_", name))
        return false;
    if (take(c, '=')) /* "reason=…", and what Exchange adds: "action=none" */
        return take_value(c, "-._+", value);
    if (!take(c, '.') || !take_value(c, "-_", part) || !take(c, '=') ||
        !take_value(c, "!#$%&'*+-/=?^_`{|}~.@:<>", value))
        return false;
    char full[2 * WORD_BYTES_MAX];
    strcat(strcat(strcpy(full, name), "."), part);
    for (size_t i = 0; i < ARRAY_LEN(speaks); i++) {
        if (strcmp(speaks[i].method, r->method) != 0 || strcmp(speaks[i].property, full) != 0)
            continue;
        const char *at = strrchr(value, '@');
        if (!*r->domain || strcmp(full, "header.d") == 0)
            strcpy(r->domain, at ? at + 1 : value);
    }
    return true;
}

/* "method[/version] = result [reason=…] [ptype.property=value …]" */
static bool read_result(struct cursor *c, struct result *out)
{
    char version[WORD_BYTES_MAX];
    *out = (struct result){0};
    if (!take_value(c, "-_", out->method) || (take(c, '/') && !take_value(c, "", version)) ||
        !take(c, '=') || !take_value(c, "-_", out->outcome))
        return false;
    for (skip(c); c->p < c->end && *c->p != ';'; skip(c))
        if (!read_property(c, out))
            return false;
    return true;
}

/* DMARC's own word counts when it is about this From; its failure outweighs the others. */
static enum auth_verdict judge(struct cursor *c, const char *from_domain)
{
    bool passed = false, refused = false;
    for (int n = 0; take(c, ';'); n++) {
        struct result r;
        skip(c);
        if (c->p == c->end) /* a ";" too many is common */
            break;
        if (n == RESULTS_MAX || !read_result(c, &r))
            return AUTH_FAIL;
        bool is_pass = strcmp(r.outcome, "pass") == 0;
        bool dmarc = strcmp(r.method, "dmarc") == 0;
        bool other = strcmp(r.method, "dkim") == 0 || strcmp(r.method, "spf") == 0;
        bool about = dmarc ? !*r.domain || strcasecmp(r.domain, from_domain) == 0
                           : other && domain_aligned(r.domain, from_domain);
        passed |= is_pass && about;
        refused |= dmarc && strcmp(r.outcome, "fail") == 0;
    }
    skip(c);
    return passed && !refused && c->p == c->end ? AUTH_PASS : AUTH_FAIL;
}
