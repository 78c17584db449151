/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The inbox as it was last listed. See inbox.h. */
#include "intake/inbox.h"

#include <stdlib.h>

void inbox_fini(struct inbox *in)
{
    arena_free(in->a);
    seen_fini(&in->seen);
}

static int by_uid(const void *key, const void *element)
{
    const uint32_t *uid = key;
    const struct imap_entry *e = element;
    return (*uid > e->uid) - (*uid < e->uid);
}

const struct imap_entry *inbox_find(const struct inbox *in, uint32_t uid)
{
    return in->n ? bsearch(&uid, in->entries, in->n, sizeof *in->entries, by_uid) : NULL;
}

static void heed_mark(struct seen *s, const struct imap_entry *e, uint64_t max_bytes)
{
    if (e->size_bytes <= max_bytes && s->is_deleted != e->is_deleted) {
        s->is_deleted = e->is_deleted;
        s->is_done = s->is_done && s->is_deleted;
    }
}

/* A session may last for years: what it remembers must not grow with the mails of those years. */
void inbox_look_again(struct inbox *in, uint64_t max_bytes)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < in->seen.n; i++) {
        struct seen s = in->seen.list[i];
        const struct imap_entry *e = inbox_find(in, s.uid);
        if (!e && s.is_done)
            continue;
        if (e)
            heed_mark(&s, e, max_bytes);
        in->seen.list[kept++] = s;
    }
    in->seen.n = kept;
}

bool inbox_list(struct inbox *in, struct imap *imap, uint64_t max_bytes, struct err *err)
{
    arena_freep(&in->a);
    in->a = arena_new();
    in->n = in->next = 0;
    if (!imap_list(imap, in->a, &in->entries, &in->n, err))
        return false;
    inbox_look_again(in, max_bytes);
    return true;
}
