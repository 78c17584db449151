/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tokens and parameters of any value. */
#include "base/thai.h"
#include "mail/header.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    const char *raw = (const char *)data;
    const char *token = header_token(a, raw, n), *name = header_param(a, raw, n, "filename");
    assert(utf8_valid(token, strlen(token)));
    assert(!name || utf8_valid(name, strlen(name)));
    return 0;
}
