/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Master data in files: imported whole or not at all, and exported, as an officer types it. */
#include "base/buf.h"
#include "base/thai.h"
#include "tests/flow/desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

static void a_file_with_bad_rows_is_told_row_by_row_and_imports_nothing(void **state)
{
    struct desk *d = *state;
    const char *path = desk_write(d, "bad.csv",
                                  "date,name,kind,region\n"
                                  "2565-01-03,ดี,annual,\n"
                                  "2565-02-30,ไม่มีวันนี้,annual,\n"
                                  "2565-01-04,,annual,\n"
                                  "2565-01-05,ชนิดผิด,weird,\n"
                                  "2565-01-06,ไม่มีภาค,regional,\n"
                                  "31/4/2565,ไม่มีวันนี้,annual,\n");
    thanwela(d, "holiday import '%s'", path);
    assert_int_equal(d->status, 1);
    for (int line = 3; line <= 7; line++)
        assert_non_null(strstr(d->err, arena_printf(d->a, "bad.csv:%d: ", line)));
    assert_null(strstr(d->err, "bad.csv:2: "));
    assert_null(strstr(ok(d, "holiday list --year 2565"), "ดี"));
}

static void a_dry_run_says_what_would_change_and_changes_nothing(void **state)
{
    struct desk *d = *state;
    const char *path = desk_write(d, "one.csv", "date,name,kind\n2565-05-04,วันฉัตรมงคล,annual\n");
    assert_non_null(strstr(ok(d, "holiday import '%s' --dry-run", path), "+ 4 พ.ค. 65 วันฉัตรมงคล"));
    assert_string_equal(ok(d, "calendar add 2022-05-03 1"), "2022-05-04\n");
    assert_non_null(strstr(ok(d, "holiday import '%s' --json", path), "\"added\": 1"));
    assert_string_equal(ok(d, "calendar add 2022-05-03 1"), "2022-05-05\n");
    assert_non_null(strstr(ok(d, "holiday import '%s' --json", path), "\"same\": 1"));
}

static void files_of_thai_windows_and_of_calendars_are_read(void **state)
{
    struct desk *d = *state;
    const char *thai =
        desk_write(d, "cp874.csv", "date,name,kind\n2566-05-04,\xC7\xD1\xB9,annual\n");
    assert_non_null(strstr(ok(d, "holiday import '%s' --dry-run", thai), "วัน"));
    const char *ics = desk_write(d, "h.ics",
                                 "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\n"
                                 "UID:1\r\nDTSTART;VALUE=DATE:20230505\r\nSUMMARY:วันหยุด\r\n"
                                 "END:VEVENT\r\nEND:VCALENDAR\r\n");
    const char *spoken = desk_write(d, "spoken.csv", "date,name\n๔ พฤษภาคม ๒๕๖๖,ก\n5/5/2566,ข\n");
    assert_non_null(strstr(ok(d, "holiday import '%s' --dry-run", spoken), "+ 5 พ.ค. 66 ข"));
    assert_non_null(strstr(ok(d, "holiday import '%s' --dry-run", ics), "+ 5 พ.ค. 66 วันหยุด"));
}

static void what_is_exported_is_imported_without_a_change(void **state)
{
    static const char *const commands[] = {"agency", "holiday", "meeting", "matter", "deadline"};
    struct desk *d = *state;
    ok(d, "agency add EXPORTS 'กรมที่ \"ส่งออก\", ทดสอบ' --contact '=HYPERLINK(1)' --domain"
          " 'a.example; b.example (2560-01-01..2563-12-31)' --prefix 'กค 99' --from 2560-01-01");
    ok(d, "meeting add 2564-06-08T09:00 --cutoff-days 3 --cutoff-time 12.00 --place ทำเนียบ");
    ok(d, "meeting add 2564-06-10T09:00 --body สภา --kind พิเศษ --cutoff 2564-06-07T10:00");
    ok(d, "matter add '+66 เรื่อง' --agency EXPORTS --meeting 2564-06-08 --received 2564-04-01");
    ok(d, "agency add COUNTED กรมธนารักษ์");
    ok(d, "agency add NAMED กรมสรรพสามิต");
    ok(d, "agency add ORDERED สบน.");
    ok(d, "agency add EXTENDED สคร.");
    ok(d, "matter add 'ห้าหน่วย' --no 910/2564 --agency 'COUNTED;NAMED;ORDERED;EXTENDED'"
          " --received 2564-04-01");
    ok(d, "deadline set 910/2564 COUNTED --days 15");
    ok(d, "deadline set 910/2564 NAMED --within 2564-04-20T10:00");
    ok(d, "deadline set 910/2564 ORDERED --override 2564-04-21 --why เหตุ --source 'กค 1/2564'");
    ok(d, "deadline set 910/2564 EXTENDED --working-days 5");
    ok(d, "deadline extend 910/2564 EXTENDED --days 3 --why รอ");
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        const char *csv = ok(d, "%s export", commands[i]);
        assert_null(strstr(csv, ",=HYPERLINK"));
        assert_null(strstr(csv, ",+66"));
        const char *path = desk_write(d, "export.csv", csv);
        const char *tally = ok(d, "%s import '%s' --json", commands[i], path);
        if (!strstr(tally, "\"added\": 0") || !strstr(tally, "\"changed\": 0") ||
            strstr(tally, "\"same\": 0"))
            fail_msg("%s: %s%s", commands[i], csv, tally);
    }
}

static void deadlines_are_imported_once(void **state)
{
    struct desk *d = *state;
    ok(d, "agency add IMPORTS กรมศุลกากร");
    ok(d, "matter add เรื่องสอง --no 901/2564 --received 2564-04-01");
    const char *path = desk_write(d, "deadlines.csv",
                                  "matter,agency,date,working_days,override,source,why\n"
                                  "901/2564,IMPORTS,2564-04-20,,,,\n"
                                  "901/2564,IMPORTS,,3,,,\n");
    assert_non_null(strstr(ok(d, "deadline import '%s' --json", path), "\"added\": 2"));
    assert_non_null(strstr(ok(d, "deadline import '%s' --json", path), "\"same\": 2"));
    const char *bad = desk_write(d, "bad-deadlines.csv",
                                 "matter,agency,date,working_days,override,source,why\n"
                                 "901/2564,IMPORTS,2564-04-21,,,,\n"
                                 "902/2564,IMPORTS,2564-04-20,,,,\n"
                                 "901/2564,NOBODY,2564-04-20,,,,\n"
                                 "901/2564,IMPORTS,2564-04-20,3,,,\n"
                                 "901/2564,IMPORTS,,-3,,,\n"
                                 "901/2564,IMPORTS,,,2564-04-20,,no document\n");
    thanwela(d, "deadline import '%s'", bad);
    assert_int_equal(d->status, 1);
    for (int line = 3; line <= 7; line++)
        assert_non_null(strstr(d->err, arena_printf(d->a, "bad-deadlines.csv:%d: ", line)));
    assert_null(strstr(ok(d, "deadline show 901/2564 IMPORTS"), "21 เม.ย. 64"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_with_bad_rows_is_told_row_by_row_and_imports_nothing),
        cmocka_unit_test(a_dry_run_says_what_would_change_and_changes_nothing),
        cmocka_unit_test(files_of_thai_windows_and_of_calendars_are_read),
        cmocka_unit_test(what_is_exported_is_imported_without_a_change),
        cmocka_unit_test(deadlines_are_imported_once),
    };
    return cmocka_run_group_tests(tests, desk_start, desk_stop);
}
