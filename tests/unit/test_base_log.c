/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What a log line looks like, and that nobody's words can make a second one. */
#include "base/log.h"

#include "base/cleanup.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

enum { LINE_ROOM = 1 << 20 };

/* Standard error goes into a file for as long as one line is written. */
struct capture {
    int file, saved;
};

static struct capture capture_begin(void)
{
    struct capture c = {.file = memfd_create("log", MFD_CLOEXEC), .saved = dup(STDERR_FILENO)};
    assert_true(c.file >= 0 && c.saved >= 0);
    dup2(c.file, STDERR_FILENO);
    return c;
}

static char *capture_end(struct capture c)
{
    char *text = calloc(1, LINE_ROOM);
    dup2(c.saved, STDERR_FILENO);
    close(c.saved);
    assert_true(pread(c.file, text, LINE_ROOM - 1, 0) >= 0);
    close(c.file);
    return text;
}

static void values_are_quoted_where_they_must(void **state)
{
    static const struct {
        const char *value, *line;
    } cases[] = {
        {"1/2564", "<6>step=register no=1/2564\n"},
        {"", "<6>step=register no=\"\"\n"},
        {"a b", "<6>step=register no=\"a b\"\n"},
        {"a=b", "<6>step=register no=\"a=b\"\n"},
        {"say \"x\"", "<6>step=register no=\"say \\\"x\\\"\"\n"},
        {"a\\b", "<6>step=register no=\"a\\\\b\"\n"},
        {"x\n<3>step=forged", "<6>step=register no=\"x\\x0a<3>step=forged\"\n"},
        {"x\ry", "<6>step=register no=\"x\\x0dy\"\n"},
        {"\x1b[31mred", "<6>step=register no=\"\\x1b[31mred\"\n"},
        {"\x7f", "<6>step=register no=\"\\x7f\"\n"},
        {"เลขที่", "<6>step=register no=เลขที่\n"},
        {NULL, "<6>step=register\n"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct capture c = capture_begin();
        log_event(LOG_LEVEL_INFO, "register", "no", cases[i].value, NULL);
        char *line CLEANUP(mem_freep) = capture_end(c);
        assert_string_equal(line, cases[i].line);
    }
}

static void a_value_that_is_missing_takes_its_key_along(void **state)
{
    struct capture c = capture_begin();
    log_event(LOG_LEVEL_WARN, "scan", "file", NULL, "why", "cut off", "page", "2", NULL);
    char *line CLEANUP(mem_freep) = capture_end(c);
    (void)state;
    assert_string_equal(line, "<4>step=scan why=\"cut off\" page=2\n");
}

static void each_level_has_journalds_number(void **state)
{
    static const char *const lines[] = {"<3>step=x\n", "<4>step=x\n", "<6>step=x\n", "<7>step=x\n"};
    (void)state;
    log_set_level(LOG_LEVEL_DEBUG);
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct capture c = capture_begin();
        log_event((enum log_level)i, "x", NULL);
        char *line CLEANUP(mem_freep) = capture_end(c);
        assert_string_equal(line, lines[i]);
    }
    log_set_level(LOG_LEVEL_INFO);
}

static void lines_above_the_level_are_not_written(void **state)
{
    (void)state;
    log_set_level(LOG_LEVEL_ERROR);
    struct capture c = capture_begin();
    log_event(LOG_LEVEL_WARN, "x", NULL);
    log_event(LOG_LEVEL_ERROR, "y", NULL);
    char *line CLEANUP(mem_freep) = capture_end(c);
    log_set_level(LOG_LEVEL_INFO);
    assert_string_equal(line, "<3>step=y\n");
}

static void an_endless_value_is_cut_between_letters(void **state)
{
    (void)state;
    for (size_t lead = 0; lead < 3; lead++) {
        char value[3 * LOG_VALUE_MAX] = "";
        memset(value, 'x', lead);
        for (size_t i = lead; i + 3 < sizeof value; i += 3)
            memcpy(value + i, "ก", 3);
        struct capture c = capture_begin();
        log_event(LOG_LEVEL_INFO, "x", "v", value, NULL);
        char *line CLEANUP(mem_freep) = capture_end(c);
        size_t head = strlen("<6>step=x v="), n = strlen(line);
        assert_string_equal(line + n - strlen("ก…\n"), "ก…\n");
        assert_in_range(n - head, LOG_VALUE_MAX - 2, LOG_VALUE_MAX + strlen("…\n"));
    }
}

static void a_value_of_just_the_limit_is_whole(void **state)
{
    char value[LOG_VALUE_MAX + 1] = "";
    (void)state;
    memset(value, '\n', LOG_VALUE_MAX);
    struct capture c = capture_begin();
    log_event(LOG_LEVEL_INFO, "x", "v", value, NULL);
    char *line CLEANUP(mem_freep) = capture_end(c);
    assert_int_equal(strlen(line), strlen("<6>step=x v=\"\"\n") + 4 * LOG_VALUE_MAX);
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

/* Last: a role stays for the life of a process. */
static void the_role_stands_in_every_line_and_is_cut(void **state)
{
    char role[200];
    (void)state;
    memset(role, 'r', sizeof role - 1);
    role[sizeof role - 1] = 0;
    log_set_role(role);
    struct capture c = capture_begin();
    log_event(LOG_LEVEL_INFO, "x", NULL);
    char *line CLEANUP(mem_freep) = capture_end(c);
    assert_int_equal(strspn(strstr(line, "role=") + 5, "r"), 63);
    log_set_role("mailbox:saraban");
    c = capture_begin();
    log_event(LOG_LEVEL_INFO, "x", "k", "v", NULL);
    char *second CLEANUP(mem_freep) = capture_end(c);
    assert_string_equal(second, "<6>step=x role=mailbox:saraban k=v\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_quoted_where_they_must),
        cmocka_unit_test(a_value_that_is_missing_takes_its_key_along),
        cmocka_unit_test(each_level_has_journalds_number),
        cmocka_unit_test(lines_above_the_level_are_not_written),
        cmocka_unit_test(an_endless_value_is_cut_between_letters),
        cmocka_unit_test(a_value_of_just_the_limit_is_whole),
        cmocka_unit_test(the_role_stands_in_every_line_and_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
