/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela meeting propose: the Tuesdays of a period, what stands in their way, and an officer's
 * word that plans those that are free. */
#include "base/clock.h"
#include "cli/meeting.h"
#include "cli/verbs.h"

#include <string.h>

enum { PERIOD_MAX_DAYS = 3660 };

struct wish {
    struct period period;
    struct meeting m;
    struct meeting_cutoff cutoff;
    const char *start; /* time of day */
    bool confirm;
};

static bool is_free(const struct meeting_proposal *p)
{
    return !p->holiday && !p->planned;
}

static int print(struct cli *c, const struct meeting_proposals *list)
{
    static const struct field fields[] = {
        {"date", "วันอังคาร", "Tuesday", FIELD_DAY, false, 0},
        {"holiday", "ตรงวันหยุด", "holiday", FIELD_TEXT, true, 12},
        {"planned", "สัปดาห์นั้นมีนัดแล้ว", "planned that week", FIELD_TEXT, true, 12},
    };
    struct listing *l = listing_new(c, "proposals", fields, ARRAY_LEN(fields));
    for (int i = 0; i < list->n; i++) {
        listing_time(l, list->day[i].day_us);
        listing_text(l, list->day[i].holiday);
        listing_text(l, list->day[i].planned);
    }
    return listing_print(l, false);
}

/* All of them or none: in the open transaction. */
static bool plan(struct cli *c, struct db *db, const struct wish *w,
                 const struct meeting_proposals *list, int *n_out, struct err *err)
{
    struct meeting m = w->m;
    int id, minute;
    *n_out = 0;
    if (!minute_of(w->start, &minute, err) ||
        !meeting_cutoff_read(&w->cutoff, &m.cutoff_days, &m.cutoff_minute, &m.cutoff_us, err))
        return false;
    for (int i = 0; i < list->n; i++) {
        if (!is_free(&list->day[i]))
            continue;
        m.starts_us = list->day[i].day_us + minute * US_PER_MIN;
        if (!meeting_add(db, &m, c->who, &id, err))
            return false;
        ++*n_out;
    }
    return true;
}

static int propose(struct cli *c, const struct wish *w)
{
    struct err err = {0};
    struct meeting_proposals list;
    int n;
    struct db *db CLEANUP(db_rollbackp) = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!db_begin(db, &err) ||
        !meeting_propose(c->a, db, w->m.body, w->period.from_us, w->period.to_us, &list, &err))
        return cli_fail(&err);
    if (!w->confirm)
        return print(c, &list);
    if (!plan(c, db, w, &list, &n, &err))
        return cli_fail(&err);
    const char *json = arena_printf(c->a, "{\"planned\": %d, \"passed_over\": %d}", n, list.n - n);
    return change_done(c, db, json, "%s %d  %s %d", tr(c, "นัดแล้ว", "planned"), n,
                       tr(c, "เว้นไว้ (วันหยุดหรือมีนัดแล้ว)", "passed over (holiday, or planned already)"),
                       list.n - n);
}

int meeting_propose_run(struct cli *c, int argc, char **argv)
{
    struct wish w = {.period = {.from_us = TIME_NONE, .to_us = TIME_NONE},
                     .m = {.body = "cabinet", .kind = "regular", .place = "", .source = ""},
                     .cutoff = {.days = -1, .at_us = TIME_NONE},
                     .start = "09:00"};
    w.m.created_us = TIME_NONE;
    const struct opt opts[] = {{"--from", OPT_DAY, &w.period.from_us},
                               {"--to", OPT_DAY, &w.period.to_us},
                               {"--body", OPT_TEXT, &w.m.body},
                               {"--confirm", OPT_FLAG, &w.confirm},
                               {"--start", OPT_TEXT, &w.start},
                               {"--place", OPT_TEXT, &w.m.place},
                               {"--source", OPT_TEXT, &w.m.source},
                               {"--cutoff-days", OPT_INT, &w.cutoff.days},
                               {"--cutoff-time", OPT_TEXT, &w.cutoff.time}};
    if (!cli_options(&command_meeting, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 1 || w.period.from_us == TIME_NONE || w.period.to_us == TIME_NONE)
        return cli_usage(&command_meeting, "propose wants --from and --to");
    if (w.period.to_us - w.period.from_us > PERIOD_MAX_DAYS * US_PER_DAY)
        return cli_usage(&command_meeting, "propose looks at ten years at most");
    if (w.confirm != (w.cutoff.days >= 0))
        return cli_usage(&command_meeting,
                         "--confirm wants --cutoff-days and --cutoff-time, and they want it");
    w.m.body = meeting_body(w.m.body);
    return propose(c, &w);
}
