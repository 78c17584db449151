/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The open deadlines that a changed calendar would move: told, and moved only when confirmed. */
#ifndef CLI_MOVES_H
#define CLI_MOVES_H

#include "cli/cli.h"

struct moves_wish {
    bool move;       /* --move: confirmed */
    const char *why; /* of the move */
};

/* Tell what would move, or move it, in the open transaction. Tells on standard error with --json.
 */
bool moves_apply(struct cli *c, struct db *db, const struct moves_wish *wish,
                 struct err *err) MUST_CHECK;

/* The same, then commit; prints the calendar's version. */
int moves_finish(struct cli *c, struct db *db, const struct moves_wish *wish, int version);

#endif
