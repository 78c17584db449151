/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "mail/authres.h"
#include "mail/domain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const char us[] = "mx.minister.example.th";

static enum auth_verdict verdict(const char *from, const char *header)
{
    const char *headers[] = {header};
    const struct mail m = {.from_addr = from, .auth_results = headers, .n_auth_results = 1};
    return authres_verdict(&m, us);
}

static void a_sender_is_vouched_for_by_dmarc_or_alignment(void **state)
{
    static const struct {
        const char *header;
        enum auth_verdict want;
    } cases[] = {
        {"mx.minister.example.th; dmarc=pass header.from=customs.go.th", AUTH_PASS},
        {"mx.minister.example.th; dmarc=pass (p=reject) header.from=customs.go.th;", AUTH_PASS},
        {"MX.Minister.example.TH 1; DMARC=PASS header.from=CUSTOMS.go.th", AUTH_PASS},
        {"\"mx.minister.example.th\" ; dmarc=pass", AUTH_PASS},
        {"(a) mx.minister.example.th (b) ; (c) dkim (d) = (e) pass (f) header.d (g) = (h) "
         "customs.go.th",
         AUTH_PASS},
        {"mx.minister.example.th; dkim=pass header.d=mail.customs.go.th", AUTH_PASS},
        {"mx.minister.example.th; dkim=pass header.i=@customs.go.th header.s=sel", AUTH_PASS},
        {"mx.minister.example.th; dkim=pass header.i=@x.th header.d=customs.go.th", AUTH_PASS},
        {"mx.minister.example.th; spf=pass smtp.mailfrom=bounce@mta.customs.go.th", AUTH_PASS},
        {"mx.minister.example.th; spf=pass smtp.mailfrom=customs.go.th", AUTH_PASS},
        {"mx.minister.example.th; spf=fail; dkim/1=pass reason=\"good; signature\" "
         "header.d=customs.go.th",
         AUTH_PASS},
        {"mx.minister.example.th; dkim=fail header.d=customs.go.th; dkim=pass "
         "header.d=customs.go.th",
         AUTH_PASS},
        {"mx.minister.example.th; iprev=pass policy.iprev=203.0.113.5; spf=pass "
         "smtp.mailfrom=customs.go.th",
         AUTH_PASS},
        {"mx.minister.example.th; spf=pass (sender IP is 203.0.113.5) smtp.mailfrom=x.th; "
         "dkim=pass "
         "(signature was verified) header.d=x.th;dmarc=pass action=none "
         "header.from=customs.go.th;compauth=pass reason=100",
         AUTH_PASS},
        {"mx.minister.example.th; dkim=pass header.i=@customs.go.th header.s=s1 header.b=Ab1/+=; "
         "spf=pass (x: domain of a@b designates 2001:db8::1 as permitted sender) "
         "smtp.remote-ip=2001:db8::1",
         AUTH_PASS},
        {"mx.minister.example.th; none", AUTH_FAIL},
        {"mx.minister.example.th", AUTH_FAIL},
        {"mx.minister.example.th;", AUTH_FAIL},
        {"mx.minister.example.th; dkim=pass header.d=evil.go.th", AUTH_FAIL},
        {"mx.minister.example.th; dkim=pass header.d=go.th", AUTH_FAIL},
        {"mx.minister.example.th; dkim=pass header.d=notcustoms.go.th", AUTH_FAIL},
        {"mx.minister.example.th; dkim=pass header.d=customs.go.th.evil.com", AUTH_FAIL},
        {"mx.minister.example.th; dkim=pass", AUTH_FAIL},
        {"mx.minister.example.th; spf=pass smtp.helo=customs.go.th", AUTH_FAIL},
        {"mx.minister.example.th; spf=pass header.d=customs.go.th", AUTH_FAIL},
        {"mx.minister.example.th; spf=softfail smtp.mailfrom=customs.go.th", AUTH_FAIL},
        {"mx.minister.example.th; dmarc=pass header.from=evil.com", AUTH_FAIL},
        {"mx.minister.example.th; dmarc=fail; dkim=pass header.d=customs.go.th", AUTH_FAIL},
        {"mx.minister.example.th; arc=pass header.d=customs.go.th", AUTH_FAIL},
        {"mx.minister.example.th; x=\"; dmarc=pass\"", AUTH_FAIL},
        {"mx.minister.example.th; x=(; dmarc=pass", AUTH_FAIL},
        {"mx.minister.example.th; dmarc=pass ???", AUTH_FAIL},
        {"mx.minister.example.th; dmarc=passport header.from=customs.go.th", AUTH_FAIL},
        {"mx.minister.example.th 2; dmarc=pass header.from=customs.go.th", AUTH_UNKNOWN},
        {"mx.minister.example.th.evil.com; dmarc=pass", AUTH_UNKNOWN},
        {"evil.com; dmarc=pass (mx.minister.example.th)", AUTH_UNKNOWN},
        {"; dmarc=pass", AUTH_UNKNOWN},
        {"", AUTH_UNKNOWN},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (verdict("clerk@customs.go.th", cases[i].header) != cases[i].want)
            fail_msg("%s", cases[i].header);
}

static void only_the_topmost_header_of_ours_counts(void **state)
{
    const char *forged_below[] = {"other.example; dmarc=pass",
                                  "mx.minister.example.th; dmarc=fail header.from=customs.go.th",
                                  "mx.minister.example.th; dmarc=pass header.from=customs.go.th"};
    struct mail m = {.from_addr = "clerk@customs.go.th",
                     .auth_results = forged_below,
                     .n_auth_results = ARRAY_LEN(forged_below)};
    (void)state;
    assert_int_equal(authres_verdict(&m, us), AUTH_FAIL);
    assert_int_equal(authres_verdict(&m, ""), AUTH_UNKNOWN);
    assert_int_equal(authres_verdict(&m, NULL), AUTH_UNKNOWN);
    m.n_auth_results = 1;
    assert_int_equal(authres_verdict(&m, us), AUTH_UNKNOWN);
    m.n_auth_results = 0;
    assert_int_equal(authres_verdict(&m, us), AUTH_UNKNOWN);
}

static void a_mail_without_a_sure_sender_is_not_vouched_for(void **state)
{
    (void)state;
    assert_int_equal(verdict(NULL, "mx.minister.example.th; dmarc=pass"), AUTH_FAIL);
}

static void domains_of_one_organization_are_aligned(void **state)
{
    static const struct {
        const char *a, *b;
        bool aligned;
    } cases[] = {
        {"customs.go.th", "customs.go.th", true},
        {"a.b.customs.go.th", "Customs.GO.th", true},
        {"mail.example.com", "example.com", true},
        {"customs.go.th", "excise.go.th", false},
        {"go.th", "customs.go.th", false},
        {"go.th", "go.th", false},
        {"co.uk", "example.co.uk", false},
        {"example.com", "example.org", false},
        {"th", "go.th", false},
        {"", "", false},
        {"com", "com", false},
        {"127.0.0.1", "127.0.0.1", false},
        {"[127.0.0.1]", "[127.0.0.1]", false},
        {"กรม.รัฐ.ไทย", "mx.กรม.รัฐ.ไทย", true},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        bool one = domain_aligned(cases[i].a, cases[i].b);
        bool other = domain_aligned(cases[i].b, cases[i].a);
        if (one != cases[i].aligned || other != cases[i].aligned)
            fail_msg("%s and %s", cases[i].a, cases[i].b);
    }
    assert_string_equal(domain_organizational("a.b.customs.go.th"), "customs.go.th");
    assert_string_equal(domain_organizational("mail.example.com"), "example.com");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sender_is_vouched_for_by_dmarc_or_alignment),
        cmocka_unit_test(only_the_topmost_header_of_ours_counts),
        cmocka_unit_test(a_mail_without_a_sure_sender_is_not_vouched_for),
        cmocka_unit_test(domains_of_one_organization_are_aligned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
