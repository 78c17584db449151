/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A form as it comes. See upload.h. libmicrohttpd takes the encodings apart; what we add is how
 * much of them we keep. */
#include "web/upload.h"

#include <microhttpd.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PIECE_BYTES = 16 * 1024 };

struct upload {
    struct web_request *request;
    struct MHD_PostProcessor *processor;
    uint64_t left;    /* bytes that may still come */
    struct buf value; /* of the field that is coming */
    const char *name; /* its name; NULL: none yet */
    bool takes_files;
    int refused;
};

static void end_field(struct upload *u)
{
    struct web_fields *f = &u->request->form;
    if (!u->name)
        return;
    if (f->n == WEB_FIELDS_MAX)
        u->refused = 413;
    else
        f->field[f->n++] = (struct web_field){u->name, web_text(u->request->a, buf_str(&u->value))};
    u->name = NULL;
    buf_clear(&u->value);
}

static void take_text(struct upload *u, const char *name, const char *data, uint64_t offset,
                      size_t n)
{
    if (offset == 0) {
        end_field(u);
        u->name = arena_strdup(u->request->a, name);
    }
    if (u->value.len + n > UPLOAD_FIELD_MAX)
        u->refused = 413;
    else
        buf_add(&u->value, data, n);
}

static void open_file(struct upload *u, const char *name, const char *filename)
{
    struct web_request *r = u->request;
    int fd = r->n_files < WEB_FILES_MAX ? memfd_create("upload", MFD_CLOEXEC) : -1;
    if (fd < 0)
        u->refused = 413;
    else
        r->file[r->n_files++] = (struct web_file){
            .field = arena_strdup(r->a, name), .filename = web_text(r->a, filename), .fd = fd};
}

static void take_file(struct upload *u, const char *name, const char *filename, const char *data,
                      uint64_t offset, size_t n)
{
    struct web_request *r = u->request;
    if (offset == 0) {
        end_field(u);
        open_file(u, name, filename);
    }
    if (u->refused || n == 0)
        return;
    struct web_file *file = &r->file[r->n_files - 1];
    if (write(file->fd, data, n) != (ssize_t)n)
        u->refused = 413;
    file->size_bytes += n;
}

static enum MHD_Result take_piece(void *user, enum MHD_ValueKind kind, const char *key,
                                  const char *filename, const char *type, const char *encoding,
                                  const char *data, uint64_t offset, size_t n)
{
    struct upload *u = user;
    (void)kind, (void)type, (void)encoding;
    if (u->refused || !key)
        return MHD_YES;
    if (!filename)
        take_text(u, key, data, offset, n);
    else if (!u->takes_files)
        u->refused = 415;
    else if (*filename) /* an empty place for a file has no name */
        take_file(u, key, filename, data, offset, n);
    return MHD_YES;
}

bool upload_new(struct web_request *r, struct MHD_Connection *c, uint64_t limit_bytes,
                bool takes_files, struct upload **out)
{
    struct upload *u = arena_alloc(r->a, sizeof *u);
    *u = (struct upload){.request = r, .left = limit_bytes, .takes_files = takes_files};
    u->processor = MHD_create_post_processor(c, PIECE_BYTES, take_piece, u);
    if (!u->processor)
        return false;
    *out = u;
    return true;
}

void upload_take(struct upload *u, const char *data, size_t n)
{
    if (n > u->left)
        u->refused = 413;
    if (u->refused)
        return;
    u->left -= n;
    if (MHD_post_process(u->processor, data, n) != MHD_YES)
        u->refused = 415;
}

int upload_end(struct upload *u)
{
    if (u->processor && MHD_destroy_post_processor(u->processor) != MHD_YES && !u->refused)
        u->refused = 415;
    u->processor = NULL;
    end_field(u);
    for (int i = 0; i < u->request->n_files; i++)
        if (lseek(u->request->file[i].fd, 0, SEEK_SET) != 0)
            u->refused = 413;
    return u->refused;
}

void upload_free(struct upload *u)
{
    if (!u)
        return;
    if (u->processor)
        MHD_destroy_post_processor(u->processor);
    for (int i = 0; i < u->request->n_files; i++)
        close(u->request->file[i].fd);
    buf_fini(&u->value);
}
