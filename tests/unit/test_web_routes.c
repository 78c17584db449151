/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Which page a path leads to, and the small words that pages read of a request. */
#include "web/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void paths_lead_to_their_pages(void **state)
{
    static const struct {
        enum web_method method;
        const char *path;
        const char *route; /* NULL: none */
        const char *first; /* what stood for the first star */
        const char *allow;
    } cases[] = {
        {WEB_GET, "/", "/", NULL, NULL},
        {WEB_GET, "/r/ABC", "/r/*", "ABC", NULL},
        {WEB_GET, "/R/abc", "/r/*", "abc", NULL},
        {WEB_GET, "/items/2564/12", "/items/*/*", "2564", NULL},
        {WEB_GET, "/items/2564/12/", NULL, NULL, NULL},
        {WEB_GET, "/items//12", NULL, NULL, NULL},
        {WEB_GET, "//items", NULL, NULL, NULL},
        {WEB_GET, "/r/", NULL, NULL, NULL},
        {WEB_GET, "/r", NULL, NULL, NULL},
        {WEB_GET, "/r/a/b", NULL, NULL, NULL},
        {WEB_GET, "", NULL, NULL, NULL},
        {WEB_GET, "items", NULL, NULL, NULL},
        {WEB_GET, "/items/1/2/cancel", NULL, NULL, "POST"},
        {WEB_POST, "/r/ABC", NULL, NULL, "GET"},
        {WEB_POST, "/nowhere", NULL, NULL, NULL},
    };
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *params[WEB_PARAMS_MAX] = {0}, *allow = "?";
        const struct web_route *r =
            web_route_find(a, cases[i].method, cases[i].path, params, &allow);
        print_message("%s\n", cases[i].path);
        assert_true(!r == !cases[i].route);
        if (r)
            assert_string_equal(r->path, cases[i].route);
        if (cases[i].first)
            assert_string_equal(params[0], cases[i].first);
        assert_true(!allow == !cases[i].allow);
        if (allow)
            assert_string_equal(allow, cases[i].allow);
    }
}

/* Whoever may change something must be signed in: but for signing in and out themselves. */
static void every_post_wants_an_officer(void **state)
{
    size_t n;
    const struct web_route *routes = web_routes(&n);
    (void)state;
    for (size_t i = 0; i < n; i++)
        if (routes[i].method == WEB_POST && strncmp(routes[i].path, "/log", 4) != 0)
            assert_true(routes[i].rank >= WEB_OFFICER);
}

static void words_are_escaped_for_addresses(void **state)
{
    static const struct {
        const char *text, *escaped;
    } cases[] = {{"", ""},
                 {"abc-1_2.~/", "abc-1_2.~/"},
                 {"a b&c=d?#%", "a%20b%26c%3Dd%3F%23%25"},
                 {"ก", "%E0%B8%81"},
                 {"\r\n\"<>", "%0D%0A%22%3C%3E"}};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_string_equal(web_escape(a, cases[i].text), cases[i].escaped);
}

static void what_is_no_utf8_becomes_visible(void **state)
{
    static const struct {
        const char *bytes, *text;
    } cases[] = {{"", ""},
                 {"ก a", "ก a"},
                 {"\xFF", "\uFFFD"},
                 {"a\xE0\xB8", "a\uFFFD\uFFFD"},
                 {"\xE0\xB8\x81\xC0\xAF/", "ก\uFFFD\uFFFD/"},
                 {"\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"}};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_string_equal(web_text(a, cases[i].bytes), cases[i].text);
}

static void numbers_outside_their_range_are_none(void **state)
{
    const struct web_fields f = {.field = {{"a", "1"},
                                           {"b", "10"},
                                           {"c", "11"},
                                           {"d", "-1"},
                                           {"e", "1x"},
                                           {"f", ""},
                                           {"g", "99999999999999999999"},
                                           {"a", "2"}},
                                 .n = 8};
    static const char *const none[] = {"c", "d", "e", "f", "g", "h"};
    (void)state;
    assert_int_equal(web_int(&f, "a", 1, 10, 7), 1); /* the first of two */
    assert_int_equal(web_int(&f, "b", 1, 10, 7), 10);
    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        assert_int_equal(web_int(&f, none[i], 1, 10, 7), 7);
    assert_string_equal(web_get(&f, "none"), "");
    assert_null(web_find(&f, "none"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_lead_to_their_pages),
        cmocka_unit_test(every_post_wants_an_officer),
        cmocka_unit_test(words_are_escaped_for_addresses),
        cmocka_unit_test(what_is_no_utf8_becomes_visible),
        cmocka_unit_test(numbers_outside_their_range_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
