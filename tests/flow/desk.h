/* SPDX-License-Identifier: AGPL-3.0-or-later
 * An officer's desk: a migrated database with the calendar of the vectors, and thanwela as it is
 * typed, on 1 April 2564 at 9. */
#ifndef TESTS_FLOW_DESK_H
#define TESTS_FLOW_DESK_H

#include "base/arena.h"
#include "tests/flow/office.h"

struct desk {
    struct office *office;
    struct arena *a;
    int status;      /* of the last command */
    const char *err; /* its standard error */
};

/* cmocka's fixtures of the group; state is a struct desk. */
int desk_start(void **state);
int desk_stop(void **state);

char *desk_read(struct arena *a, const char *path);
/* A file of the office; its path. */
const char *desk_write(struct desk *d, const char *name, const char *text);

/* Run thanwela; its standard output. */
const char *thanwela(struct desk *d, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The same, where it must go well. */
#define ok(...)                                                                                    \
    __extension__({                                                                                \
        const char *ok_out_ = thanwela(__VA_ARGS__);                                               \
        if (d->status != 0)                                                                        \
            fail_msg("%s", d->err);                                                                \
        ok_out_;                                                                                   \
    })

#endif
