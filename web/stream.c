/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A stored file on its way. See stream.h. A connection to the database is held only while a chunk
 * is read, so that slow visitors hold none. */
#include "web/stream.h"

#include "db/blob.h"
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 64 * 1024 };

struct stream {
    struct pool *pool;
    int64_t blob;
    uint64_t from;
    struct arena *a; /* of the chunk */
    const uint8_t *chunk;
    size_t n_chunk;
    uint32_t seq;
};

static bool load(struct stream *s, uint32_t seq)
{
    struct err err;
    struct db *db;
    arena_freep(&s->a);
    s->a = arena_new();
    if (!pool_take(s->pool, &db, &err))
        return false;
    bool ok = blob_chunk(db, s->a, s->blob, seq, &s->chunk, &s->n_chunk, &err) && s->n_chunk > 0;
    pool_give(s->pool, db);
    s->seq = seq;
    if (!ok)
        s->n_chunk = 0;
    return ok;
}

static ssize_t read_block(void *user, uint64_t pos, char *out, size_t max)
{
    struct stream *s = user;
    uint64_t at = s->from + pos;
    uint32_t seq = (uint32_t)(at / BLOB_CHUNK_BYTES);
    if ((s->n_chunk == 0 || seq != s->seq) && !load(s, seq))
        return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t offset = (size_t)(at % BLOB_CHUNK_BYTES);
    if (offset >= s->n_chunk)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t n = s->n_chunk - offset < max ? s->n_chunk - offset : max;
    memcpy(out, s->chunk + offset, n);
    return (ssize_t)n;
}

static void end(void *user)
{
    struct stream *s = user;
    arena_free(s->a);
    free(s);
}

struct MHD_Response *stream_response(struct pool *pool, int64_t blob, uint64_t from,
                                     uint64_t n_bytes)
{
    struct stream *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    *s = (struct stream){.pool = pool, .blob = blob, .from = from};
    struct MHD_Response *r =
        MHD_create_response_from_callback(n_bytes, BLOCK_BYTES, read_block, s, end);
    if (!r)
        end(s);
    return r;
}
