/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What stream.c (sockets, lines) and stream_tls.c (GnuTLS) share; for nobody else. */
#ifndef INTAKE_STREAM_IMPL_H
#define INTAKE_STREAM_IMPL_H

#include "intake/stream.h"
#include <poll.h>

struct gnutls_session_int;
struct gnutls_certificate_credentials_st;

enum { STREAM_BUFFER = 16 << 10 };

struct stream {
    int fd;
    char peer[300]; /* host:port */
    char name[256]; /* that the certificate must bear */
    const char *ca_file;
    int connect_ms, silence_ms;
    int64_t deadline_ms;            /* monotonic; 0 none */
    uint64_t budget;                /* bytes still allowed; UINT64_MAX any number */
    struct gnutls_session_int *tls; /* NULL: plain */
    struct gnutls_certificate_credentials_st *trust;
    unsigned char buffer[STREAM_BUFFER]; /* read and not yet handed out: [at, end) */
    size_t at, end;
    char line[STREAM_LINE_MAX + 1];
};

/* Wait for the socket within both limits. err  RETRY time-out */
bool stream_poll(struct stream *s, short events, int64_t ms, struct err *err) MUST_CHECK;

enum tls_io { TLS_DONE, TLS_WAIT_READ, TLS_WAIT_WRITE, TLS_ENDED };

/* One attempt to move bytes through TLS. n_out is set with TLS_DONE; with TLS_ENDED why says what
 * happened ("the server closed the connection"). */
enum tls_io tls_read(struct stream *s, void *p, size_t n, size_t *n_out, const char **why);
enum tls_io tls_write(struct stream *s, const void *p, size_t n, size_t *n_out, const char **why);
bool tls_has_pending(const struct stream *s);
void tls_end(struct stream *s); /* says goodbye and frees */

#endif
