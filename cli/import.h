/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Importing master data: whole or not at all. Every bad row gets one line that names it; --dry-run
 * says what would change and changes nothing. */
#ifndef CLI_IMPORT_H
#define CLI_IMPORT_H

#include "cli/cli.h"
#include "cli/csv.h"
#include "db/calendar.h"

struct importer {
    const char *const *columns; /* as csv_read takes them */
    size_t n_columns;
    /* Another form of file, by the ending of its name; NULL: CSV alone. */
    const char *other_ending;
    bool (*other_read)(struct arena *a, const char *text, size_t n, struct csv *out,
                       struct err *err);
    /* Enter one row in the open transaction. said_out: what it is, for the reader.
     * err  REFUSE the row is bad, nothing of the database failed; else the import stops */
    bool (*put)(struct cli *c, void *user, const struct csv *t, const struct csv_row *row,
                enum row_change *out, const char **said_out, struct err *err);
    /* Before the first row and after the last, in the transaction; may be NULL. */
    bool (*begin)(struct cli *c, void *user, struct err *err);
    bool (*end)(struct cli *c, void *user, struct err *err);
};

/* argv: FILE, after the command's options were taken out. */
int import_run(struct cli *c, const struct importer *im, void *user, const char *path,
               bool dry_run);

#endif
