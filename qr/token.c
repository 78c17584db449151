/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A token's bytes, its signature, its text. docs/receipt.md describes the same bytes for others;
 * a test holds the two together. The text comes from strangers: from a scan, a mail or the web. */
#include "qr/token.h"

#include "qr/base32.h"
#include "qr/signer.h"
#include <assert.h>
#include <ctype.h>
#include <sodium.h>
#include <string.h>

enum {
    TOKEN_VERSION = 1,
    NUMBER_MAX = 8, /* bytes */
    TIME_BYTES = 5, /* seconds since 1970: until the year 36812 */
    DIGEST_BYTES = 16,
    BODY_MIN = 3 + 1 + 2 + 1 + TIME_BYTES,
    BODY_MAX = 3 + TOKEN_SERIES_MAX + 2 + NUMBER_MAX + TIME_BYTES + DIGEST_BYTES,
    BYTES_MIN = BODY_MIN + KEY_SIGNATURE_BYTES,
    BYTES_MAX = BODY_MAX + KEY_SIGNATURE_BYTES,
    LINK_LETTERS_MIN = 64, /* shorter words behind /R/ are someone else's */
};
static_assert(BASE32_LETTERS(BYTES_MAX) < TOKEN_TEXT_MAX, "a token's text fits");

/* What is signed is this word, its NUL included, and then the body: a signature made for a token is
 * good for nothing else. */
static const char signing_domain[] = "thanwela-token-v1";
enum { SIGNED_MAX = sizeof signing_domain + BODY_MAX };

/* ---------------------------------------------------------------- bytes */

static uint8_t *put_number(uint8_t *p, uint64_t value, int n_bytes)
{
    for (int i = n_bytes - 1; i >= 0; i--)
        *p++ = (uint8_t)(value >> (8 * i));
    return p;
}

static uint64_t get_number(const uint8_t **p, int n_bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < n_bytes; i++)
        value = value << 8 | *(*p)++;
    return value;
}

static int bytes_of(uint64_t value)
{
    int n = 1;
    while (n < NUMBER_MAX && value >> (8 * n))
        n++;
    return n;
}

static bool series_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static size_t digest_bytes(enum token_kind kind)
{
    return kind == TOKEN_RECEIPT ? DIGEST_BYTES : 0;
}

static void check_token(const struct token *t)
{
    size_t n = strnlen(t->series, sizeof t->series);
    assert(t->kind == TOKEN_RECEIPT || t->kind == TOKEN_SLIP);
    assert(n >= 1 && n <= TOKEN_SERIES_MAX);
    for (size_t i = 0; i < n; i++)
        assert(series_letter(t->series[i]));
    assert(t->number > 0);
    assert(t->entered_at_us >= 0 && t->entered_at_us / 1000000 < INT64_C(1) << (8 * TIME_BYTES));
}

static size_t body_write(const struct token *t, uint8_t key_id, uint8_t out[static BODY_MAX])
{
    check_token(t);
    size_t n_series = strlen(t->series);
    int n_number = bytes_of(t->number);
    uint8_t *p = out;
    *p++ = (uint8_t)(TOKEN_VERSION << 4 | (int)t->kind);
    *p++ = key_id;
    *p++ = (uint8_t)(n_series << 4 | (size_t)n_number);
    memcpy(p, t->series, n_series);
    p = put_number(p + n_series, t->year, 2);
    p = put_number(p, t->number, n_number);
    p = put_number(p, (uint64_t)(t->entered_at_us / 1000000), TIME_BYTES);
    memcpy(p, t->digest, digest_bytes(t->kind));
    return (size_t)(p - out) + digest_bytes(t->kind);
}

/* false: these are no token's bytes. Each token has one form only. */
static bool body_read(const uint8_t *bytes, size_t n, struct token *out)
{
    if (n < BODY_MIN)
        return false;
    const uint8_t *p = bytes + 3;
    int kind = bytes[0] & 15, n_series = bytes[2] >> 4, n_number = bytes[2] & 15;
    if (bytes[0] >> 4 != TOKEN_VERSION || (kind != TOKEN_RECEIPT && kind != TOKEN_SLIP))
        return false;
    if (n_series < 1 || n_series > TOKEN_SERIES_MAX || n_number < 1 || n_number > NUMBER_MAX)
        return false;
    struct token t = {.kind = (enum token_kind)kind, .key_id = bytes[1]};
    size_t n_digest = digest_bytes(t.kind);
    if (n != 3 + (size_t)n_series + 2 + (size_t)n_number + TIME_BYTES + n_digest)
        return false;
    memcpy(t.series, p, (size_t)n_series);
    p += n_series;
    for (int i = 0; i < n_series; i++)
        if (!series_letter(t.series[i]))
            return false;
    t.year = (uint16_t)get_number(&p, 2);
    t.number = get_number(&p, n_number);
    t.entered_at_us = (int64_t)get_number(&p, TIME_BYTES) * 1000000;
    memcpy(t.digest, p, n_digest);
    *out = t;
    return t.number > 0 && bytes_of(t.number) == n_number;
}

static size_t signed_bytes(const uint8_t *body, size_t n, uint8_t out[static SIGNED_MAX])
{
    memcpy(out, signing_domain, sizeof signing_domain);
    memcpy(out + sizeof signing_domain, body, n);
    return sizeof signing_domain + n;
}

/* ---------------------------------------------------------------- out */

char *token_sign(struct arena *a, const struct signer *s, const struct token *t)
{
    uint8_t bytes[BYTES_MAX], message[SIGNED_MAX];
    size_t n = body_write(t, s->key_id, bytes);
    size_t n_message = signed_bytes(bytes, n, message);
    crypto_sign_detached(bytes + n, NULL, message, n_message, s->secret);
    n += KEY_SIGNATURE_BYTES;
    char *text = arena_alloc(a, BASE32_LETTERS(n) + 1);
    base32_encode(bytes, n, text);
    return text;
}

char *token_url(struct arena *a, const char *base_url, enum token_kind kind, const char *token_text)
{
    size_t n = strlen(base_url);
    while (n > 0 && base_url[n - 1] == '/')
        n--;
    char *url =
        arena_printf(a, "%.*s/%c/%s", (int)n, base_url, kind == TOKEN_SLIP ? 'S' : 'R', token_text);
    for (char *p = url; *p; p++)
        *p = (char)(*p >= 'a' && *p <= 'z' ? *p - 32 : *p);
    return url;
}

/* ---------------------------------------------------------------- in */

struct letters {
    char text[TOKEN_TEXT_MAX];
    size_t n;
    int kind; /* that the link promises; 0 where there is no link */
};

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* A bare token, perhaps typed in groups: base32 letters, blanks and hyphens between them. */
static bool bare_letters(const char *text, struct letters *out)
{
    for (; *text; text++) {
        if (is_blank(*text) || *text == '-')
            continue;
        if (base32_value(*text) < 0 || out->n >= TOKEN_TEXT_MAX - 1)
            return false;
        out->text[out->n++] = *text;
    }
    return out->n >= BASE32_LETTERS(BYTES_MIN) && out->n <= BASE32_LETTERS(BYTES_MAX);
}

/* A link: its last segment, behind a segment R or S. Query and fragment are not looked at. */
static bool link_letters(const char *text, struct letters *out)
{
    size_t n = strcspn(text, "?#");
    while (n > 0 && (is_blank(text[n - 1]) || text[n - 1] == '/'))
        n--;
    size_t start = n;
    while (start > 0 && isalnum((unsigned char)text[start - 1]))
        start--;
    out->n = n - start;
    if (out->n < LINK_LETTERS_MIN || out->n >= TOKEN_TEXT_MAX || start < 3)
        return false;
    char letter = (char)toupper((unsigned char)text[start - 2]);
    if (text[start - 1] != '/' || text[start - 3] != '/' || (letter != 'R' && letter != 'S'))
        return false;
    out->kind = letter == 'R' ? TOKEN_RECEIPT : TOKEN_SLIP;
    memcpy(out->text, text + start, out->n);
    return true;
}

static bool signature_holds(const struct verifier *v, const uint8_t *bytes, size_t n)
{
    uint8_t message[SIGNED_MAX];
    size_t n_body = n - KEY_SIGNATURE_BYTES;
    size_t n_message = signed_bytes(bytes, n_body, message);
    /* Every answer costs one check, also that of a key we do not know. */
    const uint8_t *key = v->key[v->known[bytes[1]] ? bytes[1] : v->stand_in];
    return crypto_sign_verify_detached(bytes + n_body, message, n_message, key) == 0;
}

enum token_verdict token_verify(const struct verifier *v, const char *text, struct token *out)
{
    struct letters letters = {0};
    if (!(strchr(text, '/') ? link_letters(text, &letters) : bare_letters(text, &letters)))
        return TOKEN_NOT_OURS;
    uint8_t bytes[BYTES_MAX] = {0};
    size_t n = 0;
    struct token t = {0};
    bool whole = base32_decode(letters.text, letters.n, bytes, sizeof bytes, &n) &&
                 n >= BYTES_MIN && body_read(bytes, n - KEY_SIGNATURE_BYTES, &t) &&
                 (!letters.kind || letters.kind == (int)t.kind);
    bool holds = signature_holds(v, bytes, n >= BYTES_MIN ? n : BYTES_MAX);
    if (!whole)
        return TOKEN_FORGED;
    if (!v->known[t.key_id])
        return TOKEN_KEY_UNKNOWN;
    if (!holds)
        return TOKEN_FORGED;
    *out = t;
    return TOKEN_GENUINE;
}

const char *token_verdict_name(enum token_verdict v)
{
    static const char *const names[] = {"genuine", "not ours", "forged", "unknown key"};
    static_assert(ARRAY_LEN(names) == TOKEN_KEY_UNKNOWN + 1, "a name for each verdict");
    return names[v];
}
