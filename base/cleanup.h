/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The few words that every file uses: ownership, checked results, sizes. */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <stddef.h>

/* Run fn(&variable) when the variable leaves its scope. */
#define CLEANUP(fn) __attribute__((cleanup(fn)))

/* Hand a pointer over: its value, and NULL left behind for the CLEANUP. */
#define TAKE(p)                                                                                    \
    __extension__({                                                                                \
        __typeof__(p) take_ = (p);                                                                 \
        (p) = NULL;                                                                                \
        take_;                                                                                     \
    })

#define MUST_CHECK             __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define ARRAY_LEN(a)           (sizeof(a) / sizeof((a)[0]))

/* CLEANUP for a plain descriptor; ignores -1. */
void fd_closep(int *fd);

/* CLEANUP for malloc'd memory. */
void mem_freep(void *pointer_to_pointer);

#endif
