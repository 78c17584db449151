/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The bytes under libetpan: our stream as its driver. Lines are vetted one by one before its parser
 * sees them, literals pass as they are; the end of the stream is an error, because it would wait
 * for ever at an end inside a literal. */
#include "base/step.h"
#include "intake/imap_impl.h"

#include <libetpan/libetpan.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER = 16 << 10 };

/* The server's own greeting stays with us: libetpan begins where signing in ended. */
static const char greeting[] = "* PREAUTH ready\r\n";

static bool next_line(struct imap *c)
{
    const char *line = NULL;
    step();
    if (!stream_line(c->s, &line, &c->lost))
        return false;
    size_t n = strlen(line);
    memcpy(c->line, line, n + 1);
    if (!imap_vet_line(&c->vet, c->line, &c->lost))
        return err_add(&c->lost, "%s", stream_peer(c->s));
    strcpy(c->line + n, c->vet.is_bare ? " -\r\n" : "\r\n");
    c->line_at = 0;
    c->line_end = strlen(c->line);
    return true;
}

static ssize_t low_read(mailstream_low *low, void *p, size_t n)
{
    struct imap *c = low->data;
    size_t got = 0;
    if (c->lost.kind != ERR_NONE)
        return -1;
    if (c->line_at == c->line_end && c->vet.literal > 0) {
        if (c->vet.literal < n)
            n = (size_t)c->vet.literal;
        if (!stream_read(c->s, p, n, &got, &c->lost))
            return -1;
        c->vet.literal -= got;
        return (ssize_t)got;
    }
    if (c->line_at == c->line_end && !next_line(c))
        return -1;
    got = c->line_end - c->line_at < n ? c->line_end - c->line_at : n;
    memcpy(p, c->line + c->line_at, got);
    c->line_at += got;
    return (ssize_t)got;
}

static ssize_t low_write(mailstream_low *low, const void *p, size_t n)
{
    struct imap *c = low->data;
    step();
    if (c->lost.kind != ERR_NONE || !stream_write(c->s, p, n, &c->lost))
        return -1;
    step();
    return (ssize_t)n;
}

static int low_close(mailstream_low *low)
{
    (void)low; /* the stream is ours */
    return 0;
}

static int low_fd(mailstream_low *low)
{
    struct imap *c = low->data;
    return stream_fd(c->s);
}

static void low_free(mailstream_low *low)
{
    free(low);
}

static void low_cancel(mailstream_low *low)
{
    (void)low; /* nobody else holds this connection */
}

static struct mailstream_cancel *low_get_cancel(mailstream_low *low)
{
    (void)low;
    return NULL;
}

struct _mailstream *imap_low_stream(struct imap *c)
{
    static const mailstream_low_driver driver = {
        .mailstream_read = low_read,
        .mailstream_write = low_write,
        .mailstream_close = low_close,
        .mailstream_get_fd = low_fd,
        .mailstream_free = low_free,
        .mailstream_cancel = low_cancel,
        .mailstream_get_cancel = low_get_cancel,
    };
    memcpy(c->line, greeting, sizeof greeting - 1);
    c->line_at = 0;
    c->line_end = sizeof greeting - 1;
    mailstream_low *low = mailstream_low_new(c, (mailstream_low_driver *)(uintptr_t)&driver);
    mailstream *stream = low ? mailstream_new(low, BUFFER) : NULL;
    if (!stream)
        abort();
    return stream;
}
