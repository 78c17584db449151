/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The limits of a stream, each at its edge and one past it, over loopback without TLS; and tokens
 * that commands print. */
#include "base/clock.h"
#include "intake/stream.h"
#include "intake/token_command.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct pair {
    struct stream *s;
    int peer;
};

static int listen_on_loopback(int *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, n), 0);
    assert_int_equal(listen(fd, 4), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
    *port = ntohs(a.sin_port);
    return fd;
}

static struct stream_target target(const char *host, int port)
{
    return (struct stream_target){
        .host = host, .port = port, .tls = TLS_NONE, .connect_ms = 2000, .silence_ms = 100};
}

static struct pair connected(void)
{
    struct pair p = {0};
    struct err err = {0};
    int port = 0, listener = listen_on_loopback(&port);
    struct stream_target t = target("localhost", port); /* ::1 first, where nobody listens */
    if (!stream_open(&t, &p.s, &err))
        fail_msg("%s", err.text);
    assert_int_equal(err.kind, ERR_NONE);
    p.peer = accept(listener, NULL, NULL);
    assert_true(p.peer >= 0);
    close(listener);
    return p;
}

static void end(struct pair *p)
{
    stream_closep(&p->s);
    if (p->peer >= 0)
        close(p->peer);
}

static void say(struct pair *p, const void *bytes, size_t n)
{
    assert_int_equal(send(p->peer, bytes, n, MSG_NOSIGNAL), n);
}

static void lines_come_without_their_ends(void **state)
{
    (void)state;
    struct pair p = connected();
    const char *line = NULL;
    struct err err = {0};
    static const char text[] = "one\r\ntwo\n\r\n\nthr\ree\r\r\n";
    say(&p, text, sizeof text - 1);
    static const char *const expected[] = {"one", "two", "", "", "thr\ree\r"};
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        assert_true(stream_line(p.s, &line, &err));
        assert_string_equal(line, expected[i]);
    }
    assert_false(stream_line(p.s, &line, &err)); /* silence */
    assert_int_equal(err.kind, ERR_RETRY);
    end(&p);
}

static void a_line_may_have_64_kib_and_no_more(void **state)
{
    (void)state;
    static char text[STREAM_LINE_MAX + 1];
    memset(text, 'x', sizeof text);
    for (size_t extra = 0; extra < 2; extra++) {
        struct pair p = connected();
        const char *line = NULL;
        struct err err = {0};
        text[STREAM_LINE_MAX - 1 + extra] = '\n';
        say(&p, text, STREAM_LINE_MAX + extra);
        assert_int_equal(stream_line(p.s, &line, &err), extra == 0);
        if (extra == 0)
            assert_int_equal(strlen(line), STREAM_LINE_MAX - 1);
        text[STREAM_LINE_MAX - 1 + extra] = 'x';
        end(&p);
    }
}

static void a_nul_inside_a_line_is_refused(void **state)
{
    (void)state;
    struct pair p = connected();
    const char *line = NULL;
    struct err err = {0};
    say(&p, "a\0b\r\n", 5);
    assert_false(stream_line(p.s, &line, &err));
    assert_int_equal(err.kind, ERR_RETRY);
    end(&p);
}

static void the_end_of_the_connection_is_an_error(void **state)
{
    (void)state;
    struct pair p = connected();
    const char *line = NULL;
    char buf[8];
    size_t n = 0;
    struct err err = {0};
    say(&p, "half a line", 11);
    close(p.peer);
    p.peer = -1;
    assert_false(stream_line(p.s, &line, &err));
    assert_non_null(strstr(err.text, "closed"));
    assert_false(stream_read(p.s, buf, sizeof buf, &n, &err));
    for (int i = 0; i < 3; i++) /* no SIGPIPE */
        (void)!stream_write(p.s, "x", 1, &err);
    assert_false(stream_write(p.s, "x", 1, &err));
    end(&p);
}

static void a_budget_is_kept_to_the_byte(void **state)
{
    (void)state;
    struct pair p = connected();
    char buf[16];
    size_t n = 0, all = 0;
    struct err err = {0};
    say(&p, "0123456789", 10);
    stream_limit(p.s, 1000, 9);
    while (all < 9) {
        assert_true(stream_read(p.s, buf, sizeof buf, &n, &err));
        all += n;
    }
    assert_int_equal(all, 9);
    assert_false(stream_read(p.s, buf, sizeof buf, &n, &err));
    assert_non_null(strstr(err.text, "more than this command may bring"));
    stream_limit(p.s, 0, 0);
    assert_true(stream_read(p.s, buf, sizeof buf, &n, &err));
    assert_int_equal(n, 1);
    end(&p);
}

static void a_deadline_ends_what_is_never_silent(void **state)
{
    (void)state;
    struct pair p = connected();
    const char *line = NULL;
    struct err err = {0};
    int64_t before = clock_mono_ms();
    pid_t drip = fork();
    if (drip == 0) {
        for (;;) {
            if (send(p.peer, "x", 1, MSG_NOSIGNAL) != 1)
                _exit(0);
            usleep(20000);
        }
    }
    stream_limit(p.s, 300, 0);
    assert_false(stream_line(p.s, &line, &err));
    assert_in_range(clock_mono_ms() - before, 250, 3000);
    end(&p); /* the child hears the hang-up and ends */
    assert_int_equal(kill(drip, SIGTERM), 0);
    assert_int_equal(waitpid(drip, NULL, 0), drip);
}

static void our_own_time_is_not_the_servers(void **state)
{
    (void)state;
    struct pair p = connected();
    const char *line = NULL;
    struct err err = {0};
    say(&p, "a\r\n", 3);
    stream_limit(p.s, 30, 0);
    usleep(60000);
    stream_extend(p.s, 60);
    assert_true(stream_line(p.s, &line, &err));
    stream_limit(p.s, 30, 0);
    usleep(60000);
    say(&p, "b\r\n", 3);
    assert_false(stream_line(p.s, &line, &err));
    end(&p);
}

static void waiting_ends_for_data_for_its_owner_and_for_time(void **state)
{
    (void)state;
    struct pair p = connected();
    struct err err = {0};
    const char *line = NULL;
    enum stream_event event;
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    assert_true(stream_wait(p.s, fds[0], 30, &event, &err));
    assert_int_equal(event, STREAM_QUIET);
    assert_true(stream_wait(p.s, -1, 30, &event, &err));
    assert_int_equal(event, STREAM_QUIET);
    assert_int_equal(write(fds[1], "x", 1), 1);
    assert_true(stream_wait(p.s, fds[0], 5000, &event, &err));
    assert_int_equal(event, STREAM_WAKE);
    say(&p, "a\r\nb\r\n", 6);
    assert_true(stream_wait(p.s, fds[0], 5000, &event, &err));
    assert_int_equal(event, STREAM_DATA);
    assert_true(stream_line(p.s, &line, &err));
    assert_true(stream_wait(p.s, -1, 5000, &event, &err)); /* b was read together with a */
    assert_int_equal(event, STREAM_DATA);
    close(fds[0]);
    close(fds[1]);
    end(&p);
}

static void an_unreachable_port_is_a_sentence(void **state)
{
    (void)state;
    int port = 0;
    close(listen_on_loopback(&port));
    struct stream *s = NULL;
    struct err err = {0};
    struct stream_target t = target("127.0.0.1", port);
    assert_false(stream_open(&t, &s, &err));
    assert_int_equal(err.kind, ERR_RETRY);
    assert_non_null(strstr(err.text, "cannot be reached"));
    assert_null(s);
}

static void a_token_is_the_first_line_that_a_command_prints(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    char *token = NULL;
    struct err err = {0};
    assert_true(token_command(a, "printf 'abc\\r\\ndef\\n'", &token, &err));
    assert_string_equal(token, "abc");
    assert_true(token_command(a, "head -c 16384 /dev/zero | tr '\\0' x", &token, &err));
    assert_int_equal(strlen(token), TOKEN_MAX);
}

static void a_command_without_a_token_is_an_error(void **state)
{
    (void)state;
    static const struct {
        const char *command, *words;
    } cases[] = {
        {"true", "no token"},
        {"echo", "no token"},
        {"echo abc; exit 1", "failed"},
        {"kill -9 $$", "failed"},
        {"head -c 16385 /dev/zero | tr '\\0' x", "more than 16384 bytes"},
        {"exec cat /dev/zero", "more than 16384 bytes"},
    };
    struct arena *a CLEANUP(arena_freep) = arena_new();
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *token = NULL;
        struct err err = {0};
        assert_false(token_command(a, cases[i].command, &token, &err));
        assert_int_equal(err.kind, ERR_RETRY);
        if (!strstr(err.text, cases[i].words))
            fail_msg("%s: %s", cases[i].command, err.text);
        assert_null(token);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_without_their_ends),
        cmocka_unit_test(a_line_may_have_64_kib_and_no_more),
        cmocka_unit_test(a_nul_inside_a_line_is_refused),
        cmocka_unit_test(the_end_of_the_connection_is_an_error),
        cmocka_unit_test(a_budget_is_kept_to_the_byte),
        cmocka_unit_test(a_deadline_ends_what_is_never_silent),
        cmocka_unit_test(our_own_time_is_not_the_servers),
        cmocka_unit_test(waiting_ends_for_data_for_its_owner_and_for_time),
        cmocka_unit_test(an_unreachable_port_is_a_sentence),
        cmocka_unit_test(a_token_is_the_first_line_that_a_command_prints),
        cmocka_unit_test(a_command_without_a_token_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
