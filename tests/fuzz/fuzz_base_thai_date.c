/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Dates in any text: what is found lies within it. */
#include "base/arena.h"
#include "base/thai_date.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    const char *text = arena_strndup(a, (const char *)data, n), *end = text + strlen(text);
    struct thai_when when;
    for (const char *p = text; thai_date_find(p, &when); p = when.end)
        assert(when.start >= p && when.end > when.start && when.end <= end);
    return 0;
}
