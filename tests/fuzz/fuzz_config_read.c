/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A configuration's bytes → struct config. What is accepted is shown by `thanwela config`, and what
 * that shows is accepted and shown the same again. A refusal names the file and a line. */
#include "config/config.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf first CLEANUP(buf_fini) = {0}, second CLEANUP(buf_fini) = {0};
    struct config c;
    struct err err = {0};
    if (!config_parse(a, "/f.conf", (const char *)bytes, n, &c, &err)) {
        if (err.kind != ERR_FATAL || strncmp(err.text, "/f.conf:", 8) != 0)
            abort();
        return 0;
    }
    bool complete = config_check_role(&c, "mailbox", &err) && config_check_role(&c, "web", &err);
    if (!complete && strncmp(err.text, "/f.conf: ", 9) != 0)
        abort();
    config_write_values(&c, &first);
    if (!config_parse(a, "/f.conf", first.data, first.len, &c, &err))
        abort();
    config_write_values(&c, &second);
    if (strcmp(buf_str(&first), buf_str(&second)) != 0)
        abort();
    return 0;
}
