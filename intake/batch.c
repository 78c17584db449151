/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The mails of one round. See batch.h. */
#include "intake/batch.h"

#include "db/blob.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct batch *batch_new(void)
{
    struct batch *b = calloc(1, sizeof *b);
    if (!b)
        abort();
    b->a = arena_new();
    return b;
}

void batch_free(struct batch *b)
{
    if (!b)
        return;
    batch_clear(b);
    arena_free(b->a);
    free(b);
}

void batch_clear(struct batch *b)
{
    for (uint32_t i = 0; i < b->n_spooled; i++)
        fd_closep(&b->spooled[i].fd);
    for (uint32_t i = 0; i < b->n_mails; i++) {
        struct batch_mail *m = &b->mails[i];
        fd_closep(&m->raw_fd);
        if (m->is_read)
            fd_closep(&m->mail.parts_fd);
        arena_free(m->a);
    }
    b->n_spooled = b->n_mails = 0;
    b->n_bytes = 0;
    arena_free(b->a);
    b->a = arena_new();
}

bool batch_hash(int fd, uint64_t size_bytes, uint8_t out[32], struct err *err)
{
    enum { READ_BYTES = 64 << 10 };
    unsigned char bytes[READ_BYTES];
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    for (uint64_t done = 0; done < size_bytes;) {
        ssize_t n = pread(fd, bytes, sizeof bytes, (off_t)done);
        if (n <= 0)
            return err_set(err, ERR_RETRY, "spool: %s", n < 0 ? strerror(errno) : "ended early");
        crypto_hash_sha256_update(&state, bytes, (size_t)n);
        done += (uint64_t)n;
    }
    crypto_hash_sha256_final(&state, out);
    return true;
}

bool batch_spool(struct batch *b, uint32_t uid, int64_t entered_at_us, int raw_fd,
                 uint64_t size_bytes, struct err *err)
{
    assert(b->n_spooled < BATCH_MAILS_MAX);
    struct batch_raw *raw = &b->spooled[b->n_spooled];
    *raw = (struct batch_raw){.uid = uid, .size_bytes = size_bytes, .entered_at_us = entered_at_us};
    if (!batch_hash(raw_fd, size_bytes, raw->sha256, err))
        return false;
    raw->fd = fcntl(raw_fd, F_DUPFD_CLOEXEC, 3);
    if (raw->fd < 0)
        return err_set(err, ERR_RETRY, "spool: %s", strerror(errno));
    b->n_spooled++;
    return true;
}

struct batch_mail *batch_add(struct batch *b, const struct ledger_pending *pending)
{
    assert(b->n_mails < BATCH_MAILS_MAX);
    struct batch_mail *m = &b->mails[b->n_mails++];
    *m = (struct batch_mail){.a = arena_new(), .pending = *pending, .raw_fd = -1};
    return m;
}

bool batch_full(const struct batch *b)
{
    return b->n_mails == BATCH_MAILS_MAX || b->n_bytes > BATCH_BYTES_MAX;
}

bool batch_raw_fd(struct batch *b, struct db *db, struct batch_mail *m, struct err *err)
{
    for (uint32_t i = 0; i < b->n_spooled; i++) {
        struct batch_raw *raw = &b->spooled[i];
        if (raw->message_id != m->pending.id || raw->fd < 0)
            continue;
        b->n_bytes += raw->size_bytes;
        m->raw_fd = raw->fd;
        raw->fd = -1;
        return true;
    }
    uint64_t size;
    if (!blob_load(db, m->pending.blob_id, &m->raw_fd, &size, err))
        return false;
    b->n_bytes += size;
    return true;
}
