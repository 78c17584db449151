/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What a child that was taken over may write into its pipe → what the parent makes of it. The
 * sandbox is replaced by the fuzzer's bytes: the first says how the child ended, the second in
 * what pieces the rest arrives. */
#include "base/child_part.h"
#include "base/thai.h"
#include "qr/scan.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

struct zygote {
    const uint8_t *bytes;
    size_t n;
};

bool zygote_start(child_fn *fn, void (*warm_up)(void), struct zygote **out, struct err *err)
{
    (void)fn, (void)warm_up, (void)out;
    return err_set(err, ERR_FATAL, "the fuzzer has no zygote to start");
}

bool zygote_run(struct zygote *z, const struct child_limits *limits, int doc_fd,
                const void *request, size_t request_bytes, child_frame_fn *on_frame, void *user,
                struct child_result *out, struct err *err)
{
    struct frames f = {.max_bytes = limits->out_bytes, .on_frame = on_frame, .user = user};
    size_t piece = (size_t)z->bytes[1] + 1;
    bool ok = true;
    (void)doc_fd, (void)request, (void)request_bytes, (void)err;
    for (size_t at = 2; ok && at < z->n; at += piece)
        ok = frames_feed(&f, z->bytes + at, z->n - at < piece ? z->n - at : piece);
    *out = (struct child_result){.end = ok ? z->bytes[0] % CHILD_N_ENDS : CHILD_FLOOD};
    if (ok && out->end == CHILD_DONE && frames_torn(&f))
        out->end = CHILD_FLOOD;
    buf_fini(&f.rest);
    return true;
}

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void must_be_text(const char *s)
{
    must(s && utf8_valid(s, strlen(s)));
}

static void check_parts(const struct scan_code *c)
{
    must((c->join == JOIN_NONE) == (c->n_parts == 0) && c->part == 0);
    must(c->n_missing <= c->n_parts && c->n_parts_read <= SCAN_CODES_MAX);
    must((c->join == JOIN_MISSING) == (c->n_missing > 0) || c->join == JOIN_DIFFER);
    if (c->n_parts)
        must_be_text(c->parts_say);
    for (uint32_t i = 0; i < c->n_parts_read; i++)
        must(c->parts[i].number >= 1 && c->parts[i].number <= c->n_parts && c->parts[i].page >= 1);
}

static void check(const struct scan_result *r)
{
    must(r->state < SCAN_N_STATES && r->n_codes <= SCAN_CODES_MAX && r->n_pages <= SCAN_PAGES_MAX);
    must_be_text(r->type);
    if (r->why)
        must_be_text(r->why);
    for (uint32_t i = 0; i < r->n_codes; i++) {
        must_be_text(r->codes[i].format);
        must_be_text(r->codes[i].text);
        if (r->codes[i].member)
            must_be_text(r->codes[i].member);
        for (uint32_t k = 0; k < r->codes[i].n_bytes; k++)
            must(r->codes[i].bytes[k] + 1 > 0); /* readable, says the sanitizer */
        check_parts(&r->codes[i]);
    }
    for (uint32_t i = 0; i < r->n_pages; i++)
        must_be_text(r->pages[i].steps);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const struct scan_options options = {0};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct zygote z = {bytes, n};
    struct scan_result result;
    struct err err;
    if (n < 2)
        return 0;
    must(scan_document(a, &z, -1, "fuzz", &options, &result, &err));
    check(&result);
    return 0;
}
