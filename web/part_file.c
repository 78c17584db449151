/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A stored file as an answer (RFC 9110 ranges, RFC 6266 and 8187 names). What an agency sent must
 * not run in our origin: only types that can do nothing are shown, and those without an origin. */
#include "web/parts.h"

#include "base/thai.h"
#include "db/link.h"
#include "db/person.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const shown_types[] = {"application/pdf", "image/png",  "image/jpeg",
                                          "image/gif",       "image/webp", "text/plain"};

static bool is_shown(const char *type)
{
    for (size_t i = 0; i < ARRAY_LEN(shown_types); i++)
        if (strcmp(type, shown_types[i]) == 0)
            return true;
    return false;
}

/* The sender's name for people, without what a file system or a header minds. */
static char *safe_name(struct arena *a, const struct stored_file *f)
{
    char *name = text_clean(a, f->filename, strlen(f->filename));
    for (char *p = name; *p; p++)
        if (strchr("/\\:*?\"<>|", *p))
            *p = '_';
    return *name ? name : arena_printf(a, "file-%d", f->seq + 1);
}

static char *ascii_name(struct arena *a, const char *name)
{
    char *out = arena_alloc(a, strlen(name) + 1), *to = out;
    for (const unsigned char *p = (const unsigned char *)name; *p; p++)
        if (*p < 0x80)
            *to++ = *p == '%' || *p == '\'' ? '_' : (char)*p;
        else if (to == out || to[-1] != '_')
            *to++ = '_';
    return out;
}

static const char *disposition(struct web_request *r, const struct stored_file *f)
{
    const char *name = safe_name(r->a, f);
    return arena_printf(r->a, "%s; filename=\"%s\"; filename*=UTF-8''%s",
                        is_shown(f->type) ? "inline" : "attachment", ascii_name(r->a, name),
                        web_escape(r->a, name));
}

/* One range, "bytes=a-", "bytes=a-b" or "bytes=-n"; several, or another unit, are passed over, as
 * the standard lets us. false: it lies behind the end. */
static bool read_range(const char *text, uint64_t size, uint64_t *from_out, uint64_t *n_out)
{
    uint64_t from, to = size - 1;
    char *end;
    *from_out = 0;
    *n_out = size;
    if (!text || strncmp(text, "bytes=", 6) != 0 || strchr(text, ','))
        return true;
    text += 6;
    errno = 0;
    if (*text == '-') {
        uint64_t last = strtoull(text + 1, &end, 10);
        if (*end || errno || end == text + 1)
            return true;
        from = last < size ? size - last : 0;
        if (last == 0)
            return false;
    } else {
        from = strtoull(text, &end, 10);
        if (errno || end == text || *end != '-')
            return true;
        if (end[1])
            to = strtoull(end + 1, &end, 10);
        if (from >= size)
            return false;
        if (to < from)
            return true;
    }
    *from_out = from;
    *n_out = (to < size ? to : size - 1) - from + 1;
    return true;
}

/* A part is of the file that the visitor has begun, or it is none: then the whole is sent. */
static const char *asked_range(const struct web_request *r, const char *etag)
{
    return r->if_range && strcmp(r->if_range, etag) != 0 ? NULL : r->range;
}

bool part_send_file(struct web_request *r, struct web_answer *out, const struct stored_file *f,
                    const char *who, struct err *err)
{
    uint64_t size = (uint64_t)f->size_bytes;
    if (f->is_secret) {
        web_say(r, out, 403, web_tr(r, "เอกสารลับ", "Secret"),
                web_tr(r, "เอกสารลับไม่เปิดทางเว็บ", "Secret documents are not opened here."));
        return true;
    }
    const char *etag = arena_printf(r->a, "\"%s\"", f->sha256);
    out->etag = etag;
    if (r->if_none_match && strstr(r->if_none_match, etag)) {
        out->status = 304;
        return true;
    }
    if (!access_opened(r->db, who, f->item_id, f->id, r->address, err))
        return false;
    out->type = is_shown(f->type) ? f->type : "application/octet-stream";
    out->is_sandboxed = true;
    out->disposition = disposition(r, f);
    if (size == 0)
        return true;
    out->total = size;
    if (!read_range(asked_range(r, etag), size, &out->from, &out->n_bytes)) {
        web_say(r, out, 416, web_tr(r, "ไม่มีช่วงนี้ในแฟ้ม", "No such part of the file"), "");
        return true;
    }
    out->blob = f->blob_id;
    out->status = out->n_bytes < size ? 206 : 200;
    return true;
}
