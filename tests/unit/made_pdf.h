/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A PDF of one page that shows one picture, opened. */
#ifndef TESTS_UNIT_MADE_PDF_H
#define TESTS_UNIT_MADE_PDF_H

#include "base/buf.h"
#include <mupdf/fitz.h>
#include <mupdf/pdf.h>
#include <stdio.h>

enum { PICTURE_NO = 5 }; /* the picture's object */

struct opened {
    fz_context *ctx;
    fz_stream *stream;
    fz_document *doc;
    fz_page *page;
};

/* A point a pixel. words: what the picture's dictionary says besides its size. */
static inline void made_pdf(int w, int h, const char *words, const void *bytes, size_t n,
                            struct buf *out)
{
    char content[80], head[900];
    int len = snprintf(content, sizeof content, "%d 0 0 %d 0 0 cm /I Do", w, h);
    snprintf(head, sizeof head,
             "%%PDF-1.5\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
             "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
             "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents 4 0 R"
             "/Resources<</XObject<</I %d 0 R>>>>>>endobj\n"
             "4 0 obj<</Length %d>>stream\n%s\nendstream endobj\n"
             "%d 0 obj<</Type/XObject/Subtype/Image/Width %d/Height %d%s/Length %zu>>stream\n",
             w, h, PICTURE_NO, len, content, PICTURE_NO, w, h, words, n);
    buf_adds(out, head);
    buf_add(out, bytes, n);
    buf_adds(out, "\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n");
}

static inline fz_context *quiet_context(void)
{
    fz_context *ctx = fz_new_context(NULL, NULL, FZ_STORE_UNLIMITED);
    fz_set_warning_callback(ctx, NULL, NULL);
    fz_set_error_callback(ctx, NULL, NULL);
    fz_register_document_handlers(ctx);
    return ctx;
}

static inline struct opened open_pdf(fz_context *ctx, const struct buf *pdf)
{
    struct opened o = {.ctx = ctx};
    o.stream = fz_open_memory(ctx, (const unsigned char *)pdf->data, pdf->len);
    o.doc = fz_open_document_with_stream(ctx, "application/pdf", o.stream);
    o.page = fz_load_page(ctx, o.doc, 0);
    return o;
}

static inline void close_pdf(struct opened *o)
{
    fz_drop_page(o->ctx, o->page);
    fz_drop_document(o->ctx, o->doc);
    fz_drop_stream(o->ctx, o->stream);
}

#endif
