/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Whose mail is this: by address, domain and letter prefix, and what to do where they disagree. */
#include "db/agency.h"
#include "tests/flow/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int add(struct rules *t, const char *code, const char *name, const char *kind,
               const char *value)
{
    struct err err = {0};
    enum row_change change;
    int id;
    struct agency g = {.code = code, .name = name, .from_us = TIME_NONE, .until_us = TIME_NONE};
    struct agency_mark m = {
        .kind = kind, .value = value, .from_us = TIME_NONE, .until_us = TIME_NONE};
    must(agency_put(t->db, &g, "test", &id, &change, &err), &err);
    must(agency_mark_put(t->db, id, &m, "test", &change, &err), &err);
    return id;
}

static void ministry(struct rules *t)
{
    add(t, "OPS", "สำนักงานปลัดกระทรวงการคลัง", "domain", "mof.go.th");
    add(t, "FPO", "สศค.", "domain", "fpo.mof.go.th");
    add(t, "CUSTOMS", "กรมศุลกากร", "domain", "customs.go.th");
    add(t, "CUSTOMS", "กรมศุลกากร", "prefix", "กค 05");
    add(t, "RD", "กรมสรรพากร", "domain", "rd.go.th");
    add(t, "RD", "กรมสรรพากร", "prefix", "กค 07");
    add(t, "RD", "กรมสรรพากร", "address", "rd.helper@gmail.com");
}

static struct agency_match resolve(struct rules *t, const char *addr, const char *letter_no)
{
    struct err err = {0};
    struct agency_match m;
    must(agency_resolve(t->a, t->db, addr, letter_no, at("2021-04-09T10:00"), &m, &err), &err);
    return m;
}

static void senders_are_found_by_their_strongest_sign(void **state)
{
    static const struct {
        const char *addr, *letter_no, *name, *how, *why;
        bool known;
    } cases[] = {
        {"saraban@customs.go.th", NULL, "กรมศุลกากร", "domain", NULL, true},
        {"Saraban@CUSTOMS.GO.TH", "กค 0518/ว 12", "กรมศุลกากร", "domain", NULL, true},
        {"x@mail.customs.go.th", "กค๐๕๑๘.๒/๑", "กรมศุลกากร", "domain", NULL, true},
        {"x@notcustoms.go.th", NULL, NULL, "", "ไม่รู้จักผู้ส่ง", false},
        {"x@customs.go.th.evil.com", NULL, NULL, "", "ไม่รู้จักผู้ส่ง", false},
        {"customs.go.th@gmail.com", NULL, NULL, "", "gmail.com", false},
        {"x@fpo.mof.go.th", NULL, "สศค.", "domain", NULL, true}, /* the longest domain */
        {"x@cabinet.mof.go.th", NULL, "สำนักงานปลัดกระทรวงการคลัง", "domain", NULL, true},
        {"rd.helper@gmail.com", NULL, "กรมสรรพากร", "address", NULL, true},
        {"x@gmail.com", "กค 0706/พ./7836", "กรมสรรพากร", "prefix", "gmail.com", false},
        {"x@unknown.example", "กค 0706/1", "กรมสรรพากร", "prefix", "เลขที่หนังสือเท่านั้น", false},
        {"x@customs.go.th", "กค 0706/1", NULL, "",
         "โดเมนผู้ส่งเป็นของกรมศุลกากร แต่เลขที่หนังสือเป็นของกรมสรรพากร", true},
        {NULL, NULL, NULL, "", "ไม่รู้จักผู้ส่ง", false},
        {"no-at-sign", "นร 0503/1", NULL, "", "ไม่รู้จักผู้ส่ง", false},
        {"%_@customs.go.th'; --", NULL, NULL, "", "ไม่รู้จักผู้ส่ง", false},
    };
    struct rules *t = *state;
    ministry(t);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct agency_match m = resolve(t, cases[i].addr, cases[i].letter_no);
        assert_int_equal(m.known, cases[i].known);
        assert_string_equal(m.how, cases[i].how);
        assert_int_equal(m.agency_id != 0, cases[i].name != NULL);
        if (cases[i].name)
            assert_string_equal(m.name, cases[i].name);
        if (cases[i].why)
            assert_non_null(strstr(m.check_why, cases[i].why));
        else
            assert_string_equal(m.check_why, "");
    }
}

static void marks_hold_in_their_days_only(void **state)
{
    struct rules *t = *state;
    struct err err = {0};
    enum row_change change;
    ministry(t);
    int id;
    must(agency_find(t->db, "CUSTOMS", &id, &err), &err);
    must(agency_mark_end(t->db, id, "domain", "customs.go.th", at("2021-04-08"), "test", &err),
         &err);
    assert_int_equal(resolve(t, "x@customs.go.th", NULL).agency_id, 0);
    struct agency_mark m = {.kind = "domain",
                            .value = "customs.go.th",
                            .from_us = at("2021-04-09"),
                            .until_us = TIME_NONE};
    int excise = add(t, "EXCISE", "กรมสรรพสามิต", "domain", "excise.go.th");
    must(agency_mark_put(t->db, excise, &m, "test", &change, &err), &err);
    assert_int_equal(resolve(t, "x@customs.go.th", NULL).agency_id, excise);
    assert_false(agency_mark_put(t->db, id, &m, "test", &change, &err)); /* it is theirs now */
    assert_int_equal(err.kind, ERR_REFUSE);
    assert_non_null(strstr(err.text, "EXCISE"));
}

static void unusable_marks_and_agencies_are_refused(void **state)
{
    static const struct agency_mark bad[] = {
        {.kind = "domain", .value = "gmail.com"},     {.kind = "domain", .value = "localhost"},
        {.kind = "domain", .value = "a b.th"},        {.kind = "domain", .value = ".go.th"},
        {.kind = "address", .value = "saraban"},      {.kind = "address", .value = "@rd.go.th"},
        {.kind = "address", .value = "a,b@rd.go.th"}, {.kind = "prefix", .value = "x"},
        {.kind = "name", .value = "กรมศุลกากร"},
    };
    static const char *const codes[] = {"", "A", "customs", "กค", "ABCDEFGHIJKLMNOPQRSTU"};
    struct rules *t = *state;
    enum row_change change;
    ministry(t);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct err err = {0};
        assert_false(agency_mark_put(t->db, 1, &bad[i], "test", &change, &err));
        assert_int_equal(err.kind, ERR_REFUSE);
    }
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        struct err err = {0};
        struct agency g = {
            .code = codes[i], .name = "x", .from_us = TIME_NONE, .until_us = TIME_NONE};
        int id;
        assert_false(agency_put(t->db, &g, "test", &id, &change, &err));
        assert_int_equal(err.kind, ERR_REFUSE);
    }
}

static void an_agency_put_twice_is_one_and_says_what_changed(void **state)
{
    struct rules *t = *state;
    struct err err = {0};
    enum row_change change;
    int first, again;
    struct agency g = {
        .code = "RD", .name = "กรมสรรพากร", .from_us = TIME_NONE, .until_us = TIME_NONE};
    must(agency_put(t->db, &g, "test", &first, &change, &err), &err);
    assert_int_equal(change, ROW_ADDED);
    must(agency_put(t->db, &g, "test", &again, &change, &err), &err);
    assert_int_equal(change, ROW_SAME);
    g.contact = "กลุ่มงานสารบรรณ โทร. 1234";
    must(agency_put(t->db, &g, "test", &again, &change, &err), &err);
    assert_int_equal(change, ROW_CHANGED);
    assert_int_equal(first, again);
    struct agencies list;
    must(agency_list(t->a, t->db, TIME_NONE, &list, &err), &err);
    assert_int_equal(list.n, 1);
    assert_string_equal(list.agency[0].contact, g.contact);
    assert_string_equal(rules_sql(t, "select count(*) from event"), "2");
}

#define RULE(f) cmocka_unit_test_setup_teardown(f, rules_begin, rules_rollback)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE(senders_are_found_by_their_strongest_sign),
        RULE(marks_hold_in_their_days_only),
        RULE(unusable_marks_and_agencies_are_refused),
        RULE(an_agency_put_twice_is_one_and_says_what_changed),
    };
    return cmocka_run_group_tests(tests, rules_start, rules_stop);
}
