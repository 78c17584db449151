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
    const struct kpi_ask list = {.key = ask->list,
                                 .population = ask->population,
                                 .scope = ask->scope,
                                 .quarter = ask->quarter};
    bool ok = ask->list ? kpi_list(c->a, db, config, year, &list, ask->as_of_us, &b, &err)
                        : kpi_gather(c->a, db, config, year, ask->quarter, ask->as_of_us, &b, &err);
    if (ok)
        return report_book(c, ask, b);
    cli_fail(&err);
    return ask->list && err.kind == ERR_REFUSE ? EXIT_USAGE : EXIT_FOUND;
}
