/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A book as a workbook: a worksheet for the facts, then one a sheet, with real numbers and dates
 * (in Bangkok time, shown with Buddhist years), filters and a frozen head. Text is written as
 * strings, so that nothing a stranger wrote is ever a formula. */
#include "report/formats.h"

#include "base/thai.h"
#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

enum { TEXT_MAX = 32767, NAME_MAX_LETTERS = 31, WIDE = 48, NARROW = 12, MEDIUM = 20 };

struct styles {
    lxw_format *title, *head, *time, *second, *day, *number, *percent, *text;
};

/* The Thai Buddhist calendar with Arabic digits, as Excel and LibreOffice write it. */
#define BUDDHIST "[$-107041E]"

static struct styles styles_make(lxw_workbook *w)
{
    struct styles s = {workbook_add_format(w), workbook_add_format(w), workbook_add_format(w),
                       workbook_add_format(w), workbook_add_format(w), workbook_add_format(w),
                       workbook_add_format(w), workbook_add_format(w)};
    format_set_bold(s.title);
    format_set_font_size(s.title, 14);
    format_set_bold(s.head);
    format_set_bottom(s.head, LXW_BORDER_MEDIUM);
    format_set_text_wrap(s.head);
    format_set_num_format(s.time, BUDDHIST "d mmm yyyy hh:mm");
    format_set_num_format(s.second, BUDDHIST "d mmm yyyy hh:mm:ss");
    format_set_num_format(s.day, BUDDHIST "d mmm yyyy");
    format_set_num_format(s.number, "#,##0");
    format_set_num_format(s.percent, "0.00");
    format_set_text_wrap(s.text);
    format_set_align(s.text, LXW_ALIGN_VERTICAL_TOP);
    return s;
}

/* Days since 30 December 1899 in Bangkok time: how spreadsheets count. */
static double serial(int64_t us)
{
    const int64_t epoch_days = 25569, bangkok_us = 7 * 3600 * US_PER_S;
    return (double)epoch_days + (double)(us + bangkok_us) / (double)US_PER_DAY;
}

static const char *cut(struct arena *a, const char *text)
{
    size_t n = strlen(text), len = 0;
    if (n <= TEXT_MAX)
        return text;
    while (len + 4 < TEXT_MAX)
        len += utf8_len(text + len, n - len) ? utf8_len(text + len, n - len) : 1;
    return arena_strndup(a, text, len);
}

static void write_cell(struct arena *a, lxw_worksheet *ws, lxw_row_t row, lxw_col_t col,
                       enum cell_kind kind, const struct cell *c, const struct styles *st)
{
    if (kind == CELL_TEXT ? !*c->text : kind != CELL_PERCENT && c->n == TIME_NONE)
        return; /* a cell that is there is paid for twice: in the sheet and in the archive */
    if (kind == CELL_TEXT)
        worksheet_write_string(ws, row, col, cut(a, c->text), st->text);
    else if (kind == CELL_PERCENT && c->of)
        worksheet_write_number(ws, row, col, (double)percent_hundredths(c->n, c->of) / 100,
                               st->percent);
    else if (kind == CELL_PERCENT)
        worksheet_write_string(ws, row, col, cell_text(a, kind, c), NULL);
    else if (kind == CELL_TIME || kind == CELL_DAY)
        worksheet_write_number(ws, row, col, serial(c->n),
                               kind == CELL_DAY ? st->day
                               : c->of          ? st->second
                                                : st->time);
    else
        worksheet_write_number(ws, row, col, (double)c->n, st->number);
}

static double column_width(const struct book_column *c)
{
    if (c->kind == CELL_TEXT)
        return c->shrinks ? WIDE : MEDIUM;
    return c->kind == CELL_TIME ? MEDIUM : NARROW;
}

static void write_sheet(lxw_workbook *w, const struct sheet *s, const struct styles *st)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    lxw_worksheet *ws = workbook_add_worksheet(w, s->key);
    lxw_row_t rows = (lxw_row_t)sheet_rows(s);
    for (lxw_col_t i = 0; i < (lxw_col_t)s->n_columns; i++) {
        worksheet_set_column(ws, i, i, column_width(&s->columns[i]), NULL);
        worksheet_write_string(ws, 0, i, column_title(a, &s->columns[i]), st->head);
    }
    for (lxw_row_t r = 0; r < rows; r++)
        for (lxw_col_t i = 0; i < (lxw_col_t)s->n_columns; i++)
            write_cell(a, ws, r + 1, i, s->columns[i].kind, sheet_cell(s, (int)r, i), st);
    worksheet_freeze_panes(ws, 1, 0);
    worksheet_autofilter(ws, 0, 0, rows, (lxw_col_t)(s->n_columns - 1));
    worksheet_set_landscape(ws);
    worksheet_set_paper(ws, 9);
    worksheet_fit_to_pages(ws, 1, 0);
    worksheet_repeat_rows(ws, 0, 0);
}

static void write_facts(lxw_workbook *w, const struct book *b, const struct styles *st)
{
    lxw_worksheet *ws = workbook_add_worksheet(w, "summary");
    lxw_row_t row = 0;
    worksheet_set_column(ws, 0, 0, WIDE, NULL);
    worksheet_set_column(ws, 1, 1, WIDE, NULL);
    worksheet_write_string(ws, row++, 0, b->title, st->title);
    worksheet_write_string(ws, row++, 0, b->office, NULL);
    worksheet_write_string(ws, row, 0, "ณ วันที่", NULL);
    worksheet_write_number(ws, row++, 1, serial(b->as_of_us), st->time);
    if (b->calm)
        worksheet_write_string(ws, row++, 0, b->calm, st->head);
    for (int i = 0; i < b->n_facts; i++, row++) {
        const struct fact *f = &b->facts[i];
        worksheet_write_string(ws, row, 0, f->label, NULL);
        if (f->text)
            worksheet_write_string(ws, row, 1, f->text, st->text);
        else
            worksheet_write_number(ws, row, 1, (double)f->n, st->number);
    }
}

bool book_xlsx(const struct book *b, int width, bool color, struct buf *out, struct err *err)
{
    const char *bytes = NULL;
    size_t n = 0;
    lxw_workbook_options options = {
        .output_buffer = &bytes, .output_buffer_size = &n, .constant_memory = LXW_TRUE};
    lxw_workbook *w = workbook_new_opt(NULL, &options);
    (void)width, (void)color;
    if (!w)
        return err_set(err, ERR_FATAL, "report %s: libxlsxwriter gives no workbook", b->key);
    /* the file's own time is the as-of: the same book is the same file */
    lxw_doc_properties properties = {
        .title = b->title, .company = b->office, .created = (time_t)(b->as_of_us / US_PER_S)};
    workbook_set_properties(w, &properties);
    struct styles st = styles_make(w);
    if (b->n_facts)
        write_facts(w, b, &st);
    for (int i = 0; i < b->n_sheets; i++)
        write_sheet(w, b->sheets[i], &st);
    lxw_error failed = workbook_close(w);
    if (!failed)
        buf_add(out, bytes, n);
    free((char *)(uintptr_t)bytes);
    return failed ? err_set(err, ERR_FATAL, "report %s: %s", b->key, lxw_strerror(failed)) : true;
}
