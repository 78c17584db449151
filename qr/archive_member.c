/* SPDX-License-Identifier: AGPL-3.0-or-later
 * One file inside another: its name, its scan, its word in the container's verdict. */
#include "base/thai.h"
#include "qr/archive.h"

#include <string.h>

enum { THAI_FIRST = 0xA1, THAI_LAST = 0xFB, THAI_TO_UNICODE = 0x0E01 - 0xA1 };

/* Windows-874 above ASCII is U+0E01 to U+0E5B in order; each takes three bytes of UTF-8. */
static char *from_thai(struct arena *a, const char *bytes, size_t n)
{
    char *text = arena_alloc(a, 3 * n + 1), *to = text;
    for (size_t i = 0; i < n; i++) {
        unsigned c = (unsigned char)bytes[i];
        if (c < 0x80) {
            *to++ = (char)c;
            continue;
        }
        unsigned u = c >= THAI_FIRST && c <= THAI_LAST ? c + THAI_TO_UNICODE : 0xFFFD;
        *to++ = (char)(0xE0 | u >> 12);
        *to++ = (char)(0x80 | (u >> 6 & 0x3F));
        *to++ = (char)(0x80 | (u & 0x3F));
    }
    return text;
}

char *member_name(struct arena *a, const char *bytes)
{
    size_t n = strnlen(bytes, ARCHIVE_NAME_BYTES_MAX);
    if (utf8_valid(bytes, n))
        return text_clean(a, bytes, n);
    bool was_cut = bytes[n] != 0;
    for (size_t cut = 1; was_cut && cut < 4 && cut < n; cut++)
        if (utf8_valid(bytes, n - cut)) /* cut inside a letter */
            return text_clean(a, bytes, n - cut);
    char *text = from_thai(a, bytes, n);
    return text_clean(a, text, strlen(text));
}

void member_say(struct arena *a, struct document_verdict *whole, const char *path,
                enum scan_state state, const char *why)
{
    struct document_verdict one = {.state = state};
    if (why)
        one.why = arena_printf(a, "%s: %s", member_name(a, path), why);
    document_join(whole, &one);
}

void member_scan(struct arena *a, const struct document_job *outer, const char *path,
                 const uint8_t *p, size_t n, struct document_verdict *whole)
{
    struct arena *mine CLEANUP(arena_freep) = arena_new();
    struct document_job job = *outer;
    struct document_verdict verdict;
    job.name = member_name(mine, path);
    job.member = outer->member ? arena_printf(mine, "%s/%s", outer->member, job.name) : job.name;
    job.bytes = p;
    job.n_bytes = n;
    job.depth = outer->depth + 1;
    document_scan(mine, &job, &verdict);
    member_say(a, whole, path, verdict.state, verdict.why);
}
