/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The parent's side: frames (frame.h) → struct mail. The child may have been taken over by the mail
 * it opened: every number is bounded again, every text is checked again, each leaf is hashed here.
 */
#ifndef MAIL_MIME_READ_H
#define MAIL_MIME_READ_H

#include "mail/frame.h"
#include "mail/mime.h"

struct mime_reader; /* opaque; lives in the arena but for its memfd */

struct mime_reader *mime_reader_new(struct arena *a);
void mime_reader_free(struct mime_reader *r); /* closes what mime_reader_take did not hand over */
void mime_reader_freep(struct mime_reader **r);

/* One frame. false: it breaks the format or a limit; nothing more is to be read. */
bool mime_reader_frame(struct mime_reader *r, uint8_t type, const uint8_t *p, size_t n);

/* The whole mail, after FRAME_DONE.
 * err  REFUSE the frames were not whole */
bool mime_reader_take(struct mime_reader *r, struct mail *out, struct err *err) MUST_CHECK;

#endif
