/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The slip of a link: a page that goes on with a letter, whose code opens the item's files. */
#ifndef REPORT_LINK_SLIP_H
#define REPORT_LINK_SLIP_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include <stdint.h>

struct link_slip {
    const char *office_name;
    const char *register_no; /* "12/2564" */
    const char *letter_no;   /* "" none */
    const char *url;
    int n_files;
    int64_t made_us, expires_us;
};

/* "HTTPS://HOST/L/TOKEN", in capitals, so that the code uses alphanumeric mode. */
char *link_url(struct arena *a, const char *base_url, const char *token);

/* One A4 page. The same facts give the same bytes. */
bool link_slip_pdf(const struct link_slip *s, struct buf *out, struct err *err) MUST_CHECK;

#endif
