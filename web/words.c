/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Small things that every page asks of its request. */
#include "web/web.h"

#include "base/buf.h"
#include "base/thai.h"
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *web_find(const struct web_fields *f, const char *name)
{
    for (int i = 0; i < f->n; i++)
        if (strcmp(f->field[i].name, name) == 0)
            return f->field[i].value;
    return NULL;
}

const char *web_get(const struct web_fields *f, const char *name)
{
    const char *value = web_find(f, name);
    return value ? value : "";
}

int64_t web_int(const struct web_fields *f, const char *name, int64_t min, int64_t max,
                int64_t otherwise)
{
    const char *text = web_get(f, name);
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    return *text && !*end && !errno && value >= min && value <= max ? value : otherwise;
}

char *web_text(struct arena *a, const char *bytes)
{
    size_t left = strlen(bytes);
    struct buf out CLEANUP(buf_fini) = {0};
    if (utf8_valid(bytes, left))
        return arena_strdup(a, bytes);
    while (left > 0) {
        size_t n = utf8_len(bytes, left);
        if (n > 0)
            buf_add(&out, bytes, n);
        else
            buf_adds(&out, "\uFFFD");
        n += n == 0;
        bytes += n;
        left -= n;
    }
    return arena_strdup(a, buf_str(&out));
}

char *web_escape(struct arena *a, const char *text)
{
    char *out = arena_alloc(a, 3 * strlen(text) + 1), *to = out;
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if ((*p < 0x80 && isalnum(*p)) || strchr("-_.~/", *p))
            *to++ = (char)*p;
        else
            to += sprintf(to, "%%%02X", *p);
    }
    return out;
}

const char *web_tr(const struct web_request *r, const char *th, const char *en)
{
    return r->english ? en : th;
}

const char *web_asset_url(const char *name)
{
    size_t i = 0;
    while (i < n_web_assets && strcmp(web_assets[i].name, name) != 0)
        i++;
    assert(i < n_web_assets); /* names are constants of ours */
    return web_assets[i].url;
}

void web_see(struct web_answer *out, const char *location)
{
    out->status = 303;
    out->location = location;
}

void web_done(struct web_request *r, struct web_answer *out, const char *location, const char *what)
{
    web_see(out,
            arena_printf(r->a, "%s%cdone=%s", location, strchr(location, '?') ? '&' : '?', what));
}
