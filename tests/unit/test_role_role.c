/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What a role hears from its supervisor while it waits. */
#include "role/role.h"

#include "base/clock.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

static struct role_wake wakes[3];
static struct role_context context;
static int stop_write, fd_read, fd_write;

static int setup(void **state)
{
    static const char *const names[] = {"scan", "deliver", "scan"};
    int stop[2], more[2];
    (void)state;
    if (pipe2(stop, O_CLOEXEC) < 0 || pipe2(more, O_CLOEXEC) < 0)
        return -1;
    for (size_t i = 0; i < ARRAY_LEN(wakes); i++)
        wakes[i] = (struct role_wake){names[i], eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    context = (struct role_context){
        .stop_fd = stop[0], .wake_fd = wakes[0].fd, .wakes = wakes, .n_wakes = ARRAY_LEN(wakes)};
    stop_write = stop[1];
    fd_read = more[0];
    fd_write = more[1];
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(wakes); i++)
        close(wakes[i].fd);
    close(context.stop_fd);
    close(fd_read);
    close(fd_write);
    fd_closep(&stop_write);
    return 0;
}

static void time_goes_by_when_nothing_happens(void **state)
{
    int64_t from = clock_mono_ms();
    (void)state;
    assert_int_equal(role_wait(&context, fd_read, 60), ROLE_TIME);
    assert_true(clock_mono_ms() - from >= 60);
    assert_int_equal(role_wait(&context, -1, 0), ROLE_TIME);
    assert_false(role_stopping(&context));
}

static void a_wake_reaches_every_process_of_the_role_and_is_heard_once(void **state)
{
    uint64_t count;
    (void)state;
    role_wake(&context, "scan");
    role_wake(&context, "scan");
    role_wake(&context, "nobody");
    assert_int_equal(role_wait(&context, -1, -1), ROLE_WOKEN);
    assert_int_equal(role_wait(&context, -1, 0), ROLE_TIME);
    assert_int_equal(read(wakes[1].fd, &count, sizeof count), -1);
    assert_int_equal(read(wakes[2].fd, &count, sizeof count), (ssize_t)sizeof count);
}

static void stopping_comes_before_work_and_stays(void **state)
{
    (void)state;
    role_wake(&context, "scan");
    assert_int_equal(write(fd_write, "x", 1), 1);
    fd_closep(&stop_write);
    for (int i = 0; i < 3; i++)
        assert_int_equal(role_wait(&context, fd_read, -1), ROLE_STOP);
    assert_true(role_stopping(&context));
}

static void another_descriptor_is_told_after_a_wake(void **state)
{
    (void)state;
    assert_int_equal(write(fd_write, "x", 1), 1);
    role_wake(&context, "scan");
    assert_int_equal(role_wait(&context, fd_read, -1), ROLE_WOKEN);
    assert_int_equal(role_wait(&context, fd_read, -1), ROLE_FD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(time_goes_by_when_nothing_happens, setup, teardown),
        cmocka_unit_test_setup_teardown(a_wake_reaches_every_process_of_the_role_and_is_heard_once,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(stopping_comes_before_work_and_stays, setup, teardown),
        cmocka_unit_test_setup_teardown(another_descriptor_is_told_after_a_wake, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
