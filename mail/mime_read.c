/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Frames → struct mail. See mime_read.h. */
#include "mail/mime_read.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/thai.h"
#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct mime_reader {
    struct arena *a;
    const char *fields[FIELD_N];
    const char *auth_results[AUTH_RESULTS_MAX];
    uint32_t n_auth_results;
    struct mail_leaf *leaves; /* MAIL_LEAVES_MAX of them */
    uint32_t n_leaves;
    bool in_leaf, done;
    crypto_hash_sha256_state hash; /* of the leaf that is open */
    int parts_fd;
    uint64_t n_bytes; /* written to parts_fd */
    const char *text;
    uint32_t flags, n_nested;
    uint8_t traits;
};

typedef bool frame_fn(struct mime_reader *r, const uint8_t *p, size_t n);
static frame_fn on_field, on_text, on_leaf, on_data, on_leaf_end, on_done;

struct mime_reader *mime_reader_new(struct arena *a)
{
    struct mime_reader *r = arena_alloc(a, sizeof *r);
    r->a = a;
    r->leaves = arena_array(a, MAIL_LEAVES_MAX, sizeof *r->leaves);
    r->parts_fd = child_memfd("leaves");
    return r;
}

void mime_reader_free(struct mime_reader *r)
{
    if (r)
        fd_closep(&r->parts_fd);
}

void mime_reader_freep(struct mime_reader **r)
{
    mime_reader_free(*r);
}

bool mime_reader_frame(struct mime_reader *r, uint8_t type, const uint8_t *p, size_t n)
{
    static const struct {
        uint8_t type;
        frame_fn *fn;
    } frames[] = {
        {FRAME_FIELD, on_field}, {FRAME_TEXT, on_text},         {FRAME_LEAF, on_leaf},
        {FRAME_DATA, on_data},   {FRAME_LEAF_END, on_leaf_end}, {FRAME_DONE, on_done},
    };
    for (size_t i = 0; i < ARRAY_LEN(frames); i++)
        if (frames[i].type == type)
            return !r->done && frames[i].fn(r, p, n);
    return false;
}

static uint32_t le32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static bool on_field(struct mime_reader *r, const uint8_t *p, size_t n)
{
    if (n < 1 || n > FIELD_BYTES_MAX + 1 || p[0] >= FIELD_N)
        return false;
    const char *text = text_clean(r->a, (const char *)p + 1, n - 1);
    if (p[0] == FIELD_AUTH_RESULT) {
        if (r->n_auth_results == AUTH_RESULTS_MAX)
            return false;
        r->auth_results[r->n_auth_results++] = text;
        return true;
    }
    if (r->fields[p[0]])
        return false;
    r->fields[p[0]] = text;
    return true;
}

/* Lines are kept, each cleaned. */
static bool on_text(struct mime_reader *r, const uint8_t *p, size_t n)
{
    if (r->text || n > TEXT_BYTES_MAX)
        return false;
    struct buf text CLEANUP(buf_fini) = {0};
    struct arena *scratch CLEANUP(arena_freep) = arena_new();
    const char *line = (const char *)p, *end = line + n;
    while (line < end) {
        const char *lf = memchr(line, '\n', (size_t)(end - line));
        const char *stop = lf ? lf : end;
        buf_adds(&text, text_clean(scratch, line, (size_t)(stop - line)));
        if (lf)
            buf_addc(&text, '\n');
        line = lf ? lf + 1 : end;
    }
    r->text = arena_strdup(r->a, buf_str(&text));
    return true;
}

static bool is_type(const char *p, size_t n)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789!#$&^_.+-/";
    const char *slash = memchr(p, '/', n);
    return slash && slash > p && n < 200 && strspn(p, allowed) == n;
}

/* What may be shown and offered as a name: no path, nothing that hides. */
static const char *safe_name(struct arena *a, const char *sent)
{
    const char *last = sent;
    for (const char *p = sent; *p; p++)
        if ((*p == '/' || *p == '\\') && p[1])
            last = p + 1;
    last += strspn(last, " ");
    size_t n = strlen(last);
    while (n > 0 && (last[n - 1] == '/' || last[n - 1] == '\\' || last[n - 1] == ' '))
        n--;
    if (n > MAIL_NAME_MAX) { /* the extension stays */
        const char *dot = memrchr(last, '.', n);
        size_t n_ext = dot && n - (size_t)(dot - last) <= 16 ? n - (size_t)(dot - last) : 0;
        size_t head = MAIL_NAME_MAX - n_ext;
        while (head > 0 && ((unsigned char)last[head] & 0xC0) == 0x80)
            head--;
        return arena_printf(a, "%.*s%.*s", (int)head, last, (int)n_ext, last + n - n_ext);
    }
    bool only_dots = strspn(last, ".") == n;
    return n == 0 || only_dots ? NULL : arena_strndup(a, last, n);
}

static bool on_leaf(struct mime_reader *r, const uint8_t *p, size_t n)
{
    if (r->in_leaf || r->n_leaves == MAIL_LEAVES_MAX || n < 7 || n > FIELD_BYTES_MAX + 512)
        return false;
    const char *type = (const char *)p + 5, *end = (const char *)p + n;
    const char *type_end = memchr(type, 0, (size_t)(end - type));
    const char *name = type_end ? type_end + 1 : NULL;
    if (!name || name >= end || end[-1] != 0 || le32(p) > MAIL_DEPTH_MAX + 1)
        return false;
    struct mail_leaf *leaf = &r->leaves[r->n_leaves++];
    *leaf = (struct mail_leaf){.depth = le32(p), .attachment = p[4] != 0, .offset = r->n_bytes};
    bool known = is_type(type, (size_t)(type_end - type));
    leaf->type = known ? arena_strdup(r->a, type) : "application/octet-stream";
    leaf->sniffed = "application/octet-stream";
    if (*name) {
        leaf->sent_name = text_clean(r->a, name, strlen(name));
        leaf->filename = safe_name(r->a, leaf->sent_name);
    }
    crypto_hash_sha256_init(&r->hash);
    r->in_leaf = true;
    return true;
}

static bool write_all(int fd, const uint8_t *p, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        p += done;
        n -= (size_t)done;
    }
    return true;
}

static bool on_data(struct mime_reader *r, const uint8_t *p, size_t n)
{
    if (!r->in_leaf || n > MAIL_DECODED_MAX - r->n_bytes)
        return false;
    struct mail_leaf *leaf = &r->leaves[r->n_leaves - 1];
    crypto_hash_sha256_update(&r->hash, p, n);
    leaf->size += n;
    r->n_bytes += n;
    return write_all(r->parts_fd, p, n);
}

static bool on_leaf_end(struct mime_reader *r, const uint8_t *p, size_t n)
{
    if (!r->in_leaf)
        return false;
    struct mail_leaf *leaf = &r->leaves[r->n_leaves - 1];
    char *sniffed = arena_strndup(r->a, (const char *)p, n);
    if (is_type(sniffed, n))
        leaf->sniffed = sniffed;
    crypto_hash_sha256_final(&r->hash, leaf->sha256);
    r->in_leaf = false;
    return true;
}

static bool on_done(struct mime_reader *r, const uint8_t *p, size_t n)
{
    if (n != 9 || r->in_leaf)
        return false;
    r->flags = le32(p) & (MAIL_FLAG_END - 1);
    r->n_nested = le32(p + 4);
    r->traits = p[8];
    r->done = true;
    return true;
}

/* Each part with its length before it, so that no two mails spell the same bytes. */
static void key_add(crypto_hash_sha256_state *key, const void *p, size_t n)
{
    uint8_t length[4] = {(uint8_t)n, (uint8_t)(n >> 8), (uint8_t)(n >> 16), (uint8_t)(n >> 24)};
    crypto_hash_sha256_update(key, length, sizeof length);
    crypto_hash_sha256_update(key, p, n);
}

static void content_key(const struct mime_reader *r, uint8_t out[static 32])
{
    static const enum mail_field named[] = {FIELD_MESSAGE_ID, FIELD_DATE_AS, FIELD_FROM,
                                            FIELD_SUBJECT};
    crypto_hash_sha256_state key;
    crypto_hash_sha256_init(&key);
    key_add(&key, "v1", 2);
    for (size_t i = 0; i < ARRAY_LEN(named); i++) {
        const char *text = r->fields[named[i]] ? r->fields[named[i]] : "";
        key_add(&key, text, strlen(text));
    }
    for (uint32_t i = 0; i < r->n_leaves; i++)
        key_add(&key, r->leaves[i].sha256, sizeof r->leaves[i].sha256);
    crypto_hash_sha256_final(&key, out);
}

static int64_t read_us(const char *text)
{
    char *end;
    if (!text || !*text)
        return TIME_NONE;
    errno = 0;
    long long us = strtoll(text, &end, 10);
    return *end || errno ? TIME_NONE : us;
}

bool mime_reader_take(struct mime_reader *r, struct mail *out, struct err *err)
{
    if (!r->done)
        return err_set(err, ERR_REFUSE, "the mail's parser stopped before its end");
    const char **f = r->fields;
    *out = (struct mail){
        .subject = f[FIELD_SUBJECT] ? f[FIELD_SUBJECT] : "",
        .from = f[FIELD_FROM],
        .from_addr = f[FIELD_FROM_ADDR],
        .from_name = f[FIELD_FROM_NAME],
        .date_us = read_us(f[FIELD_DATE]),
        .message_id = f[FIELD_MESSAGE_ID],
        .in_reply_to = f[FIELD_IN_REPLY_TO],
        .references = f[FIELD_REFERENCES],
        .return_path = f[FIELD_RETURN_PATH],
        .auth_results = r->auth_results,
        .n_auth_results = r->n_auth_results,
        .sensitivity = f[FIELD_SENSITIVITY],
        .is_auto = r->traits & TRAIT_AUTO,
        .is_list = r->traits & TRAIT_LIST,
        .is_bounce = r->traits & TRAIT_BOUNCE,
        .flags = r->flags,
        .n_nested = r->n_nested,
        .leaves = r->leaves,
        .n_leaves = r->n_leaves,
        .text = r->text,
        .parts_fd = r->parts_fd,
    };
    content_key(r, out->content_key);
    r->parts_fd = -1;
    return true;
}

const char *mail_flag_name(enum mail_flag one)
{
    static const char *const names[] = {"from-many", "from-bad", "subject-many", "undecoded",
                                        "depth",     "parts",    "encoding",     "header",
                                        "encrypted", "date-bad"};
    static_assert(MAIL_FLAG_END == 1 << ARRAY_LEN(names), "a name for each flag");
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if ((unsigned)one == 1u << i)
            return names[i];
    return "";
}
