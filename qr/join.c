/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Parts come in any order and more than once: a copied page, a second look. What does not add up is
 * said, not guessed: half an address is no address. */
#include "qr/join.h"
#include "base/buf.h"
#include "base/thai.h"
#include "qr/text.h"
#include <stdlib.h>
#include <string.h>

/* One message while it is put together. */
struct message {
    const struct scan_code *first;
    const struct scan_code **by_number; /* n_parts of them; NULL: not there */
    struct scan_part *read;
    uint32_t n_read;
    uint32_t differs; /* number of a part that is there with two contents; 0: none */
};

static bool same_message(const struct scan_code *p, const struct scan_code *q)
{
    return p->part && q->part && p->n_parts == q->n_parts && strcmp(p->format, q->format) == 0 &&
           strcmp(p->sequence, q->sequence) == 0;
}

static bool same_bytes(const struct scan_code *p, const struct scan_code *q)
{
    return p->n_bytes == q->n_bytes && memcmp(p->bytes, q->bytes, p->n_bytes) == 0;
}

static uint32_t count_parts(const struct scan_code *codes, uint32_t n)
{
    uint32_t n_parts = 0;
    for (uint32_t i = 0; i < n; i++)
        n_parts += same_message(codes, &codes[i]);
    return n_parts;
}

static void take_part(struct message *m, const struct scan_code *c)
{
    struct scan_part *seen = &m->read[m->n_read++];
    *seen = (struct scan_part){.number = c->part, .page = c->page};
    memcpy(seen->corner, c->corner, sizeof seen->corner);
    const struct scan_code **slot = &m->by_number[c->part - 1];
    if (*slot && !same_bytes(*slot, c) && !m->differs)
        m->differs = c->part;
    if (!*slot)
        *slot = c;
}

static void find_missing(struct arena *a, const struct message *m, struct scan_code *out)
{
    uint32_t *missing = arena_array(a, m->first->n_parts, sizeof *missing);
    for (uint32_t i = 0; i < m->first->n_parts; i++) {
        if (!m->by_number[i])
            missing[out->n_missing++] = i + 1;
    }
    out->missing = missing;
}

/* QR: every byte of the message, exclusive-or. Other kinds name the message by a number of the
 * sender's choice. */
static bool adds_up(const struct message *m, const struct scan_code *whole)
{
    if (strcmp(m->first->format, "QRCode") != 0)
        return true;
    unsigned parity = 0;
    for (uint32_t i = 0; i < whole->n_bytes; i++)
        parity ^= whole->bytes[i];
    return parity == strtoul(m->first->sequence, NULL, 10);
}

/* A letter may begin in one part and end in the next: only the bytes of all can be read. Where the
 * codes name their character set, the decoder's word for each part holds unless it cut a letter. */
static const char *text_of(struct arena *a, const struct buf *bytes, const char *parts,
                           bool has_eci)
{
    static const char cut_letter[] = "\xef\xbf\xbd";
    bool sure = has_eci && !strstr(parts, cut_letter);
    return code_text(a, (const uint8_t *)bytes->data, bytes->len, parts, sure);
}

static void put_together(struct arena *a, const struct message *m, struct scan_code *out)
{
    static const char gap[] = "\xe2\x80\xa6"; /* … */
    struct buf bytes CLEANUP(buf_fini) = {0}, text CLEANUP(buf_fini) = {0};
    bool has_eci = false;
    for (uint32_t i = 0; i < m->first->n_parts; i++) {
        const struct scan_code *p = m->by_number[i];
        if (p)
            buf_add(&bytes, p->bytes, p->n_bytes);
        if (p || i == 0 || m->by_number[i - 1])
            buf_adds(&text, p ? p->text : gap);
        has_eci = has_eci || (p && p->has_eci);
    }
    out->bytes = arena_memdup(a, bytes.len ? bytes.data : "", bytes.len);
    out->n_bytes = (uint32_t)bytes.len;
    out->text = out->n_missing ? arena_strdup(a, buf_str(&text))
                               : text_of(a, &bytes, buf_str(&text), has_eci);
}

static const char *sentence(struct arena *a, const struct message *m, const struct scan_code *c)
{
    unsigned n = c->n_parts;
    switch (c->join) {
    case JOIN_WHOLE:
        return arena_printf(a, "joined of %u parts", n);
    case JOIN_DIFFER:
        return arena_printf(a, "part %u of %u is there with two contents", (unsigned)m->differs, n);
    case JOIN_PARITY:
        return arena_printf(a, "%u parts do not belong together by their checksum", n);
    default:
        break;
    }
    if (c->n_missing == 1)
        return arena_printf(a, "part %u of %u is missing", (unsigned)c->missing[0], n);
    if (c->n_missing == 2)
        return arena_printf(a, "parts %u and %u of %u are missing", (unsigned)c->missing[0],
                            (unsigned)c->missing[1], n);
    return arena_printf(a, "%u of %u parts are missing", (unsigned)c->n_missing, n);
}

static struct scan_code join_message(struct arena *a, const struct scan_code *codes, uint32_t n)
{
    struct message m = {.first = codes};
    struct scan_code out = *codes;
    m.by_number = arena_array(a, codes->n_parts, sizeof(struct scan_code *));
    m.read = arena_array(a, count_parts(codes, n), sizeof *m.read);
    for (uint32_t i = 0; i < n; i++) {
        if (same_message(codes, &codes[i]))
            take_part(&m, &codes[i]);
    }
    out.part = 0;
    out.sequence = NULL;
    out.parts = m.read;
    out.n_parts_read = m.n_read;
    find_missing(a, &m, &out);
    put_together(a, &m, &out);
    out.join = m.differs           ? JOIN_DIFFER
               : out.n_missing     ? JOIN_MISSING
               : adds_up(&m, &out) ? JOIN_WHOLE
                                   : JOIN_PARITY;
    out.parts_say = sentence(a, &m, &out);
    return out;
}

static bool is_first_part(const struct scan_code *codes, uint32_t i)
{
    for (uint32_t k = 0; k < i; k++) {
        if (same_message(&codes[k], &codes[i]))
            return false;
    }
    return true;
}

struct scan_code *join_parts(struct arena *a, const struct scan_code *codes, uint32_t n,
                             uint32_t *n_out)
{
    struct scan_code *out = arena_array(a, n, sizeof *out);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (!codes[i].part)
            out[kept++] = codes[i];
        else if (is_first_part(codes, i))
            out[kept++] = join_message(a, &codes[i], n - i);
    }
    *n_out = kept;
    return out;
}
