/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A settled mail leaves the inbox. See filing.h. */
#include "intake/filing.h"

static const char *folder_for(const struct filing *f, enum message_state state)
{
    if (state == MESSAGE_QUARANTINED)
        return f->mailbox->aside_folder;
    return f->mailbox->done_folder;
}

/* Does the other folder hold more of it than the ledger has filed there? Then a move was half done.
 * A mail that came twice, or that a human put back, is no such: it is moved like any other. */
static bool was_copied(const struct filing *f, const struct filing_mail *m, const char *folder,
                       bool *copied_out, struct err *err)
{
    struct ledger_identity identity;
    uint32_t n_there;
    *copied_out = false;
    if (!m->may_lie_there)
        return true;
    if (!ledger_identity(f->db, m->place.mailbox_id, m->message_id, folder, &identity, err))
        return false;
    struct copied_mail mail = {.sha256 = identity.sha256, .size_bytes = identity.size_bytes};
    if (!copied_count(f->copied, f->mailbox, folder, &mail, &n_there, err))
        return false;
    *copied_out = n_there > identity.n_filed;
    return true;
}

static bool move_away(const struct filing *f, const struct filing_mail *m, const char *folder,
                      bool *moved_out, struct err *err)
{
    bool copied;
    *moved_out = false;
    if (!was_copied(f, m, folder, &copied, err))
        return false;
    *moved_out = copied;
    if (copied)
        return imap_remove(f->imap, m->place.uid, err);
    /* a mark that is not ours is a human's: the mail is left where it is */
    return m->is_deleted || imap_move(f->imap, m->place.uid, folder, moved_out, err);
}

bool filing_move(const struct filing *f, const struct filing_mail *m, bool *moved_out,
                 struct err *err)
{
    const char *folder = folder_for(f, m->state);
    bool moved;
    if (!lease_renew(f->lease, err) || !move_away(f, m, folder, &moved, err))
        return false;
    if (lease_is_over(f->lease))
        return err_set(err, ERR_RETRY, "mailbox %s: the lease ended during a move",
                       f->mailbox->name);
    if (!ledger_filed(f->db, &m->place, m->message_id, moved ? folder : NULL, err))
        return false;
    *moved_out = moved;
    return true;
}
