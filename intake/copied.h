/* SPDX-License-Identifier: AGPL-3.0-or-later
 * On a server without MOVE a mail is copied, then removed; a death in between leaves it in both
 * folders. Before it is copied again, the other folder is asked. */
#ifndef INTAKE_COPIED_H
#define INTAKE_COPIED_H

#include "base/err.h"
#include "config/config.h"
#include <stdint.h>

struct copied_mail {
    const uint8_t *sha256; /* 32 bytes, of the raw mail */
    uint64_t size_bytes;
    int64_t internaldate_us; /* a copy keeps it */
};

/* Does folder hold these very bytes? Opens a connection of its own; only mails of the same size and
 * date are fetched. err  RETRY the server is away */
bool copied_is_there(const struct config_mailbox *m, const char *folder,
                     const struct copied_mail *mail, bool *there_out, struct err *err) MUST_CHECK;

#endif
