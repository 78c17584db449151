/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela scan as a user calls it: what it prints, how it ends, what it holds in memory. */
#include "base/buf.h"

#include <fcntl.h>
#include <jansson.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define DOCUMENTS TESTS_DATA "/documents/"
#define CODE      DOCUMENTS "odd/odd-plain.png"

enum {
    ARGS_MAX = 400,
    FEW_FILES = 20,
    MANY_FILES = 120,
    GROWTH_KB_MAX = 2048, /* 20 KB a file would be seen */
};

struct call {
    const char *args[ARGS_MAX];
    int n;
    int error_fd; /* where its messages go; -1: nowhere */
    struct buf out;
    int status;
    long peak_kb;
};

static void start_program(const struct call *c, const int pipe_fd[2])
{
    int null = open("/dev/null", O_RDWR);
    dup2(null, STDIN_FILENO);
    dup2(pipe_fd[1], STDOUT_FILENO);
    dup2(c->error_fd >= 0 ? c->error_fd : null, STDERR_FILENO);
    close(pipe_fd[0]);
    setenv("LANG", "en", 1);
    /* the sanitizer keeps freed memory for a while, which is not what is measured */
    setenv("ASAN_OPTIONS", "quarantine_size_mb=0:thread_local_quarantine_size_kb=0:detect_leaks=0",
           1);
    execv(PROGRAMS "/thanwela", (char *const *)(uintptr_t)c->args);
    _exit(127);
}

static void run(struct call *c)
{
    int pipe_fd[2];
    char bytes[65536];
    struct rusage used;
    assert_int_equal(pipe(pipe_fd), 0);
    pid_t pid = fork();
    if (pid == 0)
        start_program(c, pipe_fd);
    close(pipe_fd[1]);
    for (ssize_t n; (n = read(pipe_fd[0], bytes, sizeof bytes)) > 0;)
        buf_add(&c->out, bytes, (size_t)n);
    close(pipe_fd[0]);
    assert_int_equal(wait4(pid, &c->status, 0, &used), pid);
    assert_true(WIFEXITED(c->status));
    c->status = WEXITSTATUS(c->status);
    c->peak_kb = used.ru_maxrss;
}

static struct call call_new(const char *const *args)
{
    struct call c = {.args = {"thanwela", "scan"}, .n = 2, .error_fd = -1};
    for (; *args; args++)
        c.args[c.n++] = *args;
    return c;
}

static void the_exit_status_says_what_was_found(void **state)
{
    static const struct {
        const char *args[4];
        int status;
    } cases[] = {
        {{CODE}, 0},
        {{DOCUMENTS "kinds/datamatrix.png"}, 1},
        {{DOCUMENTS "kinds/datamatrix.png", "--more-formats"}, 0},
        {{DOCUMENTS "kinds/parts-one-missing.pdf"}, 0},
        {{DOCUMENTS "odd/empty.pdf"}, 2},
        {{DOCUMENTS "odd/locked-rc4.pdf"}, 2},
        {{DOCUMENTS "no-such-file.pdf"}, 2},
        {{DOCUMENTS "odd/empty.pdf", DOCUMENTS "kinds/datamatrix.png"}, 2},
        {{DOCUMENTS "odd/empty.pdf", CODE}, 0},
        {{NULL}, 2},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct call c = call_new(cases[i].args);
        run(&c);
        if (c.status != cases[i].status)
            fail_msg("%s: %d, where %d is right", c.args[2], c.status, cases[i].status);
        buf_fini(&c.out);
    }
}

static json_t *first_code(const struct buf *out)
{
    json_t *file = json_loads(out->data, JSON_DISABLE_EOF_CHECK, NULL);
    assert_non_null(file);
    json_t *code = json_incref(json_array_get(json_object_get(file, "codes"), 0));
    assert_non_null(code);
    json_decref(file);
    return code;
}

static void json_names_the_parts_of_a_message(void **state)
{
    static const char *const args[] = {"--json", DOCUMENTS "kinds/parts-one-missing.pdf", NULL};
    struct call c = call_new(args);
    (void)state;
    run(&c);
    json_t *code = first_code(&c.out);
    const char *part_state, *says;
    int count, missing, part, page;
    assert_int_equal(json_unpack(code, "{s:{s:i, s:s, s:s, s:[i!], s:[{s:i, s:i}, {}!]}}", "parts",
                                 "count", &count, "state", &part_state, "says", &says, "missing",
                                 &missing, "read", "part", &part, "page", &page),
                     0);
    assert_string_equal(part_state, "missing");
    assert_string_equal(says, "part 2 of 3 is missing");
    assert_int_equal(count, 3);
    assert_int_equal(missing, 2);
    assert_int_equal(part, 3);
    assert_int_equal(page, 1);
    json_decref(code);
    buf_fini(&c.out);
}

static void a_code_by_itself_has_no_parts(void **state)
{
    static const char *const args[] = {"--json", CODE, NULL};
    struct call c = call_new(args);
    (void)state;
    run(&c);
    json_t *code = first_code(&c.out);
    assert_null(json_object_get(code, "parts"));
    json_decref(code);
    buf_fini(&c.out);
}

static void text_names_the_missing_part(void **state)
{
    static const char *const args[] = {DOCUMENTS "kinds/parts-one-missing.pdf", NULL};
    struct call c = call_new(args);
    (void)state;
    run(&c);
    assert_non_null(strstr(buf_str(&c.out), "(part 2 of 3 is missing)"));
    buf_fini(&c.out);
}

static long peak_of(int n_files)
{
    static const char *const none[] = {"--json", NULL};
    struct call c = call_new(none);
    while (c.n < n_files + 3)
        c.args[c.n++] = CODE;
    run(&c);
    assert_int_equal(c.status, 0);
    int lines = 0;
    for (size_t i = 0; i < c.out.len; i++)
        lines += c.out.data[i] == '\n';
    assert_int_equal(lines, n_files);
    buf_fini(&c.out);
    return c.peak_kb;
}

static void memory_does_not_grow_with_the_number_of_files(void **state)
{
    (void)state;
    long few = peak_of(FEW_FILES), many = peak_of(MANY_FILES);
    if (many > few + GROWTH_KB_MAX)
        fail_msg("%d files: %ld KB, %d files: %ld KB", FEW_FILES, few, MANY_FILES, many);
}

static void a_terminal_shows_how_far_it_is(void **state)
{
    static const char *const args[] = {CODE, DOCUMENTS "odd/odd-plain.gif", NULL};
    struct call c = call_new(args);
    char seen[4096] = "";
    int terminal;
    (void)state;
    assert_int_equal(openpty(&terminal, &c.error_fd, NULL, NULL, NULL), 0);
    run(&c);
    fcntl(terminal, F_SETFL, O_NONBLOCK);
    ssize_t n = read(terminal, seen, sizeof seen - 1);
    assert_true(n > 0);
    assert_non_null(strstr(seen, "1/2 "));
    assert_non_null(strstr(seen, "2/2 "));
    assert_null(strstr(buf_str(&c.out), "2/2 "));
    close(terminal);
    close(c.error_fd);
    buf_fini(&c.out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_exit_status_says_what_was_found),
        cmocka_unit_test(json_names_the_parts_of_a_message),
        cmocka_unit_test(a_code_by_itself_has_no_parts),
        cmocka_unit_test(text_names_the_missing_part),
        cmocka_unit_test(memory_does_not_grow_with_the_number_of_files),
        cmocka_unit_test(a_terminal_shows_how_far_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
