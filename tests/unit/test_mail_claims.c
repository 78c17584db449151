/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "mail/claims.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void what_a_letter_claims_is_counted_or_left_open(void **state)
{
    static const struct {
        const char *text;
        int n;
    } cases[] = {
        {NULL, CLAIMS_NONE},
        {"", CLAIMS_NONE},
        {"ขอส่งหนังสือตามแนบ", CLAIMS_NONE},
        {"ไฟล์แนบ จำนวน ๓ ไฟล์", 3},
        {"แนบมา 2ไฟล์", 2},
        {"attached are 4 files", 4},
        {"แนบ 2 ไฟล์ (เดิมแจ้ง 3 ไฟล์)", CLAIMS_NONE},
        {"แนบ 2 ไฟล์ รวม ๒ ไฟล์", 2},
        {"ไฟล์", CLAIMS_NONE},
        {"99999 ไฟล์", CLAIMS_NONE},
        {"501 ไฟล์", CLAIMS_NONE},
        {"สิ่งที่ส่งมาด้วย สำเนาหนังสือ จำนวน ๑ ฉบับ", CLAIMS_NONE},
        {"สิ่งที่ส่งมาด้วย\n๑. สำเนาหนังสือ\n๒. ร่างกฎกระทรวง\n๓. สรุป", 3},
        {"สิ่งที่ส่งมาด้วย 1) ก 2) ข", 2},
        {"สิ่งที่ส่งมาด้วย ข้อ 1.5 ของระเบียบ", CLAIMS_NONE},
        {"1. ก\n2. ข", CLAIMS_NONE},
    };
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(claims_read(a, cases[i].text), cases[i].n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_letter_claims_is_counted_or_left_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
