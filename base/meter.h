/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What a process spent, by step: CPU time of its own, and at the end of its children and its
 * memory. */
#ifndef BASE_METER_H
#define BASE_METER_H

#include <stdint.h>

enum { METER_STEPS_MAX = 8 };

struct meter { /* zero-initialised */
    struct {
        const char *step; /* kept by reference */
        int64_t cpu_us;
    } spent[METER_STEPS_MAX];
    const char *running; /* private */
    int64_t since_us;    /* private */
};

/* CPU time from here on belongs to a step, until the next call. NULL: to none. */
void meter_step(struct meter *m, const char *step);

/* One log line: each step's milliseconds, the ended children's, and the peak of memory. */
void meter_log(struct meter *m);

#endif
