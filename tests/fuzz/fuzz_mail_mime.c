/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Whole mails: the core of the child into the reader of the parent, which takes every frame. */
#include "base/thai.h"
#include "mail/mime_core.h"
#include "mail/mime_read.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void to_reader(void *user, uint8_t type, const void *p, size_t n)
{
    if (!mime_reader_frame(user, type, p, n))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    int fd CLEANUP(fd_closep) = child_memfd("fuzz");
    struct mime_reader *reader CLEANUP(mime_reader_freep) = mime_reader_new(a);
    const struct mail_sink sink = {.send = to_reader, .user = reader};
    struct mail m;
    assert(write(fd, data, n) == (ssize_t)n && lseek(fd, 0, SEEK_SET) == 0);
    if (!mime_core(fd, &sink))
        abort();
    if (!mime_reader_take(reader, &m, NULL))
        abort();
    assert(utf8_valid(m.subject, strlen(m.subject)));
    for (uint32_t i = 0; i < m.n_leaves; i++)
        assert(!m.leaves[i].filename ||
               utf8_valid(m.leaves[i].filename, strlen(m.leaves[i].filename)));
    close(m.parts_fd);
    return 0;
}
