/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A mail that leaves the inbox may be left in both folders: without MOVE it is copied, then
 * removed, and a death may come in between; a server that is stopped within a MOVE may have done
 * half of it. So before a session moves a mail that was settled before it, it asks how often the
 * other folder holds those bytes. */
#ifndef INTAKE_COPIED_H
#define INTAKE_COPIED_H

#include "base/err.h"
#include "config/config.h"
#include "intake/imap.h"
#include <stdint.h>

struct copied_mail {
    const uint8_t *sha256; /* 32 bytes, of the raw mail */
    uint64_t size_bytes;
};

enum { COPIED_FOLDERS = 2 }; /* of what is done, and of what is set aside */

struct copied { /* zero-initialised; each folder is listed once, when it is first asked for */
    struct copied_folder {
        const char *name; /* kept by reference; NULL: not listed yet */
        struct arena *a;
        struct imap_entry *entries;
        uint32_t n;
    } folder[COPIED_FOLDERS];
};

/* How many mails of the folder have these very bytes. It opens connections of its own, and fetches
 * only mails of the same size. What came into the folder after it was listed is not counted.
 * err  RETRY the server is away */
bool copied_count(struct copied *c, const struct config_mailbox *m, const char *folder,
                  const struct copied_mail *mail, uint32_t *n_out, struct err *err) MUST_CHECK;
void copied_fini(struct copied *c); /* it may be asked again: the folders are listed anew */

#endif
