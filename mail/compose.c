/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Mails that we write. See compose.h; the fields are in compose_header.c. Every body is base64: no
 * line of it can be taken for a boundary, and no relay changes it. */
#include "mail/compose.h"

#include "mail/compose_header.h"
#include <sodium.h>
#include <string.h>

enum {
    BODY_BYTES = 57, /* of one line: 76 letters */
    TYPE_BYTES_MAX = 100,
    BOUNDARY_BYTES = 12, /* of the Message-ID's hash */
};

/* "=_m" and the hash: "=_" is in no base64 and no quoted-printable. */
struct boundary {
    char text[4 + 2 * BOUNDARY_BYTES];
};

static struct boundary boundary_of(const struct compose *c, char level);
static void add_mixed(struct buf *out, const struct compose *c);
static void add_related(struct buf *out, const struct compose *c);
static void add_alternative(struct buf *out, const struct compose *c);

static bool check(const struct compose *c, struct err *err)
{
    if (!address_valid(c->from_addr))
        return err_set(err, ERR_REFUSE, "\"%s\" is no address to send from", c->from_addr);
    for (size_t i = 0; i < c->n_to; i++)
        if (!address_valid(c->to[i]))
            return err_set(err, ERR_REFUSE, "\"%s\" is no address to send to", c->to[i]);
    return c->n_to > 0 || err_set(err, ERR_REFUSE, "the mail names nobody to send it to");
}

bool compose_mail(const struct compose *c, struct buf *out, struct err *err)
{
    if (!check(c, err))
        return false;
    header_date(out, c->date_us);
    header_mailbox(out, "From", c->from_name, c->from_addr);
    header_addresses(out, "To", c->to, c->n_to);
    header_text(out, "Subject", c->subject);
    header_ids(out, "Message-ID", c->message_id);
    if (c->in_reply_to)
        header_ids(out, "In-Reply-To", c->in_reply_to);
    if (c->references)
        header_ids(out, "References", c->references);
    buf_addf(out, "Auto-Submitted: auto-%s\r\n", c->auto_replied ? "replied" : "generated");
    buf_adds(out, "X-Auto-Response-Suppress: All\r\n"); /* Exchange does not know RFC 3834 */
    buf_adds(out, "MIME-Version: 1.0\r\n");
    add_mixed(out, c);
    return true;
}

static struct boundary boundary_of(const struct compose *c, char level)
{
    uint8_t hash[crypto_hash_sha256_BYTES];
    struct boundary b = {{'=', '_', level}};
    crypto_hash_sha256(hash, (const uint8_t *)c->message_id, strlen(c->message_id));
    sodium_bin2hex(b.text + 3, sizeof b.text - 3, hash, BOUNDARY_BYTES);
    return b;
}

static void add_base64(struct buf *out, const void *bytes, size_t n)
{
    char line[sodium_base64_ENCODED_LEN(BODY_BYTES, sodium_base64_VARIANT_ORIGINAL)];
    for (const uint8_t *p = bytes; n > 0;) {
        size_t take = n < BODY_BYTES ? n : BODY_BYTES;
        sodium_bin2base64(line, sizeof line, p, take, sodium_base64_VARIANT_ORIGINAL);
        buf_addf(out, "%s\r\n", line);
        p += take;
        n -= take;
    }
}

/* LF becomes CRLF, which is how text travels, in base64 too. */
static void add_text(struct buf *out, const char *subtype, const char *text)
{
    struct buf lines CLEANUP(buf_fini) = {0};
    for (const char *p = text; *p; p++) {
        if (*p == '\n' && (p == text || p[-1] != '\r'))
            buf_addc(&lines, '\r');
        buf_addc(&lines, *p);
    }
    buf_addf(out, "Content-Type: text/%s; charset=UTF-8\r\n", subtype);
    buf_adds(out, "Content-Transfer-Encoding: base64\r\n\r\n");
    add_base64(out, buf_str(&lines), lines.len);
}

/* A token, a stroke, a token: anything else would end the field. */
static const char *safe_type(const char *type)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+-_/";
    const char *slash = strchr(type, '/');
    bool safe = slash && slash > type && slash[1] && !strchr(slash + 1, '/') &&
                strspn(type, allowed) == strlen(type) && strlen(type) <= TYPE_BYTES_MAX;
    return safe ? type : "application/octet-stream";
}

static void add_file(struct buf *out, const struct compose_file *f)
{
    const char *name = f->filename ? f->filename : "";
    buf_addf(out, "Content-Type: %s", safe_type(f->type));
    header_file_name(out, "name", name);
    buf_addf(out, "\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: %s",
             f->content_id ? "inline" : "attachment");
    header_file_name(out, "filename", name);
    buf_adds(out, "\r\n");
    if (f->content_id) {
        struct buf id CLEANUP(buf_fini) = {0};
        buf_addf(&id, "<%s>", f->content_id);
        header_ids(out, "Content-ID", buf_str(&id));
    }
    buf_adds(out, "\r\n");
    add_base64(out, f->bytes, f->n_bytes);
}

static size_t count_files(const struct compose *c, bool is_inline)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n_files; i++)
        n += (c->files[i].content_id != NULL) == is_inline;
    return n;
}

static void add_files(struct buf *out, const struct compose *c, bool is_inline,
                      const struct boundary *b)
{
    for (size_t i = 0; i < c->n_files; i++) {
        if ((c->files[i].content_id != NULL) != is_inline)
            continue;
        buf_addf(out, "--%s\r\n", b->text);
        add_file(out, &c->files[i]);
    }
    buf_addf(out, "--%s--\r\n", b->text);
}

static void open_multipart(struct buf *out, const char *subtype, const char *more,
                           const struct boundary *b)
{
    buf_addf(out, "Content-Type: multipart/%s;%s\r\n boundary=\"%s\"\r\n\r\n--%s\r\n", subtype,
             more, b->text, b->text);
}

/* mixed(related(alternative(text, html), pictures), files), each level only where it is needed. */
static void add_mixed(struct buf *out, const struct compose *c)
{
    struct boundary b = boundary_of(c, 'm');
    if (count_files(c, false) == 0) {
        add_related(out, c);
        return;
    }
    open_multipart(out, "mixed", "", &b);
    add_related(out, c);
    add_files(out, c, false, &b);
}

static void add_related(struct buf *out, const struct compose *c)
{
    struct boundary b = boundary_of(c, 'r');
    if (count_files(c, true) == 0) {
        add_alternative(out, c);
        return;
    }
    open_multipart(out, "related",
                   c->html ? " type=\"multipart/alternative\";" : " type=\"text/plain\";", &b);
    add_alternative(out, c);
    add_files(out, c, true, &b);
}

static void add_alternative(struct buf *out, const struct compose *c)
{
    struct boundary b = boundary_of(c, 'a');
    if (!c->html) {
        add_text(out, "plain", c->text);
        return;
    }
    open_multipart(out, "alternative", "", &b);
    add_text(out, "plain", c->text);
    buf_addf(out, "--%s\r\n", b.text);
    add_text(out, "html", c->html);
    buf_addf(out, "--%s--\r\n", b.text);
}
