/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Commands with verbs: `thanwela meeting move …`. */
#ifndef CLI_VERBS_H
#define CLI_VERBS_H

#include "cli/cli.h"

struct verb {
    const char *name;                                 /* NULL ends the table */
    int (*run)(struct cli *c, int argc, char **argv); /* argv[0] is the verb */
};

/* Run the verb of argv[1]; says which is nearest where there is none of that name. */
int verb_run(const struct command *cmd, struct cli *c, int argc, char **argv,
             const struct verb *verbs);

/* Close the transaction that made a change: commit, then print the sentence; with --json the object
 * instead. */
int change_done(struct cli *c, struct db *db, const char *json, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

/* An agency's id by its code, a matter's by "12/2564", an expectation's by both.
 * err  REFUSE there is none: the sentence names it */
bool agency_of(struct db *db, const char *code, int *id_out, struct err *err) MUST_CHECK;
bool matter_of(struct db *db, const char *number, int64_t *id_out, struct err *err) MUST_CHECK;
bool expectation_of(struct db *db, const char *number, const char *code, int64_t *id_out,
                    struct err *err) MUST_CHECK;
/* A meeting by "#3" or its number, or by its day and body ("cabinet" where it names none). */
bool meeting_of(struct db *db, const char *body, const char *word, int *id_out,
                struct err *err) MUST_CHECK;

/* An instant or a day that a file or a user wrote: ISO, or as officials write it ("9 เม.ย. 64",
 * "9/4/2564"); "" is TIME_NONE. has_time_out may be NULL. err  REFUSE it is none */
bool time_of(const char *text, int64_t *us_out, bool *has_time_out, struct err *err) MUST_CHECK;
/* "12:00" or "12.00" → minutes of the day. err  REFUSE it is none */
bool minute_of(const char *text, int *minute_out, struct err *err) MUST_CHECK;

/* The first instant and the end of a Buddhist year ("2564"), or of the two days given; all time
 * where neither is. */
struct period {
    int64_t year, from_us, to_us; /* year 0: none; TIME_NONE: none; to_us is the last day */
};
void period_complete(struct period *p);

#endif
