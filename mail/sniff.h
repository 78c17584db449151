/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the first bytes of a file say it is; labels and names are the sender's words. */
#ifndef MAIL_SNIFF_H
#define MAIL_SNIFF_H

#include <stddef.h>

enum { SNIFF_BYTES = 4096 }; /* as many first bytes are enough */

/* A media type, in static memory: "application/pdf", "image/jpeg", … "text/plain" for text without
 * a better name, "application/octet-stream" for the rest and for nothing. */
const char *sniff_type(const void *bytes, size_t n);

#endif
