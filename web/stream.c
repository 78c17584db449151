/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A stored file on its way. See stream.h. A connection to the database is held only while a piece
 * is read, so that slow visitors hold none. */
#include "web/stream.h"

#include "db/blob.h"
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

/* What a download holds of our memory: a piece and a block of its own, and for the moment of
 * reading libpq's copies of the piece (in hex, twice as long). */
enum { BLOCK_BYTES = 32 * 1024, PIECE_BYTES = 128 * 1024 };

struct stream {
    struct pool *pool;
    int64_t blob;
    uint64_t from;
    struct arena *a; /* of the piece */
    const uint8_t *piece;
    size_t n_piece;
    uint64_t at; /* where in the file it begins */
};

static bool load(struct stream *s, uint64_t at)
{
    struct err err;
    struct db *db;
    arena_freep(&s->a);
    s->a = arena_new();
    s->n_piece = 0;
    if (!pool_take(s->pool, &db, &err))
        return false;
    bool ok = blob_piece(db, s->a, s->blob, at, PIECE_BYTES, &s->piece, &s->n_piece, &err);
    pool_give(s->pool, db);
    s->at = at;
    return ok && s->n_piece > 0;
}

static ssize_t read_block(void *user, uint64_t pos, char *out, size_t max)
{
    struct stream *s = user;
    uint64_t at = s->from + pos;
    if ((at < s->at || at - s->at >= s->n_piece) && !load(s, at))
        return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t offset = (size_t)(at - s->at);
    size_t n = s->n_piece - offset < max ? s->n_piece - offset : max;
    memcpy(out, s->piece + offset, n);
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
