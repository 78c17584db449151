/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Frames of a child that a mail has taken over: type, length, bytes, again and again. */
#include "mail/mime_read.h"

#include <stdint.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct mime_reader *reader CLEANUP(mime_reader_freep) = mime_reader_new(a);
    struct mail m;
    while (n >= 2) {
        size_t len = data[1] < n - 2 ? data[1] : n - 2;
        (void)mime_reader_frame(reader, data[0], data + 2, len);
        data += 2 + len;
        n -= 2 + len;
    }
    if (mime_reader_take(reader, &m, NULL))
        close(m.parts_fd);
    return 0;
}
