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

/* Make a key pair. The secret file (0600) must not be there yet; the public file may be, with the
 * keys before this one: it gets one more line.
 * err  FATAL a file is there, the id is taken, or it cannot be written */
bool signer_create(const char *secret_path, const char *public_path, uint8_t key_id,
                   struct err *err) MUST_CHECK;
/* secret_path as base/secret.h has it: a name without a slash is a systemd credential.
 * err  FATAL not readable, no secret key, or readable by others; RETRY the disk fails */
bool signer_open(const char *secret_path, struct signer **out, struct err *err) MUST_CHECK;
void signer_free(struct signer *s); /* wipes the key */
void signer_freep(struct signer **s);
uint8_t signer_key_id(const struct signer *s);

/* One or more public keys in a file, a line each.
 * err  FATAL not readable, or the first line that is wrong, by its number; RETRY as above */
bool verifier_open(const char *public_path, struct verifier **out, struct err *err) MUST_CHECK;
void verifier_free(struct verifier *v);
void verifier_freep(struct verifier **v);

/* The token's text: base32 capitals, at most TOKEN_TEXT_MAX - 1 bytes. The key id is the signer's,
 * whatever t says; fractions of a second are cut off. */
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

/* text: a token (blanks and hyphens between its letters are passed over), or a link that ends in
 * one, upper or lower case. A token behind the wrong kind of link is forged. Constant time over the
 * signature. out is filled only when genuine. */
enum token_verdict token_verify(const struct verifier *v, const char *text, struct token *out);

/* "genuine", "not ours", "forged", "unknown key". */
const char *token_verdict_name(enum token_verdict v);

#endif
