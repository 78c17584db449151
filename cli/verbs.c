/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the commands about rules share: verbs, names of things, days and times. */
#include "cli/verbs.h"

#include "base/clock.h"
#include "base/thai_date.h"
#include "db/agency.h"
#include "db/matter.h"
#include "db/meeting.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { VERBS_MAX = 16, BUDDHIST_AHEAD = 543, LAST_YEAR = 9998 };

int verb_run(const struct command *cmd, struct cli *c, int argc, char **argv,
             const struct verb *verbs)
{
    const char *names[VERBS_MAX];
    size_t n = 0;
    for (; verbs[n].name; n++) {
        names[n] = verbs[n].name;
        if (argc > 1 && strcmp(names[n], argv[1]) == 0)
            return verbs[n].run(c, argc - 1, argv + 1);
    }
    if (argc < 2)
        return cli_usage(cmd, "what to do is missing: %s, %s …", names[0], names[1]);
    const char *near = cli_nearest(argv[1], names, n);
    return cli_usage(cmd, "%s: no such action%s%s", argv[1], near ? "; did you mean " : "",
                     near ? near : "");
}

int change_done(struct cli *c, struct db *db, const char *json, const char *fmt, ...)
{
    struct err err = {0};
    if (!db_commit(db, &err))
        return cli_fail(&err);
    va_list args;
    va_start(args, fmt);
    struct buf out CLEANUP(buf_fini) = {0};
    buf_addf(&out, "%s\n", c->json ? json : arena_vprintf(c->a, fmt, args));
    va_end(args);
    return cli_print(&out);
}

/* ---------------------------------------------------------------- names of things */

bool agency_of(struct db *db, const char *code, int *id_out, struct err *err)
{
    int id;
    if (!agency_find(db, code, &id, err))
        return false;
    if (!id)
        return err_set(err, ERR_REFUSE,
                       "agency %s: there is none of that code; see thanwela "
                       "agency list",
                       code);
    *id_out = id;
    return true;
}

bool matter_of(struct db *db, const char *number, int64_t *id_out, struct err *err)
{
    int year, no;
    int64_t id = 0;
    if (!matter_no_parse(number, &year, &no))
        return err_set(err, ERR_REFUSE, "matter %s: a matter's number is like 12/2564", number);
    if (!matter_find(db, year, no, &id, err))
        return false;
    if (!id)
        return err_set(err, ERR_REFUSE, "matter %s: there is none of that number", number);
    *id_out = id;
    return true;
}

bool expectation_of(struct db *db, const char *number, const char *code, int64_t *id_out,
                    struct err *err)
{
    int agency_id;
    int64_t matter_id, id = 0;
    if (!matter_of(db, number, &matter_id, err) || !agency_of(db, code, &agency_id, err) ||
        !expectation_find(db, matter_id, agency_id, &id, err))
        return false;
    if (!id)
        return err_set(err, ERR_REFUSE,
                       "matter %s does not ask agency %s; thanwela matter expect %s %s", number,
                       code, number, code);
    *id_out = id;
    return true;
}

bool meeting_of(struct db *db, const char *body, const char *word, int *id_out, struct err *err)
{
    int64_t day_us;
    char *end;
    int id = 0;
    const char *digits = word[0] == '#' ? word + 1 : word;
    long number = strtol(digits, &end, 10);
    if (end > digits && *end == 0 && number > 0 && number <= INT32_MAX) {
        *id_out = (int)number;
        return true;
    }
    if (!time_of(word, &day_us, NULL, err) ||
        !meeting_find(db, body ? body : "cabinet", day_us, &id, err))
        return false;
    if (!id)
        return err_set(err, ERR_REFUSE, "meeting %s: none is planned for that day", word);
    *id_out = id;
    return true;
}

/* ---------------------------------------------------------------- days and times */

bool time_of(const char *text, int64_t *us_out, bool *has_time_out, struct err *err)
{
    struct thai_when when = {.has_time = strlen(text) > strlen("2564-04-09")};
    *us_out = TIME_NONE;
    if (!*text || cli_time(text, us_out)) {
        /* as data write it */
    } else if (thai_date_find(text, &when) && when.start == text && *when.end == 0) {
        *us_out = when.at_us; /* as officials write it */
    } else {
        return err_set(err, ERR_REFUSE, "%s: not a date or time such as 2564-04-09T16:30", text);
    }
    if (has_time_out)
        *has_time_out = when.has_time;
    return true;
}

bool minute_of(const char *text, int *minute_out, struct err *err)
{
    int hour, minute, used = 0;
    if (sscanf(text, "%2d%*1[:.]%2d%n", &hour, &minute, &used) != 2 || text[used] || hour < 0 ||
        hour > 23 || minute < 0 || minute > 59)
        return err_set(err, ERR_REFUSE, "%s: not a time of day such as 12:00", text);
    *minute_out = hour * 60 + minute;
    return true;
}

void period_complete(struct period *p)
{
    struct civil first = {.year = 1900, .month = 1, .day = 1};
    struct civil last = {.year = LAST_YEAR, .month = 12, .day = 31};
    if (p->year > BUDDHIST_AHEAD && p->year < LAST_YEAR)
        first.year = last.year = (int)p->year - BUDDHIST_AHEAD;
    if (p->from_us == TIME_NONE)
        p->from_us = civil_to(&first);
    if (p->to_us == TIME_NONE)
        p->to_us = civil_to(&last);
}
