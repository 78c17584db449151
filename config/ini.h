/* SPDX-License-Identifier: AGPL-3.0-or-later
 * INI text, line by line. Our own, because libinih cuts section names at 49 bytes and lines at 199
 * without a word: sixteen Thai letters and sixty-six. */
#ifndef CONFIG_INI_H
#define CONFIG_INI_H

#include "base/arena.h"
#include "base/err.h"

struct ini_line {
    int no;              /* from 1 */
    const char *section; /* "mailbox saraban", blanks folded; NULL before the first */
    const char *name;    /* NULL: this line opens the section */
    const char *value;   /* blanks around it and one pair of double quotes taken off */
};

/* Called for each section and each option; false ends the reading with err. */
typedef bool ini_line_fn(void *user, const struct ini_line *line, struct err *err);

/* Strings live in a. CRLF and a BOM are taken as they come.
 * err  FATAL "PATH:LINE: …" not UTF-8, a control character, too long, no form of a line */
bool ini_parse(struct arena *a, const char *path, const char *text, size_t n, ini_line_fn *fn,
               void *user, struct err *err) MUST_CHECK;

#endif
