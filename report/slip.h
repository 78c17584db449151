/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The slip (ใบปะหน้า): the page that the office gives an agency with a request. It goes in front of
 * the answer, or its labels are cut out and pasted on it; the code ties the answer to its matter
 * and deadline without anyone typing. */
#ifndef REPORT_SLIP_H
#define REPORT_SLIP_H

#include "base/buf.h"
#include "base/err.h"
#include "db/slip.h"

struct slip {
    const char *office_name, *office_addr;
    const struct slip_matter *matter;
    int64_t made_at_us;
    const char *url;   /* of the code */
    const char *token; /* in text below it */
};

/* One A4 page or more. The same facts give the same bytes. */
bool slip_pdf(const struct slip *s, struct buf *out, struct err *err) MUST_CHECK;

#endif
