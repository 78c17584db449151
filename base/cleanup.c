/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Endings for things that belong to no module. */
#include "base/cleanup.h"

#include <stdlib.h>
#include <unistd.h>

void fd_closep(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void mem_freep(void *pointer_to_pointer)
{
    void **p = pointer_to_pointer;
    free(*p);
    *p = NULL;
}
