/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Weighing a parsed mail: is it a document to be registered, whose is it, may it be answered? Rules
 * only; the rows are db/registry.h's. */
#ifndef INTAKE_REGISTER_H
#define INTAKE_REGISTER_H

#include "config/config.h"
#include "db/ledger.h"
#include "db/registry.h"
#include "mail/mime.h"

struct register_rules {
    const struct config *config;
    const struct config_mailbox *mailbox;
    int mailbox_id;
};

enum register_verdict {
    REGISTER_TAKE,       /* gets a number: mail is filled */
    REGISTER_QUARANTINE, /* secret, unverified sender, nothing in it: an officer decides */
    REGISTER_IGNORE,     /* no document: a bounce, our own mail */
};

struct register_weighed {
    enum register_verdict verdict;
    const char *why; /* of the last two, one Thai sentence for the officer */
    struct registry_mail mail;
};

/* out lives in a. err  RETRY the database is away */
bool register_weigh(struct arena *a, struct db *db, const struct register_rules *rules,
                    const struct ledger_pending *p, const struct mail *m,
                    struct register_weighed *out, struct err *err) MUST_CHECK;

/* Say in the log what became of a mail that was taken. */
void register_log(int64_t message_id, const struct mail *mail, const struct registry_result *r);

#endif
