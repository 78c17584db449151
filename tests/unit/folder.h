/* SPDX-License-Identifier: AGPL-3.0-or-later
 * For tests whose output is read by programs that are not ours: an arena and a folder of its own
 * each. With THANWELA_KEEP=FOLDER what was made is copied there, to be looked at. */
#ifndef TESTS_UNIT_FOLDER_H
#define TESTS_UNIT_FOLDER_H

#include "base/arena.h"
#include "base/clock.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct bench {
    struct arena *a;
    char folder[64];
};

static int folder_set_up(void **state)
{
    struct bench *b = test_calloc(1, sizeof *b);
    b->a = arena_new();
    strcpy(b->folder, "/tmp/thanwela-test-XXXXXX");
    assert_non_null(mkdtemp(b->folder));
    *state = b;
    return 0;
}

static int folder_tear_down(void **state)
{
    struct bench *b = *state;
    const char *keep = getenv("THANWELA_KEEP");
    if (keep)
        assert_int_equal(
            system(arena_printf(b->a, "mkdir -p '%s' && cp -r '%s'/. '%s'", keep, b->folder, keep)),
            0);
    assert_int_equal(system(arena_printf(b->a, "rm -r '%s'", b->folder)), 0);
    arena_free(b->a);
    test_free(b);
    return 0;
}

static inline int64_t at(const char *iso)
{
    int64_t us;
    assert_true(time_parse_iso(iso, &us));
    return us;
}

#endif
