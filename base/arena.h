/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Memory with one lifetime: everything of one message lives in one arena and dies with it.
 *
 * Out of memory aborts: the supervisor starts the process again, and a message that brought it down
 * three times is set aside. Limits are checked before anything is allocated. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/cleanup.h"
#include <stdarg.h>
#include <stddef.h>

struct arena; /* opaque */

struct arena *arena_new(void);
void arena_free(struct arena *a); /* accepts NULL */
void arena_freep(struct arena **a);

/* n bytes, aligned for any type, zeroed. n = 0 gives a valid pointer. */
void *arena_alloc(struct arena *a, size_t n);

/* n elements of size bytes, zeroed; aborts when the product overflows. */
void *arena_array(struct arena *a, size_t n, size_t size);

/* A copy that ends in NUL. arena_strdup(NULL) is NULL. */
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n);
void *arena_memdup(struct arena *a, const void *p, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
char *arena_vprintf(struct arena *a, const char *fmt, va_list args) PRINTF_LIKE(2, 0);

/* Bytes handed out so far, for tests and logs. */
size_t arena_bytes(const struct arena *a);

#endif
