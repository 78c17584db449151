/* SPDX-License-Identifier: AGPL-3.0-or-later
 * winmail.dat: what Outlook packs attachments into (TNEF; MS-OXTNEF, 2.1). A chain of attributes,
 * each with its length; a file is a start, a title and its bytes among them. mail/ reads it with
 * its library when a mail carries it; this finds the files where it lies in an archive or was
 * saved. */
#include "qr/archive.h"

#include <string.h>

enum {
    SIGNATURE_BYTES = 6, /* signature and key */
    HEAD_BYTES = 9,      /* level, identifier, length */
    CHECKSUM_BYTES = 2,

    ATTACHMENT_STARTS = 0x9002,
    ATTACHMENT_TITLE = 0x8010,
    ATTACHMENT_BYTES = 0x800F,
};

struct attribute {
    unsigned id; /* without its type */
    const uint8_t *p;
    size_t n;
};

static uint32_t le32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

bool tnef_is(const uint8_t *p, size_t n, const char *name)
{
    (void)name;
    return n >= SIGNATURE_BYTES && le32(p) == 0x223E9F78;
}

/* false: the end, or a length that leads beyond it. */
static bool next_attribute(const uint8_t **p, const uint8_t *end, struct attribute *out)
{
    size_t left = (size_t)(end - *p);
    if (left < HEAD_BYTES + CHECKSUM_BYTES)
        return false;
    *out = (struct attribute){le32(*p + 1) & 0xFFFF, *p + HEAD_BYTES, le32(*p + 5)};
    if (out->n > left - HEAD_BYTES - CHECKSUM_BYTES)
        return false;
    *p += HEAD_BYTES + out->n + CHECKSUM_BYTES;
    return true;
}

static void take_title(const struct attribute *at, char name[static ARCHIVE_NAME_BYTES_MAX])
{
    size_t n = at->n < ARCHIVE_NAME_BYTES_MAX - 1 ? at->n : ARCHIVE_NAME_BYTES_MAX - 1;
    memcpy(name, at->p, n);
    name[n] = '\0';
}

void tnef_scan(struct arena *a, const struct document_job *job, struct document_verdict *out)
{
    const uint8_t *p = job->bytes + SIGNATURE_BYTES, *end = job->bytes + job->n_bytes;
    char name[ARCHIVE_NAME_BYTES_MAX] = "";
    struct attribute at;
    int n_files = 0;
    document_say(a, out, SCAN_UNSUPPORTED, "a winmail.dat without a file that has pages");
    while (n_files <= TNEF_FILES_MAX && next_attribute(&p, end, &at)) {
        if (at.id == ATTACHMENT_STARTS)
            name[0] = '\0';
        else if (at.id == ATTACHMENT_TITLE)
            take_title(&at, name);
        if (at.id != ATTACHMENT_BYTES)
            continue;
        if (++n_files <= TNEF_FILES_MAX && document_is_known(at.p, at.n, name))
            member_scan(a, job, name[0] ? name : "attachment", at.p, at.n, out);
    }
    if (n_files > TNEF_FILES_MAX)
        member_say(a, out, "winmail.dat", SCAN_LIMIT,
                   arena_printf(a, "more than %d parts", TNEF_FILES_MAX));
    else if (p != end)
        member_say(a, out, "winmail.dat", SCAN_DAMAGED, "it ends within a file");
    if (out->state == SCAN_CODES || out->state == SCAN_NONE)
        out->why = NULL;
}
