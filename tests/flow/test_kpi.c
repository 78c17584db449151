/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The KPI from a real database: the office's fiscal year 2564, what was reported of it, and
 * entries.
 */
#include "db/kpi.h"
#include "report/kpi.h"
#include "tests/flow/database.h"
#include "tests/flow/seeded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char year_end[] = "2021-10-31T18:00";

static struct book *gather(struct seeded *s, int year, int quarter, const char *as_of)
{
    struct book *b = NULL;
    struct err err = {0};
    if (!kpi_gather(s->a, s->db, &s->config, year, quarter, seeded_at(as_of), &b, &err))
        fail_msg("%s", err.text);
    return b;
}

static int column_of(const struct sheet *s, const char *key)
{
    for (int i = 0; i < s->n_columns; i++)
        if (strcmp(s->columns[i].key, key) == 0)
            return i;
    fail_msg("no column %s", key);
    return -1;
}

static int row_of(const struct sheet *s, const char *quarter, const char *population,
                  const char *scope)
{
    for (int r = 0; r < sheet_rows(s); r++)
        if (strcmp(sheet_cell(s, r, 0)->text, quarter) == 0 &&
            strcmp(sheet_cell(s, r, 1)->text, population) == 0 &&
            strcmp(sheet_cell(s, r, 2)->text, scope) == 0)
            return r;
    fail_msg("no row %s %s %s", quarter, population, scope);
    return -1;
}

static void the_year_gives_the_counts_that_the_office_counted(void **state)
{
    static const struct {
        const char *quarter, *population, *scope;
        int n, of, hundredths;
        const char *step, *weighted;
    } cases[] = {
        {"1/2564", "รัฐสภา", "ไตรมาส", 16, 16, 10000, "5.0", "1.5"},
        {"1/2564", "คณะรัฐมนตรี", "ไตรมาส", 117, 122, 9590, "5.0", "1.5"},
        {"2/2564", "คณะรัฐมนตรี", "ไตรมาส", 141, 153, 9216, "4.0", "1.2"},
        {"3/2564", "คณะรัฐมนตรี", "ไตรมาส", 117, 126, 9286, "4.0", "1.2"},
        {"4/2564", "คณะรัฐมนตรี", "ไตรมาส", 113, 133, 8496, "0.0", "0.0"},
        {"1/2564", "รวม", "ไตรมาส", 133, 138, 9638, "5.0", "1.5"},
        {"2/2564", "รวม", "ไตรมาส", 207, 219, 9452, "5.0", "1.5"},
        {"3/2564", "รวม", "ไตรมาส", 152, 161, 9441, "5.0", "1.5"},
        {"4/2564", "รวม", "ไตรมาส", 285, 305, 9344, "4.0", "1.2"},
        {"2/2564", "คณะรัฐมนตรี", "ครึ่งปี", 258, 275, 9382, "4.0", "1.2"},
        {"4/2564", "คณะรัฐมนตรี", "ครึ่งปี", 230, 259, 8880, "2.0", "0.6"},
        {"4/2564", "คณะรัฐมนตรี", "สะสม", 488, 534, 9139, "3.0", "0.9"},
        {"4/2564", "รัฐสภา", "สะสม", 289, 289, 10000, "5.0", "1.5"},
        {"4/2564", "รวม", "สะสม", 777, 823, 9441, "5.0", "1.5"},
    };
    const struct sheet *s = book_find(gather(*state, 2564, 0, year_end), "results");
    int n = column_of(s, "in_time"), of = column_of(s, "presented");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int r = row_of(s, cases[i].quarter, cases[i].population, cases[i].scope);
        assert_int_equal(sheet_cell(s, r, n)->n, cases[i].n);
        assert_int_equal(sheet_cell(s, r, of)->n, cases[i].of);
        assert_int_equal(percent_hundredths(cases[i].n, cases[i].of), cases[i].hundredths);
        assert_string_equal(sheet_cell(s, r, column_of(s, "step_score"))->text, cases[i].step);
        assert_string_equal(sheet_cell(s, r, column_of(s, "step_weighted"))->text,
                            cases[i].weighted);
    }
    assert_int_equal(sheet_rows(s), 36);
}

static void reported_figures_that_do_not_follow_are_marked(void **state)
{
    static const char *const reported[] = {"88.0", "90.0", "88.0", "92.0"};
    const struct book *b = gather(*state, 2564, 0, year_end);
    const struct sheet *s = book_find(b, "reported");
    assert_int_equal(sheet_rows(s), 4);
    for (int r = 0; r < 4; r++) {
        assert_string_equal(sheet_cell(s, r, column_of(s, "reported"))->text, reported[r]);
        assert_string_equal(sheet_cell(s, r, column_of(s, "agrees"))->text, "ไม่ตรงกับจำนวนเรื่อง");
        assert_string_equal(sheet_cell(s, r, column_of(s, "who"))->text, "planner");
    }
    assert_string_equal(sheet_cell(s, 3, column_of(s, "reported_weighted"))->text, "1.2");
}

static void every_late_matter_has_its_row_and_reason(void **state)
{
    static const int late[] = {5, 12, 9, 20};
    for (int q = 1; q <= 4; q++) {
        const struct book *b = gather(*state, 2564, q, year_end);
        const struct sheet *s = book_find(b, "late");
        assert_int_equal(sheet_rows(s), late[q - 1]);
        for (int r = 0; r < sheet_rows(s); r++)
            assert_string_equal(sheet_cell(s, r, column_of(s, "why"))->text, "รอเอกสารประกอบ");
    }
    assert_int_equal(sheet_rows(book_find(gather(*state, 2564, 0, year_end), "matters")), 823);
}

static void an_empty_population_has_no_percentage(void **state)
{
    struct seeded *s = *state;
    struct buf text CLEANUP(buf_fini) = {0};
    struct err err = {0};
    const struct book *b = gather(s, 2566, 1, "2022-12-31T18:00");
    assert_true(book_write(b, REPORT_TEXT, 160, false, &text, &err));
    assert_non_null(strstr(buf_str(&text), "ไม่มีข้อมูล"));
    assert_null(strstr(buf_str(&text), "100.00"));
}

static void an_entry_counts_from_the_instant_it_was_made(void **state)
{
    struct seeded *s = *state;
    /* the day before the last report of the third quarter nothing had been reported of it */
    const struct sheet *r = book_find(gather(s, 2564, 3, "2021-07-14T18:00"), "reported");
    assert_string_equal(sheet_cell(r, 0, column_of(r, "agrees"))->text, "ยังไม่รายงาน");
}

static void presenting_is_entered_once_and_replaced_by_a_later_word(void **state)
{
    struct seeded *s = *state;
    struct err err = {0};
    bool changed;
    struct kpi_presentation p = {.matter = "1/2564",
                                 .due_us = seeded_at("2021-11-30T12:00"),
                                 .presented_us = seeded_at("2021-11-30T12:00:01"),
                                 .is_correct = true,
                                 .late_why = "รอลงนาม"};
    assert_true(kpi_present(s->db, &p, "officer", &changed, &err));
    assert_true(changed);
    assert_true(kpi_present(s->db, &p, "officer", &changed, &err));
    assert_false(changed);
    const struct book *b = gather(s, 2565, 1, "2030-01-01T00:00");
    assert_int_equal(sheet_rows(book_find(b, "late")), 1);
    const struct sheet *late = book_find(b, "late");
    assert_string_equal(sheet_cell(late, 0, column_of(late, "register_nos"))->text, "2/2564");
    p.due_us = p.presented_us; /* the record was wrong: it was due a second later */
    assert_true(kpi_present(s->db, &p, "officer", &changed, &err));
    assert_true(changed);
    assert_int_equal(sheet_rows(book_find(gather(s, 2565, 1, "2030-01-01T00:00"), "late")), 0);
    assert_int_equal(database_int(s->db, "select count(*) from event where what = 'present'"), 2);
    p.matter = "999/2564";
    assert_false(kpi_present(s->db, &p, "officer", &changed, &err));
    assert_int_equal(err.kind, ERR_REFUSE);
}

/* A typing error in the year would be counted years later, in silence. */
static void what_is_still_to_be_presented_is_refused(void **state)
{
    struct seeded *s = *state;
    struct err err = {0};
    bool changed;
    const struct kpi_presentation p = {.matter = "1/2564",
                                       .due_us = seeded_at("2021-11-30T12:00"),
                                       .presented_us = seeded_at("2121-11-30T11:00"),
                                       .is_correct = true};
    assert_false(kpi_present(s->db, &p, "officer", &changed, &err));
    assert_int_equal(err.kind, ERR_REFUSE);
    assert_string_equal(err.text, "matter 1/2564: presented at 2121-11-30T11:00:00+07:00 is still "
                                  "to come: enter it when it was presented");
    assert_int_equal(database_int(s->db, "select count(*) from presentation where matter_id = 1"
                                         " and presented_at > now()"),
                     0);
}

static void a_definition_that_wants_correctness_counts_what_came_back_as_failed(void **state)
{
    struct seeded *s = *state;
    struct err err = {0};
    bool changed;
    const struct kpi_definition d = {.fiscal_year = 2565,
                                     .population = KPI_CABINET,
                                     .scope = KPI_CUMULATIVE,
                                     .scoring = KPI_INTERPOLATED,
                                     .wants_correct = true,
                                     .why = "คำรับรองปี 2565"};
    const struct kpi_presentation p = {.matter = "2/2564",
                                       .due_us = seeded_at("2021-12-30T12:00"),
                                       .presented_us = seeded_at("2021-12-30T11:00"),
                                       .is_correct = false};
    assert_true(kpi_present(s->db, &p, "officer", &changed, &err));
    const struct book *before = gather(s, 2565, 1, "2030-01-01T00:00");
    assert_true(kpi_define(s->db, &d, "planner", &err));
    const struct book *after = gather(s, 2565, 1, "2030-01-01T00:00");
    assert_int_equal(sheet_rows(book_find(after, "late")),
                     sheet_rows(book_find(before, "late")) + 1);
}

static void the_same_as_of_gives_the_same_bytes(void **state)
{
    struct buf first[REPORT_N_FORMATS] = {0}, second[REPORT_N_FORMATS] = {0};
    struct err err = {0};
    for (int f = 0; f < REPORT_N_FORMATS; f++)
        assert_true(book_write(gather(*state, 2564, 0, year_end), (enum report_format)f, 120, false,
                               &first[f], &err));
    usleep(1100 * 1000);
    for (int f = 0; f < REPORT_N_FORMATS; f++) {
        assert_true(book_write(gather(*state, 2564, 0, year_end), (enum report_format)f, 120, false,
                               &second[f], &err));
        assert_int_equal(first[f].len, second[f].len);
        assert_memory_equal(first[f].data, second[f].data, first[f].len);
        buf_fini(&first[f]);
        buf_fini(&second[f]);
    }
}

static int start(void **state)
{
    if (seeded_start(state) != 0)
        return -1;
    struct seeded *s = *state;
    seeded_run(s, "fy2564.sql");
    return 0;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, seeded_begin, seeded_end)
    const struct CMUnitTest tests[] = {
        TEST(the_year_gives_the_counts_that_the_office_counted),
        TEST(reported_figures_that_do_not_follow_are_marked),
        TEST(every_late_matter_has_its_row_and_reason),
        TEST(an_empty_population_has_no_percentage),
        TEST(an_entry_counts_from_the_instant_it_was_made),
        TEST(the_same_as_of_gives_the_same_bytes),
        TEST(what_is_still_to_be_presented_is_refused),
        TEST(presenting_is_entered_once_and_replaced_by_a_later_word),
        TEST(a_definition_that_wants_correctness_counts_what_came_back_as_failed),
    };
    return cmocka_run_group_tests(tests, start, seeded_stop);
}
