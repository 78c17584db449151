/* SPDX-License-Identifier: AGPL-3.0-or-later
 * HTML written by kind. See html.h. */
#include "report/html.h"

#include "base/thai.h"
#include <assert.h>
#include <string.h>
#include <strings.h>

static void finish_tag(struct html *h)
{
    if (h->in_tag)
        buf_addc(h->out, '>');
    h->in_tag = false;
}

static void add_escaped(struct buf *out, const char *text)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    for (const char *p = text_clean(a, text, strlen(text)); *p; p++) {
        switch (*p) {
        case '&':
            buf_adds(out, "&amp;");
            break;
        case '<':
            buf_adds(out, "&lt;");
            break;
        case '>':
            buf_adds(out, "&gt;");
            break;
        case '"':
            buf_adds(out, "&quot;");
            break;
        case '\'':
            buf_adds(out, "&#39;");
            break;
        default:
            buf_addc(out, *p);
        }
    }
}

void html_document(struct html *h, const char *lang)
{
    buf_adds(h->out, "<!doctype html>\n");
    html_start(h, "html");
    html_attr(h, "lang", lang);
}

void html_start(struct html *h, const char *name)
{
    assert(h->depth < HTML_DEPTH_MAX);
    finish_tag(h);
    buf_addc(h->out, '<');
    buf_adds(h->out, name);
    h->stack[h->depth++] = name;
    h->in_tag = true;
}

void html_attr(struct html *h, const char *name, const char *value)
{
    assert(h->in_tag);
    buf_addf(h->out, " %s=\"", name);
    add_escaped(h->out, value);
    buf_addc(h->out, '"');
}

void html_attrf(struct html *h, const char *name, const char *fmt, ...)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    va_list args;
    va_start(args, fmt);
    html_attr(h, name, arena_vprintf(a, fmt, args));
    va_end(args);
}

void html_url(struct html *h, const char *name, const char *url)
{
    static const char *const safe[] = {"https:", "http:", "mailto:", "cid:", "#", "?"};
    bool local = url[0] == '/' && url[1] != '/' && url[1] != '\\';
    for (size_t i = 0; i < ARRAY_LEN(safe); i++) {
        if (local || strncasecmp(url, safe[i], strlen(safe[i])) == 0) {
            html_attr(h, name, url);
            return;
        }
    }
    html_attr(h, name, "#");
}

void html_text(struct html *h, const char *text)
{
    finish_tag(h);
    if (text)
        add_escaped(h->out, text);
}

void html_textf(struct html *h, const char *fmt, ...)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    va_list args;
    va_start(args, fmt);
    html_text(h, arena_vprintf(a, fmt, args));
    va_end(args);
}

static bool is_void(const char *name)
{
    static const char *const names[] = {"br", "img", "meta", "hr", "col", "link", "input"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* Mail servers break lines over 998 bytes: blocks end theirs. */
static bool ends_line(const char *name)
{
    static const char *const names[] = {"tr",    "td",   "th",   "p",    "h1", "h2",
                                        "table", "div",  "rect", "text", "br", "meta",
                                        "svg",   "head", "body", "html"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

void html_end(struct html *h)
{
    assert(h->depth > 0);
    const char *name = h->stack[--h->depth];
    finish_tag(h);
    if (!is_void(name))
        buf_addf(h->out, "</%s>", name);
    if (ends_line(name))
        buf_addc(h->out, '\n');
}

void html_element(struct html *h, const char *name, const char *text)
{
    html_start(h, name);
    html_text(h, text);
    html_end(h);
}

void html_head(struct html *h, const char *title)
{
    html_start(h, "head");
    html_start(h, "meta");
    html_attr(h, "charset", "utf-8");
    html_end(h);
    html_start(h, "meta");
    html_attr(h, "name", "viewport");
    html_attr(h, "content", "width=device-width, initial-scale=1");
    html_end(h);
    html_element(h, "title", title);
}

void html_style(struct html *h, const char *sheet)
{
    assert(!strchr(sheet, '<'));
    html_start(h, "style");
    finish_tag(h);
    buf_adds(h->out, sheet);
    html_end(h);
}
