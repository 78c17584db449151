/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Containers → members: the walk, the names, the verdicts. In this process, so that the sanitizer
 * sees it; the codes themselves are not looked for. */
#include "base/thai.h"
#include "qr/archive.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void page(void *user, const struct scan_page *p)
{
    (void)user;
    if (!p->steps)
        abort();
}

static void code(void *user, const struct scan_code *c)
{
    (void)user;
    if (c->member && !utf8_valid(c->member, strlen(c->member)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const struct scan_options options = {0};
    static const struct document_sink sink = {NULL, page, code};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct document_tally tally = {0};
    struct document_verdict verdict;
    const struct document_job job = {bytes, n, "fuzz", NULL, 0, &options, &sink, &tally};
    if (!archive_is(bytes, n, "fuzz") && !mail_file_is(bytes, n, "fuzz") &&
        !ole_is(bytes, n, "fuzz") && !tnef_is(bytes, n, "fuzz"))
        return 0;
    document_scan(a, &job, &verdict);
    if (verdict.state >= SCAN_N_STATES || tally.unpacked_bytes > 2u * ARCHIVE_UNPACKED_BYTES_MAX)
        abort();
    if (verdict.why && !utf8_valid(verdict.why, strlen(verdict.why)))
        abort();
    return 0;
}
