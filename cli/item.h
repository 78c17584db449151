/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Between the files of `thanwela item`. */
#ifndef CLI_ITEM_H
#define CLI_ITEM_H

#include "cli/cli.h"
#include "db/item.h"

extern const struct command command_item;

int item_add_run(struct cli *c, int argc, char **argv);
int item_receipt_run(struct cli *c, int argc, char **argv);
int item_list_run(struct cli *c, int argc, char **argv);
int item_show_run(struct cli *c, int argc, char **argv);
int item_assign_run(struct cli *c, int argc, char **argv);
int item_status_run(struct cli *c, int argc, char **argv);
int item_cancel_run(struct cli *c, int argc, char **argv);
int item_incomplete_run(struct cli *c, int argc, char **argv);
int item_complete_run(struct cli *c, int argc, char **argv);
int item_secrecy_run(struct cli *c, int argc, char **argv);
int item_release_run(struct cli *c, int argc, char **argv);

/* JSON of a row and of a time; print a document and let it go. */
struct json_t *item_row_json(const struct item_row *r);
struct json_t *item_time_json(int64_t us);
int item_print_json(struct json_t *root);

/* Times as a Thai reader sees them; "-" for none. */
const char *item_time(struct arena *a, int64_t us);

/* What db/secrecy.h takes of a word that a user wrote: "ปกติ", "none" and "-" lift secrecy. */
const char *secrecy_word(const char *word);

#endif
