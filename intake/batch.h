/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The mails of one round: their raw bytes as spooled from the server, and what became of each. */
#ifndef INTAKE_BATCH_H
#define INTAKE_BATCH_H

#include "db/ledger.h"
#include "intake/register.h"
#include "mail/mime.h"

enum {
    BATCH_MAILS_MAX = 50,       /* one fetch command, one transaction of numbers */
    BATCH_BYTES_MAX = 32 << 20, /* raw bytes of a round; one larger mail goes alone */
};

struct batch_raw { /* a mail as fetched */
    uint32_t uid;
    int fd; /* memfd, owned */
    uint64_t size_bytes;
    uint8_t sha256[32];
    int64_t entered_at_us;
    int64_t message_id; /* once stored */
    bool was_settled;   /* its bytes were, before they came in this time */
};

struct batch_mail { /* a stored mail on its way */
    struct arena *a;
    struct ledger_pending pending;
    int raw_fd;   /* memfd, owned; -1 */
    bool is_read; /* mail is filled, parts_fd owned */
    struct mail mail;
    struct register_weighed weighed;
};

struct batch {
    struct arena *a;
    struct batch_raw spooled[BATCH_MAILS_MAX];
    uint32_t n_spooled;
    struct batch_mail mails[BATCH_MAILS_MAX];
    uint32_t n_mails;
    uint64_t n_bytes; /* raw, of mails */
};

struct batch *batch_new(void);
void batch_free(struct batch *b);
void batch_clear(struct batch *b);

/* SHA-256 of a file's first bytes. */
bool batch_hash(int fd, uint64_t size_bytes, uint8_t out[32], struct err *err) MUST_CHECK;

/* Keep a fetched mail: hash it, hold its memfd (a duplicate of raw_fd). */
bool batch_spool(struct batch *b, uint32_t uid, int64_t entered_at_us, int raw_fd,
                 uint64_t size_bytes, struct err *err) MUST_CHECK;

/* A place for a stored mail. */
struct batch_mail *batch_add(struct batch *b, const struct ledger_pending *pending);
bool batch_full(const struct batch *b);

/* Its raw bytes in m->raw_fd: as spooled this round, else from the database. */
bool batch_raw_fd(struct batch *b, struct db *db, struct batch_mail *m, struct err *err) MUST_CHECK;

#endif
