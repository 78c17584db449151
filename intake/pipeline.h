/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the daemon does with one mailbox: fetch, parse, register, file. Scan, judge and receipt are
 * intake/answer.h's, on any machine. */
#ifndef INTAKE_PIPELINE_H
#define INTAKE_PIPELINE_H

#include "base/meter.h"
#include "config/config.h"
#include "db/db.h"
#include "intake/imap.h"
#include "mail/mime.h"

struct pipeline; /* opaque: one session with a mailbox */

struct pipeline_parts { /* kept by reference */
    const struct config *config;
    const struct config_mailbox *mailbox;
    struct db *db;
    struct imap *imap;
    struct zygote *zygote;
    const char *owner; /* of the lease: host, process, start */
    uint32_t uidvalidity;
    struct meter *meter; /* CPU by step */
};

/* err  RETRY another daemon holds the mailbox, or the database is away */
bool pipeline_open(const struct pipeline_parts *parts, struct pipeline **out,
                   struct err *err) MUST_CHECK;
void pipeline_close(struct pipeline *p); /* lets the lease go */
void pipeline_closep(struct pipeline **p);

/* One look at the whole folder: every mail that is there goes through all steps. worked_out becomes
 * true when there was something to do. err  RETRY or UNSURE: drop the connections, open again; what
 * was done is in the database */
bool pipeline_poll(struct pipeline *p, bool *worked_out, struct err *err) MUST_CHECK;

/* The mailbox's row in the ledger, and the highest UID that the last poll listed (0: none): what
 * lies above it has come since. */
int pipeline_mailbox_id(const struct pipeline *p);
uint32_t pipeline_last_uid(const struct pipeline *p);

/* Write the failure where the report finds it; best effort. */
void pipeline_failed(struct pipeline *p, const struct err *why);

#endif
