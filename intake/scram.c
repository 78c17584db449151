/* SPDX-License-Identifier: AGPL-3.0-or-later
 * SCRAM-SHA-256 (RFC 5802, RFC 7677). See scram.h. The server controls its messages. */
#include "intake/scram.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { HASH = 32, B64 = sodium_base64_VARIANT_ORIGINAL };

struct server_first {
    const char *nonce;
    unsigned char salt[SCRAM_SALT_MAX];
    size_t n_salt;
    unsigned long rounds;
};

static char *base64(struct arena *a, const unsigned char *p, size_t n)
{
    size_t room = sodium_base64_encoded_len(n, B64);
    return sodium_bin2base64(arena_alloc(a, room), room, p, n, B64);
}

char *scram_nonce(struct arena *a)
{
    unsigned char raw[18];
    randombytes_buf(raw, sizeof raw);
    return base64(a, raw, sizeof raw);
}

/* "=" and "," have a meaning in the messages. */
static char *saslname(struct arena *a, const char *login)
{
    char *out = arena_alloc(a, 3 * strlen(login) + 1), *to = out;
    for (; *login; login++) {
        if (*login == '=' || *login == ',')
            to = stpcpy(to, *login == '=' ? "=3D" : "=2C");
        else
            *to++ = *login;
    }
    return out;
}

char *scram_first(struct scram *s, struct arena *a, const char *login, const char *password,
                  const char *nonce)
{
    *s = (struct scram){.a = a, .password = password, .nonce = nonce};
    s->first_bare = arena_printf(a, "n=%s,r=%s", saslname(a, login), nonce);
    return arena_printf(a, "n,,%s", s->first_bare);
}

static void hmac(const void *key, size_t n_key, const char *text, unsigned char out[HASH])
{
    crypto_auth_hmacsha256_state st;
    crypto_auth_hmacsha256_init(&st, key, n_key);
    crypto_auth_hmacsha256_update(&st, (const unsigned char *)text, strlen(text));
    crypto_auth_hmacsha256_final(&st, out);
}

/* Hi() of RFC 5802: PBKDF2 with one block. The keyed state is made once and copied. */
static void salted_password(const char *password, const struct server_first *f,
                            unsigned char out[HASH])
{
    static const unsigned char one[4] = {0, 0, 0, 1};
    crypto_auth_hmacsha256_state keyed, st;
    crypto_auth_hmacsha256_init(&keyed, (const unsigned char *)password, strlen(password));
    unsigned char u[HASH];
    st = keyed;
    crypto_auth_hmacsha256_update(&st, f->salt, f->n_salt);
    crypto_auth_hmacsha256_update(&st, one, sizeof one);
    crypto_auth_hmacsha256_final(&st, u);
    memcpy(out, u, HASH);
    for (unsigned long i = 1; i < f->rounds; i++) {
        st = keyed;
        crypto_auth_hmacsha256_update(&st, u, HASH);
        crypto_auth_hmacsha256_final(&st, u);
        for (size_t k = 0; k < HASH; k++)
            out[k] ^= u[k];
    }
    sodium_memzero(&keyed, sizeof keyed);
    sodium_memzero(&st, sizeof st);
    sodium_memzero(u, sizeof u);
}

/* The value of "x=..." at *at; steps behind it and its comma. NULL where it is not there. */
static char *field(struct arena *a, const char **at, char name)
{
    if (**at != name || (*at)[1] != '=')
        return NULL;
    const char *from = *at + 2, *end = strchrnul(from, ',');
    *at = *end ? end + 1 : end;
    return arena_strndup(a, from, (size_t)(end - from));
}

static bool read_first(struct scram *s, const char *text, struct server_first *f, struct err *err)
{
    const char *at = text;
    f->nonce = field(s->a, &at, 'r');
    const char *salt = field(s->a, &at, 's'), *rounds = field(s->a, &at, 'i');
    if (!f->nonce || !salt || !rounds)
        return err_set(err, ERR_FATAL, "the server's SCRAM message is malformed");
    size_t n = strlen(s->nonce);
    if (strncmp(f->nonce, s->nonce, n) != 0 || strlen(f->nonce) == n)
        return err_set(err, ERR_FATAL, "the server's SCRAM nonce does not continue ours");
    if (sodium_base642bin(f->salt, sizeof f->salt, salt, strlen(salt), NULL, &f->n_salt, NULL,
                          B64) != 0 ||
        f->n_salt == 0)
        return err_set(err, ERR_FATAL, "the server's SCRAM salt cannot be read");
    char *end = NULL;
    f->rounds = strtoul(rounds, &end, 10);
    if (*end || f->rounds < SCRAM_ROUNDS_MIN || f->rounds > SCRAM_ROUNDS_MAX)
        return err_set(err, ERR_FATAL, "the server asks for %s SCRAM rounds: %d to %d are taken",
                       rounds, SCRAM_ROUNDS_MIN, SCRAM_ROUNDS_MAX);
    return true;
}

bool scram_final(struct scram *s, const char *server_first, char **out, struct err *err)
{
    struct server_first f = {0};
    if (!read_first(s, server_first, &f, err))
        return false;
    unsigned char salted[HASH], client_key[HASH], stored[HASH], proof[HASH], server_key[HASH];
    salted_password(s->password, &f, salted);
    hmac(salted, HASH, "Client Key", client_key);
    crypto_hash_sha256(stored, client_key, HASH);
    hmac(salted, HASH, "Server Key", server_key);
    char *bare = arena_printf(s->a, "c=biws,r=%s", f.nonce);
    char *both = arena_printf(s->a, "%s,%s,%s", s->first_bare, server_first, bare);
    hmac(stored, HASH, both, proof);
    for (size_t i = 0; i < HASH; i++)
        proof[i] ^= client_key[i];
    hmac(server_key, HASH, both, s->server_signature);
    *out = arena_printf(s->a, "%s,p=%s", bare, base64(s->a, proof, HASH));
    sodium_memzero(salted, HASH);
    sodium_memzero(client_key, HASH);
    sodium_memzero(server_key, HASH);
    return true;
}

bool scram_verify(const struct scram *s, const char *server_final, struct err *err)
{
    unsigned char said[HASH];
    size_t n = 0;
    const char *at = server_final;
    const char *value = field(s->a, &at, 'v');
    if (!value || sodium_base642bin(said, HASH, value, strlen(value), NULL, &n, NULL, B64) != 0 ||
        n != HASH || sodium_memcmp(said, s->server_signature, HASH) != 0)
        return err_set(err, ERR_FATAL,
                       "the server did not prove that it knows the password: it is not the server "
                       "that it claims to be");
    return true;
}
