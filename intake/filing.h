/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A settled mail leaves the inbox: by MOVE, or where the server has none by COPY and removal of
 * that one UID. The caller has hashed the bytes that the UID stands for in this session. */
#ifndef INTAKE_FILING_H
#define INTAKE_FILING_H

#include "config/config.h"
#include "db/ledger.h"
#include "intake/copied.h"
#include "intake/imap.h"
#include "intake/lease.h"

struct filing { /* kept by reference */
    const struct config_mailbox *mailbox;
    struct db *db;
    struct imap *imap;
    struct lease *lease;
    struct copied *copied; /* what lay in the other folders when this session began */
};

struct filing_mail {
    struct ledger_mail place; /* where it lies; bytes and time are not looked at */
    int64_t message_id;
    enum message_state state; /* settled: says into which folder */
    bool is_deleted;          /* a human marked it: it is left where it is */
    bool may_lie_there;       /* settled before this session: a move of it may be half done */
};

/* moved_out  it left the inbox; false: it was gone already, or is left. Either way that is written.
 * err  RETRY the lease was lost, before or during the move: drop the connection; or the world's
 * fault
 */
bool filing_move(const struct filing *f, const struct filing_mail *m, bool *moved_out,
                 struct err *err) MUST_CHECK;

#endif
