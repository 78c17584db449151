/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Pieces that pages are put together from. */
#ifndef WEB_PARTS_H
#define WEB_PARTS_H

#include "db/item.h"
#include "web/web.h"

/* <a href=url>text</a> */
void part_link(struct html *h, const char *url, const char *text);
/* A table's head from titles, and a cell that carries its title for narrow screens. */
void part_head(struct html *h, const char *const *titles, int n);
void part_cell(struct html *h, const char *label, const char *class_name, const char *text);
/* <dt>label</dt><dd>value</dd>; nothing where the value is empty. */
void part_fact(struct html *h, const char *label, const char *value);
/* A labelled <input>; value may be NULL. */
void part_input(struct html *h, const char *label, const char *name, const char *type,
                const char *value);
/* A word of the database as the visitor reads it; what has no other words stays. */
const char *part_word(const struct web_request *r, const char *word);
/* A judgement: the database's label, in English the verdict's words. */
const char *part_label(const struct web_request *r, const char *verdict, const char *label);
/* The kind of an event; how a file was read, and why it was not. */
const char *part_event(const struct web_request *r, const char *what);
const char *part_scan(const struct web_request *r, const char *state, const char *why);
/* The field "why" of a form; required: the browser asks for it before it sends. */
void part_reason(struct web_request *r, struct html *h, bool is_required);
/* The start of a table that becomes cards on a phone, up to its first row; two html_end end it. */
void part_table(struct html *h, const char *const *titles, int n);
/* A labelled <select> of words; the chosen one is selected; "" is the first where may_be_empty. */
void part_select(const struct web_request *r, struct html *h, const char *label, const char *name,
                 const char *const *words, size_t n, const char *chosen, bool may_be_empty);

/* "9 เม.ย. 64 12:00", in English "2021-04-09 12:00"; "-" where there is none. */
const char *part_time(struct web_request *r, int64_t us);
/* The same with seconds: what came when. */
const char *part_second(struct web_request *r, int64_t us);
/* The same without the time of day. */
const char *part_day(struct web_request *r, int64_t us);
/* A day or an instant as people write it: ISO, or "9 เม.ย. 2564 เวลา 12.00 น."; a Buddhist year
 * too. */
bool part_read_time(const char *text, int64_t *us_out, bool *has_time_out) MUST_CHECK;
/* "/items/2564/12" of "12/2564". */
const char *part_item_url(struct arena *a, const char *register_no);
const char *part_matter_url(struct arena *a, const char *matter_no);
/* "12/2564" of a path's two parts. */
const char *part_number(struct web_request *r);
/* The item of this request and what of it: "/items/2564/12/receipt". */
const char *part_item_path(struct web_request *r, const char *more);
/* What an officer can do with the item, as forms. */
void part_item_work(struct web_request *r, struct html *h, const struct item_row *i);
/* The form that marks an item or a matter as secret, or lifts it. */
void part_secrecy(struct web_request *r, struct html *h, const char *action, const char *now);
/* The class of a verdict's colour: "good", "bad", "look" or "". */
const char *part_tone(const char *verdict);
/* The register's rows as a table. */
void part_items(struct web_request *r, struct html *h, const struct item_rows *rows);
/* Former and next page of a list; url ends where the page's number goes. */
void part_pages(struct web_request *r, struct html *h, const char *url, int64_t page, int64_t size,
                int64_t total);

/* A QR code as SVG inside the page. */
struct qr_matrix;
void part_qr(const struct qr_matrix *m, struct html *h);

/* A report's facts, its chart and its sheets; every count leads to its list. */
struct book;
struct book_column;
struct sheet;
struct book_lists {             /* where a report's lists are; all NULL: nothing leads anywhere */
    const char *before, *after; /* of a sheet's key: its list's address */
    const char *chart;          /* of chart_svg */
    /* A cell's list; NULL: it has none. */
    const char *(*of_cell)(struct web_request *r, const struct book_lists *lists,
                           const struct sheet *s, int row, const struct book_column *column);
    /* Where a fact that is no count leads, by its key; NULL: nowhere. */
    const char *(*of_fact)(const char *key);
};
void part_book(struct web_request *r, struct html *h, const struct book *b,
               const struct book_lists *lists);

/* A file that goes out: its answer, with a range where one was asked for. who: of the access log.
 * Types that can do nothing are shown in the browser, all others are saved. */
struct stored_file;
bool part_send_file(struct web_request *r, struct web_answer *out, const struct stored_file *f,
                    const char *who, struct err *err) MUST_CHECK;

#endif
