/* SPDX-License-Identifier: AGPL-3.0-or-later
 * IMAP for one mailbox: libetpan over our own verified stream. The server is trusted no more than
 * its certificate; never BODYSTRUCTURE or ENVELOPE, sizes asked before literals, deadlines on
 * everything. */
#ifndef INTAKE_IMAP_H
#define INTAKE_IMAP_H

#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"
#include <stdint.h>

struct imap; /* opaque: one connection with its folder selected */

struct imap_folder {
    uint32_t uidvalidity;
    uint32_t n_messages;
    bool has_move, has_uidplus, has_idle;
};

/* Connect, verify chain and host name, sign in, select m->folder; make done_folder and aside_folder
 * where they are missing.
 * err  RETRY unreachable, time-out, server says busy; FATAL wrong certificate (not one byte of the
 *      password was sent), wrong password, no such folder: one sentence that names host and what to
 * do */
bool imap_open(const struct config_mailbox *m, struct imap **out, struct imap_folder *folder_out,
               struct err *err) MUST_CHECK;
void imap_close(struct imap *c); /* LOGOUT where the stream is in step; accepts NULL */
void imap_closep(struct imap **c);

struct imap_entry {
    uint32_t uid;
    uint32_t size_bytes;     /* RFC822.SIZE */
    int64_t internaldate_us; /* TIME_NONE: the server names no instant that there is */
    bool is_deleted;         /* carries \Deleted: a human's decision, left alone */
};

/* All messages of the folder, by UID; never UNSEEN, never a cursor, never an age. */
bool imap_list(struct imap *c, struct arena *a, struct imap_entry **entries_out, uint32_t *n_out,
               struct err *err) MUST_CHECK;

/* One fetched mail: raw is a memfd with its bytes at offset 0, closed after the call.
 * false stops the fetch; the connection is then closed. */
typedef bool imap_mail_fn(void *user, uint32_t uid, int raw_fd, uint64_t size_bytes,
                          struct err *err);

/* BODY.PEEK[] of up to 50 UIDs in one command, streamed; mail that vanished meanwhile is not
 * called, nor is one over max_bytes among others: ask for it alone. err  RETRY lost in between
 * (close, open, list again); REFUSE a mail over max_bytes (only when asked for alone) */
bool imap_fetch(struct imap *c, const uint32_t *uids, uint32_t n_uids, uint64_t max_bytes,
                imap_mail_fn *fn, void *user, struct err *err) MUST_CHECK;

/* Move by UID: MOVE, or COPY, STORE \Deleted and UID EXPUNGE; never a bare EXPUNGE. Without UIDPLUS
 * the original stays, marked as deleted: success, and err->text says so with kind ERR_NONE. A UID
 * that is gone is success with moved_out false. err UNSURE the answer was lost: list again */
bool imap_move(struct imap *c, uint32_t uid, const char *folder, bool *moved_out,
               struct err *err) MUST_CHECK;

/* Take a mail away whose copy is known to lie elsewhere: STORE \Deleted and UID EXPUNGE. */
bool imap_remove(struct imap *c, uint32_t uid, struct err *err) MUST_CHECK;

/* Wait for news: IDLE, at most ms; wake_fd readable ends it early. Without IDLE it just waits.
 * news_out  the server spoke of new or vanished mail */
bool imap_idle(struct imap *c, int wake_fd, int ms, bool *news_out, struct err *err) MUST_CHECK;

/* Keep an idle connection and the lease honest: NOOP. */
bool imap_noop(struct imap *c, struct err *err) MUST_CHECK;

#endif
