/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A list of things, printed three ways from the same cells: a table for people, JSON with stable
 * keys, CSV that the import verb of the same command reads. */
#ifndef CLI_LISTING_H
#define CLI_LISTING_H

#include "cli/cli.h"

enum field_kind {
    FIELD_TEXT,
    FIELD_NUMBER, /* int64 */
    FIELD_DAY,    /* us; Thai in the table, 2021-04-09 in JSON and CSV */
    FIELD_TIME,   /* us; Thai in the table, ISO with offset elsewhere */
    FIELD_FLAG,   /* bool; "✓" in the table */
    FIELD_ID,     /* a number of ours; 0 is none */
};

struct field {
    const char *key;     /* of JSON, and the CSV column */
    const char *th, *en; /* the table's title; NULL th: not in the table */
    enum field_kind kind;
    bool shrinks; /* in the table */
    int min;
};

struct listing; /* opaque; in c->a */

struct listing *listing_new(struct cli *c, const char *json_key, const struct field *fields,
                            int n_fields);
/* The cells of a row, one after another, each by the kind of its field. NULL and TIME_NONE are
 * empty (null in JSON). */
void listing_text(struct listing *l, const char *text);
void listing_number(struct listing *l, int64_t number);
void listing_time(struct listing *l, int64_t us); /* FIELD_DAY and FIELD_TIME */
void listing_flag(struct listing *l, bool flag);

/* JSON with --json, CSV where csv, else the table, or that there is nothing. */
int listing_print(struct listing *l, bool csv);

#endif
