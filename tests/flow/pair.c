/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Two database servers. See pair.h. */
#include "tests/flow/pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void pair_run(const struct office *o, const char *words)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    char *command = arena_printf(a, "'%s/script/lib/office' pair '%s' %s", CHECKOUT,
                                 office_get(o, "OFFICE_DIR"), words);
    if (system(command) != 0)
        fail_msg("pair %s failed", words);
}

char *pair_host(struct arena *a, const struct office *o, const char *name)
{
    const char *own = office_get(o, "DB_HOST"); /* RUN/postgres */
    return arena_printf(a, "%.*s/%s", (int)(strrchr(own, '/') - own), own, name);
}

char *pair_conninfo(struct arena *a, const struct office *o, const char *first, const char *second)
{
    return arena_printf(a, "host=%s,%s dbname=thanwela user=thanwela", pair_host(a, o, first),
                        pair_host(a, o, second));
}
