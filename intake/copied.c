/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Looking for a mail that may have been copied already. See copied.h. */
#include "intake/copied.h"

#include "intake/batch.h"
#include "intake/imap.h"
#include <string.h>

struct search {
    const struct copied_mail *mail;
    bool found;
};

static bool compare(void *user, uint32_t uid, int raw_fd, uint64_t size_bytes, struct err *err)
{
    struct search *s = user;
    uint8_t sha256[32];
    (void)uid;
    if (!batch_hash(raw_fd, size_bytes, sha256, err))
        return false;
    s->found |= memcmp(sha256, s->mail->sha256, sizeof sha256) == 0;
    return true;
}

bool copied_is_there(const struct config_mailbox *m, const char *folder,
                     const struct copied_mail *mail, bool *there_out, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct imap *imap CLEANUP(imap_closep) = NULL;
    struct config_mailbox other = *m;
    struct search s = {.mail = mail};
    struct imap_folder opened;
    struct imap_entry *entries;
    uint32_t n;
    other.folder = folder;
    if (!imap_open(&other, &imap, &opened, err) || !imap_list(imap, a, &entries, &n, err))
        return false;
    for (uint32_t i = 0; i < n && !s.found; i++)
        if (entries[i].size_bytes == mail->size_bytes &&
            entries[i].internaldate_us == mail->internaldate_us &&
            !imap_fetch(imap, &entries[i].uid, 1, mail->size_bytes, compare, &s, err))
            return false;
    *there_out = s.found;
    return true;
}
