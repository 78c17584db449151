/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A file → render and decode in the real child. Whatever the file does to it, the parent has an
 * answer that makes sense, and the zygote lives. Libraries may crash here; that is what the child
 * is for. */
#include "qr/scan.h"

#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* One zygote for all inputs; a fuzz target has nowhere else to keep it. */
static struct zygote *zygote;

static void stop(void)
{
    zygote_stopp(&zygote);
}

static void start(void)
{
    struct err err;
    if (!scan_zygote_start(&zygote, &err))
        abort();
    atexit(stop);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    start();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const struct scan_options options = {.more_formats = true};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct scan_result result;
    struct err err;
    int fd CLEANUP(fd_closep) = child_memfd("fuzz");
    if (!zygote)
        start();
    if (write(fd, bytes, n) != (ssize_t)n ||
        !scan_document(a, zygote, fd, "fuzz", &options, &result, &err))
        abort();
    bool has_reason = result.why != NULL;
    bool needs_reason = result.state != SCAN_CODES && result.state != SCAN_NONE;
    if (result.state >= SCAN_N_STATES || has_reason != needs_reason || !result.type)
        abort();
    return 0;
}
