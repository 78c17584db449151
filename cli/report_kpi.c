/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela report kpi: a fiscal year or one of its quarters. */
#include "cli/report.h"
#include "report/kpi.h"

enum { BUDDHIST_AHEAD = 543, OCTOBER = 10 };

static int fiscal_year_of(int64_t us)
{
    struct civil day = civil_from(us);
    return day.year + BUDDHIST_AHEAD + (day.month >= OCTOBER);
}

int report_kpi(struct cli *c, const struct report_ask *ask)
{
    const struct config *config = cli_config(c);
    struct db *db = config ? cli_db(c) : NULL;
    struct book *b = NULL;
    struct err err = {0};
    int year = ask->year ? ask->year : fiscal_year_of(ask->as_of_us);
    if (!db)
        return EXIT_USAGE;
    if (!kpi_gather(c->a, db, config, year, ask->quarter, ask->as_of_us, &b, &err))
        return cli_fail(&err);
    const struct sheet *s = ask->list ? book_find(b, ask->list) : NULL;
    if (ask->list && !s)
        return report_usage("--list of kpi is reported, results, late, open or matters");
    return report_book(c, ask, s ? book_only(b, s) : b);
}
