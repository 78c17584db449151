/* SPDX-License-Identifier: AGPL-3.0-or-later
 * One IMAP connection from inside: what imap.c (opening, moving, waiting), imap_fetch.c (listing,
 * fetching) and imap_low.c (the bytes under libetpan) share; for nobody else but tests. */
#ifndef INTAKE_IMAP_IMPL_H
#define INTAKE_IMAP_IMPL_H

#include "intake/imap.h"
#include "intake/imap_login.h"
#include "intake/imap_vet.h"
#include "intake/stream.h"

struct mailimap;
struct mailimap_set;
struct _mailstream;

enum {
    IMAP_COMMAND_BYTES = 1 << 20, /* an answer that brings no mail and no list */
    IMAP_RATE_MIN = 16 << 10,     /* bytes a second: slower than this is given up */
};

struct imap_times {
    int connect_ms, silence_ms;
    int answer_ms; /* for one command, on top of the time that its bytes may take */
};

struct imap {
    struct stream *s;
    struct mailimap *session;
    struct imap_vet vet;
    struct imap_caps caps;
    struct imap_times times;
    struct err lost; /* kind ERR_NONE, or why the bytes stopped: nothing more is read or sent */
    uint32_t seen_exists, seen_gone; /* news of vet that were acted upon */
    size_t line_at, line_end;        /* vetted and not yet read by libetpan: [at, end) of line */
    char line[STREAM_LINE_MAX + 5];
};

/* As imap_open, with other times: tests cannot wait a minute. */
bool imap_open_within(const struct config_mailbox *m, const struct imap_times *times,
                      struct imap **out, struct imap_folder *folder_out,
                      struct err *err) MUST_CHECK;

/* libetpan's stream over c: the first line that it reads is a greeting of ours. */
struct _mailstream *imap_low_stream(struct imap *c);

/* Limits for the next command, which may bring so many bytes on top of the usual. */
void imap_begin(struct imap *c, uint64_t bytes);

/* The answer of a libetpan call: true for success. A refusal of the server is kind with "words:
 * what the server said"; anything else ends the connection and is RETRY. */
bool imap_check(struct imap *c, int rc, enum err_kind kind, const char *words,
                struct err *err) MUST_CHECK;

/* Is any mail of the set still in the folder? */
bool imap_is_there(struct imap *c, struct mailimap_set *set, bool *out, struct err *err) MUST_CHECK;

#endif
