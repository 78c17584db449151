/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A code's text → verdict. Nothing that was not signed may come out genuine, and what does come out
 * genuine is signed again to the same text. */
#include "qr/signer.h"

#include "qr/base32.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const uint8_t seed[KEY_SEED_BYTES] = "thanwela fuzzing key, not secret";
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct verifier v = {.known[7] = true, .stand_in = 7};
    struct signer s = {.key_id = 7};
    struct token t;
    if (sodium_init() < 0)
        abort();
    crypto_sign_seed_keypair(v.key[7], s.secret, seed);
    char *text = arena_strndup(a, (const char *)bytes, n);
    if (token_verify(&v, text, &t) != TOKEN_GENUINE)
        return 0;
    const char *again = token_sign(a, &s, &t);
    if (token_verify(&v, again, &t) != TOKEN_GENUINE)
        abort();
    return 0;
}
