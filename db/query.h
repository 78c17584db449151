/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Statements and rows, for db/ alone (tests/layers holds the others off).
 *
 *   struct params p = {0};
 *   param_text(&p, addr); param_int(&p, limit);
 *   struct rows r CLEANUP(rows_fini) = {0};
 *   if (!db_query(db, find_agency_sql, &p, &r, err)) return false;
 *   for (int i = 0; i < r.n; i++) … row_text(&r, i, 0) … */
#ifndef DB_QUERY_H
#define DB_QUERY_H

#include "db/db.h"

enum { PARAMS_MAX = 48, DB_KEPT_MAX = 24 };

struct params { /* zero-initialised; values are kept by reference until the query returns */
    int n;
    const char *value[PARAMS_MAX]; /* NULL is SQL NULL */
    int bytes[PARAMS_MAX];
    int binary[PARAMS_MAX]; /* 1: bytea in binary */
    char number[PARAMS_MAX][24];
};

void param_text(struct params *p, const char *value);
void param_int(struct params *p, int64_t value);
void param_bool(struct params *p, bool value);
void param_bytes(struct params *p, const void *value, size_t n);
void param_null(struct params *p);
/* An instant: TIME_NONE is NULL. The statement wraps it: from_us($n::bigint). */
void param_time(struct params *p, int64_t us);

/* A word that stands anywhere in folded text, for LIKE: % and _ are letters in it. */
const char *like_pattern(struct arena *a, const char *word);

struct rows {     /* zero-initialised */
    int n;        /* rows */
    long touched; /* rows that an INSERT, UPDATE or DELETE changed */
    void *result; /* private */
};
void rows_fini(struct rows *r);

/* Run one statement. rows_out may be NULL. */
bool db_query(struct db *db, const char *sql, const struct params *p, struct rows *rows_out,
              struct err *err) MUST_CHECK;
/* The same for a statement that is dear to plan and asked often: the connection keeps its plan, one
 * for all values. sql: a constant, known by its address; at most DB_KEPT_MAX of them a connection.
 */
bool db_query_kept(struct db *db, const char *sql, const struct params *p, struct rows *rows_out,
                   struct err *err) MUST_CHECK;
/* Several statements without parameters, or none: migrations. */
bool db_script(struct db *db, const char *sql, struct err *err) MUST_CHECK;

bool row_null(const struct rows *r, int row, int col);
const char *row_text(const struct rows *r, int row, int col); /* "" for NULL; lives as long as r */
int64_t row_int(const struct rows *r, int row, int col);      /* 0 for NULL */
double row_double(const struct rows *r, int row, int col);
bool row_bool(const struct rows *r, int row, int col);
int64_t row_time(const struct rows *r, int row, int col); /* of us(…); TIME_NONE for NULL */
char *row_dup(struct arena *a, const struct rows *r, int row, int col); /* NULL for NULL */
/* bytea; out lives in a. */
const uint8_t *row_bytes(struct arena *a, const struct rows *r, int row, int col, size_t *n_out);

#endif
