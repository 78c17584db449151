/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The first words with an IMAP server, by our own hand: greeting, STARTTLS, capabilities, signing
 * in. Only when all of it is done does libetpan see the connection. */
#ifndef INTAKE_IMAP_LOGIN_H
#define INTAKE_IMAP_LOGIN_H

#include "intake/stream.h"

struct imap_caps { /* what CAPABILITY named */
    bool starttls, logindisabled, sasl_ir;
    bool plain, scram_sha_256, xoauth2;
    bool idle, move, uidplus;
};

/* Add what one "CAPABILITY …" line (or the words of its response code) names. */
void imap_caps_add(struct imap_caps *c, const char *words);

/* From the greeting to signed in; answer_ms for each answer. caps_out: as told after signing in.
 * err  RETRY the connection, or the server is busy; FATAL the greeting says PREAUTH, no STARTTLS,
 *      wrong password, no mechanism that both sides know; text names host and what to do */
bool imap_login(struct stream *s, const struct config_mailbox *m, int answer_ms,
                struct imap_caps *caps_out, struct err *err) MUST_CHECK;

#endif
