/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A mail kept as a file. Not a MIME reader: it walks the lines once, and wherever the fields before
 * a blank line said base64, the lines behind it are decoded and scanned. That needs no tree, so no
 * nesting and no lying boundary can hurt it. */
#include "qr/archive.h"

#include "base/buf.h"
#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { LOOK_BYTES = 4096, FIELD_BYTES_MAX = 2048 };

struct line {
    const uint8_t *p;
    size_t n; /* without the line's end */
};

struct mail_walk {
    struct arena *a;
    const struct document_job *job;
    struct document_verdict *out;
    int n_parts;
    bool in_head, is_base64, holds_mail;
    char field[FIELD_BYTES_MAX]; /* unfolded, cut */
    char name[ARCHIVE_NAME_BYTES_MAX];
    struct buf data; /* of the part being decoded */
    uint32_t bits;
    int n_bits;
};

static bool next_line(const uint8_t **p, const uint8_t *end, struct line *out);
static void head_line(struct mail_walk *w, struct line line);
static void body_line(struct mail_walk *w, struct line line);
static void part_end(struct mail_walk *w);

/* A first line that is a field, and a field that only mail has. */
bool mail_file_is(const uint8_t *p, size_t n, const char *name)
{
    static const char *const fields[] = {
        "\nmime-version:", "\nreceived:", "\ncontent-type:", "\nmessage-id:"};
    char start[LOOK_BYTES + 2] = "\n";
    size_t i = 0;
    (void)name;
    for (; i < n && i < LOOK_BYTES && p[i] != 0; i++)
        start[i + 1] = (char)tolower(p[i]);
    size_t word = strspn(start + 1, "abcdefghijklmnopqrstuvwxyz-0123456789");
    if (word == 0 || start[1 + word] != ':')
        return false;
    for (i = 0; i < ARRAY_LEN(fields); i++)
        if (strstr(start, fields[i]))
            return true;
    return false;
}

static void mail_walk_fini(struct mail_walk *w)
{
    buf_fini(&w->data);
}

void mail_file_scan(struct arena *a, const struct document_job *job, struct document_verdict *out)
{
    struct mail_walk w CLEANUP(mail_walk_fini) = {.a = a, .job = job, .out = out, .in_head = true};
    const uint8_t *p = job->bytes, *end = p + job->n_bytes;
    struct line line;
    document_say(a, out, SCAN_UNSUPPORTED, "a mail without a file that has pages");
    while (w.n_parts <= MAIL_FILE_PARTS_MAX && next_line(&p, end, &line)) {
        if (w.in_head)
            head_line(&w, line);
        else
            body_line(&w, line);
    }
    part_end(&w);
    if (w.n_parts > MAIL_FILE_PARTS_MAX)
        document_join(out, &(struct document_verdict){
                               .state = SCAN_LIMIT,
                               .why = arena_printf(a, "more than %d parts", MAIL_FILE_PARTS_MAX)});
    if (out->state == SCAN_CODES || out->state == SCAN_NONE)
        out->why = NULL;
}

static bool next_line(const uint8_t **p, const uint8_t *end, struct line *out)
{
    if (*p >= end)
        return false;
    const uint8_t *stop = memchr(*p, '\n', (size_t)(end - *p));
    out->p = *p;
    out->n = (size_t)((stop ? stop : end) - *p);
    *p = stop ? stop + 1 : end;
    if (out->n > 0 && out->p[out->n - 1] == '\r')
        out->n--;
    return true;
}

/* ---- heads ---- */

/* filename="x" or name=x, as written: names shown are only a hint. */
static void take_name(struct mail_walk *w)
{
    const char *at = strcasestr(w->field, "name=");
    if (!at)
        return;
    at += strlen("name=");
    bool is_quoted = *at == '"';
    at += is_quoted;
    size_t n = strcspn(at, is_quoted ? "\"" : "; \t");
    if (n > 0 && n < sizeof w->name) {
        memcpy(w->name, at, n);
        w->name[n] = 0;
    }
}

static void field_end(struct mail_walk *w)
{
    if (strncasecmp(w->field, "content-transfer-encoding:", 26) == 0)
        w->is_base64 = strcasestr(w->field, "base64") != NULL;
    if (strncasecmp(w->field, "content-type:", 13) == 0)
        w->holds_mail = strcasestr(w->field, "message/rfc822") != NULL;
    if (strncasecmp(w->field, "content-", 8) == 0)
        take_name(w);
    w->field[0] = 0;
}

static void head_line(struct mail_walk *w, struct line line)
{
    bool is_folded = line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t');
    if (!is_folded)
        field_end(w);
    size_t has = strlen(w->field), room = sizeof w->field - 1 - has;
    size_t n = line.n < room ? line.n : room;
    memcpy(w->field + has, line.p, n);
    w->field[has + n] = 0;
    if (line.n > 0)
        return;
    /* a mail inside begins with a head of its own, unless it is wrapped in base64 itself */
    w->in_head = w->holds_mail && !w->is_base64;
    w->holds_mail = false;
    w->n_parts++;
}

/* ---- bodies ---- */

static int base64_value(uint8_t c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

static void decode_line(struct mail_walk *w, struct line line)
{
    for (size_t i = 0; i < line.n; i++) {
        int value = base64_value(line.p[i]);
        if (value < 0)
            continue; /* padding, blanks, dirt */
        w->bits = w->bits << 6 | (uint32_t)value;
        w->n_bits += 6;
        if (w->n_bits >= 8) {
            w->n_bits -= 8;
            buf_addc(&w->data, (char)(w->bits >> w->n_bits));
        }
    }
}

static void body_line(struct mail_walk *w, struct line line)
{
    if (line.n > 2 && line.p[0] == '-' && line.p[1] == '-') {
        part_end(w);
        w->in_head = true;
    } else if (w->is_base64)
        decode_line(w, line);
}

static void part_end(struct mail_walk *w)
{
    const uint8_t *p = (const uint8_t *)w->data.data;
    if (w->data.len > 0 && document_is_known(p, w->data.len, w->name))
        member_scan(w->a, w->job, w->name[0] ? w->name : "attachment", p, w->data.len, w->out);
    buf_clear(&w->data);
    w->bits = 0;
    w->n_bits = 0;
    w->is_base64 = false;
    w->name[0] = 0;
    w->field[0] = 0;
}
