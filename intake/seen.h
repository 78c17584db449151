/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The mails of a folder whose bytes this session has fetched and hashed, by UID. Only they may be
 * moved: over sessions a UID may come to stand for another mail. */
#ifndef INTAKE_SEEN_H
#define INTAKE_SEEN_H

#include <stdbool.h>
#include <stdint.h>

struct seen {
    uint32_t uid;
    int64_t message_id; /* the ledger's row */
    bool is_done;       /* moved, or to be left where it is */
    bool is_deleted;    /* a human marked it: registered, but not moved */
    bool was_settled;   /* before this session met it: a move of it may be half done */
};

struct seen_set { /* zero-initialised; list is sorted by UID */
    struct seen *list;
    uint32_t n, cap;
};

void seen_fini(struct seen_set *set);
struct seen *seen_find(const struct seen_set *set, uint32_t uid); /* NULL: not seen */
/* A UID that is not there yet. */
void seen_add(struct seen_set *set, struct seen s);

#endif
