/* SPDX-License-Identifier: AGPL-3.0-or-later
 * One list, three forms. See listing.h. */
#include "cli/listing.h"

#include "base/clock.h"
#include "base/thai.h"
#include "cli/csv.h"
#include "report/table.h"
#include <assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_CHARS = 10, FIELDS_MAX = 24 };

struct cell {
    const char *text;
    int64_t number; /* of numbers, times and flags */
};

struct listing {
    struct cli *c;
    const char *json_key;
    const struct field *fields;
    int n_fields;
    struct cell *cells; /* row by row */
    size_t n, cap;
};

struct listing *listing_new(struct cli *c, const char *json_key, const struct field *fields,
                            int n_fields)
{
    struct listing *l = arena_alloc(c->a, sizeof *l);
    assert(n_fields <= FIELDS_MAX);
    *l = (struct listing){.c = c, .json_key = json_key, .fields = fields, .n_fields = n_fields};
    return l;
}

static enum field_kind next_kind(const struct listing *l)
{
    return l->fields[l->n % (size_t)l->n_fields].kind;
}

static void add(struct listing *l, struct cell cell)
{
    if (l->n == l->cap) {
        size_t cap = l->cap ? 2 * l->cap : 64;
        struct cell *more = arena_array(l->c->a, cap, sizeof *more);
        if (l->n)
            memcpy(more, l->cells, l->n * sizeof *more);
        l->cells = more;
        l->cap = cap;
    }
    l->cells[l->n++] = cell;
}

void listing_text(struct listing *l, const char *text)
{
    assert(next_kind(l) == FIELD_TEXT);
    add(l, (struct cell){.text = arena_strdup(l->c->a, text)});
}

void listing_number(struct listing *l, int64_t number)
{
    assert(next_kind(l) == FIELD_NUMBER || next_kind(l) == FIELD_ID);
    add(l, (struct cell){.number = number});
}

void listing_time(struct listing *l, int64_t us)
{
    assert(next_kind(l) == FIELD_DAY || next_kind(l) == FIELD_TIME);
    add(l, (struct cell){.number = us});
}

void listing_flag(struct listing *l, bool flag)
{
    assert(next_kind(l) == FIELD_FLAG);
    add(l, (struct cell){.number = flag});
}

/* As data: ISO times, plain numbers; NULL is nothing. */
static const char *plain(const struct listing *l, const struct cell *cell, enum field_kind kind)
{
    char iso[40];
    switch (kind) {
    case FIELD_ID:
        if (cell->number == 0)
            return NULL;
        /* fall through */
    case FIELD_NUMBER:
        return arena_printf(l->c->a, "%lld", (long long)cell->number);
    case FIELD_FLAG:
        return cell->number ? "yes" : "no";
    case FIELD_DAY:
    case FIELD_TIME:
        if (cell->number == TIME_NONE)
            return NULL;
        time_format_iso(cell->number, iso);
        return arena_strndup(l->c->a, iso, kind == FIELD_DAY ? DAY_CHARS : strlen(iso));
    case FIELD_TEXT:
        break;
    }
    return cell->text;
}

/* As people read it. */
static const char *shown(const struct listing *l, const struct cell *cell, enum field_kind kind)
{
    if (kind == FIELD_DAY || kind == FIELD_TIME)
        return cell->number == TIME_NONE
                   ? ""
                   : thai_time(l->c->a, cell->number,
                               kind == FIELD_DAY ? THAI_DATE_SHORT : THAI_DATE_TIME);
    if (kind == FIELD_FLAG)
        return cell->number ? "✓" : "";
    return plain(l, cell, kind);
}

static int print_table(struct listing *l)
{
    struct buf out CLEANUP(buf_fini) = {0};
    struct column columns[FIELDS_MAX];
    int n = 0;
    for (int i = 0; i < l->n_fields; i++) {
        const struct field *f = &l->fields[i];
        if (f->th)
            columns[n++] = (struct column){.title = tr(l->c, f->th, f->en),
                                           .right = f->kind == FIELD_NUMBER || f->kind == FIELD_ID,
                                           .shrinks = f->shrinks,
                                           .min = f->min};
    }
    struct table *t = table_new(l->c->a, columns, n);
    for (size_t i = 0; i < l->n; i++) {
        const struct field *f = &l->fields[i % (size_t)l->n_fields];
        if (f->th)
            table_cell(t, shown(l, &l->cells[i], f->kind));
    }
    if (l->n)
        table_print(t, l->c->columns, l->c->color, &out);
    else
        buf_adds(&out, tr(l->c, "ไม่มีรายการ\n", "nothing\n"));
    return cli_print(&out);
}

static json_t *as_json(const struct listing *l, const struct cell *cell, enum field_kind kind)
{
    if (kind == FIELD_NUMBER || (kind == FIELD_ID && cell->number))
        return json_integer(cell->number);
    if (kind == FIELD_FLAG)
        return json_boolean(cell->number);
    const char *text = plain(l, cell, kind);
    return text ? json_string(text) : json_null();
}

static int print_json(const struct listing *l)
{
    json_t *list = json_array();
    for (size_t i = 0; i < l->n; i += (size_t)l->n_fields) {
        json_t *row = json_object();
        for (int k = 0; k < l->n_fields; k++)
            json_object_set_new(row, l->fields[k].key,
                                as_json(l, &l->cells[i + (size_t)k], l->fields[k].kind));
        json_array_append_new(list, row);
    }
    json_t *root = json_pack("{s:o}", l->json_key, list);
    char *text CLEANUP(mem_freep) = json_dumps(root, JSON_INDENT(1));
    struct buf out CLEANUP(buf_fini) = {0};
    json_decref(root);
    buf_addf(&out, "%s\n", text);
    return cli_print(&out);
}

static int print_csv(const struct listing *l)
{
    struct buf out CLEANUP(buf_fini) = {0};
    for (int i = 0; i < l->n_fields; i++)
        csv_cell(&out, l->fields[i].key, i == l->n_fields - 1);
    for (size_t i = 0; i < l->n; i++) {
        size_t k = i % (size_t)l->n_fields;
        csv_cell(&out, plain(l, &l->cells[i], l->fields[k].kind), k + 1 == (size_t)l->n_fields);
    }
    return cli_print(&out);
}

int listing_print(struct listing *l, bool csv)
{
    assert(l->n % (size_t)l->n_fields == 0);
    if (l->c->json)
        return print_json(l);
    return csv ? print_csv(l) : print_table(l);
}
