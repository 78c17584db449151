/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What tests/preload/nth_failure.c leaves in its file, for the test that reads it. */
#ifndef TESTS_PRELOAD_NTH_FAILURE_H
#define TESTS_PRELOAD_NTH_FAILURE_H

#include <stdint.h>

struct nth {
    uint64_t n_calls;
    uint32_t has_failed; /* 1: the call came */
    int32_t
        depth; /* who met it: 0 the supervisor, 1 a role, 2 or 3 a zygote, 4 a child with a file */
};

#endif
