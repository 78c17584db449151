/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The office's fiscal year 2564 through the real thing: asked for by the command line, delivered
 * into real mailboxes on the days of that year, registered by thanwelad fortnight by fortnight,
 * judged, presented, reported; and out of it come the counts that the office counted. Runs without
 * sanitizers (label year). */
#include "db/kpi.h"
#include "report/kpi.h"
#include "report/lateness.h"
#include "tests/flow/fy2564_replay.h"
#include "tests/flow/seeded.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const char year_end[] = "2021-10-31T18:00";

/* ---- what came out of it */

static void register_numbers_run_by_calendar_year(void **state)
{
    struct year *y = *state;
    int n[2] = {0};
    const int64_t last_us = seeded_at("2020-12-31T23:58");
    for (int i = 0; i < FY_MATTERS; i++)
        for (int k = 0; k < y->matters[i].n_mails; k++)
            if (!y->matters[i].mail[k].is_repeat)
                n[y->matters[i].mail[k].entered_us > last_us]++;
    n[0] += 1;
    n[1] += 2;
    for (int i = 0; i < 2; i++) {
        const char *where = arena_printf(y->a, "from item where year = %d", 2563 + i);
        assert_int_equal(database_int(y->db, arena_printf(y->a, "select count(*) %s", where)),
                         n[i]);
        assert_int_equal(database_int(y->db, arena_printf(y->a, "select max(no) %s", where)), n[i]);
    }
    assert_int_equal(database_int(y->db, "select no from item where entered_at ="
                                         " '2020-12-31 23:50+07' and year = 2563"),
                     n[0]);
    assert_int_equal(database_int(y->db, "select no from item where entered_at ="
                                         " '2020-12-31 23:59:30+07' and year = 2564"),
                     1);
    assert_int_equal(database_int(y->db, "select count(*) from item where year = 2564 and"
                                         " fiscal_year(bangkok_date(registered_at)) = 2565"),
                     database_int(y->db, "select count(*) from item where registered_at >="
                                         " '2021-10-01 00:00+07'"));
    assert_int_equal(database_int(y->db, "select count(*) from outbox where kind = 'receipt'"),
                     n[0] + n[1]);
    database_is_sound(y->db);
}

static struct book *kpi(struct year *y, int quarter)
{
    struct book *b = NULL;
    struct err err = {0};
    if (!kpi_gather(y->a, y->db, &y->config, 2564, quarter, seeded_at(year_end), &b, &err))
        fail_msg("%s", err.text);
    return b;
}

static const struct cell *cell_of(const struct sheet *s, int row, const char *key)
{
    for (int i = 0; i < s->n_columns; i++)
        if (strcmp(s->columns[i].key, key) == 0)
            return sheet_cell(s, row, i);
    fail_msg("no column %s", key);
    return NULL;
}

/* In time and presented of a row: summed from what the office counted. */
static void counted(int population, int scope, int quarter, int *n, int *of)
{
    int first = scope == KPI_QUARTER ? quarter : scope == KPI_HALF ? (quarter - 1) / 2 * 2 + 1 : 1;
    *n = *of = 0;
    for (int q = first; q <= quarter; q++) {
        const struct fy_count *c = &fy_counted[q - 1];
        if (population != KPI_CABINET)
            *n += c->parliament, *of += c->parliament;
        if (population != KPI_PARLIAMENT)
            *n += c->cabinet - c->cabinet_late, *of += c->cabinet;
    }
}

/* As domain §9 says it, in floating point: 86, 88, 90, 92, 94 are levels 1 to 5. */
static double score_of(int n, int of, bool is_step)
{
    double percent = 100.0 * n / of, level = (percent - 84) / 2;
    if (level < 1)
        return 0;
    return level >= 5 ? 5 : is_step ? (int)level : level;
}

static void check_score(const struct sheet *s, int row, const char *key, double wanted)
{
    double got = strtod(cell_of(s, row, key)->text, NULL);
    if (got < wanted - 0.00006 || got > wanted + 0.00006)
        fail_msg("%s of row %d: %f, not %f", key, row, got, wanted);
}

static void every_population_scope_and_scoring_follows_from_the_counts(void **state)
{
    const struct sheet *s = book_find(kpi(*state, 0), "results");
    assert_int_equal(sheet_rows(s), 36);
    for (int row = 0; row < 36; row++) {
        int n, of, quarter = row / 9 + 1;
        counted(row / 3 % 3, row % 3, quarter, &n, &of);
        assert_int_equal(cell_of(s, row, "in_time")->n, n);
        assert_int_equal(cell_of(s, row, "presented")->n, of);
        assert_int_equal(cell_of(s, row, "percent")->n, n);
        assert_int_equal(cell_of(s, row, "percent")->of, of);
        check_score(s, row, "step_score", score_of(n, of, true));
        check_score(s, row, "step_weighted", score_of(n, of, true) * 0.3);
        check_score(s, row, "interpolated_score", score_of(n, of, false));
        check_score(s, row, "interpolated_weighted", score_of(n, of, false) * 0.3);
    }
}

static void what_was_reported_stands_beside_it_and_does_not_follow(void **state)
{
    static const int combined[] = {9638, 9452, 9441, 9344};
    const struct sheet *s = book_find(kpi(*state, 0), "reported");
    assert_int_equal(sheet_rows(s), 4);
    for (int q = 0; q < 4; q++) {
        const struct cell *c = cell_of(s, q, "computed");
        assert_int_equal(percent_hundredths(c->n, c->of), combined[q]);
        assert_int_equal(100 * strtod(cell_of(s, q, "reported")->text, NULL),
                         fy_counted[q].reported);
        check_score(s, q, "reported_score", fy_counted[q].score / 100.0);
        check_score(s, q, "reported_weighted", fy_counted[q].weighted / 100.0);
        assert_string_equal(cell_of(s, q, "agrees")->text, "ไม่ตรงกับจำนวนเรื่อง");
        assert_string_not_equal(cell_of(s, q, "who")->text, "");
        assert_string_not_equal(cell_of(s, q, "why")->text, "");
    }
}

/* Rows of `thanwela report … --format json` in the sheet of that key. */
static json_t *json_rows(struct year *y, json_t **root, const char *const *args)
{
    struct buf out CLEANUP(buf_fini) = {0};
    if (daemon_run(y->d, &out, "thanwela", "report", "--format", "json", args[0], args[1], args[2],
                   args[3], args[4], args[5], args[6], args[7], args[8], NULL) != 0)
        fail_msg("report %s: %s", args[0], buf_str(&out));
    *root = json_loads(buf_str(&out), 0, NULL);
    return json_object_get(*root, args[4]);
}

static void every_late_matter_is_listed_with_its_reason_and_letters(void **state)
{
    static const char *const quarters[] = {"2564Q1", "2564Q2", "2564Q3", "2564Q4"};
    struct year *y = *state;
    for (int q = 0; q < 4; q++) {
        const char *const args[9] = {"kpi",          "--quarter", quarters[q], "--list", "late",
                                     "--population", "cabinet",   "--as-of",   year_end};
        json_t *root, *row, *rows = json_rows(y, &root, args);
        size_t i;
        assert_int_equal(json_array_size(rows), fy_counted[q].cabinet_late);
        json_array_foreach(rows, i, row)
        {
            assert_string_equal(json_string_value(json_object_get(row, "source")), "กค 0100/ล่าช้า");
            const char *why = json_string_value(json_object_get(row, "why"));
            assert_true(strcmp(why, "รอลงนาม") == 0 || strcmp(why, "รอความเห็นของหน่วยงาน") == 0);
        }
        json_decref(root);
    }
}

static int kpi_rows_of(struct year *y, const struct kpi_ask *ask)
{
    struct book *b = NULL;
    struct err err = {0};
    if (!kpi_list(y->a, y->db, &y->config, 2564, ask, seeded_at(year_end), &b, &err))
        fail_msg("%s: %s", ask->key, err.text);
    assert_int_equal(b->n_sheets, 1);
    return sheet_rows(b->sheets[0]);
}

static void every_number_of_the_kpi_has_its_list(void **state)
{
    struct year *y = *state;
    int checked = 0;
    for (int quarter = 0; quarter <= 4; quarter++) {
        const struct book *b = kpi(y, quarter);
        for (int i = 0; i < b->n_facts; i++) {
            const struct fact *f = &b->facts[i];
            if (f->text)
                continue;
            assert_non_null(f->sheet);
            const struct kpi_ask ask = {.key = f->sheet, .quarter = quarter};
            assert_int_equal(kpi_rows_of(y, &ask), f->n);
            checked++;
        }
    }
    assert_int_equal(checked, 5 * 4);
    const struct sheet *s = book_find(kpi(y, 0), "results");
    for (int row = 0; row < sheet_rows(s); row++) {
        struct kpi_ask ask = {.key = "in_time",
                              .population = kpi_population_names[row / 3 % 3],
                              .scope = kpi_scope_names[row % 3],
                              .quarter = row / 9 + 1};
        int n = (int)cell_of(s, row, "in_time")->n, of = (int)cell_of(s, row, "presented")->n;
        assert_int_equal(kpi_rows_of(y, &ask), n);
        ask.key = "presented";
        assert_int_equal(kpi_rows_of(y, &ask), of);
        ask.key = "late";
        assert_int_equal(kpi_rows_of(y, &ask), of - n);
    }
}

static void the_evidence_has_one_row_a_matter_with_its_register_numbers(void **state)
{
    struct year *y = *state;
    const struct sheet *s = book_find(kpi(y, 0), "matters");
    int linked = 0, answered = 0;
    assert_int_equal(sheet_rows(s), FY_MATTERS);
    for (int i = 0; i < FY_MATTERS; i++) {
        linked += *cell_of(s, i, "register_nos")->text != 0;
        answered += y->matters[i].n_mails > 0;
    }
    assert_int_equal(linked, answered);
    const char *path = office_path(y->a, y->d->office, "evidence.xlsx");
    assert_int_equal(daemon_run(y->d, NULL, "thanwela", "report", "kpi", "--year", "2564",
                                "--as-of", year_end, "--list", "matters", "--format", "xlsx",
                                "--out", path, NULL),
                     0);
    const char *count =
        arena_printf(y->a,
                     "test \"$(python3 -m zipfile -e '%s' '%s.d' && grep -o '<row ' "
                     "'%s.d/xl/worksheets/sheet1.xml' | wc -l)\" = %d",
                     path, path, path, FY_MATTERS + 1);
    assert_int_equal(system(count), 0);
}

/* ---- lateness */

static const char *const evenings[] = {"2020-10-30T18:00", "2020-12-30T18:00", "2021-04-09T18:00",
                                       "2021-09-30T18:00"};

static struct lateness *lateness(struct year *y, const char *as_of)
{
    struct lateness *l = NULL;
    struct err err = {0};
    if (!lateness_gather(y->a, y->db, &y->config, seeded_at(as_of), &l, &err))
        fail_msg("%s", err.text);
    return l;
}

static int rows_of(const struct lateness *l, const struct lateness_ask *ask)
{
    struct book *b = NULL;
    struct err err = {0};
    if (!lateness_list(l, ask, &b, &err))
        fail_msg("%s", err.text);
    assert_int_equal(b->n_sheets, 1);
    return sheet_rows(b->sheets[0]);
}

static void the_agencies_lateness_is_what_was_sent(void **state)
{
    struct year *y = *state;
    static const char *const keys[] = {"in_time", "late", "missing", "incomplete"};
    int fates[FY_QUARTERS][FY_N_FATES] = {0};
    for (int i = 0; i < FY_MATTERS; i++) {
        int month = civil_from(y->matters[i].due_us).month;
        fates[(month + 2) % 12 / 3][y->matters[i].fate]++;
    }
    const struct sheet *s = book_find(lateness_book(lateness(y, evenings[3])), "quarters");
    for (int q = 0; q < FY_QUARTERS; q++)
        for (int k = 0; k < FY_N_FATES; k++)
            if (cell_of(s, q, keys[k])->n != fates[q][k])
                fail_msg("quarter %d, %s: %lld, not %d", q + 1, keys[k],
                         (long long)cell_of(s, q, keys[k])->n, fates[q][k]);
}

static void check_tally(const struct lateness *l, const struct sheet *s, int row,
                        struct lateness_ask ask)
{
    static const char *const keys[] = {"expected", "in_time",    "late",
                                       "missing",  "incomplete", "waiting"};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
        ask.key = arena_printf(a, "year.%s", keys[k]);
        assert_int_equal(rows_of(l, &ask), cell_of(s, row, keys[k])->n);
    }
}

static void check_months(const struct lateness *l, const struct book *b)
{
    assert_int_equal(b->n_months, 12);
    for (int i = 0; i < b->n_months; i++) {
        int month = (9 + i) % 12 + 1;
        const int64_t bars[] = {b->months[i].in_time, b->months[i].late, b->months[i].missing};
        static const char *const keys[] = {"year.in_time", "year.late", "year.missing"};
        for (int k = 0; k < 3; k++)
            assert_int_equal(rows_of(l, &(struct lateness_ask){.key = keys[k], .month = month}),
                             bars[k]);
    }
}

static void every_number_of_lateness_has_its_list(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(evenings); i++) {
        const struct lateness *l = lateness(*state, evenings[i]);
        const struct book *b = lateness_book(l);
        const struct sheet *agencies = book_find(b, "agencies"),
                           *quarters = book_find(b, "quarters");
        for (int f = 0; f < b->n_facts; f++) {
            if (b->facts[f].text)
                continue;
            assert_non_null(b->facts[f].sheet);
            assert_int_equal(rows_of(l, &(struct lateness_ask){.key = b->facts[f].sheet}),
                             b->facts[f].n);
        }
        for (int r = 0; r < sheet_rows(agencies); r++)
            check_tally(l, agencies, r,
                        (struct lateness_ask){.agency = cell_of(agencies, r, "code")->text});
        for (int r = 0; r < sheet_rows(quarters); r++) {
            int quarter = atoi(cell_of(quarters, r, "quarter")->text); /* "สะสม": 0 */
            check_tally(l, quarters, r, (struct lateness_ask){.quarter = quarter});
        }
        check_months(l, b);
    }
}

static void write_all(struct year *y, const char *evening, struct buf out[REPORT_N_FORMATS])
{
    struct err err = {0};
    const struct lateness *l = lateness(y, evening);
    for (int f = 0; f < REPORT_N_FORMATS; f++)
        if (!lateness_write(l, (enum report_format)f, 100, false, &out[f], &err))
            fail_msg("%s", err.text);
}

/* For people to look at: build/PRESET/fy2564/2021-04-09.pdf … */
static void keep(struct year *y, const char *evening, const struct buf out[REPORT_N_FORMATS])
{
    static const char *const endings[REPORT_N_FORMATS] = {
        [REPORT_TEXT] = "txt", [REPORT_HTML] = "html", [REPORT_JSON] = "json",
        [REPORT_CSV] = "csv",  [REPORT_XLSX] = "xlsx", [REPORT_PDF] = "pdf"};
    mkdir(PROGRAMS "/fy2564", 0755);
    for (int f = 0; f < REPORT_N_FORMATS; f++) {
        const char *path = arena_printf(y->a, "%s/fy2564/%.10s.%s", PROGRAMS, evening, endings[f]);
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(out[f].data, 1, out[f].len, file), out[f].len);
        fclose(file);
    }
}

static void an_evening_reported_twice_is_the_same_byte_for_byte(void **state)
{
    /* evenings, which are kept to look at; and the last of every month */
    static const char *const all[] = {"2020-10-30T18:00", "2020-12-30T18:00", "2021-04-09T18:00",
                                      "2021-09-30T18:00", "2020-10-31T18:00", "2020-11-30T18:00",
                                      "2020-12-31T18:00", "2021-01-31T18:00", "2021-02-28T18:00",
                                      "2021-03-31T18:00", "2021-04-30T18:00", "2021-05-31T18:00",
                                      "2021-06-30T18:00", "2021-07-31T18:00", "2021-08-31T18:00"};
    struct buf first[ARRAY_LEN(all)][REPORT_N_FORMATS] = {0};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        write_all(*state, all[i], first[i]);
        if (i < ARRAY_LEN(evenings))
            keep(*state, all[i], first[i]);
    }
    usleep(1100 * 1000); /* a file that holds its second of birth would differ */
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        struct buf second[REPORT_N_FORMATS] = {0};
        write_all(*state, all[i], second);
        for (int f = 0; f < REPORT_N_FORMATS; f++) {
            assert_int_equal(first[i][f].len, second[f].len);
            assert_memory_equal(first[i][f].data, second[f].data, second[f].len);
            buf_fini(&first[i][f]);
            buf_fini(&second[f]);
        }
    }
}

/* The Fridays' runs were kept, and the working evenings between them are told as missed. */
static void evenings_without_a_run_are_told_by_the_next(void **state)
{
    struct year *y = *state;
    assert_true(database_int(y->db, "select count(*) from report_run where error is null and "
                                    "done_at is not null") >= 24);
    const struct sheet *s = book_find(lateness_book(lateness(y, "2020-10-16T18:00")), "runs");
    assert_non_null(s);
    assert_int_equal(sheet_rows(s), 8); /* nine working evenings less the King's memorial day */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(register_numbers_run_by_calendar_year),
        cmocka_unit_test(every_population_scope_and_scoring_follows_from_the_counts),
        cmocka_unit_test(what_was_reported_stands_beside_it_and_does_not_follow),
        cmocka_unit_test(every_late_matter_is_listed_with_its_reason_and_letters),
        cmocka_unit_test(every_number_of_the_kpi_has_its_list),
        cmocka_unit_test(the_evidence_has_one_row_a_matter_with_its_register_numbers),
        cmocka_unit_test(the_agencies_lateness_is_what_was_sent),
        cmocka_unit_test(every_number_of_lateness_has_its_list),
        cmocka_unit_test(an_evening_reported_twice_is_the_same_byte_for_byte),
        cmocka_unit_test(evenings_without_a_run_are_told_by_the_next),
    };
    return cmocka_run_group_tests(tests, year_start, year_stop);
}
