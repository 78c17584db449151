/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Who counts as one visitor, how many connections one has, and what becomes of one that takes its
 * answer slowly: over real TCP on this machine. */
#include "web/guard.h"

#include "base/cleanup.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void place_of(const char *address, char out[GUARD_PLACE_BYTES])
{
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, address, &four.sin_addr) == 1) {
        guard_place((const struct sockaddr *)&four, out);
        return;
    }
    assert_int_equal(inet_pton(AF_INET6, address, &six.sin6_addr), 1);
    guard_place((const struct sockaddr *)&six, out);
}

static void a_visitor_is_an_address_or_a_network_of_64_bits(void **state)
{
    static const struct {
        const char *address, *place;
    } cases[] = {
        {"203.0.113.7", "203.0.113.7"},
        {"::ffff:203.0.113.7", "203.0.113.7"},
        {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
        {"2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"},
        {"2001:db8:1:3::1", "2001:db8:1:3::/64"},
        {"::1", "::/64"},
        {"fe80::1", "fe80::/64"},
        {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff::/64"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char place[GUARD_PLACE_BYTES];
        place_of(cases[i].address, place);
        print_message("%s\n", cases[i].address);
        assert_string_equal(place, cases[i].place);
    }
}

static void what_is_no_internet_address_is_no_place(void **state)
{
    const struct sockaddr other = {.sa_family = AF_UNIX};
    char place[GUARD_PLACE_BYTES] = "x";
    (void)state;
    guard_place(&other, place);
    assert_string_equal(place, "");
}

/* The last of each limit has its place, the next is told to come again, and one more is ended. */
static void connections_are_counted_by_place_and_in_all(void **state)
{
    static const struct guard_limits max = {.per_place = 2, .in_all = 3, .surplus = 1};
    static const struct {
        const char *place;
        bool is_open, is_surplus;
    } cases[] = {
        {"a", true, false}, {"a", true, false}, {"a", true, true},
        {"a", false, true}, {"b", true, false}, {"c", false, true},
    };
    struct guard *g = guard_new();
    (void)state;
    for (int i = 0; i < (int)ARRAY_LEN(cases); i++) {
        int id = guard_open(g, 1000 + i, cases[i].place, &max);
        assert_int_equal(id >= 0, cases[i].is_open);
        assert_int_equal(guard_is_surplus(g, id), cases[i].is_surplus);
    }
    guard_close(g, 2); /* the surplus one */
    int id = guard_open(g, 2000, "c", &max);
    assert_true(guard_is_surplus(g, id) && id >= 0);
    guard_close(g, 0);
    assert_false(guard_is_surplus(g, guard_open(g, 3000, "c", &max)));
    guard_free(g);
}

/* ---------------------------------------------------------------- slow readers */

enum { SPAN_MS = 100, FLOOR_BYTES = 100 * 1000 };

static void connect_pair(int *server_out, int *visitor_out)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    int small = 4096, listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &n), 0);
    *visitor_out = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(*visitor_out, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    assert_int_equal(connect(*visitor_out, (struct sockaddr *)&at, sizeof at), 0);
    *server_out = accept(listener, NULL, NULL);
    assert_true(*server_out >= 0);
    close(listener);
}

/* What the kernel takes off us while the visitor takes so much; how many were ended. */
static int serve(int visitor_takes)
{
    static const struct guard_limits max = {1, 1, 0};
    static char bytes[4 * FLOOR_BYTES];
    struct guard *g = guard_new();
    int server, visitor;
    connect_pair(&server, &visitor);
    int id = guard_open(g, server, "a", &max);
    guard_sending(g, id, FLOOR_BYTES, SPAN_MS);
    for (int left = visitor_takes; left > 0;) {
        (void)!send(server, bytes, sizeof bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
        ssize_t n = recv(visitor, bytes, left < 16384 ? (size_t)left : 16384, MSG_DONTWAIT);
        left -= n > 0 ? (int)n : 0;
    }
    (void)!send(server, bytes, sizeof bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
    usleep((SPAN_MS + 50) * 1000);
    int ended = guard_sweep(g);
    close(server);
    close(visitor);
    guard_free(g);
    return ended;
}

static void who_takes_the_answer_is_served_on(void **state)
{
    (void)state;
    assert_int_equal(serve(2 * FLOOR_BYTES), 0);
}

/* Our kernel has taken all of it by then: that does not count. */
static void who_does_not_take_it_is_ended(void **state)
{
    (void)state;
    assert_int_equal(serve(0), 1);
    assert_int_equal(serve(FLOOR_BYTES / 8), 1);
}

/* Our own time to find an answer is not the visitor's. */
static void nobody_is_ended_while_we_are_answering(void **state)
{
    static const struct guard_limits max = {1, 1, 0};
    struct guard *g = guard_new();
    (void)state;
    int id = guard_open(g, 1000, "a", &max);
    guard_await(g, id, 1);
    guard_answering(g, id);
    usleep(20 * 1000);
    assert_int_equal(guard_sweep(g), 0);
    guard_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_visitor_is_an_address_or_a_network_of_64_bits),
        cmocka_unit_test(what_is_no_internet_address_is_no_place),
        cmocka_unit_test(connections_are_counted_by_place_and_in_all),
        cmocka_unit_test(who_takes_the_answer_is_served_on),
        cmocka_unit_test(who_does_not_take_it_is_ended),
        cmocka_unit_test(nobody_is_ended_while_we_are_answering),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
