/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside the parsing child: raw bytes in, frames out (frame.h). The files mail/mime_*.c are the
 * only ones that know GMime. Nothing here is trusted by the parent. */
#ifndef MAIL_MIME_CORE_H
#define MAIL_MIME_CORE_H

#include "base/cleanup.h"
#include "mail/frame.h"
#include <stdbool.h>

enum {
    NESTED_BYTES_MAX = 24 << 20, /* of encoded messages, or a TNEF file, open in memory */
};

/* Once per process, before the sandbox closes: GMime's types, iconv's modules. */
void mime_warm_up(void);

/* Parse the mail in fd, from offset 0 to its end. Memory does not grow with the mail's size.
 * sink  hears FRAME_DONE last, whatever the mail is
 * out  false: its bytes cannot be had, and the sink heard nothing */
bool mime_core(int fd, const struct mail_sink *sink) MUST_CHECK;

#endif
