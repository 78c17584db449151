/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A settled mail leaves the inbox. See filing.h. */
#include "intake/filing.h"

#include "intake/copied.h"

static const char *folder_for(const struct filing *f, enum message_state state)
{
    if (state == MESSAGE_QUARANTINED)
        return f->mailbox->aside_folder;
    return f->mailbox->done_folder;
}

/* Without MOVE: was it copied by one who died before removing it? */
static bool was_copied(const struct filing *f, const struct filing_mail *m, const char *folder,
                       bool *copied_out, struct err *err)
{
    bool begun_before;
    uint8_t sha256[32];
    struct copied_mail mail = {.sha256 = sha256};
    *copied_out = false;
    if (!ledger_filing(f->db, &m->place, m->message_id, &begun_before, err))
        return false;
    if (!begun_before || !m->entry)
        return true;
    mail.internaldate_us = m->entry->internaldate_us;
    return ledger_identity(f->db, m->message_id, sha256, &mail.size_bytes, err) &&
           copied_is_there(f->mailbox, folder, &mail, copied_out, err);
}

static bool move_away(const struct filing *f, const struct filing_mail *m, const char *folder,
                      bool *moved_out, struct err *err)
{
    bool copied = false;
    *moved_out = false;
    if (!f->has_move && !was_copied(f, m, folder, &copied, err))
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
