/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Small readers of strangers' bytes: a code's text, a member's name, EXIF's orientation, the first
 * bytes of a file. The first byte of the input is split between their switches. */
#include "base/thai.h"
#include "qr/archive.h"
#include "qr/image.h"
#include "qr/text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void must_be_text(const char *s)
{
    if (!s || !utf8_valid(s, strlen(s)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    if (n == 0)
        return 0;
    bool has_eci = bytes[0] & 1;
    const uint8_t *p = bytes + 1;
    n--;
    char *guess = code_text_valid(a, p, n);
    must_be_text(guess);
    must_be_text(code_text(a, p, n, guess, has_eci));
    must_be_text(member_name(a, arena_strndup(a, (const char *)p, n)));
    int orientation = exif_orientation(p, n);
    if (orientation < 1 || orientation > 8)
        abort();
    (void)document_is_known(p, n, guess);
    return 0;
}
