/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Parameters and rows: libpq's text format, but for bytea parameters. */
#include "db/query.h"

#include "base/thai.h"

#include <assert.h>
#include <inttypes.h>
#include <libpq-fe.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int next(struct params *p)
{
    assert(p->n < PARAMS_MAX);
    return p->n++;
}

void param_text(struct params *p, const char *value)
{
    p->value[next(p)] = value;
}

void param_int(struct params *p, int64_t value)
{
    int i = next(p);
    snprintf(p->number[i], sizeof p->number[i], "%" PRId64, value);
    p->value[i] = p->number[i];
}

void param_bool(struct params *p, bool value)
{
    param_text(p, value ? "t" : "f");
}

void param_bytes(struct params *p, const void *value, size_t n)
{
    static const char nothing[1];
    assert(n <= INT_MAX);
    int i = next(p);
    p->value[i] = n > 0 ? value : nothing;
    p->bytes[i] = (int)n;
    p->binary[i] = 1;
}

void param_null(struct params *p)
{
    param_text(p, NULL);
}

void param_time(struct params *p, int64_t us)
{
    if (us == TIME_NONE)
        param_null(p);
    else
        param_int(p, us);
}

void rows_fini(struct rows *r)
{
    PQclear(r->result);
    *r = (struct rows){0};
}

bool row_null(const struct rows *r, int row, int col)
{
    return PQgetisnull(r->result, row, col);
}

const char *row_text(const struct rows *r, int row, int col)
{
    return PQgetvalue(r->result, row, col);
}

int64_t row_int(const struct rows *r, int row, int col)
{
    return strtoll(row_text(r, row, col), NULL, 10);
}

double row_double(const struct rows *r, int row, int col)
{
    return strtod(row_text(r, row, col), NULL);
}

bool row_bool(const struct rows *r, int row, int col)
{
    return row_text(r, row, col)[0] == 't';
}

int64_t row_time(const struct rows *r, int row, int col)
{
    return row_null(r, row, col) ? TIME_NONE : row_int(r, row, col);
}

char *row_dup(struct arena *a, const struct rows *r, int row, int col)
{
    return row_null(r, row, col) ? NULL : arena_strdup(a, row_text(r, row, col));
}

const uint8_t *row_bytes(struct arena *a, const struct rows *r, int row, int col, size_t *n_out)
{
    unsigned char *bytes = PQunescapeBytea((const unsigned char *)row_text(r, row, col), n_out);
    if (!bytes)
        abort();
    const uint8_t *copy = arena_memdup(a, bytes, *n_out);
    PQfreemem(bytes);
    return copy;
}

const char *like_pattern(struct arena *a, const char *word)
{
    word = thai_fold(a, word);
    char *out = arena_alloc(a, 2 * strlen(word) + 3), *p = out;
    *p++ = '%';
    for (; *word; word++) {
        if (strchr("%_\\", *word))
            *p++ = '\\';
        *p++ = *word;
    }
    *p = '%';
    return out;
}
