/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/arena.h"
#include "report/html.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void text_and_attributes_cannot_leave_their_place(void **state)
{
    static const struct {
        const char *text, *written;
    } cases[] = {
        {"<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"},
        {"\"><img src=x onerror=alert(1)>", "&quot;&gt;&lt;img src=x onerror=alert(1)&gt;"},
        {"' onmouseover='x", "&#39; onmouseover=&#39;x"},
        {"a & b &amp; c", "a &amp; b &amp;amp; c"},
        {"]]> --> </td>", "]]&gt; --&gt; &lt;/td&gt;"},
        {"\033[31mred", "\xEF\xBF\xBD[31mred"},
        {"invoice\u202Efdp.exe", "invoice\xEF\xBF\xBD"
                                 "fdp.exe"},
        {"\xC0\xBCscript", "\xEF\xBF\xBD\xEF\xBF\xBDscript"},
        {"กำหนดส่ง ๙ เม.ย.", "กำหนดส่ง ๙ เม.ย."},
        {"", ""},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct buf out CLEANUP(buf_fini) = {0};
        struct html h = {.out = &out};
        html_start(&h, "b");
        html_attr(&h, "title", cases[i].text);
        html_text(&h, cases[i].text);
        html_end(&h);
        assert_string_equal(buf_str(&out), arena_printf(a, "<b title=\"%s\">%s</b>",
                                                        cases[i].written, cases[i].written));
    }
}

static void a_url_of_an_unknown_scheme_goes_nowhere(void **state)
{
    static const struct {
        const char *url, *written;
    } cases[] = {
        {"https://thanwela.test/R/1?a=1&b=2", "https://thanwela.test/R/1?a=1&amp;b=2"},
        {"javascript:alert(1)", "#"},
        {" javascript:alert(1)", "#"},
        {"JaVaScRiPt:alert(1)", "#"},
        {"data:text/html,<script>", "#"},
        {"//elsewhere.test/", "#"},
        {"/\\elsewhere.test/", "#"},
        {"?lang=en", "?lang=en"},
        {"HTTPS://THANWELA.TEST/R/1", "HTTPS://THANWELA.TEST/R/1"},
        {"/r/1", "/r/1"},
        {"cid:qr@office.test", "cid:qr@office.test"},
        {"#late", "#late"},
        {"", "#"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct buf out CLEANUP(buf_fini) = {0};
        struct html h = {.out = &out};
        html_start(&h, "a");
        html_url(&h, "href", cases[i].url);
        html_end(&h);
        assert_string_equal(buf_str(&out),
                            arena_printf(a, "<a href=\"%s\"></a>", cases[i].written));
    }
}

static void elements_close_from_inside_out_and_void_ones_not_at_all(void **state)
{
    struct buf out CLEANUP(buf_fini) = {0};
    struct html h = {.out = &out};
    (void)state;
    html_document(&h, "th");
    html_start(&h, "i");
    html_start(&h, "img");
    html_end(&h);
    html_element(&h, "b", "x");
    html_end(&h);
    html_end(&h);
    assert_string_equal(buf_str(&out),
                        "<!doctype html>\n<html lang=\"th\"><i><img><b>x</b></i></html>\n");
    assert_int_equal(h.depth, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_and_attributes_cannot_leave_their_place),
        cmocka_unit_test(a_url_of_an_unknown_scheme_goes_nowhere),
        cmocka_unit_test(elements_close_from_inside_out_and_void_ones_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
