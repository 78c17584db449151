/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The year of fy2564.h replayed on a private office: files imported, mails appended, thanwelad run
 * under the clock of those days, what came looked into, presented, reported. */
#ifndef TESTS_FLOW_FY2564_REPLAY_H
#define TESTS_FLOW_FY2564_REPLAY_H

#include "tests/flow/daemon.h"
#include "tests/flow/fy2564.h"

enum { FY_LOOSE = 3 }; /* letters that name no matter, around New Year and in the next year */

struct year {
    struct arena *a; /* of the group */
    struct daemon *d;
    struct db *db;
    struct config config;
    struct fy_matter *matters;
};

/* cmocka's fixtures of the group; state is a struct year. */
int year_start(void **state);
int year_stop(void **state);

#endif
