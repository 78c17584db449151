/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/cleanup.h"
#include "intake/inbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { MAX_BYTES = 1000 };

static void list(struct inbox *in, struct imap_entry *entries, uint32_t n)
{
    in->entries = entries;
    in->n = n;
    inbox_look_again(in, MAX_BYTES);
}

static void what_is_filed_and_gone_is_forgotten(void **state)
{
    struct inbox in CLEANUP(inbox_fini) = {0};
    struct imap_entry left[] = {{.uid = 10001}};
    (void)state;
    for (uint32_t uid = 1; uid <= 10001; uid++)
        seen_add(&in.seen, (struct seen){.uid = uid, .is_done = true});
    list(&in, left, ARRAY_LEN(left));
    assert_int_equal(in.seen.n, 1);
    assert_non_null(seen_find(&in.seen, 10001));
    list(&in, NULL, 0);
    assert_int_equal(in.seen.n, 0);
}

static void what_is_gone_and_not_filed_is_still_written_down(void **state)
{
    struct inbox in CLEANUP(inbox_fini) = {0};
    (void)state;
    seen_add(&in.seen, (struct seen){.uid = 7});
    list(&in, NULL, 0);
    assert_non_null(seen_find(&in.seen, 7));
}

static void a_mark_that_is_taken_back_lets_the_mail_be_filed(void **state)
{
    static const struct {
        bool was_deleted, is_deleted, is_done_after;
        uint32_t size_bytes;
    } cases[] = {
        {true, false, false, 10},           /* taken back */
        {true, true, true, 10},             /* still marked */
        {false, true, true, 10},            /* marked after it was settled */
        {true, false, true, MAX_BYTES + 1}, /* too large to be ours */
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct inbox in CLEANUP(inbox_fini) = {0};
        struct imap_entry e = {
            .uid = 5, .size_bytes = cases[i].size_bytes, .is_deleted = cases[i].is_deleted};
        seen_add(&in.seen,
                 (struct seen){.uid = 5, .is_done = true, .is_deleted = cases[i].was_deleted});
        list(&in, &e, 1);
        assert_int_equal(seen_find(&in.seen, 5)->is_done, cases[i].is_done_after);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_filed_and_gone_is_forgotten),
        cmocka_unit_test(what_is_gone_and_not_filed_is_still_written_down),
        cmocka_unit_test(a_mark_that_is_taken_back_lets_the_mail_be_filed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
