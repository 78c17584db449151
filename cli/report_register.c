/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela report register: the receive register of a year, a quarter, or from one day to another.
 */
#include "cli/report.h"
#include "report/register.h"

enum { BUDDHIST_AHEAD = 543 };

static int64_t month_start(int buddhist_year, int month)
{
    const struct civil day = {.year = buddhist_year - BUDDHIST_AHEAD, .month = month, .day = 1};
    return civil_to(&day);
}

/* Numbers run by calendar years, quarters are fiscal: 2564Q1 begins on 1 October 2563. */
static void period_of(const struct report_ask *ask, int64_t *from, int64_t *to)
{
    static const int months[] = {10, 1, 4, 7};
    struct civil now = civil_from(ask->as_of_us);
    int year = ask->year ? ask->year : now.year + BUDDHIST_AHEAD;
    *from = month_start(year, 1);
    *to = month_start(year + 1, 1);
    if (ask->quarter) {
        int first = months[ask->quarter - 1];
        year -= ask->quarter == 1;
        *from = month_start(year, first);
        *to = first == 10 ? month_start(year + 1, 1) : month_start(year, first + 3);
    }
    if (ask->from_us != TIME_NONE)
        *from = ask->from_us;
    if (ask->to_us != TIME_NONE)
        *to = ask->to_us + US_PER_DAY;
}

int report_register(struct cli *c, const struct report_ask *ask)
{
    const struct config *config = cli_config(c);
    struct db *db = config ? cli_db(c) : NULL;
    struct book *b = NULL;
    struct err err = {0};
    int64_t from, to;
    if (!db)
        return EXIT_USAGE;
    period_of(ask, &from, &to);
    if (from >= to)
        return report_usage("--from lies behind --to");
    if (ask->list ? !register_list(c->a, db, config, from, to, ask->as_of_us, ask->list, &b, &err)
                  : !register_gather(c->a, db, config, from, to, ask->as_of_us, &b, &err))
        return cli_fail(&err);
    return report_book(c, ask, b);
}
