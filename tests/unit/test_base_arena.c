/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void memory_is_zeroed_aligned_and_apart(void **state)
{
    static const size_t sizes[] = {0, 1, 15, 16, 17, 4095, 4096, 4097, 1 << 20, 3 << 20, 7};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    unsigned char *p[ARRAY_LEN(sizes)];
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        p[i] = arena_alloc(a, sizes[i]);
        assert_int_equal((uintptr_t)p[i] % _Alignof(max_align_t), 0);
        for (size_t k = 0; k < sizes[i]; k++)
            assert_int_equal(p[i][k], 0);
        memset(p[i], (int)i + 1, sizes[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
        for (size_t k = 0; k < sizes[i]; k++)
            assert_int_equal(p[i][k], i + 1);
}

static void nothing_is_a_valid_pointer_too(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    assert_non_null(arena_alloc(a, 0));
    assert_non_null(arena_array(a, 0, 100));
    assert_non_null(arena_array(a, 100, 0));
    assert_non_null(arena_memdup(a, NULL, 0));
    assert_int_equal(arena_bytes(a), 0);
}

static void strings_are_copied_with_their_end(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    char text[] = "หนังสือ";
    (void)state;
    assert_null(arena_strdup(a, NULL));
    assert_string_equal(arena_strdup(a, ""), "");
    char *copy = arena_strdup(a, text);
    text[0] = 'x';
    assert_string_equal(copy, "หนังสือ");
    assert_string_equal(arena_strndup(a, "abc", 2), "ab");
    assert_string_equal(arena_strndup(a, "abc", 3), "abc");
    assert_string_equal(arena_strndup(a, "abc", 100), "abc");
    assert_string_equal(arena_strndup(a, "a\0b", 3), "a");
    assert_string_equal(arena_strndup(a, "abc", 0), "");
}

static void a_string_without_an_end_is_read_no_further_than_told(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    const char open[3] = {'a', 'b', 'c'}; /* the sanitizer watches the byte behind it */
    (void)state;
    assert_string_equal(arena_strndup(a, open, sizeof open), "abc");
    assert_memory_equal(arena_memdup(a, open, sizeof open), open, sizeof open);
}

static void printing_takes_any_length(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    assert_string_equal(arena_printf(a, "%s", ""), "");
    assert_string_equal(arena_printf(a, "%d/%d", 1, 2564), "1/2564");
    char *longest = arena_printf(a, "%0100000d", 7);
    assert_int_equal(strlen(longest), 100000);
    assert_string_equal(longest + 99999, "7");
}

static void what_was_handed_out_is_counted(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    arena_alloc(a, 1);
    size_t first = arena_bytes(a);
    assert_in_range(first, 1, 64);
    arena_alloc(a, 5 << 20);
    assert_true(arena_bytes(a) >= first + (5 << 20));
}

static void freeing_nothing_is_allowed(void **state)
{
    struct arena *a = NULL;
    (void)state;
    arena_free(NULL);
    arena_freep(&a);
    a = arena_new();
    arena_freep(&a);
    assert_null(a);
}

/* What must abort is tried in a process of its own. */
static int signal_of(void (*what)(void))
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        static const struct rlimit no_core = {0, 0};
        setrlimit(RLIMIT_CORE, &no_core);
        close(STDERR_FILENO);
        what();
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void product_over_the_end(void)
{
    arena_array(arena_new(), SIZE_MAX / 2, 3);
}

static void more_than_half_of_everything(void)
{
    arena_alloc(arena_new(), SIZE_MAX / 2 + 1);
}

static void a_round_up_over_the_end(void)
{
    arena_alloc(arena_new(), SIZE_MAX);
}

static void sizes_that_overflow_abort(void **state)
{
    (void)state;
    assert_int_equal(signal_of(product_over_the_end), SIGABRT);
    assert_int_equal(signal_of(more_than_half_of_everything), SIGABRT);
    assert_int_equal(signal_of(a_round_up_over_the_end), SIGABRT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_aligned_and_apart),
        cmocka_unit_test(nothing_is_a_valid_pointer_too),
        cmocka_unit_test(strings_are_copied_with_their_end),
        cmocka_unit_test(a_string_without_an_end_is_read_no_further_than_told),
        cmocka_unit_test(printing_takes_any_length),
        cmocka_unit_test(what_was_handed_out_is_counted),
        cmocka_unit_test(freeing_nothing_is_allowed),
        cmocka_unit_test(sizes_that_overflow_abort),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
