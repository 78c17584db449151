/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Compound files (OLE): what Office wrote before 2007, and what it wraps a document in that has a
 * password. */
#include "qr/archive.h"

#include <string.h>

bool ole_is(const uint8_t *p, size_t n, const char *name)
{
    (void)name;
    return n >= 8 && memcmp(p, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8) == 0;
}

void ole_scan(struct arena *a, const struct document_job *job, struct document_verdict *out)
{
    /* the stream's name in the directory, UTF-16 little endian */
    static const char locked[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e";
    if (memmem(job->bytes, job->n_bytes, locked, sizeof locked))
        document_say(a, out, SCAN_ENCRYPTED, "a password protects this Office file");
    else
        document_say(a, out, SCAN_UNSUPPORTED,
                     "an Office file of before 2007, or an Outlook item: ask for a PDF");
}
