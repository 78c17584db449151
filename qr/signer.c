/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Keys and their files. A line is "thanwela-secret-key-v1 ID BASE64" or "thanwela-public-key-v1 ID
 * BASE64"; empty lines and lines that begin with # are passed over. A secret file holds one key,
 * a public file as many as have ever signed, so that old receipts stay genuine when the key
 * changes. */
#include "qr/signer.h"

#include "base/buf.h"
#include "base/secret.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static_assert(KEY_SEED_BYTES == crypto_sign_SEEDBYTES &&
                  KEY_SECRET_BYTES == crypto_sign_SECRETKEYBYTES &&
                  KEY_PUBLIC_BYTES == crypto_sign_PUBLICKEYBYTES &&
                  KEY_SIGNATURE_BYTES == crypto_sign_BYTES,
              "libsodium's Ed25519");

static const char secret_word[] = "thanwela-secret-key-v1";
static const char public_word[] = "thanwela-public-key-v1";

enum {
    KEY_BASE64_BYTES = sodium_base64_ENCODED_LEN(KEY_PUBLIC_BYTES, sodium_base64_VARIANT_ORIGINAL),
    KEY_LINE_MAX = 128
};

static void start_sodium(void)
{
    if (sodium_init() < 0)
        abort(); /* no randomness to be had from the kernel */
}

static void line_write(const char *word, uint8_t id, const uint8_t key[KEY_PUBLIC_BYTES],
                       char out[static KEY_LINE_MAX])
{
    char base64[KEY_BASE64_BYTES];
    sodium_bin2base64(base64, sizeof base64, key, KEY_PUBLIC_BYTES, sodium_base64_VARIANT_ORIGINAL);
    snprintf(out, KEY_LINE_MAX, "%s %d %s\n", word, id, base64);
    sodium_memzero(base64, sizeof base64);
}

/* One line without its end. false: it is not a key of this kind. */
static bool line_read(const char *line, const char *word, uint8_t *id_out,
                      uint8_t key_out[KEY_PUBLIC_BYTES])
{
    size_t n_word = strlen(word), n;
    if (strncmp(line, word, n_word) != 0 || line[n_word] != ' ')
        return false;
    char *end;
    const char *number = line + n_word + 1;
    long id = strtol(number, &end, 10);
    if (*number < '0' || *number > '9' || id >= KEY_IDS || *end != ' ')
        return false;
    if (sodium_base642bin(key_out, KEY_PUBLIC_BYTES, end + 1, strlen(end + 1), " \t\r", &n, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0)
        return false;
    *id_out = (uint8_t)id;
    return n == KEY_PUBLIC_BYTES;
}

static bool write_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, p, n);
        if (done < 0 && errno != EINTR)
            return false;
        if (done > 0) {
            p += done;
            n -= (size_t)done;
        }
    }
    return fsync(fd) == 0;
}

static bool file_read(const char *path, struct buf *out, struct err *err)
{
    int fd CLEANUP(fd_closep) = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0)
        return err_set(err, ERR_FATAL, "%s: cannot be read: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode) || st.st_size > KEY_FILE_MAX)
        return err_set(err, ERR_FATAL, "%s: is no key file (a plain file of at most %d bytes)",
                       path, KEY_FILE_MAX);
    char piece[4096];
    for (ssize_t n; (n = read(fd, piece, sizeof piece)) != 0;) {
        if (n < 0 && errno != EINTR)
            return err_set(err, ERR_RETRY, "%s: cannot be read: %s", path, strerror(errno));
        if (n > 0 && out->len + (size_t)n <= KEY_FILE_MAX)
            buf_add(out, piece, (size_t)n);
    }
    sodium_memzero(piece, sizeof piece);
    return true;
}

/* The next line that says something, cut from *rest; NULL at the end. */
static char *next_line(char **rest, int *line_no)
{
    for (char *line; (line = strsep(rest, "\n"));) {
        ++*line_no;
        if (line[strspn(line, " \t\r")] && line[0] != '#')
            return line;
    }
    return NULL;
}

/* ---------------------------------------------------------------- public keys */

static bool verifier_read(struct verifier *v, const char *path, struct buf *text, struct err *err)
{
    int line_no = 0, n_keys = 0;
    char *rest = text->data;
    for (char *line; (line = next_line(&rest, &line_no)); n_keys++) {
        uint8_t id, key[KEY_PUBLIC_BYTES];
        if (!line_read(line, public_word, &id, key))
            return err_set(err, ERR_FATAL, "%s:%d: is no public key; a line reads \"%s ID BASE64\"",
                           path, line_no, public_word);
        if (v->known[id])
            return err_set(err, ERR_FATAL, "%s:%d: key %d stands there twice: remove the wrong one",
                           path, line_no, id);
        v->known[id] = true;
        v->stand_in = id;
        memcpy(v->key[id], key, sizeof key);
    }
    if (n_keys == 0)
        return err_set(err, ERR_FATAL, "%s: holds no public key", path);
    return true;
}

bool verifier_open(const char *public_path, struct verifier **out, struct err *err)
{
    start_sodium();
    struct buf text CLEANUP(buf_fini) = {0};
    struct verifier *v CLEANUP(verifier_freep) = calloc(1, sizeof *v);
    if (!v)
        abort();
    if (!file_read(public_path, &text, err) || !verifier_read(v, public_path, &text, err))
        return false;
    *out = TAKE(v);
    return true;
}

void verifier_free(struct verifier *v)
{
    free(v);
}

void verifier_freep(struct verifier **v)
{
    verifier_free(*v);
    *v = NULL;
}

/* ---------------------------------------------------------------- the secret key */

bool signer_open(const char *path, struct signer **out, struct err *err)
{
    start_sodium();
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf text CLEANUP(buf_fini) = {0};
    char *where;
    if (!secret_path(a, path, &where, err) || !file_read(where, &text, err))
        return false;
    int line_no = 0;
    char *rest = text.data;
    const char *line = next_line(&rest, &line_no);
    uint8_t id, seed[KEY_SEED_BYTES], public_key[KEY_PUBLIC_BYTES];
    bool read = line && line_read(line, secret_word, &id, seed);
    if (text.data)
        sodium_memzero(text.data, text.len);
    if (!read)
        return err_set(err, ERR_FATAL, "%s: holds no secret key; make one with `thanwela key new`",
                       where);
    struct signer *s CLEANUP(signer_freep) = sodium_malloc(sizeof *s);
    if (!s)
        abort();
    s->key_id = id;
    crypto_sign_seed_keypair(public_key, s->secret, seed);
    sodium_memzero(seed, sizeof seed);
    *out = TAKE(s);
    return true;
}

void signer_free(struct signer *s)
{
    sodium_free(s);
}

void signer_freep(struct signer **s)
{
    signer_free(*s);
    *s = NULL;
}

uint8_t signer_key_id(const struct signer *s)
{
    return s->key_id;
}

/* ---------------------------------------------------------------- a new pair */

/* The public file may be there already, with the keys before this one, but not with this id. */
static bool id_is_new(const char *public_path, uint8_t key_id, struct err *err)
{
    if (access(public_path, F_OK) != 0)
        return true;
    struct verifier *v CLEANUP(verifier_freep) = NULL;
    if (!verifier_open(public_path, &v, err))
        return false;
    if (v->known[key_id])
        return err_set(err, ERR_FATAL, "%s: has a key %d already: choose another --id", public_path,
                       key_id);
    return true;
}

static bool line_append(const char *path, int flags, mode_t mode, const char *line, struct err *err)
{
    int fd CLEANUP(fd_closep) = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, mode);
    if (fd < 0 && errno == EEXIST)
        return err_set(err, ERR_FATAL, "%s: is there already and is not written over", path);
    if (fd < 0 || !write_all(fd, line, strlen(line)))
        return err_set(err, ERR_FATAL, "%s: cannot be written: %s", path, strerror(errno));
    return true;
}

bool signer_create(const char *secret_path, const char *public_path, uint8_t key_id,
                   struct err *err)
{
    start_sodium();
    if (!id_is_new(public_path, key_id, err))
        return false;
    uint8_t seed[KEY_SEED_BYTES], secret[KEY_SECRET_BYTES], public_key[KEY_PUBLIC_BYTES];
    char secret_line[KEY_LINE_MAX], public_line[KEY_LINE_MAX];
    randombytes_buf(seed, sizeof seed);
    crypto_sign_seed_keypair(public_key, secret, seed);
    line_write(secret_word, key_id, seed, secret_line);
    line_write(public_word, key_id, public_key, public_line);
    bool made = line_append(secret_path, O_EXCL, 0600, secret_line, err);
    sodium_memzero(seed, sizeof seed);
    sodium_memzero(secret, sizeof secret);
    sodium_memzero(secret_line, sizeof secret_line);
    if (made && !line_append(public_path, O_APPEND, 0644, public_line, err)) {
        unlink(secret_path);
        return false;
    }
    return made;
}
