/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A growing run of bytes on the heap, always followed by a NUL that does not count. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/cleanup.h"
#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data; /* NULL while empty and never grown; else data[len] == 0 */
    size_t len; /* bytes */
    size_t cap; /* bytes, private */
};

void buf_fini(struct buf *b);  /* frees, leaves it empty; also the CLEANUP */
void buf_clear(struct buf *b); /* len = 0, keeps the memory */
void buf_add(struct buf *b, const void *p, size_t n);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The bytes as a C string: "" when empty. Valid until the next change. */
const char *buf_str(const struct buf *b);

#endif
