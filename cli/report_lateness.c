/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela report lateness, and its sending. */
#include "base/clock.h"
#include "cli/report.h"
#include "db/calendar.h"
#include "report/lateness.h"
#include "report/send.h"

static int print_list(struct cli *c, const struct report_ask *ask, const struct lateness *l)
{
    struct err err = {0};
    struct book *b = NULL;
    const struct lateness_ask list = {
        .key = ask->list, .agency = ask->agency, .quarter = ask->quarter, .month = ask->month};
    if (!lateness_list(l, &list, &b, &err)) {
        cli_fail(&err);
        return EXIT_USAGE;
    }
    return report_book(c, ask, b);
}

static int print_whole(struct cli *c, const struct report_ask *ask, const struct lateness *l)
{
    struct buf out CLEANUP(buf_fini) = {0};
    struct err err = {0};
    if (!lateness_write(l, ask->format, c->columns, c->color && !ask->out, &out, &err))
        return cli_fail(&err);
    return report_put(c, ask, &out);
}

static int send(struct cli *c, const struct report_ask *ask, struct db *db,
                const struct config *config)
{
    struct err err = {0};
    int n = 0;
    if (!lateness_send(c->a, db, config, ask->as_of_us, &n, &err))
        return cli_fail(&err);
    if (c->english)
        printf("The report waits to be sent to %d readers\n", n);
    else
        printf("ฝากรายงานไว้ส่งให้ผู้อ่าน %d คน\n", n);
    return EXIT_DONE;
}

/* Noon of a working day is within office hours: moving it into them leaves it where it is. */
static bool is_working_day(struct db *db, int64_t us, bool *out, struct err *err)
{
    struct civil c = civil_from(us);
    int64_t noon_us =
        us - us % US_PER_MIN + (12 - c.hour) * 60 * US_PER_MIN - c.minute * US_PER_MIN;
    int64_t deemed_us;
    if (!working_time(db, WORKING_DEEMED, noon_us, 0, us, NULL, &deemed_us, err))
        return false;
    *out = deemed_us == noon_us;
    return true;
}

static int send_nightly(struct cli *c, const struct report_ask *ask, struct db *db,
                        const struct config *config)
{
    struct err err = {0};
    bool is_working;
    if (!is_working_day(db, ask->as_of_us, &is_working, &err))
        return cli_fail(&err);
    if (is_working)
        return send(c, ask, db, config);
    puts(tr(c, "ไม่ใช่วันทำการ ไม่มีรายงาน", "Not a working day: no report"));
    return EXIT_DONE;
}

int report_lateness(struct cli *c, const struct report_ask *ask)
{
    const struct config *config = cli_config(c);
    struct db *db = config ? cli_db(c) : NULL;
    struct lateness *l = NULL;
    struct err err = {0};
    if (!db)
        return EXIT_USAGE;
    if (ask->nightly)
        return send_nightly(c, ask, db, config);
    if (ask->send)
        return send(c, ask, db, config);
    bool has_words = ask->list || ask->format == REPORT_XLSX;
    if (!(has_words ? lateness_gather : lateness_gather_sections)(c->a, db, config, ask->as_of_us,
                                                                  &l, &err))
        return cli_fail(&err);
    return ask->list ? print_list(c, ask, l) : print_whole(c, ask, l);
}
