/* SPDX-License-Identifier: AGPL-3.0-or-later
 * SCRAM-SHA-256, the client's side: the password never travels, and the server must prove that it
 * knows it too. */
#ifndef INTAKE_SCRAM_H
#define INTAKE_SCRAM_H

#include "base/arena.h"
#include "base/err.h"
#include <stdint.h>

enum {
    SCRAM_ROUNDS_MIN = 4096,    /* RFC 7677 */
    SCRAM_ROUNDS_MAX = 1000000, /* more would hold us for seconds */
    SCRAM_SALT_MAX = 256,       /* bytes */
};

struct scram {
    struct arena *a; /* what the messages live in; owned by the caller */
    const char *password;
    char *first_bare; /* our first message without its head */
    const char *nonce;
    unsigned char server_signature[32]; /* what the server must answer */
};

/* A fresh nonce; lives in a. */
char *scram_nonce(struct arena *a);

/* Our first message. */
char *scram_first(struct scram *s, struct arena *a, const char *login, const char *password,
                  const char *nonce);

/* Our answer to the server's first message.
 * err  FATAL the message is malformed, another nonce, too few or too many rounds */
bool scram_final(struct scram *s, const char *server_first, char **out, struct err *err) MUST_CHECK;

/* Is the server's last message the proof that it knows the password? err  FATAL it is not */
bool scram_verify(const struct scram *s, const char *server_final, struct err *err) MUST_CHECK;

#endif
