/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Cells of CSV files. See csv_cell.h. */
#include "base/csv_cell.h"

#include <string.h>

bool csv_is_formula(const char *text)
{
    static const char *const wide[] = {"＝", "＋", "－", "＠"};
    text += strspn(text, "'");
    if (*text && strchr("\t\r\n", *text))
        return true;
    text += strspn(text, " '");
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (strncmp(text, wide[i], strlen(wide[i])) == 0)
            return true;
    return *text && strchr("=+-@", *text);
}

void csv_cell(struct buf *out, const char *text, bool is_last)
{
    const char *end = is_last ? "\r\n" : ",";
    if (!text)
        text = "";
    size_t n = strlen(text);
    bool guarded = csv_is_formula(text);
    bool edges = n && (strchr(" \t#", text[0]) || strchr(" \t", text[n - 1]));
    if (!guarded && !edges && !strpbrk(text, ",;\t'\"\r\n")) {
        buf_addf(out, "%s%s", text, end);
        return;
    }
    buf_adds(out, guarded ? "\"'" : "\"");
    for (; *text; text++)
        buf_adds(out, *text == '"' ? "\"\"" : (char[]){*text, 0});
    buf_addf(out, "\"%s", end);
}
