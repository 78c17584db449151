/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/thai.h"
#include "report/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct column columns[] = {
    {.title = "เลขรับ", .right = true},
    {.title = "เรื่อง", .shrinks = true, .min = 8},
    {.title = "จาก"},
};

static struct table *table_of(struct arena *a, const char *subject)
{
    struct table *t = table_new(a, columns, ARRAY_LEN(columns));
    table_cell(t, "1/2564");
    table_cell(t, subject);
    table_cell(t, "กรมศุลกากร");
    return t;
}

static void columns_line_up_under_thai_marks(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf out CLEANUP(buf_fini) = {0};
    struct table *t = table_of(a, "ที่นี่");
    (void)state;
    table_cell(t, "12/2564");
    table_cell(t, "abcdef");
    table_cell(t, NULL);
    table_print(t, 0, false, &out);
    assert_string_equal(buf_str(&out), "  เลขรับ  เรื่อง    จาก\n"
                                       "──────────────────────────\n"
                                       " 1/2564  ที่นี่      กรมศุลกากร\n"
                                       "12/2564  abcdef\n");
    assert_int_equal(table_rows(t), 2);
}

static void no_line_is_wider_than_the_terminal(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    for (int width = 1; width < 60; width++) {
        struct buf out CLEANUP(buf_fini) = {0};
        table_print(table_of(a, "ขอเสนอเรื่องร่างกฎกระทรวงกำหนดการลดอัตราอากร"), width, false, &out);
        for (char *line = strtok(out.data, "\n"); line; line = strtok(NULL, "\n"))
            assert_in_range(text_columns(line), 0, width);
    }
}

static void the_shrinking_column_gives_way_and_says_so(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf out CLEANUP(buf_fini) = {0};
    (void)state;
    table_print(table_of(a, "abcdefghijklmnopqrstuvwxyz"), 28, false, &out);
    assert_non_null(strstr(buf_str(&out), "\n1/2564  abcdefgh…  กรมศุลกากร\n"));
}

static void a_hostile_subject_stays_on_its_line(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf out CLEANUP(buf_fini) = {0};
    int lines = 0;
    (void)state;
    table_print(table_of(a, "a\nb\r\tc\033[31m\u202Ed"), 0, false, &out);
    for (const char *p = buf_str(&out); (p = strchr(p, '\n')); p++)
        lines++;
    assert_int_equal(lines, 3);
    assert_null(strchr(buf_str(&out), '\033'));
    assert_null(strstr(buf_str(&out), "\u202E"));
}

static void titles_are_bold_only_in_colour(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf out CLEANUP(buf_fini) = {0};
    (void)state;
    table_print(table_of(a, "x"), 0, true, &out);
    assert_memory_equal(buf_str(&out), "\033[1m", 4);
}

static void many_rows_are_kept_in_order(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf out CLEANUP(buf_fini) = {0};
    static const struct column one[] = {{.title = "n", .right = true}};
    struct table *t = table_new(a, one, 1);
    (void)state;
    for (int i = 0; i < 1000; i++)
        table_cell(t, arena_printf(a, "%d", i));
    table_print(t, 80, false, &out);
    assert_int_equal(table_rows(t), 1000);
    assert_non_null(strstr(buf_str(&out), "\n  7\n  8\n"));
    assert_non_null(strstr(buf_str(&out), "998\n999\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_line_up_under_thai_marks),
        cmocka_unit_test(no_line_is_wider_than_the_terminal),
        cmocka_unit_test(the_shrinking_column_gives_way_and_says_so),
        cmocka_unit_test(a_hostile_subject_stays_on_its_line),
        cmocka_unit_test(titles_are_bold_only_in_colour),
        cmocka_unit_test(many_rows_are_kept_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
