/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the timer runs each evening: a report on working days, nothing on the others. */
#include "base/buf.h"
#include "tests/flow/daemon.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct daemon *d;

static int start(void **state)
{
    (void)state;
    d = daemon_new((const char *const[]){"--parts", "postgres", NULL}, NULL);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    daemon_free(d);
    return 0;
}

static void the_timers_report_goes_out_on_working_days_alone(void **state)
{
    static const struct {
        const char *evening;
        int n_mails; /* in the outbox afterwards */
    } days[] = {
        {"2021-04-09T18:00", 1}, /* Friday */
        {"2021-04-10T18:00", 1}, /* Saturday */
        {"2021-04-11T18:00", 1}, /* Sunday */
        {"2021-04-12T18:00", 2}, /* Monday */
        {"2021-04-13T18:00", 2}, /* Songkran, entered below */
        {"2021-04-16T23:59", 3},
    };
    struct db *db CLEANUP(db_closep) = database_open(d->office);
    (void)state;
    assert_int_equal(daemon_run(d, NULL, "thanwela", "holiday", "add", "2021-04-13", "วันสงกรานต์",
                                "--announced", "2021-01-01", NULL),
                     0);
    for (size_t i = 0; i < ARRAY_LEN(days); i++) {
        struct buf said CLEANUP(buf_fini) = {0};
        assert_int_equal(daemon_run(d, &said, "thanwela", "report", "lateness", "--nightly",
                                    "--as-of", days[i].evening, NULL),
                         0);
        assert_int_equal(database_int(db, "select count(*) from outbox where kind = 'report'"),
                         days[i].n_mails);
        bool was_sent = i == 0 || days[i].n_mails > days[i - 1].n_mails;
        assert_int_equal(strstr(buf_str(&said), "ไม่ใช่วันทำการ") == NULL, was_sent);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_timers_report_goes_out_on_working_days_alone),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
