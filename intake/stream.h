/* SPDX-License-Identifier: AGPL-3.0-or-later
 * One connection to a mail server that is trusted no more than its certificate.
 *
 * Non-blocking sockets and GnuTLS: chain and host name are verified inside the handshake, before a
 * byte of the peer reaches a parser. Every wait ends at a deadline, every answer within a budget of
 * bytes, the end of the connection is an error. One object, one connection, one thread. */
#ifndef INTAKE_STREAM_H
#define INTAKE_STREAM_H

#include "base/err.h"
#include "config/config.h"
#include <stdint.h>
#include <sys/types.h>

enum {
    STREAM_LINE_MAX = 64 << 10, /* bytes in one line of the server, line end included */
    STREAM_ADDRESSES_MAX = 16,  /* addresses of one host that are tried */
};

struct stream; /* opaque */

struct stream_target {
    const char *host;
    int port;            /* 1-65535 */
    enum tls_mode tls;   /* TLS_NONE: see allow_plain */
    bool allow_plain;    /* without TLS to an address that is not loopback */
    const char *ca_file; /* PEM; NULL: the system's trust */
    const char *name;    /* that the certificate must bear; NULL: host */
    int connect_ms;      /* for one address, and for the handshake */
    int silence_ms;      /* the longest wait inside one read or write */
};

/* Connect to the first address of host that answers. With TLS_IMPLICIT the handshake is done, with
 * TLS_STARTTLS it is left to stream_handshake.
 * err  RETRY no such host, unreachable, time-out; FATAL certificate refused, plain text to a host
 *      that is not loopback, ca_file not readable */
bool stream_open(const struct stream_target *t, struct stream **out, struct err *err) MUST_CHECK;
void stream_close(struct stream *s); /* accepts NULL */
void stream_closep(struct stream **s);

/* Start TLS on a plain connection. Bytes that the server sent ahead of the handshake are refused:
 * somebody on the way may have put them there. err  as stream_open */
bool stream_handshake(struct stream *s, struct err *err) MUST_CHECK;

/* All that follows must be done within ms from now (0: no deadline) and bring at most so many bytes
 * (0: any number). */
void stream_limit(struct stream *s, int64_t ms, uint64_t bytes);

/* Time that we spent ourselves does not count against the server. */
void stream_extend(struct stream *s, int64_t ms);

/* One line without its line end, NUL-terminated, valid until the next call.
 * err  RETRY the connection ended, time-out, a line over STREAM_LINE_MAX, a NUL inside */
bool stream_line(struct stream *s, const char **line_out, struct err *err) MUST_CHECK;

/* At least 1 byte, at most n; *n_out > 0. err  RETRY as stream_line */
bool stream_read(struct stream *s, void *p, size_t n, size_t *n_out, struct err *err) MUST_CHECK;

/* All n bytes. err  RETRY the connection ended, time-out */
bool stream_write(struct stream *s, const void *p, size_t n, struct err *err) MUST_CHECK;

enum stream_event { STREAM_DATA, STREAM_WAKE, STREAM_QUIET };

/* Wait until the server speaks (or ends), wake_fd (-1: none) is readable, or ms have passed.
 * err  RETRY poll failed */
bool stream_wait(struct stream *s, int wake_fd, int64_t ms, enum stream_event *out,
                 struct err *err) MUST_CHECK;

int stream_fd(const struct stream *s);

/* "mail.example:993", for sentences; lives as long as the stream. */
const char *stream_peer(const struct stream *s);

#endif
