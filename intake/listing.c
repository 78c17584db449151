/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Listing folders for the comparison. See listing.h. What is not new since the last listing costs a
 * line of UID FETCH and no row. */
#include "intake/listing.h"

#include "base/log.h"
#include "db/reconcile.h"
#include "intake/batch.h"
#include "mail/mime.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { READ_AT_ONCE = 50 }; /* as many as imap_fetch takes */

struct hashed { /* what one fetch brought */
    struct reconcile_mail mails[READ_AT_ONCE];
    uint8_t sha256[READ_AT_ONCE][32];
    uint32_t n;
};

static bool hash_one(void *user, uint32_t uid, int raw_fd, uint64_t size_bytes, struct err *err)
{
    struct hashed *h = user;
    if (h->n == READ_AT_ONCE)
        return true;
    h->mails[h->n].uid = uid;
    return batch_hash(raw_fd, size_bytes, h->sha256[h->n++], err);
}

static bool keep_hashes(struct db *db, const struct reconcile_folder *f, const struct hashed *h,
                        struct err *err)
{
    if (!db_begin_async(db, err))
        return false;
    struct db *tx CLEANUP(db_rollbackp) = db;
    for (uint32_t i = 0; i < h->n; i++)
        if (!reconcile_hashed(db, f, h->mails[i].uid, h->sha256[i], err))
            return false;
    return db_commit(tx, err);
}

/* Mails that size and date do not tell apart, and those that the ledger may not know. */
static bool read_unread(struct db *db, struct imap *imap, struct arena *a,
                        const struct reconcile_folder *f, struct err *err)
{
    struct reconcile_mail *unread;
    uint32_t n, uids[READ_AT_ONCE];
    uint64_t bytes = 0;
    if (!reconcile_unread(db, a, f, LISTING_READ_MAX, &unread, &n, err))
        return false;
    for (uint32_t i = 0; i < n && bytes < LISTING_READ_BYTES_MAX;) {
        struct hashed h = {0};
        uint32_t n_uids = 0;
        for (; i < n && n_uids < READ_AT_ONCE && bytes < LISTING_READ_BYTES_MAX; i++) {
            uids[n_uids++] = unread[i].uid;
            bytes += unread[i].size_bytes;
        }
        if (!imap_fetch(imap, uids, n_uids, MAIL_BYTES_MAX, hash_one, &h, err) ||
            !keep_hashes(db, f, &h, err))
            return false;
    }
    return true;
}

static bool keep_listing(struct db *db, struct arena *a, const struct reconcile_folder *f,
                         const struct imap_entry *entries, uint32_t n, struct err *err)
{
    struct reconcile_mail *mails = arena_array(a, n, sizeof *mails);
    for (uint32_t i = 0; i < n; i++)
        mails[i] = (struct reconcile_mail){
            .uid = entries[i].uid,
            .size_bytes = entries[i].size_bytes,
            .internaldate_us =
                entries[i].internaldate_us == TIME_NONE ? 0 : entries[i].internaldate_us,
            .is_deleted = entries[i].is_deleted,
            .is_too_large = entries[i].size_bytes > MAIL_BYTES_MAX};
    if (!db_begin_async(db, err))
        return false;
    struct db *tx CLEANUP(db_rollbackp) = db;
    return reconcile_listed(db, f, mails, n, err) && db_commit(tx, err);
}

static bool list(struct db *db, struct imap *imap, const struct reconcile_folder *f,
                 uint32_t *last_uid_out, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct imap_entry *entries;
    uint32_t n;
    if (!imap_list(imap, a, &entries, &n, err) || !keep_listing(db, a, f, entries, n, err) ||
        !read_unread(db, imap, a, f, err))
        return err_add(err, "folder %s", f->name);
    if (last_uid_out)
        *last_uid_out = n ? entries[n - 1].uid : 0;
    return true;
}

bool listing_inbox(const struct listing_parts *parts, uint32_t *last_uid_out, struct err *err)
{
    struct reconcile_folder f = {parts->mailbox_id, "inbox", parts->mailbox->folder,
                                 parts->uidvalidity};
    return list(parts->db, parts->imap, &f, last_uid_out, err);
}

static bool list_other(const struct listing_parts *parts, const char *place, const char *folder,
                       struct err *err)
{
    struct imap *imap CLEANUP(imap_closep) = NULL;
    struct config_mailbox other = *parts->mailbox;
    struct imap_folder opened;
    other.folder = folder;
    if (!imap_open(&other, &imap, &opened, err))
        return false;
    struct reconcile_folder f = {parts->mailbox_id, place, folder, opened.uidvalidity};
    return list(parts->db, imap, &f, NULL, err);
}

static void log_answer(const struct config_mailbox *m, const struct reconcile_total *total)
{
    char explained[24], unexplained[24];
    snprintf(explained, sizeof explained, "%" PRId64, total->n_explained);
    snprintf(unexplained, sizeof unexplained, "%" PRId64, total->n_unexplained);
    log_event(total->n_unexplained ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, "reconcile", "mailbox",
              m->name, "unexplained", unexplained, "explained", explained, NULL);
}

bool listing_answer(const struct listing_parts *parts, int64_t request, struct err *err)
{
    struct reconcile_total total;
    if (!list_other(parts, "done", parts->mailbox->done_folder, err) ||
        !list_other(parts, "aside", parts->mailbox->aside_folder, err) ||
        !reconcile_compare(parts->db, parts->mailbox_id, request, &total, err))
        return false;
    log_answer(parts->mailbox, &total);
    return true;
}
