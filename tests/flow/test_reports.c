/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The lateness report from a real database: what it counts, what it lists, and its bytes. */
#include "db/item.h"
#include "db/lateness.h"
#include "db/ledger.h"
#include "report/lateness.h"
#include "report/send.h"
#include "tests/flow/database.h"
#include "tests/flow/nightly_book.h"
#include "tests/flow/seeded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void each_section_holds_what_the_office_knows(void **state)
{
    static const struct {
        const char *key;
        int n;
    } cases[] = {{"late", 1},       {"overdue", 1},     {"soon", 1},   {"soon_3", 1},
                 {"incomplete", 1}, {"no_deadline", 3}, {"check", 2},  {"quarantined", 2},
                 {"unreadable", 1}, {"gaps", 2},        {"changes", 3}};
    const struct book *b = lateness_book(gather(*state, evening));
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct fact *f = fact_of(b, cases[i].key);
        assert_non_null(f);
        if (f->n != cases[i].n)
            fail_msg("%s: %lld, not %d", cases[i].key, (long long)f->n, cases[i].n);
    }
    assert_null(b->calm);
    assert_null(book_find(b, "runs"));
}

static void every_number_has_a_list_of_that_length(void **state)
{
    struct lateness *l = gather(*state, evening);
    const struct book *b = lateness_book(l);
    int checked = 0;
    for (int i = 0; i < b->n_facts; i++) {
        struct book *list;
        struct err err = {0};
        const struct lateness_ask ask = {.key = b->facts[i].sheet};
        if (!ask.key)
            continue;
        assert_true(lateness_list(l, &ask, &list, &err));
        assert_int_equal(sheet_rows(list->sheets[0]), b->facts[i].n);
        checked++;
    }
    assert_in_range(checked, 11, 20);
}

static const struct cell *cell_of(const struct sheet *s, int row, const char *key)
{
    for (int i = 0; i < s->n_columns; i++)
        if (strcmp(s->columns[i].key, key) == 0)
            return sheet_cell(s, row, i);
    fail_msg("no column %s", key);
    return NULL;
}

static const char *const counted[] = {"expected", "in_time",    "late",
                                      "missing",  "incomplete", "waiting"};

static void compare_lists(const struct lateness *l, const struct sheet *s, int row,
                          const char *agency, int quarter)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    for (size_t k = 0; k < ARRAY_LEN(counted); k++) {
        struct book *list;
        struct err err = {0};
        const struct lateness_ask ask = {
            .key = arena_printf(a, "year.%s", counted[k]), .agency = agency, .quarter = quarter};
        assert_true(lateness_list(l, &ask, &list, &err));
        assert_int_equal(sheet_rows(list->sheets[0]), cell_of(s, row, counted[k])->n);
    }
}

static void numbers_by_agency_and_quarter_have_their_lists_too(void **state)
{
    struct lateness *l = gather(*state, evening);
    const struct book *b = lateness_book(l);
    const struct sheet *agencies = book_find(b, "agencies"), *quarters = book_find(b, "quarters");
    assert_int_equal(sheet_rows(agencies), 3);
    assert_int_equal(sheet_rows(quarters), 4);
    for (int r = 0; r < 3; r++)
        compare_lists(l, agencies, r, cell_of(agencies, r, "code")->text, 0);
    for (int r = 0; r < 3; r++)
        compare_lists(l, quarters, r, NULL, r + 1);
    compare_lists(l, quarters, 3, NULL, 0);
}

static void an_exempt_matter_is_not_expected_and_a_waiting_one_not_judged(void **state)
{
    const struct book *b = lateness_book(gather(*state, evening));
    const struct sheet *s = book_find(b, "agencies");
    /* customs: 1 in time, 4 late, 7 incomplete, 10 waiting; excise: 2 late, 5 waiting, 8 without
     * a deadline; FPO: 3 missing, 6 waiting, 9 exempt */
    static const int expected[][6] = {{4, 1, 1, 0, 1, 1}, {2, 0, 1, 0, 0, 1}, {2, 0, 0, 1, 0, 1}};
    for (int r = 0; r < 3; r++)
        for (size_t k = 0; k < ARRAY_LEN(counted); k++)
            assert_int_equal(cell_of(s, r, counted[k])->n, expected[r][k]);
    assert_int_equal(cell_of(s, 0, "percent")->n, 1);
    assert_int_equal(cell_of(s, 0, "percent")->of, 3);
}

static void the_chart_counts_by_month_of_the_deadline(void **state)
{
    const struct book *b = lateness_book(gather(*state, evening));
    assert_int_equal(b->n_months, 12);
    assert_int_equal(b->months[2].late, 1); /* December */
    assert_int_equal(b->months[6].in_time, 1);
    assert_int_equal(b->months[6].late, 1);
    assert_int_equal(b->months[6].missing, 1);
}

static void the_same_as_of_gives_the_same_bytes(void **state)
{
    struct buf first[REPORT_N_FORMATS] = {0}, second[REPORT_N_FORMATS] = {0};
    for (int f = 0; f < REPORT_N_FORMATS; f++)
        write_as(gather(*state, evening), (enum report_format)f, &first[f]);
    usleep(1100 * 1000); /* a file that holds its second of birth would differ */
    for (int f = 0; f < REPORT_N_FORMATS; f++) {
        write_as(gather(*state, evening), (enum report_format)f, &second[f]);
        assert_int_equal(first[f].len, second[f].len);
        assert_memory_equal(first[f].data, second[f].data, first[f].len);
        assert_true(first[f].len > 500);
        buf_fini(&first[f]);
        buf_fini(&second[f]);
    }
}

static void a_mailbox_that_nobody_is_told_to_read_is_not_called_well(void **state)
{
    struct seeded *s = *state;
    const struct book *b = lateness_book(gather(s, evening));
    const struct sheet *boxes = book_find(b, "mailboxes");
    int last = boxes->n_columns - 1;
    assert_string_equal(sheet_cell(boxes, 1, 0)->text, "saraban");
    assert_string_equal(sheet_cell(boxes, 1, last)->text, "ปกติ");
    s->config.n_mailboxes = 0;
    boxes = book_find(lateness_book(gather(s, evening)), "mailboxes");
    for (int i = 0; i < 2; i++)
        assert_string_equal(sheet_cell(boxes, i, last)->text, "ไม่อยู่ในการตั้งค่า จึงไม่ได้อ่าน");
    s->config.n_mailboxes = 2;
}

static void a_quiet_evening_says_so(void **state)
{
    struct buf text CLEANUP(buf_fini) = {0}, html CLEANUP(buf_fini) = {0};
    struct lateness *l = gather(*state, "2021-04-02T18:00");
    write_as(l, REPORT_TEXT, &text);
    write_as(l, REPORT_HTML, &html);
    assert_non_null(strstr(buf_str(&text), "ไม่มีรายการล่าช้า"));
    assert_non_null(strstr(buf_str(&html), "ไม่มีรายการล่าช้า"));
    assert_int_equal(sheet_rows(book_find(lateness_book(l), "late")), 0);
    assert_int_equal(sheet_rows(book_find(lateness_book(l), "overdue")), 0);
}

static void without_the_words_of_what_came_in_time_the_sections_are_the_same(void **state)
{
    static const enum report_format formats[] = {REPORT_TEXT, REPORT_HTML, REPORT_JSON, REPORT_CSV,
                                                 REPORT_PDF};
    struct seeded *s = *state;
    struct lateness *whole = gather(s, evening), *spared;
    struct err err = {0};
    assert_true(
        lateness_gather_sections(s->a, s->db, &s->config, seeded_at(evening), &spared, &err));
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        struct buf one CLEANUP(buf_fini) = {0}, other CLEANUP(buf_fini) = {0};
        write_as(whole, formats[i], &one);
        write_as(spared, formats[i], &other);
        assert_int_equal(one.len, other.len);
        assert_memory_equal(one.data, other.data, one.len);
    }
}

static void no_line_of_text_is_wider_than_the_terminal(void **state)
{
    struct lateness *l = gather(*state, evening);
    for (int width = 60; width <= 200; width += 20) {
        struct buf text CLEANUP(buf_fini) = {0};
        struct err err = {0};
        assert_true(lateness_write(l, REPORT_TEXT, width, false, &text, &err));
        /* tables; a heading or a note is the reader's to wrap */
        for (char *line = strtok(text.data, "\n"); line; line = strtok(NULL, "\n"))
            if (strstr(line, "──"))
                assert_true(strlen(line) / strlen("─") <= (size_t)width);
    }
}

static void an_unknown_list_is_refused_with_those_that_are(void **state)
{
    struct book *b;
    struct err err = {0};
    const struct lateness_ask ask = {.key = "lste"};
    assert_false(lateness_list(gather(*state, evening), &ask, &b, &err));
    assert_non_null(strstr(err.text, "overdue"));
    assert_non_null(strstr(err.text, "year.late"));
}

static void failed_and_missed_evenings_are_told_by_the_next(void **state)
{
    struct seeded *s = *state;
    struct err err = {0};
    int64_t id;
    uint8_t digest[32] = {1};
    /* Wednesday ran, Thursday died on the way; the evening of Friday tells Thursday */
    assert_true(report_run_begin(s->db, "lateness", seeded_at("2021-04-07T18:00"), &id, &err));
    assert_true(report_run_done(s->db, id, 1, digest, &err));
    assert_true(report_run_begin(s->db, "lateness", seeded_at("2021-04-08T18:00"), &id, &err));
    const struct sheet *runs = book_find(lateness_book(gather(s, evening)), "runs");
    assert_non_null(runs);
    assert_int_equal(sheet_rows(runs), 2);
    assert_int_equal(sheet_cell(runs, 0, 0)->n, seeded_at("2021-04-08T18:00"));
    assert_true(report_run_failed(s->db, id, "database: away", &err));
    runs = book_find(lateness_book(gather(s, evening)), "runs");
    assert_string_equal(sheet_cell(runs, 0, 1)->text, "database: away");
    /* once it ran, nothing is missing; and 10-12 April are days off */
    assert_true(report_run_done(s->db, id, 1, digest, &err));
    assert_null(book_find(lateness_book(gather(s, evening)), "runs"));
    assert_true(report_run_begin(s->db, "lateness", seeded_at(evening), &id, &err));
    assert_true(report_run_done(s->db, id, 1, digest, &err));
    assert_null(book_find(lateness_book(gather(s, "2021-04-16T18:00")), "runs"));
    runs = book_find(lateness_book(gather(s, "2021-04-19T18:00")), "runs");
    assert_int_equal(sheet_rows(runs), 1);
    assert_int_equal(sheet_cell(runs, 0, 0)->n, seeded_at("2021-04-16T18:00"));
    struct db *owner = database_open_owner(s->office);
    database_run(owner, "delete from report_run");
    db_close(owner);
}

static void forget_runs(struct seeded *s)
{
    struct db *owner CLEANUP(db_closep) = database_open_owner(s->office);
    database_run(owner, "delete from outbox; delete from report_run");
}

static void the_report_is_left_for_every_reader_and_the_run_is_kept(void **state)
{
    struct seeded *s = *state;
    struct err err = {0};
    int n = 0;
    uint8_t digest[32];
    s->config.readers = (struct string_list){{"manager@office.test", "deputy@office.test"}, 2};
    if (!lateness_send(s->a, s->db, &s->config, seeded_at(evening), &n, &err))
        fail_msg("%s", err.text);
    assert_int_equal(n, 2);
    assert_int_equal(database_int(s->db,
                                  "select count(distinct rcpt) from outbox where"
                                  " kind = 'report' and state = 'ready'"
                                  " and rcpt in ('manager@office.test', 'deputy@office.test')"),
                     2);
    /* HTML and text, the chart inside the HTML, three files; no line that a server would break */
    assert_int_equal(database_int(s->db,
                                  "select count(*) from (select convert_from(body, 'UTF8') as b"
                                  " from outbox) o where b like '%Content-Type: text/html%'"
                                  " and b like '%Content-Type: text/plain%'"
                                  " and b like '%<chart@report.thanwela>%'"
                                  " and b like '%application/pdf%' and b like '%text/csv%'"
                                  " and b like '%spreadsheetml%'"
                                  " and b like '%Auto-Submitted: auto-generated%'"),
                     2);
    assert_int_equal(database_int(s->db,
                                  "select max(length(line)) from outbox, regexp_split_to_table("
                                  "convert_from(body, 'UTF8'), E'\\r\\n') line") <= 998,
                     1);
    assert_true(lateness_digest(gather(s, evening), digest, &err));
    const char *kept = arena_printf(
        s->a,
        "select count(*) from report_run where kind = 'lateness' and done_at is not null and error"
        " is null and calendar_version = 2 and get_byte(digest, 0) = %d and get_byte(digest, 31) = "
        "%d",
        digest[0], digest[31]);
    assert_int_equal(database_int(s->db, kept), 1);
    forget_runs(s);
}

static void a_reader_that_is_no_address_fails_the_run_and_sends_to_nobody(void **state)
{
    struct seeded *s = *state;
    struct err err = {0};
    int n = 0;
    s->config.readers = (struct string_list){{"manager@office.test", "no address"}, 2};
    assert_false(lateness_send(s->a, s->db, &s->config, seeded_at(evening), &n, &err));
    assert_int_equal(database_int(s->db, "select count(*) from outbox"), 0);
    const struct sheet *runs = book_find(lateness_book(gather(s, "2021-04-16T18:00")), "runs");
    assert_non_null(runs);
    assert_string_equal(sheet_cell(runs, 0, 1)->text, err.text);
    forget_runs(s);
    s->config.readers.n = 0;
    assert_false(lateness_send(s->a, s->db, &s->config, seeded_at(evening), &n, &err));
    assert_int_equal(err.kind, ERR_FATAL);
}

static void change_everything(struct seeded *s)
{
    struct err err = {0};
    struct db *owner CLEANUP(db_closep) = database_open_owner(s->office);
    const struct item_assign to = {.matter = "6/2564", .agency = "CUSTOMS"};
    int64_t mail = database_int(s->db, "select min(id) from message where state = 'quarantined'");
    assert_true(item_cancel(s->db, "1/2564", "officer", "ลงทะเบียนซ้ำ", &err));
    assert_true(item_mark_whole(s->db, "2/2564", false, "officer", "ขาดหน้า 3", &err));
    assert_true(item_mark_whole(s->db, "4/2564", true, "officer", "อยู่ในแฟ้มเดียวกัน", &err));
    assert_true(item_status(s->db, "3/2564", "ปิด", "officer", "", &err));
    assert_true(item_status(s->db, "6/2564", "ปิด", "officer", "", &err));
    if (!item_assign(s->db, "5/2564", &to, "officer", "โทรถามแล้ว", &err))
        fail_msg("%s", err.text);
    assert_true(ledger_release(s->db, mail, "officer", "เปิดอ่านได้", &err));
    database_run(owner, "update mailbox set last_poll_at = now(), last_error = 'later',"
                        " last_error_at = now();"
                        " insert into poll_gap values (1, '2021-04-09 17:50+07',"
                        "  '2021-04-09 19:00+07', 'later')");
}

static void what_is_changed_afterwards_leaves_an_evening_as_it_was(void **state)
{
    struct seeded *s = *state;
    struct buf before[REPORT_N_FORMATS] = {0};
    struct err err = {0};
    int64_t run;
    assert_true(report_run_begin(s->db, "lateness", seeded_at(evening), &run, &err));
    for (int f = 0; f < REPORT_N_FORMATS; f++)
        write_as(gather(s, evening), (enum report_format)f, &before[f]);
    change_everything(s);
    for (int f = 0; f < REPORT_N_FORMATS; f++) {
        struct buf after CLEANUP(buf_fini) = {0};
        write_as(gather(s, evening), (enum report_format)f, &after);
        assert_int_equal(after.len, before[f].len);
        assert_memory_equal(after.data, before[f].data, after.len);
        buf_fini(&before[f]);
    }
    /* and from then on it is known */
    const struct book *now = lateness_book(gather(s, "2100-01-04T18:00"));
    assert_int_equal(fact_of(now, "check")->n, 0);
    assert_int_equal(fact_of(now, "quarantined")->n, 1);
    assert_int_equal(fact_of(now, "incomplete")->n, 1);
    forget_runs(s);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, seeded_begin, seeded_end)
    const struct CMUnitTest tests[] = {
        TEST(each_section_holds_what_the_office_knows),
        TEST(every_number_has_a_list_of_that_length),
        TEST(numbers_by_agency_and_quarter_have_their_lists_too),
        TEST(an_exempt_matter_is_not_expected_and_a_waiting_one_not_judged),
        TEST(the_chart_counts_by_month_of_the_deadline),
        TEST(the_same_as_of_gives_the_same_bytes),
        TEST(a_mailbox_that_nobody_is_told_to_read_is_not_called_well),
        TEST(a_quiet_evening_says_so),
        TEST(without_the_words_of_what_came_in_time_the_sections_are_the_same),
        TEST(no_line_of_text_is_wider_than_the_terminal),
        TEST(an_unknown_list_is_refused_with_those_that_are),
        TEST(failed_and_missed_evenings_are_told_by_the_next),
        TEST(the_report_is_left_for_every_reader_and_the_run_is_kept),
        TEST(a_reader_that_is_no_address_fails_the_run_and_sends_to_nobody),
        TEST(what_is_changed_afterwards_leaves_an_evening_as_it_was),
    };
    return cmocka_run_group_tests(tests, seeded_start, seeded_stop);
}
