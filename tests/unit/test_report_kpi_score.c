/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "report/book.h"
#include "report/kpi_score.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct kpi_definition definition = {.levels = {8600, 8800, 9000, 9200, 9400},
                                                 .weight = 3000};

static void the_office_s_reported_percentages_give_its_scores(void **state)
{
    /* FY2564: percent, score, weighted as the office reported them */
    static const struct {
        int percent, score, weighted_tenths;
    } cases[] = {{88, 2, 6}, {90, 3, 9}, {88, 2, 6}, {92, 4, 12}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct kpi_score s = kpi_score(cases[i].percent, 100, &definition, KPI_STEP);
        assert_int_equal(s.score, cases[i].score * 10000);
        assert_int_equal(s.weighted, cases[i].weighted_tenths * 1000);
    }
}

static void the_counts_of_the_year_give_other_percentages(void **state)
{
    /* in time, presented, hundredths of a percent, step score, interpolated ten-thousandths */
    static const struct {
        int n, of, percent, step;
        int64_t interpolated;
    } cases[] = {
        {133, 138, 9638, 5, 50000}, {207, 219, 9452, 5, 50000}, {152, 161, 9441, 5, 50000},
        {285, 305, 9344, 4, 47213}, {117, 122, 9590, 5, 50000}, {141, 153, 9216, 4, 40784},
        {117, 126, 9286, 4, 44286}, {113, 133, 8496, 0, 0},     {16, 16, 10000, 5, 50000},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int n = cases[i].n, of = cases[i].of;
        assert_int_equal(percent_hundredths(n, of), cases[i].percent);
        assert_int_equal(kpi_score(n, of, &definition, KPI_STEP).score, cases[i].step * 10000);
        assert_int_equal(kpi_score(n, of, &definition, KPI_INTERPOLATED).score,
                         cases[i].interpolated);
    }
}

static void a_level_is_reached_exactly_and_not_by_rounding(void **state)
{
    static const struct {
        int n, of, step;
    } cases[] = {
        {86, 100, 1}, {85, 100, 0}, {8599999, 10000000, 0}, /* rounds to 86.00 */
        {43, 50, 1},  {47, 50, 5},  {9399999, 10000000, 4}, {9400000, 10000000, 5},
        {0, 1, 0},    {1, 1, 5},    {1000000, 1000000, 5},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(kpi_score(cases[i].n, cases[i].of, &definition, KPI_STEP).score,
                         cases[i].step * 10000);
}

static void between_two_levels_the_score_is_interpolated(void **state)
{
    static const struct {
        int percent_hundredths;
        int64_t score, weighted;
    } cases[] = {{8600, 10000, 3000},  {8700, 15000, 4500},  {8950, 27500, 8250},
                 {9399, 49950, 14985}, {9400, 50000, 15000}, {10000, 50000, 15000},
                 {8599, 0, 0}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct kpi_score s =
            kpi_score(cases[i].percent_hundredths, 10000, &definition, KPI_INTERPOLATED);
        assert_int_equal(s.score, cases[i].score);
        assert_int_equal(s.weighted, cases[i].weighted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_office_s_reported_percentages_give_its_scores),
        cmocka_unit_test(the_counts_of_the_year_give_other_percentages),
        cmocka_unit_test(a_level_is_reached_exactly_and_not_by_rounding),
        cmocka_unit_test(between_two_levels_the_score_is_interpolated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
