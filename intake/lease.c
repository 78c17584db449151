/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The lease of a mailbox. See lease.h. */
#include "intake/lease.h"

#include "db/mailbox.h"
#include "role/common.h"

enum { HANDOVER_S = 10 }; /* after a holder is found dead: longer than its last move may take */

static bool take(struct lease *l, struct err *err)
{
    int64_t epoch, asked_ms = clock_mono_ms();
    if (!mailbox_lease_take(l->db, l->mailbox_id, l->owner, l->ttl_s, &epoch, err))
        return false;
    if (epoch == 0)
        return err_set(err, ERR_RETRY, "mailbox %s: another daemon holds its lease", l->mailbox);
    l->end_ms = asked_ms + (int64_t)l->ttl_s * 1000;
    return true;
}

bool lease_renew(struct lease *l, struct err *err)
{
    int half_s = l->ttl_s / 2;
    bool held = clock_mono_ms() + (int64_t)half_s * 1000 < l->end_ms;
    if (held && !mailbox_lease_held(l->db, l->mailbox_id, l->owner, half_s - 1, &held, err))
        return false;
    return held || take(l, err);
}

/* The epoch of the dead one ends with its lease. */
static bool bury_holder(const struct lease *l, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    const char *holder;
    if (!mailbox_lease_holder(l->db, a, l->mailbox_id, &holder, err))
        return false;
    return !role_owner_gone(holder) ||
           mailbox_lease_bury(l->db, l->mailbox_id, holder, HANDOVER_S, err);
}

bool lease_open(struct lease *l, struct err *err)
{
    return bury_holder(l, err) && take(l, err);
}

bool lease_is_over(const struct lease *l)
{
    return clock_mono_ms() >= l->end_ms;
}

void lease_end(struct lease *l)
{
    struct err ignored;
    if (!db_broken(l->db))
        (void)!mailbox_lease_end(l->db, l->mailbox_id, l->owner, &ignored);
}
