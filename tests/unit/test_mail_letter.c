/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/buf.h"
#include "mail/letter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void same(const char *subject, const char *what, const char *got, const char *want)
{
    if ((got == NULL) != (want == NULL) || (got && strcmp(got, want) != 0))
        fail_msg("[%s]: %s is [%s], wanted [%s]", subject, what, got ? got : "-",
                 want ? want : "-");
}

static void same_time(const char *subject, const char *what, int64_t got, const char *want)
{
    int64_t us = TIME_NONE;
    char text[40];
    if (want)
        assert_true(time_parse_iso(want, &us));
    if (got != us)
        fail_msg("[%s]: %s is [%s], wanted [%s]", subject, what, time_format_iso(got, text),
                 want ? want : "-");
}

static void letter_numbers_are_read_in_every_spelling(void **state)
{
    static const struct {
        const char *subject, *number, *prefix;
    } cases[] = {
        {"ที่ กค 0416.2/ว 393", "กค 0416.2/ว 393", "กค 0416.2"},
        {"ด่วนที่สุด ที่ กค 0422.2/พิเศษ ว 2", "กค 0422.2/พิเศษ ว 2", "กค 0422.2"},
        {"กค 0405.4/ว.123", "กค 0405.4/ว.123", "กค 0405.4"},
        {"กค 0706/พ./7836", "กค 0706/พ./7836", "กค 0706"},
        {"นร ๐๕๐๓/(คกก.๖)/๒๘", "นร 0503/(คกก.6)/28", "นร 0503"},
        {"กค 0405.4ว 322", "กค 0405.4ว 322", "กค 0405.4"},
        {"ที่กค0416.2/1234 ลงวันที่ 1 มี.ค. 64", "กค0416.2/1234", "กค 0416.2"},
        {"กค (กวจ) 0405.2/ว 119", "กค (กวจ) 0405.2/ว 119", "กค 0405.2"},
        {"ที่ กค(กวจ)0405.2/119", "กค(กวจ)0405.2/119", "กค 0405.2"},
        {"ที่ อว 67.01/123 เรื่อง ขอ", "อว 67.01/123", "อว 67.01"},
        {"ศธ 04002/ว 5", "ศธ 04002/ว 5", "ศธ 04002"},
        {"นร 0505/ว(ล) 123", "นร 0505/ว(ล) 123", "นร 0505"},
        {"กค 0201.3 / 1234", "กค 0201.3 / 1234", "กค 0201.3"},
        {"(กค ๐๒๐๑.๓/๑๒๓๔)", "กค 0201.3/1234", "กค 0201.3"},
        {"ที่ ชม 2564/12", "ชม 2564/12", "ชม 2564"},
        {"อ้างถึง กค 0101/1 ที่ กค 0416/2", NULL, NULL},
        {"ที่ กค 0416/2 อ้างถึง กค 0101/1", "กค 0416/2", "กค 0416"},
        {"งบ 2564/12", NULL, NULL},
        {"ประชุม ครม. 12/2564", NULL, NULL},
        {"ฉบับ 0416/12", NULL, NULL},
        {"ลงวันที่ 15/3/2564", NULL, NULL},
        {"กค 0416.2", NULL, NULL},
        {"กค 0416.2/ เรื่อง 5", NULL, NULL},
        {"กค 0416.2/12345678901", NULL, NULL},
        {"กค / 12", NULL, NULL},
        {"", NULL, NULL},
    };
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct letter l;
        letter_read(a, cases[i].subject, NULL, &l);
        same(cases[i].subject, "number", l.number, cases[i].number);
        same(cases[i].subject, "prefix", l.prefix, cases[i].prefix);
    }
}

static void marks_count_only_where_they_stand_alone(void **state)
{
    static const struct {
        const char *subject, *sensitivity;
        enum letter_urgency urgency;
        enum letter_secrecy secrecy;
    } cases[] = {
        {"ด่วนที่สุด ที่ กค 0416/1", NULL, URGENCY_MOST, SECRECY_NONE},
        {"ด่วนที่สุดที่ กค 0416/1", NULL, URGENCY_MOST, SECRECY_NONE},
        {"[ด่วนมาก] ขอ", NULL, URGENCY_VERY, SECRECY_NONE},
        {"ด่วน มาก", NULL, URGENCY_VERY, SECRECY_NONE},
        {"ด่วนภายใน 9 เม.ย. 64", NULL, URGENCY_WITHIN, SECRECY_NONE},
        {"ด่วน! ขอ", NULL, URGENCY_URGENT, SECRECY_NONE},
        {"Re: ด่วน", NULL, URGENCY_URGENT, SECRECY_NONE},
        {"โครงการเร่งด่วน", NULL, URGENCY_NONE, SECRECY_NONE},
        {"ค่าผ่านทางด่วน", NULL, URGENCY_NONE, SECRECY_NONE},
        {"ด่วนพิเศษอุดรรัถยา", NULL, URGENCY_NONE, SECRECY_NONE},
        {"ลับ ที่ กค 0416/ล 1", NULL, URGENCY_NONE, SECRECY_SECRET},
        {"ลับที่สุด", NULL, URGENCY_NONE, SECRECY_MOST},
        {"(ลับมาก) ด่วนที่สุด", NULL, URGENCY_MOST, SECRECY_VERY},
        {"ชั้นลับ", NULL, URGENCY_NONE, SECRECY_SECRET},
        {"ด่วนที่สุด ลับ", NULL, URGENCY_MOST, SECRECY_SECRET},
        {"อำเภอลับแล", NULL, URGENCY_NONE, SECRECY_NONE},
        {"อ. ลับแล จ. อุตรดิตถ์", NULL, URGENCY_NONE, SECRECY_NONE},
        {"การรักษาความลับ", NULL, URGENCY_NONE, SECRECY_NONE},
        {"ส่งกลับ", NULL, URGENCY_NONE, SECRECY_NONE},
        {"สลับ ตลับ หลับ พลับ", NULL, URGENCY_NONE, SECRECY_NONE},
        {"ลับๆ", NULL, URGENCY_NONE, SECRECY_NONE},
        {"ขอ", "Company-Confidential", URGENCY_NONE, SECRECY_SECRET},
        {"ลับมาก", "company-confidential", URGENCY_NONE, SECRECY_VERY},
        {"ขอ", "Personal", URGENCY_NONE, SECRECY_NONE},
        {"ขอ", "Private", URGENCY_NONE, SECRECY_NONE},
    };
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct letter l;
        letter_read(a, cases[i].subject, cases[i].sensitivity, &l);
        if (l.urgency != cases[i].urgency || l.secrecy != cases[i].secrecy)
            fail_msg("[%s]: urgency %d, secrecy %d", cases[i].subject, l.urgency, l.secrecy);
    }
    assert_string_equal(letter_urgency_name(URGENCY_MOST), "ด่วนที่สุด");
    assert_string_equal(letter_urgency_name(URGENCY_NONE), "");
    assert_string_equal(letter_secrecy_name(SECRECY_VERY), "ลับมาก");
}

static void dates_belong_to_the_words_before_them(void **state)
{
    static const struct {
        const char *subject, *letter, *within, *meeting;
    } cases[] = {
        {"ที่ กค 0416/1 ลงวันที่ ๑๕ มีนาคม ๒๕๖๔", "2021-03-15", NULL, NULL},
        {"ลงวันที่15 มี.ค. 64", "2021-03-15", NULL, NULL},
        {"ที่ กค 0416/1 ลว. 15 มี.ค. 64", "2021-03-15", NULL, NULL},
        {"ที่ กค 0416/1 ลงวันที่ 31 เม.ย. 64", NULL, NULL, NULL},
        {"ที่ กค 0416/1 อ้างถึง กค 0101/1 ลงวันที่ 1 มี.ค. 64", NULL, NULL, NULL},
        {"ตามหนังสือที่ กค 0101/1 ลงวันที่ 1 มี.ค. 64", NULL, NULL, NULL},
        {"ด่วนภายใน ๙ เม.ย. ๖๔", NULL, "2021-04-09T16:30", NULL},
        {"ด่วนภายในวันศุกร์ที่ 9 เม.ย. 64 เวลา ๑๒.๐๐ น.", NULL, "2021-04-09T12:00", NULL},
        {"ขอส่งภายในวันที่ 9 เมษายน 2564", NULL, "2021-04-09T16:30", NULL},
        {"ภายในเวลา ๑๒.๐๐ น. ของวันที่ ๙ เม.ย. ๖๔", NULL, "2021-04-09T12:00", NULL},
        {"ภายใน 15 วัน นับแต่ 1 มี.ค. 64", NULL, NULL, NULL},
        {"ภายในประเทศ 9 เม.ย. 64", NULL, NULL, NULL},
        {"ประชุมคณะรัฐมนตรี วันที่ 16 มีนาคม 2564", NULL, NULL, "2021-03-16"},
        {"ประชุมคณะรัฐมนตรี ครั้งที่ 10/2564 (วันอังคารที่ ๑๖ มี.ค. ๖๔)", NULL, NULL, "2021-03-16"},
        {"เพื่อประชุม ครม. 16 มี.ค. 64 เวลา 9.00 น.", NULL, NULL, "2021-03-16"},
        {"มติที่ประชุมคณะรัฐมนตรี วันที่ 9 มีนาคม 2564", NULL, NULL, NULL},
        {"ประชุมคณะรัฐมนตรีเมื่อวันที่ 9 มีนาคม 2564", NULL, NULL, NULL},
        {"ประชุมคณะกรรมการ วันที่ 9 มีนาคม 2564", NULL, NULL, NULL},
        {"9 มีนาคม 2564", NULL, NULL, NULL},
    };
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct letter l;
        letter_read(a, cases[i].subject, NULL, &l);
        same_time(cases[i].subject, "letter date", l.letter_date_us, cases[i].letter);
        same_time(cases[i].subject, "within", l.within_us, cases[i].within);
        same_time(cases[i].subject, "meeting", l.meeting_date_us, cases[i].meeting);
    }
}

static void matters_are_named_by_slip_or_number(void **state)
{
    static const struct {
        const char *subject, *matter;
    } cases[] = {
        {"[TW-2564-0012] ขอส่ง", "12/2564"},
        {"Re: [tw-2564-12]", "12/2564"},
        {"เรื่องที่ 12/2564", "12/2564"},
        {"เรื่องที่ ๑๒/๒๕๖๔ และ TW-2564-0012", "12/2564"},
        {"TW-2564-0012 และ TW-2564-0013", NULL},
        {"XTW-2564-0012", NULL},
        {"TW-2021-0012", NULL},
        {"TW-2564-0", NULL},
        {"TW-2564-00000000012", NULL},
        {"เรื่องที่ 12", NULL},
        {"เรื่อง 12/2564", NULL},
    };
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct letter l;
        letter_read(a, cases[i].subject, NULL, &l);
        same(cases[i].subject, "matter", l.matter_ref, cases[i].matter);
    }
}

/* The subject is a stranger's and this runs outside the sandbox: the time is in its length. */
static void a_subject_of_lures_is_read_in_no_time(void **state)
{
    static const char *const lures[] = {"ภายใน",      "ประชุมครม.",     "ลงวันที่",
                                        "กค 0416.2/", "เวลา 1.00 น. ", "tw-2564-",
                                        "ด่วนลับ",      "((((",          "31 เม.ย. 64 "};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lures); i++) {
        struct buf subject CLEANUP(buf_fini) = {0};
        struct letter l;
        while (subject.len < 32 << 10)
            buf_adds(&subject, lures[i]);
        int64_t start = clock_mono_ms();
        letter_read(a, subject.data, NULL, &l);
        if (clock_mono_ms() - start > 2000)
            fail_msg("[%s] took %lld ms", lures[i], (long long)(clock_mono_ms() - start));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letter_numbers_are_read_in_every_spelling),
        cmocka_unit_test(marks_count_only_where_they_stand_alone),
        cmocka_unit_test(dates_belong_to_the_words_before_them),
        cmocka_unit_test(matters_are_named_by_slip_or_number),
        cmocka_unit_test(a_subject_of_lures_is_read_in_no_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
