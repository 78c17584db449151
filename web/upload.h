/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A form as it comes: fields into the request, files into memfds of it, each with its limit. */
#ifndef WEB_UPLOAD_H
#define WEB_UPLOAD_H

#include "web/web.h"

struct MHD_Connection;
struct upload; /* opaque; lives in the request's arena */

enum { UPLOAD_FIELD_MAX = 32 * 1024 }; /* bytes of one field that is no file */

/* false: the form's encoding is none that forms have. */
bool upload_new(struct web_request *r, struct MHD_Connection *c, uint64_t limit_bytes,
                bool takes_files, struct upload **out) MUST_CHECK;
void upload_take(struct upload *u, const char *data, size_t n);
/* The form is whole; 0, or the status to refuse it with. The request has its fields and files. */
int upload_end(struct upload *u);
void upload_free(struct upload *u); /* closes the files too; accepts NULL */

#endif
