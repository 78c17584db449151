/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A document scanned in this process, and what was found in it. */
#ifndef TESTS_UNIT_SCANNED_H
#define TESTS_UNIT_SCANNED_H

#include "qr/document.h"
#include "qr/hard.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { CODES_MAX = 200 };

struct found {
    struct arena *a;
    struct scan_code codes[CODES_MAX];
    bool met[CODES_MAX];
    struct scan_page pages[CODES_MAX];
    uint32_t n_codes, n_pages;
    struct document_verdict verdict;
};

static inline void keep_code(void *user, const struct scan_code *c)
{
    struct found *f = user;
    assert_true(f->n_codes < CODES_MAX);
    f->codes[f->n_codes] = *c;
    f->codes[f->n_codes].format = arena_strdup(f->a, c->format);
    f->codes[f->n_codes++].text = arena_strdup(f->a, c->text);
}

static inline void keep_page(void *user, const struct scan_page *p)
{
    struct found *f = user;
    assert_true(f->n_pages < CODES_MAX);
    f->pages[f->n_pages] = *p;
    f->pages[f->n_pages++].steps = arena_strdup(f->a, p->steps);
}

static inline struct found *scan_bytes(struct arena *a, const void *p, size_t n, bool more_formats)
{
    struct found *f = arena_alloc(a, sizeof *f);
    f->a = a;
    const struct scan_options options = {.more_formats = more_formats};
    const struct document_sink sink = {f, keep_page, keep_code};
    struct document_tally tally = {.odds_left = HARD_ODDS_MAX};
    const struct document_job job = {p, n, "test", NULL, 0, &options, &sink, &tally};
    document_scan(a, &job, &f->verdict);
    assert_int_equal(tally.n_codes, f->n_codes);
    return f;
}

#endif
