/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The register as officers read and correct it: filters, pages, one item whole, words on record. */
#include "db/event.h"
#include "db/item.h"
#include "db/ledger.h"
#include "report/register.h"
#include "tests/flow/database.h"
#include "tests/flow/seeded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct item_filter all_items(void)
{
    return (struct item_filter){.state = "",
                                .from_us = TIME_NONE,
                                .to_us = TIME_NONE,
                                .as_of_us = seeded_at("2021-04-09T18:00")};
}

static struct item_rows list(struct seeded *s, const struct item_filter *f)
{
    struct item_rows rows = {0};
    struct err err = {0};
    if (!item_list(s->a, s->db, f, &rows, &err))
        fail_msg("%s", err.text);
    return rows;
}

/* "6/2564 5/2564 …" */
static const char *numbers(struct seeded *s, const struct item_filter *f)
{
    struct item_rows rows = list(s, f);
    const char *text = "";
    for (int i = 0; i < rows.n; i++)
        text = arena_printf(s->a, "%s%s%s", text, i ? " " : "", rows.item[i].register_no);
    return text;
}

static void each_filter_finds_its_own(void **state)
{
    static const struct {
        const char *state, *agency, *matter, *search, *numbers;
    } cases[] = {
        {"", NULL, NULL, NULL, "6/2564 5/2564 4/2564 3/2564 2/2564 1/2564"},
        {"late", NULL, NULL, NULL, "3/2564 1/2564"},
        {"on_time", NULL, NULL, NULL, "2/2564"},
        {"incomplete", NULL, NULL, NULL, "4/2564"},
        {"no_deadline", NULL, NULL, NULL, "6/2564 5/2564"},
        {"check", NULL, NULL, NULL, "6/2564 5/2564"},
        {"unverified", NULL, NULL, NULL, "5/2564"},
        {"cancelled", NULL, NULL, NULL, ""},
        {"รับแล้ว", "EXCISE", NULL, NULL, "3/2564"},
        {"late", "CUSTOMS", NULL, NULL, "1/2564"},
        {"", "NOBODY", NULL, NULL, ""},
        {"", NULL, "7/2564", NULL, "4/2564"},
        {"", NULL, "999/2564", NULL, ""},
        {"", NULL, NULL, "อากร", "2/2564"},
        {"", NULL, NULL, "customs.test", "4/2564 2/2564 1/2564"},
        {"", NULL, NULL, "%", ""},
        {"", NULL, NULL, "_", ""},
        {"", NULL, NULL, "' or true --", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct item_filter f = all_items();
        f.state = cases[i].state;
        f.agency = cases[i].agency;
        f.matter = cases[i].matter;
        f.search = cases[i].search;
        assert_string_equal(numbers(*state, &f), cases[i].numbers);
    }
}

/* As clerks write it and as officers type it: digits, blanks, ำ in two pieces, what no eye sees. */
static void a_search_finds_what_is_written_otherwise(void **state)
{
    static const struct {
        const char *word, *numbers;
    } cases[] = {
        {"กค 0518.2/ว 393", "2/2564"},
        {"กค0518.2/ว393", "2/2564"},
        {"กค ๐๕๑๘.๒/ว๓๙๓", "2/2564"},
        {"กค\u00a0 0518.2/ว", "2/2564"},
        {"0518.2 / ว 393", "2/2564"},
        {"0706/7836", "3/2564"},
        {"สำเนา", "3/2564"},
        {"ส\u0e4d\u0e32เนา", "3/2564"},
        {"สำนักงานเศรษฐกิจ", "6/2564"},
        {"ส\u0e4d\u0e32นักงาน เศรษฐกิจ", "6/2564"},
        {"สำนัก\u200bงานเศรษฐกิจการคลัง", "6/2564"},
        {"กลุ่ม 9", "4/2564 2/2564 1/2564"}, /* of the agency's name, for a while */
        {"fpo", "6/2564"},
        {"   ", "6/2564 5/2564 4/2564 3/2564 2/2564 1/2564"},
    };
    struct seeded *s = *state;
    struct db *owner CLEANUP(db_closep) = database_open_owner(s->office);
    database_run(owner,
                 "update item set letter_no = 'กค ๐๕๑๘.๒/ว  ๓๙๓' where no = 2;"
                 "update item set letter_no = 'กค 0706/7836', from_name = E'กอง ส\\u0e4d\\u0e32เนา'"
                 " where no = 3;"
                 "update agency set name_th = 'กรมศุลกากร กลุ่ม ๙' where code = 'CUSTOMS'");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct item_filter f = all_items();
        f.search = cases[i].word;
        assert_string_equal(numbers(s, &f), cases[i].numbers);
    }
    database_run(owner, "update item set letter_no = null, from_name = null where no in (2, 3);"
                        "update agency set name_th = 'กรมศุลกากร' where code = 'CUSTOMS'");
}

/* What is shown as (ลับ) must not be told by whether a word finds it. */
static void the_subject_of_a_secret_item_is_not_searched(void **state)
{
    struct seeded *s = *state;
    struct db *owner CLEANUP(db_closep) = database_open_owner(s->office);
    struct item_filter f = all_items();
    f.search = "อากร";
    assert_string_equal(numbers(s, &f), "2/2564");
    database_run(owner, "update item set secrecy = 'ลับ' where no = 2");
    assert_string_equal(numbers(s, &f), "");
    f.search = "customs";
    assert_string_equal(numbers(s, &f), "4/2564 2/2564 1/2564");
    database_run(owner, "update item set secrecy = '' where no = 2");
}

static void pages_follow_each_other_and_know_the_whole(void **state)
{
    struct item_filter f = all_items();
    f.limit = 4;
    assert_string_equal(numbers(*state, &f), "6/2564 5/2564 4/2564 3/2564");
    assert_int_equal(list(*state, &f).total, 6);
    f.offset = 4;
    assert_string_equal(numbers(*state, &f), "2/2564 1/2564");
    f.offset = 8;
    assert_string_equal(numbers(*state, &f), "");
    assert_int_equal(list(*state, &f).total, 6);
    /* where a judgement is asked for, too: also behind the last of them */
    f.state = "late";
    f.limit = 1;
    for (f.offset = 0; f.offset < 3; f.offset++)
        assert_int_equal(list(*state, &f).total, 2);
}

static void a_period_is_of_the_receipt_or_of_the_number(void **state)
{
    struct item_filter f = all_items();
    f.from_us = seeded_at("2021-04-09T15:00");
    f.to_us = seeded_at("2021-04-09T16:00");
    assert_string_equal(numbers(*state, &f), "5/2564 4/2564");
    f.by_number = true; /* issued twenty seconds after the receipt */
    f.from_us = seeded_at("2021-04-09T15:00:20");
    f.to_us = seeded_at("2021-04-09T16:00:20");
    f.oldest_first = true;
    assert_string_equal(numbers(*state, &f), "4/2564 5/2564");
}

static void a_number_that_is_none_is_refused(void **state)
{
    static const char *const words[] = {"x",       "12",      "12/64", "0/2564",
                                        "-1/2564", "1/2564x", "/2564"};
    struct seeded *s = *state;
    struct item_whole w;
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        struct err err = {0};
        assert_false(item_read(s->a, s->db, words[i], 0, false, &w, &err));
        assert_int_equal(err.kind, ERR_REFUSE);
    }
    struct err err = {0};
    assert_false(item_read(s->a, s->db, "999/2564", 0, false, &w, &err));
    assert_non_null(strstr(err.text, "999/2564"));
}

static void an_officer_s_word_changes_the_item_and_stays_on_record(void **state)
{
    struct seeded *s = *state;
    struct err err = {0};
    struct item_whole w;
    const struct item_assign to = {.matter = "8/2564", .agency = "EXCISE"};
    assert_true(item_assign(s->db, "5/2564", &to, "officer", "โทรถามแล้ว", &err));
    assert_true(item_status(s->db, "5/2564", "ตรวจสอบ", "officer", "เริ่มตรวจ", &err));
    assert_true(item_read(s->a, s->db, "5/2564", seeded_at("2021-04-09T18:00"), false, &w, &err));
    assert_string_equal(w.row.matter_no, "8/2564");
    assert_string_equal(w.row.agency_code, "EXCISE");
    assert_string_equal(w.row.agency_how, "officer");
    assert_string_equal(w.row.class_name, "PARL-CONSULT"); /* the matter's */
    assert_string_equal(w.row.status, "ตรวจสอบ");
    assert_int_equal(w.n_events, 2);
    assert_string_equal(w.events[0].what, "assign");
    assert_string_equal(w.events[0].why, "โทรถามแล้ว");
    assert_string_equal(w.events[1].what, "status");
    assert_string_equal(w.events[1].who, "officer");
    struct item_filter check = all_items();
    check.state = "check";
    assert_string_equal(numbers(s, &check), "6/2564");
}

static void words_that_do_not_fit_change_nothing(void **state)
{
    struct seeded *s = *state;
    static const struct {
        const char *number;
        struct item_assign to;
    } cases[] = {{"999/2564", {.agency = "FPO"}},
                 {"2/2564", {.agency = "NOBODY"}},
                 {"2/2564", {.matter = "999/2564"}},
                 {"2/2564", {.class_name = "CAB"}}};
    int64_t before = database_int(s->db, "select count(*) from event");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct err err = {0};
        assert_false(item_assign(s->db, cases[i].number, &cases[i].to, "officer", "x", &err));
        assert_int_equal(err.kind, ERR_REFUSE);
    }
    struct err err = {0};
    assert_false(item_status(s->db, "2/2564", "ลืม", "officer", "x", &err));
    assert_false(item_status(s->db, "2/2564", "ยกเลิก", "officer", "x", &err));
    assert_false(item_cancel(s->db, "2/2564", "officer", "", &err));
    assert_int_equal(database_int(s->db, "select count(*) from event"), before);
}

static void a_cancelled_number_stays_with_its_reason(void **state)
{
    struct seeded *s = *state;
    struct err err = {0};
    struct book *b = NULL;
    const struct item_assign to = {.agency = "FPO"};
    assert_true(item_cancel(s->db, "6/2564", "officer", "ลงทะเบียนซ้ำ", &err));
    assert_false(item_cancel(s->db, "6/2564", "officer", "อีกครั้ง", &err));
    assert_false(item_assign(s->db, "6/2564", &to, "officer", "x", &err));
    struct item_filter f = all_items();
    assert_string_equal(numbers(s, &f), "5/2564 4/2564 3/2564 2/2564 1/2564");
    f.state = "cancelled";
    assert_string_equal(numbers(s, &f), "6/2564");
    assert_true(register_gather(s->a, s->db, &s->config, seeded_at("2021-01-01"),
                                seeded_at("2022-01-01"), seeded_at("2100-01-01"), &b, &err));
    const struct sheet *sheet = b->sheets[0];
    assert_int_equal(sheet_rows(sheet), 6);
    assert_string_equal(sheet_cell(sheet, 5, 0)->text, "6/2564");
    assert_non_null(strstr(sheet_cell(sheet, 5, 8)->text, "ยกเลิกเลข: ลงทะเบียนซ้ำ"));
    assert_true(register_list(s->a, s->db, &s->config, seeded_at("2021-01-01"),
                              seeded_at("2022-01-01"), seeded_at("2100-01-01"), "cancelled", &b,
                              &err));
    assert_int_equal(sheet_rows(b->sheets[0]), 1);
    assert_string_equal(sheet_cell(b->sheets[0], 0, 0)->text, "6/2564");
    static const struct {
        const char *state;
        int total;
    } totals[] = {{"", 5}, {"registered", 5}, {"any", 6}, {"cancelled", 1}};
    for (size_t i = 0; i < ARRAY_LEN(totals); i++) {
        f.state = totals[i].state;
        f.limit = 1;
        assert_int_equal(list(s, &f).total, totals[i].total);
    }
}

/* 6/2564 was cancelled, and another sent on, long after that evening. */
static void a_register_of_an_evening_has_the_states_of_that_evening(void **state)
{
    struct seeded *s = *state;
    struct err err = {0};
    struct book *b = NULL;
    assert_true(item_status(s->db, "1/2564", "ตรวจสอบ", "officer", "รับไว้ตรวจ", &err));
    struct item_filter f = all_items();
    assert_string_equal(list(s, &f).item[4].status, "ตรวจสอบ");
    f.as_it_stood = true;
    assert_string_equal(numbers(s, &f), "6/2564 5/2564 4/2564 3/2564 2/2564 1/2564");
    assert_int_equal(list(s, &f).total, 6);
    assert_string_equal(list(s, &f).item[5].status, "รับแล้ว");
    f.state = "cancelled";
    assert_string_equal(numbers(s, &f), "");
    f.state = "ตรวจสอบ";
    assert_string_equal(numbers(s, &f), "");
    f.as_of_us = seeded_at("2100-01-01");
    assert_string_equal(numbers(s, &f), "5/2564 1/2564");
    f.state = "";
    f.as_of_us = seeded_at("2021-01-01"); /* nothing had come */
    assert_string_equal(numbers(s, &f), "");
    assert_true(register_gather(s->a, s->db, &s->config, seeded_at("2021-01-01"),
                                seeded_at("2022-01-01"), seeded_at("2021-04-09T18:00"), &b, &err));
    assert_int_equal(sheet_rows(b->sheets[0]), 6);
    assert_string_equal(sheet_cell(b->sheets[0], 0, 7)->text, "รับแล้ว");
    assert_string_equal(sheet_cell(b->sheets[0], 5, 7)->text, "รับแล้ว");
    assert_null(strstr(sheet_cell(b->sheets[0], 5, 8)->text, "ยกเลิกเลข"));
}

static void a_document_is_shown_as_it_stood_that_evening(void **state)
{
    struct seeded *s = *state;
    struct item_whole then, now;
    struct err err = {0};
    int64_t evening = seeded_at("2021-04-09T18:00");
    assert_true(item_status(s->db, "2/2564", "ตรวจสอบ", "officer", "รับไว้ตรวจ", &err));
    assert_true(item_read(s->a, s->db, "2/2564", evening, true, &then, &err));
    assert_string_equal(then.row.status, "รับแล้ว");
    assert_true(item_read(s->a, s->db, "2/2564", evening, false, &now, &err));
    assert_string_equal(now.row.status, "ตรวจสอบ");
    assert_int_equal(now.n_events, then.n_events + 1); /* the officer's word came after it */
    assert_false(item_read(s->a, s->db, "2/2564", seeded_at("2021-01-01"), true, &then, &err));
    assert_int_equal(err.kind, ERR_REFUSE);
    assert_true(item_status(s->db, "2/2564", "รับแล้ว", "officer", "ตรวจแล้ว", &err));
}

static const char *verdict_of(struct seeded *s, const char *number, const char *as_of)
{
    struct item_whole w;
    struct err err = {0};
    if (!item_read(s->a, s->db, number, seeded_at(as_of), false, &w, &err))
        fail_msg("%s", err.text);
    return w.row.verdict;
}

static void what_is_incomplete_is_judged_by_what_completes_it(void **state)
{
    struct seeded *s = *state;
    struct err err = {0};
    const char *later = "2100-04-30T18:00", *evening = "2021-04-30T18:00";
    int64_t before = database_int(s->db, "select count(*) from event");
    assert_string_equal(verdict_of(s, "2/2564", later), "ON_TIME");
    assert_true(item_mark_whole(s->db, "2/2564", false, "officer", "ขาดสิ่งที่ส่งมาด้วย 2", &err));
    assert_true(item_mark_whole(s->db, "2/2564", false, "officer", "ขาดสิ่งที่ส่งมาด้วย 2", &err));
    assert_string_equal(verdict_of(s, "2/2564", later), "INCOMPLETE");
    assert_string_equal(verdict_of(s, "2/2564", evening), "ON_TIME"); /* as it was known then */
    assert_int_equal(database_int(s->db, "select count(*) from event"), before + 1);
    assert_true(item_mark_whole(s->db, "2/2564", true, "officer", "อยู่ในแฟ้มเดียวกัน", &err));
    assert_string_equal(verdict_of(s, "2/2564", later), "ON_TIME");
    /* what is whole needs no other; nothing is completed by itself, or by what came before it */
    assert_false(item_completes(s->db, "2/2564", "5/2564", "officer", "x", &err));
    assert_true(item_mark_whole(s->db, "5/2564", false, "officer", "ขาดหน้า 3", &err));
    assert_false(item_completes(s->db, "5/2564", "5/2564", "officer", "x", &err));
    assert_false(item_completes(s->db, "5/2564", "1/2564", "officer", "x", &err));
    assert_false(item_mark_whole(s->db, "999/2564", false, "officer", "x", &err));
    assert_true(item_mark_whole(s->db, "5/2564", true, "officer", "ครบ", &err));
}

static void a_mail_set_aside_is_listed_until_it_is_released(void **state)
{
    struct seeded *s = *state;
    struct err err = {0};
    struct mail_rows rows;
    struct item_filter f = all_items();
    f.state = "quarantined";
    assert_true(mail_list(s->a, s->db, &f, &rows, &err));
    assert_int_equal(rows.total, 2);
    int64_t id = rows.mail[0].id;
    assert_true(*rows.mail[0].why != 0);
    if (!ledger_release(s->db, id, "officer", "เปิดอ่านได้", &err))
        fail_msg("%s", err.text);
    assert_true(mail_list(s->a, s->db, &f, &rows, &err));
    assert_int_equal(rows.total, 1);
    assert_true(rows.mail[0].id != id);
}

static void the_chain_of_events_is_whole_after_all_that(void **state)
{
    struct seeded *s = *state;
    struct err err = {0};
    int64_t n, broken;
    assert_true(event_chain_check(s->db, &n, &broken, &err));
    assert_int_equal(broken, 0);
    assert_true(n >= 4);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, seeded_begin, seeded_end)
    const struct CMUnitTest tests[] = {
        TEST(each_filter_finds_its_own),
        TEST(a_search_finds_what_is_written_otherwise),
        TEST(the_subject_of_a_secret_item_is_not_searched),
        TEST(pages_follow_each_other_and_know_the_whole),
        TEST(a_period_is_of_the_receipt_or_of_the_number),
        TEST(a_number_that_is_none_is_refused),
        TEST(an_officer_s_word_changes_the_item_and_stays_on_record),
        TEST(words_that_do_not_fit_change_nothing),
        TEST(a_document_is_shown_as_it_stood_that_evening),
        TEST(what_is_incomplete_is_judged_by_what_completes_it),
        TEST(a_cancelled_number_stays_with_its_reason),
        TEST(a_register_of_an_evening_has_the_states_of_that_evening),
        TEST(a_mail_set_aside_is_listed_until_it_is_released),
        TEST(the_chain_of_events_is_whole_after_all_that),
    };
    return cmocka_run_group_tests(tests, seeded_start, seeded_stop);
}
