/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A sorted array: UIDs mostly come in order, so an insertion rarely moves anything. */
#include "intake/seen.h"

#include <assert.h>
#include <stdlib.h>

void seen_fini(struct seen_set *set)
{
    free(set->list);
    *set = (struct seen_set){0};
}

struct seen *seen_find(const struct seen_set *set, uint32_t uid)
{
    for (uint32_t low = 0, high = set->n; low < high;) {
        uint32_t mid = low + (high - low) / 2;
        if (set->list[mid].uid == uid)
            return &set->list[mid];
        if (set->list[mid].uid < uid)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

void seen_add(struct seen_set *set, struct seen s)
{
    assert(!seen_find(set, s.uid));
    if (set->n == set->cap) {
        set->cap = set->cap ? set->cap * 2 : 64;
        set->list = reallocarray(set->list, set->cap, sizeof *set->list);
        if (!set->list)
            abort();
    }
    uint32_t at = set->n++;
    for (; at > 0 && set->list[at - 1].uid > s.uid; at--)
        set->list[at] = set->list[at - 1];
    set->list[at] = s;
}
