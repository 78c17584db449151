/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "report/book.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct book_column columns[] = {
    {.key = "text", .title = "ข้อความ", .kind = CELL_TEXT, .shrinks = true},
    {.key = "n", .title = "จำนวน", .kind = CELL_INT},
    {.key = "at", .title = "เมื่อ", .kind = CELL_TIME},
    {.key = "late", .title = "ช้า", .kind = CELL_MINUTES},
    {.key = "percent", .title = "ร้อยละ", .kind = CELL_PERCENT},
    {.key = "extra", .title = "เพิ่มเติม", .kind = CELL_TEXT, .extra = true},
    {.key = "mixed", .title = "ผล", .kind = CELL_TEXT, .mixed = true},
};

static struct book *book_of(struct arena *a, int rows, const char *text)
{
    struct book *b = book_new(a, "demo", NULL, "ตัวอย่าง", 0);
    struct sheet *s = book_sheet(b, "rows", "รายการ", "ไม่มี", columns, ARRAY_LEN(columns));
    for (int i = 0; i < rows; i++) {
        sheet_text(s, text);
        sheet_number(s, i);
        sheet_number(s, TIME_NONE);
        sheet_number(s, 1500);
        sheet_percent(s, 117, 122);
        sheet_text(s, "extra");
        sheet_text(s, "ทัน");
    }
    book_count(b, "rows", "รายการ", rows, "rows", false);
    return b;
}

static void write_as(const struct book *b, enum report_format f, int width, struct buf *out)
{
    struct err err = {0};
    if (!book_write(b, f, width, false, out, &err))
        fail_msg("%s", err.text);
}

static void a_percentage_is_rounded_once_from_whole_numbers(void **state)
{
    static const struct {
        int64_t n, of;
        const char *text;
    } cases[] = {{117, 122, "95.90"}, {133, 138, "96.38"}, {2, 3, "66.67"},  {1, 3, "33.33"},
                 {0, 7, "0.00"},      {7, 7, "100.00"},    {1, 200, "0.50"}, {0, 0, "ไม่มีข้อมูล"}};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct cell c = {.n = cases[i].n, .of = cases[i].of};
        assert_string_equal(cell_text(a, CELL_PERCENT, &c), cases[i].text);
    }
}

static void a_length_is_told_in_the_two_units_that_matter(void **state)
{
    static const struct {
        int64_t minutes;
        const char *text;
    } cases[] = {{0, "0 นาที"},         {59, "59 นาที"},          {60, "1 ชม."},
                 {61, "1 ชม. 1 นาที"},  {1439, "23 ชม. 59 นาที"}, {1440, "1 วัน"},
                 {1500, "1 วัน 1 ชม."}, {1441, "1 วัน"},          {44340, "30 วัน 19 ชม."}};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_string_equal(minutes_text(a, cases[i].minutes), cases[i].text);
}

/* "Due at 12:00, received at 12:00, late" would be believed by nobody. */
static void what_is_late_within_the_minute_shows_its_seconds(void **state)
{
    const int64_t noon = INT64_C(1617944400) * US_PER_S;
    const struct {
        int64_t us;
        const char *text;
    } cases[] = {{noon, "9 เม.ย. 64 12:00"},
                 {noon + 20 * US_PER_S, "9 เม.ย. 64 12:00:20"},
                 {noon - US_PER_S, "9 เม.ย. 64 11:59"},
                 {noon + US_PER_MIN, "9 เม.ย. 64 12:01"},
                 {TIME_NONE, ""}};
    static const struct book_column one[] = {{.key = "at", .title = "เมื่อ", .kind = CELL_TIME}};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    struct book *b = book_new(a, "demo", NULL, "ตัวอย่าง", 0);
    struct sheet *s = book_sheet(b, "rows", "รายการ", "ไม่มี", one, 1);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        sheet_time_beside(s, cases[i].us, noon);
        assert_string_equal(cell_text(a, CELL_TIME, &s->cells[i]), cases[i].text);
    }
}

static void columns_that_say_nothing_are_left_out(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    const struct sheet_room wide = {.room = 0, .gap = 2, .shrunk_min = 10};
    const struct sheet_room narrow = {.room = 39, .gap = 2, .shrunk_min = 10};
    int at[BOOK_COLUMNS_MAX];
    const struct sheet *s = book_of(a, 2, "ข้อความ")->sheets[0];
    (void)state;
    /* no row has a time, and all say the same in the mixed column */
    assert_int_equal(sheet_columns(s, &wide, at), 5);
    assert_int_equal(at[2], 3);
    assert_int_equal(at[4], 5);
    assert_int_equal(sheet_columns(s, &narrow, at), 4);
    assert_int_equal(at[3], 4);
}

static void text_that_looks_like_a_formula_is_quoted_in_csv(void **state)
{
    static const struct {
        const char *text, *written;
    } cases[] = {
        {"=1+1", "\r\n\"'=1+1\","},
        {"+66 2", "\r\n\"'+66 2\","},
        {"-5", "\r\n\"'-5\","},
        {"@cmd", "\r\n\"'@cmd\","},
        {"a=b", "\r\na=b,"},
        {"a,b", "\r\n\"a,b\","},
        {"say \"x\"", "\r\n\"say \"\"x\"\"\","},
        {" x", "\r\n\" x\","},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct buf out CLEANUP(buf_fini) = {0};
        write_as(book_of(a, 1, cases[i].text), REPORT_CSV, 0, &out);
        if (!strstr(buf_str(&out), cases[i].written))
            fail_msg("%s became %s", cases[i].text, buf_str(&out));
    }
}

static void text_and_paper_show_some_rows_and_files_all(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf text CLEANUP(buf_fini) = {0}, csv CLEANUP(buf_fini) = {0};
    struct book *b = book_of(a, BOOK_SHOWN_MAX + 1, "x");
    int lines = 0;
    (void)state;
    write_as(b, REPORT_TEXT, 0, &text);
    write_as(b, REPORT_CSV, 0, &csv);
    assert_non_null(strstr(buf_str(&text), "และอีก 1 รายการ: thanwela report demo --list rows"));
    for (const char *p = buf_str(&csv); (p = strstr(p, "\r\n")); p += 2)
        lines++;
    assert_int_equal(lines, BOOK_SHOWN_MAX + 2);
    b->shows_all = true;
    buf_clear(&text);
    write_as(b, REPORT_TEXT, 0, &text);
    assert_null(strstr(buf_str(&text), "และอีก"));
}

static void a_book_too_long_for_paper_is_refused_in_words(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf out CLEANUP(buf_fini) = {0};
    struct err err = {0};
    struct book *b = book_of(a, BOOK_PAPER_ROWS_MAX + 1, "x");
    (void)state;
    b->shows_all = true;
    assert_false(book_write(b, REPORT_PDF, 0, false, &out, &err));
    assert_int_equal(err.kind, ERR_REFUSE);
    assert_non_null(strstr(err.text, "5001 rows"));
    assert_int_equal(out.len, 0);
}

static void a_chart_has_a_bar_part_for_each_number(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf html CLEANUP(buf_fini) = {0};
    struct book *b = book_of(a, 0, "");
    int parts = 0;
    (void)state;
    b->chart_title = "แผนภูมิ";
    b->n_months = BOOK_MONTHS;
    for (int i = 0; i < BOOK_MONTHS; i++)
        b->months[i] = (struct book_month){.label = "ม.ค.", .in_time = i, .missing = 1};
    write_as(b, REPORT_HTML, 0, &html);
    for (const char *p = buf_str(&html); (p = strstr(p, "width=\"40\"")); p++)
        parts++;
    assert_int_equal(parts, 11 + 12); /* no part for the 0 in time of the first month */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_percentage_is_rounded_once_from_whole_numbers),
        cmocka_unit_test(a_length_is_told_in_the_two_units_that_matter),
        cmocka_unit_test(what_is_late_within_the_minute_shows_its_seconds),
        cmocka_unit_test(columns_that_say_nothing_are_left_out),
        cmocka_unit_test(text_that_looks_like_a_formula_is_quoted_in_csv),
        cmocka_unit_test(text_and_paper_show_some_rows_and_files_all),
        cmocka_unit_test(a_book_too_long_for_paper_is_refused_in_words),
        cmocka_unit_test(a_chart_has_a_bar_part_for_each_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
