/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The signed words inside a receipt's QR: HTTPS://HOST/R/<token>. Anyone with the public key can
 * check one offline. The exact bytes are in docs/receipt.md. */
#ifndef QR_TOKEN_H
#define QR_TOKEN_H

#include "base/arena.h"
#include "base/err.h"
#include <stdint.h>

enum token_kind {
    TOKEN_RECEIPT = 1, /* a register number */
    TOKEN_SLIP = 2,    /* a matter that an agency was asked for */
};

enum { TOKEN_SERIES_MAX = 8, TOKEN_TEXT_MAX = 256 };

struct token {
    enum token_kind kind;
    uint8_t key_id;                    /* which key signed */
    char series[TOKEN_SERIES_MAX + 1]; /* the register, ASCII capitals and digits: "R" */
    uint16_t year;                     /* Buddhist */
    uint64_t number;                   /* register number; of a slip the matter's number */
    int64_t entered_at_us; /* receipt: time of receipt; slip: when it was made. Whole seconds */
    uint8_t digest[16];    /* receipt: first half of the item's digest; slip: zero */
};

struct signer;   /* a secret key */
struct verifier; /* public keys by id */

/* Make a key pair: two small text files; refuses to write over one. */
bool signer_create(const char *secret_path, const char *public_path, uint8_t key_id,
                   struct err *err) MUST_CHECK;
bool signer_open(const char *secret_path, struct signer **out, struct err *err) MUST_CHECK;
void signer_free(struct signer *s); /* wipes the key */
void signer_freep(struct signer **s);
uint8_t signer_key_id(const struct signer *s);

/* One or more public keys in a file, a line each. */
bool verifier_open(const char *public_path, struct verifier **out, struct err *err) MUST_CHECK;
void verifier_free(struct verifier *v);
void verifier_freep(struct verifier **v);

/* The token's text: base32 capitals, at most TOKEN_TEXT_MAX - 1 bytes. */
char *token_sign(struct arena *a, const struct signer *s, const struct token *t);

/* The whole link: "HTTPS://" HOST "/R/" token, in capitals (/S/ for a slip). base_url:
 * "https://host". */
char *token_url(struct arena *a, const char *base_url, enum token_kind kind,
                const char *token_text);

enum token_verdict {
    TOKEN_GENUINE,
    TOKEN_NOT_OURS, /* no token at all: some other text or link */
    TOKEN_FORGED,   /* token-shaped, but the signature or the bytes are wrong */
    TOKEN_KEY_UNKNOWN,
};

/* text: a token, or a link that ends in one, upper or lower case. Constant time over the signature.
 * out is filled only when genuine. */
enum token_verdict token_verify(const struct verifier *v, const char *text, struct token *out);

/* "genuine", "not ours", "forged", "unknown key". */
const char *token_verdict_name(enum token_verdict v);

#endif
