/* SPDX-License-Identifier: AGPL-3.0-or-later
 * How many files or enclosures a letter says it brings. */
#ifndef MAIL_CLAIMS_H
#define MAIL_CLAIMS_H

#include "base/arena.h"

enum { CLAIMS_MAX = 500, CLAIMS_NONE = -1 };

/* From the mail's text (may be NULL): "แนบไฟล์ จำนวน ๓ ไฟล์", or the items numbered 1. 2. 3. behind
 * "สิ่งที่ส่งมาด้วย". CLAIMS_NONE where it does not say, or not plainly: a number of copies (ฉบับ, ชุด) is
 * no number of files. */
int claims_read(struct arena *a, const char *text);

#endif
