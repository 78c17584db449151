/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwelad --once: rounds in the way of a document, until a whole round found nothing. */
#include "supervised.h"

/* Roles that have `left` pieces of work, counted in the diary because each run is a new process. */
static int work(const char *name, int left)
{
    char word[16];
    snprintf(word, sizeof word, "%s did", name);
    if (count(diary, word) >= left) {
        note("%s nothing\n", name);
        return ROLE_DONE;
    }
    note("%s did\n", name);
    return ROLE_WORKED;
}

static int mailbox_with_two(const struct role_context *c)
{
    return c->index == 0 ? work("mailbox", 2) : ROLE_DONE;
}

static int scan_with_one(const struct role_context *c)
{
    assert_true(c->once);
    return work("scan", 1);
}

static int deliver_with_one(const struct role_context *c)
{
    (void)c;
    return work("deliver", 1);
}

static int crashes_twice(const struct role_context *c)
{
    (void)c;
    if (count(diary, "crash") >= 2)
        return work("after", 1);
    note("crash\n");
    raise(SIGKILL);
    return 0;
}

static int always_crashes(const struct role_context *c)
{
    (void)c;
    note("crash\n");
    raise(SIGKILL);
    return 0;
}

static int cannot_now(const struct role_context *c)
{
    (void)c;
    note("tried\n");
    return ROLE_RETRY;
}

static int hangs(const struct role_context *c)
{
    note("hangs\n");
    while (role_wait(c, -1, -1) != ROLE_STOP)
        ;
    return ROLE_WORKED;
}

#define ROLE(variable, word, count_, fn)                                                           \
    static const struct role variable = {.name = word, .count = count_, .run = fn}
ROLE(mailboxes, "mailbox", ROLE_PER_MAILBOX, mailbox_with_two);
ROLE(scanner, "scan", ROLE_ONE, scan_with_one);
ROLE(deliverer, "deliver", ROLE_ONE, deliver_with_one);
ROLE(twice, "scan", ROLE_ONE, crashes_twice);
ROLE(always, "scan", ROLE_ONE, always_crashes);
ROLE(unable, "mailbox", ROLE_PER_MAILBOX, cannot_now);
ROLE(hanger, "mailbox", ROLE_PER_MAILBOX, hangs);

static void rounds_follow_the_way_of_a_document_until_one_finds_nothing(void **state)
{
    static const struct role *const list[] = {&mailboxes, &scanner, &deliverer};
    (void)state;
    write_conf("roles = deliver, scan, mailbox");
    assert_int_equal(ending(supervise(list, 3, supervisor_once)), 0);
    assert_string_equal(slurp(diary), "mailbox did\nscan did\ndeliver did\n"
                                      "mailbox did\nscan nothing\ndeliver nothing\n"
                                      "mailbox nothing\nscan nothing\ndeliver nothing\n");
}

static void a_role_that_crashes_is_started_again(void **state)
{
    static const struct role *const list[] = {&twice};
    (void)state;
    write_conf("roles = scan");
    assert_int_equal(ending(supervise(list, 1, supervisor_once)), 0);
    assert_string_equal(slurp(diary), "crash\ncrash\nafter did\nafter nothing\n");
}

static void a_role_that_keeps_crashing_is_given_up_and_named(void **state)
{
    static const struct role *const list[] = {&always, &deliverer};
    (void)state;
    write_conf("roles = scan, deliver");
    assert_int_equal(ending(supervise(list, 2, supervisor_once)), 1);
    assert_int_equal(count(diary, "crash"), 2 * 5); /* five in each of two rounds */
    assert_int_equal(count(diary, "deliver did"), 1);
    assert_true(count(log_path, "child=scan what=\"died of signal 9 (Killed)\"") > 0);
    assert_int_equal(count(log_path, "a role failed"), 1);
}

static void a_role_that_cannot_now_does_not_hold_up_the_others(void **state)
{
    static const struct role *const list[] = {&unable, &scanner};
    (void)state;
    write_conf("roles = mailbox, scan");
    assert_int_equal(ending(supervise(list, 2, supervisor_once)), 1);
    assert_int_equal(count(diary, "scan did"), 1);
    assert_int_equal(count(diary, "tried"), 4); /* two mailboxes, two rounds */
}

static void told_to_stop_it_ends_and_says_that_work_is_left(void **state)
{
    static const struct role *const list[] = {&hanger, &scanner};
    (void)state;
    write_conf("roles = mailbox, scan");
    pid_t pid = supervise(list, 2, supervisor_once);
    await(diary, "hangs", 2);
    assert_int_equal(stop(pid), 1);
    assert_int_equal(count(diary, "scan"), 0);
    assert_int_equal(count(log_path, "stopped before everything was done"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rounds_follow_the_way_of_a_document_until_one_finds_nothing),
        cmocka_unit_test(a_role_that_crashes_is_started_again),
        cmocka_unit_test(a_role_that_keeps_crashing_is_given_up_and_named),
        cmocka_unit_test(a_role_that_cannot_now_does_not_hold_up_the_others),
        cmocka_unit_test(told_to_stop_it_ends_and_says_that_work_is_left),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
