/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A report as data: facts on top, then sheets of typed cells. Each report is built once as a book
 * and every format is written from it, so that no two formats can disagree, and the number that a
 * fact shows has its list in the sheet of the same key. */
#ifndef REPORT_BOOK_H
#define REPORT_BOOK_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include <stdbool.h>
#include <stdint.h>

enum report_format {
    REPORT_TEXT,
    REPORT_HTML,
    REPORT_JSON,
    REPORT_CSV,
    REPORT_XLSX,
    REPORT_PDF,
    REPORT_N_FORMATS
};

/* "text" …; false: no such format. */
bool report_format_from(const char *name, enum report_format *out);

enum { BOOK_COLUMNS_MAX = 20, BOOK_SHEETS_MAX = 24, BOOK_FACTS_MAX = 24, BOOK_MONTHS = 12 };
enum {
    BOOK_SHOWN_MAX = 200,       /* rows of a sheet on paper and in mail; files have them all */
    BOOK_PAPER_ROWS_MAX = 5000, /* of a book that shows all: what fits into PAPER_PAGES_MAX */
};

enum cell_kind {
    CELL_TEXT,
    CELL_INT,     /* TIME_NONE: nothing */
    CELL_TIME,    /* microseconds; TIME_NONE: nothing */
    CELL_DAY,     /* the same, shown as a date */
    CELL_MINUTES, /* a length; shown as days, hours, minutes */
    CELL_PERCENT, /* n of `of`; of 0: "ไม่มีข้อมูล" */
};

struct book_column {
    const char *key;   /* in JSON, stable */
    const char *title; /* Thai */
    enum cell_kind kind;
    bool shrinks; /* long text: gives way first */
    bool extra;   /* may be left out in text and on paper, the last one first, to make room */
    bool mixed;   /* left out there where it says the same in every row */
    bool right;   /* a figure that is text: stands to the right, as counts and lengths do */
};

struct cell {
    const char *text; /* CELL_TEXT; "" for nothing */
    int64_t n;
    int64_t of; /* CELL_PERCENT; of a CELL_TIME not 0: seconds are shown */
};

struct sheet {
    const char *key;   /* in JSON and --list */
    const char *title; /* Thai */
    const char *empty; /* what a sheet without rows says */
    const char *note;  /* under the title, or NULL */
    const struct book_column *columns;
    int n_columns;
    struct cell *cells; /* row by row */
    int n_cells, cap;
    struct arena *a;
};

struct fact { /* one line above the sheets */
    const char *key, *label;
    const char *text;  /* what stands there, or NULL: */
    int64_t n;         /* a count, */
    const char *sheet; /* whose list is this sheet's rows, or NULL */
    bool warns;        /* shown in red where it is not 0 */
};

struct book_month { /* one group of bars */
    const char *label;
    int month; /* 1-12 as in the calendar: its lists are asked for by it */
    int64_t in_time, late, missing;
};

struct book {
    struct arena *a;
    const char *key;    /* "lateness" */
    const char *office; /* may be "" */
    const char *title;
    const char *calm; /* the sentence of a quiet day, or NULL */
    int64_t as_of_us;
    struct fact facts[BOOK_FACTS_MAX];
    int n_facts;
    struct sheet *sheets[BOOK_SHEETS_MAX];
    int n_sheets;
    bool shows_all;                /* no limit of rows: the register is printed whole */
    const struct book_column *csv; /* sheets with these columns make the one table of the CSV;
                                      NULL: the first sheet is it */
    const char *chart_title;
    const char *chart_cid; /* "cid:chart@…" where HTML is to show the mail's picture; else NULL */
    struct book_month months[BOOK_MONTHS];
    int n_months; /* 0: no chart */
};

struct book *book_new(struct arena *a, const char *key, const char *office, const char *title,
                      int64_t as_of_us);
/* No two columns have one title or one key: a spreadsheet filters by them. */
struct sheet *book_sheet(struct book *b, const char *key, const char *title, const char *empty,
                         const struct book_column *columns, int n_columns);
void book_fact(struct book *b, const char *key, const char *label, const char *text);
void book_count(struct book *b, const char *key, const char *label, int64_t n, const char *sheet,
                bool warns);
struct sheet *book_find(const struct book *b, const char *key); /* NULL: no such sheet */
/* The same book with one sheet and no facts: what --list shows. */
struct book *book_only(const struct book *b, const struct sheet *s);

/* Cells from left to right, row by row; the column's kind must fit. Text is copied and cleaned. */
void sheet_text(struct sheet *s, const char *text);
void sheet_number(struct sheet *s, int64_t n); /* CELL_INT, CELL_TIME, CELL_DAY, CELL_MINUTES */
/* A CELL_TIME that stands beside its limit: where it is over it within the same minute, its seconds
 * say so. */
void sheet_time_beside(struct sheet *s, int64_t us, int64_t limit_us);
void sheet_percent(struct sheet *s, int64_t n, int64_t of);
int sheet_rows(const struct sheet *s);
/* Rows that text, HTML and paper show. */
int sheet_shown(const struct book *b, const struct sheet *s);
const struct cell *sheet_cell(const struct sheet *s, int row, int column);

/* The columns to show in text, HTML and on paper, in order: those with something in them, as many
 * as fit into room cells (gap between two, shrunk_min for one that shrinks); room 0: no limit.
 * Returns how many. */
struct sheet_room {
    int room, gap, shrunk_min;
};
int sheet_columns(const struct sheet *s, const struct sheet_room *room,
                  int columns_out[BOOK_COLUMNS_MAX]);
/* Terminal cells that a column's widest text takes in the first rows. */
int sheet_wide(const struct sheet *s, int column);

/* Does the column stand to the right in text, HTML and on paper? */
bool column_is_right(const struct book_column *c);
/* The cell as a Thai reader sees it. */
const char *cell_text(struct arena *a, enum cell_kind kind, const struct cell *c);
/* "45 นาที", "3 ชม. 5 นาที", "2 วัน 4 ชม." */
char *minutes_text(struct arena *a, int64_t minutes);
/* n of `of` in hundredths of a percent, rounded half up: 117/122 is 9590. */
int64_t percent_hundredths(int64_t n, int64_t of);

/* The book in a format. width and color are for REPORT_TEXT. The same book gives the same bytes.
 * err  FATAL the format's library failed; REFUSE more rows than go on paper */
bool book_write(const struct book *b, enum report_format f, int width, bool color, struct buf *out,
                struct err *err) MUST_CHECK;

#endif
