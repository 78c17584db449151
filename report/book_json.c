/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A book as one JSON document: keys in the book's order, times ISO 8601 with Bangkok's offset. */
#include "report/formats.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static json_t *time_json(int64_t us, bool day)
{
    char iso[40];
    if (us == TIME_NONE)
        return json_null();
    time_format_iso(us, iso);
    return json_stringn(iso, day ? 10 : strlen(iso));
}

static json_t *percent_json(const struct cell *c)
{
    json_t *o = json_object();
    json_object_set_new(o, "n", json_integer(c->n));
    json_object_set_new(o, "of", json_integer(c->of));
    if (c->of)
        json_object_set_new(o, "hundredths", json_integer(percent_hundredths(c->n, c->of)));
    return o;
}

static json_t *cell_json(enum cell_kind kind, const struct cell *c)
{
    switch (kind) {
    case CELL_TEXT:
        return json_string(c->text);
    case CELL_TIME:
        return time_json(c->n, false);
    case CELL_DAY:
        return time_json(c->n, true);
    case CELL_PERCENT:
        return percent_json(c);
    default:
        return c->n == TIME_NONE ? json_null() : json_integer(c->n);
    }
}

static json_t *sheet_json(const struct sheet *s)
{
    json_t *rows = json_array();
    for (int r = 0; r < sheet_rows(s); r++) {
        json_t *row = json_object();
        for (int i = 0; i < s->n_columns; i++)
            json_object_set_new(row, s->columns[i].key,
                                cell_json(s->columns[i].kind, sheet_cell(s, r, i)));
        json_array_append_new(rows, row);
    }
    return rows;
}

static json_t *months_json(const struct book *b)
{
    json_t *months = json_array();
    for (int i = 0; i < b->n_months; i++) {
        const struct book_month *m = &b->months[i];
        json_array_append_new(months,
                              json_pack("{s:s, s:I, s:I, s:I}", "month", m->label, "in_time",
                                        (json_int_t)m->in_time, "late", (json_int_t)m->late,
                                        "missing", (json_int_t)m->missing));
    }
    return months;
}

bool book_json(const struct book *b, int width, bool color, struct buf *out, struct err *err)
{
    (void)width, (void)color;
    json_t *root = json_object(), *facts = json_object();
    json_object_set_new(root, "report", json_string(b->key));
    json_object_set_new(root, "as_of", time_json(b->as_of_us, false));
    for (int i = 0; i < b->n_facts; i++) {
        const struct fact *f = &b->facts[i];
        json_object_set_new(facts, f->key, f->text ? json_string(f->text) : json_integer(f->n));
    }
    json_object_set_new(root, "facts", facts);
    for (int i = 0; i < b->n_sheets; i++)
        json_object_set_new(root, b->sheets[i]->key, sheet_json(b->sheets[i]));
    if (b->n_months)
        json_object_set_new(root, "chart", months_json(b));
    char *text = json_dumps(root, JSON_INDENT(1));
    json_decref(root);
    if (!text)
        return err_set(err, ERR_FATAL, "report %s: jansson could not write it", b->key);
    buf_adds(out, text);
    buf_addc(out, '\n');
    free(text);
    return true;
}
