/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What agencies owe, as a list: of `thanwela deadline list` and `thanwela matter show`. */
#ifndef CLI_JUDGED_H
#define CLI_JUDGED_H

#include "cli/cli.h"
#include "db/judge.h"

/* Print by the filter; with what is left out said below the table. */
int judged_print(struct cli *c, struct db *db, const struct judged_filter *f);

#endif
