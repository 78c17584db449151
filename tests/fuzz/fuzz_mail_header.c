/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Encoded words, mailboxes and dates of any value: text that comes out is UTF-8. */
#include "base/thai.h"
#include "mail/address.h"
#include "mail/compose.h"
#include "mail/date.h"
#include "mail/header.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    const char *raw = (const char *)data;
    const char *text = header_decode(a, raw, n);
    struct mailboxes boxes;
    int64_t us;
    assert(utf8_valid(text, strlen(text)));
    mailboxes_read(a, raw, n, &boxes);
    assert(!boxes.addr || address_valid(boxes.addr));
    assert(!boxes.name || utf8_valid(boxes.name, strlen(boxes.name)));
    (void)mail_date_read(raw, n, &us);
    return 0;
}
