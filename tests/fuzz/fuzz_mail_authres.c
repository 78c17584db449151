/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Any Authentication-Results: without our id in it, nobody is vouched for. */
#include "mail/authres.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    const char *header = arena_strndup(a, (const char *)data, n);
    const struct mail m = {
        .from_addr = "clerk@customs.go.th", .auth_results = &header, .n_auth_results = 1};
    enum auth_verdict verdict = authres_verdict(&m, "mx.go.th");
    assert(verdict != AUTH_PASS || (strcasestr(header, "mx.go.th") && strcasestr(header, "pass")));
    return 0;
}
