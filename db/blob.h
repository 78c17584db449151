/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Bytes by their hash, in chunks of 1 MiB: written and read without ever holding a whole file. */
#ifndef DB_BLOB_H
#define DB_BLOB_H

#include "db/db.h"

enum { BLOB_CHUNK_BYTES = 1 << 20 };

struct blob_source {
    int fd;                /* read from */
    uint64_t offset;       /* here on */
    uint64_t size;         /* so many bytes */
    const uint8_t *sha256; /* 32 bytes, of exactly these */
};

/* Store in the caller's transaction, once: known bytes give their old id.
 * err  FATAL fd ended early */
bool blob_store(struct db *db, const struct blob_source *s, int64_t *id_out,
                struct err *err) MUST_CHECK;

/* Read into a new memfd; the caller closes it. */
bool blob_load(struct db *db, int64_t id, int *fd_out, uint64_t *size_out,
               struct err *err) MUST_CHECK;

/* A piece of a stored file, for streaming to a client: from there on, at most max bytes, and not
 * beyond the chunk in which it begins. n_out 0: past the end. Lives in a. */
bool blob_piece(struct db *db, struct arena *a, int64_t id, uint64_t from, size_t max,
                const uint8_t **bytes_out, size_t *n_out, struct err *err) MUST_CHECK;

/* One chunk to a client. n_out 0: past the end. Lives in a. */
bool blob_chunk(struct db *db, struct arena *a, int64_t id, uint32_t seq, const uint8_t **bytes_out,
                size_t *n_out, struct err *err) MUST_CHECK;

#endif
