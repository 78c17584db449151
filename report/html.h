/* SPDX-License-Identifier: AGPL-3.0-or-later
 * HTML and SVG written by kind: text, attribute, URL. There is no way to write unescaped text, so
 * escaping cannot be forgotten. Strangers' controls and bidi overrides become U+FFFD. */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include "base/buf.h"
#include "base/cleanup.h"
#include <stdbool.h>
#include <stdint.h>

enum { HTML_DEPTH_MAX = 32 };

struct html {                          /* zero-initialised but for out */
    struct buf *out;                   /* the caller's */
    const char *stack[HTML_DEPTH_MAX]; /* open elements, private */
    int depth;                         /* private */
    bool in_tag;                       /* "<td" stands without its ">", private */
};

/* "<!doctype html>" and the html element with its language; html_end closes it. */
void html_document(struct html *h, const char *lang);
/* Open the head, with its title and what makes UTF-8 and small screens right. */
void html_head(struct html *h, const char *title);

/* Open an element; name is a constant of ours and outlives it. */
void html_start(struct html *h, const char *name);
/* An attribute of the element just started. */
void html_attr(struct html *h, const char *name, const char *value);
void html_attrf(struct html *h, const char *name, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* href, src or action: only https:, http:, mailto:, cid:, "#", "?" and paths ("/r/1", not "//host"
 * or "/\\host"); anything else becomes "#". */
void html_url(struct html *h, const char *name, const char *url);
void html_text(struct html *h, const char *text); /* NULL is "" */
void html_textf(struct html *h, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Close the innermost element; br, img, meta, hr, col, link and input have no end
 * tag. */
void html_end(struct html *h);

/* A whole element with text in it. */
void html_element(struct html *h, const char *name, const char *text);
/* A <style> with a constant sheet of ours; never with data. */
void html_style(struct html *h, const char *sheet);

#endif
