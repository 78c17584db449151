/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Content-addressed bytes. See blob.h. */
#include "db/blob.h"

#include "base/child.h"
#include "db/query.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char insert_sql[] =
    "insert into blob (sha256, size) values ($1, $2) on conflict (sha256) do nothing returning id";
static const char find_sql[] = "select id from blob where sha256 = $1";
static const char chunk_sql[] = "insert into blob_chunk (blob_id, seq, data) values ($1, $2, $3)";
static const char read_sql[] = "select data from blob_chunk where blob_id = $1 and seq = $2";
static const char piece_sql[] =
    "select substr(data, $3::int + 1, $4::int) from blob_chunk where blob_id = $1 and seq = $2";
static const char size_sql[] = "select size from blob where id = $1";

static bool read_fully(int fd, void *to, size_t n, uint64_t offset, struct err *err)
{
    for (size_t done = 0; done < n;) {
        ssize_t got = pread(fd, (char *)to + done, n - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return err_set(err, ERR_FATAL, "spool: ended %zu bytes early", n - done);
        done += (size_t)got;
    }
    return true;
}

static bool store_chunks(struct db *db, const struct blob_source *s, int64_t id, struct err *err)
{
    void *chunk CLEANUP(mem_freep) = malloc(BLOB_CHUNK_BYTES);
    if (!chunk)
        abort();
    for (uint64_t done = 0, seq = 0; done < s->size; seq++) {
        size_t n = s->size - done < BLOB_CHUNK_BYTES ? (size_t)(s->size - done) : BLOB_CHUNK_BYTES;
        struct params p = {0};
        if (!read_fully(s->fd, chunk, n, s->offset + done, err))
            return false;
        param_int(&p, id);
        param_int(&p, (int64_t)seq);
        param_bytes(&p, chunk, n);
        if (!db_query(db, chunk_sql, &p, NULL, err))
            return false;
        done += n;
    }
    return true;
}

bool blob_store(struct db *db, const struct blob_source *s, int64_t *id_out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_bytes(&p, s->sha256, 32);
    param_int(&p, (int64_t)s->size);
    if (!db_query(db, insert_sql, &p, &r, err))
        return false;
    if (r.n == 1) {
        *id_out = row_int(&r, 0, 0);
        return store_chunks(db, s, *id_out, err);
    }
    p.n = 1;
    if (!db_query(db, find_sql, &p, &r, err))
        return false;
    if (r.n != 1)
        return err_set(err, ERR_RETRY, "database: a blob vanished while it was looked up");
    *id_out = row_int(&r, 0, 0);
    return true;
}

/* libpq decodes the hex of a chunk where it lies; nothing is kept in an arena. */
static bool append_chunk(struct db *db, int64_t id, int64_t seq, int fd, size_t *n_out,
                         struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    const uint8_t *bytes;
    if (!blob_chunk(db, a, id, (uint32_t)seq, &bytes, n_out, err))
        return false;
    for (size_t done = 0; done < *n_out;) {
        ssize_t put = write(fd, bytes + done, *n_out - done);
        if (put < 0)
            return err_set(err, ERR_RETRY, "spool: %s", strerror(errno));
        done += (size_t)put;
    }
    return true;
}

bool blob_load(struct db *db, int64_t id, int *fd_out, uint64_t *size_out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_int(&p, id);
    if (!db_query(db, size_sql, &p, &r, err))
        return false;
    if (r.n != 1)
        return err_set(err, ERR_FATAL, "database: there is no blob %lld", (long long)id);
    uint64_t size = (uint64_t)row_int(&r, 0, 0), done = 0;
    int fd CLEANUP(fd_closep) = child_memfd("blob");
    for (int64_t seq = 0; done < size; seq++) {
        size_t n;
        if (!append_chunk(db, id, seq, fd, &n, err))
            return false;
        if (n == 0)
            return err_set(err, ERR_FATAL, "database: blob %lld lacks its chunk %lld",
                           (long long)id, (long long)seq);
        done += n;
    }
    *size_out = size;
    *fd_out = fd;
    fd = -1;
    return true;
}

bool blob_chunk(struct db *db, struct arena *a, int64_t id, uint32_t seq, const uint8_t **bytes_out,
                size_t *n_out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_int(&p, id);
    param_int(&p, seq);
    if (!db_query(db, read_sql, &p, &r, err))
        return false;
    *n_out = 0;
    *bytes_out = NULL;
    if (r.n == 1)
        *bytes_out = row_bytes(a, &r, 0, 0, n_out);
    return true;
}

/* Chunks lie uncompressed: the server reads what is asked for of one, and no more. */
bool blob_piece(struct db *db, struct arena *a, int64_t id, uint64_t from, size_t max,
                const uint8_t **bytes_out, size_t *n_out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_int(&p, id);
    param_int(&p, (int64_t)(from / BLOB_CHUNK_BYTES));
    param_int(&p, (int64_t)(from % BLOB_CHUNK_BYTES));
    param_int(&p, (int64_t)max);
    if (!db_query_kept(db, piece_sql, &p, &r, err))
        return false;
    *n_out = 0;
    *bytes_out = NULL;
    if (r.n == 1)
        *bytes_out = row_bytes(a, &r, 0, 0, n_out);
    return true;
}
