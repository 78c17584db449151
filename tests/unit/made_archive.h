/* SPDX-License-Identifier: AGPL-3.0-or-later
 * For tests of files inside files: a real child to scan them, a picture of a code, and archives
 * made of members. */
#ifndef TESTS_UNIT_MADE_ARCHIVE_H
#define TESTS_UNIT_MADE_ARCHIVE_H

#include "base/buf.h"
#include "qr/archive.h"
#include "qr/draw.h"
#include "qr/scan.h"
#include "qr/scan_frames.h"

#include <archive.h>
#include <archive_entry.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { MODULE_PX = 6, ZIP_ROOM = 4 << 20 };

struct world {
    struct zygote *z;
    struct arena *a;
    struct buf png; /* a picture of a code that says TEXT */
};

#define TEXT "HTTPS://EXAMPLE.GO.TH/R/1"

static inline int world_open(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct qr_matrix m;
    struct err err = {0};
    w->a = arena_new();
    if (!scan_zygote_start(&w->z, &err) || !qr_encode(w->a, TEXT, QR_ECC_M, &m, &err))
        fail_msg("%s", err.text);
    qr_png(&m, MODULE_PX, &w->png);
    *state = w;
    return 0;
}

static inline int world_close(void **state)
{
    struct world *w = *state;
    zygote_stop(w->z);
    buf_fini(&w->png);
    arena_free(w->a);
    free(w);
    return 0;
}

static inline struct scan_result scan(struct world *w, const void *p, size_t n, const char *name)
{
    static const struct scan_options options = {0};
    struct scan_result result;
    struct err err = {0};
    int fd CLEANUP(fd_closep) = child_memfd("document");
    for (size_t at = 0; at < n;) {
        ssize_t done = write(fd, (const char *)p + at, n - at);
        assert_true(done > 0);
        at += (size_t)done;
    }
    if (!scan_document(w->a, w->z, fd, name, &options, &result, &err))
        fail_msg("%s", err.text);
    return result;
}

/* ---- making archives ---- */

struct member {
    const char *path;
    const void *bytes;
    size_t n;
};

typedef int archive_writer(struct archive *);

struct recipe {
    archive_writer *format;
    const char *options, *passphrase;
};

static const struct recipe zip = {archive_write_set_format_zip, NULL, NULL};

static inline void pack(const struct recipe *how, const struct member *members, size_t n,
                        struct buf *out)
{
    struct archive *ar = archive_write_new();
    char *room = malloc(ZIP_ROOM);
    size_t used = 0;
    assert_int_equal(how->format(ar), ARCHIVE_OK);
    assert_int_equal(archive_write_set_bytes_per_block(ar, 1), ARCHIVE_OK);
    archive_write_set_bytes_in_last_block(ar, 1);
    if (how->options)
        assert_int_equal(archive_write_set_options(ar, how->options), ARCHIVE_OK);
    if (how->passphrase)
        assert_int_equal(archive_write_set_passphrase(ar, how->passphrase), ARCHIVE_OK);
    assert_int_equal(archive_write_open_memory(ar, room, ZIP_ROOM, &used), ARCHIVE_OK);
    for (size_t i = 0; i < n; i++) {
        struct archive_entry *e = archive_entry_new();
        archive_entry_set_pathname(e, members[i].path);
        archive_entry_set_size(e, (la_int64_t)members[i].n);
        archive_entry_set_filetype(e, AE_IFREG);
        archive_entry_set_perm(e, 0644);
        assert_true(archive_write_header(ar, e) >= ARCHIVE_WARN);
        assert_int_equal(archive_write_data(ar, members[i].bytes, members[i].n), members[i].n);
        archive_entry_free(e);
    }
    assert_int_equal(archive_write_close(ar), ARCHIVE_OK);
    archive_write_free(ar);
    buf_add(out, room, used);
    free(room);
}

/* A zip with one member, `depth` times. */
static inline void nest(const char *path, const struct buf *innermost, int depth, struct buf *out)
{
    struct buf inner CLEANUP(buf_fini) = {0};
    buf_add(&inner, innermost->data, innermost->len);
    for (int i = 0; i < depth; i++) {
        buf_clear(out);
        pack(&zip, &(struct member){i == 0 ? path : "inner.zip", inner.data, inner.len}, 1, out);
        buf_clear(&inner);
        buf_add(&inner, out->data, out->len);
    }
}

static inline void expect(const struct scan_result *r, enum scan_state state, uint32_t n_codes)
{
    if (r->state != state || r->n_codes != n_codes)
        fail_msg("%s, %u codes: %s", scan_state_name(r->state), r->n_codes, r->why ? r->why : "-");
    for (uint32_t i = 0; i < r->n_codes; i++)
        assert_string_equal(r->codes[i].text, TEXT);
    assert_true(!r->why || (state != SCAN_CODES && state != SCAN_NONE));
}

#endif
