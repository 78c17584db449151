/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the daemon does with a registered item, on any machine: scan its files, judge it, write its
 * receipt into the outbox, in the transaction that ends its last scan. */
#ifndef INTAKE_ANSWER_H
#define INTAKE_ANSWER_H

#include "base/child.h"
#include "base/meter.h"
#include "config/config.h"
#include "db/db.h"
#include "qr/token.h"

struct answer_parts { /* kept by reference */
    const struct config *config;
    struct db *db;
    struct zygote *zygote; /* of scan_zygote_start */
    const struct signer *signer;
    const struct verifier *verifier;
    const char *owner;   /* of claims: host, process, start */
    struct meter *meter; /* CPU by step */
};

/* Work off what is due, at most one round of jobs.
 * n_out  jobs that were done; 0: nothing is due
 * err    RETRY, UNSURE: open the database again; jobs that were claimed come back by themselves */
bool answer_round(const struct answer_parts *parts, int *n_out, struct err *err) MUST_CHECK;

#endif
