/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Pictures of strangers' pages, drawn in the child with nothing to lose: one at a time, whatever
 * the threads ask. */
#ifndef WEB_SCANNER_H
#define WEB_SCANNER_H

#include "base/buf.h"
#include "db/db.h"

struct scanner; /* opaque, safe for all threads */

/* Before any secret is read, in the thread that lives longest. */
bool scanner_new(struct scanner **out, struct err *err) MUST_CHECK;
void scanner_free(struct scanner *s); /* accepts NULL */
/* Which wall of the sandbox this kernel lacks; NULL: none. */
const char *scanner_lacks(const struct scanner *s);

/* One page of a stored file as PNG, with a frame around each code.
 * err  REFUSE the page was not drawn; RETRY the child is gone */
bool scanner_draw(struct scanner *s, struct db *db, int64_t blob, const char *name, uint32_t page,
                  struct buf *out, struct err *err) MUST_CHECK;

#endif
