/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A label up to the first NUL, then bytes in that charset: UTF-8 comes out. */
#include "base/thai.h"
#include "mail/charset.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char label[64];
    size_t len = strnlen((const char *)data, n < sizeof label - 1 ? n : sizeof label - 1);
    memcpy(label, data, len);
    label[len] = 0;
    size_t skip = len < n ? len + 1 : n;
    for (enum charset_use use = CHARSET_HEADER; use <= CHARSET_TEXT; use++) {
        struct buf out CLEANUP(buf_fini) = {0};
        charset_decode(&out, label, data + skip, n - skip, use);
        assert(utf8_valid(buf_str(&out), out.len) && !memchr(buf_str(&out), '\r', out.len));
        assert(use == CHARSET_TEXT || !memchr(buf_str(&out), '\n', out.len));
    }
    return 0;
}
