/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Every transfer encoding; the first byte says how the stream is cut, which changes nothing. */
#include "mail/transfer.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void decode(enum transfer kind, const uint8_t *p, size_t n, size_t step, struct buf *out)
{
    struct transfer_state s;
    transfer_init(&s, kind);
    for (size_t at = 0; at < n; at += step)
        transfer_feed(&s, p + at, n - at < step ? n - at : step, out);
    transfer_end(&s, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0)
        return 0;
    for (enum transfer kind = TRANSFER_PLAIN; kind <= TRANSFER_UNKNOWN; kind++) {
        struct buf one CLEANUP(buf_fini) = {0}, other CLEANUP(buf_fini) = {0};
        bool line_outgrew = false;
        for (size_t at = 1, start = 1; at <= n; at++) {
            line_outgrew |= at - start >= TRANSFER_HOLD;
            start = at < n && data[at] == '\n' ? at + 1 : start;
        }
        decode(kind, data + 1, n - 1, n, &one);
        decode(kind, data + 1, n - 1, 1 + data[0] % 97u, &other);
        /* An absurd line may be torn differently; everything else may not. */
        assert(line_outgrew ||
               (one.len == other.len && memcmp(buf_str(&one), buf_str(&other), one.len) == 0));
    }
    return 0;
}
