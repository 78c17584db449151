/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The parent's half of the pipe from a child. Every byte is a stranger's: the child may have been
 * taken over by the document that it read. */
#include "base/child_part.h"

#include <string.h>

enum { HEAD = 5 }; /* type, length */

static uint32_t frame_bytes(const uint8_t *head)
{
    return (uint32_t)head[1] | (uint32_t)head[2] << 8 | (uint32_t)head[3] << 16 |
           (uint32_t)head[4] << 24;
}

static bool broken(struct frames *f, const char *why)
{
    f->why = why;
    return false;
}

/* Hand on the whole frames at p; how many bytes they took goes to used_out. */
static bool hand_on(struct frames *f, const uint8_t *p, size_t n, size_t *used_out)
{
    size_t used = 0;
    while (n - used >= HEAD) {
        uint32_t size = frame_bytes(p + used);
        if (size > CHILD_FRAME_MAX)
            return broken(f, "sent a frame longer than allowed");
        if (n - used - HEAD < size)
            break;
        if (!f->on_frame(f->user, p[used], p + used + HEAD, size))
            return broken(f, "sent a frame that makes no sense");
        used += HEAD + size;
    }
    *used_out = used;
    return true;
}

bool frames_feed(struct frames *f, const uint8_t *p, size_t n)
{
    size_t used = 0;
    f->total_bytes += n;
    if (f->total_bytes > f->max_bytes)
        return broken(f, "sent more than allowed");
    if (f->rest.len == 0) {
        if (!hand_on(f, p, n, &used))
            return false;
        buf_add(&f->rest, p + used, n - used);
        return true;
    }
    buf_add(&f->rest, p, n);
    if (!hand_on(f, (const uint8_t *)f->rest.data, f->rest.len, &used))
        return false;
    memmove(f->rest.data, f->rest.data + used, f->rest.len - used);
    f->rest.len -= used;
    return true;
}

bool frames_torn(const struct frames *f)
{
    return f->rest.len > 0;
}
