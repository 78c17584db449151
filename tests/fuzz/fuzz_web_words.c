/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A visitor's path, and words of a form: a route or none, an instant or none, and an escaped word
 * that holds nothing but what an address may. */
#include "base/thai.h"
#include "web/parts.h"
#include "web/routes.h"

#include <assert.h>
#include <ctype.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a = arena_new();
    const char *text = arena_strndup(a, (const char *)data, n);
    const char *params[WEB_PARAMS_MAX] = {0}, *allow;
    int64_t us;
    bool has_time;
    for (int method = WEB_GET; method <= WEB_POST; method++) {
        const struct web_route *r =
            web_route_find(a, (enum web_method)method, text, params, &allow);
        assert(!r || !allow);
        for (int i = 0; r && i < WEB_PARAMS_MAX && params[i]; i++)
            assert(!strchr(params[i], '/'));
    }
    if (part_read_time(text, &us, &has_time))
        assert(us != TIME_NONE);
    const char *clean = web_text(a, text);
    assert(utf8_valid(clean, strlen(clean)));
    for (const char *p = web_escape(a, text); *p; p++)
        assert(isalnum((unsigned char)*p) || strchr("-_.~/%", *p));
    arena_free(a);
    return 0;
}
