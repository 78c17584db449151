/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Any subject: what is found is part of it. */
#include "base/thai.h"
#include "mail/letter.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    const char *subject = text_clean(a, (const char *)data, n);
    struct letter l;
    letter_read(a, subject, NULL, &l);
    assert(!l.number || strstr(thai_fold(a, subject), l.number));
    assert(!l.number == !l.prefix);
    return 0;
}
