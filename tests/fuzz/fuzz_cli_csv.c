/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Any file: what is read is written so that it is read again, cell by cell, and starts no formula.
 */
#include "cli/csv.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char *const columns[] = {"a|first", "b", "c"};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf out CLEANUP(buf_fini) = {0};
    struct err err = {0};
    struct csv t, back;
    if (memchr(data, 0, n)) /* file_text refuses it */
        return 0;
    if (!csv_read(a, (const char *)data, n, columns, ARRAY_LEN(columns), &t, &err)) {
        assert(err.kind == ERR_REFUSE && err.text[0]);
        return 0;
    }
    buf_adds(&out, "a,b,c\r\n");
    for (int i = 0; i < t.n; i++)
        for (size_t k = 0; k < 3; k++) {
            size_t start = out.len;
            csv_cell(&out, t.row[i].cell[k], k == 2);
            assert(!strchr("=+-@", buf_str(&out)[start]));
        }
    assert(csv_read(a, buf_str(&out), out.len, columns, ARRAY_LEN(columns), &back, &err));
    int at = 0;
    for (int i = 0; i < t.n; i++) {
        const char **cell = t.row[i].cell;
        if (!*cell[0] && !*cell[1] && !*cell[2])
            continue; /* a blank row is no row */
        for (size_t k = 0; k < 3; k++)
            assert(strcmp(back.row[at].cell[k], cell[k]) == 0);
        at++;
    }
    assert(at == back.n);
    return 0;
}
