/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Looking for a mail that may lie in the other folder already. See copied.h. */
#include "intake/copied.h"

#include "intake/batch.h"
#include <assert.h>
#include <string.h>

struct count {
    const struct copied_mail *mail;
    uint32_t n;
};

static bool compare(void *user, uint32_t uid, int raw_fd, uint64_t size_bytes, struct err *err)
{
    struct count *count = user;
    uint8_t sha256[32];
    (void)uid;
    if (!batch_hash(raw_fd, size_bytes, sha256, err))
        return false;
    count->n += memcmp(sha256, count->mail->sha256, sizeof sha256) == 0;
    return true;
}

static bool open_folder(const struct config_mailbox *m, const char *folder, struct imap **out,
                        struct err *err)
{
    struct config_mailbox other = *m;
    struct imap_folder opened;
    other.folder = folder;
    return imap_open(&other, out, &opened, err);
}

static bool list(struct copied_folder *f, struct imap *imap, struct err *err)
{
    f->a = arena_new();
    return imap_list(imap, f->a, &f->entries, &f->n, err);
}

static struct copied_folder *folder_at(struct copied *c, const char *folder)
{
    for (int i = 0; i < COPIED_FOLDERS; i++)
        if (!c->folder[i].name || strcmp(c->folder[i].name, folder) == 0)
            return &c->folder[i];
    assert(false && "settled mail goes into one of two folders");
    return NULL;
}

/* The connection is not kept: a first poll may take longer than a server waits for a command. */
bool copied_count(struct copied *c, const struct config_mailbox *m, const char *folder,
                  const struct copied_mail *mail, uint32_t *n_out, struct err *err)
{
    struct imap *imap CLEANUP(imap_closep) = NULL;
    struct copied_folder *f = folder_at(c, folder);
    struct count count = {.mail = mail};
    if (!f->name && (!open_folder(m, folder, &imap, err) || !list(f, imap, err))) {
        arena_freep(&f->a);
        return false;
    }
    f->name = folder;
    for (uint32_t i = 0; i < f->n; i++)
        if (f->entries[i].size_bytes == mail->size_bytes &&
            ((!imap && !open_folder(m, folder, &imap, err)) ||
             !imap_fetch(imap, &f->entries[i].uid, 1, mail->size_bytes, compare, &count, err)))
            return false;
    *n_out = count.n;
    return true;
}

void copied_fini(struct copied *c)
{
    for (int i = 0; i < COPIED_FOLDERS; i++)
        arena_free(c->folder[i].a);
    *c = (struct copied){0};
}
