/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Reserved is not used: the heap's top is address space until something is written there. */
#include "qr/heap.h"
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    KEEP_BYTES = 512 << 20,   /* freed at the top and kept; the child ends with its document */
    MMAP_OVER = 32 << 20,     /* larger blocks are mapped alone; glibc's own limit for this */
    RESERVE_BYTES = 96 << 20, /* a scanned page with all that is made of it */
    STEP_BYTES = 4 << 20,
    FIRST_BYTES = 512 << 10, /* more than a fresh heap has left */
    PAGE = 4 << 10,
    HUGE_PAGE = 2 << 20,
};

void heap_warm_up(void)
{
    if (!mallopt(M_MMAP_THRESHOLD, MMAP_OVER) || !mallopt(M_TRIM_THRESHOLD, KEEP_BYTES) ||
        !mallopt(M_TOP_PAD, RESERVE_BYTES))
        return; /* another allocator */
    void *block = malloc(FIRST_BYTES);
    /* Beyond the block the heap notes what is left: a huge page that is touched before the children
     * are forked is copied by each in small ones. */
    uintptr_t from = (uintptr_t)block + FIRST_BYTES + PAGE, to = (uintptr_t)sbrk(0);
    if (block && to > from && to - from < 2 * (uintptr_t)RESERVE_BYTES) {
        from = (from + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
        if (to > from)
            madvise((void *)from, to - from, MADV_HUGEPAGE); /* refused: it works without */
    }
    free(block);
    mallopt(M_TOP_PAD, STEP_BYTES);
}
