/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What keys are made of, for qr/signer.c (files) and qr/token.c (use) alone. */
#ifndef QR_SIGNER_H
#define QR_SIGNER_H

#include "qr/token.h"

enum {
    KEY_SEED_BYTES = 32,      /* Ed25519 */
    KEY_SECRET_BYTES = 64,    /* seed and public key, as libsodium keeps them */
    KEY_PUBLIC_BYTES = 32,    /* */
    KEY_SIGNATURE_BYTES = 64, /* */
    KEY_FILE_MAX = 64 * 1024, /* bytes of a key file */
    KEY_IDS = 256,            /* an id is one byte */
};

struct signer { /* in guarded memory, wiped by signer_free */
    uint8_t key_id;
    uint8_t secret[KEY_SECRET_BYTES];
};

struct verifier {
    uint8_t stand_in; /* an id that is known */
    bool known[KEY_IDS];
    uint8_t key[KEY_IDS][KEY_PUBLIC_BYTES];
};

#endif
