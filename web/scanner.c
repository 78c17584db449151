/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Pictures of strangers' pages. See scanner.h. */
#include "web/scanner.h"

#include "db/blob.h"
#include "qr/preview.h"
#include "qr/scan.h"
#include <pthread.h>
#include <stdlib.h>

struct scanner {
    struct zygote *zygote;
    pthread_mutex_t lock;
};

bool scanner_new(struct scanner **out, struct err *err)
{
    struct scanner *s = calloc(1, sizeof *s);
    if (!s || pthread_mutex_init(&s->lock, NULL) != 0)
        abort();
    *out = s;
    return scan_zygote_start(&s->zygote, err);
}

void scanner_free(struct scanner *s)
{
    if (!s)
        return;
    zygote_stop(s->zygote);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

const char *scanner_lacks(const struct scanner *s)
{
    return zygote_lacks(s->zygote);
}

bool scanner_draw(struct scanner *s, struct db *db, int64_t blob, const char *name, uint32_t page,
                  struct buf *out, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    int fd CLEANUP(fd_closep) = -1;
    uint64_t size;
    const struct scan_options options = {.preview_page = page};
    struct scan_result r;
    if (!blob_load(db, blob, &fd, &size, err))
        return false;
    pthread_mutex_lock(&s->lock);
    bool ok = scan_document(a, s->zygote, fd, name, &options, &r, err);
    pthread_mutex_unlock(&s->lock);
    return ok && preview_png(&r, out, err);
}
