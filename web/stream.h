/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A stored file on its way to a visitor, chunk by chunk: no more than one is in memory. */
#ifndef WEB_STREAM_H
#define WEB_STREAM_H

#include "web/pool.h"

struct MHD_Response;

/* n_bytes of the blob from a byte on. NULL: out of memory. A database that goes away while it is
 * sent ends the connection: the visitor's program resumes by a range. */
struct MHD_Response *stream_response(struct pool *pool, int64_t blob, uint64_t from,
                                     uint64_t n_bytes);

#endif
