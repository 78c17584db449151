/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Meetings in words: as options and files say them, and as people read them. */
#ifndef CLI_MEETING_H
#define CLI_MEETING_H

#include "cli/cli.h"
#include "cli/listing.h"
#include "db/meeting.h"

extern const struct command command_meeting;

/* "ครม." → "cabinet"; a word that is not known stays, for the database to refuse. */
const char *meeting_body(const char *said);
const char *meeting_kind(const char *said);
/* For people: Thai; with --json or in English ours. */
const char *meeting_body_shown(const struct cli *c, const char *body);
const char *meeting_kind_shown(const struct cli *c, const char *kind);
const char *meeting_status_shown(const struct cli *c, const char *status);

struct meeting_cutoff {
    int64_t days;     /* -1: not said */
    const char *time; /* "12:00"; NULL: not said */
    int64_t at_us;    /* TIME_NONE: not said */
};
/* err  REFUSE days without a time of day, or both days and an instant */
bool meeting_cutoff_read(const struct meeting_cutoff *said, int *days, int *minute, int64_t *at_us,
                         struct err *err) MUST_CHECK;

/* What `meeting import` reads again: the planned ones. A file has no way to say that one was moved
 * to another. */
struct listing *meeting_file(struct cli *c, const struct meetings *list);

int meeting_propose_run(struct cli *c, int argc, char **argv);
int meeting_import_run(struct cli *c, int argc, char **argv);

#endif
