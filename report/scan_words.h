/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Why a file could not be read, and what was tried, in an officer's words. The scanner speaks
 * English: it is a library's voice, and what `thanwela scan --json` prints. */
#ifndef REPORT_SCAN_WORDS_H
#define REPORT_SCAN_WORDS_H

#include "base/arena.h"

/* "page 3: the PDF asks for a password" → "หน้า 3: ต้องใช้รหัสผ่าน"; names of members stay. What is
 * Thai already comes back as it is; what has no Thai words here (a library's own sentence) is "".
 */
const char *scan_words(struct arena *a, const char *why);
/* What was tried on a page: "page image 200 dpi: nothing found" → "ภาพของหน้า 200 dpi: ไม่พบรหัส". */
const char *scan_steps_words(struct arena *a, const char *steps);

#endif
