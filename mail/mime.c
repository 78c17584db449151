/* SPDX-License-Identifier: AGPL-3.0-or-later
 * One mail through the parsing child. See mime.h; the child's side is mime_core.c, the frames are
 * read in mime_read.c. */
#include "mail/mime.h"

#include "mail/mime_core.h"
#include "mail/mime_read.h"
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

enum {
    MAIL_CPU_S = 20,          /* a mail of 100 MB takes half a second */
    MAIL_WALL_MS = 60 * 1000, /* the parent writes leaves meanwhile */
};

#define MAIL_MEMORY_BYTES (UINT64_C(160) << 20) /* the largest encoded message, and GMime on it */

static void send_frame(void *user, uint8_t type, const void *p, size_t n)
{
    (void)user;
    child_send(type, p, n);
}

static int run(int doc_fd, const void *request, size_t request_bytes)
{
    const struct mail_sink sink = {.send = send_frame};
    (void)request;
    (void)request_bytes;
    return mime_core(doc_fd, &sink) ? 0 : EXIT_FAILURE;
}

bool mail_zygote_start(struct zygote **out, struct err *err)
{
    return zygote_start(run, mime_warm_up, out, err);
}

static bool on_frame(void *user, uint8_t type, const uint8_t *p, size_t n)
{
    return mime_reader_frame(user, type, p, n);
}

bool mail_parse(struct arena *a, struct zygote *z, int raw_fd, struct mail *out, struct err *err)
{
    static const struct child_limits limits = {.cpu_s = MAIL_CPU_S,
                                               .wall_ms = MAIL_WALL_MS,
                                               .memory_bytes = MAIL_MEMORY_BYTES,
                                               .out_bytes = MAIL_DECODED_MAX + (64 << 20)};
    struct mime_reader *reader CLEANUP(mime_reader_freep) = mime_reader_new(a);
    struct child_result result;
    struct stat st;
    if (fstat(raw_fd, &st) != 0)
        return err_set(err, ERR_FATAL, "mail: the descriptor to parse is not open");
    if (st.st_size > MAIL_BYTES_MAX)
        return err_set(err, ERR_REFUSE,
                       "the mail has %" PRId64
                       " bytes and %d are allowed: ask the sender to part it",
                       (int64_t)st.st_size, MAIL_BYTES_MAX);
    if (!zygote_run(z, &limits, raw_fd, NULL, 0, on_frame, reader, &result, err))
        return err_add(err, "parse");
    if (result.end != CHILD_DONE)
        return err_set(err, ERR_REFUSE, "the mail could not be parsed: its parser %s", result.why);
    return mime_reader_take(reader, out, err);
}
