/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A deadline in words, as options or a row of a file say it. */
#ifndef CLI_DEADLINE_H
#define CLI_DEADLINE_H

#include "cli/cli.h"
#include "db/deadline.h"

extern const struct command command_deadline;

struct deadline_words {
    const char *date, *text, *within, *override, *meeting; /* NULL: not said */
    const char *body;                                      /* of the meeting; NULL: cabinet */
    int64_t working_days, days;                            /* -1: not said */
    int64_t from_us;                                       /* TIME_NONE: the matter's receipt */
    bool none, erases_lateness;
    const char *source, *why; /* "" none */
};

static inline struct deadline_words deadline_words_empty(void)
{
    return (struct deadline_words){
        .working_days = -1, .days = -1, .from_us = TIME_NONE, .source = "", .why = ""};
}

/* err  REFUSE not exactly one deadline is said, or it cannot be read */
bool deadline_rule_of(struct db *db, const struct deadline_words *w, struct deadline_rule *out,
                      struct err *err) MUST_CHECK;

int deadline_export_run(struct cli *c, int argc, char **argv);
int deadline_import_run(struct cli *c, int argc, char **argv);

#endif
