/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/cleanup.h"
#include "intake/seen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void uids_are_found_in_whatever_order_they_came(void **state)
{
    static const uint32_t uids[] = {7, 3, 4294967295u, 1, 9, 8, 2};
    struct seen_set set CLEANUP(seen_fini) = {0};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(uids); i++)
        seen_add(&set, (struct seen){.uid = uids[i], .message_id = uids[i] * INT64_C(2)});
    for (size_t i = 0; i < ARRAY_LEN(uids); i++)
        assert_int_equal(seen_find(&set, uids[i])->message_id, uids[i] * INT64_C(2));
    for (uint32_t i = 1; i < set.n; i++)
        assert_true(set.list[i - 1].uid < set.list[i].uid);
    assert_null(seen_find(&set, 5));
    assert_null(seen_find(&set, 0));
}

static void ten_thousand_are_no_trouble(void **state)
{
    struct seen_set set CLEANUP(seen_fini) = {0};
    (void)state;
    for (uint32_t uid = 1; uid <= 10000; uid++)
        seen_add(&set, (struct seen){.uid = uid});
    assert_int_equal(set.n, 10000);
    assert_int_equal(seen_find(&set, 9999)->uid, 9999);
    assert_null(seen_find(&set, 10001));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uids_are_found_in_whatever_order_they_came),
        cmocka_unit_test(ten_thousand_are_no_trouble),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
