/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Each way a document can end, and what the parent is told. */
#include "base/child.h"
#include "base/clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#if defined(__SANITIZE_ADDRESS__) || defined(THANWELA_TEST_BUILD)
enum { NOTICES_MEMORY = 0 }; /* malloc belongs to the sanitizer, or to the fault injector */
#else
enum { NOTICES_MEMORY = 1 };
#endif

enum { ANSWER = 7 };

static const struct child_limits usual = {
    .cpu_s = 5, .wall_ms = 10000, .memory_bytes = 64 << 20, .out_bytes = 8 << 20};

/* ---- what the child is told to do: the request's first word ---- */

static int give_back(int doc_fd)
{
    char bytes[4096];
    ssize_t n;
    while ((n = read(doc_fd, bytes, sizeof bytes)) > 0)
        child_send(ANSWER, bytes, (size_t)n);
    return 0;
}

_Noreturn static int spin(void)
{
    for (volatile unsigned i = 0;; i++) {
    }
}

static int eat(size_t bytes)
{
    char *p = malloc(bytes);
    if (!p)
        return 3; /* as a library would: "the file is damaged" */
    memset(p, 1, bytes);
    return 0;
}

_Noreturn static int flood(void)
{
    static char bytes[65536];
    for (;;)
        child_send(ANSWER, bytes, sizeof bytes);
}

static int long_frame(void)
{
    static const uint8_t head[] = {ANSWER, 1, 0, 16, 0}; /* 2^20 + 1 */
    return write(4, head, sizeof head) == (ssize_t)sizeof head ? 0 : 1;
}

static int torn_frame(void)
{
    static const uint8_t head[] = {ANSWER, 100, 0, 0, 0, 'x'};
    return write(4, head, sizeof head) == (ssize_t)sizeof head ? 0 : 1;
}

/* Descriptors that answer, tried one by one: 3 and 4, and 2 under a sanitizer. */
static int count_descriptors(void)
{
    uint8_t seen[256] = {0};
    for (int fd = 0; fd < (int)sizeof seen; fd++)
        seen[fd] = fcntl(fd, F_GETFD) >= 0;
    child_send(ANSWER, seen, sizeof seen);
    return 0;
}

static int change_document(int doc_fd)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, doc_fd, 0);
    if (p != MAP_FAILED)
        return 1;
    return write(doc_fd, "x", 1) < 0 ? 0 : 2;
}

static int many_frames(void)
{
    for (uint32_t i = 0; i < 20000; i++)
        child_send(ANSWER, &i, sizeof i);
    return 0;
}

static int obey(int doc_fd, const void *request, size_t n)
{
    char word[32] = "";
    memcpy(word, request, n < sizeof word ? n : sizeof word - 1);
    switch (word[0]) {
    case 'a':
        abort();
    case 'b':
        return give_back(doc_fd);
    case 'c':
        return change_document(doc_fd);
    case 'd':
        return count_descriptors();
    case 'e':
        return eat((size_t)1 << 30);
    case 'f':
        return flood();
    case 'g':
        return eat((size_t)16 << 20);
    case 'h':
        return many_frames();
    case 'l':
        return long_frame();
    case 'n':
        return usleep(400 * 1000);
    case 'o':
        return open("/etc/passwd", O_RDONLY);
    case 's':
        return spin();
    case 't':
        return torn_frame();
    case 'w':
        return pause();
    case 'z':
        return (int)sleep(100);
    case 'm':
        return CHILD_EXIT_MEMORY;
    default:
        return atoi(word);
    }
}

/* ---- helpers ---- */

struct seen {
    size_t n_frames, n_bytes;
    uint8_t last[4096];
    size_t n_last, refuse_at;
};

static bool see(void *user, uint8_t type, const uint8_t *p, size_t n)
{
    struct seen *seen = user;
    assert_int_equal(type, ANSWER);
    seen->n_frames++;
    seen->n_bytes += n;
    seen->n_last = n < sizeof seen->last ? n : sizeof seen->last;
    memcpy(seen->last, p, seen->n_last);
    return seen->refuse_at == 0 || seen->n_frames < seen->refuse_at;
}

static int document(const char *text)
{
    int fd = child_memfd("document");
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    return fd;
}

static struct child_result run(struct zygote *z, const struct child_limits *limits,
                               const char *word, struct seen *seen)
{
    struct child_result result;
    struct err err = {0};
    int doc CLEANUP(fd_closep) = document("hello, world");
    if (!zygote_run(z, limits, doc, word, strlen(word), see, seen, &result, &err))
        fail_msg("%s: %s", word, err.text);
    return result;
}

static struct zygote *start(void)
{
    struct zygote *z;
    struct err err = {0};
    if (!zygote_start(obey, NULL, &z, &err))
        fail_msg("%s", err.text);
    return z;
}

/* ---- endings ---- */

static void every_ending_has_its_name(void **state)
{
    static const struct {
        const char *word;
        struct child_limits limits;
        enum child_end end;
        int status;
    } cases[] = {
        {"b", {5, 10000, 64 << 20, 1 << 20, 0}, CHILD_DONE, 0},
        {"g", {5, 10000, 64 << 20, 1 << 20, 0}, CHILD_DONE, 0},
        {"42", {5, 10000, 64 << 20, 1 << 20, 0}, CHILD_FAILED, 42},
        {"98", {5, 10000, 64 << 20, 1 << 20, 0}, CHILD_FAILED, CHILD_EXIT_SETUP},
        {"a", {5, 10000, 64 << 20, 1 << 20, 0}, CHILD_CRASHED, SIGABRT},
        {"o", {5, 10000, 64 << 20, 1 << 20, 0}, CHILD_DENIED, SIGSYS},
        {"w", {5, 10000, 64 << 20, 1 << 20, 0}, CHILD_DENIED, SIGSYS}, /* pause(2) is not needed */
        {"s", {1, 10000, 64 << 20, 1 << 20, 60000}, CHILD_SLOW, SIGXCPU},
        {"s", {9, 100, 64 << 20, 1 << 20, 0}, CHILD_SLOW, 0},
        {"z", {9, 100, 64 << 20, 1 << 20, 0}, CHILD_SLOW, 0},
        {"m", {5, 10000, 64 << 20, 1 << 20, 0}, CHILD_MEMORY, CHILD_EXIT_MEMORY},
        {"f", {5, 10000, 64 << 20, 1 << 20, 0}, CHILD_FLOOD, 0},
        {"l", {5, 10000, 64 << 20, 8 << 20, 0}, CHILD_FLOOD, 0},
        {"t", {5, 10000, 64 << 20, 1 << 20, 0}, CHILD_FLOOD, 0},
    };
    struct zygote *z CLEANUP(zygote_stopp) = start();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct seen seen = {0};
        struct child_result r = run(z, &cases[i].limits, cases[i].word, &seen);
        if (r.end != cases[i].end || r.status != cases[i].status)
            fail_msg("%s ended as %s, status %d: %s", cases[i].word, child_end_name(r.end),
                     r.status, r.why);
        assert_true((r.why[0] != 0) == (r.end != CHILD_DONE));
    }
}

/* The wall clock is for those who work: a child without CPU (stopped, asleep, on a machine that is
 * too busy) is waited for. */
static void a_child_that_gets_no_cpu_is_given_more_time(void **state)
{
    static const struct child_limits patient = {9, 50, 64 << 20, 1 << 20, 20000},
                                     nearly = {9, 50, 64 << 20, 1 << 20, 150};
    struct zygote *z CLEANUP(zygote_stopp) = start();
    struct seen seen = {0};
    (void)state;
    struct child_result r = run(z, &patient, "n", &seen);
    if (r.end != CHILD_DONE)
        fail_msg("ended as %s: %s", child_end_name(r.end), r.why);
    assert_int_equal(run(z, &patient, "s", &seen).end, CHILD_SLOW); /* this one works */
    r = run(z, &nearly, "z", &seen);
    assert_int_equal(r.end, CHILD_SLOW);
    assert_true(r.cpu_us < 50 * 1000);
}

static void memory_that_runs_out_is_said_whatever_the_library_made_of_it(void **state)
{
    (void)state;
    if (!NOTICES_MEMORY)
        skip();
    struct zygote *z CLEANUP(zygote_stopp) = start();
    struct seen seen = {0};
    assert_int_equal(run(z, &usual, "e", &seen).end, CHILD_MEMORY);
}

static void frames_come_whole_and_in_order(void **state)
{
    struct zygote *z CLEANUP(zygote_stopp) = start();
    struct seen seen = {0};
    uint32_t last;
    (void)state;
    assert_int_equal(run(z, &usual, "h", &seen).end, CHILD_DONE);
    assert_int_equal(seen.n_frames, 20000);
    memcpy(&last, seen.last, sizeof last);
    assert_int_equal(last, 19999);
}

static void the_document_is_given_whole_and_from_its_start(void **state)
{
    struct zygote *z CLEANUP(zygote_stopp) = start();
    struct seen seen = {0};
    (void)state;
    assert_int_equal(run(z, &usual, "b", &seen).end, CHILD_DONE);
    assert_int_equal(seen.n_bytes, strlen("hello, world"));
    assert_memory_equal(seen.last, "hello, world", seen.n_bytes);
}

static void frames_before_a_bad_end_are_kept(void **state)
{
    struct zygote *z CLEANUP(zygote_stopp) = start();
    struct seen seen = {0};
    (void)state;
    assert_int_equal(run(z, &usual, "f", &seen).end, CHILD_FLOOD);
    assert_in_range(seen.n_bytes, 1, usual.out_bytes);
}

static void a_frame_that_the_reader_refuses_stops_the_child(void **state)
{
    struct zygote *z CLEANUP(zygote_stopp) = start();
    struct seen seen = {.refuse_at = 3};
    (void)state;
    assert_int_equal(run(z, &usual, "f", &seen).end, CHILD_FLOOD);
    assert_int_equal(seen.n_frames, 3);
}

/* ---- walls ---- */

static void the_child_sees_the_document_and_the_pipe_alone(void **state)
{
    int secret CLEANUP(fd_closep) = open("/etc/hostname", O_RDONLY);
    int high CLEANUP(fd_closep) = fcntl(0, F_DUPFD, 64);
    int higher CLEANUP(fd_closep) = fcntl(0, F_DUPFD, 200);
    struct zygote *other CLEANUP(zygote_stopp) = start();
    struct zygote *z CLEANUP(zygote_stopp) = start();
    struct seen seen = {0};
    (void)state;
    assert_true(high >= 64 && higher >= 200);
    assert_int_equal(run(z, &usual, "d", &seen).end, CHILD_DONE);
    assert_int_equal(seen.n_last, 256);
    for (int fd = 0; fd < 256; fd++)
#ifdef __SANITIZE_ADDRESS__
        if (fd != STDERR_FILENO)
#endif
            assert_int_equal(seen.last[fd], fd == 3 || fd == 4);
}

static void the_document_cannot_be_changed(void **state)
{
    struct zygote *z CLEANUP(zygote_stopp) = start();
    struct child_result result;
    struct seen seen = {0};
    struct err err;
    int doc CLEANUP(fd_closep) = document("as it came");
    (void)state;
    assert_true(zygote_run(z, &usual, doc, "c", 1, see, &seen, &result, &err));
    assert_int_equal(result.end, CHILD_DONE);
    assert_int_equal(write(doc, "x", 1), -1);
    assert_int_equal(ftruncate(doc, 0), -1);
    assert_true(zygote_run(z, &usual, doc, "b", 1, see, &seen, &result, &err));
    assert_memory_equal(seen.last, "as it came", 10);
}

static void what_is_no_memfd_is_refused(void **state)
{
    struct zygote *z CLEANUP(zygote_stopp) = start();
    struct child_result result;
    struct err err = {0};
    int file CLEANUP(fd_closep) = open("/etc/hostname", O_RDONLY);
    (void)state;
    assert_false(zygote_run(z, &usual, file, "b", 1, see, NULL, &result, &err));
    assert_int_equal(err.kind, ERR_FATAL);
}

static void a_request_may_be_as_long_as_its_limit_and_no_longer(void **state)
{
    static char request[CHILD_REQUEST_MAX + 1] = "b";
    struct zygote *z CLEANUP(zygote_stopp) = start();
    struct child_result result;
    struct seen seen = {0};
    struct err err = {0};
    int doc CLEANUP(fd_closep) = document("x");
    (void)state;
    assert_true(zygote_run(z, &usual, doc, request, CHILD_REQUEST_MAX, see, &seen, &result, &err));
    assert_int_equal(result.end, CHILD_DONE);
    assert_false(
        zygote_run(z, &usual, doc, request, CHILD_REQUEST_MAX + 1, see, &seen, &result, &err));
    assert_int_equal(err.kind, ERR_REFUSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_ending_has_its_name),
        cmocka_unit_test(a_child_that_gets_no_cpu_is_given_more_time),
        cmocka_unit_test(memory_that_runs_out_is_said_whatever_the_library_made_of_it),
        cmocka_unit_test(frames_come_whole_and_in_order),
        cmocka_unit_test(the_document_is_given_whole_and_from_its_start),
        cmocka_unit_test(frames_before_a_bad_end_are_kept),
        cmocka_unit_test(a_frame_that_the_reader_refuses_stops_the_child),
        cmocka_unit_test(the_child_sees_the_document_and_the_pipe_alone),
        cmocka_unit_test(the_document_cannot_be_changed),
        cmocka_unit_test(what_is_no_memfd_is_refused),
        cmocka_unit_test(a_request_may_be_as_long_as_its_limit_and_no_longer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
