/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void an_empty_one_is_an_empty_string(void **state)
{
    struct buf b = {0};
    (void)state;
    assert_string_equal(buf_str(&b), "");
    assert_null(b.data);
    buf_clear(&b);
    buf_fini(&b);
    assert_string_equal(buf_str(&b), "");
}

static void adding_nothing_still_ends_in_nul(void **state)
{
    struct buf b CLEANUP(buf_fini) = {0};
    (void)state;
    buf_add(&b, NULL, 0);
    assert_int_equal(b.len, 0);
    assert_non_null(b.data);
    assert_int_equal(b.data[0], 0);
    buf_adds(&b, "");
    buf_addf(&b, "%s", "");
    assert_int_equal(b.len, 0);
}

/* Across every border of the doubling memory. */
static void each_length_is_kept_whole_and_ended(void **state)
{
    struct buf b CLEANUP(buf_fini) = {0};
    (void)state;
    for (size_t n = 1; n <= 5000; n++) {
        buf_addc(&b, (char)('a' + n % 26));
        assert_int_equal(b.len, n);
        assert_int_equal(b.data[n], 0);
    }
    for (size_t n = 1; n <= 5000; n++)
        assert_int_equal(b.data[n - 1], 'a' + n % 26);
}

static void bytes_may_be_nul(void **state)
{
    struct buf b CLEANUP(buf_fini) = {0};
    (void)state;
    buf_add(&b, "a\0b", 3);
    buf_addc(&b, 0);
    assert_int_equal(b.len, 4);
    assert_memory_equal(b.data, "a\0b\0\0", 5);
}

static void formatted_text_longer_than_the_room_is_whole(void **state)
{
    struct buf b CLEANUP(buf_fini) = {0};
    (void)state;
    for (int width = 1; width < 300; width++) {
        buf_clear(&b);
        buf_adds(&b, "x");
        buf_addf(&b, "%0*d", width, 7);
        assert_int_equal(b.len, width + 1);
        assert_int_equal(b.data[b.len - 1], '7');
        assert_int_equal(b.data[b.len], 0);
    }
}

static void clearing_keeps_the_memory(void **state)
{
    struct buf b CLEANUP(buf_fini) = {0};
    (void)state;
    buf_addf(&b, "%01000d", 1);
    char *before = b.data;
    buf_clear(&b);
    assert_int_equal(b.len, 0);
    assert_string_equal(buf_str(&b), "");
    buf_adds(&b, "again");
    assert_ptr_equal(b.data, before);
    assert_string_equal(buf_str(&b), "again");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_one_is_an_empty_string),
        cmocka_unit_test(adding_nothing_still_ends_in_nul),
        cmocka_unit_test(each_length_is_kept_whole_and_ended),
        cmocka_unit_test(bytes_may_be_nul),
        cmocka_unit_test(formatted_text_longer_than_the_room_is_whole),
        cmocka_unit_test(clearing_keeps_the_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
